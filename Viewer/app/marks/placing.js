/** Where the words of a mark stand; CSS pixels of the viewport. */
export const lineHeight = 15;
const gap = 10;

/** About where a label lies whose first line begins at a point: left, top, right, bottom. */
export function boxOf([x, y], lines) {
  const top = y - lineHeight + 3;
  return [x, top, x + Math.max(...lines.map((line) => line.length)) * 7, top + lines.length * lineHeight];
}

/** Beside the mark, within the viewport, and where it can on no other label; `taken` has it from then on. */
export function placed(points, lines, taken, [width, height]) {
  const [wide, high] = [Math.max(...lines.map((line) => line.length)) * 7, lines.length * lineHeight];
  const inside = ([x, y]) => [Math.max(4, Math.min(x, width - wide - 24)), Math.min(Math.max(y, lineHeight), Math.max(lineHeight, height - high))];
  const most = (better) => points.reduce((a, b) => (better(b, a) ? b : a));
  const right = most((a, b) => a[0] > b[0]), left = most((a, b) => a[0] < b[0]), low = most((a, b) => a[1] > b[1]), up = most((a, b) => a[1] < b[1]);
  const beside = [
    [right[0] + gap, right[1]], [left[0] - gap - wide, left[1]], [low[0] - wide / 2, low[1] + lineHeight + 4], [up[0] - wide / 2, up[1] - high],
  ].map(inside);
  // Below all that is in the way, where nothing beside it is free.
  const below = Array.from({ length: 40 }, (_, n) => inside([right[0] + gap, right[1] + n * lineHeight]));
  const isFree = (at) => {
    const [l, t, r, b] = boxOf(at, lines);
    return taken.every(([left, top, right, bottom]) => r < left || l > right || b <= top || t >= bottom);
  };
  const at = [...beside, ...below].find(isFree) ?? beside[0];
  taken.push(boxOf(at, lines));
  return at;
}
