/** Pictures of what a viewport shows: the image in its own resolution, or as it lies on the screen. Canvases; values are those of the screen. */
import { cpuRenderer, shape } from "../cpu/image.js";
import { inverted, matrix } from "../viewport/view.js";

export function canvasOf(width, height) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  return canvas;
}

/** Larger ones no browser makes. */
const most = { side: 16384, pixels: 2 ** 28 };

/**
 * Width and height of the picture in full resolution: one pixel each; where pixels are not square the longer side is stretched, so that no value is
 * lost and nothing is out of shape.
 */
export function fullSize({ columns, rows, aspect }, [a, b]) {
  const wide = Math.round(columns * Math.max(1, 1 / aspect)), high = Math.round(rows * Math.max(1, aspect));
  return a === 0 && b !== 0 ? { width: high, height: wide } : { width: wide, height: high };
}

/**
 * @param seen of `viewport/sight.js`, with its frame; @param orientation of the view: the picture is turned as the screen shows it
 * @returns a canvas, or null where it would be too large
 */
export function fullPicture({ frame, look, geometry }, orientation) {
  const { width, height } = fullSize(geometry, orientation);
  if (Math.max(width, height) > most.side || width * height > most.pixels) return null;
  const own = canvasOf(frame.columns, frame.rows);
  own.getContext("2d").putImageData(new ImageData(shape(frame, look), frame.columns, frame.rows), 0, 0);
  const [p, q, r, s] = orientation;
  if (width === frame.columns && height === frame.rows && p === 1 && s === 1 && q === 0 && r === 0) return own;
  const canvas = canvasOf(width, height), context = canvas.getContext("2d", { alpha: false });
  const [x, y] = [Math.max(1, 1 / geometry.aspect), Math.max(1, geometry.aspect)];
  const [a, b, c, d] = [p * x, q * y, r * x, s * y];
  context.imageSmoothingEnabled = geometry.aspect !== 1 && look.smooth;
  context.imageSmoothingQuality = "high";
  context.setTransform(a, c, b, d, width / 2 - (a * frame.columns + b * frame.rows) / 2, height / 2 - (c * frame.columns + d * frame.rows) / 2);
  context.drawImage(own, 0, 0);
  return canvas;
}

/**
 * Viewports as they lie on the screen.
 *
 * @param {{seen, view, place: {x, y, width, height}}[]} viewports in device pixels
 * @returns `{canvas, origin}`: the corner of the stage that is the canvas' own
 */
export function screenPicture(viewports) {
  const left = Math.min(...viewports.map(({ place }) => place.x)), top = Math.min(...viewports.map(({ place }) => place.y));
  const right = Math.max(...viewports.map(({ place }) => place.x + place.width)), bottom = Math.max(...viewports.map(({ place }) => place.y + place.height));
  const canvas = canvasOf(right - left, bottom - top), renderer = cpuRenderer(canvas);
  renderer.begin();
  viewports.forEach(({ seen, view, place }, n) => {
    if (!seen?.drawn) return;
    renderer.draw({ ...place, x: place.x - left, y: place.y - top }, String(n), seen.frame, seen.look, inverted(matrix(view, seen.geometry, place)));
  });
  return { canvas, origin: [left, top] };
}

export const pngOf = (canvas) => new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("png"))), "image/png"));
