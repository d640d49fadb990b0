/**
 * A series as the stack of frames a reader scrolls through.
 *
 * Order (PS3.3 §C.7.6.2.1.1): where all images share one orientation and each has its own position, along the normal,
 * in the direction in which the instance numbers rise; otherwise by instance number. Slice Location is not trusted.
 */
import { cross, dot, plane } from "./orientation.js";

const sameDirection = 1e-3; // cosine noise below this does not split a stack
const samePlace = 1e-3; // mm

export function stackOrder(images) {
  const byNumber = [...images].sort(
    (a, b) => (a.instanceNumber ?? Infinity) - (b.instanceNumber ?? Infinity) || compareText(a.sopInstanceUID, b.sopInstanceUID) || 0,
  );
  const places = distances(byNumber);
  if (!places) return byNumber;
  const along = byNumber.map((image, n) => ({ image, place: places[n] })).sort((a, b) => a.place - b.place);
  if (along.some(({ place }, n) => n > 0 && place - along[n - 1].place < samePlace)) return byNumber; // a fourth dimension
  const rank = new Map(byNumber.map((image, n) => [image, n]));
  let agreement = 0;
  along.forEach(({ image }, n) => { agreement += (n - (along.length - 1) / 2) * rank.get(image); });
  const ordered = along.map(({ image }) => image);
  return agreement < 0 ? ordered.reverse() : ordered;
}

/** Distance of each image along the common normal in mm, or null where there is no common normal. */
function distances(images) {
  if (images.length < 2) return null;
  const first = plane(images[0].imageOrientation);
  if (!first) return null;
  const result = [];
  for (const image of images) {
    const own = plane(image.imageOrientation);
    if (!own || !image.imagePosition || image.imagePosition.length !== 3 || (image.frames ?? 1) > 1) return null;
    if (away(own.row, first.row) > sameDirection || away(own.column, first.column) > sameDirection) return null;
    result.push(dot(image.imagePosition, first.normal));
  }
  return result;
}

const away = (u, v) => Math.max(...u.map((x, n) => Math.abs(x - v[n])));
const compareText = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** Frames in stack order: `{image, frame}`, frame from 1 as in `/frames/N`; objects without pixels stand as one item. */
export function frames(images) {
  return stackOrder(images).flatMap((image) =>
    Array.from({ length: image.hasPixels ? Math.max(1, image.frames ?? 1) : 1 }, (_, n) => ({ image, frame: n + 1 })),
  );
}

/** Key of a frame in every cache. */
export const frameKey = ({ image, frame }) => `${image.sopInstanceUID}/${frame}`;

/** Position of the slice along its normal in mm with the letter of its side, or null: "F 12.5" is 12.5 mm footwards. */
export function slicePosition(image) {
  const known = plane(image.imageOrientation);
  if (!known || !image.imagePosition || image.imagePosition.length !== 3) return null;
  const normal = cross(known.row, known.column);
  const axis = normal.map(Math.abs).indexOf(Math.max(...normal.map(Math.abs)));
  const mm = dot(image.imagePosition, normal) * Math.sign(normal[axis]);
  return { side: [["L", "R"], ["P", "A"], ["H", "F"]][axis][mm >= 0 ? 0 : 1], mm: Math.abs(mm) };
}

/**
 * The order in which frames are fetched: the visible one, then its neighbours with twice as many ahead in the
 * scroll direction as behind, to the ends of the stack.
 */
export function fetchOrder(count, index, direction = 1) {
  const order = [index];
  let ahead = index + direction, behind = index - direction;
  const inside = (n) => n >= 0 && n < count;
  while (inside(ahead) || inside(behind)) {
    for (let n = 0; n < 2 && inside(ahead); n++, ahead += direction) order.push(ahead);
    if (inside(behind)) { order.push(behind); behind -= direction; }
  }
  return order;
}
