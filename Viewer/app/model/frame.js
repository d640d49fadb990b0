/** A frame as the renderers take it: samples, colours, statistics, and the mask of what lies above. Runs in the worker. */
import { maskOf } from "./mask.js";
import { paddingRange } from "./padding.js";
import { coloured } from "./palette.js";
import { frameStatistics, unpack, words } from "./pixels.js";
import { aspect } from "./spacing.js";

/** Bytes in native encoding → frame; `number` from 1. */
export function decodedBy(bytes, image, number, bigEndian = false) {
  // Overlays may lie in bits that are cut off the samples.
  const embedded = image.overlays?.some(({ bits }) => !bits);
  return decodedFrame(unpack(bytes, image, bigEndian), image, number, embedded ? words(bytes, image, bigEndian) : null);
}

/** Samples, however they were decoded → frame. */
export function decodedFrame(samples, image, number, stored = null) {
  if (image.photometricInterpretation === "PALETTE COLOR" && !image.palette) throw new Error("the palette of this image is not known");
  const frame = image.photometricInterpretation === "PALETTE COLOR" ? coloured(samples, image.palette) : samples;
  frame.statistics = frameStatistics(frame, paddingRange(image));
  frame.rows = image.rows;
  frame.columns = image.columns;
  frame.mask = maskOf(image, number, aspect(image), stored);
  if (!stored && image.overlays?.some(({ bits }) => !bits)) frame.notes = [...(frame.notes ?? []), "overlay"];
  return frame;
}
