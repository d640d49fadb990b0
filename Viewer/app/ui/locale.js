/** Dates, times and numbers as the reader's language and region write them; digits are those of the images everywhere. */
import { date as iso, time as clock } from "../model/text.js";
import { direction, language } from "./words.js";

/** Of the browser's languages the first in the page's language: its region says how a date is written. */
const region = (globalThis.navigator?.languages ?? []).find((tag) => tag.slice(0, 2) === language) ?? language;
export const locale = `${region.split("-u-")[0]}-u-nu-latn-ca-gregory`;

const dates = new Intl.DateTimeFormat(locale, { year: "numeric", month: "short", day: "numeric", timeZone: "UTC" }); // the month in letters: 3/5 is two days
const sizes = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });

/** A DICOM date (DA) as a person writes it; other text as it is. */
export function date(value) {
  const text = iso(value);
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!match) return text;
  const day = new Date(`${text}T00:00:00Z`);
  // 31 February is no day: shown as it was sent, not as the third of March.
  return Number.isNaN(day.getTime()) || day.getUTCDate() !== Number(match[3]) ? text : dates.format(day);
}

/** A DICOM time (TM), hours and minutes. */
export const time = clock;

export function bytes(count) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, count > 0 ? Math.floor(Math.log10(count) / 3) : 0);
  const text = `${sizes.format(count / 1000 ** power)} ${units[power]}`;
  return direction === "rtl" ? `\u2066${text}\u2069` : text; // number and unit stay together
}
