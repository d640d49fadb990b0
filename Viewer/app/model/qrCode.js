/**
 * QR codes (ISO/IEC 18004): bytes to a square of modules, error correction level M.
 *
 * Versions 1 to 20, which is 666 bytes: a table row for each, from Table 9 and Annex E.
 */
const versions = `
 1 10  1
 2 16  1  6 18
 3 26  1  6 22
 4 18  2  6 26
 5 24  2  6 30
 6 16  4  6 34
 7 18  4  6 22 38
 8 22  4  6 24 42
 9 22  5  6 26 46
10 26  5  6 28 50
11 30  5  6 30 54
12 22  8  6 32 58
13 22  9  6 34 62
14 24  9  6 26 46 66
15 24 10  6 26 48 70
16 28 10  6 26 50 74
17 28 11  6 30 54 78
18 26 13  6 30 56 82
19 26 14  6 30 58 86
20 26 16  6 34 62 90
`.trim().split("\n").map((line) => line.trim().split(/\s+/).map(Number)).map(([version, correction, blocks, ...alignment]) => ({ version, correction, blocks, alignment }));

/** Rows of booleans, true for dark, without the quiet zone (4 modules); null where the text is too long. */
export function qrCode(text) {
  const bytes = new TextEncoder().encode(text);
  for (const entry of versions) {
    const frame = functionPatterns(entry);
    const words = Math.floor(frame.free / 8);
    const room = words - entry.correction * entry.blocks;
    const count = entry.version < 10 ? 8 : 16;
    if (4 + count + 8 * bytes.length > 8 * room) continue;
    return masked(frame, interleaved(dataWords(bytes, count, room), words, entry));
  }
  return null;
}

// MARK: Data (§7.4)

function dataWords(bytes, count, room) {
  const bits = [];
  const put = (value, length) => { for (let at = length - 1; at >= 0; at -= 1) bits.push((value >> at) & 1); };
  put(0b0100, 4); // byte mode
  put(bytes.length, count);
  for (const byte of bytes) put(byte, 8);
  for (let n = 0; n < 4 && bits.length < 8 * room; n += 1) bits.push(0);
  while (bits.length % 8) bits.push(0);
  const words = [];
  for (let at = 0; at < bits.length; at += 8) words.push(bits.slice(at, at + 8).reduce((value, bit) => value << 1 | bit, 0));
  for (let pad = 0xEC; words.length < room; pad ^= 0xEC ^ 0x11) words.push(pad);
  return words;
}

/** Blocks with their error correction, word by word in turn (§7.6). The blocks at the end are one word longer where they do not divide. */
function interleaved(data, words, { correction, blocks }) {
  const divisor = generator(correction);
  const short = Math.floor(data.length / blocks);
  const longOnes = data.length % blocks;
  const parts = [];
  for (let n = 0, at = 0; n < blocks; n += 1) {
    const length = short + (n >= blocks - longOnes ? 1 : 0);
    const part = data.slice(at, at + length);
    parts.push({ part, rest: remainder(part, divisor) });
    at += length;
  }
  const result = [];
  for (let at = 0; at <= short; at += 1) for (const { part } of parts) if (at < part.length) result.push(part[at]);
  for (let at = 0; at < correction; at += 1) for (const { rest } of parts) result.push(rest[at]);
  return result;
}

// MARK: Reed-Solomon over GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1 (§7.5)

const power = new Uint8Array(255), logarithm = new Uint8Array(256);
for (let n = 0, value = 1; n < 255; n += 1) {
  power[n] = value;
  logarithm[value] = n;
  value = value << 1 ^ (value & 0x80 ? 0x11D : 0);
}
const times = (a, b) => (a && b ? power[(logarithm[a] + logarithm[b]) % 255] : 0);

/** Coefficients of (x - 1)(x - a)…(x - a^(n-1)), without the leading 1. */
function generator(degree) {
  let polynomial = [1];
  for (let n = 0; n < degree; n += 1) {
    const next = [...polynomial, 0];
    for (let at = 0; at < polynomial.length; at += 1) next[at + 1] ^= times(polynomial[at], power[n]);
    polynomial = next;
  }
  return polynomial.slice(1);
}

function remainder(data, divisor) {
  const rest = new Array(divisor.length).fill(0);
  for (const word of data) {
    const factor = word ^ rest.shift();
    rest.push(0);
    for (let at = 0; at < divisor.length; at += 1) rest[at] ^= times(divisor[at], factor);
  }
  return rest;
}

// MARK: Patterns (§6.3)

