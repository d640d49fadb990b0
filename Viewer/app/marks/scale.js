/**
 * Millimetres of a mark, with where they are true; or why there are none. The spacing of an image and its source are the
 * server's (docs/develop/http-api.md); this file decides what holds at the points of one mark.
 *
 * `{row, column, source, words, reason}`: mm from row to row and from column to column, or null; `source` as in `model/spacing.js`, or
 * "user" for a length that the reader calibrated; `reason` (key of the words table) says why lengths are pixels; `unlike` is true where
 * the directions of the plane are no lengths at all, and angles mean nothing.
 */
import { aspect, spacing } from "../model/spacing.js";

const none = (reason, more = {}) => ({ row: null, column: null, source: "none", words: "", reason, ...more });

/** @param calibrations marks of kind "calibration" */
export function scaleOf(mark, image, calibrations = []) {
  const own = byUser(mark, image, calibrations);
  if (own) return own;
  const regions = image.spacing?.regions ?? [];
  if (regions.length) return inRegions(mark, regions);
  const known = spacing(image);
  if (known) return { row: known.row, column: known.column, source: known.source, words: known.words ?? "", reason: null };
  return none(image.spacing?.warnings?.length ? "scale.unbelieved" : "scale.absent", { words: image.spacing?.warnings?.join("\n") ?? "" });
}

/**
 * What a user calibrated, or null: with a length on the frame itself, on another of its object, or on an image of the series where that was said to
 * hold for all of the same size.
 */
export function byUser({ series, instance, frame }, image, calibrations) {
  const own = calibrations.findLast((each) => each.instance === instance && each.frame === frame) ?? calibrations.findLast((each) => each.instance === instance)
    ?? calibrations.findLast((each) => each.reach === "series" && each.series === series && each.matrix?.[0] === image.columns && each.matrix?.[1] === image.rows);
  return own ? calibrated(own, image) : null;
}

/**
 * Whether a known length on this image may be said to hold for its series: there are other images of its size, and the images do not say themselves how
 * large they are in the patient, which a length on one of them cannot correct for all.
 */
export const mayReachSeries = (image, others) =>
  !["patient", "ultrasound"].includes(image.spacing?.source) && !image.spacing?.regions?.length && others.some((each) => each.sopInstanceUID !== image.sopInstanceUID && each.columns === image.columns && each.rows === image.rows);

function calibrated({ points: [a, b], millimetres }, image) {
  const high = aspect(image);
  const pixels = Math.hypot(b[0] - a[0], (b[1] - a[1]) * high);
  if (!(pixels > 0 && millimetres > 0)) return null;
  const column = millimetres / pixels;
  return { row: column * high, column, source: "user", words: "", reason: null };
}

/** Ultrasound (PS3.3 §C.8.5.5): all points in one region, both of whose directions are centimetres. */
function inRegions({ points }, regions) {
  const found = points.map((at) => regionAt(regions, at));
  if (found.some((region) => !region)) return none("scale.outside");
  if (found.some((region) => region !== found[0])) return none("scale.across", { unlike: true });
  const { horizontal, vertical } = found[0];
  if (horizontal?.unit !== "cm" || vertical?.unit !== "cm") return none("scale.units", { unlike: true });
  const [column, row] = [Math.abs(horizontal.delta ?? 0) * 10, Math.abs(vertical.delta ?? 0) * 10];
  const believed = (mm) => mm >= 1e-5 && mm <= 1000;
  if (!believed(column) || !believed(row) || row / column > 100 || column / row > 100) return none("scale.unbelieved");
  return { row, column, source: "ultrasound", words: "", reason: null };
}

/** The region that counts at a point: one with priority, then the smallest. */
export function regionAt(regions, [x, y]) {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  const size = ({ columns: [a, b], rows: [c, d] }) => (b - a + 1) * (d - c + 1);
  return regions
    .filter(({ columns: [a, b], rows: [c, d] }) => column >= a && column <= b && row >= c && row <= d)
    .sort((a, b) => Number(b.hasPriority) - Number(a.hasPriority) || size(a) - size(b))[0] ?? null;
}
