/**
 * Frame bytes as stored → typed array of stored values (PS3.5 §8): bits, sign, byte order, planes, native YBR.
 *
 * Grey: `{kind, samples: 1, array}` with kind u8, i8, u16, i16, u32, i32 or f32.
 * Colour: `{kind: "rgb8", samples: 3, array}` interleaved RGB.
 */

export class PixelError extends Error {}

const lengthOf = (description) => description.rows * description.columns;

/** Samples in a frame are within what a browser can hold; checked before any allocation. */
const mostSamples = 2 ** 28;

/**
 * @param {Uint8Array} bytes one frame in native encoding
 * @param description rows, columns, samplesPerPixel, photometricInterpretation, bitsAllocated, bitsStored, highBit,
 *   pixelRepresentation, planarConfiguration of the image
 * @param {boolean} bigEndian words as in 1.2.840.10008.1.2.2
 */
export function unpack(bytes, description, bigEndian = false) {
  if (description.photometricInterpretation === "PALETTE COLOR" && description.samplesPerPixel === 3) throw new PixelError("a palette image of 3 samples");
  const samples = description.samplesPerPixel ?? 1;
  const pixels = lengthOf(description);
  if (!(pixels > 0) || pixels * samples > mostSamples) throw new PixelError(`image of ${description.columns} × ${description.rows} pixels`);
  const bits = description.bitsAllocated;
  const subsampled = /_422$/.test(description.photometricInterpretation ?? "");
  const needed = bits === 1 ? Math.ceil(pixels / 8) : subsampled ? pixels * 2 : (pixels * samples * bits) / 8;
  if (bytes.length < needed) throw new PixelError(`frame has ${bytes.length} bytes, ${needed} are needed`);
  if (samples === 1) return { samples: 1, ...grey(bytes, description, pixels, bigEndian) };
  if (samples === 3) return { samples: 3, kind: "rgb8", array: colour(bytes, description, pixels, bigEndian) };
  throw new PixelError(`${samples} samples per pixel`);
}

function grey(bytes, description, pixels, bigEndian) {
  switch (description.bitsAllocated) {
    case 1: return { kind: "u8", array: bits(bytes, pixels) };
    case 8: return narrowed(aligned(bytes, Uint8Array, pixels, false), description, 8, Uint8Array, Int8Array, "8");
    case 16: return narrowed(aligned(bytes, Uint16Array, pixels, bigEndian), description, 16, Uint16Array, Int16Array, "16");
    case 32:
      if (description.pixelRepresentation == null) return { kind: "f32", array: aligned(bytes, Float32Array, pixels, bigEndian) };
      return narrowed(aligned(bytes, Uint32Array, pixels, bigEndian), description, 32, Uint32Array, Int32Array, "32");
    case 64:
      if (description.pixelRepresentation != null) {
        const Whole = description.pixelRepresentation === 1 ? BigInt64Array : BigUint64Array;
        return { kind: "f32", array: Float32Array.from(aligned(bytes, Whole, pixels, bigEndian), Number), notes: ["precision"] };
      }
      return { kind: "f32", array: Float32Array.from(aligned(bytes, Float64Array, pixels, bigEndian)) };
    default: throw new PixelError(`${description.bitsAllocated} bits allocated`);
  }
}

/** Words of 8 or 16 bits as they lie, nothing cut off: overlays may hide in them; null for others. */
export function words(bytes, { rows, columns, bitsAllocated, samplesPerPixel }, bigEndian = false) {
  const Type = { 8: Uint8Array, 16: Uint16Array }[bitsAllocated];
  return Type && (samplesPerPixel ?? 1) === 1 ? aligned(bytes, Type, rows * columns, bigEndian) : null;
}

/** One bit a pixel, least significant first (PS3.5 §8.2). */
function bits(bytes, pixels) {
  const array = new Uint8Array(pixels);
  for (let n = 0; n < pixels; n++) array[n] = (bytes[n >> 3] >> (n & 7)) & 1;
  return array;
}

/** Words in the machine's order (little endian on everything that runs a browser), copied so that the buffer can be handed on. */
function aligned(bytes, Type, count, bigEndian) {
  const size = Type.BYTES_PER_ELEMENT;
  const copy = bytes.slice(0, count * size);
  if (bigEndian && size > 1) {
    for (let at = 0; at < copy.length; at += size) copy.subarray(at, at + size).reverse();
  }
  return new Type(copy.buffer, 0, count);
}

/**
 * The stored bits only: those above High Bit are no part of the value (old overlays live there), those below the
 * lowest are dropped, and the sign is that of the highest stored bit.
 */
function narrowed(words, description, allocated, Unsigned, Signed, name) {
  const signed = description.pixelRepresentation === 1;
  const stored = description.bitsStored ?? allocated;
  const high = description.highBit ?? stored - 1;
  const down = high + 1 - stored;
  if (stored < 1 || stored > allocated || down < 0 || high >= allocated) {
    throw new PixelError(`bits stored ${stored}, high bit ${high} of ${allocated}`);
  }
  const kind = (signed ? "i" : "u") + name;
  if (stored === allocated) return { kind, array: signed ? new Signed(words.buffer, words.byteOffset, words.length) : words };
  const up = 32 - stored; // through 32-bit arithmetic: shift up to the sign, down again with or without it
  const lift = 32 - (high + 1);
  if (signed) {
    const array = new Signed(words.buffer, words.byteOffset, words.length);
    for (let n = 0; n < words.length; n++) array[n] = (words[n] << lift) >> up;
    return { kind, array };
  }
  for (let n = 0; n < words.length; n++) words[n] = (words[n] << lift) >>> up;
  return { kind, array: words };
}

