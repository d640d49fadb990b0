/**
 * The kinds of marks as a table: `points` (how many, null: as many as are drawn), `drawn` (how many of them the reader sets),
 * `path` (drawn with the button held), `encloses` (an area with statistics), `writes` (asks for words), `key`, `icon`.
 *
 * A mark is a value: `{id, kind, study?, series, instance, sopClass, frame, points, text, place, created}`. `id` is its tracking UID,
 * `frame` counts from 1, `place` is where its label was put (or null). Points are in columns and rows from the outer corner of the
 * first pixel: its centre is 0.5, 0.5, as in SCOORD (PS3.3 §C.18.6.1.2). They are kept in single precision, as SCOORD keeps them.
 */
export const kinds = {
  length: { points: 2, key: "l", icon: "length" },
  bidirectional: { points: 4, drawn: 2, key: "b", icon: "bidirectional" },
  polyline: { points: null, key: "Shift+L", icon: "polyline" },
  angle: { points: 3, key: "a", icon: "angle" },
  cobb: { points: 4, key: "Shift+B", icon: "cobb" },
  ellipse: { points: 4, drawn: 2, encloses: true, key: "e", icon: "ellipse" },
  circle: { points: 2, encloses: true, key: "Shift+E", icon: "circle" },
  rectangle: { points: 2, encloses: true, key: "q", icon: "rectangle" },
  freehand: { points: null, path: true, encloses: true, key: "Shift+Q", icon: "freehand" },
  probe: { points: 1, key: "x", icon: "probe" },
  arrow: { points: 2, writes: true, key: "n", icon: "arrow" },
  text: { points: 1, writes: true, key: "Shift+N", icon: "text" },
  calibration: { points: 2, key: null, icon: "calibration" },
};

export const isMark = (tool) => Object.hasOwn(kinds, tool);

/** How many points the reader sets; Infinity where it goes on until told. */
export const drawnPoints = (kind) => kinds[kind].drawn ?? kinds[kind].points ?? Infinity;

const most = { points: 4096, text: 1024 };

/** Whether a value from elsewhere is a mark that can be shown. */
export function isWhole(mark) {
  const kind = isMark(mark?.kind) && kinds[mark.kind];
  if (!kind || !/^[\d.]{1,64}$/.test(mark.id) || !/^[\d.]{1,64}$/.test(mark.instance) || !(Number.isInteger(mark.frame) && mark.frame > 0)) return false;
  const { points, text } = mark;
  if (!Array.isArray(points) || points.length > most.points || !points.every((at) => at?.length === 2 && at.every(Number.isFinite))) return false;
  if (String(text ?? "").length > most.text) return false;
  if (mark.reach === "series" && mark.matrix != null && !(mark.matrix.length === 2 && mark.matrix.every(Number.isInteger))) return false;
  if (mark.kind === "calibration" && !(mark.millimetres > 0 && mark.millimetres < 10000)) return false;
  return kind.points ? points.length === kind.points : points.length >= (kind.encloses ? 3 : 2);
}

/** A new UID under 2.25 (PS3.5 §B.2): a random UUID as a decimal number. */
export function newUID() {
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // there also without a secure origin
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return `2.25.${bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)}`;
}
