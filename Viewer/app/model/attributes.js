/** Values of a data set in the DICOM JSON model (PS3.18 Annex F); tags are eight hexadecimal digits. */

export const numbers = (set, tag) => (set?.[tag]?.Value ?? []).map(Number).filter(Number.isFinite);
export const number = (set, tag) => numbers(set, tag)[0] ?? null;
export const text = (set, tag) => String(set?.[tag]?.Value?.[0] ?? "").trim();
export const texts = (set, tag) => (set?.[tag]?.Value ?? []).map((value) => String(value ?? "").trim());
export const items = (set, tag) => set?.[tag]?.Value ?? [];

/**
 * Bytes of a value, little endian: binary, or words given as numbers.
 *
 * @param bulk `(uri) => Promise<Uint8Array>` for what the metadata only links to
 * @returns null where the attribute is absent or empty
 */
export async function bytes(set, tag, bulk) {
  const element = set?.[tag];
  if (element?.BulkDataURI) return bulk(element.BulkDataURI);
  if (element?.InlineBinary) return Uint8Array.from(atob(element.InlineBinary), (letter) => letter.charCodeAt(0));
  if (!element?.Value?.length) return null;
  const result = new Uint8Array(2 * element.Value.length);
  element.Value.forEach((value, n) => { result[2 * n] = value & 255; result[2 * n + 1] = (value >> 8) & 255; });
  return result;
}
