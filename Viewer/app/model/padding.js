/** Stored values that fill the frame outside the image: no part of windows and statistics, always black (PS3.3 §C.7.5.1.1.2). */
import { storedRange } from "./levels.js";

/** `[lowest, highest]`, or null where there are none, or none that Bits Stored can hold. */
export function paddingRange(image) {
  const range = storedRange(image);
  if (!range || !/^MONOCHROME/.test(image.photometricInterpretation ?? "")) return null;
  // Its VR is that of the pixels, whatever a writer said.
  const sample = (value) => (value == null ? null : image.pixelRepresentation === 1 ? (value << 16) >> 16 : value & 0xffff);
  const inside = (value) => value != null && value >= range[0] && value <= range[1];
  const value = sample(image.pixelPaddingValue), limit = sample(image.pixelPaddingRangeLimit);
  if (!inside(value)) return null;
  const other = inside(limit) ? limit : value;
  return [Math.min(value, other), Math.max(value, other)];
}
