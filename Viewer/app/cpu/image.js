/**
 * The image pipeline without a GPU: the same values as gl/image.js at every pixel that falls on a pixel. It draws where
 * WebGL2 is missing, and tests hold the shader against it.
 */
import { levelOf } from "../model/levels.js";
import { contrast, overlaid, shuttered } from "../model/mask.js";
import { apply } from "../model/voi.js";

/**
 * Stored values → RGBA, one pixel each.
 * @param look `{table, transfer, inverted, padding, planes, shutter}`: a table or a folded function
 */
export function shape(frame, look, rgba = new Uint8ClampedArray(4 * frame.rows * frame.columns)) {
  shapePixels(frame, look, rgba);
  if (look.planes && frame.mask) laidOver(frame.mask, look.shutter, rgba);
  return rgba;
}

/** Shutters hide, then overlays contrast with what is there. */
function laidOver(mask, grey, rgba) {
  for (let n = 0; n < mask.length; n++) {
    const at = 4 * n;
    if (mask[n] & shuttered) rgba[at] = rgba[at + 1] = rgba[at + 2] = grey;
    if (mask[n] & overlaid) rgba[at] = rgba[at + 1] = rgba[at + 2] = contrast(rgba[at], rgba[at + 1], rgba[at + 2]);
  }
}

function shapePixels(frame, look, rgba) {
  const { array } = frame;
  const out = new Uint32Array(rgba.buffer, rgba.byteOffset, frame.rows * frame.columns);
  if (frame.samples === 3) {
    const flip = look.inverted ? 255 : 0;
    for (let n = 0; n < out.length; n++) {
      out[n] = 0xff000000 | ((array[3 * n + 2] ^ flip) << 16) | ((array[3 * n + 1] ^ flip) << 8) | (array[3 * n] ^ flip);
    }
    return;
  }
  const black = 0xff000000;
  const pixel = (stored) => {
    if (look.padding && stored >= look.padding[0] && stored <= look.padding[1]) return black;
    const grey = look.table ? levelOf(look.table, stored) : apply(look.transfer, stored);
    const shown = look.inverted ? 255 - grey : grey;
    return black | (shown * 0x010101);
  };
  const range = array.BYTES_PER_ELEMENT * 8;
  if (range > 16 || out.length < 2 ** range) {
    for (let n = 0; n < out.length; n++) out[n] = pixel(array[n]);
    return;
  }
  const signed = frame.kind[0] === "i";
  const table = new Uint32Array(2 ** range);
  for (let n = 0; n < table.length; n++) table[n] = pixel(signed && n >= table.length / 2 ? n - table.length : n);
  const mask = table.length - 1;
  for (let n = 0; n < out.length; n++) out[n] = table[array[n] & mask];
}

const mostHeld = 16 * 2 ** 20; // pixels kept shaped, beside those on screen

/** A renderer with the same face as glRenderer, on a 2D canvas. */
export function cpuRenderer(canvas) {
  const context = canvas.getContext("2d", { alpha: false });
  const pictures = new Map(); // frame key → {text, bitmap}: the last look of each frame on screen
  const held = () => [...pictures.values()].reduce((sum, { canvas: { width, height } }) => sum + width * height, 0);
  return {
    kind: "cpu",
    lost: false,
    fits: () => true,
    begin() {
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.fillStyle = "#000";
      context.fillRect(0, 0, canvas.width, canvas.height);
    },
    draw(rectangle, key, frame, look, toImage) {
      const [a, b, c, d, e, f] = toImage;
      const det = a * d - b * c;
      const forward = [d / det, -c / det, -b / det, a / det]; // canvas order: a, b are the first column
      context.save();
      context.beginPath();
      context.rect(rectangle.x, rectangle.y, rectangle.width, rectangle.height);
      context.clip();
      context.setTransform(...forward, rectangle.x - (forward[0] * e + forward[2] * f), rectangle.y - (forward[1] * e + forward[3] * f));
      context.imageSmoothingEnabled = look.smooth;
      context.imageSmoothingQuality = "high";
      context.drawImage(pictureOf(key, frame, look), 0, 0);
      context.restore();
    },
  };

  function pictureOf(key, frame, look) {
    const text = JSON.stringify([look.table, look.transfer, look.inverted, look.padding, look.planes, look.shutter]);
    let picture = pictures.get(key);
    if (picture?.text === text) return picture.canvas;
    while (pictures.size && held() + frame.rows * frame.columns > mostHeld) pictures.delete(pictures.keys().next().value);
    picture = { text, canvas: document.createElement("canvas") };
    picture.canvas.width = frame.columns;
    picture.canvas.height = frame.rows;
    picture.canvas.getContext("2d").putImageData(new ImageData(shape(frame, look), frame.columns, frame.rows), 0, 0);
    pictures.set(key, picture);
    return picture.canvas;
  }
}
