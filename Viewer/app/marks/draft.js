/**
 * A mark while it is drawn: `{kind, points, isDown, downAt, isPath}`, the last point follows the pointer. Pressing and dragging sets two
 * points, clicking sets one after the other. Pure: each step gives the next value.
 */
import { drawnPoints, kinds } from "./kinds.js";

export const begun = (kind, at, screen) =>
  ({ kind, points: kinds[kind].points === 1 ? [at] : [at, at], downAt: screen, isDown: true, wasDragged: false, isNew: true });

const far = 4; // CSS pixels: less is a click

export function pointed(draft, at, screen) {
  const dragged = draft.isDown && draft.downAt && Math.hypot(screen[0] - draft.downAt[0], screen[1] - draft.downAt[1]) > far;
  if (kinds[draft.kind].path) return draft.isDown ? { ...draft, points: [...draft.points, at], wasDragged: draft.wasDragged || dragged } : draft;
  // A second line that is dragged begins where it was pressed.
  const begins = dragged && !draft.wasDragged && !draft.isNew && draft.points.length < drawnPoints(draft.kind);
  const points = begins ? [...draft.points, at] : [...draft.points.slice(0, -1), at];
  return { ...draft, points, wasDragged: draft.wasDragged || dragged };
}

export const pressed = (draft, at, screen) => ({ ...draft, points: [...draft.points.slice(0, -1), at], isDown: true, downAt: screen, wasDragged: false, isNew: false });

/** @returns `{draft}` that goes on, or `{done: points}` */
export function released(draft) {
  if (kinds[draft.kind].path) return { done: draft.points };
  if (draft.isNew && !draft.wasDragged && kinds[draft.kind].points !== 1) return { draft: { ...draft, isDown: false, isNew: false } };
  return set({ ...draft, isDown: false, isNew: false, wasDragged: false });
}

/** The point that follows the pointer stays; the next one follows. */
export function set(draft) {
  const { points } = draft;
  if (points.length >= drawnPoints(draft.kind)) return { done: points };
  return { draft: { ...draft, points: [...points, points.at(-1)] } };
}

/** Told to end (a double click, Enter twice): without the point that still follows. */
export function ended({ kind, points }) {
  const kept = points.filter((at, n) => n === 0 || at[0] !== points[n - 1][0] || at[1] !== points[n - 1][1]);
  return drawnPoints(kind) === Infinity && kept.length > 1 ? { done: kept } : null;
}

/** Without the point set last; null where none is left. */
export const back = (draft) => (draft.points.length > 2 ? { ...draft, points: [...draft.points.slice(0, -2), draft.points.at(-1)] } : null);
