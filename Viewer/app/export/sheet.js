/** A printed sheet: sizes in millimetres of paper, pure. */
import { barLength } from "../model/spacing.js";

/** Evenly spaced positions 0 … count − 1, the first and the last among them; at most `most`. */
export function spread(count, most) {
  if (count <= most) return Array.from({ length: count }, (_, n) => n);
  if (most < 2) return [Math.floor(count / 2)];
  return Array.from({ length: most }, (_, n) => Math.round((n * (count - 1)) / (most - 1)));
}

/**
 * @param {{columns, rows}} geometry; @param scale `{row, column}` mm, or null; @param orientation of the view
 * @returns `{width, height}` in mm of the patient (or wherever the scale is true), or null
 */
export function realSize({ columns, rows }, scale, [a, b]) {
  if (!(scale?.row > 0) || !(scale.column > 0)) return null;
  const wide = columns * scale.column, high = rows * scale.row;
  return a === 0 && b !== 0 ? { width: high, height: wide } : { width: wide, height: high };
}

/** What is printable of common sheets after margins of 12 mm, the smaller of A4 and US Letter: who prints larger is asked by the browser. */
export const printable = { width: 186, height: 220 };

/** Whether a picture can be printed in its true size on one sheet. */
export const fitsSheet = (size) => Boolean(size) && size.width <= printable.width && size.height <= printable.height;

/** A bar below a picture: its length in mm and the share of the picture's width that it takes. */
export function barBelow(size) {
  const mm = size && barLength(1, size.width * 0.4);
  return mm ? { mm, share: mm / size.width } : null;
}
