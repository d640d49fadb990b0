/**
 * What a viewport shows, computed from the state and from what is known: never stored.
 */
import { frameKey } from "../model/stack.js";
import { aspect } from "../model/spacing.js";
import { levelTable } from "../model/levels.js";
import { paddingRange } from "../model/padding.js";
import { undrawable } from "../model/transferSyntax.js";
import { dragSpeed, isGrey, resolveWindow } from "../model/window.js";
import { transfer } from "../model/voi.js";

/**
 * @param viewport of the state
 * @param stack `{status: "loading" | "ready" | "failed", items, keys, error}` or undefined
 * @param store the FrameStore; @param held the windows found from pixels, by series or image
 * @param presented `(uid, item, frame) => {image, frame, aspect} | null`: a frame as a presentation state wants it
 * @returns `{kind: "empty" | "loading" | "failed" | "object" | "undrawable" | "image", …}`; an image has
 *   `item, frame (may be null), showing, wanted, geometry, window, look, speed, failure`
 */
export function sight(viewport, stack, series, store, held, presented = () => null) {
  if (!viewport.series) return { kind: "empty" };
  if (!stack || stack.status === "loading") return { kind: "loading" };
  if (stack.status === "failed") return { kind: "failed", error: stack.error };
  if (!stack.items.length) return { kind: "failed", error: "" };
  const wanted = Math.min(viewport.index, stack.items.length - 1);
  const item = stack.items[wanted];
  const common = { item, wanted, showing: wanted, count: stack.items.length };
  if (!item.image.hasPixels) return { kind: "object", ...common };
  const reason = undrawable(item.image);
  if (reason) return { kind: "undrawable", ...common, reason };
  const failure = store.failure(stack.keys[wanted]);
  const showing = failure ? wanted : nearestLoaded(stack, wanted, store);
  const frame = showing === null ? null : store.get(stack.keys[showing]) ?? null;
  const seen = stack.items[showing ?? wanted];
  const as = viewport.look.presentation ? presented(viewport.look.presentation, seen, frame) : null;
  const facts = looked(viewport, as ? { ...seen, image: as.image } : seen, as ? as.frame : frame, series, held);
  if (as?.aspect) facts.geometry.aspect = as.aspect;
  return { kind: "image", ...common, item: seen, showing: showing ?? wanted, frame: as ? as.frame : frame, failure, ...facts, presented: as };
}

/** The wanted frame if it is there, else the nearest one of the same stack that is, else null. */
function nearestLoaded({ keys, items }, wanted, store) {
  if (store.has(keys[wanted])) return wanted;
  for (let step = 1; step < keys.length; step++) {
    for (const n of [wanted - step, wanted + step]) {
      if (n >= 0 && n < keys.length && store.has(keys[n]) && items[n].image.hasPixels) return n;
    }
  }
  return null;
}

function looked(viewport, { image, frame: number }, frame, series, held) {
  const geometry = { columns: image.columns, rows: image.rows, aspect: aspect(image) };
  const statistics = frame?.statistics ?? null;
  const { window: choice, invert, smooth, planes } = viewport.look;
  // A window found from pixels holds for a stack of slices, which must look alike; projections each have their own.
  const place = `${image.imageOrientation ? series.seriesInstanceUID : image.sopInstanceUID} ${image.presentationKey ?? ""} ${choice.kind}`;
  const window = resolveWindow({ ...choice, held: held.get(place) }, image, series.modality, statistics);
  if (window && (window.from === "auto" || window.from === "full") && !held.has(place)) held.set(place, { center: window.center, width: window.width, name: window.name });
  const grey = isGrey(image);
  // Where a table takes part there is no formula: every stored value gets its grey once.
  const table = grey && window && (window.lut || image.modalityLUT || image.presentationLUT) ? levelTable(image, window) : null;
  const look = {
    table,
    transfer: grey && window && !table ? transfer({ slope: image.rescaleSlope ?? 1, intercept: image.rescaleIntercept ?? 0, ...window }) : null,
    inverted: (image.photometricInterpretation === "MONOCHROME1" || (grey && image.presentationLUTShape === "INVERSE")) !== invert,
    padding: grey ? paddingRange(image) : null,
    shutter: image.shutter?.grey ?? 0,
    planes,
    smooth,
  };
  return { geometry, window, look, speed: dragSpeed(image, statistics), drawn: Boolean(frame && (!grey || window)) };
}

/** Bytes of a frame in memory. */
export function frameBytes(image) {
  const samples = image.samplesPerPixel ?? 1;
  const each = samples === 3 ? 1 : Math.max(1, Math.min(32, image.bitsAllocated ?? 16) / 8);
  return Math.ceil((image.rows ?? 0) * (image.columns ?? 0) * samples * each);
}

export const keysOf = (items) => items.map(frameKey);