/** Everything that is not data; `free` modules are left. */
function functionPatterns({ version, alignment }) {
  const size = 4 * version + 17;
  const dark = Array.from({ length: size }, () => new Array(size).fill(false));
  const fixed = Array.from({ length: size }, () => new Array(size).fill(false));
  const set = (x, y, value) => { if (x >= 0 && y >= 0 && x < size && y < size) { dark[y][x] = value; fixed[y][x] = true; } };

  for (let n = 0; n < size; n += 1) { set(6, n, n % 2 === 0); set(n, 6, n % 2 === 0); } // timing
  for (const [cx, cy] of [[3, 3], [size - 4, 3], [3, size - 4]]) { // finders with their separators
    for (let dy = -4; dy <= 4; dy += 1) for (let dx = -4; dx <= 4; dx += 1) {
      const ring = Math.max(Math.abs(dx), Math.abs(dy));
      set(cx + dx, cy + dy, ring !== 2 && ring !== 4);
    }
  }
  const last = alignment.at(-1);
  for (const cx of alignment) for (const cy of alignment) {
    if ((cx === 6 && cy === 6) || (cx === 6 && cy === last) || (cx === last && cy === 6)) continue; // the finders are there
    for (let dy = -2; dy <= 2; dy += 1) for (let dx = -2; dx <= 2; dx += 1) set(cx + dx, cy + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
  }
  format(set, size, 0);
  if (version >= 7) {
    const bits = version << 12 | bch(version, 0x1F25, 12);
    for (let n = 0; n < 18; n += 1) {
      const bit = ((bits >> n) & 1) === 1, a = size - 11 + n % 3, b = Math.floor(n / 3);
      set(a, b, bit);
      set(b, a, bit);
    }
  }
  return { size, dark, fixed, set, free: fixed.flat().filter((isFixed) => !isFixed).length };
}

/** Remainder for a BCH code with `length` check bits. */
function bch(value, divisor, length) {
  let rest = value << length;
  for (let bit = 31 - Math.clz32(rest); bit >= length; bit = 31 - Math.clz32(rest)) {
    rest ^= divisor << (bit - length);
    if (rest === 0) break;
  }
  return rest;
}

/** Level M and the mask, twice (§7.9). */
function format(set, size, mask) {
  const bits = (0b00 << 3 | mask) << 10 | bch(0b00 << 3 | mask, 0x537, 10);
  const bit = (n) => (((bits ^ 0x5412) >> n) & 1) === 1;
  for (let n = 0; n <= 5; n += 1) set(8, n, bit(n));
  set(8, 7, bit(6));
  set(8, 8, bit(7));
  set(7, 8, bit(8));
  for (let n = 9; n < 15; n += 1) set(14 - n, 8, bit(n));
  for (let n = 0; n < 8; n += 1) set(size - 1 - n, 8, bit(n));
  for (let n = 8; n < 15; n += 1) set(8, size - 15 + n, bit(n));
  set(8, size - 8, true);
}

// MARK: Masks (§7.8)

const masks = [
  (x, y) => (x + y) % 2, (x, y) => y % 2, (x) => x % 3, (x, y) => (x + y) % 3, (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2,
  (x, y) => (x * y) % 2 + (x * y) % 3, (x, y) => ((x * y) % 2 + (x * y) % 3) % 2, (x, y) => ((x + y) % 2 + (x * y) % 3) % 2,
];

function masked({ size, dark, fixed }, words) {
  let at = 0;
  for (let right = size - 1; right >= 1; right -= 2) { // two columns at a time, upwards and downwards in turn
    if (right === 6) right = 5;
    for (let n = 0; n < size; n += 1) for (let j = 0; j < 2; j += 1) {
      const x = right - j, y = ((right + 1) & 2) === 0 ? size - 1 - n : n;
      if (fixed[y][x]) continue;
      dark[y][x] = at < 8 * words.length && ((words[at >> 3] >> (7 - (at & 7))) & 1) === 1;
      at += 1;
    }
  }
  let best = null;
  masks.forEach((isFlipped, mask) => {
    const rows = dark.map((row, y) => row.map((value, x) => (fixed[y][x] ? value : value !== (isFlipped(x, y) === 0))));
    format((x, y, value) => { rows[y][x] = value; }, size, mask);
    const points = penalty(rows);
    if (!best || points < best.points) best = { rows, points };
  });
  return best.rows;
}

/** How hard it is to read (§7.8.3). */
function penalty(rows) {
  const size = rows.length;
  const columns = rows.map((_, x) => rows.map((row) => row[x]));
  let points = 0;
  for (const line of [...rows, ...columns]) {
    let run = 1;
    for (let n = 1; n <= size; n += 1) {
      if (n < size && line[n] === line[n - 1]) { run += 1; continue; }
      if (run >= 5) points += run - 2;
      run = 1;
    }
    const text = line.map((value) => (value ? "1" : "0")).join("");
    for (const pattern of ["10111010000", "00001011101"]) for (let n = text.indexOf(pattern); n >= 0; n = text.indexOf(pattern, n + 1)) points += 40;
  }
  for (let y = 1; y < size; y += 1) for (let x = 1; x < size; x += 1) if (rows[y][x] === rows[y][x - 1] && rows[y][x] === rows[y - 1][x] && rows[y][x] === rows[y - 1][x - 1]) points += 3;
  const share = rows.flat().filter(Boolean).length / (size * size);
  return points + 10 * Math.floor(Math.abs(share - 0.5) * 20);
}
