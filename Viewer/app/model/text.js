/** DICOM values as a person reads them. */

/** PersonName component group "Family^Given^Middle^Prefix^Suffix" (PS3.5 §6.2.1) as "Family, Given Middle". */
export function personName(group) {
  if (!group) return "";
  const [family = "", given = "", middle = "", prefix = "", suffix = ""] = group.split("^").map((part) => part.trim());
  const first = [prefix, given, middle].filter(Boolean).join(" ");
  return [family, first, suffix].filter(Boolean).join(", ");
}

/** All component groups, the first that exists first: `{main, others}`. */
export function nameGroups(name) {
  const groups = [name?.Alphabetic, name?.Ideographic, name?.Phonetic].map((group, n) => (n === 0 ? personName(group) : (group ?? "").replaceAll("^", " ").trim()));
  const [main = "", ...others] = groups.filter(Boolean);
  return { main, others };
}

/** YYYYMMDD as ISO date, which every locale reads the same; other text as it is. */
export function date(value) {
  const match = /^(\d{4})\.?(\d{2})\.?(\d{2})$/.exec(value ?? "");
  return match ? `${match[1]}-${match[2]}-${match[3]}` : value ?? "";
}

/** HHMMSS.FFFFFF as HH:MM. */
export function time(value) {
  const match = /^(\d{2}):?(\d{2})/.exec(value ?? "");
  return match ? `${match[1]}:${match[2]}` : "";
}

/** Age in whole years at a date, or null where either is not a full date. */
export function age(birth, at) {
  const [b, a] = [birth, at].map((value) => /^(\d{4})(\d{2})(\d{2})$/.exec(value ?? "")?.slice(1).map(Number));
  if (!a || !b) return null;
  const years = a[0] - b[0] - (a[1] < b[1] || (a[1] === b[1] && a[2] < b[2]) ? 1 : 0);
  return years >= 0 && years < 140 ? years : null;
}

/** Number with as many digits as tell something: at most `digits` after the point, no trailing zeros. */
export const number = (value, digits = 1) => String(Number(value.toFixed(digits))).replace("-", "−");

export function bytes(count) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, count > 0 ? Math.floor(Math.log10(count) / 3) : 0);
  return `${number(count / 1000 ** power, power ? 1 : 0)} ${units[power]}`;
}
