/**
 * A presentation state applied to a frame: what it says takes the place of what the image says of its own display, and what it does not name is not there
 * (PS3.4 §N.2). Lengths and values are measured in the image as it came.
 */
import { mayBeNegative, storedRange } from "../model/levels.js";
import { maskOf } from "../model/mask.js";
import { bitmapGroups } from "../model/shutter.js";
import { aspect } from "../model/spacing.js";
import { isGrey } from "../model/window.js";
import { concerns } from "./parse.js";

/** Whether it is meant for a frame, and can be applied to it: a key of the words table why not, or null. */
export function refusal(state, image, frame) {
  if (state.refusal) return state.refusal;
  if (!concerns(state.references, image.sopInstanceUID, frame)) return "other";
  if (state.kind === "grey" && !isGrey(image)) return "colours";
  if (state.kind === "colour" && isGrey(image)) return "greys";
  return null;
}

/** The item that concerns a frame; the first one counts. */
const item = (list, image, frame) => list.find(({ references }) => concerns(references, image.sopInstanceUID, frame)) ?? null;
export const areaOf = (state, image, frame) => item(state.areas, image, frame);

const signed = (table, isSigned) => (isSigned ? { ...table, first: (table.first << 16) >> 16 } : table);

const known = new WeakMap(); // image → state → image as the state wants it

/** The image's attributes as the presentation state wants them; `presentationKey` tells them from the image's own. */
export function imageAs(state, image, frame) {
  if (!known.has(image)) known.set(image, new Map());
  const of = known.get(image), key = `${state.uid} ${frame}`;
  if (!of.has(key)) of.set(key, made(state, image, frame));
  return of.get(key);
}

function made(state, image, frame) {
  const common = { ...image, shutter: state.shutter, overlays: overlays(state, image), presentationKey: state.uid };
  if (state.kind === "colour") return common;
  const { modality } = state;
  const rescaled = {
    ...common, modalityLUT: modality.table ? signed(modality.table, image.pixelRepresentation === 1) : null,
    rescaleSlope: modality.slope ?? 1, rescaleIntercept: modality.intercept ?? 0, rescaleType: modality.type || image.rescaleType,
    // It says what is white, of MONOCHROME1 too.
    photometricInterpretation: "MONOCHROME2", presentationLUTShape: state.lut.shape ?? "IDENTITY", presentationLUT: state.lut.table,
  };
  const chosen = item(state.voi, image, frame);
  if (!chosen) return { ...rescaled, ...everything(rescaled) };
  const negative = mayBeNegative(rescaled);
  return {
    ...rescaled, voiLUTs: chosen.tables.map((table) => signed(table, negative)), windowCenter: chosen.centers, windowWidth: chosen.widths, windowExplanation: chosen.explanations,
    voiLUTFunction: chosen.function || null,
  };
}

/** No values of interest are named: all that the modality's values can be. */
function everything(image) {
  const none = { voiLUTs: [], windowCenter: [], windowWidth: [], windowExplanation: [], voiLUTFunction: null };
  const range = storedRange(image);
  if (!range) return none;
  const [low, high] = image.modalityLUT
    ? [0, 2 ** image.modalityLUT.bits - 1]
    : range.map((stored) => stored * image.rescaleSlope + image.rescaleIntercept).sort((a, b) => a - b);
  return { ...none, windowCenter: [(low + high) / 2 + 0.5], windowWidth: [Math.max(high - low + 1, 1)] };
}

/** Overlays that are activated, its own before the image's; and the one that is the bitmap shutter. */
function overlays(state, image) {
  const groups = new Set([...state.activated.keys(), ...bitmapGroups(state.shutter)]);
  const own = new Map([...(image.overlays ?? []), ...state.overlays].map((overlay) => [overlay.group, overlay])); // the state's come last and stay
  return [...groups].flatMap((group) => (own.has(group) ? [{ ...own.get(group), kind: "G" }] : []));
}

const masks = new WeakMap(); // frame → key → frame with another mask

/** The frame with the shutters and overlays of the presentation state in place of the image's. */
export function frameAs(state, image, frame, number) {
  if (!frame) return null;
  if (!masks.has(frame)) masks.set(frame, new Map());
  const of = masks.get(frame);
  const key = `${state.uid} ${image.overlays.length}`; // the image's overlays may arrive later
  if (!of.has(key)) {
    const mask = maskOf(image, number, aspect(image));
    const cut = image.overlays.some(({ bits }) => !bits); // in bits of the samples that are gone
    const notes = [...(frame.notes ?? []).filter((note) => note !== "overlay"), ...(cut ? ["overlay"] : [])];
    of.set(key, { ...frame, mask, notes });
  }
  return of.get(key);
}

/** Drawings and words for a frame, in the order of the layers; what no layer describes lies on top, in white. */
export function annotationsOf(state, image, frame) {
  const names = new Map(state.layers.map((layer, order) => [layer.name, { order, colour: layer.colour }]));
  const place = ({ layer }) => names.get(layer)?.order ?? Infinity;
  return state.annotations
    .filter(({ references }) => concerns(references, image.sopInstanceUID, frame))
    .map((each) => ({ ...each, colour: names.get(each.layer)?.colour ?? [255, 255, 255] }))
    .sort((a, b) => place(a) - place(b));
}
