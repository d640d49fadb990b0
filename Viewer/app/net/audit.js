/** The audit trail (docs/develop/http-api.md). */
import { call, url } from "./api.js";

/** Only the fields that say something: `{patient: "", user: "anna", failed: true}` is `user=anna&failed=true`. */
export function auditQuery(fields) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value != null && value !== "" && value !== false) query.set(name, String(value));
  return query.toString();
}

/** A page: `{records, next}`. */
export const records = (fields, signal) => call(`api/audit?${auditQuery(fields)}`, { signal });

/** Where the browser loads them from: `xml`, `json` or `csv`. */
export const exportURL = (fields, format) => url(`api/audit/export?${auditQuery({ ...fields, format })}`);

/** Days as the reader's clock has them, as times of the server's: `to` is the end of its day. */
export function period(from, to) {
  const time = (day, plus) => {
    if (!day) return "";
    const [year, month, date] = day.split("-").map(Number);
    return new Date(year, month - 1, date + plus).toISOString();
  };
  return { from: time(from, 0), to: time(to, 1) };
}