function colour(bytes, description, pixels, bigEndian) {
  const model = description.photometricInterpretation;
  const source = description.bitsAllocated === 16 ? eight(bytes, description, pixels * 3, bigEndian) : bytes;
  if (description.bitsAllocated !== 8 && description.bitsAllocated !== 16) throw new PixelError(`colour of ${description.bitsAllocated} bits allocated`);
  const array = new Uint8Array(pixels * 3);
  switch (model) {
    // JPEG 2000 delivers R, G, B: what is unpacked and still says otherwise was not relabelled.
    case "RGB": case "YBR_RCT": case "YBR_ICT": interleave(source, array, pixels, description.planarConfiguration === 1); break;
    case "YBR_FULL": interleave(source, array, pixels, description.planarConfiguration === 1); fromYBR(array); break;
    case "YBR_FULL_422": fromPairs(source, array, pixels); fromYBR(array); break;
    case "YBR_PARTIAL_422": fromPairs(source, array, pixels); fromYBR(array, partial); break;
    case "YBR_PARTIAL_420": interleave(source, array, pixels, description.planarConfiguration === 1); fromYBR(array, partial); break; // as decoded: chroma for each pixel
    default: throw new PixelError(`photometric interpretation ${model || "absent"}`);
  }
  return array;
}

/** Colour of more than eight bits for an eight-bit display: the nearest level. */
function eight(bytes, description, count, bigEndian) {
  const words = aligned(bytes, Uint16Array, count, bigEndian);
  const top = 2 ** (description.bitsStored ?? 16) - 1;
  return Uint8Array.from(words, (word) => Math.floor((Math.min(word, top) * 255) / top + 0.5));
}

function interleave(source, array, pixels, planes) {
  if (!planes) return array.set(source.subarray(0, pixels * 3));
  for (let n = 0; n < pixels; n++) {
    array[3 * n] = source[n];
    array[3 * n + 1] = source[pixels + n];
    array[3 * n + 2] = source[2 * pixels + n];
  }
}

/** YBR_FULL_422: Y1 Y2 Cb Cr; the chroma stands for both pixels (§C.7.6.3.1.2). */
function fromPairs(source, array, pixels) {
  for (let n = 0, at = 0; n + 1 < pixels + 1; n += 2, at += 4) {
    for (let k = 0; k < 2 && n + k < pixels; k++) {
      array[3 * (n + k)] = source[at + k];
      array[3 * (n + k) + 1] = source[at + 2];
      array[3 * (n + k) + 2] = source[at + 3];
    }
  }
}

/** Luminance from 16 to 235, chroma from 16 to 240 (ITU-R BT.601). */
const partial = { black: 16, luminance: 255 / 219, chroma: 255 / 224 };
const full = { black: 0, luminance: 1, chroma: 1 };

/** YCbCr to RGB in place (§C.7.6.3.1.2, the inverse of its matrix). */
export function fromYBR(array, { black, luminance, chroma } = full) {
  const clamp = (x) => (x <= 0 ? 0 : x >= 255 ? 255 : Math.floor(x + 0.5));
  for (let n = 0; n < array.length; n += 3) {
    const y = (array[n] - black) * luminance, cb = (array[n + 1] - 128) * chroma, cr = (array[n + 2] - 128) * chroma;
    array[n] = clamp(y + 1.402 * cr);
    array[n + 1] = clamp(y - 0.344136286 * cb - 0.714136286 * cr);
    array[n + 2] = clamp(y + 1.772 * cb);
  }
}

/**
 * What the automatic window and the drag speed need of a grey frame, padding (`[lowest, highest]`) left out (§C.7.5.1.1.2).
 * @returns `{min, max, low, high}` stored values; half a per cent of the pixels lies below low, and above high; null for colour or all padding.
 */
export function frameStatistics({ samples, array }, padding = null) {
  const [first, last] = padding ?? [NaN, NaN];
  const isPadding = (value) => value >= first && value <= last;
  if (samples !== 1) return null;
  let min = Infinity, max = -Infinity, count = 0;
  for (let n = 0; n < array.length; n++) {
    const value = array[n];
    if (isPadding(value) || !Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
    count++;
  }
  if (!count) return null;
  const bins = Math.min(65536, Number.isInteger(min) && Number.isInteger(max) ? max - min + 1 : 65536);
  const scale = max > min ? (bins - 1) / (max - min) : 0;
  const histogram = new Uint32Array(bins);
  for (let n = 0; n < array.length; n++) {
    const value = array[n];
    if (!isPadding(value) && Number.isFinite(value)) histogram[Math.round((value - min) * scale)]++;
  }
  const at = (share) => {
    let seen = 0;
    for (let bin = 0; bin < bins; bin++) {
      seen += histogram[bin];
      if (seen > share * count) return scale ? min + bin / scale : min;
    }
    return max;
  };
  return { min, max, low: at(0.005), high: at(0.995) };
}
