import assert from "node:assert/strict";
import { test } from "node:test";
import { fetchOrder, frameKey, frames, missingSlices, slicePosition } from "../app/model/stack.js";

const stack = (order, more = {}) => ({ order, places: order.map((_, n) => n), positions: [12.5, 0, -4], sides: ["H", "F"], gaps: [], ...more });
const images = (...uids) => uids.map((sopInstanceUID) => ({ sopInstanceUID, hasPixels: true, frames: 1 }));

test("frames come in the order of the stacks, objects without pixels last", () => {
  const list = frames({
    instances: [...images("1", "2", "3"), { sopInstanceUID: "9", hasPixels: false }],
    stacks: [stack([[2, 1, 1]]), stack([[0, 3, 1], [0, 1, 2], [1, 1, 1]])],
  });
  assert.deepEqual(list.map(frameKey), ["3/1", "1/3", "1/1", "1/2", "2/1", "9/1"]);
  assert.equal(list[5].stack, null);
});

test("a frame's own groups stand before the image's", () => {
  const [first, second] = frames({
    instances: [{ sopInstanceUID: "1", rescaleSlope: 1, windowCenter: [40], perFrame: [{ rescaleSlope: 2 }, {}] }], stacks: [stack([[0, 1, 1], [0, 2, 1]])],
  });
  assert.deepEqual([first.image.rescaleSlope, first.image.windowCenter, second.image.rescaleSlope], [2, [40], 1]);
});

test("slice position along the normal, with the side it lies on", () => {
  const list = frames({ instances: images("1", "2", "3"), stacks: [stack([[0, 1, 1], [1, 1, 1], [2, 1, 1]])] });
  assert.deepEqual(list.map(slicePosition), [{ side: "H", mm: 12.5 }, { side: "H", mm: 0 }, { side: "F", mm: 4 }]);
  assert.equal(slicePosition(frames({ instances: images("1"), stacks: [stack([[0, 1, 1]], { places: [], positions: [], sides: [] })] })[0]), null);
  assert.equal(slicePosition({ stack: null, place: null }), null);
});

test("missing slices are counted over all gaps", () => {
  assert.equal(missingSlices(stack([], { gaps: [{ after: 1, missing: 3 }, { after: 7, missing: 1 }] })), 4);
  assert.equal(missingSlices(null), 0);
});

test("the fetch order: visible, then twice as many ahead as behind, to both ends", () => {
  assert.deepEqual(fetchOrder(8, 3, 1), [3, 4, 5, 2, 6, 7, 1, 0]);
  assert.deepEqual(fetchOrder(8, 3, -1), [3, 2, 1, 4, 0, 5, 6, 7]);
  assert.deepEqual(fetchOrder(1, 0, 1), [0]);
  for (let at = 0; at < 40; at++) assert.equal(new Set(fetchOrder(40, at, at % 2 ? 1 : -1)).size, 40);
});
