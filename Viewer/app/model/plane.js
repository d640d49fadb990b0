/**
 * The plane of an image in the patient coordinate system (PS3.3 §C.7.6.2.1.1): where its pixels lie, which other planes cut it.
 * Image points count from the outer corner of the first pixel, so its centre is (0.5, 0.5).
 */

export const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
export const along = (point, direction, distance) => point.map((value, axis) => value + direction[axis] * distance);
export const between = (a, b) => b.map((value, axis) => value - a[axis]);
const norm = (a) => Math.hypot(...a);

/** Cosines of the rows and columns may be this far from perpendicular and from unit length: rounding, not contradiction. */
const tolerance = 1e-3;

/** Planes whose normals differ by less than this are read as the same cut of the body, for scrolling together (cosine of 10°). */
const sameCut = Math.cos((10 * Math.PI) / 180);

/** Below this sine two planes are parallel: there is no line to draw. */
const parallelSine = 1e-3;

/**
 * @param image of the manifest: `imagePosition`, `imageOrientation`, `spacing`, `rows`, `columns`, `frameOfReferenceUID`
 * @returns `{frame, origin, row, column, normal, rowStep, columnStep, rows, columns}`: `origin` the centre of the first pixel (LPS mm),
 *   `row` the unit direction in which column numbers rise, `column` that in which row numbers rise, steps in mm; or null where the object
 *   does not say all of it, or contradicts itself: directions that are no right-angled pair, a spacing that is not believed.
 */
export function planeOf(image) {
  const position = image?.imagePosition, cosines = image?.imageOrientation, spacing = image?.spacing;
  if (position?.length !== 3 || cosines?.length !== 6 || ![...position, ...cosines].every(Number.isFinite)) return null;
  if (spacing?.source !== "patient" || !(spacing.row > 0) || !(spacing.column > 0) || !(image.rows > 0) || !(image.columns > 0)) return null;
  let row = cosines.slice(0, 3), column = cosines.slice(3);
  if (Math.abs(norm(row) - 1) > tolerance || Math.abs(norm(column) - 1) > tolerance || Math.abs(dot(row, column)) > tolerance) return null;
  row = row.map((value) => value / norm(row));
  column = along(column, row, -dot(column, row));
  column = column.map((value) => value / norm(column));
  return {
    frame: image.frameOfReferenceUID || null, origin: position, row, column, normal: cross(row, column),
    columnStep: spacing.column, rowStep: spacing.row, rows: image.rows, columns: image.columns,
  };
}

/** Whether an image says how it lies and what it says cannot be: it has no place among the others, and that is told. */
export function contradictsItself(image) {
  const cosines = image?.imageOrientation;
  return Boolean(cosines?.length) && image.imagePosition?.length === 3 && planeOf({ ...image, spacing: { row: 1, column: 1, source: "patient" } }) === null;
}

/** Image point → patient, mm. */
export const patientPoint = (plane, [x, y]) =>
  along(along(plane.origin, plane.row, (x - 0.5) * plane.columnStep), plane.column, (y - 0.5) * plane.rowStep);

/** Patient, mm → image point: the foot of the perpendicular. */
export function imagePoint(plane, point) {
  const from = between(plane.origin, point);
  return [dot(from, plane.row) / plane.columnStep + 0.5, dot(from, plane.column) / plane.rowStep + 0.5];
}

/** Distance of a patient point from the plane in mm, positive along the normal. */
export const heightOver = (plane, point) => dot(between(plane.origin, point), plane.normal);

export const middleOf = (plane) => patientPoint(plane, [plane.columns / 2, plane.rows / 2]);

/** Both lie in one frame of reference, and that is known. */
export const share = (a, b) => Boolean(a?.frame && a.frame === b?.frame);

/** 1 or −1 where two planes cut the body the same way (−1: their normals oppose), else 0. */
export function parallel(a, b) {
  const cosine = dot(a.normal, b.normal);
  return Math.abs(cosine) >= sameCut ? Math.sign(cosine) : 0;
}

/**
 * The line in which `other` cuts `plane`, as far as both pictures reach.
 *
 * @returns two image points of `plane`, or null: another or no frame of reference, parallel, or they do not meet
 */
export function intersection(plane, other) {
  if (!share(plane, other)) return null;
  const direction = cross(plane.normal, other.normal);
  const sine = norm(direction);
  if (sine < parallelSine) return null;
  const unit = direction.map((value) => value / sine);
  // A point of both planes: from the plane's origin, inside the plane, at right angles to the line.
  const inside = cross(unit, plane.normal);
  const start = along(plane.origin, inside, -heightOver(other, plane.origin) / dot(inside, other.normal));
  const range = [plane, other].reduce((found, each) => clipped(each, start, unit, found), [-Infinity, Infinity]);
  if (!(range[1] - range[0] > 1e-6)) return null;
  return range.map((t) => imagePoint(plane, along(start, unit, t)));
}

/** The part of a line inside a picture's rectangle, within `range` of its parameter. */
function clipped(plane, start, unit, [low, high]) {
  const a = imagePoint(plane, start), b = imagePoint(plane, along(start, unit, 1));
  for (const [axis, size] of [[0, plane.columns], [1, plane.rows]]) {
    const speed = b[axis] - a[axis];
    if (Math.abs(speed) < 1e-12) {
      if (a[axis] < 0 || a[axis] > size) return [0, -1];
      continue;
    }
    const [from, to] = [-a[axis] / speed, (size - a[axis]) / speed].sort((p, q) => p - q);
    [low, high] = [Math.max(low, from), Math.min(high, to)];
  }
  return [low, high];
}
