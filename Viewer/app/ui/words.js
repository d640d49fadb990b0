/** Words in the reader's language. A table a language; what a table lacks is said in English. */
import { words as en } from "./words/en.js";
import { words as de } from "./words/de.js";

const tables = { en, de };

/** The first of the person's languages that has a table. */
export const language = (globalThis.navigator?.languages ?? ["en"]).map((tag) => tag.slice(0, 2)).find((tag) => tables[tag]) ?? "en";

/** The words of `key` with `{name}` filled in. */
export function t(key, values = {}) {
  const text = tables[language][key] ?? en[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

const counts = new Intl.NumberFormat(language);
export const count = (n) => counts.format(n);
