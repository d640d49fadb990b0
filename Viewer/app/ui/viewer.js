/** The viewer: one state value, one canvas, everything on screen computed from them. */
import * as api from "../net/api.js";
import { displayLoader, waits } from "../net/display.js";
import { budget, frameStore } from "../net/frames.js";
import { cineFrame, cineRate, stepRate } from "../model/cine.js";
import { fetchOrder, frames } from "../model/stack.js";
import * as edits from "../model/state.js";
import { undrawable } from "../model/transferSyntax.js";
import { pointerGestures } from "../tools/pointer.js";
import { toolOf } from "../tools/table.js";
import { rectangles } from "../viewport/layout.js";
import { described } from "../viewport/described.js";
import { windowText } from "../viewport/overlay.js";
import { pane } from "../viewport/pane.js";
import { rendererFor } from "../viewport/renderer.js";
import { frameBytes, keysOf, sight } from "../viewport/sight.js";
import { inverted, matrix } from "../viewport/view.js";
import { explain } from "./doors.js";
import { h } from "./element.js";
import { helpDialog } from "./help.js";
import { commandFor } from "./keyboard.js";
import { patientBar } from "./patientBar.js";
import { seriesStrip } from "./seriesStrip.js";
import { commandButton, toolbar } from "./toolbar.js";
import { windowEntries } from "./windowMenu.js";
import { t } from "./words.js";

