/**
 * Transfer syntaxes (PS3.6 Table A-1): how a frame of each is drawn, and the name a person reads. Those the page draws by itself say
 * how: native as they lie, JPEG by the browser, packed by the archive's own codecs; all others are asked of the server, decoded.
 */

const native = "native", jpeg = "jpeg", packed = "packed";

/** What the server decodes frames to: Explicit VR Little Endian. */
export const decodedSyntax = "1.2.840.10008.1.2.1";

export const transferSyntaxes = new Map([
  ["1.2.840.10008.1.2", { name: "Implicit VR Little Endian", drawn: native }],
  ["1.2.840.10008.1.2.1", { name: "Explicit VR Little Endian", drawn: native }],
  ["1.2.840.10008.1.2.1.99", { name: "Deflated Explicit VR Little Endian", drawn: native }],
  ["1.2.840.10008.1.2.2", { name: "Explicit VR Big Endian", drawn: native, bigEndian: true }],
  ["1.2.840.10008.1.2.4.50", { name: "JPEG Baseline", drawn: jpeg }],
  ["1.2.840.10008.1.2.4.51", { name: "JPEG Extended, 12 bit" }],
  ["1.2.840.10008.1.2.4.57", { name: "JPEG Lossless", drawn: packed }],
  ["1.2.840.10008.1.2.4.70", { name: "JPEG Lossless, selection value 1", drawn: packed }],
  ["1.2.840.10008.1.2.4.80", { name: "JPEG-LS Lossless" }],
  ["1.2.840.10008.1.2.4.81", { name: "JPEG-LS Near-Lossless" }],
  ["1.2.840.10008.1.2.4.90", { name: "JPEG 2000 Lossless" }],
  ["1.2.840.10008.1.2.4.91", { name: "JPEG 2000" }],
  ["1.2.840.10008.1.2.4.92", { name: "JPEG 2000 Part 2 Lossless" }],
  ["1.2.840.10008.1.2.4.93", { name: "JPEG 2000 Part 2" }],
  ["1.2.840.10008.1.2.4.100", { name: "MPEG-2 Main Profile, Main Level" }],
  ["1.2.840.10008.1.2.4.101", { name: "MPEG-2 Main Profile, High Level" }],
  ["1.2.840.10008.1.2.4.102", { name: "MPEG-4 AVC/H.264 High Profile, Level 4.1" }],
  ["1.2.840.10008.1.2.4.103", { name: "MPEG-4 AVC/H.264 BD-compatible" }],
  ["1.2.840.10008.1.2.4.104", { name: "MPEG-4 AVC/H.264 High Profile, Level 4.2, 2D" }],
  ["1.2.840.10008.1.2.4.105", { name: "MPEG-4 AVC/H.264 High Profile, Level 4.2, 3D" }],
  ["1.2.840.10008.1.2.4.106", { name: "MPEG-4 AVC/H.264 Stereo High Profile" }],
  ["1.2.840.10008.1.2.4.107", { name: "HEVC/H.265 Main Profile" }],
  ["1.2.840.10008.1.2.4.108", { name: "HEVC/H.265 Main 10 Profile" }],
  ["1.2.840.10008.1.2.4.110", { name: "JPEG XL Lossless" }],
  ["1.2.840.10008.1.2.4.111", { name: "JPEG XL JPEG Recompression" }],
  ["1.2.840.10008.1.2.4.112", { name: "JPEG XL" }],
  ["1.2.840.10008.1.2.4.201", { name: "High-Throughput JPEG 2000 Lossless" }],
  ["1.2.840.10008.1.2.4.202", { name: "High-Throughput JPEG 2000 RPCL Lossless" }],
  ["1.2.840.10008.1.2.4.203", { name: "High-Throughput JPEG 2000" }],
  ["1.2.840.10008.1.2.5", { name: "RLE Lossless", drawn: packed }],
]);

/** Media types a part may carry instead of a transfer syntax parameter (PS3.18 Table 8.7.3-5). */
const mediaTypes = new Map([["image/jpeg", "1.2.840.10008.1.2.4.50"], ["image/dicom-rle", "1.2.840.10008.1.2.5"]]);

/** The syntax of a frame: what the part says, else its media type, else what the object was stored in. */
export function syntaxOfPart({ type, parameters }, stored) {
  return parameters["transfer-syntax"] ?? mediaTypes.get(type) ?? stored;
}

export const syntaxName = (uid) => transferSyntaxes.get(uid)?.name ?? uid ?? "";

/** Whether the page asks for frames as they are stored. Eight bits are all a browser's JPEG decoder has. */
export function drawsStored(image) {
  const how = transferSyntaxes.get(image.transferSyntax)?.drawn;
  return how === jpeg ? image.bitsAllocated === 8 : Boolean(how);
}

const known = /^(MONOCHROME[12]|PALETTE COLOR|RGB|YBR_(FULL|FULL_422|PARTIAL_422|PARTIAL_420|RCT|ICT))$/;

/**
 * Why an image cannot be drawn by this version: null, or `{reason, detail}` for the words table.
 */
export function undrawable(image) {
  const model = image.photometricInterpretation;
  if (!known.test(model ?? "")) return { reason: "photometric", detail: model || "–" };
  if (model === "PALETTE COLOR" && image.displayed && !image.palette) return { reason: "palette", detail: model };
  return null;
}
