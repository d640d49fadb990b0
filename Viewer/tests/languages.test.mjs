// Every language says everything, and fills in the same things; the page knows no left and right but those of pictures.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { ar as accounts } from "../app/ui/words/ar/account.js";
import { words as ar } from "../app/ui/words/ar.js";
import { words as de } from "../app/ui/words/de.js";
import { words as en } from "../app/ui/words/en.js";
import { bytes, date } from "../app/ui/locale.js";

const plural = /\.(zero|one|two|few|many|other)$/;
const placeholders = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

for (const [tag, words] of Object.entries({ de, ar })) {
  test(`${tag} has every word`, () => {
    assert.deepEqual(Object.keys(en).filter((key) => !(key in words)), []);
    assert.deepEqual(Object.keys(en).filter((key) => en[key] && !words[key]), [], "said in English, and in this language not at all");
  });
  test(`${tag} has no word that nobody asks for`, () => {
    // The pages of accounts come with all their words or with none.
    const isThere = Object.keys(accounts).some((key) => key in en);
    assert.deepEqual(Object.keys(words).filter((key) => (isThere || !(key in accounts)) && !(key in en) && !(plural.test(key) && key.replace(plural, "") in en)), []);
  });
  test(`${tag} fills in what English fills in`, () => {
    const wrong = Object.keys(words).filter((key) => key in en || key.replace(plural, "") in en).filter((key) => {
      const wanted = placeholders(en[key] ?? en[key.replace(plural, "")]), has = placeholders(words[key]);
      // "One" and "two" may say their number in the noun.
      const allowed = /\.(one|two)$/.test(key) ? [wanted, wanted.filter((name) => name !== "n"), placeholders(en[key.replace(plural, "")] ?? ""), placeholders(en[key.replace(plural, "")] ?? "").filter((name) => name !== "n")] : [wanted];
      return !allowed.some((names) => names.join() === has.join());
    });
    assert.deepEqual(wrong, []);
  });
}

test("Arabic is Arabic: what has no Arabic letter is a code, a unit or a name", () => {
  const foreign = Object.entries(ar).filter(([key, text]) => key in en && text && text.replace(/[\u2066-\u2069]/g, "") !== en[key] && !/\p{Script=Arabic}/u.test(text)).map(([key]) => key);
  assert.deepEqual(foreign, []);
  const same = Object.entries(ar).filter(([key, text]) => text && text === en[key] && /[a-z]{4,}/.test(text.replace(/\{\w+\}|DICOMweb|Isocenter/g, ""))).map(([key]) => key);
  assert.deepEqual(same, [], "left in English");
});

test("digits are those of the images in every language", () => {
  for (const words of [de, ar]) for (const [key, text] of Object.entries(words)) assert.doesNotMatch(text, /[\u0660-\u0669\u06f0-\u06f9]/, key);
});

test("styles know start and end, not left and right", () => {
  const folder = new URL("../app/style/", import.meta.url);
  const wrong = [];
  for (const file of readdirSync(folder)) {
    const text = readFileSync(new URL(file, folder), "utf8").replace(/\/\*[^]*?\*\//g, "");
    for (const [, selector, body] of text.matchAll(/([^{}]+)\{([^{}]*)\}/g)) {
      if (/\.letter\.(left|right)/.test(selector)) continue; // sides of the patient never turn
      for (const declaration of body.split(";").map((part) => part.trim())) {
        const isPhysical = /^(left|right|(margin|padding|border)-(left|right)(-\w+)?)\s*:/.test(declaration) || /^(text-align|float|clear)\s*:\s*(left|right)/.test(declaration);
        const isMiddle = declaration === "left: 50%"; // the same from both sides
        const four = /^(padding|margin|inset)\s*:\s*(.+)$/.exec(declaration)?.[2].match(/(?:calc\((?:[^()]|\([^()]*\))*\)|env\([^()]*\)|[^\s()])+/g);
        if ((isPhysical && !isMiddle) || (four?.length === 4 && four[1] !== four[3])) wrong.push(`${file}: ${selector.trim()} { ${declaration} }`);
      }
    }
  }
  assert.deepEqual(wrong, []);
});

test("dates have their month in letters, and a day that is none stays as it was sent", () => {
  assert.match(date("20260503"), /May/);
  assert.doesNotMatch(date("20260503"), /\b0?5\b/, "3/5 would be two days");
  for (const [given, shown] of [["20260231", "2026-02-31"], ["", ""], ["2026", "2026"], ["nonsense", "nonsense"], [undefined, ""]]) assert.equal(date(given), shown);
  assert.equal(bytes(0), "0 B");
  assert.equal(bytes(1_500_000), "1.5 MB");
});
