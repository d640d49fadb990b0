/** PALETTE COLOR: stored values → R, G, B (PS3.3 §C.7.6.3.1.5). */
import { lookupTable, looked, topOf } from "./lookup.js";

/** @returns `[red, green, blue]` tables */
export function paletteOf(set, signed, bulk) {
  return Promise.all([1, 2, 3].map((n) => lookupTable(set, { descriptor: `0028110${n}`, data: `0028120${n}`, segmented: `0028122${n}` }, signed, bulk)));
}

/** A frame of stored values as one of colours; entries of 16 bits give their upper byte. */
export function coloured(frame, tables) {
  // Some writers say 16 bits and write 8: all entries in the low byte would be a black picture.
  const low = tables[0].bits > 8 && tables.every(({ entries }) => entries.every((entry) => entry <= 255));
  const level = (table, stored) => {
    const entry = looked(table, stored), bits = low ? 8 : table.bits;
    return bits >= 8 ? Math.min(255, entry >> (bits - 8)) : Math.floor((entry * 255) / topOf(table) + 0.5);
  };
  const { array } = frame;
  let least = Infinity, greatest = -Infinity;
  for (let n = 0; n < array.length; n++) {
    if (array[n] < least) least = array[n];
    if (array[n] > greatest) greatest = array[n];
  }
  const rgb = new Uint8Array(array.length ? 3 * (greatest - least + 1) : 0);
  for (let stored = least; stored <= greatest; stored++) rgb.set(tables.map((table) => level(table, stored)), 3 * (stored - least));
  const result = new Uint8Array(3 * array.length);
  for (let n = 0; n < array.length; n++) {
    const at = 3 * (array[n] - least);
    result[3 * n] = rgb[at];
    result[3 * n + 1] = rgb[at + 1];
    result[3 * n + 2] = rgb[at + 2];
  }
  return { ...frame, samples: 3, kind: "rgb8", array: result };
}
