/** A film of the frames of an object, or of the images of a series, with the window and the turn of the viewport that shows them. */
import * as api from "../../net/api.js";
import { frameSource } from "../../export/frameSource.js";
import { frameTimes } from "../../export/frameTimes.js";
import { fullPicture, fullSize, canvasOf } from "../../export/picture.js";
import { even, film, videoFormats } from "../../export/video.js";
import { number } from "../../model/text.js";
import { undrawable } from "../../model/transferSyntax.js";
import { sight } from "../../viewport/sight.js";

const most = 20000; // frames
const mostOfServer = 2000; // what is behind them it leaves out

/**
 * @param set metadata of the object on screen, or null
 * @returns `{uid, positions, leftOut, durations, rate, source, formats, width, height, viewport, isOneObject, serverURL}`
 */
export async function filmPlan(look, set) {
  const { app, facts } = look;
  const { image, viewport, item, window } = app.current();
  const { items } = facts.stacks.get(viewport.series);
  const isOneObject = (image.frames ?? 1) > 1;
  const wanted = items.map((each, n) => [each, n]).filter(([each]) => !isOneObject || each.image.sopInstanceUID === image.sopInstanceUID);
  const positions = wanted.filter(([each]) => each.image.hasPixels && !undrawable(each.image) && each.image.rows === image.rows && each.image.columns === image.columns).map(([, n]) => n).slice(0, most);
  const { durations, source } = frameTimes(image, positions.length, viewport.cine, isOneObject ? set : null);
  const { geometry } = look.stage().sight(app.state().active);
  const { width, height } = fullSize(geometry, viewport.view.orientation);
  const rate = positions.length * 1e6 / Math.max(1, durations.reduce((sum, each) => sum + each, 0));
  // What was found from the pixels of one image holds for all of them.
  const held = window && (window.from === "auto" || window.from === "full") ? { kind: "manual", center: window.center, width: window.width, name: window.name } : viewport.look.window;
  return {
    uid: viewport.series, positions, leftOut: wanted.length - positions.length, durations, source, rate: number(rate, 2), width, height, isOneObject, series: facts.seriesOf(viewport.series),
    viewport: { ...viewport, look: { ...viewport.look, window: held } }, formats: positions.length > 1 ? await videoFormats(width, height, rate) : [],
    serverURL: isOneObject && positions.length <= mostOfServer ? serverURL(facts.seriesOf(viewport.series), item.image, window) : null,
  };
}

/** The server makes a film of an object too, in any browser: with this window, not turned. */
function serverURL(series, image, window) {
  const functions = { LINEAR: "linear", LINEAR_EXACT: "linear-exact", SIGMOID: "sigmoid" };
  const query = new URLSearchParams({ accept: "video/mp4" });
  if (window && !window.lut && functions[window.name]) query.set("window", `${window.center},${window.width},${functions[window.name]}`);
  return `${api.instanceURL(series.studyInstanceUID, series.seriesInstanceUID, image.sopInstanceUID)}/rendered?${query}`;
}

/** @returns {Promise<Uint8Array>} fails with FrameMissing where a frame cannot be had: a film leaves none out unsaid */
export async function filmOf(look, plan, format, { progress, signal }) {
  const { facts } = look;
  const source = frameSource({ facts, held: look.frames(), signedOut: look.signedOut, signal });
  const canvas = canvasOf(even(plan.width), even(plan.height)), context = canvas.getContext("2d", { alpha: false });
  async function* pictures() {
    for (const [n, position] of plan.positions.entries()) {
      const frame = await source.frame(plan.uid, position, plan.positions[Math.min(plan.positions.length - 1, n + 12)] + 1);
      const seen = sight({ ...plan.viewport, index: position }, facts.stacks.get(plan.uid), plan.series, { has: () => true, get: () => frame, failure: () => null }, new Map(), look.presented);
      context.drawImage(fullPicture(seen, plan.viewport.view.orientation), 0, 0);
      yield canvas;
    }
  }
  try {
    return await film(format, pictures(), plan.durations, { application: "Isocenter", progress, signal });
  } finally {
    source.close();
  }
}
