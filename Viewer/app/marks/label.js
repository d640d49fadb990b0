/** A mark in words: what it measures, with unit and where that is true; the same for the eye and for a screen reader. */
import { number } from "../model/text.js";
import { t } from "../ui/words.js";

const digits = (value, unit) => (unit === "" || unit === "px" || unit === "px²" ? 1 : Math.abs(value) < 10 ? 2 : 1);
const one = ({ value, unit }) => `${number(value, digits(value, unit))}${unit === "°" ? "°" : unit ? ` ${unit}` : ""}`;

/** @returns lines from the top; `values` as in `values.js`, `scale` as in `scale.js` */
export function lines(mark, values, scale) {
  const list = mark.text ? mark.text.split("\n") : [];
  const found = Object.fromEntries(values.map((each) => [each.name, each]));
  if (found.length) list.push(one(found.length));
  if (found.long) list.push(`${t("mark.long")} ${one(found.long)}`, `${t("mark.short")} ${one(found.short)}`);
  if (found.angle) list.push(one(found.angle));
  if (found.value) list.push(one(found.value));
  if (found.known) list.push(`${t("mark.known")} ${one(found.known)}${mark.reach === "series" ? ` · ${t("mark.known.series")}` : ""}`);
  if (found.mean) {
    list.push(`${t("mark.mean")} ${one(found.mean)}${found.sd ? ` · ${t("mark.sd")} ${number(found.sd.value, 2)}` : ""}`);
    list.push(`${t("mark.min")} ${number(found.min.value, 1)} · ${t("mark.max")} ${number(found.max.value, 1)} · ${t("mark.count")} ${found.count.value}`);
  }
  if (found.area) list.push(one(found.area));
  const measures = values.some(({ unit }) => /^(mm|px)/.test(unit)) && mark.kind !== "calibration";
  if (measures) list.push(where(scale));
  if (mark.rival) list.push(t("mark.rival"));
  return list;
}

/** Where the millimetres are true, or why there are none. */
export const where = (scale) => (scale.row ? t(`mark.in.${scale.source}`) : t(scale.reason ?? "scale.absent"));

export const spoken = (mark, all) => [t(`mark.${mark.kind}`), ...all].join(", ");
