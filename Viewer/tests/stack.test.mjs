import assert from "node:assert/strict";
import { test } from "node:test";
import { fetchOrder, frameKey, frames, slicePosition, stackOrder } from "../app/model/stack.js";

const slice = (number, z, more = {}) => ({
  sopInstanceUID: `1.${number}`, instanceNumber: number, imageOrientation: [1, 0, 0, 0, 1, 0], imagePosition: [0, 0, z], frames: 1, hasPixels: true, ...more,
});
const numbers = (images) => stackOrder(images).map(({ instanceNumber }) => instanceNumber);

test("shuffled slices lie along the normal, in the direction of the instance numbers", () => {
  assert.deepEqual(numbers([slice(3, 20), slice(1, 40), slice(4, 10), slice(2, 30)]), [1, 2, 3, 4]);
  assert.deepEqual(numbers([slice(3, 40), slice(1, 20), slice(4, 50), slice(2, 30)]), [1, 2, 3, 4]);
});

test("geometry decides over wrong instance numbers", () => {
  assert.deepEqual(stackOrder([slice(1, 10), slice(2, 20), slice(4, 30), slice(3, 40)]).map(({ imagePosition }) => imagePosition[2]), [10, 20, 30, 40]);
});

test("missing instance numbers: along the normal all the same", () => {
  const images = [30, 10, 20].map((z, n) => ({ ...slice(null, z), sopInstanceUID: `9.${n}` }));
  assert.deepEqual(stackOrder(images).map(({ imagePosition }) => imagePosition[2]), [30, 20, 10]);
});

test("a place taken twice is a fourth dimension: by instance number", () => {
  assert.deepEqual(numbers([slice(4, 20), slice(2, 20), slice(1, 10), slice(3, 10)]), [1, 2, 3, 4]);
});

test("a localiser or no geometry: by instance number", () => {
  assert.deepEqual(numbers([slice(2, 10), slice(1, 50, { imageOrientation: [0, 1, 0, 0, 0, -1] }), slice(3, 20)]), [1, 2, 3]);
  assert.deepEqual(numbers([slice(2, 10, { imagePosition: null }), slice(1, 20, { imagePosition: null })]), [1, 2]);
});

test("cosine noise does not split a stack", () => {
  assert.deepEqual(numbers([slice(1, 30), slice(3, 10, { imageOrientation: [1, 1e-4, 0, -1e-4, 1, 0] }), slice(2, 20)]), [1, 2, 3]);
});

test("multi-frame images give an item a frame, objects without pixels one", () => {
  const list = frames([slice(1, 0, { frames: 3, imagePosition: null }), { sopInstanceUID: "5", hasPixels: false, frames: null, instanceNumber: 2 }]);
  assert.deepEqual(list.map(frameKey), ["1.1/1", "1.1/2", "1.1/3", "5/1"]);
});

test("the fetch order: visible, then twice as many ahead as behind, to both ends", () => {
  assert.deepEqual(fetchOrder(8, 3, 1), [3, 4, 5, 2, 6, 7, 1, 0]);
  assert.deepEqual(fetchOrder(8, 3, -1), [3, 2, 1, 4, 0, 5, 6, 7]);
  assert.deepEqual(fetchOrder(1, 0, 1), [0]);
  for (let at = 0; at < 40; at++) assert.equal(new Set(fetchOrder(40, at, at % 2 ? 1 : -1)).size, 40);
});

test("slice position along the normal, with the side it lies on", () => {
  assert.deepEqual(slicePosition(slice(1, -12.5)), { side: "F", mm: 12.5 });
  assert.deepEqual(slicePosition(slice(1, 4, { imageOrientation: [0, 1, 0, 0, 0, -1], imagePosition: [-7, 0, 0] })), { side: "R", mm: 7 });
  assert.equal(slicePosition({}), null);
});
