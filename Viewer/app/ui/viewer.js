/** The viewer: one state value, one canvas, everything on screen computed from them. Its parts are in ui/viewer/. */
import * as api from "../net/api.js";
import { budget, frameStore } from "../net/frames.js";
import { marking } from "../marks/marking.js";
import { evidence as evidenceOf } from "../presentation/evidence.js";
import * as edits from "../model/state.js";
import { belongs } from "../model/timeline.js";
import { pointerGestures } from "../tools/pointer.js";
import { pane } from "../viewport/pane.js";
import { together } from "../viewport/sync.js";
import { explain } from "./doors.js";
import { h } from "./element.js";
import { helpDialog } from "./help.js";
import { keyboard } from "./keyboard.js";
import { menu } from "./menu.js";
import { palette } from "./palette.js";
import { notice } from "./notice.js";
import { patientBar } from "./patientBar.js";
import { seriesStrip } from "./seriesStrip.js";
import { commandButton, retitle, toolbar } from "./toolbar.js";
import { acts } from "./viewer/acts.js";
import { announcer } from "./viewer/announcer.js";
import { editing } from "./viewer/editing.js";
import { studyFacts } from "./viewer/facts.js";
import { hangings } from "./viewer/hangings.js";
import { looking } from "./viewer/looking.js";
import { paletteEntries } from "./viewer/paletteEntries.js";
import { player } from "./viewer/player.js";
import { stage } from "./viewer/stage.js";
import { stripGroups } from "./viewer/studyWords.js";
import { wishes } from "./viewer/wishes.js";
import { layoutEntries, togetherEntries } from "./togetherMenu.js";
import { windowEntries } from "./windowMenu.js";
import { t } from "./words.js";

