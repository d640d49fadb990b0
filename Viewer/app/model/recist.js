/**
 * Target lesions over time after RECIST 1.1 (Eisenhauer et al., Eur J Cancer 2009; 45: 228–247): sums of diameters, change against baseline and nadir, and
 * the response that follows from them. A calculation with its inputs: of target lesions alone, no judgement of the study.
 *
 * A measurement is a target lesion where its words begin with T and a number: "T1 liver", "T2n left axilla" (n: lymph node, whose short axis counts); "T1=0"
 * says that it is gone, "T1=5" that it is there and too small to measure (§4.4.2 gives it 5 mm).
 */

/** Thresholds in mm and as shares, with the clause that has them. */
export const rules = {
  smallest: 10, smallestNode: 15, // of a target at baseline, §3.1
  normalNode: 10, // short axis below it: no disease any more, §4.3.1
  response: 0.3, // decrease against baseline, §4.3.1
  progression: 0.2, progressionLeast: 5, // increase against nadir, and in mm, §4.3.1
  mostTargets: 5, // §4.2
};

/** `{number, isNode, name, stated}` or null; `stated` is a value in mm that the words give, or null. */
export function lesionOf(words) {
  const match = /^\s*T([1-9]\d?)(n)?(?:\s*=\s*(\d+(?:[.,]\d+)?)\s*(?:mm)?)?(?:[\s:,;.-]+(.*))?$/is.exec(words ?? "");
  if (!match) return null;
  return { number: Number(match[1]), isNode: Boolean(match[2]), name: (match[4] ?? "").trim(), stated: match[3] == null ? null : Number(match[3].replace(",", ".")) };
}

/**
 * The diameter of a measurement that counts.
 *
 * @param values `[{name, value, unit}]` as `marks/values.js` gives them
 * @returns `{mm}` or `{problem}`: a key of the words table
 */
export function diameter({ isNode, stated }, values) {
  const of = (name) => values.find((each) => each.name === name);
  const found = isNode ? of("short") : of("long") ?? of("length");
  if (!found) return stated == null ? { problem: isNode ? "recist.noShortAxis" : "recist.noDiameter" } : { mm: stated };
  return found.unit === "mm" ? { mm: found.value } : { problem: "recist.noScale" };
}

/**
 * @param points `[{id, date, measurements: [{lesion, values, source}]}]` of studies, in any order
 * @returns `{lesions: [{number, isNode, name, cells: [{mm, source} | {problem} | null]}], columns: [{id, date, sum, isComplete, change, nadir, growth, growthShare, response, remarks}]}`
 */
export function lesionTable(points) {
  const times = points.filter(({ date, measurements }) => date && measurements.length).sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0));
  const numbers = [...new Set(times.flatMap(({ measurements }) => measurements.map(({ lesion }) => lesion.number)))].sort((a, b) => a - b);
  const lesions = numbers.map((number) => {
    const all = times.flatMap(({ measurements }) => measurements.filter(({ lesion }) => lesion.number === number).map(({ lesion }) => lesion));
    const isNode = all[0].isNode; // as it was at baseline
    return { number, isNode, name: all.find(({ name }) => name)?.name ?? "", cells: times.map(({ measurements }) => cell(measurements.filter(({ lesion }) => lesion.number === number), isNode)) };
  });
  return { lesions, columns: responses(times, lesions) };
}

function cell(found, isNode) {
  if (!found.length) return null;
  if (found.length > 1) return { problem: "recist.twice" };
  if (found[0].lesion.isNode !== isNode) return { problem: "recist.otherKind" };
  const size = diameter(found[0].lesion, found[0].values);
  return size.problem ? size : { mm: size.mm, source: found[0].source ?? null };
}

function responses(times, lesions) {
  const columns = [];
  let nadir = null;
  times.forEach(({ id, date }, n) => {
    const cells = lesions.map(({ cells }) => cells[n]);
    const targets = lesions.map((lesion, k) => ({ lesion, cell: cells[k] })).filter(({ lesion }) => lesion.cells[0]); // what is not in the baseline is no target
    const isComplete = targets.every(({ cell }) => cell?.mm != null);
    const sum = targets.reduce((total, { cell }) => total + (cell?.mm ?? 0), 0);
    const baseline = columns[0];
    const column = { id, date, sum, isComplete, change: null, nadir: null, growth: null, growthShare: null, response: null, remarks: remarks(n, lesions, targets) };
    if (n > 0 && baseline.isComplete) {
      column.nadir = nadir;
      column.growth = sum - nadir;
      column.growthShare = nadir > 0 ? (sum - nadir) / nadir : null;
      column.change = baseline.sum > 0 && isComplete ? (sum - baseline.sum) / baseline.sum : null;
      column.response = response(column, targets);
    }
    if (isComplete) nadir = nadir === null ? sum : Math.min(nadir, sum);
    columns.push(column);
  });
  return columns;
}

/** Rounding of what was added up shall not decide. */
const tolerance = 1e-9;

/** "CR", "PR", "SD", "PD" or "NE" (§4.3.1, §4.4.4): what is missing can hide anything but a progression that is there without it. */
function response({ sum, isComplete, change, growth, nadir }, targets) {
  const grows = growth >= rules.progressionLeast - tolerance && growth >= rules.progression * nadir - tolerance;
  if (grows) return "PD";
  if (!isComplete) return "NE";
  if (targets.every(({ lesion, cell }) => (lesion.isNode ? cell.mm < rules.normalNode : cell.mm === 0))) return "CR";
  return change !== null && change <= -rules.response + tolerance ? "PR" : sum >= 0 ? "SD" : "NE";
}

/** Keys of the words table with what they speak of. */
function remarks(n, lesions, targets) {
  const found = [];
  if (n === 0) {
    if (targets.length > rules.mostTargets) found.push(["recist.tooMany", { n: rules.mostTargets }]);
    for (const { lesion, cell } of targets) {
      const least = lesion.isNode ? rules.smallestNode : rules.smallest;
      if (cell?.mm != null && cell.mm < least - tolerance) found.push(["recist.tooSmall", { lesion: `T${lesion.number}`, mm: least }]);
    }
  } else {
    for (const { number, cells } of lesions) if (!cells[0] && cells[n]) found.push(["recist.late", { lesion: `T${number}` }]);
  }
  for (const { number, cells } of lesions) {
    if (cells[n]?.problem) found.push([cells[n].problem, { lesion: `T${number}` }]);
    else if (n > 0 && cells[0] && !cells[n]) found.push(["recist.missing", { lesion: `T${number}` }]);
  }
  return found;
}
