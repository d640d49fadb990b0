/** JPEG Baseline by the browser's decoder: 8 bit samples as it delivers them, grey or RGB. */
import { PixelError } from "../model/pixels.js";

export async function decodeJPEG(bytes, image) {
  if (typeof OffscreenCanvas === "undefined") throw new PixelError("this browser cannot decode JPEG outside the page");
  let picture;
  try {
    picture = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }), { colorSpaceConversion: "none" });
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
  return { samples: 3, kind: "rgb8", array };
}
