/**
 * Structured reports after TID 1500 → marks: coordinates with the image they were selected from, the tracking UID, the comment. Ours and other
 * makers' are read alike; what has no coordinates in an image, or coordinates in patient space, is counted and left out.
 */
import { items, number, text } from "../model/attributes.js";
import { isWhole, newUID } from "./kinds.js";

const tags = {
  type: "0040A040", name: "0040A043", content: "0040A730", value: "00080100", scheme: "00080102", text: "0040A160", uid: "0040A124",
  graphic: "00700023", points: "00700022", reference: "00081199", sopClass: "00081150", sopInstance: "00081155", frame: "00081160", relationship: "0040A010", code: "0040A168", measured: "0040A300", number: "0040A30A",
};
const concepts = {
  group: "125007", method: "370129005", known: { KNOWNLENGTH: "image", KNOWNINSERIES: "series" }, tracking: "112040", comment: "121106", length: ["410668003", "G-D7FE"], path: "121211", long: ["103339001", "G-A185"], short: ["103340004", "G-A186"],
  angle: ["1483009", "110859"], cobb: ["285285000", "DD-1", "cobb"],
};

const nameOf = (item) => text(items(item, tags.name)[0], tags.value);
const content = (item) => items(item, tags.content);
const isOf = (item, codes) => [codes].flat().includes(nameOf(item));

/** Structured report classes that may hold measurements. */
export const reportClasses = ["1.2.840.10008.5.1.4.1.1.88.22", "1.2.840.10008.5.1.4.1.1.88.33", "1.2.840.10008.5.1.4.1.1.88.34"];

/**
 * @param set of the report in the DICOM JSON model
 * @param seriesOf `(sopInstanceUID) => UID` of the series, from the evidence where null
 * @returns `{marks, unread}`
 */
export function marksOfReport(set) {
  const report = text(set, "00080018");
  const series = evidence(set);
  const marks = [];
  let unread = 0;
  for (const group of groupsOf(set)) {
    const found = marksOfGroup(group).map((mark) => ({ ...mark, series: series.get(mark.instance) ?? "", report, created: `${text(set, "00080023")}${text(set, "00080033")}` }));
    const whole = found.filter(isWhole);
    marks.push(...whole);
    if (!whole.length || whole.length < found.length) unread++;
  }
  return { marks, unread };
}

function* groupsOf(item) {
  for (const child of content(item)) {
    if (nameOf(child) === concepts.group && text(child, tags.type) === "CONTAINER") yield child;
    else yield* groupsOf(child);
  }
}

/** Series of each image that the report refers to (PS3.3 §C.17.2). */
function evidence(set) {
  const found = new Map();
  for (const study of [...items(set, "0040A375"), ...items(set, "0040A385")]) {
    for (const series of items(study, "00081115")) for (const image of items(series, tags.reference)) found.set(text(image, tags.sopInstance), text(series, "0020000E"));
  }
  return found;
}

function marksOfGroup(group) {
  const children = content(group);
  const tracking = children.find((item) => isOf(item, concepts.tracking));
  const common = { id: text(tracking, tags.uid) || newUID(), text: text(children.find((item) => isOf(item, concepts.comment)), tags.text), place: null };
  const regions = children.filter((item) => text(item, tags.type) === "SCOORD").flatMap(coordinates);
  const numbers = children.filter((item) => text(item, tags.type) === "NUM")
    .map((item) => ({ item, lines: content(item).filter((each) => text(each, tags.type) === "SCOORD").flatMap(coordinates) })).filter(({ lines }) => lines.length);
  const known = reachOfKnownLength(children);
  const value = known && number(items(numbers[0]?.item, tags.measured)[0], tags.number);
  if (known && value > 0) return [{ ...common, kind: "calibration", text: "", millimetres: value, reach: known, points: numbers[0].lines[0].points, ...numbers[0].lines[0].image }];
  const all = regions.length ? regions.map((each) => ({ ...region(each), ...each.image })) : measured(numbers);
  return all.map((mark, n) => ({ ...common, ...mark, id: n ? newUID() : common.id }));
}

/** "image" or "series" where a group is a length that a user knew, as we write it; else null. */
function reachOfKnownLength(children) {
  const value = items(children.find((item) => isOf(item, concepts.method)), tags.code)[0];
  return text(value, tags.scheme) === "99ISOCENTER" ? concepts.known[text(value, tags.value)] ?? null : null;
}

/** A SCOORD with the image that it was selected from; none where there is no image. */
function coordinates(item) {
  const numbers = item[tags.points]?.Value?.map(Number) ?? [];
  const image = content(item).map((each) => items(each, tags.reference)[0]).find(Boolean);
  if (!image || numbers.length % 2) return [];
  const points = Array.from({ length: numbers.length / 2 }, (_, n) => [numbers[2 * n], numbers[2 * n + 1]]);
  return [{ graphic: text(item, tags.graphic), points, image: { instance: text(image, tags.sopInstance), sopClass: text(image, tags.sopClass), frame: number(image, tags.frame) ?? 1 } }];
}

const equal = (a, b) => a[0] === b[0] && a[1] === b[1];

function region({ graphic, points }) {
  if (graphic === "ELLIPSE") return { kind: "ellipse", points };
  if (graphic === "CIRCLE") return { kind: "circle", points };
  if (graphic === "POINT") return { kind: "text", points };
  const isClosed = points.length > 3 && equal(points[0], points.at(-1));
  if (!isClosed) return points.length === 2 ? { kind: "arrow", points } : { kind: "polyline", points };
  const [a, b, c, d] = points;
  const isBox = points.length === 5 && a[1] === b[1] && b[0] === c[0] && c[1] === d[1] && d[0] === a[0];
  return isBox ? { kind: "rectangle", points: [a, c] } : { kind: "freehand", points: points.slice(0, -1) };
}

function measured(numbers) {
  const of = (codes) => numbers.find(({ item }) => isOf(item, codes));
  const [long, short, cobb, angle] = [of(concepts.long), of(concepts.short), of(concepts.cobb), of(concepts.angle)];
  if (long && short) return [{ kind: "bidirectional", points: [...long.lines[0].points, ...short.lines[0].points], ...long.lines[0].image }];
  if (cobb) return [{ kind: "cobb", points: cobb.lines.flatMap(({ points }) => points), ...cobb.lines[0].image }];
  if (angle) return [{ kind: angle.lines[0].points.length === 4 || angle.lines.length === 2 ? "cobb" : "angle", points: angle.lines.flatMap(({ points }) => points), ...angle.lines[0].image }];
  return numbers.flatMap(({ item, lines: [line] }) => {
    if (line.graphic === "POINT") return [{ kind: "probe", points: line.points, ...line.image }];
    if (line.graphic !== "POLYLINE") return [{ ...region(line), ...line.image }];
    return [{ kind: line.points.length === 2 && !isOf(item, concepts.path) ? "length" : "polyline", points: line.points, ...line.image }];
  });
}
