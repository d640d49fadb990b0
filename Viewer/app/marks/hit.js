/** What of the marks lies under a pointer. */
import { distance, handles, outline } from "./geometry.js";

/** How near is near, in CSS pixels: handles are 24 wide, and 44 under a finger. */
const reach = { mouse: { handle: 12, line: 6 }, pen: { handle: 12, line: 8 }, touch: { handle: 22, line: 16 } };

/**
 * @param marks on screen, the uppermost last; `first` the id of the one whose handles count before all others
 * @returns `{id, handle}` (`handle` null: the line), or null
 */
export function hit(marks, at, onScreen, aspect, pointer, first) {
  const near = reach[pointer] ?? reach.mouse;
  const order = [...marks].reverse().sort((a, b) => Number(b.id === first) - Number(a.id === first));
  for (const mark of order) {
    const all = handles(mark).map((point) => { const [x, y] = onScreen(point); return Math.hypot(x - at[0], y - at[1]); });
    const least = Math.min(...all);
    if (least <= near.handle) return { id: mark.id, handle: all.indexOf(least) };
  }
  for (const mark of order) {
    if (distance(outline(mark, aspect).map((line) => line.map(onScreen)), at) <= near.line) return { id: mark.id, handle: null };
  }
  return null;
}
