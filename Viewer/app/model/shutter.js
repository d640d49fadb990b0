/**
 * Display shutters (PS3.3 §C.7.6.11, §C.7.6.15): what hides the parts of an image that are not to distract. Rows and columns
 * count from 1; pixels at an edge stay visible.
 */
import { number, numbers, texts } from "./attributes.js";

/** @returns `{shapes, grey}` with grey 0…255, or null where there is none, or none that is whole */
export function shutterOf(set) {
  const shapes = texts(set, "00181600").map((kind) => shape(kind, set)).filter(Boolean);
  if (!shapes.length) return null;
  const value = number(set, "00181622");
  return { shapes, grey: value >= 0 && value <= 65535 ? Math.floor((value / 65535) * 255 + 0.5) : 0 };
}

function shape(kind, set) {
  const edge = (tag) => number(set, tag);
  switch (kind) {
    case "RECTANGULAR": {
      const [left, right, upper, lower] = ["00181602", "00181604", "00181606", "00181608"].map(edge);
      return [left, right, upper, lower].includes(null) || left > right || upper > lower ? null : { kind, left, right, upper, lower };
    }
    case "CIRCULAR": {
      const [row, column] = numbers(set, "00181610"), radius = edge("00181612");
      return column === undefined || !(radius > 0) ? null : { kind, row, column, radius };
    }
    case "POLYGONAL": {
      const list = numbers(set, "00181620");
      if (list.length < 6 || list.length % 2 || list.length > 20000) return null;
      return { kind, vertices: Array.from({ length: list.length / 2 }, (_, n) => ({ row: list[2 * n], column: list[2 * n + 1] })) };
    }
    case "BITMAP": return edge("00181623") === null ? null : { kind, group: edge("00181623") };
  }
  return null;
}

/** Groups of the overlays that hide. */
export const bitmapGroups = (shutter) => (shutter?.shapes ?? []).filter(({ kind }) => kind === "BITMAP").map(({ group }) => group);

/** Calls `hide(row, column)`, from 0, for what a shape that is no bitmap hides. `aspect`: height of a pixel over its width. */
export function forEachHidden(each, { rows, columns }, aspect, hide) {
  if (each.kind === "BITMAP") return;
  for (let row = 1; row <= rows; row++) {
    let next = 1;
    for (const [from, to] of spans(each, row, aspect)) {
      const low = Math.min(Math.max(from, next), columns + 1), high = Math.min(Math.max(to, low - 1), columns);
      for (let column = next; column < low; column++) hide(row - 1, column - 1);
      next = high + 1;
    }
    for (let column = next; column <= columns; column++) hide(row - 1, column - 1);
  }
}

/** Visible columns of a row, first and last, rising. */
function spans(each, row, aspect) {
  if (each.kind === "RECTANGULAR") return row >= each.upper && row <= each.lower ? [[each.left, each.right]] : [];
  if (each.kind === "CIRCULAR") {
    const away = (row - each.row) * aspect;
    if (Math.abs(away) > each.radius) return [];
    const half = Math.floor(Math.sqrt(each.radius ** 2 - away ** 2));
    return [[each.column - half, each.column + half]];
  }
  // Just above and just below the row, so that edges along it and vertices on it count as inside.
  return [...crossings(each.vertices, row, false), ...crossings(each.vertices, row, true)].sort(([a], [b]) => a - b);
}

/** Pairs of edges that a row crosses: between them is inside (even-odd rule). */
function crossings(vertices, row, below) {
  const columns = [];
  vertices.forEach((a, n) => {
    const b = vertices[(n + 1) % vertices.length];
    const low = Math.min(a.row, b.row), high = Math.max(a.row, b.row);
    if (below ? low <= row && row < high : low < row && row <= high) columns.push(a.column + ((row - a.row) * (b.column - a.column)) / (b.row - a.row));
  });
  columns.sort((a, b) => a - b);
  const pairs = [];
  for (let n = 0; n + 1 < columns.length; n += 2) {
    const low = Math.ceil(columns[n]), high = Math.floor(columns[n + 1]);
    if (low <= high) pairs.push([low, high]);
  }
  return pairs;
}
