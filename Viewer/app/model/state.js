/**
 * The viewer's state: one value, changed by pure edits `(state, …) => state`. What it does not hold (pixels,
 * attributes, sizes) is computed from it and from facts of the server; so undo is keeping old values.
 */

/** In the order of their keys. */
export const layouts = ["1x1", "1x2", "2x1", "2x2", "1x3", "3x1", "2x3", "3x2", "3x3"];
const mostCells = 9;

/** Rows and columns of a layout "rows x columns". */
export const grid = (layout) => layout.split("x").map(Number);
export const cells = (layout) => grid(layout).reduce((a, b) => a * b);

const identity = [1, 0, 0, 1];

/** zoom: device pixels a column of pixels is wide, null to fit; center: image point in the middle, null for the image's own; area: what is fitted, null for all of it. */
const restingView = { zoom: null, center: null, orientation: identity, area: null };
/** planes: the image's own overlays and shutters are shown; presentation: UID of the presentation state that is applied. */
const restingLook = { window: { kind: "default" }, invert: false, smooth: true, planes: true, presentation: null };
/** missing: what a hanging protocol wanted here and did not find. */
const emptyViewport = { series: null, index: 0, direction: 1, view: restingView, look: restingLook, cine: null, missing: null };

/** What moves together, see viewport/sync.js; `links`: the images that lie at the same place as the reader said, viewport → {series, index}. */
const restingSync = { scroll: false, view: false, window: false, links: null };

export const initialState = {
  layout: "1x1",
  active: 0,
  oneUp: false,
  tool: "windowLevel",
  buttons: { middle: "pan", right: "zoom" }, // tools of the mouse's other buttons
  overlays: "all",
  panel: true,
  sync: restingSync,
  referenceLines: true,
  keysOnly: false, // scrolling stops at key images alone
  lens: null, // where the magnifier is held
  cursor: null, // the point of the patient the reader pointed at: {point, frame}
  viewports: Array.from({ length: mostCells }, () => emptyViewport),
};

/** The viewports on screen, as indices. */
export function shown(state) {
  return state.oneUp ? [state.active] : Array.from({ length: cells(state.layout) }, (_, n) => n);
}

const changed = (state, n, change) => ({
  ...state,
  viewports: state.viewports.map((viewport, at) => (at === n ? { ...viewport, ...change(viewport) } : viewport)),
});
const clamp = (x, low, high) => Math.min(high, Math.max(low, x));

export const setLayout = (state, layout) => ({
  ...state, layout, oneUp: false, active: Math.min(state.active, cells(layout) - 1),
});
export const setTool = (state, tool) => ({ ...state, tool });
/** @param wished of the preferences, whatever is there */
export function setButtons(state, wished) {
  const buttons = { ...initialState.buttons };
  for (const which of ["middle", "right"]) if (typeof wished?.[which] === "string") buttons[which] = wished[which];
  return JSON.stringify(buttons) === JSON.stringify(state.buttons) ? state : { ...state, buttons };
}
export const activate = (state, n) => (state.active === n ? state : { ...state, active: n });
export function activateNext(state, step) {
  const all = Array.from({ length: cells(state.layout) }, (_, n) => n);
  return { ...state, active: all[(all.indexOf(state.active) + step + all.length) % all.length] };
}
export const toggleOneUp = (state, n = state.active) => ({ ...state, active: n, oneUp: !state.oneUp });
export const nextOverlays = (state) => ({
  ...state, overlays: { all: "some", some: "none", none: "all" }[state.overlays],
});
export const togglePanel = (state) => ({ ...state, panel: !state.panel });

export const toggleSync = (state, what) => ({ ...state, sync: { ...state.sync, [what]: !state.sync[what] } });
export const toggleReferenceLines = (state) => ({ ...state, referenceLines: !state.referenceLines });

/** The images on screen lie at the same place, the reader says; from here they scroll together. Said again where nothing has moved: no more. */
export function linkHere(state) {
  const links = Object.fromEntries(shown(state).filter((n) => state.viewports[n].series).map((n) => [n, { series: state.viewports[n].series, index: state.viewports[n].index }]));
  const same = JSON.stringify(links) === JSON.stringify(state.sync.links);
  return { ...state, sync: { ...state.sync, scroll: same ? state.sync.scroll : true, links: same ? null : links } };
}

/**
 * A hanging protocol on screen: `cells` in the order of the viewports, `{series, index, orientation, window, invert}` or `{missing}` where
 * nothing fits, which stays empty and says so.
 */
