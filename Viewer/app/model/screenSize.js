/**
 * How many device pixels of this screen are a millimetre, as the person found with a card or a ruler. It belongs to the screen, so this browser keeps
 * it and no account does. Device pixels do not change with the zoom of the page.
 */

/** Long side of an ID-1 card (ISO/IEC 7810), as bank cards are, and of the ruler, in mm. */
export const things = { card: { width: 85.6, height: 53.98 }, ruler: { width: 100, height: 0 } };

const key = "isocenter.screen";
const believed = (perMM) => perMM >= 1 && perMM <= 60; // 25 to 1,500 pixels an inch

const screenName = () => `${globalThis.screen?.width}x${globalThis.screen?.height}`;
let kept;

/** Device pixels a mm, or null where this screen was not measured. */
export function pixelsPerMM() {
  if (kept === undefined) {
    try {
      kept = JSON.parse(globalThis.localStorage?.getItem(key) ?? "null");
    } catch {
      kept = null; // storage forbidden, or of another version
    }
  }
  return kept?.screen === screenName() && believed(kept.perMM) ? kept.perMM : null;
}

/** @param cssPixels that the thing is long on this screen; @returns whether it was believed */
export function measured(thing, cssPixels, ratio) {
  const perMM = (cssPixels * ratio) / things[thing].width;
  if (!believed(perMM)) return false;
  kept = { screen: screenName(), perMM };
  try { globalThis.localStorage?.setItem(key, JSON.stringify(kept)); } catch { /* for this visit only */ }
  return true;
}

/** Zoom (device pixels a column) at which a millimetre of the image is one of the screen. */
export const trueZoom = (scale, perMM) => scale.column * perMM;

/** Whether a view is at true size: as it was set, and the image is the one it was set for, or has its spacing. */
export const isTrueSize = (view, image) =>
  Boolean(view.trueSize) && view.zoom === view.trueSize.zoom && (view.trueSize.instance === image.sopInstanceUID || (view.trueSize.source !== "user" && image.spacing?.column === view.trueSize.column));
