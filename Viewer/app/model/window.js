/**
 * Which window is in force. The choice is part of the state; the centre and width follow from the choice,
 * the image and what is known of its pixels, so that a choice made once holds while scrolling.
 */
import { modalityValue, storedRange } from "./levels.js";
import { isWindow, voiFunction } from "./voi.js";

/** Presets by modality: key, word, centre, width. Values of CT in HU, of PT in SUV. */
export const presets = {
  CT: [
    { id: "brain", key: "3", center: 40, width: 80 },
    { id: "stroke", key: "4", center: 40, width: 40 },
    { id: "soft", key: "5", center: 40, width: 400 },
    { id: "lung", key: "6", center: -600, width: 1500 },
    { id: "bone", key: "7", center: 400, width: 2000 },
    { id: "liver", key: "8", center: 90, width: 150 },
    { id: "angio", key: "9", center: 300, width: 600 },
  ],
  PT: [
    { id: "suv5", key: "3", center: 2.5, width: 5 },
    { id: "suv10", key: "4", center: 5, width: 10 },
    { id: "suv15", key: "5", center: 7.5, width: 15 },
  ],
};

/**
 * Unit of the modality values, or null where the object does not say. CT values are Hounsfield units by
 * default (PS3.3 §C.8.2.1.1.2, Rescale Type absent) once a rescale is given.
 */
export function unit(image, modality) {
  if (image.rescaleIntercept == null || image.modalityLUT) return null;
  const type = (image.rescaleType ?? "").trim();
  if (type && type !== "US") return type; // US: unspecified (§C.11.1.1.2)
  return modality === "CT" && !type ? "HU" : null;
}

/** Whether presets have a meaning for this image: Hounsfield windows only on HU, SUV windows only on SUV. */
export function allowsPresets(image, modality) {
  if (!isGrey(image)) return false;
  const of = unit(image, modality);
  return modality === "CT" ? of === "HU" : modality === "PT" ? /SUV|GML/i.test(of ?? "") : true;
}

/** @param own the reader's, as `model/presets.js` reads them; they take the place of the shipped ones of their modality */
export const presetsFor = (image, modality, own = {}) => (allowsPresets(image, modality) ? own[modality] ?? presets[modality] ?? [] : []);

export const isGrey = (image) => /^MONOCHROME[12]$/.test(image.photometricInterpretation ?? "");

/** What the object offers: its VOI tables (`lut`), then its usable window pairs, with their explanations (0028,3003), (0028,1055). */
export function filePairs(image) {
  const centers = image.windowCenter ?? [], widths = image.windowWidth ?? [], words = image.windowExplanation ?? [];
  const pairs = (image.voiLUTs ?? []).map(tabled);
  for (let n = 0; n < Math.min(centers.length, widths.length); n++) {
    if (isWindow(centers[n], widths[n], image.voiLUTFunction)) {
      pairs.push({ center: centers[n], width: widths[n], explanation: words[n] ?? "" });
    }
  }
  return pairs;
}

/** A table with the window that spans its inputs: where dragging begins. */
const tabled = (lut) => ({ lut, center: lut.first + lut.entries.length / 2, width: lut.entries.length, explanation: lut.explanation ?? "" });

const rescaled = modalityValue;

/** LINEAR window that maps `low` to black and `high` to white. */
function spanning(low, high, step) {
  const [a, b] = low <= high ? [low, high] : [high, low];
  const width = Math.max(b - a + 1, 1);
  return { center: (a + b + 1) / 2, width: step < 1 ? Math.max(b - a, step) + 1 : width, name: "LINEAR" };
}

/**
 * Window from what the pixels hold: all but the half per cent of the pixels at each end, padding left out. Eight bits and
 * less are shown over their whole range, as they were made to be.
 *
 * @param statistics `{min, max, low, high}` of stored values, from `frameStatistics`.
 */
export function automatic(image, statistics) {
  const range = storedRange(image);
  if (range && (image.bitsStored ?? image.bitsAllocated) <= 8) return spanExact(rescaled(image, range[0]), rescaled(image, range[1]));
  return statistics ? spanExact(rescaled(image, statistics.low), rescaled(image, statistics.high)) : null;
}

/** Window from the least to the greatest value of the frame. */
export const fullRange = (image, statistics) =>
  statistics ? spanExact(rescaled(image, statistics.min), rescaled(image, statistics.max)) : null;

/** LINEAR_EXACT keeps values below 1 apart (float images); integers get the LINEAR form readers know. */
function spanExact(low, high) {
  if (Number.isInteger(low) && Number.isInteger(high)) return spanning(low, high, 1);
  const [a, b] = low <= high ? [low, high] : [high, low];
  return { center: (a + b) / 2, width: Math.max(b - a, Number.EPSILON), name: "LINEAR_EXACT" };
}

/**
 * The window in force.
 *
 * @param choice `{kind: "default"}`, `{kind: "file", pair}`, `{kind: "preset", id}`, with `center`, `width` and `title` where
 *   the reader made it, `{kind: "full"}`, `{kind: "auto"}`,
 *   `{kind: "manual", center, width}`; a `held` window of "full" and "auto" stays while scrolling.
 * @returns `{center, width, name, from, explanation?}` where `from` says whence the numbers came, or null while unknown.
 */
export function resolveWindow(choice, image, modality, statistics) {
  if (!isGrey(image)) return null;
  const pairs = filePairs(image);
  const name = voiFunction(image.voiLUTFunction);
  switch (choice.kind) {
    case "manual":
      return { center: choice.center, width: choice.width, name: choice.name ?? name, from: "manual" };
    case "preset": {
      const preset = choice.width > 0 && allowsPresets(image, modality) ? choice : presetsFor(image, modality).find((p) => p.id === choice.id);
      if (preset) return { center: preset.center, width: preset.width, name: "LINEAR", from: "preset", explanation: preset.id, ...(preset.title && { title: preset.title }) };
      break;
    }
    case "file":
      if (pairs[choice.pair]) return offered(pairs, choice.pair, name);
      break;
    case "full": {
      const window = choice.held ?? fullRange(image, statistics);
      return window && { ...window, from: "full" };
    }
    case "auto":
      return withSource(choice.held ?? automatic(image, statistics));
  }
  if (pairs.length) return offered(pairs, 0, name);
  return withSource(choice.held ?? automatic(image, statistics));
}

/** One of the object's own; a table keeps its place among them. */
const offered = (pairs, n, name) => ({ ...pairs[n], name, from: "file", ...(pairs[n].lut && { pair: n }) });

const withSource = (window) => window && { ...window, from: "auto" };

/** Modality values a pixel of mouse movement is worth: the range of the frame over about 1,000 pixels. */
export function dragSpeed(image, statistics) {
  if (!statistics) return 1;
  const range = Math.abs((statistics.max - statistics.min) * (image.rescaleSlope ?? 1));
  return range > 0 ? range / 1024 : 1;
}

/** A window after dragging: right widens, down brightens less (raises the centre). */
export function dragged(window, dx, dy, speed) {
  const digits = speed >= 0.5 ? 0 : Math.min(12, Math.ceil(-Math.log10(speed)) + 1);
  const round = (x) => Number(x.toFixed(digits));
  const least = window.name === "LINEAR" ? 1 : 10 ** -digits;
  return {
    kind: "manual",
    center: round(window.center + dy * speed),
    width: Math.max(least, round(window.width + dx * speed)),
    name: window.name,
  };
}
