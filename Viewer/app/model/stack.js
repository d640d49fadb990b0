/**
 * A series as the stack of frames a reader scrolls through, in the order the server found (docs/develop/http-api.md).
 */

/**
 * Items in reading order: `{image, frame, stack, place}`. `image` is the image with what its frame says of its own, `frame`
 * counts from 1 as in `/frames/N`, `stack` is the manifest's (null for objects without pixels), `place` the index of its
 * position in `stack.positions`, or null; `combination` tells the images of one place apart (phases, echoes …).
 *
 * @param manifest `{instances, stacks}`
 */
export function frames({ instances, stacks }) {
  const items = [];
  const seen = new Set();
  for (const stack of stacks) {
    stack.order.forEach(([index, first, count], entry) => {
      seen.add(index);
      for (let frame = first; frame < first + count; frame++) {
        items.push({ image: ofFrame(instances[index], frame), frame, stack, place: stack.places[entry] ?? null, combination: stack.combinations?.[entry] ?? null });
      }
    });
  }
  instances.forEach((image, index) => { if (!seen.has(index)) items.push({ image, frame: 1, stack: null, place: null, combination: null }); });
  return items;
}

/** An image as one of its frames shows it: functional groups of the frame stand before those of the image. */
function ofFrame(image, frame) {
  const own = image.perFrame?.[frame - 1];
  return own ? { ...image, ...own, perFrame: null } : image;
}

/** Key of a frame in every cache. */
export const frameKey = ({ image, frame }) => `${image.sopInstanceUID}/${frame}`;

/** Position of the slice along its normal in mm with the letter of its side, or null: "F 12.5" is 12.5 mm footwards. */
export function slicePosition({ stack, place }) {
  const mm = stack?.positions[place];
  if (mm == null || stack.sides.length !== 2) return null;
  return { side: stack.sides[mm >= 0 ? 0 : 1], mm: Math.abs(mm) };
}

/** Slices that are missing in a stack, from its gaps. */
export const missingSlices = (stack) => stack?.gaps.reduce((sum, { missing }) => sum + missing, 0) ?? 0;

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
