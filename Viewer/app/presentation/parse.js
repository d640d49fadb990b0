/**
 * Softcopy presentation states (PS3.3 §A.33) as values, any maker's: how somebody wants images to be seen. What is not applied is in
 * `remarks`, keys of the words table; a state that is not applied at all has a `refusal`.
 */
import { items, number, numbers, text, texts } from "../model/attributes.js";
import { lookupTable } from "../model/lookup.js";
import { overlaysOf } from "../model/overlays.js";
import { shutterOf } from "../model/shutter.js";
import { fromGrey, fromLab } from "./colour.js";

const prefix = "1.2.840.10008.5.1.4.1.1.11.";
/** SOP class → how it is applied; others are listed and not applied. */
const kinds = { [`${prefix}1`]: "grey", [`${prefix}2`]: "colour", [`${prefix}5`]: "grey" };
export const isPresentationState = (sopClass) => sopClass?.startsWith(prefix) ?? false;

const lut = { descriptor: "00283002", data: "00283006" };
const most = 1e7;

/** @param set in the DICOM JSON model; @param bulk gives the bytes behind a link */
export async function presentationOf(set, bulk) {
  const remarks = [];
  const state = {
    uid: text(set, "00080018"), label: text(set, "00700080"), description: text(set, "00700081"), creator: person(set, "00700084"), created: `${text(set, "00700082")}${text(set, "00700083")}`,
    kind: kinds[text(set, "00080016")] ?? null, refusal: null, remarks,
    references: items(set, "00081115").flatMap((series) => referencesOf(items(series, "00081140")).map((each) => ({ ...each, series: text(series, "0020000E") }))),
  };
  if (!state.kind) return { ...state, refusal: "kind" };
  try {
    Object.assign(state, transformation(set), {
      areas: items(set, "0070005A").map(area), layers: items(set, "00700060").map(layer).filter(({ name }) => name).sort((a, b) => a.order - b.order),
      modality: state.kind === "grey" ? await modality(set, bulk) : null, voi: state.kind === "grey" ? await Promise.all(items(set, "00283110").map((item) => voi(item, bulk))) : [],
      lut: state.kind === "grey" ? await presentationLUT(set, bulk) : null,
    });
  } catch (error) {
    // Half of it would show wrong values, or a wrong side.
    return { ...state, refusal: "broken", why: error.message };
  }
  const above = await overlaysOf(set, { rows: 0, columns: 0 }, bulk).catch(() => ({ overlays: [], notes: ["overlay"] }));
  if (above.notes.length) remarks.push("overlay");
  if (items(set, "00286100").length) remarks.push("mask");
  if (items(set, "00700234").length) remarks.push("groups");
  if (state.areas.some(({ mode }) => mode === "TRUE SIZE")) remarks.push("trueSize");
  return { ...state, shutter: shutterOf(set), overlays: above.overlays, activated: activated(set), annotations: items(set, "00700001").map((item) => annotation(item, remarks)) };
}

function person(set, tag) {
  const value = set?.[tag]?.Value?.[0];
  return typeof value === "string" ? value : value?.Alphabetic ?? "";
}

const referencesOf = (list) => list.map((item) => ({ instance: text(item, "00081155"), frames: numbers(item, "00081160") }));
/** null: every image of the presentation state. */
const concerned = (item) => (item["00081140"] ? referencesOf(items(item, "00081140")) : null);

/** Whether a part of a presentation state is meant for a frame (PS3.3 §C.11.11). */
export const concerns = (references, instance, frame) => references === null || references.some((each) => each.instance === instance && (!each.frames.length || each.frames.includes(frame)));

/** Clockwise in quarter turns, then left and right changed (PS3.3 §C.10.6). */
function transformation(set) {
  const angle = number(set, "00700042") ?? 0, flip = text(set, "00700041");
  if (angle % 90) throw new Error(`Image Rotation ${angle}`);
  if (!["", "Y", "N"].includes(flip)) throw new Error(`Image Horizontal Flip ${flip}`);
  return { turns: ((angle / 90) % 4 + 4) % 4, flipped: flip === "Y" };
}

/** PS3.3 §C.10.4: pixel numbers from 1, of the image before the transformation, in the order of after it. */
function area(item) {
  const [first, last] = ["00700052", "00700053"].map((tag) => numbers(item, tag));
  if (first.length !== 2 || last.length !== 2 || [...first, ...last].some((value) => Math.abs(value) > 2 ** 20)) throw new Error("Displayed Area");
  const mode = text(item, "00700100"), magnification = number(item, "00700103");
  if (!["SCALE TO FIT", "TRUE SIZE", "MAGNIFY"].includes(mode)) throw new Error(`Presentation Size Mode ${mode}`);
  if (mode === "MAGNIFY" && !(magnification >= 1e-3 && magnification <= 1e3)) throw new Error("Presentation Pixel Magnification Ratio");
  const low = (n) => Math.min(first[n], last[n]), high = (n) => Math.max(first[n], last[n]);
  const pair = [numbers(item, "00700101"), numbers(item, "00700102")].find(([a, b]) => a > 0 && b > 0 && a / b >= 0.01 && a / b <= 100);
  return {
    references: concerned(item), mode, magnification: mode === "MAGNIFY" ? magnification : null, aspect: pair ? pair[0] / pair[1] : null,
    x: low(0) - 1, y: low(1) - 1, width: high(0) - low(0) + 1, height: high(1) - low(1) + 1,
  };
}

