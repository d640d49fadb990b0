/** Cine of every viewport by elapsed time. */
import { cineFrame } from "../../model/cine.js";
import * as edits from "../../model/state.js";

export function player() {
  const clocks = new Map(); // viewport → {from, at, index}: since when a loop runs
  return {
    /** The rate changed: time counts anew. */
    restart: (n) => clocks.delete(n),
    /** Moves every running loop to where it is at `now`; @param {(uid: string) => number} countOf frames of a series */
    play(now, editor, countOf) {
      editor.state.viewports.forEach(({ cine, index, series }, n) => {
        if (!cine) return clocks.delete(n);
        const count = countOf(series);
        if (count < 2) return;
        let clock = clocks.get(n);
        if (!clock || clock.index !== index) clock = { from: index, at: now, index }; // begins, or the reader moved on
        const next = cineFrame(clock.from, Math.max(0, now - clock.at), cine.rate, count);
        clocks.set(n, { ...clock, index: next });
        if (next !== index) editor.amend((state) => edits.scrollTo(state, n, next, count));
      });
    },
  };
}
