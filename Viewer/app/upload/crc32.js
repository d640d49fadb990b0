/** CRC-32 as ZIP and PNG have it (ISO/IEC 3309, polynomial EDB88320H), in pieces. */
const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** @param {Uint8Array} bytes @param before of what came before them; 0 at the start */
export function crc32(bytes, before = 0) {
  let value = ~before;
  for (let n = 0; n < bytes.length; n++) value = table[(value ^ bytes[n]) & 0xff] ^ (value >>> 8);
  return ~value >>> 0;
}
