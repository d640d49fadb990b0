/**
 * Millimetres of a pixel with where they hold, as the server found them (PS3.3 §10.7.1, §C.8.5.5, §C.8.11.4).
 */

/**
 * @returns `{row, column, source, words}`: distance between the centres of neighbouring rows (vertical) and columns
 *   (horizontal) in mm; `source` is "patient", "calibrated", "estimated", "detector", "unknown", "ultrasound" or "film";
 *   or null where lengths are pixels.
 */
export const spacing = ({ spacing: found }) => (found?.row > 0 && found.column > 0 ? found : null);

/** Height of a pixel over its width, from the spacing, else from Pixel Aspect Ratio (vertical\horizontal), else 1. */
export function aspect(image) {
  const known = spacing(image);
  if (known) return known.row / known.column;
  const [high, wide] = image.pixelAspectRatio ?? [];
  const ratio = high / wide;
  return ratio >= 0.01 && ratio <= 100 ? ratio : 1;
}

/** Length for a scale bar: the largest of 1, 2, 5 × 10ⁿ mm that fits into `available` device pixels. */
export function barLength(mmPerPixel, available) {
  const limit = mmPerPixel * available;
  if (!(limit > 0) || !Number.isFinite(limit)) return null;
  const power = 10 ** Math.floor(Math.log10(limit));
  return [5, 2, 1].map((n) => n * power).find((mm) => mm <= limit) ?? power;
}
