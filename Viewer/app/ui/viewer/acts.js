/** Acts of the viewer as the commands, menus and tools know them; most are edits of the state. */
import { cineRate, stepRate } from "../../model/cine.js";
import { patientPoint } from "../../model/plane.js";
import { ownPresets } from "../../model/presets.js";
import { likeSeries, priorsInOrder } from "../../model/timeline.js";
import * as edits from "../../model/state.js";
import { askName } from "../nameDialog.js";
import { explain } from "../doors.js";
import { t } from "../words.js";
import { planeOfItem, pointed } from "../../viewport/sync.js";
import { applied, inverted, matrix } from "../../viewport/view.js";

/**
 * @param {{editor, facts, player, root: HTMLElement, stage: () => stage, frames: () => frameStore, changed: () => void, open: (hash: string) => void,
 *   keyboard, preferences, help: () => void, palette: () => void, say: (words: string) => void, stripChanged: () => void, hangs: () => hangings}} parts of the viewer; the stage, the frame store and the hangings are made after the acts
 */
export function acts({ editor, facts, player, root, stage, frames, changed, open, keyboard, preferences, help, palette, say, stripChanged, hangs }) {
  const state = () => editor.state;
  const app = {
    state,
    besides: null,
    edit: editor.edit,
    undo: editor.undo,
    everywhere: editor.everywhere,
    activate: (n) => app.edit((s) => edits.activate(s, n), { undoable: false }),
    setTool: (id) => app.edit((s) => edits.setTool(s, id), { undoable: false }),
    /** An image in the active viewport, as soon as its series is there. */
    showImage(uid, instance, frame) {
      const { active, viewports } = state();
      if (viewports[active].series !== uid) app.edit((s) => edits.openSeries(s, active, uid));
      const at = facts.indexOf(uid, instance, frame);
      if (at >= 0) app.edit((s) => edits.scrollTo(s, active, at, app.count(active)), { undoable: false });
    },
    /** An image that need not be on screen, as marks measure it: null while its series is not there, `frame` null while its pixels are not. */
    viewOf(uid, instance, number) {
      const at = facts.indexOf(uid, instance, number);
      const stack = facts.stacks.get(uid);
      return at < 0 ? null : { image: stack.items[at].image, number, frame: frames().peek(stack.keys[at]) ?? null, series: facts.seriesOf(uid), at };
    },
    imageOf: (uid, instance) => facts.imageOf(uid, instance),
    /** Images of a series that is there. */
    imagesOf: (uid) => facts.stacks.get(uid)?.items?.map(({ image }) => image) ?? [],
    /** The reader's own windows. */
    presets: () => ownPresets(preferences.get("presets")),
    fetchStack(uid) { if (facts.seriesOf(uid)) facts.wantStack(uid); },
    fetchFrame(uid, instance, number) { app.besides = { series: uid, at: app.viewOf(uid, instance, number)?.at ?? 0 }; changed(); },
    redo: editor.redo,
    /** Series with pictures, or with what only they can say: not the documents about others. */
    seriesUIDs: () => facts.series.filter(({ modality }) => !["SR", "KO", "PR"].includes(modality)).map((each) => each.seriesInstanceUID),
    count: (n = state().active) => facts.countOf(state().viewports[n].series),
    /** The image on screen with what belongs to it, or null. */
    current(n = state().active) {
      const viewport = state().viewports[n];
      const seen = stage().sight(n);
      return seen?.item?.image ? { image: seen.presented?.image ?? seen.item.image, item: seen.item, viewport, series: facts.seriesOf(viewport.series), window: seen.window } : null;
    },
    /** What a gesture needs and the state does not hold, or null where no image is on screen. */
    facts(n = state().active) {
      const rectangle = stage().place(n);
      const seen = stage().sight(n);
      if (seen?.kind !== "image" || !rectangle) return null;
      const { geometry, window, speed } = seen;
      return { count: app.count(n), geometry, window, speed, size: rectangle, scale: stage().scale, pointAt: (now, at) => pointAt(now, n, at) };
    },
    setWindow(window) {
      stage().forgetWindows(window.kind); // asked again: found again
      app.edit((s) => edits.setWindow(s, s.active, window));
    },
    stepSeries(step) {
      const { active, viewports } = state();
      const own = facts.seriesOfStudy(facts.seriesOf(viewports[active].series)?.studyInstanceUID) ?? facts.series;
      const at = own.findIndex((each) => each.seriesInstanceUID === viewports[active].series);
      const next = own[at + step];
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
      player.restart(active);
      app.edit((s) => edits.setCine(s, active, { rate: stepRate(cine.rate, direction), source: "manual" }), { undoable: false });
    },
    /** Another study of the patient: its series are shown in the strip. */
    async openStudy(uid) {
      try {
        if (!(await facts.open(uid))) say(t("study.refused"));
      } catch (error) {
        if (error.name !== "AbortError") say(explain(error));
      }
    },
    /** The series of the active viewport with the one like it of the best prior beside it; again: of the next prior. */
    async hangPrior() {
      const order = priorsInOrder(facts.study, facts.others.studies);
      if (!order.length) return say(t(facts.others.state === "failed" ? "study.othersFailed" : "study.noPrior"));
      const now = state();
      const cells = edits.shown({ ...now, oneUp: false });
      const studyIn = (n) => facts.seriesOf(now.viewports[n].series)?.studyInstanceUID;
      const isCurrent = (n) => studyIn(n) === facts.study.studyInstanceUID;
      const from = isCurrent(now.active) ? now.active : cells.find(isCurrent) ?? now.active;
      const beside = cells.find((n) => n !== from && !isCurrent(n)) ?? cells.find((n) => n > from) ?? 1;
      const at = order.findIndex(({ studyInstanceUID }) => studyInstanceUID === studyIn(beside));
      const prior = order[(at + 1) % order.length];
      await app.openStudy(prior.studyInstanceUID);
      const found = likeSeries(facts.seriesOf(now.viewports[from].series), facts.seriesOfStudy(prior.studyInstanceUID) ?? []);
      if (!found) return say(t("study.noLikeSeries"));
      app.edit((s) => {
        const wide = edits.cells(s.layout) > Math.max(beside, 1) ? { ...s, oneUp: false } : edits.setLayout(s, "1x2");
        return edits.activate(edits.openSeries(wide, beside, found.seriesInstanceUID), from);
      });
      stripChanged();
    },
    stripChanged,
    get hangs() { return hangs(); },
    /** What is on screen as a hanging protocol of the reader's own. */
    async saveLayout() {
      const { layout } = state();
      const proposal = [facts.study.modalities.join(" "), facts.seriesOf(state().viewports[state().active].series)?.bodyPart, layout.replace("x", " × ")].filter(Boolean).join(" ");
      const name = await askName({ title: t("hanging.save"), hint: t("hanging.save.hint"), label: t("hanging.name"), value: proposal, go: t("hanging.save.go") });
      if (!name) return;
      try {
        await hangs().save(name);
        say(t("hanging.saved", { name }));
      } catch (error) {
        say(error.status === 401 ? t("signIn.expired") : explain(error));
      }
    },
    fullscreen() {
      if (document.fullscreenElement) document.exitFullscreen();
      else root.requestFullscreen?.().catch(() => {}); // the browser may refuse: then nothing changes
    },
    help,
    palette,
    keyboard,
    /** Which tools the other buttons of the mouse are. */
    buttons: {
      get: () => state().buttons,
      set: (which, tool) => preferences.update("buttons", (before) => ({ ...before, [which]: tool })),
    },
    back() { open("#/studies"); },
  };
  /** The state after pointing at device pixels of viewport `n`; null where the image does not say where it lies. */
  function pointAt(now, n, at) {
    const seen = stage().sight(n);
    const plane = seen?.kind === "image" ? planeOfItem(seen.item) : null;
    if (!plane?.frame) return null;
    const point = patientPoint(plane, applied(inverted(matrix(now.viewports[n].view, seen.geometry, stage().place(n))), at));
    return pointed(now, n, { point, frame: plane.frame }, visible(), known);
  }
  const visible = () => stage().places.map(({ index }) => index);
  /** Facts of a viewport as viewport/sync.js takes them. */
  function known(n) {
    const viewport = state().viewports[n];
    const items = facts.stacks.get(viewport.series)?.items;
    const seen = stage().sight(n);
    if (!items?.length) return null;
    return { items, item: items[Math.min(viewport.index, items.length - 1)], geometry: seen?.geometry ?? null, size: stage().place(n), modality: facts.seriesOf(viewport.series)?.modality };
  }
  return Object.assign(app, { visible, known });
}
