/** What lies above a frame, a byte a pixel: bit 0 an overlay, bit 1 a shutter. Shutters hide first, overlays are drawn over them. */
import { forEachBit } from "./overlays.js";
import { bitmapGroups, forEachHidden } from "./shutter.js";

export const overlaid = 1, shuttered = 2;

/**
 * @param image rows, columns, `overlays`, `shutter` (from its metadata)
 * @param frame number from 1
 * @param aspect height of a pixel over its width
 * @param words of the frame as stored, or null; see `forEachBit`
 * @returns {Uint8Array | null} null where nothing lies above it
 */
export function maskOf(image, frame, aspect = 1, words = null) {
  const { overlays = [], shutter = null, rows, columns } = image;
  if (!overlays.length && !shutter) return null;
  const mask = new Uint8Array(rows * columns);
  let any = false;
  const mark = (bit) => (row, column) => { mask[row * columns + column] |= bit; any = true; };
  const hiding = bitmapGroups(shutter);
  for (const overlay of overlays) {
    const hides = hiding.includes(overlay.group);
    if (hides || overlay.kind === "G") forEachBit(overlay, frame, image, words, mark(hides ? shuttered : overlaid));
  }
  for (const each of shutter?.shapes ?? []) forEachHidden(each, image, aspect, mark(shuttered));
  return any ? mask : null;
}

/** Black on bright, white on dark: an overlay is seen on every ground. The middle grey counts as dark, as on the server. */
export const contrast = (red, green, blue) => (Math.floor((299 * red + 587 * green + 114 * blue) / 1000) > 128 ? 0 : 255);
