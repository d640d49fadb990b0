/** Lines and points that other viewports draw into one: where the active image cuts this one, where the reader pointed at. */
import { heightOver, imagePoint, intersection } from "../model/plane.js";
import { number } from "../model/text.js";
import { svg } from "../ui/element.js";
import { t } from "../ui/words.js";
import { planeOfItem } from "./sync.js";
import { applied, matrix } from "./view.js";

/** Half of what lies between two slices, else of the slice, else this: so far a point belongs to an image, mm. */
const leastReach = 0.5;
const reach = ({ stack, image }) => Math.max(leastReach, (stack?.sliceSpacing ?? image.sliceThickness ?? 0) / 2) + 1e-3;

/**
 * @param sights of all viewports; `place` the rectangle of viewport `n` in device pixels, `scale` device pixels a CSS pixel
 * @returns `{line, cursor}`: `line` `{image, screen}` with two points each, or null; `cursor` `{image, screen, away}` with the distance of the
 *   point from this image in mm (0 where it lies in it), or null. Screen points are CSS pixels of the viewport.
 */
export function referencesFor(state, n, sights, place, scale) {
  const seen = sights[n];
  const plane = seen?.kind === "image" && seen.drawn ? planeOfItem(seen.item) : null;
  if (!plane) return { line: null, cursor: null };
  const toScreen = matrix(state.viewports[n].view, seen.geometry, place);
  const onScreen = (point) => applied(toScreen, point).map((value) => value / scale);
  const active = n !== state.active && state.referenceLines && sights[state.active]?.kind === "image" ? planeOfItem(sights[state.active].item) : null;
  const line = active && intersection(plane, active);
  return { line: line && { image: line, screen: line.map(onScreen) }, cursor: cursorIn(state.cursor, plane, seen, onScreen) };
}

function cursorIn(cursor, plane, seen, onScreen) {
  if (!cursor || cursor.frame !== plane.frame) return null;
  const at = imagePoint(plane, cursor.point);
  if (at[0] < 0 || at[1] < 0 || at[0] > plane.columns || at[1] > plane.rows) return null;
  const away = Math.abs(heightOver(plane, cursor.point));
  return { image: at, screen: onScreen(at), away: away <= reach(seen.item) ? 0 : away };
}

const arm = 14, hole = 4; // CSS pixels of the cross

/** The elements of one viewport. What they say of the image is in `data-image`: pixels of the stored picture, for tests and other tools. */
export function referenceLayer() {
  const shadow = svg("line", { class: "reference-shadow" }), line = svg("line", { class: "reference-line" });
  const cross = svg("path", { class: "cursor-cross" }), words = svg("text", { class: "cursor-words" });
  const cursor = svg("g", { class: "cursor" }, cross, words);
  const element = svg("svg", { class: "references", "aria-hidden": "true" }, shadow, line, cursor);
  let before = "";
  return {
    element,
    update(shown) {
      const text = JSON.stringify(shown ?? null);
      if (text === before) return;
      before = text;
      for (const each of [shadow, line]) each.style.display = shown?.line ? "" : "none";
      cursor.style.display = shown?.cursor ? "" : "none";
      delete line.dataset.image;
      delete cursor.dataset.image;
      if (shown?.line) {
        const [[x1, y1], [x2, y2]] = shown.line.screen;
        for (const each of [shadow, line]) for (const [name, value] of Object.entries({ x1, y1, x2, y2 })) each.setAttribute(name, value);
        line.dataset.image = JSON.stringify(shown.line.image);
      }
      if (shown?.cursor) {
        const { screen: [x, y], away, image } = shown.cursor;
        cross.setAttribute("d", `M${x - arm} ${y}H${x - hole}M${x + hole} ${y}H${x + arm}M${x} ${y - arm}V${y - hole}M${x} ${y + hole}V${y + arm}`);
        cursor.classList.toggle("away", away > 0);
        words.setAttribute("x", x + arm + 2);
        words.setAttribute("y", y - 4);
        words.textContent = away > 0 ? t("cursor.away", { mm: number(away, 1) }) : "";
        cursor.dataset.image = JSON.stringify(image);
        cursor.dataset.away = away;
      }
    },
  };
}
