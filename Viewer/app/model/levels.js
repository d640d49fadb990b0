/**
 * Grey of every stored value as a table, where a modality or VOI table leaves no formula (PS3.3 §C.11.1, §C.11.2).
 *
 * `{key, first, values}`: `values[stored - first]` is the grey 0…255 before inversion.
 */
import { looked, topOf } from "./lookup.js";
import { voi } from "./voi.js";

/** Stored values of an image: `[lowest, highest]`; null for floating point and what no table can hold. */
export function storedRange({ bitsStored, bitsAllocated, pixelRepresentation }) {
  const bits = bitsStored ?? bitsAllocated;
  if (!(bits >= 1 && bits <= 16) || pixelRepresentation == null) return null;
  return pixelRepresentation === 1 ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
}

/** From greys 0…255 through a presentation LUT, whose inputs span them (PS3.3 §C.11.6). */
export function presented(lut, grey) {
  const last = lut.entries.length - 1;
  return (looked(lut, lut.first + (grey / 255) * last) / topOf(lut)) * 255;
}

/** From stored values to the modality's. */
export const modalityValue = (image, stored) =>
  image.modalityLUT ? looked(image.modalityLUT, stored) : stored * (image.rescaleSlope ?? 1) + (image.rescaleIntercept ?? 0);

/** Whether modality values may be below 0, so that a VOI table's first value is signed. */
export function mayBeNegative(image) {
  if (image.modalityLUT) return false;
  const range = storedRange(image);
  return !range || range.some((stored) => modalityValue(image, stored) < 0);
}

const kept = new Map(); // the last tables, by key: a look is computed at every drawing
const most = 24;

/** @param window as `resolveWindow` gives it; null where the image's values are in no table's reach */
export function levelTable(image, window) {
  const range = storedRange(image);
  if (!range) return null;
  const { sopInstanceUID, rescaleSlope, rescaleIntercept, presentationKey, presentationLUT } = image;
  const key = [sopInstanceUID, presentationKey, rescaleSlope, rescaleIntercept, window.lut ? window.pair : [window.name, window.center, window.width]].join();
  let table = kept.get(key);
  if (!table) {
    const values = new Uint8Array(range[1] - range[0] + 1);
    for (let n = 0; n < values.length; n++) {
      const x = modalityValue(image, range[0] + n);
      const grey = window.lut ? (looked(window.lut, x) / topOf(window.lut)) * 255 : voi(window.name, x, window.center, window.width);
      values[n] = Math.floor((presentationLUT ? presented(presentationLUT, grey) : grey) + 0.5);
    }
    table = { key, first: range[0], values, toJSON: () => key };
    if (kept.size >= most) kept.delete(kept.keys().next().value);
    kept.set(key, table);
  }
  return table;
}

/** The grey of a stored value; what lies outside (rubbish above Bits Stored was cut off before) gets the nearest one's. */
export const levelOf = ({ first, values }, stored) => values[Math.min(Math.max(stored - first, 0), values.length - 1)];
