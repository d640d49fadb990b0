/** Rectangles of the viewports in device pixels: whole ones, with a gap between, covering the stage. */
import { grid, shown } from "../model/state.js";

export function rectangles(state, width, height, gap) {
  const visible = shown(state);
  const [rows, columns] = state.oneUp ? [1, 1] : grid(state.layout);
  const cut = (total, parts, n) => Math.round(((total + gap) * n) / parts);
  return visible.map((index, cell) => {
    const column = cell % columns, row = Math.floor(cell / columns);
    const x = cut(width, columns, column), y = cut(height, rows, row);
    return { index, x, y, width: Math.max(1, cut(width, columns, column + 1) - gap - x), height: Math.max(1, cut(height, rows, row + 1) - gap - y) };
  });
}