export function viewer(root, studyUID, { user, signedOut, open, query, preferences }) {
  const ended = new AbortController();
  const editor = editing(changed, (before, after) => evidence.follow(before, together(before, evidence.kept(before, after), app.visible(), app.known)));
  const state = () => editor.state;
  const facts = studyFacts({ studyUID, signal: ended.signal, signedOut, grew: follow, changed: () => { stripDirty = true; changed(); } });
  const cines = player();
  let strip = null, stripDirty = true;

  // MARK: The page

  const keys = keyboard(preferences);
  const app = acts({ editor, facts, player: cines, root, stage: () => screen, changed, frames: () => store, open, keyboard: keys, preferences, help: () => help.open(), palette: () => orders.open(), say: (words) => toast.say(words), stripChanged: () => showStrip(), hangs: () => hangs });
  const hangs = hangings({ app, editor, facts, preferences, signal: ended.signal, changed });
  const help = helpDialog(app), orders = palette(() => paletteEntries(app, facts));
  const panes = state().viewports.map((_, n) => pane(n, {
    goTo: (index) => app.edit((s) => edits.scrollTo(edits.activate(s, n), n, index, app.count(n)), { undoable: false }),
    dropped: (uid) => app.edit((s) => edits.openSeries(s, n, uid)),
  }));
  const screen = stage(panes, { renderer: query.get("renderer"), changed, resized: () => render(), viewOf: (uid) => hangs.viewOf(uid), evidence: () => evidence });
  const evidence = evidenceOf({ app, facts, panes: panes.map(({ element }) => element), stage: () => screen, studyUID, user: user.name, say: (words) => toast.say(words), changed: () => { stripDirty = true; changed(); }, signedOut });
  const bar = toolbar(app, () => windowEntries(app), () => togetherEntries(app));
  const banner = h("div", { class: "banner-place" });
  const stripPlace = h("div", { class: "strip-place" });
  const voice = announcer();
  const toast = notice();
  const page = h("div", { class: "viewer" }, banner, h("div", { class: "viewer-body" }, stripPlace, screen.element), bar.element, voice.element, toast.element, help.element, orders.element);
  root.replaceChildren(page);
  screen.begin();
  page.dataset.renderer = screen.renderer.kind;
  bar.element.append(...(screen.renderer.kind === "cpu" ? [h("p", { class: "renderer-note", title: t("cpu.title") }, t("cpu"))] : []));
  const store = frameStore({ limit: budget(), changed: () => { stripDirty = true; changed(); }, signedOut });

  app.marking = marking({ app, panes: panes.map(({ element }) => element), studyUID, user: user.name, changed, signedOut });
  app.look = looking({ app, facts, panes, stage: () => screen, frames: () => store, presented: (...given) => evidence.presented(...given), preferences, user: user.name, say: (words) => toast.say(words), signedOut });
  panes.forEach(({ element }, n) => {
    const activated = () => app.edit((s) => edits.activate(s, n), { undoable: false });
    pointerGestures(element, {
      viewport: n,
      get: state,
      set: (next, options) => app.edit(() => next, options),
      facts: () => app.facts(n),
      activated,
      oneUp: () => app.edit((s) => edits.toggleOneUp(s, n)),
    });
    element.addEventListener("focus", activated);
  });

  const pressed = (event) => {
    const command = keys.commandFor(event);
    if (!command) return;
    event.preventDefault();
    command.run(app);
  };
  document.addEventListener("keydown", pressed);

  // MARK: The study

  async function load() {
    try {
      await facts.load();
      showStudy();
      const first = facts.series.find((each) => each.thumbnail) ?? facts.series[0];
      if (first) app.edit((s) => edits.openSeries(s, 0, first.seriesInstanceUID), { undoable: false });
      panes[0].element.focus({ preventScroll: true });
      facts.findOthers().then(showStrip).then(hangs.begin).catch(() => {}); // after the first image was asked for; without them the reader hangs by hand
    } catch (error) {
      if (ended.signal.aborted) return;
      if (error.status === 401) return signedOut();
      const words = error.status === 404 ? t("message.study") : explain(error);
      screen.element.replaceChildren(h("div", { class: "message" }, h("h2", {}, words), h("button", { type: "button", class: "primary", onclick: app.back }, t("back"))));
    }
    document.documentElement.dataset.ready = "viewer";
  }

  function showStudy() {
    document.title = t("product"); // no patient data in the browser's history
    banner.replaceChildren(patientBar(facts.study, {
      back: app.back,
      layouts: menu({ name: "layout", label: t("layout"), picture: "layout2x2", entries: () => layoutEntries(app) }).element,
      fullscreen: commandButton(app, "fullscreen"),
      help: commandButton(app, "help"),
    }));
    retitle(banner, app);
    showStrip();
  }

  function showStrip() {
    if (ended.signal.aborted) return;
    strip = seriesStrip(stripGroups(facts), {
      openSeries(uid) { app.edit((s) => edits.openSeries(s, s.active, uid)); panes[state().active].element.focus({ preventScroll: true }); },
      openStudy: (uid) => app.openStudy(uid).then(showStrip),
    });
    const focused = document.activeElement?.closest?.("[data-series], [data-timeline]")?.dataset;
    const scrolled = stripPlace.firstChild ? [stripPlace.firstChild.scrollLeft, stripPlace.firstChild.scrollTop] : [0, 0];
    strip.element.prepend(evidence.strip);
    stripPlace.replaceChildren(strip.element);
    [strip.element.scrollLeft, strip.element.scrollTop] = scrolled;
    if (focused?.series) stripPlace.querySelector(`[data-series="${CSS.escape(focused.series)}"]`)?.focus({ preventScroll: true });
    else if (focused?.timeline) stripPlace.querySelector(`[data-timeline="${CSS.escape(focused.timeline)}"]`)?.focus({ preventScroll: true });
    stripDirty = true;
    changed();
  }

  /** Images are still arriving: the strip and the open stacks grow with them. */
  async function grown() {
    try {
      await facts.again();
      showStudy();
    } catch (error) {
      if (error.status === 401) signedOut(); // anything else: the next event asks again
    }
  }

  /** A study came or grew: the one on screen, or another of the patient. */
  function arrived(event) {
    if (event.studyInstanceUID === studyUID) grown();
    else if (facts.seriesOfStudy(event.studyInstanceUID)) facts.again(event.studyInstanceUID).then(showStrip, () => {}); // the next event asks again
    else if (facts.study && belongs(facts.study, event)) facts.findOthers().then(showStrip);
  }

  /** A stack grew: viewports stay on the frame they show. */
  function follow(uid, oldKeys) {
    const { keys } = facts.stacks.get(uid);
    state().viewports.forEach((viewport, n) => {
      if (viewport.series !== uid) return;
      const index = keys.indexOf(oldKeys[viewport.index]);
      if (index >= 0) app.edit((s) => edits.scrollTo(s, n, index, keys.length), { undoable: false });
    });
  }

  // MARK: Showing

  let frameRequest = 0;
  function changed() { frameRequest ||= requestAnimationFrame(render); }

  function render(now = performance.now()) {
    cancelAnimationFrame(frameRequest);
    frameRequest = 0;
    if (ended.signal.aborted) return;
    cines.play(now, editor, facts.countOf);
    const current = state();
    screen.lay(current);
    const visible = screen.places.map(({ index }) => index);
    for (const n of visible) facts.wantStack(current.viewports[n].series);
    screen.render(current, facts, store);
    app.marking.update(current, screen.places, screen.sights.map((seen, n) => (ofThisStudy(current.viewports[n]) ? seen : null)), screen.scale, facts.series);
    evidence.update(current, screen.places, screen.sights, screen.scale);
    page.classList.toggle("no-panel", !current.panel);
    page.dataset.tool = current.tool;
    if (stripDirty && strip) updateStrip(current, visible);
    const { cine } = current.viewports[current.active];
    bar.update(current, { cine, canUndo: editor.canUndo, canRedo: editor.canRedo, canPlay: app.count() > 1 });
    const { order, first } = wishes(current, visible, facts, app.besides);
    store.want(order, first);
    voice.update(screen.sight(current.active));
    if (current.viewports.some((viewport) => viewport.cine)) changed();
  }

  /** Marks are kept with the study on screen: an image of another one is not marked from here. */
  const ofThisStudy = ({ series }) => facts.series.some(({ seriesInstanceUID }) => seriesInstanceUID === series);

  function updateStrip(current, visible) {
    stripDirty = false;
    const openOnes = new Set(visible.map((n) => current.viewports[n].series));
    const shares = new Map([...facts.stacks].filter(([, stack]) => stack.keys?.length).map(([uid, { keys }]) => [uid, keys.filter((key) => store.has(key)).length / keys.length]));
    strip.update(openOnes, current.viewports[current.active].series, shares, app.keys.countOf);
  }

  const endWatch = preferences.watch(() => { retitle(page, app); app.edit((s) => edits.setButtons(s, preferences.get("buttons")), { undoable: false }); });
  load();
  const endEvents = api.events({ study: arrived, state: (_, again) => { if (again) grown(); }, signedOut });

  return () => {
    ended.abort();
    endEvents();
    endWatch();
    app.marking.close();
    evidence.close();
    app.look.close();
    store.close();
    screen.close();
    cancelAnimationFrame(frameRequest);
    voice.close();
    toast.close();
    document.removeEventListener("keydown", pressed);
    if (document.fullscreenElement) document.exitFullscreen();
  };
}
