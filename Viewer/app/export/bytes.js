/** Bytes that are put together from parts and big-endian numbers: what the containers of pictures are made of. */
export function joined(parts) {
  const lists = parts.flat(Infinity);
  const result = new Uint8Array(lists.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of lists) { result.set(part, at); at += part.length; }
  return result;
}

export const ascii = (text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0) & 255);
export const utf8 = (text) => new TextEncoder().encode(text);

/** `value` in `size` bytes, the highest first; up to 2⁵³. */
export function big(value, size) {
  const result = new Uint8Array(size);
  for (let n = size - 1, rest = value; n >= 0; n--, rest = Math.floor(rest / 256)) result[n] = rest % 256;
  return result;
}
export const u8 = (value) => big(value, 1);
export const u16 = (value) => big(value, 2);
export const u32 = (value) => big(value, 4);
