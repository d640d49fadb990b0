/**
 * ZIP files read in the browser (PKWARE APPNOTE 6.3): the central directory first, then each entry when it is wanted.
 * Nothing a file claims is believed before it is measured: places against the file, sizes against what comes out.
 */
import { crc32 } from "./crc32.js";

export const limits = {
  entries: 200_000,
  directory: 64 << 20, // bytes of the central directory
  entry: 2 ** 31, // bytes of one entry, unpacked
  total: 64 * 2 ** 30, // bytes of all entries, unpacked
  ratio: 1000, // unpacked bytes a packed one: deflate reaches 1032, images never come near
  ratioFrom: 1 << 20, // below this many bytes the ratio says nothing
};

/** `reason` is the key of what a person is told: "truncated", "notZip", "tooMany", "bomb", "overlap", "encrypted", "method", "damaged", "split". */
export class ZipError extends Error {
  constructor(reason, name = "") {
    super(name ? `${reason}: ${name}` : reason);
    this.reason = reason;
  }
}

const endRecord = 0x06054b50, end64Record = 0x06064b50, end64Locator = 0x07064b50, directoryRecord = 0x02014b50, localRecord = 0x04034b50;

async function view(blob, start, length) {
  if (start < 0 || length < 0 || start + length > blob.size) throw new ZipError("truncated");
  return new DataView(await blob.slice(start, start + length).arrayBuffer());
}

/** Whether a file begins as a ZIP file does: with an entry, or empty. */
export const isZip = (head) => head[0] === 0x50 && head[1] === 0x4b && ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6));

/**
 * The entries of a ZIP file.
 *
 * @param {Blob} blob
 * @returns `[{name, size, packedSize, problem?}]` of files, not of folders; `problem` is the reason why one cannot be read
 * @throws {ZipError} where the file as a whole cannot be trusted
 */
export async function entries(blob, bounds = limits) {
  const { start, length, count } = await directory(blob, bounds);
  const record = await view(blob, start, length);
  const bytes = new Uint8Array(record.buffer);
  const found = [];
  let at = 0, total = 0;
  for (let n = 0; n < count; n++) {
    if (at + 46 > length || record.getUint32(at, true) !== directoryRecord) throw new ZipError("damaged");
    const flags = record.getUint16(at + 8, true), method = record.getUint16(at + 10, true);
    const nameLength = record.getUint16(at + 28, true), extraLength = record.getUint16(at + 30, true), commentLength = record.getUint16(at + 32, true);
    const next = at + 46 + nameLength + extraLength + commentLength;
    if (next > length) throw new ZipError("damaged");
    const entry = {
      name: entryName(bytes.subarray(at + 46, at + 46 + nameLength), flags & 0x800),
      crc: record.getUint32(at + 16, true), packedSize: record.getUint32(at + 20, true), size: record.getUint32(at + 24, true),
      offset: record.getUint32(at + 42, true), method, blob,
    };
    wide(entry, record, at + 46 + nameLength, extraLength);
    at = next;
    if (entry.name.endsWith("/")) continue;
    if (flags & 0x41) entry.problem = "encrypted";
    else if (method !== 0 && method !== 8) entry.problem = "method";
    else if (method === 0 && entry.size !== entry.packedSize) throw new ZipError("damaged", entry.name);
    if (entry.offset + 30 + nameLength + entry.packedSize > start) throw new ZipError("damaged", entry.name);
    if (entry.size > bounds.entry || (entry.size > bounds.ratioFrom && entry.size > entry.packedSize * bounds.ratio)) throw new ZipError("bomb", entry.name);
    if ((total += entry.size) > bounds.total) throw new ZipError("bomb", entry.name);
    found.push(entry);
  }
  // Entries that share bytes are how a small file becomes petabytes.
  const byPlace = found.toSorted((a, b) => a.offset - b.offset);
  for (let n = 1; n < byPlace.length; n++) {
    if (byPlace[n - 1].offset + 30 + byPlace[n - 1].packedSize > byPlace[n].offset) throw new ZipError("overlap", byPlace[n].name);
  }
  return found;
}

