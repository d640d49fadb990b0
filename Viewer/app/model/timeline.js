/**
 * The other studies of a patient. One patient is one Patient ID of one issuer; where birth dates contradict each other, a study is
 * another person's and is left out: people are never mixed.
 */
import { number, text } from "./attributes.js";

const instant = ({ studyDate, studyTime }) => (studyDate ? studyDate.replaceAll(".", "") + (studyTime ?? "").slice(0, 6).padEnd(6, "0") : "");

/** A study of a search answer (DICOM JSON model) as `/api/studies` tells it. */
export const studyOf = (set) => ({
  studyInstanceUID: text(set, "0020000D"), patientID: text(set, "00100020"), issuerOfPatientID: text(set, "00100021"), patientBirthDate: text(set, "00100030"),
  studyDate: text(set, "00080020"), studyTime: text(set, "00080030"), studyDescription: text(set, "00081030"), accessionNumber: text(set, "00080050"),
  modalities: set?.["00080061"]?.Value ?? [], instanceCount: number(set, "00201208"),
});

export const isSamePatient = (a, b) => Boolean(a.patientID) && a.patientID === b.patientID && (a.issuerOfPatientID ?? "") === (b.issuerOfPatientID ?? "");
const contradicts = (a, b) => Boolean(a.patientBirthDate && b.patientBirthDate && a.patientBirthDate !== b.patientBirthDate);
/** Both are studies of one person, as far as the objects say. */
export const belongs = (a, b) => isSamePatient(a, b) && !contradicts(a, b);

/** "prior", "later", "same" (the same time) or "undated". */
export function relation(current, other) {
  const [a, b] = [instant(current), instant(other)];
  if (!a || !b) return "undated";
  return b < a ? "prior" : b > a ? "later" : "same";
}

/**
 * @param current the study on screen; @param studies of the same Patient ID
 * @returns `{studies, leftOut}`: those of the same person without the current one, newest first, each with its `relation`; how many had
 *   the same ID and issuer and another birth date
 */
export function timeline(current, studies) {
  const others = studies.filter((study) => study.studyInstanceUID !== current.studyInstanceUID && isSamePatient(current, study));
  const kept = others.filter((study) => !contradicts(current, study)).map((study) => ({ ...study, relation: relation(current, study) }));
  kept.sort((a, b) => (instant(a) < instant(b) ? 1 : instant(a) > instant(b) ? -1 : a.studyInstanceUID < b.studyInstanceUID ? -1 : 1));
  return { studies: kept, leftOut: others.length - kept.length };
}

/** Whole years, months or days between two dates (YYYYMMDD): `{n, unit}` in the largest unit that has two or more, or null. */
export function apart(a, b) {
  const [x, y] = [a, b].map((value) => /^(\d{4})\.?(\d{2})\.?(\d{2})$/.exec(value ?? "")?.slice(1).map(Number)).sort((p, q) => (p && q ? p[0] - q[0] || p[1] - q[1] || p[2] - q[2] : 0));
  if (!x || !y) return null;
  const days = Math.round((Date.UTC(y[0], y[1] - 1, y[2]) - Date.UTC(x[0], x[1] - 1, x[2])) / 86_400_000);
  const months = (y[0] - x[0]) * 12 + y[1] - x[1] - (y[2] < x[2] ? 1 : 0);
  if (months >= 24) return { n: Math.floor(months / 12), unit: "years" };
  if (months >= 2) return { n: months, unit: "months" };
  return { n: days, unit: "days" };
}

/** The studies before the current one in the order in which they are hung: same modality and body region first, then the newer. */
export function priorsInOrder(current, studies) {
  const modalities = new Set(current.modalities ?? []);
  const words = (study) => new Set((study.studyDescription ?? "").toLowerCase().split(/[^\p{L}\p{N}]+/u).filter((word) => word.length > 2));
  const own = words(current);
  const rank = (study) => (study.modalities.some((each) => modalities.has(each)) ? 0 : 2) + ([...words(study)].some((word) => own.has(word)) ? 0 : 1);
  return studies.filter(({ relation: is }) => is === "prior").map((study, n) => [rank(study), n, study]).sort(([a, n], [b, m]) => a - b || n - m).map(([, , study]) => study);
}

/** The series of another study that is like this one: same modality, then description, body part, cut; null where none is of its modality. */
export function likeSeries(series, candidates) {
  const same = (name) => (other) => (series?.[name] ?? "") !== "" && (series?.[name] ?? "").toLowerCase() === (other[name] ?? "").toLowerCase();
  const score = (other) => (same("seriesDescription")(other) ? 4 : 0) + (same("bodyPart")(other) ? 2 : 0) + (same("laterality")(other) ? 1 : 0);
  const found = candidates.filter((other) => other.modality === series?.modality && other.hasImages !== false);
  return found.reduce((best, other) => (best && score(best) >= score(other) ? best : other), null);
}
