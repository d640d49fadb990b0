/**
 * Where a view looks, as a matrix: image pixels (0, 0 = outer corner of the first pixel) → device pixels of its
 * viewport, y downwards, as `[a, b, c, d, e, f]`: x' = a·x + b·y + e, y' = c·x + d·y + f.
 */

/** Zoom that shows the whole image. `image` is `{columns, rows, aspect}`, `size` is `{width, height}` in device pixels. */
export function fitZoom(image, size, [a, b]) {
  const turned = a === 0 && b !== 0;
  const width = turned ? image.rows * image.aspect : image.columns;
  const height = turned ? image.columns : image.rows * image.aspect;
  return Math.min(size.width / width, size.height / height);
}

/** What fits where nothing was zoomed: the whole image, or the displayed area of a presentation state. */
const fitted = ({ area }, image) => (area ? { columns: area.width, rows: area.height, aspect: image.aspect } : image);

export const zoomOf = (view, image, size) => view.zoom ?? fitZoom(fitted(view, image), size, view.orientation);
export const centerOf = ({ center, area }, image) => center ?? (area ? [area.x + area.width / 2, area.y + area.height / 2] : [image.columns / 2, image.rows / 2]);

export function matrix(view, image, size) {
  const zoom = zoomOf(view, image, size);
  const [x, y] = centerOf(view, image);
  const [p, q, r, s] = view.orientation;
  const [a, b, c, d] = [p * zoom, q * zoom * image.aspect, r * zoom, s * zoom * image.aspect];
  let e = size.width / 2 - (a * x + b * y);
  let f = size.height / 2 - (c * x + d * y);
  if (Number.isInteger(zoom) && image.aspect === 1) [e, f] = [Math.round(e), Math.round(f)]; // whole pixels fall on whole pixels
  return [a, b, c, d, e, f];
}

export function inverted([a, b, c, d, e, f]) {
  const det = a * d - b * c;
  const [A, B, C, D] = [d / det, -b / det, -c / det, a / det];
  return [A, B, C, D, -(A * e + B * f), -(C * e + D * f)];
}

export const applied = ([a, b, c, d, e, f], [x, y]) => [a * x + b * y + e, c * x + d * y + f];

/**
 * The lens over a view: `factor` times as large, the point under `at` in its middle.
 *
 * @param toImage device pixels of the viewport → image; `side` of the lens in device pixels
 * @returns device pixels of the lens → image
 */
export function lensed([a, b, c, d, e, f], at, side, factor) {
  const [x, y] = applied([a, b, c, d, e, f], at);
  const [A, B, C, D] = [a, b, c, d].map((value) => value / factor);
  return [A, B, C, D, x - (A + B) * (side / 2), y - (C + D) * (side / 2)];
}

const zoomLimits = [1 / 64, 64];

/** The view zoomed by `factor` with the image point under `at` (device pixels of the viewport) held in its place. */
export function zoomedAt(view, image, size, factor, at) {
  const from = zoomOf(view, image, size);
  const zoom = Math.min(zoomLimits[1], Math.max(zoomLimits[0], from * factor));
  const point = applied(inverted(matrix(view, image, size)), at);
  const moved = applied(matrix({ ...view, zoom }, image, size), point);
  return panned({ ...view, zoom }, image, size, at[0] - moved[0], at[1] - moved[1]);
}

/** The view moved by device pixels. */
export function panned(view, image, size, dx, dy) {
  const [a, b, c, d] = inverted(matrix(view, image, size));
  const [x, y] = centerOf(view, image);
  return { zoom: view.zoom ?? zoomOf(view, image, size), center: [x - (a * dx + b * dy), y - (c * dx + d * dy)] };
}
