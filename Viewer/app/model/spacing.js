/**
 * Millimetres of a pixel, with their source; none where the object does not say (PS3.3 §10.7.1.3, §C.8.11.4).
 */

/** Projection X-ray: Pixel Spacing there may be calibrated or a copy of the detector's. */
const projection = new Set(["CR", "DX", "MG", "RF", "XA", "IO", "PX", "RG"]);

const usable = (spacing) => Array.isArray(spacing) && spacing.length === 2 && spacing.every((mm) => Number.isFinite(mm) && mm > 0 && mm < 1000);

/**
 * @returns `{row, column, source}`: distance between the centres of neighbouring rows (vertical) and columns
 *   (horizontal) in mm; `source` is "patient", "calibrated or detector" (projection, the object does not say which)
 *   or "detector"; or null.
 */
export function spacing(image, modality) {
  const own = usable(image.pixelSpacing) ? image.pixelSpacing : null;
  const imager = usable(image.imagerPixelSpacing) ? image.imagerPixelSpacing : null;
  if (own && imager && own.every((mm, n) => Math.abs(mm - imager[n]) < 1e-6)) return made(own, "detector");
  if (own) return made(own, projection.has(modality) ? "stated" : "patient");
  return imager ? made(imager, "detector") : null;
}

const made = ([row, column], source) => ({ row, column, source });

/** Height of a pixel over its width, from the spacing, else from Pixel Aspect Ratio (vertical\horizontal), else 1. */
export function aspect(image) {
  const known = [image.pixelSpacing, image.imagerPixelSpacing].find(usable);
  if (known) return known[0] / known[1];
  const ratio = image.pixelAspectRatio;
  return usable(ratio) ? ratio[0] / ratio[1] : 1;
}

/** Length for a scale bar: the largest of 1, 2, 5 × 10ⁿ mm that fits into `available` device pixels. */
export function barLength(mmPerPixel, available) {
  const limit = mmPerPixel * available;
  if (!(limit > 0) || !Number.isFinite(limit)) return null;
  const power = 10 ** Math.floor(Math.log10(limit));
  return [5, 2, 1].map((n) => n * power).find((mm) => mm <= limit) ?? power;
}
