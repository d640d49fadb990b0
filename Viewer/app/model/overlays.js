/** Overlays in the groups 60xx (PS3.3 §C.9.2): planes of single bits above an image, or in bits its samples leave free. */
import { bytes, number, numbers, text } from "./attributes.js";

const most = 2 ** 28;

/**
 * Regions of interest (kind R) are for those who measure; they are not drawn.
 *
 * @returns `{overlays, notes}`: overlays `{group, kind, rows, columns, top, left, count, first, bits}`, `bits` null and `bit` its
 *   position where it lies in the pixel data; notes of those that cannot be shown
 */
export async function overlaysOf(set, image, bulk) {
  const overlays = [], notes = [];
  for (let group = 0x6000; group <= 0x601e; group += 2) {
    const tag = (element) => group.toString(16).toUpperCase() + element;
    const rows = number(set, tag("0010")), columns = number(set, tag("0011"));
    if (rows === null) continue;
    const origin = numbers(set, tag("0050"));
    const data = await bytes(set, tag("3000"), bulk);
    const overlay = {
      group, kind: text(set, tag("0040")) || "G", rows, columns, top: (origin[0] ?? 1) - 1, left: (origin[1] ?? 1) - 1,
      count: number(set, tag("0015")), first: number(set, tag("0051")), bits: data, bit: data ? null : number(set, tag("0102")),
    };
    const fits = rows > 0 && columns > 0 && rows * columns <= most && ["G", "R", ""].includes(text(set, tag("0040")));
    const lies = data ? data.length >= Math.ceil((rows * columns) / 8) : number(set, tag("0100")) > 1 && rows === image.rows && columns === image.columns;
    if (fits && lies) overlays.push(data ? overlay : { ...overlay, top: 0, left: 0 });
    else notes.push("overlay");
  }
  return { overlays, notes };
}

/** Which plane of an overlay lies above a frame (from 1), or null: without a count the only one, above every frame or the one named. */
export function planeOf({ count, first }, frame) {
  if (count === null) return !first || first === frame ? 0 : null;
  if (count <= 1 && first === null) return 0;
  const index = frame - Math.max(first ?? 1, 1);
  return index >= 0 && index < Math.max(count, 1) ? index : null;
}

/**
 * Calls `mark(row, column)` for each bit that is set and lies within the image.
 * @param words stored words before anything was cut off, for overlays that lie in them; null where they are not at hand
 */
export function forEachBit(overlay, frame, image, words, mark) {
  const plane = planeOf(overlay, frame);
  if (plane === null) return;
  const { rows, columns, top, left, bits, bit } = overlay;
  const start = plane * rows * columns;
  const isSet = bits
    ? (n) => (bits[(start + n) >> 3] >> ((start + n) & 7)) & 1
    : (n) => (words ? Math.floor(words[n] / 2 ** bit) & 1 : 0);
  for (let n = 0; n < rows * columns; n++) {
    if (!isSet(n)) continue;
    const row = top + Math.floor(n / columns), column = left + (n % columns);
    if (row >= 0 && row < image.rows && column >= 0 && column < image.columns) mark(row, column);
  }
}
