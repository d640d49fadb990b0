/** Acts of the viewer as the commands, menus and tools know them; most are edits of the state. */
import { cineRate, stepRate } from "../../model/cine.js";
import * as edits from "../../model/state.js";

/**
 * @param {{editor, facts, player, root: HTMLElement, stage: () => stage, open: (hash: string) => void, help: () => void}} parts of the viewer;
 *   the stage is made after the acts
 */
export function acts({ editor, facts, player, root, stage, open, help }) {
  const state = () => editor.state;
  const app = {
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
      return { count: app.count(n), geometry, window, speed, size: rectangle, scale: stage().scale };
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
  return app;
}
