/** JPEG Baseline by the browser's decoder: 8 bit samples as it delivers them, grey or RGB. */
import { PixelError } from "../model/pixels.js";

export async function decodeJPEG(bytes, image) {
  if (typeof OffscreenCanvas === "undefined") throw new PixelError("this browser cannot decode JPEG outside the page");
  let picture;
  try {
    picture = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }), { colorSpaceConversion: "none", imageOrientation: "none" });
  } catch {
    throw new PixelError("the browser could not decode this JPEG frame");
  }
  if (picture.width !== image.columns || picture.height !== image.rows) {
    throw new PixelError(`JPEG frame of ${picture.width} × ${picture.height}, the object says ${image.columns} × ${image.rows}`);
  }
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(picture, 0, 0);
  picture.close();
  const rgba = context.getImageData(0, 0, canvas.width, canvas.height).data;
  const pixels = canvas.width * canvas.height;
  if ((image.samplesPerPixel ?? 1) === 1) {
    const array = new Uint8Array(pixels);
    for (let n = 0; n < pixels; n++) array[n] = rgba[4 * n];
    return { samples: 1, kind: "u8", array };
  }
  const array = new Uint8Array(3 * pixels);
  for (let n = 0; n < pixels; n++) {
    array[3 * n] = rgba[4 * n];
    array[3 * n + 1] = rgba[4 * n + 1];
    array[3 * n + 2] = rgba[4 * n + 2];
  }
  const object = image.photometricInterpretation === "RGB" ? "rgb" : "ycc";
  // One of the two is wrong: the server knows more of such streams than a browser tells.
  if (jpegColour(bytes) !== object) throw new PixelError("the compressed data and the object name different colour models");
  return { samples: 3, kind: "rgb8", array };
}

/**
 * The colour model a decoder takes a three-component JPEG stream for: "ycc" or "rgb". JFIF means YCbCr, an Adobe marker says,
 * components named R, G, B are these, else YCbCr. Where the object says otherwise, one of them is wrong.
 */
export function jpegColour(bytes) {
  for (let at = 2, jfif = false, adobe = null; at + 4 <= bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1];
    const length = (bytes[at + 2] << 8) | bytes[at + 3];
    const text = (n) => String.fromCharCode(...bytes.subarray(at + 4, at + 4 + n));
    if (marker === 0xe0 && text(4) === "JFIF") jfif = true;
    else if (marker === 0xee && text(5) === "Adobe") adobe = bytes[at + 15];
    else if (marker >= 0xc0 && marker <= 0xc2) {
      if (jfif) return "ycc";
      if (adobe !== null) return adobe === 0 ? "rgb" : "ycc";
      return [10, 13, 16].map((n) => bytes[at + n]).join() === "82,71,66" ? "rgb" : "ycc";
    }
    at += 2 + length;
  }
  return "ycc";
}
