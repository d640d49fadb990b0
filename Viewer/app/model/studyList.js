/**
 * The study list as a value: rows in the server's order, what is pending, and how a newly arrived study finds its place.
 */
import { nameGroups } from "./text.js";

/** Text without case and accents, as the server folds it. */
export const folded = (text) => (text ?? "").normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

const words = (text) => folded(text).split(/[\s^,=]+/).filter(Boolean);

/** Whether a study answers a search: each word begins a word of name, id, accession, description or modality, or is its date. */
export function matches(study, search) {
  const has = [
    ...Object.values(study.patientName ?? {}).flatMap(words),
    ...words(study.patientID), ...words(study.accessionNumber), ...words(study.studyDescription), ...(study.modalities ?? []).flatMap(words),
  ];
  return words(search).every((word) => has.some((text) => text.startsWith(word)) || isDate(word, study.studyDate ?? ""));
}

const isDate = (word, date) => {
  const digits = word.replaceAll("-", "");
  return /^\d{4}(\d{2}){0,2}$/.test(digits) && date.startsWith(digits);
};

/** Sort keys of `/api/studies`; the value a row is ordered by. */
export const sorts = {
  date: (s) => (s.studyDate ?? "") + (s.studyTime ?? ""),
  patient: (s) => folded(nameGroups(s.patientName).main),
  patientID: (s) => folded(s.patientID),
  modality: (s) => folded((s.modalities ?? []).join(" ")),
  description: (s) => folded(s.studyDescription),
  accession: (s) => folded(s.accessionNumber),
  received: (s) => s.received ?? "",
};

/** Index at which `study` belongs among `rows`; after equals. */
export function place(rows, study, sort, order) {
  const key = sorts[sort](study);
  const before = (row) => (order === "asc" ? sorts[sort](row) <= key : sorts[sort](row) >= key);
  let low = 0, high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (before(rows[middle])) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * A study from the live feed, into the list.
 *
 * @param list `{rows, next, total, pending, query: {search, sort, order}}`
 * @param hold rows before this index must not move (they are on screen above the reader's eye or pointer); 0 when free
 * @returns the new list and what happened: "updated", "inserted", "pending" or "ignored".
 */
export function arrive(list, study, hold) {
  const at = list.rows.findIndex((row) => row.studyInstanceUID === study.studyInstanceUID);
  if (at >= 0) return { list: { ...list, rows: list.rows.with(at, study) }, effect: "updated" };
  if (!matches(study, list.query.search)) return { list, effect: "ignored" };
  const index = place(list.rows, study, list.query.sort, list.query.order);
  if (index === list.rows.length && list.next) return { list, effect: "ignored" }; // on a page not loaded, new or grown
  if (index < hold) {
    const pending = [...list.pending.filter((p) => p.studyInstanceUID !== study.studyInstanceUID), study];
    return { list: { ...list, pending }, effect: "pending" };
  }
  return { list: { ...list, rows: list.rows.toSpliced(index, 0, study), total: list.total + 1 }, effect: "inserted" };
}

/** The pending studies, put where they belong. */
export function takePending(list) {
  return list.pending.reduce((all, study) => arrive(all, study, 0).list, { ...list, pending: [] });
}
