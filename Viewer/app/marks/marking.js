/**
 * Marks in the viewer: pointer and keys → edits of the state; state and sights → what is drawn over each viewport.
 * Its listeners come before the viewer's own; what concerns no mark passes on to them.
 */
import { aspect } from "../model/spacing.js";
import { applied, inverted, matrix } from "../viewport/view.js";
import * as drawing from "./draft.js";
import { draftSaver } from "./drafts.js";
import * as edits from "./edits.js";
import { editor } from "./editor.js";
import { completed, inside, isDrawn, moved, shifted, within } from "./geometry.js";
import { hit } from "./hit.js";
import { drawnPoints, isMark, kinds, newUID } from "./kinds.js";
import { lines } from "./label.js";
import { measuring } from "./measuring.js";
import { overlay } from "./overlay.js";
import { reporting } from "./reporting.js";
import { savedReports } from "./savedReports.js";
import { mayReachSeries, scaleOf } from "./scale.js";
import { valuesOf } from "./values.js";

/**
 * @param {{app, panes, studyUID: string, user: string, changed: () => void, signedOut: () => void}} face `app` gives `state()`, `edit(function, options)`,
 *   `everywhere(edit)` and `setTool(id)`; `panes` are elements
 */
export function marking({ app, panes, studyUID, user, changed, signedOut }) {
  const views = []; // what each viewport shows, from the last drawing
  let draft = null; // {pane, value, target}
  let drag = null; // {pane, pointer, id, handle, label, from, points, place, step}
  let selected = null, chosen = null, hovered = null; // ids; chosen is a handle
  const ended = new AbortController();
  const statistics = measuring(changed);
  const layers = panes.map((element) => overlay(element));
  const saver = draftSaver({ studyUID, user, state: app.state, everywhere: app.everywhere, changed, signedOut });
  const reports = savedReports({ studyUID, everywhere: app.everywhere, state: app.state, changed, signedOut });

  // MARK: Places

  const position = (event, n) => {
    const box = panes[n].getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const onScreen = (view) => (at) => applied(view.matrix, at).map((x) => x / view.scale);
  const onImage = (view, at) => applied(view.inverse, at.map((x) => x * view.scale));
  const marksAt = (view) => edits.marksOf(app.state()).filter((mark) => mark.instance === view.image.sopInstanceUID && mark.frame === view.number);
  const calibrations = () => edits.calibrationsOf(app.state(), app.imageOf);
  const targetOf = ({ image, number, viewport }) => ({ series: viewport.series, instance: image.sopInstanceUID, sopClass: image.sopClassUID, frame: number });

  // MARK: Drawing a mark

  function begin(n, kind, at, screen) {
    const view = views[n];
    draft = { pane: n, value: drawing.begun(kind, inside(onImage(view, at), view.geometry), screen), target: targetOf(view), id: newUID() };
    selected = chosen = null;
  }

  function advance({ draft: value, done }) {
    if (!done) { draft.value = value; return changed(); }
    const { kind } = draft.value, view = views[draft.pane];
    const points = completed(kind, done, aspect(view.image));
    const mark = { id: draft.id, kind, ...draft.target, points, text: "", place: null, created: new Date().toISOString() };
    const n = draft.pane;
    draft = null;
    changed();
    if (!isDrawn(kind, points)) return;
    if (kind === "calibration") mark.matrix = [view.image.columns, view.image.rows];
    if (kinds[kind].writes || kind === "calibration") return write(n, mark, (words) => app.edit((s) => edits.add(s, { ...mark, ...words })));
    app.edit((s) => edits.add(s, mark));
    selected = mark.id;
  }

  /** Words for an arrow or a text, millimetres for a calibration; a text without words and a calibration without millimetres is none. */
  function write(n, mark, done) {
    const mayReach = mark.kind === "calibration" && mayReachSeries(views[n].image, app.imagesOf(mark.series));
    editor(panes[n], onScreen(views[n])(mark.place ?? mark.points.at(-1)), mark, mayReach, (words) => { if (words) done(words); changed(); });
  }

  const rewrite = (n, mark) => write(n, mark, (words) => app.edit((s) => edits.change(s, mark.id, words)));

  // MARK: Pointer

  const take = (event, n) => {
    event.stopImmediatePropagation();
    app.activate(n);
    panes[n].focus({ preventScroll: true });
    panes[n].setPointerCapture(event.pointerId);
  };

  function down(event, n) {
    if (event.button !== 0 || event.ctrlKey || event.target.closest("button, a, [role=slider], input, label, textarea")) return;
    const view = views[n];
    if (!view) return;
    if (!event.isPrimary) { draft = null; drag = null; return changed(); } // two fingers are the viewer's
    const at = position(event, n);
    if (draft?.pane === n) {
      draft.value = drawing.pressed(draft.value, inside(onImage(view, at), view.geometry), at);
      return take(event, n);
    }
    draft = null;
    const found = view.isHidden ? null : under(n, at, event.pointerType);
    if (found) {
      const mark = edits.markOf(app.state(), found.id);
      [selected, chosen] = [found.id, found.handle ?? null];
      drag = { pane: n, pointer: event.pointerId, ...found, from: onImage(view, at), points: mark.points, place: mark.place ?? (found.label && onImage(view, found.at)), step: `mark-${event.timeStamp}` };
      take(event, n);
    } else if (isMark(app.state().tool)) {
      take(event, n);
      begin(n, app.state().tool, at, at);
    } else {
      selected = chosen = null;
    }
    changed();
  }

  /** Handles before labels before lines; while a kind of mark is chosen only the handles of the one that is selected: a new one may begin anywhere else. */
  function under(n, at, pointer) {
    const view = views[n];
    const draws = isMark(app.state().tool);
    const found = hit(marksAt(view).filter(({ id }) => !draws || id === selected), at, onScreen(view), aspect(view.image), pointer, selected);
    if (found?.handle != null) return found;
    if (draws) return null;
    const label = layers[n].labelAt(at);
    return label && edits.markOf(app.state(), label.id) ? { id: label.id, at: label.at, label: true } : found;
  }

  function move(event, n) {
    const view = views[n];
    if (!view) return;
    const at = position(event, n);
    if (drag?.pane === n && drag.pointer === event.pointerId) {
      event.stopImmediatePropagation();
      return pull(view, onImage(view, at));
    }
    if (draft?.pane === n) {
      const points = event.getCoalescedEvents?.() ?? [];
      const all = kinds[draft.value.kind].path && points.length ? points.map((each) => position(each, n)) : [at];
      for (const each of all) draft.value = drawing.pointed(draft.value, inside(onImage(view, each), view.geometry), each);
      if (draft.value.isDown) event.stopImmediatePropagation();
      return changed();
    }
    if (event.buttons || view.isHidden) return;
    const found = under(n, at, event.pointerType)?.id ?? null;
    if (found !== hovered) { hovered = found; changed(); }
  }

  function pull(view, to) {
    const by = [to[0] - drag.from[0], to[1] - drag.from[1]];
    if (Math.hypot(by[0], by[1]) * Math.abs(view.zoom) < 3 && !drag.moved) return;
    drag.moved = true;
    const mark = edits.markOf(app.state(), drag.id);
    if (!mark) return;
    if (drag.label) return app.edit((s) => edits.change(s, drag.id, { place: shifted([drag.place], by)[0] }), { merge: drag.step });
    const held = drag.handle == null ? within(drag.points, by, view.geometry) : null;
    const points = held ? shifted(drag.points, held) : moved({ ...mark, points: drag.points }, drag.handle, inside(to, view.geometry), aspect(view.image));
    app.edit((s) => edits.change(s, drag.id, { points, place: mark.place && held ? shifted([drag.place], held)[0] : mark.place }), { merge: drag.step });
  }

  function up(event, n) {
    if (drag?.pointer === event.pointerId) {
      event.stopImmediatePropagation();
      drag = null;
      return changed();
    }
    if (draft?.pane === n && draft.value.isDown) {
      event.stopImmediatePropagation();
      if (event.type === "pointercancel") { draft = null; return changed(); }
      advance(drawing.released(draft.value));
    }
  }

  function doubled(event, n) {
    const view = views[n];
    if (!view) return;
    const found = view.isHidden ? null : under(n, position(event, n), "mouse");
    if (!draft && !found && !isMark(app.state().tool)) return;
    event.stopImmediatePropagation(); // one-up is not meant
    if (draft) {
      const done = drawing.ended(draft.value);
      if (done) advance(done);
    } else if (found && !isMark(app.state().tool)) rewrite(n, edits.markOf(app.state(), found.id));
  }

  panes.forEach((element, n) => {
    const listen = (type, act) => element.addEventListener(type, (event) => act(event, n), { capture: true, signal: ended.signal });
    listen("pointerdown", down);
    listen("pointermove", move);
    listen("pointerup", up);
    listen("pointercancel", up);
    listen("dblclick", doubled);
  });

  // MARK: Keys

  const arrows = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

  /** A step on the screen as pixels of the image. */
  function step(view, key, size) {
    const [dx, dy] = arrows[key];
    const [a, b, c, d] = view.inverse;
    return [Math.sign(Math.round((a * dx + b * dy) * 1e6)) * size, Math.sign(Math.round((c * dx + d * dy) * 1e6)) * size];
  }

  function key(event) {
    if (event.target.closest?.("input:not([type=range]), textarea, select, [contenteditable]") || document.querySelector("dialog[open], :popover-open")) return;
    const onButton = event.target.closest?.("button, a[href], summary");
    const used = draft ? drawingKey(event) : selected && edits.markOf(app.state(), selected) ? selectedKey(event, onButton) : toolKey(event, onButton);
    if (used) { event.preventDefault(); event.stopImmediatePropagation(); changed(); }
  }

  function drawingKey(event) {
    const view = views[draft.pane];
    if (!view) { draft = null; return false; }
    if (event.key === "Escape" || ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z")) { draft = null; return true; }
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key === "Backspace") {
      const value = drawing.back(draft.value);
      draft = value && { ...draft, value };
      return true;
    }
    if (event.key === "Enter") {
      const { points } = draft.value;
      const again = points.length > 2 && points.at(-1).join() === points.at(-2).join(); // twice at one place: it is whole
      advance((again && drawing.ended(draft.value)) || drawing.set(draft.value));
      return true;
    }
    if (!arrows[event.key]) return false;
    const [dx, dy] = step(view, event.key, event.shiftKey ? 10 : 1);
    const [x, y] = draft.value.points.at(-1);
    draft.value = { ...draft.value, points: [...draft.value.points.slice(0, -1), inside([x + dx, y + dy], view.geometry)] };
    return true;
  }

  function selectedKey(event, onButton) {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const mark = edits.markOf(app.state(), selected);
    const n = views.findIndex((view) => view && marksAt(view).includes(mark));
    if (event.key === "Delete") {
      app.edit((s) => edits.remove(s, mark.id));
      selected = chosen = null;
      return true;
    }
    if (event.key === "Escape") { selected = chosen = null; return true; }
    if (n < 0 || onButton) return false;
    if (event.key === "Enter") { rewrite(n, mark); return true; }
    if (!arrows[event.key]) return false;
    const view = views[n];
    const by = step(view, event.key, event.shiftKey ? 10 : 1);
    const held = within(mark.points, by, view.geometry);
    const points = chosen == null ? shifted(mark.points, held)
      : moved(mark, chosen, inside([handleAt(mark, chosen)[0] + by[0], handleAt(mark, chosen)[1] + by[1]], view.geometry), aspect(view.image));
    app.edit((s) => edits.change(s, mark.id, { points, place: mark.place && chosen == null ? shifted([mark.place], held)[0] : mark.place }), { merge: `nudge-${mark.id}` });
    return true;
  }

  function toolKey(event, onButton) {
    const { tool, active } = app.state();
    if (!isMark(tool) || event.ctrlKey || event.metaKey || event.altKey || onButton) return false;
    if (event.key === "Escape") { app.setTool("windowLevel"); return true; }
    if (event.key !== "Enter" || !views[active]) return false;
    const { geometry } = views[active];
    begin(active, tool, onScreen(views[active])([geometry.columns / 2, geometry.rows / 2]), null);
    // The point in the middle is set by the next Enter; until then it is moved.
    draft.value = { ...draft.value, points: draft.value.points.slice(0, 1), isDown: false, isNew: false };
    return true;
  }
  document.addEventListener("keydown", key, { capture: true, signal: ended.signal });

  const handleAt = (mark, n) => (mark.kind === "rectangle" ? [mark.points[0], [mark.points[1][0], mark.points[0][1]], mark.points[1], [mark.points[0][0], mark.points[1][1]]][n] : mark.points[n]);

  // MARK: Showing

  function measured(mark, view) {
    const scale = scaleOf(mark, view.image, calibrations());
    const counted = statistics.of(mark, view);
    const values = valuesOf(mark, view.image, scale, counted);
    return { mark, scale, values, lines: lines(mark, values, scale), counted };
  }

  /** @param places rectangles of the viewports; `sights` as the viewer has them */
  function update(state, places, sights, scale, series) {
    saver.look();
    reports.look(series);
    panes.forEach((_, n) => {
      const rectangle = places.find(({ index }) => index === n), seen = sights[n];
      if (!rectangle || seen?.kind !== "image" || !seen.drawn) { views[n] = null; return layers[n].update([], null, 1, ""); }
      const viewport = state.viewports[n];
      const to = matrix(viewport.view, seen.geometry, rectangle);
      const view = views[n] = {
        matrix: to, inverse: inverted(to), zoom: Math.hypot(to[0], to[2]) / scale, scale, geometry: seen.geometry, image: seen.item.image, number: seen.item.frame, frame: seen.frame, viewport,
        series: series.find((each) => each.seriesInstanceUID === viewport.series), isHidden: state.overlays === "none",
      };
      if (draft?.pane === n && (draft.target.instance !== view.image.sopInstanceUID || draft.target.frame !== view.number)) draft = null;
      const shown = marksAt(view).map((mark) => ({ ...measured(mark, view), state: { selected: mark.id === selected, hovered: mark.id === hovered, handle: mark.id === selected ? chosen : null } }));
      if (draft?.pane === n) shown.push(drawnDraft(view));
      layers[n].update(shown, onScreen(view), aspect(view.image), [to, scale]);
    });
  }

  function drawnDraft(view) {
    const { kind, points: set } = draft.value;
    const isEnough = isDrawn(kind, set) && set.length >= Math.min(drawnPoints(kind), kinds[kind].path ? 3 : 2);
    const shape = isEnough && (kinds[kind].points == null || set.length === drawnPoints(kind)) ? { kind, points: completed(kind, set, aspect(view.image)) } : { kind: set.length > 1 ? "polyline" : "probe", points: set };
    const mark = { ...draft.target, id: draft.id, text: "", place: null, ...shape, millimetres: null };
    const state = { draft: true };
    // Values while it is drawn, but of one that is not whole yet.
    if (shape.kind !== kind || kind === "calibration") return { mark: { ...mark, kind: shape.kind === "calibration" ? "length" : shape.kind }, scale: { source: "none" }, values: [], lines: [], state };
    return { ...measured(mark, view), state };
  }

  const reporter = reporting({ app, studyUID, views, measured, changed, signedOut });

  return {
    update,
    saver, reports,
    /** All marks with their words, those that are measured on screen with values. */
    list: () => edits.marksOf(app.state()).map((mark) => {
      const view = views.find((each) => each && each.image.sopInstanceUID === mark.instance && each.number === mark.frame);
      return view ? measured(mark, view) : { mark, values: [], lines: mark.text ? [mark.text] : [], scale: null };
    }),
    /** Shows the image of a mark in the active viewport, where its series can be scrolled to. */
    goTo(mark) {
      [selected, chosen] = [mark.id, null];
      app.showImage(mark.series, mark.instance, mark.frame);
      changed();
    },
    ...reporter,
    get said() { return reporter.said; },
    close() {
      ended.abort();
      saver.close();
      reports.close();
      statistics.close();
    },
  };
}
