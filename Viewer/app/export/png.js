/** Words and the size of a pixel put into a PNG that the browser has made: chunks before its first IDAT (PNG §11.3). */
import { ascii, joined, u32, u8, utf8 } from "./bytes.js";

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});
export const crc = (bytes) => (bytes.reduce((c, byte) => table[(c ^ byte) & 255] ^ (c >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0;

function chunk(type, data) {
  const body = joined([ascii(type), data]);
  return joined([u32(data.length), body, u32(crc(body))]);
}

/**
 * @param {Uint8Array} png
 * @param words `{keyword: text}` as iTXt; @param {{across: number, down: number} | null} pixels a metre, as pHYs
 */
export function described(png, words, pixels = null) {
  if (png.length < 33 || ascii("\x89PNG").some((byte, n) => png[n] !== byte)) throw new Error("no PNG");
  const after = 8 + 25; // signature, IHDR
  const chunks = Object.entries(words).filter(([, text]) => text).map(([keyword, text]) => chunk("iTXt", joined([ascii(keyword), u8(0), u8(0), u8(0), u8(0), u8(0), utf8(text)])));
  if (pixels) chunks.push(chunk("pHYs", joined([u32(Math.round(pixels.across)), u32(Math.round(pixels.down)), u8(1)])));
  return joined([png.subarray(0, after), ...chunks, png.subarray(after)]);
}
