/** The canvas under all viewports and the elements above it: sizes, what each viewport shows, drawing. */
import { toolOf } from "../../tools/table.js";
import { described } from "../../viewport/described.js";
import { rectangles } from "../../viewport/layout.js";
import { rendererFor } from "../../viewport/renderer.js";
import { isLinked } from "../../viewport/sync.js";
import { sight } from "../../viewport/sight.js";
import { referencesFor } from "../../viewport/reference.js";
import { inverted, lensed, matrix } from "../../viewport/view.js";
import { calibrationsOf } from "../../marks/edits.js";
import { h } from "../element.js";
import { studyMark } from "./studyWords.js";

const gap = 2; // CSS pixels between viewports
const lens = { side: 200, factor: 2 }; // CSS pixels, how much larger

/**
 * @param panes elements of the viewports, as `viewport/pane.js` makes them
 * @param {{renderer: string | null, changed: () => void, resized: () => void, viewOf: (uid: string) => object | null}} options
 *   `evidence()` gives key images and presentation states (presentation/evidence.js); the wished renderer; what to call when all has to be drawn again soon, and at once; the mammographic view of an instance
 */
export function stage(panes, { renderer: wished, changed, resized, viewOf, evidence }) {
  const canvas = h("canvas", { class: "stage-canvas", "aria-hidden": "true" });
  const element = h("main", { class: "stage" }, canvas, panes.map((pane) => pane.element));
  const held = new Map(); // windows found from pixels
  let sights = [], places = [], scale = devicePixelRatio;
  let drawn = ""; // what the canvas shows, in words
  let renderer = null;

  const sized = new ResizeObserver((entries) => {
    const box = entries.at(-1).devicePixelContentBoxSize?.[0];
    const width = box?.inlineSize ?? Math.round(element.clientWidth * devicePixelRatio);
    const height = box?.blockSize ?? Math.round(element.clientHeight * devicePixelRatio);
    if (!width || !height) return;
    [canvas.width, canvas.height] = [width, height];
    drawn = "";
    scale = width / element.clientWidth;
    resized(); // at once: a resized canvas is empty
  });

  /** Draws what is on screen, unless it is there already: frames that arrive for later cost no drawing. */
  function draw(state, facts) {
    if (renderer.lost) return;
    const pictures = [];
    for (const rectangle of places) {
      const seen = sights[rectangle.index];
      if (!seen?.drawn) continue;
      const { view, series } = state.viewports[rectangle.index];
      if (!renderer.fits(seen.frame.rows, seen.frame.columns)) { seen.large = true; continue; }
      pictures.push({ rectangle, key: `${facts.stacks.get(series).keys[seen.showing]}${seen.presented ? ` ${seen.presented.image.presentationKey}` : ""}`, look: seen.look, toImage: inverted(matrix(view, seen.geometry, rectangle)), frame: seen.frame });
    }
    const under = pictures.find(({ rectangle }) => rectangle.index === state.lens?.viewport);
    if (under) pictures.push(magnified(under, state.lens.at));
    const text = JSON.stringify([canvas.width, canvas.height, pictures.map(({ frame, ...rest }) => rest)]);
    if (text === drawn) return;
    drawn = text;
    renderer.begin();
    for (const { rectangle, key, frame, look, toImage } of pictures) renderer.draw(rectangle, key, frame, look, toImage);
  }

  /** What the lens shows of a picture, kept inside the viewport. */
  function magnified({ rectangle, toImage, ...rest }, at) {
    const side = Math.min(Math.round(lens.side * scale), rectangle.width, rectangle.height);
    const corner = (n, length) => Math.round(Math.min(Math.max(0, at[n] - side / 2), length - side));
    return { ...rest, rectangle: { x: rectangle.x + corner(0, rectangle.width), y: rectangle.y + corner(1, rectangle.height), width: side, height: side }, toImage: lensed(toImage, at, side, lens.factor) };
  }

  /** Which study a viewport shows, said while there are others to be taken for it. */
  function markOf(state, viewport, facts) {
    const study = facts.studyOf(viewport.series);
    const shown = new Set(places.map(({ index }) => facts.seriesOf(state.viewports[index].series)?.studyInstanceUID).filter(Boolean));
    return study && (shown.size > 1 || study.relation !== "current") ? studyMark(facts.study, study) : null;
  }

  function show(state, rectangle, facts, store) {
    const n = rectangle.index;
    const viewport = state.viewports[n];
    const { cursor } = toolOf(state.tool);
    panes[n].place(rectangle, scale);
    const beside = evidence().beside(sights[n], viewport);
    const words = described({ seen: sights[n], viewport, series: facts.seriesOf(viewport.series), size: rectangle, scale, number: n + 1, linked: isLinked(state, n), view: viewOf(sights[n].item?.image.sopInstanceUID), calibrations: calibrationsOf(state, facts.imageOf) });
    panes[n].update({
      ...words,
      badges: [...words.badges, ...beside.badges],
      keys: beside.keys,
      mark: markOf(state, viewport, facts),
      references: referencesFor(state, n, sights, rectangle, scale),
      active: n === state.active && places.length > 1,
      overlays: state.overlays,
      cursor: { window: "crosshair" }[cursor] ?? cursor,
      index: sights[n].wanted ?? 0,
      loaded: facts.stacks.get(viewport.series)?.keys?.map((key) => store.has(key)) ?? [],
    });
  }

  return {
    element,
    get renderer() { return renderer; },
    get scale() { return scale; },
    get places() { return places; },
    get sights() { return sights; },
    sight: (n) => sights[n],
    place: (n) => places.find(({ index }) => index === n),
    /** Once the element is in the page: chooses the renderer and follows the size. */
    begin() {
      renderer = rendererFor(canvas, wished, () => { drawn = ""; changed(); });
      try {
        sized.observe(canvas, { box: "device-pixel-content-box" });
      } catch {
        sized.observe(canvas); // a browser without that box: sizes are rounded
      }
    },
    /** Windows of a kind that were found from pixels are found again. */
    forgetWindows(kind) { for (const key of [...held.keys()]) if (key.endsWith(` ${kind}`)) held.delete(key); },
    /** Where the viewports lie, for the state. */
    lay(state) { places = rectangles(state, canvas.width, canvas.height, Math.max(1, Math.round(gap * scale))); },
    render(state, facts, store) {
      const visible = new Set(places.map(({ index }) => index));
      sights = state.viewports.map((viewport, n) =>
        visible.has(n) ? sight(viewport, facts.stacks.get(viewport.series), facts.seriesOf(viewport.series), store, held, evidence().presented) : null);
      panes.forEach((pane, n) => { pane.element.hidden = !sights[n]; });
      draw(state, facts);
      for (const rectangle of places) show(state, rectangle, facts, store);
    },
    close() {
      sized.disconnect();
      renderer?.close?.();
    },
  };
}