export function hang(state, { layout, sync, cells: placed }) {
  const viewports = state.viewports.map((viewport, n) => {
    const cell = placed[n];
    if (!cell) return n < cells(layout) ? emptyViewport : viewport;
    if (!cell.series) return { ...emptyViewport, missing: cell.missing };
    return {
      ...emptyViewport, series: cell.series, index: cell.index,
      view: { ...restingView, orientation: cell.orientation ?? identity }, look: { ...restingLook, window: cell.window ?? restingLook.window, invert: Boolean(cell.invert) },
    };
  });
  return { ...state, layout, oneUp: false, active: 0, sync: { ...restingSync, ...sync, links: null }, cursor: null, viewports };
}
/** @param lens `{viewport, at}` in device pixels of the viewport, or null */
export const setLens = (state, lens) => ({ ...state, lens });
export const setCursor = (state, cursor) => ({ ...state, cursor });

/** Opens a series at its first image (or `index`); view and look start fresh, the viewport becomes the active one. */
export const openSeries = (state, n, series, index = 0) =>
  activate(changed(state, n, () => ({ ...emptyViewport, series, index })), n);

/** Empty viewports on screen take the series that follow the last one shown. */
export function fillEmpty(state, all) {
  let last = Math.max(-1, ...state.viewports.map(({ series }) => all.indexOf(series)));
  return shown(state).reduce((next, n) => {
    if (next.viewports[n].series || last + 1 >= all.length) return next;
    last += 1;
    return changed(next, n, () => ({ ...emptyViewport, series: all[last] }));
  }, state);
}

export const scrollTo = (state, n, index, count) =>
  changed(state, n, (v) => {
    const next = clamp(Math.round(index), 0, Math.max(0, count - 1));
    return { index: next, direction: next === v.index ? v.direction : Math.sign(next - v.index) };
  });
export const scrollBy = (state, n, step, count) => scrollTo(state, n, state.viewports[n].index + step, count);

export const setWindow = (state, n, window) => changed(state, n, (v) => ({ look: { ...v.look, window } }));
export const invert = (state, n) => changed(state, n, (v) => ({ look: { ...v.look, invert: !v.look.invert } }));
export const togglePlanes = (state, n) => changed(state, n, (v) => ({ look: { ...v.look, planes: !v.look.planes } }));
export const toggleSmooth = (state, n) => changed(state, n, (v) => ({ look: { ...v.look, smooth: !v.look.smooth } }));
export const setView = (state, n, view) => changed(state, n, (v) => ({ view: { ...v.view, ...view } }));
export const fit = (state, n) => setView(state, n, { zoom: null, center: null, area: null });
export const onePixel = (state, n) => setView(state, n, { zoom: 1 });
export const reset = (state, n) => changed(state, n, () => ({ view: restingView, look: restingLook }));

/** A presentation state on a viewport: its view, and a look that takes everything from it; null: the image as it is by itself. */
export const present = (state, n, presentation, view = null) =>
  changed(state, n, (v) => ({ view: { ...restingView, ...view }, look: { ...restingLook, smooth: v.look.smooth, presentation } }));
export const toggleKeysOnly = (state) => ({ ...state, keysOnly: !state.keysOnly });

/** The view turned as the screen shows it: the new matrix acts after the old one. */
const turn = (state, n, [a, b, c, d]) =>
  changed(state, n, (v) => {
    const [p, q, r, s] = v.view.orientation;
    return { view: { ...v.view, orientation: [a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s].map((x) => x + 0) } };
  });
export const rotateRight = (state, n) => turn(state, n, [0, -1, 1, 0]);
export const rotateLeft = (state, n) => turn(state, n, [0, 1, -1, 0]);
export const flipHorizontal = (state, n) => turn(state, n, [-1, 0, 0, 1]);
export const flipVertical = (state, n) => turn(state, n, [1, 0, 0, -1]);

export const setCine = (state, n, cine) => changed(state, n, () => ({ cine }));

/** Undo and redo: `{past, present, future}`; edits that share a `merge` label in a row are one step (a drag). */
const mostSteps = 200;
export const history = (present) => ({ past: [], present, future: [], label: null });
export function commit(h, present, merge = null) {
  if (present === h.present) return h;
  if (merge && merge === h.label) return { ...h, present, future: [] };
  return { past: [...h.past.slice(1 - mostSteps), h.present], present, future: [], label: merge };
}
/** A change that is no step of its own (scrolling, cine, which viewport is active): undo does not stop at it. */
export const amend = (h, present) => (present === h.present ? h : { ...h, present, label: null });
export const undo = (h) =>
  h.past.length ? { past: h.past.slice(0, -1), present: h.past.at(-1), future: [h.present, ...h.future], label: null } : h;
export const redo = (h) =>
  h.future.length ? { past: [...h.past, h.present], present: h.future[0], future: h.future.slice(1), label: null } : h;
