/** The table that is looked at before anything is sent: what was gathered, by study and series, and what is odd about it. */

const same = (a, b) => (a ?? "").trim().toUpperCase() === (b ?? "").trim().toUpperCase();
/** Names are alike in their letters; how they are written is another matter. */
const sameName = (a, b) => fold(a) === fold(b);
const fold = (name) => (name ?? "").split("=")[0].normalize("NFKD").replace(/\p{M}/gu, "").replace(/[\s^,]+/g, " ").trim().toUpperCase();

/**
 * @param items of gather.js
 * @returns `{studies, others, left}`: `studies` `[{uid, patientName, patientID, birthDate, sex, date, description, accession, size, items, series: [{uid, number, modality, description, items, size}], warnings}]`,
 *   `others` items that become objects (pictures, documents), `left` items that are not sent, each with its `problem`
 */
export function checkTable(items) {
  const studies = new Map(), others = [], left = [];
  for (const item of items) {
    if (item.problem) left.push(item);
    else if (!item.facts) others.push(item);
    else add(studies, item);
  }
  const list = [...studies.values()].sort((a, b) => (a.date < b.date ? 1 : a.date > b.date ? -1 : 0));
  for (const study of list) {
    study.series = [...study.series.values()].sort((a, b) => (Number(a.number) || 0) - (Number(b.number) || 0));
    study.warnings = ownWarnings(study);
  }
  return { studies: list, others, left };
}

function add(studies, item) {
  const { facts } = item;
  if (!studies.has(facts.study)) {
    studies.set(facts.study, {
      uid: facts.study, patientName: facts.patientName, patientID: facts.patientID, issuer: facts.issuer, birthDate: facts.birthDate, sex: facts.sex, date: facts.studyDate,
      description: facts.studyDescription, accession: facts.accession, size: 0, items: [], series: new Map(),
    });
  }
  const study = studies.get(facts.study);
  study.items.push(item);
  study.size += item.size;
  if (!study.series.has(facts.series)) study.series.set(facts.series, { uid: facts.series, number: facts.seriesNumber, modality: facts.modality, description: facts.seriesDescription, items: [], size: 0 });
  const series = study.series.get(facts.series);
  series.items.push(item);
  series.size += item.size;
}

/** Warnings are `{id, severity: "warning" | "danger", values}`; words of `id` are `check.warning.<id>`. */
function ownWarnings(study) {
  const warnings = [];
  const ids = new Set(study.items.map(({ facts }) => facts.patientID.trim().toUpperCase()));
  const names = new Set(study.items.map(({ facts }) => fold(facts.patientName)));
  if (!study.uid) warnings.push({ id: "noStudy", severity: "danger", values: {} });
  if (ids.size > 1 || names.size > 1) warnings.push({ id: "mixed", severity: "danger", values: {} });
  else if (!study.patientID && !study.patientName) warnings.push({ id: "anonymous", severity: "warning", values: {} });
  const seen = new Set();
  const twice = study.items.filter(({ facts }) => facts.instance && (seen.has(facts.instance) || !seen.add(facts.instance))).length;
  if (twice) warnings.push({ id: "twice", severity: "warning", values: { n: twice } });
  return warnings;
}

/**
 * What the archive knows of a study that is to be sent.
 *
 * @param known `{patientName, patientID, birthDate, instances: Set}` of the archive's study with this UID, or null where there is none
 */
export function archiveWarnings(study, known) {
  if (!known) return [];
  const warnings = [];
  const differs = !same(study.patientID, known.patientID) || !sameName(study.patientName, known.patientName) || (study.birthDate && known.birthDate && study.birthDate !== known.birthDate);
  if (differs) warnings.push({ id: "otherPatientInArchive", severity: "danger", values: { name: known.patientName, id: known.patientID } });
  const n = study.items.filter(({ facts }) => known.instances.has(facts.instance)).length;
  if (n === study.items.length) warnings.push({ id: "allThere", severity: "warning", values: { n } });
  else if (n) warnings.push({ id: "someThere", severity: "warning", values: { n, count: study.items.length } });
  return warnings;
}

/** Whether a study is another patient's than the one that is open. */
export function patientWarnings(study, open) {
  if (!open || (same(study.patientID, open.patientID) && sameName(study.patientName, open.patientName))) return [];
  return [{ id: "otherPatientOpen", severity: "danger", values: { name: open.patientName, id: open.patientID } }];
}
