/** The beginning of a DICOM file (PS3.10 §7, PS3.5 §7.1): what a person must see before it is sent. Nothing here decides: the server reads it again. */
import { decoder } from "./characterSet.js";

const limits = { head: 64 << 10, most: 8 << 20, elements: 20_000, value: 4096, depth: 16 };

const wanted = new Map(Object.entries({
  "00080005": "characterSet", "00080016": "sopClass", "00080018": "instance", "00080020": "studyDate", "00080050": "accession", "00080060": "modality",
  "00081030": "studyDescription", "0008103E": "seriesDescription", "00100010": "patientName", "00100020": "patientID", "00100021": "issuer", "00100030": "birthDate", "00100040": "sex",
  "0020000D": "study", "0020000E": "series", "00200011": "seriesNumber", "00280008": "frames",
}));
const lastWanted = 0x00280008;
const long = new Set(["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"]);

export class HeaderError extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason; // "notDICOM", "damaged"
  }
}

/**
 * What a file says of itself: texts by the names above, `""` where it says nothing; `transferSyntax`, `isDirectory` of a DICOMDIR.
 *
 * @param {Blob} blob
 * @throws {HeaderError}
 */
export async function header(blob) {
  for (let length = Math.min(limits.head, blob.size); ; length = Math.min(blob.size, length * 8, limits.most)) {
    const found = await read(new Uint8Array(await blob.slice(0, length).arrayBuffer()), blob.size);
    if (found.isWhole || length === blob.size || length === limits.most) return finished(found);
  }
}

async function read(bytes, size) {
  const data = new DataView(bytes.buffer);
  const values = new Map();
  let at = 0, syntax = null;
  const hasPrefix = bytes.length >= 132 && ascii(bytes, 128, 4) === "DICM";
  if (hasPrefix || ascii(bytes, 0, 4) === "DICM") {
    at = hasPrefix ? 132 : 4;
    while (at + 8 <= bytes.length && data.getUint16(at, true) === 0x0002) {
      const element = explicit(data, bytes, at, true);
      if (!element || element.value + element.length > bytes.length) throw new HeaderError("damaged");
      if (element.tag === 0x00020010) syntax = ascii(bytes, element.value, element.length).replace(/[\0 ]+$/, "");
      if (element.tag === 0x00020002) values.set("mediaClass", ascii(bytes, element.value, element.length).replace(/[\0 ]+$/, ""));
      at = element.value + element.length;
    }
    if (!syntax) throw new HeaderError("damaged");
  } else if (bytes.length >= 8 && data.getUint16(0, true) === 0x0008 && data.getUint16(2, true) <= 0x0100) {
    // A bare data set, as old tools wrote it.
    const isExplicit = /^[A-Z]{2}$/.test(ascii(bytes, 4, 2));
    if (!isExplicit && data.getUint32(4, true) > Math.min(size, 1024)) throw new HeaderError("notDICOM");
    syntax = isExplicit ? "1.2.840.10008.1.2.1" : "1.2.840.10008.1.2";
  } else throw new HeaderError("notDICOM");

  let set = bytes, start = at;
  if (syntax === "1.2.840.10008.1.2.1.99") [set, start] = [await inflated(bytes.subarray(at)), 0];
  const isWhole = walk(set, start, syntax, values);
  return { values, syntax, isWhole };
}

/** Top level elements up to the last one of interest. @returns whether that was reached */
function walk(bytes, start, syntax, values) {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = syntax !== "1.2.840.10008.1.2.2", isImplicit = syntax === "1.2.840.10008.1.2";
  for (let at = start, n = 0; at + 8 <= bytes.length; n++) {
    const element = isImplicit ? implicit(data, at) : explicit(data, bytes, at, little);
    if (!element) return false;
    if (element.tag > lastWanted || n > limits.elements) return true;
    const name = wanted.get(element.tag.toString(16).padStart(8, "0").toUpperCase());
    if (element.length === 0xffffffff) {
      at = afterSequence(data, bytes, element.value, { little, isImplicit: isImplicit || element.vr === "UN" }, 0);
      if (at < 0) return false;
    } else {
      if (element.value + element.length > bytes.length) return false;
      if (name && element.length <= limits.value) values.set(name, bytes.slice(element.value, element.value + element.length));
      at = element.value + element.length;
    }
  }
  return false;
}

/** The byte after a sequence of undefined length, or −1 where it is not in these bytes. */
function afterSequence(data, bytes, at, form, depth) {
  if (depth > limits.depth) throw new HeaderError("damaged");
  const { little, isImplicit } = form;
  while (at + 8 <= bytes.length) {
    const group = data.getUint16(at, little), element = data.getUint16(at + 2, little), length = data.getUint32(at + 4, little);
    at += 8;
    if (group !== 0xfffe) throw new HeaderError("damaged");
    if (element === 0xe0dd) return at;
    if (element !== 0xe000) throw new HeaderError("damaged");
    if (length !== 0xffffffff) { at += length; continue; }
    for (;;) {
      if (at + 8 > bytes.length) return -1;
      if (data.getUint16(at, little) === 0xfffe && data.getUint16(at + 2, little) === 0xe00d) { at += 8; break; }
      const inner = isImplicit ? implicit(data, at) : explicit(data, bytes, at, little);
      if (!inner) return -1;
      if (inner.length === 0xffffffff) at = afterSequence(data, bytes, inner.value, { little, isImplicit: isImplicit || inner.vr === "UN" }, depth + 1);
      else at = inner.value + inner.length;
      if (at < 0) return -1;
    }
  }
  return -1;
}

function explicit(data, bytes, at, little) {
  const tag = data.getUint16(at, little) * 0x10000 + data.getUint16(at + 2, little);
  const vr = ascii(bytes, at + 4, 2);
  if (!/^[A-Z]{2}$/.test(vr)) throw new HeaderError("damaged");
  if (!long.has(vr)) return { tag, vr, length: data.getUint16(at + 6, little), value: at + 8 };
  return at + 12 <= bytes.length ? { tag, vr, length: data.getUint32(at + 8, little), value: at + 12 } : null;
}

const implicit = (data, at) => ({ tag: data.getUint16(at, true) * 0x10000 + data.getUint16(at + 2, true), length: data.getUint32(at + 4, true), value: at + 8 });

const ascii = (bytes, at, length) => String.fromCharCode(...bytes.subarray(at, at + length));

/** Deflated explicit VR little endian (PS3.5 §A.5), no more of it than is looked at. */
async function inflated(bytes) {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const parts = [];
  let size = 0;
  try {
    while (size < limits.most) {
      const { value, done } = await reader.read();
      if (done) break;
      parts.push(value);
      size += value.length;
    }
  } catch {
    if (!size) throw new HeaderError("damaged"); // else the input was cut by us: what came out before is enough, or more is asked for
  } finally {
    reader.cancel().catch(() => {});
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

function finished({ values, syntax }) {
  const decode = decoder(values.has("characterSet") ? String.fromCharCode(...values.get("characterSet")) : "");
  const text = (name) => (values.has(name) ? decode(values.get(name)).replace(/[\0 ]+$/, "").trim() : "");
  const found = Object.fromEntries([...wanted.values()].filter((name) => name !== "characterSet").map((name) => [name, text(name)]));
  const isDirectory = values.get("mediaClass") === "1.2.840.10008.1.3.10";
  if (!isDirectory && !found.instance && !found.study && !found.sopClass) throw new HeaderError("damaged");
  return { ...found, transferSyntax: syntax, isDirectory };
}