/** Tables are read as unsigned; whether their first input is signed the image says. */
async function modality(set, bulk) {
  const item = items(set, "00283000")[0];
  if (item) return { table: await lookupTable(item, lut, false, bulk) };
  const [slope, intercept] = [number(set, "00281053"), number(set, "00281052")];
  if ((slope === null) !== (intercept === null) || slope === 0) throw new Error("Rescale Slope");
  return { slope: slope ?? 1, intercept: intercept ?? 0, type: text(set, "00281054") };
}

async function voi(item, bulk) {
  const tables = [];
  for (const table of items(item, "00283010")) tables.push({ ...(await lookupTable(table, lut, false, bulk)), explanation: text(table, "00283003") });
  return { references: concerned(item), tables, centers: numbers(item, "00281050"), widths: numbers(item, "00281051"), explanations: texts(item, "00281055"), function: text(item, "00281056") };
}

async function presentationLUT(set, bulk) {
  const item = items(set, "20500010")[0];
  if (item) return { shape: null, table: await lookupTable(item, lut, false, bulk) };
  const shape = text(set, "20500020");
  if (!["", "IDENTITY", "INVERSE"].includes(shape)) throw new Error(`Presentation LUT Shape ${shape}`);
  return { shape: shape || "IDENTITY", table: null };
}

/** Groups of overlays that are shown, with their layers (PS3.3 §C.11.7). */
function activated(set) {
  const found = new Map();
  for (let group = 0x6000; group <= 0x601e; group += 2) {
    const layer = text(set, `${group.toString(16).toUpperCase()}1001`);
    if (layer) found.set(group, layer);
  }
  return found;
}

const layer = (item) => ({
  name: text(item, "00700002"), order: number(item, "00700062") ?? 0, description: text(item, "00700068"),
  colour: fromLab(numbers(item, "00700401")) ?? fromGrey(number(item, "00700066") ?? -1) ?? [255, 255, 255],
});

const shapes = { POINT: [1, 1], POLYLINE: [2, 65536], INTERPOLATED: [2, 65536], CIRCLE: [2, 2], ELLIPSE: [4, 4] };
const units = ["PIXEL", "DISPLAY"];

function annotation(item, remarks) {
  const found = { references: concerned(item), layer: text(item, "00700002"), graphics: [], texts: [] };
  for (const each of items(item, "00700009")) {
    const graphic = graphicOf(each);
    if (graphic) found.graphics.push(graphic);
    else remarks.push("graphic");
  }
  for (const each of items(item, "00700008")) {
    const words = textOf(each);
    if (words) found.texts.push(words);
    else remarks.push("text");
  }
  const drawn = new Set([...items(item, "00700009"), ...items(item, "00700008")].map((each) => number(each, "00700226")).filter((n) => n !== null));
  if (items(item, "00700209").some((each) => !drawn.has(number(each, "00700226")))) remarks.push("compound");
  return found;
}

function pairs(values) {
  if (values.length % 2 || values.some((value) => Math.abs(value) >= most)) return null;
  return Array.from({ length: values.length / 2 }, (_, n) => [values[2 * n], values[2 * n + 1]]);
}

function graphicOf(item) {
  const kind = text(item, "00700023"), points = pairs(numbers(item, "00700022")), unit = text(item, "00700005");
  const [least, top] = shapes[kind] ?? [1, 0];
  if (!points || points.length < least || points.length > top || !units.includes(unit)) return null;
  const line = items(item, "00700232")[0], fill = items(item, "00700233")[0], thickness = number(line, "00700253");
  return {
    kind, points, units: unit, isFilled: text(item, "00700024") === "Y", tracking: text(item, "00620021"), colour: fromLab(numbers(line, "00700251")), fill: fromLab(numbers(fill, "00700251")),
    thickness: thickness >= 0.1 && thickness <= 100 ? thickness : null, isDashed: text(line, "00700254") === "DASHED",
  };
}

function textOf(item) {
  const point = (tag) => pairs(numbers(item, tag))?.[0] ?? null;
  const [first, last, anchor] = ["00700010", "00700011", "00700014"].map(point);
  const [boxUnits, anchorUnits] = [text(item, "00700003"), text(item, "00700004")];
  const box = first && last && units.includes(boxUnits) ? { first, last, units: boxUnits, justified: text(item, "00700012") || "LEFT" } : null;
  const place = anchor && units.includes(anchorUnits) ? { point: anchor, units: anchorUnits, isVisible: text(item, "00700015") === "Y" } : null;
  if (!box && !place) return null;
  const words = String(item["00700006"]?.Value?.[0] ?? "").slice(0, 10240);
  return { lines: words.split(/\r\n|\r|\n/), box, anchor: place, tracking: text(item, "00620021"), colour: fromLab(numbers(items(item, "00700231")[0], "00700241")) };
}
