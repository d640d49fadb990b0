/** Times, lengths and amounts as people of this language write them. */
import { locale } from "../locale.js";

export { bytes } from "../locale.js";

const times = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" });
const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });

export function moment(text) {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? "" : times.format(date);
}

export const duration = (seconds) => (seconds < 1 ? `${Math.round(seconds * 1000)} ms` : seconds < 120 ? `${numbers.format(seconds)} s` : `${Math.round(seconds / 60)} min`);
