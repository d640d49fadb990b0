/** Words in the reader's language. A table a language; what a table lacks is said in English. */
import { words as en } from "./words/en.js";
import { words as de } from "./words/de.js";
import { words as ar } from "./words/ar.js";

const tables = { en, de, ar };
const key = "isocenter.language";
const chosen = () => {
  try { return globalThis.localStorage?.getItem(key); } catch { return null; } // storage may be forbidden: then the browser's languages hold
};
let keeper = async () => {}; // tells the preferences

export const languages = [{ tag: "en", name: "English" }, { tag: "de", name: "Deutsch" }, { tag: "ar", name: "العربية" }];

/** What the person chose, else the first of the browser's languages that has a table. */
export const language = [chosen(), ...(globalThis.navigator?.languages ?? ["en"])].map((tag) => tag?.slice(0, 2)).find((tag) => tables[tag]) ?? "en";

/** Where lines begin. Pictures and the sides of the patient know none of it. */
export const direction = language === "ar" ? "rtl" : "ltr";

export const keepLanguage = (keep) => { keeper = keep; };

/** The page is loaded anew: its words were said already. */
export async function chooseLanguage(tag, { told = false } = {}) {
  if (!tables[tag] || tag === language) return;
  if (!told) await keeper(tag);
  try { localStorage.setItem(key, tag); } catch { return; } // it would be lost with the page
  location.reload();
}

const plural = new Intl.PluralRules(language);
/** Names, codes and numbers keep their own direction within words that run the other way (UAX #9, isolates). */
const isolated = direction === "rtl" ? (value) => `\u2068${value}\u2069` : (value) => value;

/** The words of `key` with `{name}` filled in; `n` chooses among its plural forms (`key.one`, `key.few` …) where the language has them. */
export function t(key, values = {}) {
  const form = typeof values.n === "number" ? `${key}.${plural.select(values.n)}` : key;
  const text = tables[language][form] ?? tables[language][key] ?? en[form] ?? en[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => (values[name] == null || values[name] === "" ? "" : isolated(values[name])));
}

const counts = new Intl.NumberFormat(`${language}-u-nu-latn`);
export const count = (n) => counts.format(n);
