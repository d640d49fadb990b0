/** What a file is by its first bytes; its name counts for nothing. */
import { isZip } from "./zip.js";

const begins = (head, ...bytes) => bytes.every((byte, n) => head[n] === byte);
const text = (head, at, length) => String.fromCharCode(...head.subarray(at, at + length));

export const headLength = 132;

/** @param {Uint8Array} head the first bytes @returns "dicom", "zip", "jpeg", "png", "pdf", "video", "empty" or "unknown" */
export function kindOf(head) {
  if (!head.length) return "empty";
  if (text(head, 128, 4) === "DICM" || text(head, 0, 4) === "DICM") return "dicom";
  if (isZip(head)) return "zip";
  if (begins(head, 0xff, 0xd8, 0xff)) return "jpeg";
  if (begins(head, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return "png";
  if (text(head, 0, 5) === "%PDF-") return "pdf";
  if (text(head, 4, 4) === "ftyp") return "video";
  if (head.length >= 8 && head[0] === 8 && head[1] === 0 && head[2] <= 0x70 && head[3] === 0) return "dicom"; // a bare data set begins with group 0008
  return "unknown";
}

/** Kinds that become DICOM objects here, and of which media type their bulk data is. */
export const mediaTypes = { jpeg: "image/jpeg", png: "image/png", pdf: "application/pdf", video: "video/mp4" };

/** EXIF orientation of a JPEG image, 1 where it has none: DICOM knows no such mark, the picture will stand as its pixels do. */
export function jpegOrientation(bytes) {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff;) {
    const length = data.getUint16(at + 2);
    if (bytes[at + 1] === 0xe1 && text(bytes, at + 4, 4) === "Exif" && at + 18 <= bytes.length) {
      const tiff = at + 10, little = bytes[tiff] === 0x49;
      const directory = tiff + data.getUint32(tiff + 4, little);
      if (directory + 2 > bytes.length) return 1;
      for (let n = 0, entry = directory + 2; n < data.getUint16(directory, little) && entry + 12 <= bytes.length; n++, entry += 12) {
        if (data.getUint16(entry, little) === 0x0112) return data.getUint16(entry + 8, little) || 1;
      }
      return 1;
    }
    if (bytes[at + 1] === 0xda || length < 2) return 1;
    at += 2 + length;
  }
  return 1;
}
