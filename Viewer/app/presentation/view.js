/** A view as a presentation state holds it, and back: rotation and flip (PS3.3 §C.10.6), displayed area (§C.10.4). */
import { applied, inverted, matrix } from "../viewport/view.js";

const turned = [[1, 0, 0, 1], [0, -1, 1, 0], [-1, 0, 0, -1], [0, 1, -1, 0]]; // clockwise, y downwards

/** The view's matrix for quarter turns clockwise, then left and right changed. */
export const orientationOf = (turns, flipped) => {
  const [a, b, c, d] = turned[turns];
  return (flipped ? [-a, -b, c, d] : [a, b, c, d]).map((x) => x + 0);
};

/** @returns `{turns, flipped}` */
export function transformationOf(orientation) {
  for (const flipped of [false, true]) {
    const turns = turned.findIndex((_, n) => orientationOf(n, flipped).every((value, at) => value === orientation[at]));
    if (turns >= 0) return { turns, flipped };
  }
  throw new Error("no view by right angles");
}

/**
 * What a viewport shows as a displayed area.
 *
 * @param geometry `{columns, rows, aspect}`, `size` in device pixels
 * @returns `{first, last, magnification}`: pixel numbers from 1 of what is at the top left and at the bottom right; `magnification` null to fit
 */
export function areaOfView(view, geometry, size) {
  const fits = view.zoom === null && view.center === null;
  const whole = view.area ?? { x: 0, y: 0, width: geometry.columns, height: geometry.rows };
  const back = inverted(matrix(view, geometry, size));
  const [p, q] = fits ? cornersOf(whole, view.orientation) : [[0, 0], [size.width, size.height]].map((at) => applied(back, at));
  // Edges between pixels become the pixels inside them. Where all of the image is seen along one side, in the middle, its own edges say that as well.
  const extent = [geometry.columns, geometry.rows], covers = (n) => Math.min(p[n], q[n]) <= 0.5 && Math.max(p[n], q[n]) >= extent[n] - 0.5;
  const along = (n) => {
    const isWhole = covers(n) && !covers(1 - n) && Math.abs((p[n] + q[n] - extent[n]) / 2) < 0.5;
    const ends = isWhole ? [0, extent[n]] : [Math.min(p[n], q[n]), Math.max(p[n], q[n])].map(Math.round);
    const low = ends[0] + 1, high = Math.max(low, ends[1]);
    return p[n] <= q[n] ? [low, high] : [high, low];
  };
  const [columns, rows] = [along(0), along(1)];
  return { first: [columns[0], rows[0]], last: [columns[1], rows[1]], magnification: view.zoom === 1 && geometry.aspect === 1 ? 1 : null };
}

/** Corners of a rectangle that are at the top left and the bottom right after the transformation. */
function cornersOf({ x, y, width, height }, [a, b, c, d]) {
  const x0 = a + c > 0 ? x : x + width, y0 = b + d > 0 ? y : y + height;
  return [[x0, y0], [2 * x + width - x0, 2 * y + height - y0]];
}

/** The view that a presentation state asks for; `area` as `parse.js` gives it, or null for all of the image. */
export function viewOf({ turns, flipped }, area) {
  const orientation = orientationOf(turns, flipped);
  if (!area) return { zoom: null, center: null, orientation, area: null };
  const { x, y, width, height, magnification } = area;
  if (magnification) return { zoom: magnification, center: [x + width / 2, y + height / 2], orientation, area: null };
  return { zoom: null, center: null, orientation, area: { x, y, width, height } };
}

/** Where points of an annotation lie on the screen: `(point, units) => [x, y]`. DISPLAY counts in the displayed area as it is at rest. */
export function placing(view, geometry, size, area) {
  const now = matrix(view, geometry, size);
  const rest = matrix({ ...view, zoom: area?.magnification ?? null, center: area?.magnification ? [area.x + area.width / 2, area.y + area.height / 2] : null, area: area && !area.magnification ? area : null }, geometry, size);
  const whole = area ?? { x: 0, y: 0, width: geometry.columns, height: geometry.rows };
  const [a, b] = cornersOf(whole, view.orientation).map((at) => applied(rest, at));
  return ([x, y], units) => (units === "DISPLAY" ? [a[0] + x * (b[0] - a[0]), a[1] + y * (b[1] - a[1])] : applied(now, [x, y]));
}
