/** What structured reports after TID 1500 say was measured, without the images: values, units, words, and how the lengths were scaled. */
import { items, number, text } from "../model/attributes.js";

const tags = { name: "0040A043", content: "0040A730", value: "00080100", scheme: "00080102", type: "0040A040", text: "0040A160", uid: "0040A124", code: "0040A168", measured: "0040A300", number: "0040A30A", float: "0040A161", units: "004008EA" };
const names = { "410668003": "length", "G-D7FE": "length", "103339001": "long", "G-A185": "long", "103340004": "short", "G-A186": "short", 121211: "length" };

const code = (item, tag) => text(items(item, tag)[0], tags.value);
const content = (item) => items(item, tags.content);

/** @returns `[{id, text, values: [{name, value, unit}], isCalibratedByUser, created}]` of each measurement group that has diameters or lengths */
export function measurementsOfReport(set) {
  const created = `${text(set, "00080023")}${text(set, "00080033")}`;
  return [...groups(set)].map((group) => {
    const children = content(group), of = (concept) => children.find((item) => code(item, tags.name) === concept);
    const method = code(of("370129005"), tags.code);
    const values = children.filter((item) => text(item, tags.type) === "NUM").flatMap((item) => {
      const measured = items(item, tags.measured)[0], name = names[code(item, tags.name)], value = number(measured, tags.float) ?? number(measured, tags.number);
      const unit = { mm: "mm", cm: "cm", "{pixels}": "px" }[code(measured, tags.units)];
      return name && value != null && unit ? [unit === "cm" ? { name, value: value * 10, unit: "mm" } : { name, value, unit }] : [];
    });
    return { id: text(of("112040"), tags.uid), text: text(of("121106"), tags.text) || text(of("112039"), tags.text), values, isCalibratedByUser: method === "USERCALIBRATED", isKnownLength: method.startsWith("KNOWN"), created };
  }).filter(({ isKnownLength }) => !isKnownLength);
}

function* groups(item) {
  for (const child of content(item)) {
    if (code(child, tags.name) === "125007" && text(child, tags.type) === "CONTAINER") yield child;
    else yield* groups(child);
  }
}

/** Of each measurement the newest report's. */
export function newest(measurements) {
  const found = new Map();
  for (const each of measurements) if (!(found.get(each.id)?.created > each.created)) found.set(each.id, each);
  return [...found.values()];
}
