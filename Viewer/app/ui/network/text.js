/** Times, lengths and amounts as people of this language write them. */
import { language } from "../words.js";

const times = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium" });
const numbers = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });

export function moment(text) {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? "" : times.format(date);
}

export const duration = (seconds) => (seconds < 1 ? `${Math.round(seconds * 1000)} ms` : seconds < 120 ? `${numbers.format(seconds)} s` : `${Math.round(seconds / 60)} min`);

export function bytes(count) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let at = 0;
  while (count >= 1000 && at < units.length - 1) { count /= 1000; at += 1; }
  return `${numbers.format(count)} ${units[at]}`;
}
