/** Acts of the viewer as the commands, menus and tools know them; most are edits of the state. */
import { cineRate, stepRate } from "../../model/cine.js";
import { patientPoint } from "../../model/plane.js";
import * as edits from "../../model/state.js";
import { planeOfItem, pointed } from "../../viewport/sync.js";
import { applied, inverted, matrix } from "../../viewport/view.js";

/**
 * @param {{editor, facts, player, root: HTMLElement, stage: () => stage, open: (hash: string) => void, help: () => void}} parts of the viewer;
 *   the stage is made after the acts
 */
export function acts({ editor, facts, player, root, stage, open, help }) {
  const state = () => editor.state;
  const app = {
    get state() { return editor.state; },
    edit: editor.edit,
    undo: editor.undo,
    redo: editor.redo,
    seriesUIDs: () => facts.series.map((each) => each.seriesInstanceUID),
    count: (n = state().active) => facts.countOf(state().viewports[n].series),
    /** The image on screen with what belongs to it, or null. */
    current(n = state().active) {
      const viewport = state().viewports[n];
      const seen = stage().sight(n);
      return seen?.item?.image ? { image: seen.item.image, item: seen.item, viewport, series: facts.seriesOf(viewport.series), window: seen.window } : null;
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
      const at = facts.series.findIndex((each) => each.seriesInstanceUID === viewports[active].series);
      const next = facts.series[at + step];
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
    fullscreen() {
      if (document.fullscreenElement) document.exitFullscreen();
      else root.requestFullscreen?.().catch(() => {}); // the browser may refuse: then nothing changes
    },
    help,
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
