/**
 * Viewports that move together: what the reader does in one is done in the others by position in the patient, not by image number.
 * `state.sync` is `{scroll, view, window, links}`; a link made by hand (`links`: viewport → `{series, index}`) says which images lie at
 * the same place where frames of reference do not.
 */
import { dot, heightOver, imagePoint, middleOf, parallel, patientPoint, planeOf, share } from "../model/plane.js";
import { fitZoom } from "./view.js";

const planes = new WeakMap(); // item → plane: planes are asked for at every step of a scroll

/** The plane of an item of a stack, or null. */
export function planeOfItem(item) {
  if (!item) return null;
  if (!planes.has(item.image)) planes.set(item.image, planeOf(item.image));
  return planes.get(item.image);
}

/**
 * Index of the image nearest to a height along the normal of `plane`, among those that are cut like it; of several at one place the one of
 * the same phase, echo … (`combination`) as before.
 *
 * @param {(plane) => number} distance of an image's plane from what is looked for, mm
 */
function nearest(items, now, distance) {
  const reference = planeOfItem(items[now]);
  let best = null;
  items.forEach((item, index) => {
    const plane = planeOfItem(item);
    if (!plane || plane.frame !== reference?.frame || !parallel(plane, reference)) return;
    const found = { index, away: Math.abs(distance(plane)), same: item.combination === items[now].combination };
    const closer = best === null || found.away < best.away - 0.01 || (Math.abs(found.away - best.away) <= 0.01 && found.same && !best.same);
    if (closer) best = found;
  });
  return best?.index ?? null;
}

/** Index of the image that lies nearest to a patient point, or null where positions are not known. */
export const indexAt = (items, now, point) => nearest(items, now, (plane) => heightOver(plane, point));

/**
 * Where `target` has to scroll when `source` shows another image.
 *
 * @param source, target `{items, index, link}`: frames in order, the one shown, the one linked by hand or null
 * @returns an index, or null where nothing says which image belongs to it
 */
export function following(source, target) {
  const from = planeOfItem(source.items[source.index]), to = planeOfItem(target.items[target.index]);
  if (source.link != null && target.link != null) return byLink(source, target);
  if (!share(from, to) || !parallel(from, to)) return null;
  return indexAt(target.items, target.index, middleOf(from));
}

/** From the images linked by hand as far as the source has moved, in mm where both are cut alike, else in images. */
function byLink(source, target) {
  const [from, start] = [source.index, source.link].map((n) => planeOfItem(source.items[n]));
  const anchor = planeOfItem(target.items[target.link]);
  const direction = from && start && anchor && parallel(from, start) ? parallel(start, anchor) : 0;
  if (!direction) return Math.min(target.items.length - 1, Math.max(0, target.link + source.index - source.link));
  const moved = direction * heightOver(start, middleOf(from));
  return nearest(target.items, target.link, (plane) => dot(plane.origin.map((value, axis) => value - anchor.origin[axis]), anchor.normal) - moved);
}

/**
 * Zoom and centre of `target` that show what `source` shows: the same millimetres and, in one frame of reference cut alike, the same place;
 * else the same share of the picture.
 *
 * @param source, target `{item, view, geometry, size}`, `geometry` as `viewport/view.js` takes it, `size` in device pixels
 */
export function alike(source, target) {
  const from = planeOfItem(source.item), to = planeOfItem(target.item);
  const { zoom, center } = source.view;
  if (zoom === null && center === null) return { zoom: null, center: null };
  const shown = zoom ?? fitZoom(source.geometry, source.size, source.view.orientation);
  const inMillimetres = from && to;
  const next = inMillimetres
    ? (shown / from.columnStep) * to.columnStep
    : (shown / fitZoom(source.geometry, source.size, source.view.orientation)) * fitZoom(target.geometry, target.size, target.view.orientation);
  const at = center ?? [source.geometry.columns / 2, source.geometry.rows / 2];
  if (share(from, to) && parallel(from, to)) return { zoom: next, center: imagePoint(to, patientPoint(from, at)) };
  return { zoom: next, center: [(at[0] / source.geometry.columns) * target.geometry.columns, (at[1] / source.geometry.rows) * target.geometry.rows] };
}

/** The image of a viewport that the reader linked by hand, or null. */
const linkOf = ({ sync, viewports }, n) => (sync.links?.[n]?.series === viewports[n].series ? sync.links?.[n]?.index ?? null : null);
export const isLinked = (state, n) => state.sync.scroll && linkOf(state, n) !== null;

/**
 * The state after an edit, with the other viewports taken along.
 *
 * @param before, after states; @param {number[]} visible viewports on screen
 * @param {(n: number) => {items, item, geometry, size, modality} | null} known facts of a viewport
 */
export function together(before, after, visible, known) {
  const { sync } = after;
  if (!(sync.scroll || sync.view || sync.window) || visible.length < 2) return after;
  const moved = visible.filter((n) => before.viewports[n] !== after.viewports[n] && before.viewports[n].series && before.viewports[n].series === after.viewports[n].series);
  if (moved.length !== 1) return after;
  const [source] = moved;
  const was = before.viewports[source], is = after.viewports[source];
  const own = known(source);
  if (!own) return after;
  const viewports = after.viewports.map((viewport, n) => {
    if (n === source || !visible.includes(n) || !viewport.series) return viewport;
    const other = known(n);
    if (!other) return viewport;
    let next = viewport;
    if (sync.scroll && is.index !== was.index) {
      const index = following({ items: own.items, index: is.index, link: linkOf(after, source) }, { items: other.items, index: viewport.index, link: linkOf(after, n) });
      if (index !== null && index !== viewport.index) next = { ...next, index, direction: Math.sign(index - viewport.index), cine: null };
    }
    if (sync.view && (is.view.zoom !== was.view.zoom || is.view.center !== was.view.center) && own.geometry && other.geometry) {
      next = { ...next, view: { ...next.view, ...alike({ ...own, view: is.view }, { ...other, view: viewport.view }) } };
    }
    if (sync.window && is.look.window !== was.look.window && own.modality === other.modality) {
      next = { ...next, look: { ...next.look, window: is.look.window } };
    }
    return next;
  });
  return { ...after, viewports };
}

/**
 * The state after the reader pointed at a place in the patient: every other viewport of that frame of reference scrolls to the image
 * nearest to it.
 *
 * @param {{point: number[], frame: string}} cursor
 */
export function pointed(state, source, cursor, visible, known) {
  const viewports = state.viewports.map((viewport, n) => {
    if (n === source || !visible.includes(n) || !viewport.series) return viewport;
    const other = known(n);
    if (!other || planeOfItem(other.items[viewport.index])?.frame !== cursor.frame) return viewport;
    const index = indexAt(other.items, viewport.index, cursor.point);
    return index === null || index === viewport.index ? viewport : { ...viewport, index, direction: Math.sign(index - viewport.index), cine: null };
  });
  return { ...state, cursor, viewports };
}