/** Where the central directory lies: found from the end, where a comment of up to 64 KiB may follow. */
async function directory(blob, bounds) {
  const tailLength = Math.min(blob.size, 22 + 0xffff);
  if (tailLength < 22) throw new ZipError("truncated");
  const base = blob.size - tailLength, tail = await view(blob, base, tailLength);
  for (let at = tailLength - 22; at >= 0; at--) {
    if (tail.getUint32(at, true) !== endRecord || at + 22 + tail.getUint16(at + 20, true) !== tailLength) continue;
    let place = { disk: tail.getUint16(at + 4, true), count: tail.getUint16(at + 10, true), length: tail.getUint32(at + 12, true), start: tail.getUint32(at + 16, true) };
    if (place.count === 0xffff || place.length === 0xffffffff || place.start === 0xffffffff) place = (await directory64(blob, base + at)) ?? place;
    if (place.disk && place.disk !== 0xffff) throw new ZipError("split");
    if (place.count > bounds.entries || place.length > bounds.directory) throw new ZipError("tooMany");
    if (place.start + place.length > base + at || place.count * 46 > place.length) throw new ZipError("damaged");
    return place;
  }
  throw new ZipError("truncated");
}

async function directory64(blob, end) {
  if (end < 20) return null;
  const locator = await view(blob, end - 20, 20);
  if (locator.getUint32(0, true) !== end64Locator) return null;
  const record = await view(blob, whole(locator, 8), 56);
  if (record.getUint32(0, true) !== end64Record) throw new ZipError("damaged");
  return { disk: record.getUint32(16, true), count: whole(record, 32), length: whole(record, 40), start: whole(record, 48) };
}

/** A 64 bit number; what no file can have is refused before it loses digits. */
function whole(record, at) {
  const value = record.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ZipError("damaged");
  return Number(value);
}

/** Sizes and places that need 64 bits stand in extra field 0001H, in this order, only those that are all ones. */
function wide(entry, record, start, length) {
  for (let at = start; at + 4 <= start + length;) {
    const id = record.getUint16(at, true), size = record.getUint16(at + 2, true);
    if (at + 4 + size > start + length) throw new ZipError("damaged", entry.name);
    if (id === 1) {
      let field = at + 4;
      for (const key of ["size", "packedSize", "offset"]) {
        if (entry[key] !== 0xffffffff) continue;
        if (field + 8 > at + 4 + size) throw new ZipError("damaged", entry.name);
        entry[key] = whole(record, field);
        field += 8;
      }
    }
    at += 4 + size;
  }
}

/** UTF-8 where the entry says so, or where it is; else the code page of old tools, of which only ASCII is sure. */
function entryName(bytes, isUTF8) {
  try { return new TextDecoder("utf-8", { fatal: !isUTF8 }).decode(bytes); } catch { return new TextDecoder("windows-1252").decode(bytes); }
}

/**
 * An entry's bytes. What was stored as it is becomes a slice of the file; what was packed is unpacked, measured and checked.
 *
 * @param most bytes to unpack: a beginning is enough to look at it (`undefined`: all, checked against CRC and size)
 * @returns {Promise<Blob>}
 */
export async function open(entry, most) {
  if (entry.problem) throw new ZipError(entry.problem, entry.name);
  const local = await view(entry.blob, entry.offset, 30);
  if (local.getUint32(0, true) !== localRecord) throw new ZipError("damaged", entry.name);
  const start = entry.offset + 30 + local.getUint16(26, true) + local.getUint16(28, true);
  if (start + entry.packedSize > entry.blob.size) throw new ZipError("truncated", entry.name);
  const packed = entry.blob.slice(start, start + entry.packedSize);
  if (entry.method === 0 && most !== undefined) return packed.slice(0, most);
  const parts = [];
  let size = 0, crc = 0;
  const reader = (entry.method === 0 ? packed.stream() : packed.stream().pipeThrough(new DecompressionStream("deflate-raw"))).getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      size += value.length;
      if (size > entry.size) throw new ZipError("bomb", entry.name); // it says less than it holds
      if (entry.method !== 0) parts.push(value);
      if (most !== undefined && size >= most) return new Blob(parts).slice(0, most);
      crc = crc32(value, crc);
    }
  } catch (error) {
    throw error instanceof ZipError ? error : new ZipError("damaged", entry.name);
  } finally {
    reader.cancel().catch(() => {});
  }
  if (size !== entry.size || crc !== entry.crc) throw new ZipError("damaged", entry.name);
  return entry.method === 0 ? packed : new Blob(parts);
}
