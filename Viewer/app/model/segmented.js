/** Palette tables given as pieces: values, straight lines, repetitions of pieces given before (PS3.3 §C.7.9.2). */

/** @returns {Uint16Array} exactly `count` entries; throws where the pieces give more or fewer */
export function expanded(bytes, bits, count) {
  const size = bits <= 8 ? 1 : 2;
  const words = size === 1 ? bytes : Uint16Array.from({ length: bytes.length >> 1 }, (_, n) => bytes[2 * n] | (bytes[2 * n + 1] << 8));
  const entries = new Uint16Array(count);
  let made = 0;

  const word = (at) => {
    if (at >= words.length) throw new Error("a palette ends within a segment");
    return words[at];
  };
  const room = (length) => {
    if (length > count - made) throw new Error(`a palette's segments give more than ${count} entries`);
    return length;
  };
  function segment(at) {
    const kind = word(at), length = room(word(at + 1));
    if (kind === 0) {
      for (let n = 0; n < length; n++) entries[made++] = word(at + 2 + n);
      return at + 2 + length;
    }
    if (kind !== 1) throw new Error(`a palette's segment of kind ${kind}`);
    if (!made) throw new Error("a palette begins with a line that has no start");
    const start = entries[made - 1], end = word(at + 2);
    for (let step = 1; step <= length; step++) entries[made++] = start + away(((end - start) * step) / length);
    return at + 3;
  }
  for (let at = 0; made < count && at < words.length; ) {
    if (word(at) !== 2) { at = segment(at); continue; }
    const number = word(at + 1);
    let offset = 0; // in bytes, the lowest first
    for (let n = 0; n < 4 / size; n++) offset += word(at + 2 + n) * 2 ** (8 * size * n);
    let from = offset / size;
    for (let n = 0; n < number; n++) {
      if (word(from) === 2) throw new Error("a palette's repetition repeats a repetition");
      from = segment(from);
    }
    at += 2 + 4 / size;
  }
  if (made !== count) throw new Error(`a palette's segments give ${made} entries, not ${count}`);
  return entries;
}

const away = (x) => Math.sign(x) * Math.floor(Math.abs(x) + 0.5);