export function viewer(root, studyUID, { signedOut, open, query }) {
  let history = edits.history(edits.initialState);
  let study = null, series = [];
  const stacks = new Map(); // series UID → stack, see viewport/sight.js
  const known = new Map(); // SOP Instance UID → display attributes, see model/display.js
  const held = new Map(); // windows found from pixels
  const cineClocks = new Map(); // viewport → {from, at, index}: since when a loop runs
  const ended = new AbortController();
  const asked = api.study(studyUID, ended.signal); // on its way while the page is built
  asked.catch(() => {}); // load() tells
  let sights = [];
  let places = [];
  let scale = devicePixelRatio;
  let strip = null, endEvents = () => {};
  const state = () => history.present;
  const seriesOf = (uid) => series.find((each) => each.seriesInstanceUID === uid);

  // MARK: Acts, as the commands know them

  const app = {
    edit(function_, { undoable = true, merge = null } = {}) {
      const next = function_(state());
      history = undoable ? edits.commit(history, next, merge) : edits.amend(history, next);
      changed();
    },
    seriesUIDs: () => series.map((each) => each.seriesInstanceUID),
    count: (n = state().active) => stacks.get(state().viewports[n].series)?.items?.length ?? 0,
    current(n = state().active) {
      const viewport = state().viewports[n];
      const image = sights[n]?.item?.image;
      return image ? { image, viewport, series: seriesOf(viewport.series), window: sights[n].window } : null;
    },
    facts(n = state().active) {
      const rectangle = places.find(({ index }) => index === n);
      if (sights[n]?.kind !== "image" || !rectangle) return null;
      const { geometry, window, speed } = sights[n];
      return { count: app.count(n), geometry, window, speed, size: rectangle, scale };
    },
    setWindow(window) {
      for (const key of [...held.keys()]) if (key.endsWith(` ${window.kind}`)) held.delete(key); // asked again: found again
      app.edit((s) => edits.setWindow(s, s.active, window));
    },
    stepSeries(step) {
      const { active, viewports } = state();
      const at = series.findIndex((each) => each.seriesInstanceUID === viewports[active].series);
      const next = series[at + step];
      if (next) app.edit((s) => edits.openSeries(s, active, next.seriesInstanceUID));
    },
    toggleCine() {
      const { active, viewports } = state();
      if (viewports[active].cine) return app.edit((s) => edits.setCine(s, active, null), { undoable: false });
      const now = app.current();
      if (now && app.count() > 1) app.edit((s) => edits.setCine(s, active, cineRate(now.image)), { undoable: false });
    },
    stepRate(direction) {
      const { active, viewports } = state();
      const { cine } = viewports[active];
      if (!cine) return;
      cineClocks.delete(active);
      app.edit((s) => edits.setCine(s, active, { rate: stepRate(cine.rate, direction), source: "manual" }), { undoable: false });
    },
    undo() { history = edits.undo(history); changed(); },
    redo() { history = edits.redo(history); changed(); },
    fullscreen() {
      if (document.fullscreenElement) document.exitFullscreen();
      else root.requestFullscreen?.().catch(() => {}); // the browser may refuse: then nothing changes
    },
    help() { help.showModal(); },
    back() { open("#/studies"); },
  };

  // MARK: The page

  const canvas = h("canvas", { class: "stage-canvas", "aria-hidden": "true" });
  const panes = state().viewports.map((_, n) => pane(n, {
    goTo: (index) => app.edit((s) => edits.scrollTo(edits.activate(s, n), n, index, app.count(n)), { undoable: false }),
    dropped: (uid) => app.edit((s) => edits.openSeries(s, n, uid)),
  }));
  const stage = h("main", { class: "stage" }, canvas, panes.map(({ element }) => element));
  const announcer = h("p", { class: "unseen", role: "status", "aria-live": "polite" });
  const help = helpDialog();
  const bar = toolbar(app, () => windowEntries(app));
  const banner = h("div", { class: "banner-place" });
  const stripPlace = h("div", { class: "strip-place" });
  const page = h("div", { class: "viewer" }, banner, h("div", { class: "viewer-body" }, stripPlace, stage), bar.element, announcer, help);
  root.replaceChildren(page);

  const renderer = rendererFor(canvas, query.get("renderer"), () => { drawn = ""; changed(); });
  page.dataset.renderer = renderer.kind;
  bar.element.append(...(renderer.kind === "cpu" ? [h("p", { class: "renderer-note", title: t("cpu.title") }, t("cpu"))] : []));
  const store = frameStore({ limit: budget(), changed: () => { strip && (stripDirty = true); changed(); }, signedOut });
  let stripDirty = true;
  const displays = displayLoader({ studyUID, signal: ended.signal, arrived: displayed });

  panes.forEach(({ element }, n) => pointerGestures(element, {
    viewport: n,
    get: state,
    set: (next, options) => app.edit(() => next, options),
    facts: () => app.facts(n),
    activated: () => app.edit((s) => edits.activate(s, n), { undoable: false }),
    oneUp: () => app.edit((s) => edits.toggleOneUp(s, n)),
  }));
  panes.forEach(({ element }, n) => element.addEventListener("focus", () => app.edit((s) => edits.activate(s, n), { undoable: false })));

  const pressed = (event) => {
    const command = commandFor(event);
    if (!command) return;
    event.preventDefault();
    command.run(app);
  };
  document.addEventListener("keydown", pressed);

  const sized = new ResizeObserver((entries) => {
    const box = entries.at(-1).devicePixelContentBoxSize?.[0];
    const width = box?.inlineSize ?? Math.round(stage.clientWidth * devicePixelRatio);
    const height = box?.blockSize ?? Math.round(stage.clientHeight * devicePixelRatio);
    if (!width || !height) return;
    [canvas.width, canvas.height] = [width, height];
    drawn = "";
    scale = width / stage.clientWidth;
    render(); // at once: a resized canvas is empty
  });
  try {
    sized.observe(canvas, { box: "device-pixel-content-box" });
  } catch {
    sized.observe(canvas); // a browser without that box: sizes are rounded
  }

  // MARK: Facts from the server

  async function load() {
    try {
      take(await asked);
      const first = series.find((each) => each.thumbnail) ?? series[0];
      if (first) app.edit((s) => edits.openSeries(s, 0, first.seriesInstanceUID), { undoable: false });
      panes[0].element.focus({ preventScroll: true });
    } catch (error) {
      if (ended.signal.aborted) return;
      if (error.status === 401) return signedOut();
      const words = error.status === 404 ? t("message.study") : explain(error);
      stage.replaceChildren(h("div", { class: "message" }, h("h2", {}, words), h("button", { type: "button", class: "primary", onclick: app.back }, t("back"))));
    }
    document.documentElement.dataset.ready = "viewer";
  }

  function take(answer) {
    study = answer.study;
    series = answer.series;
    document.title = t("product"); // no patient data in the browser's history
    banner.replaceChildren(patientBar(study, {
      back: app.back,
      layouts: h("div", { class: "layouts", role: "group" }, edits.layouts.map((id) => commandButton(app, `layout${id}`))),
      fullscreen: commandButton(app, "fullscreen"),
      help: commandButton(app, "help"),
    }));
    strip = seriesStrip(series, (uid) => { app.edit((s) => edits.openSeries(s, s.active, uid)); panes[state().active].element.focus({ preventScroll: true }); });
    const focused = document.activeElement?.closest?.(".series-item")?.dataset.series;
    stripPlace.replaceChildren(strip.element);
    if (focused) stripPlace.querySelector(`[data-series="${CSS.escape(focused)}"]`)?.focus();
    stripDirty = true;
  }

  async function loadStack(uid) {
    const before = stacks.get(uid);
    if (!before) stacks.set(uid, { status: "loading" });
    try {
      const manifest = await api.manifest(studyUID, uid, ended.signal);
      const items = frames(manifest);
      items.forEach(takeDisplay);
      stacks.set(uid, { status: "ready", items, keys: keysOf(items), instances: manifest.instances.length });
      if (before?.keys) follow(uid, before.keys);
    } catch (error) {
      if (ended.signal.aborted) return;
      if (error.status === 401) return signedOut();
      if (!before) stacks.set(uid, { status: "failed", error: explain(error) });
    }
    stripDirty = true;
    changed();
  }

  /** Tables, palette, overlays and shutter of an object are there: its frames can be asked for. */
  function displayed(uid, display) {
    known.set(uid, display);
    for (const { items } of stacks.values()) items?.forEach((item) => takeDisplay(item));
    changed();
  }

  function takeDisplay(item) {
    const display = known.get(item.image.sopInstanceUID);
    if (display && !item.image.displayed) item.image = { ...item.image, ...display, displayed: true };
  }

  /** The stack grew: viewports stay on the frame they show. */
  function follow(uid, oldKeys) {
    const { keys } = stacks.get(uid);
    state().viewports.forEach((viewport, n) => {
      if (viewport.series !== uid) return;
      const index = keys.indexOf(oldKeys[viewport.index]);
      if (index >= 0) app.edit((s) => edits.scrollTo(s, n, index, keys.length), { undoable: false });
    });
  }

  /** Images are still arriving: the strip and the open stacks grow with them. */
  async function grown() {
    try {
      take(await api.study(studyUID, ended.signal));
      for (const each of series) {
        const stack = stacks.get(each.seriesInstanceUID);
        if (stack?.status === "ready" && stack.instances !== each.instanceCount) loadStack(each.seriesInstanceUID);
      }
      changed();
    } catch (error) {
      if (error.status === 401) signedOut(); // anything else: the next event asks again
    }
  }

  // MARK: Showing

  let frameRequest = 0;
  let drawn = ""; // what the canvas shows, in words
  function changed() { frameRequest ||= requestAnimationFrame(render); }

  function render(now = performance.now()) {
    cancelAnimationFrame(frameRequest);
    frameRequest = 0;
    if (ended.signal.aborted) return;
    play(now);
    const current = state();
    places = rectangles(current, canvas.width, canvas.height, Math.max(1, Math.round(2 * scale)));
    for (const { index } of places) {
      const uid = current.viewports[index].series;
      if (uid && !stacks.has(uid)) loadStack(uid);
    }
    sights = current.viewports.map((viewport, n) =>
      places.some(({ index }) => index === n) ? sight(viewport, stacks.get(viewport.series), seriesOf(viewport.series), store, held) : null);
    panes.forEach(({ element }, n) => { element.hidden = !sights[n]; });
    draw(current);
    for (const rectangle of places) show(current, rectangle);
    page.classList.toggle("no-panel", !current.panel);
    page.dataset.tool = current.tool;
    if (stripDirty && strip) updateStrip(current);
    const { cine } = current.viewports[current.active];
    bar.update(current, { cine, canUndo: history.past.length > 0, canRedo: history.future.length > 0, canPlay: app.count() > 1 });
    wish(current);
    announce(current);
    if (current.viewports.some((viewport) => viewport.cine)) changed();
  }

  /** Draws what is on screen, unless it is there already: frames that arrive for later cost no drawing. */
  function draw(current) {
    if (renderer.lost) return;
    const pictures = [];
    for (const rectangle of places) {
      const seen = sights[rectangle.index];
      if (!seen?.drawn) continue;
      const { view, series: uid } = current.viewports[rectangle.index];
      if (!renderer.fits(seen.frame.rows, seen.frame.columns)) { seen.large = true; continue; }
      pictures.push({ rectangle, key: stacks.get(uid).keys[seen.showing], look: seen.look, toImage: inverted(matrix(view, seen.geometry, rectangle)), frame: seen.frame });
    }
    const text = JSON.stringify([canvas.width, canvas.height, pictures.map(({ frame, ...rest }) => rest)]);
    if (text === drawn) return;
    drawn = text;
    renderer.begin();
    for (const { rectangle, key, frame, look, toImage } of pictures) renderer.draw(rectangle, key, frame, look, toImage);
  }

  function show(current, rectangle) {
    const n = rectangle.index;
    const viewport = current.viewports[n];
    const stack = stacks.get(viewport.series);
    panes[n].place(rectangle, scale);
    panes[n].update({
      ...described({ seen: sights[n], viewport, series: seriesOf(viewport.series), size: rectangle, scale, number: n + 1 }),
      active: n === current.active && places.length > 1,
      overlays: current.overlays,
      cursor: { window: "crosshair" }[toolOf(current.tool).cursor] ?? toolOf(current.tool).cursor,
      index: sights[n].wanted ?? 0,
      loaded: stack?.keys?.map((key) => store.has(key)) ?? [],
    });
  }

  function updateStrip(current) {
    stripDirty = false;
    const openOnes = new Set(places.map(({ index }) => current.viewports[index].series));
    const shares = new Map([...stacks].filter(([, stack]) => stack.keys?.length).map(([uid, { keys }]) => [uid, keys.filter((key) => store.has(key)).length / keys.length]));
    strip.update(openOnes, current.viewports[current.active].series, shares);
  }

  /** What to fetch: everything on screen, then the neighbours in the active viewport, then in the others. */
  function wish(current) {
    const order = [];
    const seen = new Set();
    const add = (viewport, position) => {
      const stack = stacks.get(viewport.series);
      const item = stack?.items?.[position];
      if (!item || seen.has(stack.keys[position])) return;
      if (!item.image.hasPixels || undrawable(item.image)) return;
      seen.add(stack.keys[position]);
      if (waits(item.image)) return displays.want(viewport.series, item.image);
      order.push({
        key: stack.keys[position], number: item.frame, image: item.image, bytes: frameBytes(item.image),
        url: api.instanceURL(studyUID, viewport.series, item.image.sopInstanceUID),
      });
    };
    const visible = [current.active, ...places.map(({ index }) => index).filter((n) => n !== current.active)].map((n) => current.viewports[n]);
    for (const viewport of visible) add(viewport, viewport.index);
    const first = order.length;
    for (const viewport of visible) {
      const count = stacks.get(viewport.series)?.items?.length ?? 0;
      for (const position of fetchOrder(count, Math.min(viewport.index, Math.max(0, count - 1)), viewport.direction || 1)) add(viewport, position);
    }
    store.want(order, first);
  }

  function play(now) {
    state().viewports.forEach(({ cine, index, series: uid }, n) => {
      if (!cine) return cineClocks.delete(n);
      const count = stacks.get(uid)?.items?.length ?? 0;
      if (count < 2) return;
      let clock = cineClocks.get(n);
      if (!clock || clock.index !== index) clock = { from: index, at: now, index }; // begins, or the reader moved on
      const next = cineFrame(clock.from, Math.max(0, now - clock.at), cine.rate, count);
      cineClocks.set(n, { ...clock, index: next });
      if (next !== index) history = edits.amend(history, edits.scrollTo(state(), n, next, count));
    });
  }

  let announcing = 0, announced = "";
  function announce(current) {
    const seen = sights[current.active];
    const text = seen?.kind === "image"
      ? t("announce", { n: seen.wanted + 1, count: seen.count, window: windowText(seen.window) })
      : "";
    if (text === announced) return;
    announced = text;
    clearTimeout(announcing);
    announcing = setTimeout(() => { announcer.textContent = text; }, 500);
  }

  load();
  endEvents = api.events({ study: (event) => { if (event.studyInstanceUID === studyUID) grown(); }, state: (_, again) => { if (again) grown(); }, signedOut });

  return () => {
    ended.abort();
    endEvents();
    store.close();
    sized.disconnect();
    cancelAnimationFrame(frameRequest);
    clearTimeout(announcing);
    document.removeEventListener("keydown", pressed);
    renderer.close?.();
    if (document.fullscreenElement) document.exitFullscreen();
  };
}
