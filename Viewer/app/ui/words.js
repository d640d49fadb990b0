/** Words in the reader's language. A table a language; what a table lacks is said in English. */
import { words as en } from "./words/en.js";
import { words as de } from "./words/de.js";

const tables = { en, de };
const key = "isocenter.language";
const chosen = () => {
  try { return globalThis.localStorage?.getItem(key); } catch { return null; } // storage may be forbidden: then the browser's languages hold
};
let keeper = async () => {}; // tells the preferences

export const languages = [{ tag: "en", name: "English" }, { tag: "de", name: "Deutsch" }];

/** What the person chose, else the first of the browser's languages that has a table. */
export const language = [chosen(), ...(globalThis.navigator?.languages ?? ["en"])].map((tag) => tag?.slice(0, 2)).find((tag) => tables[tag]) ?? "en";

export const keepLanguage = (keep) => { keeper = keep; };

/** The page is loaded anew: its words were said already. */
export async function chooseLanguage(tag, { told = false } = {}) {
  if (!tables[tag] || tag === language) return;
  if (!told) await keeper(tag);
  try { localStorage.setItem(key, tag); } catch { return; } // it would be lost with the page
  location.reload();
}

/** The words of `key` with `{name}` filled in. */
export function t(key, values = {}) {
  const text = tables[language][key] ?? en[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

const counts = new Intl.NumberFormat(language);
export const count = (n) => counts.format(n);
