/** What the study list asks for, as a value: it stands in the address, in saved filters, and is asked of the server. */

export const empty = { search: "", modality: "", days: "", from: "", to: "", sort: "date", order: "desc" };
const names = Object.keys(empty);
const day = /^\d{4}-\d{2}-\d{2}$/;

/** Only what is known and well formed; an address may say anything. */
export function queryOf(given, isSort = () => true) {
  const query = { ...empty };
  for (const name of names) if (typeof given?.[name] === "string") query[name] = given[name].slice(0, 200);
  if (!isSort(query.sort)) query.sort = empty.sort;
  if (!["asc", "desc"].includes(query.order)) query.order = empty.order;
  if (!["", "1", "7"].includes(query.days)) query.days = "";
  if (!/^[A-Z0-9 _]{0,16}$/.test(query.modality)) query.modality = "";
  for (const name of ["from", "to"]) if (query.days || !day.test(query[name])) query[name] = "";
  return query;
}

/** What differs from the list as it first is: for the address. */
export const said = (query) => Object.fromEntries(Object.entries(query).filter(([name, value]) => value !== empty[name]));

/** Dates of the server's question (YYYYMMDD); of the last days including `today`, a Date of the reader's own calendar. */
export function dates({ days, from, to }, today) {
  const compact = (text) => text.replaceAll("-", "");
  if (!days) return { from: compact(from), to: compact(to) };
  const first = new Date(today.getFullYear(), today.getMonth(), today.getDate() - (Number(days) - 1));
  const two = (n) => String(n).padStart(2, "0");
  return { from: `${first.getFullYear()}${two(first.getMonth() + 1)}${two(first.getDate())}`, to: "" };
}

/** Whether a study is among what is asked for, as far as modality and dates go. */
export function admits(query, study, today) {
  const { from, to } = dates(query, today), date = (study.studyDate ?? "").replaceAll(".", "");
  if (query.modality && !(study.modalities ?? []).includes(query.modality)) return false;
  return (!from || date >= from) && (!to || (date && date <= to));
}

export const isSame = (a, b) => names.every((name) => (a[name] ?? empty[name]) === (b[name] ?? empty[name]));

export const mostFilters = 30;
/** Saved filters with one more, or one of that name replaced. */
export const withFilter = (filters, name, query) => [...(filters ?? []).filter((one) => one.name !== name), { name, query: said(query) }].slice(-mostFilters);
export const withoutFilter = (filters, name) => (filters ?? []).filter((one) => one.name !== name);
