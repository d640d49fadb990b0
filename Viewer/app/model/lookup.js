/**
 * Tables from integers to integers, as modality, VOI and palette tables are encoded (PS3.3 §C.11.1.1.1, §C.11.2.1.1,
 * §C.7.6.3.1.5): `{first, bits, entries}`, where `first` is the input that the first entry answers.
 */
import { bytes as bytesOf, numbers } from "./attributes.js";
import { expanded } from "./segmented.js";

export class TableError extends Error {}

/**
 * @param tags `{descriptor, data, segmented?}`
 * @param {boolean} signed the inputs may be negative: then the first value is too, whatever its VR says
 */
export async function lookupTable(set, { descriptor, data, segmented }, signed, bulk) {
  const [stated, begin, bits] = numbers(set, descriptor).map((value) => value & 0xffff);
  if (bits === undefined) throw new TableError(`a table without its three numbers (${descriptor})`);
  if (bits < 8 || bits > 16) throw new TableError(`a table of ${bits} bits`);
  const count = stated || 65536;
  const first = signed ? (begin << 16) >> 16 : begin;
  const pieces = segmented && !set[data] ? await bytesOf(set, segmented, bulk) : null;
  const entries = pieces ? expanded(pieces, bits, count) : unpacked(await bytesOf(set, data, bulk), count, bits);
  return { first, bits, entries };
}

/** Words; or, for entries of 8 bits, bytes packed two in a word. */
function unpacked(bytes, count, bits) {
  if (!bytes) throw new TableError("a table without its data");
  if (bytes.length >= 2 * count) {
    const mask = 2 ** bits - 1;
    return Uint16Array.from({ length: count }, (_, n) => (bytes[2 * n] | (bytes[2 * n + 1] << 8)) & mask);
  }
  if (bits !== 8 || bytes.length < count) throw new TableError(`${bytes.length} bytes for a table of ${count} entries`);
  return Uint16Array.from(bytes.subarray(0, count));
}

/** Half goes away from zero, as in the server. */
const rounded = (x) => Math.sign(x) * Math.floor(Math.abs(x) + 0.5);

/** The entry of an input; below the first the first, above the last the last. */
export function looked({ first, entries }, input) {
  return entries[Math.min(Math.max(rounded(input) - first, 0), entries.length - 1)];
}

/** The greatest value an entry may have. */
export const topOf = ({ bits }) => 2 ** bits - 1;
