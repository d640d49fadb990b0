/**
 * Shapes of marks in the image plane: columns and rows, (0, 0) the outer corner of the first pixel. `aspect` is the height of a
 * pixel in widths; right angles and circles are those of the plane, not of the pixel grid.
 */
const minus = (a, b) => [a[0] - b[0], a[1] - b[1]];
const plus = (a, b) => [a[0] + b[0], a[1] + b[1]];
const times = (a, n) => [a[0] * n, a[1] * n];
const middle = (a, b) => times(plus(a, b), 0.5);
export const single = ([x, y]) => [Math.fround(x), Math.fround(y)];

/** From points of the grid to the plane, in widths of a pixel, and back. */
const toPlane = ([x, y], aspect) => [x, y * aspect];
const toGrid = ([x, y], aspect) => [x, y / aspect];

/** The points of a finished mark from those that the reader set. */
export function completed(kind, set, aspect) {
  const [a, b] = set;
  switch (kind) {
    case "ellipse": { // within the box from corner to corner
      const [x, y] = middle(a, b);
      return [[a[0], y], [b[0], y], [x, a[1]], [x, b[1]]].map(single);
    }
    case "bidirectional": {
      const [p, q] = [toPlane(a, aspect), toPlane(b, aspect)];
      const half = times([-(q[1] - p[1]), q[0] - p[0]], 0.25);
      return [a, b, toGrid(minus(middle(p, q), half), aspect), toGrid(plus(middle(p, q), half), aspect)].map(single);
    }
    default: return set.map(single);
  }
}

/** Whether so few or so close points are a mark, and no slip of the hand. */
export function isDrawn(kind, points) {
  if (points.length < 2) return kind === "probe" || kind === "text";
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [width, height] = [Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys)];
  return kind === "ellipse" || kind === "rectangle" ? width > 0 && height > 0 : width + height > 0;
}

/** Area of a mark as a value: `{ellipse: {center, a, b}}` with two half axes as vectors, or `{polygon}`; null where it has none. */
export function shapeOf({ kind, points }, aspect) {
  const [p, q, r, s] = points;
  switch (kind) {
    case "ellipse": return { ellipse: { center: middle(p, q), a: times(minus(q, p), 0.5), b: times(minus(s, r), 0.5) } };
    case "circle": {
      const radius = Math.hypot(q[0] - p[0], (q[1] - p[1]) * aspect);
      return { ellipse: { center: p, a: [radius, 0], b: [0, radius / aspect] } };
    }
    case "rectangle": return { polygon: [p, [q[0], p[1]], q, [p[0], q[1]]] };
    case "freehand": return { polygon: points };
    default: return null;
  }
}

const smooth = 96; // points of a drawn ellipse

/** Lines of a mark: lists of points; closed ones end where they begin. */
export function outline(mark, aspect) {
  const shape = shapeOf(mark, aspect);
  if (shape?.polygon) return [[...shape.polygon, shape.polygon[0]]];
  if (shape?.ellipse) {
    const { center, a, b } = shape.ellipse;
    return [Array.from({ length: smooth + 1 }, (_, n) => {
      const t = (2 * Math.PI * n) / smooth;
      return [center[0] + a[0] * Math.cos(t) + b[0] * Math.sin(t), center[1] + a[1] * Math.cos(t) + b[1] * Math.sin(t)];
    })];
  }
  const { kind, points } = mark;
  if (kind === "bidirectional" || kind === "cobb") return [points.slice(0, 2), points.slice(2, 4)].filter((line) => line.length === 2);
  return points.length > 1 ? [points] : [];
}

/** Points by which a mark is changed. */
export function handles(mark) {
  const { kind, points } = mark;
  if (kind === "rectangle") return shapeOf(mark, 1).polygon;
  return kind === "freehand" ? [] : points;
}

/** The points with one handle at another place. */
export function moved({ kind, points }, handle, to, aspect) {
  const at = [...points];
  switch (kind) {
    case "rectangle": {
      const [p, q] = points;
      return [[to, q], [[p[0], to[1]], [to[0], q[1]]], [p, to], [[to[0], p[1]], [q[0], to[1]]]][handle].map(single);
    }
    case "circle":
      return (handle === 0 ? shifted(points, minus(to, points[0])) : [points[0], to]).map(single);
    case "ellipse": { // along its axis; the other end stays
      const other = handle ^ 1, first = handle < 2 ? 2 : 0;
      const axis = minus(points[handle], points[other]);
      const long = axis[0] ** 2 + axis[1] ** 2 || 1;
      const along = minus(to, points[other]);
      const share = (along[0] * axis[0] + along[1] * axis[1]) / long;
      at[handle] = plus(points[other], times(axis, share));
      const shift = times(minus(at[handle], points[handle]), 0.5);
      at[first] = plus(points[first], shift);
      at[first + 1] = plus(points[first + 1], shift);
      return at.map(single);
    }
    case "bidirectional": return bidirectional(points, handle, to, aspect).map(single);
    default:
      at[handle] = to;
      return at.map(single);
  }
}

/** The short axis keeps its place and lengths along the long one, and stands upright on it. */
function bidirectional(points, handle, to, aspect) {
  const [a, b, c, d] = points.map((at) => toPlane(at, aspect));
  const goal = toPlane(to, aspect);
  const frame = (p, q) => {
    const long = Math.hypot(...minus(q, p)) || 1;
    const along = times(minus(q, p), 1 / long);
    return { long, along, across: [-along[1], along[0]] };
  };
  const dot = (u, v) => u[0] * v[0] + u[1] * v[1];
  const before = frame(a, b);
  let foot = dot(minus(c, a), before.along) / before.long;
  const out = [c, d].map((at) => dot(minus(at, a), before.across));
  const [p, q] = [handle === 0 ? goal : a, handle === 1 ? goal : b];
  const now = frame(p, q);
  if (handle > 1) {
    foot = Math.min(1, Math.max(0, dot(minus(goal, p), now.along) / now.long));
    out[handle - 2] = dot(minus(goal, p), now.across);
  }
  const base = plus(p, times(minus(q, p), foot));
  return [p, q, plus(base, times(now.across, out[0])), plus(base, times(now.across, out[1]))].map((at) => toGrid(at, aspect));
}

export const shifted = (points, by) => points.map((at) => single(plus(at, by)));

/** A shift that leaves all points inside the image. */
export function within(points, [dx, dy], { columns, rows }) {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const held = (by, low, high, end) => Math.min(Math.max(by, -Math.max(0, low)), Math.max(0, end - high));
  return [held(dx, Math.min(...xs), Math.max(...xs), columns), held(dy, Math.min(...ys), Math.max(...ys), rows)];
}
export const inside = ([x, y], { columns, rows }) => [Math.min(Math.max(x, 0), columns), Math.min(Math.max(y, 0), rows)];

/** Distance of a point from lines in one plane. */
export function distance(lines, [x, y]) {
  let least = Infinity;
  for (const line of lines) {
    for (let n = 0; n + 1 < line.length; n++) {
      const [[ax, ay], [bx, by]] = [line[n], line[n + 1]];
      const long = (bx - ax) ** 2 + (by - ay) ** 2;
      const share = long ? Math.min(1, Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / long)) : 0;
      least = Math.min(least, Math.hypot(ax + share * (bx - ax) - x, ay + share * (by - ay) - y));
    }
    if (line.length === 1) least = Math.min(least, Math.hypot(line[0][0] - x, line[0][1] - y));
  }
  return least;
}
