/**
 * Orientation letters as a function of the view (PS3.3 §C.7.6.1.1.1). Nothing known, nothing shown.
 *
 * Patient coordinates are LPS: +x to the patient's Left, +y to the Posterior, +z to the Head.
 */

/** Components smaller than this (about 4.5°) add no letter. */
const least = 0.08;

const axes = [["L", "R"], ["P", "A"], ["H", "F"]];
const opposites = { L: "R", R: "L", A: "P", P: "A", H: "F", F: "H" };

/** Letters of a direction in patient coordinates, greatest component first; "" for none. */
export function lettersOf(direction) {
  return direction
    .map((value, axis) => ({ size: Math.abs(value), letter: axes[axis][value > 0 ? 0 : 1] }))
    .filter(({ size }) => size > least)
    .sort((a, b) => b.size - a.size)
    .map(({ letter }) => letter)
    .join("");
}

/** Opposite of a code such as "AR", or null where it has letters of another anatomy (§C.7.6.1.1.1, quadrupeds). */
export function opposite(code) {
  const turned = [...code].map((letter) => opposites[letter]);
  return code && turned.every(Boolean) ? turned.join("") : null;
}

/** Six direction cosines as two unit vectors at right angles, or null where they are not such. */
export function plane(imageOrientation) {
  if (!imageOrientation || imageOrientation.length !== 6 || !imageOrientation.every(Number.isFinite)) return null;
  const row = normalised(imageOrientation.slice(0, 3));
  const column = normalised(imageOrientation.slice(3, 6));
  if (!row || !column || Math.abs(dot(row, column)) > 0.01) return null;
  return { row, column, normal: cross(row, column) };
}

/**
 * Letters at the four edges of the screen.
 *
 * @param image `imageOrientation` (from the patient's coordinate system) or else `patientOrientation`.
 * @param orientation the view's 2×2 matrix [a, b, c, d]: screen x = a·column + b·row, screen y = c·column + d·row,
 *   y downwards; one of the eight that rotation by 90° and flipping give.
 * @returns `{left, right, top, bottom}` or null where the object does not say.
 */
export function letters(image, [a, b, c, d]) {
  const known = plane(image.imageOrientation);
  if (known) {
    // The view's matrix is orthogonal, so its inverse is its transpose: screen right = a·row axis + b·column axis.
    const along = (u, v) => known.row.map((x, n) => u * x + v * known.column[n]);
    const right = along(a, b), bottom = along(c, d);
    return edges(lettersOf(right), lettersOf(negated(right)), lettersOf(bottom), lettersOf(negated(bottom)));
  }
  if (image.imageOrientation) return null; // given but unusable: no second guess
  const codes = image.patientOrientation;
  if (!codes || codes.length !== 2 || codes.some((code) => !code || !opposite(code))) return null;
  const signed = (u, v) => (u ? (u > 0 ? codes[0] : opposite(codes[0])) : v > 0 ? codes[1] : opposite(codes[1]));
  const right = signed(a, b), bottom = signed(c, d);
  return edges(right, opposite(right), bottom, opposite(bottom));
}

const edges = (right, left, bottom, top) => ({ right, left, bottom, top });
const negated = (v) => v.map((x) => -x);

export const dot = (u, v) => u[0] * v[0] + u[1] * v[1] + u[2] * v[2];
export const cross = (u, v) => [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
function normalised(v) {
  const length = Math.hypot(...v);
  return length > 1e-6 ? v.map((x) => x / length) : null;
}
