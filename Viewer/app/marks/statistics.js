/**
 * Statistics of an area, from stored values through the modality LUT. A pixel belongs to an area when its centre lies in it: in an ellipse
 * also on its line; in a polygon by the even-odd rule, where a centre on an upper or left edge is in and on a lower or right one out.
 * Padding is no part of it. SD is that of a sample (n − 1); one pixel has none.
 */
import { modalityValue } from "../model/levels.js";
import { paddingRange } from "../model/padding.js";
import { isGrey, unit } from "../model/window.js";

/** The part of a frame that a shape can touch, as a copy that can be handed to a worker; null where there are no values to count. */
export function cropped(shape, frame, image) {
  if (!frame || frame.samples !== 1 || !isGrey(image)) return null;
  const { left, top, right, bottom } = bounds(shape);
  const [x0, y0] = [Math.max(0, Math.floor(left)), Math.max(0, Math.floor(top))];
  const [x1, y1] = [Math.min(frame.columns, Math.ceil(right)), Math.min(frame.rows, Math.ceil(bottom))];
  const width = Math.max(0, x1 - x0), height = Math.max(0, y1 - y0);
  const array = new frame.array.constructor(width * height);
  for (let row = 0; row < height; row++) {
    const from = (y0 + row) * frame.columns + x0;
    array.set(frame.array.subarray(from, from + width), row * width);
  }
  return { array, left: x0, top: y0, width, height };
}

function bounds({ ellipse, polygon }) {
  if (polygon) {
    const [xs, ys] = [polygon.map(([x]) => x), polygon.map(([, y]) => y)];
    return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
  }
  const { center: [x, y], a, b } = ellipse;
  const [wide, high] = [Math.hypot(a[0], b[0]), Math.hypot(a[1], b[1])];
  return { left: x - wide, right: x + wide, top: y - high, bottom: y + high };
}

/** What is needed of an image to turn stored values into the modality's. */
export const valueFacts = (image) => ({
  rescaleSlope: image.rescaleSlope, rescaleIntercept: image.rescaleIntercept, modalityLUT: image.modalityLUT ?? null, padding: paddingRange(image),
});

/** @returns `{mean, sd, min, max, count}`; mean, min, max null where no pixel is inside, sd null below two */
export function statisticsOf(shape, { array, left, top, width, height }, facts) {
  const values = [];
  const low = facts.padding?.[0] ?? Infinity, high = facts.padding?.[1] ?? -Infinity;
  let count = 0, sum = 0, min = Infinity, max = -Infinity;
  for (let row = 0; row < height; row++) {
    for (const [from, to] of spans(shape, top + row + 0.5)) {
      // Centres from + 0.5 … within the part.
      for (let column = Math.max(left, from); column < Math.min(left + width, to); column++) {
        const stored = array[row * width + column - left];
        if ((stored >= low && stored <= high) || Number.isNaN(stored)) continue;
        const value = modalityValue(facts, stored);
        values.push(value);
        count++;
        sum += value;
        if (value < min) min = value;
        if (value > max) max = value;
      }
    }
  }
  if (!count) return { mean: null, sd: null, min: null, max: null, count: 0 };
  const mean = sum / count;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, sd: count > 1 ? Math.sqrt(squares / (count - 1)) : null, min, max, count };
}

/** Columns `[from, to)` whose centres at this height are inside. */
function spans({ ellipse, polygon }, y) {
  if (polygon) {
    const crossings = [];
    polygon.forEach(([x0, y0], n) => {
      const [x1, y1] = polygon[(n + 1) % polygon.length];
      if (y0 > y !== y1 > y) crossings.push(((x1 - x0) * (y - y0)) / (y1 - y0) + x0);
    });
    crossings.sort((p, q) => p - q);
    const found = [];
    for (let n = 0; n + 1 < crossings.length; n += 2) found.push([Math.ceil(crossings[n] - 0.5), Math.ceil(crossings[n + 1] - 0.5)]);
    return found;
  }
  const { center, a, b } = ellipse;
  const area = a[0] * b[1] - a[1] * b[0];
  if (!area) return [];
  const inside = (column) => {
    const [dx, dy] = [column + 0.5 - center[0], y - center[1]];
    return ((dx * b[1] - dy * b[0]) / area) ** 2 + ((a[0] * dy - a[1] * dx) / area) ** 2 <= 1;
  };
  // The line at this height meets the ellipse where a quadratic has its roots; the pixels at both ends are asked one by one.
  const dy = y - center[1];
  const [p, q] = [(b[1] / area) ** 2 + (a[1] / area) ** 2, (-2 * dy * (b[0] * b[1] + a[0] * a[1])) / area ** 2];
  const r = (dy ** 2 * (b[0] ** 2 + a[0] ** 2)) / area ** 2 - 1;
  const root = q * q - 4 * p * r;
  if (root < -1e-9) return [];
  const [half, mid] = [Math.sqrt(Math.max(0, root)) / (2 * p), center[0] - q / (2 * p)];
  let [from, to] = [Math.floor(mid - half) - 1, Math.ceil(mid + half) + 1];
  while (from < to && !inside(from)) from++;
  while (to > from && !inside(to - 1)) to--;
  return from < to ? [[from, to]] : [];
}

/** The value of the pixel under a point: `{mean, unit}`, or null where there is none. */
export function valueAt([x, y], frame, image, modality) {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  if (!frame || frame.samples !== 1 || !isGrey(image) || column < 0 || row < 0 || column >= frame.columns || row >= frame.rows) return null;
  const stored = frame.array[row * frame.columns + column];
  const padding = paddingRange(image);
  if (padding && stored >= padding[0] && stored <= padding[1]) return null;
  return { mean: modalityValue(image, stored), unit: unit(image, modality) ?? "" };
}
