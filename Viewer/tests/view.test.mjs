import assert from "node:assert/strict";
import { test } from "node:test";
import { applied, fitZoom, inverted, lensed, matrix, panned, zoomedAt } from "../app/viewport/view.js";
import { rectangles } from "../app/viewport/layout.js";
import { aspect, barLength, spacing } from "../app/model/spacing.js";
import { initialState, rotateRight, setLayout } from "../app/model/state.js";

const image = { columns: 200, rows: 100, aspect: 1 };
const size = { width: 801, height: 601 };
const resting = initialState.viewports[0].view;
const near = (a, b) => a.forEach((x, n) => assert.ok(Math.abs(x - b[n]) < 1e-6, `${a} instead of ${b}`));

test("fit shows the whole image, also turned and with pixels that are not square", () => {
  assert.equal(fitZoom(image, size, [1, 0]), 801 / 200);
  assert.equal(fitZoom(image, size, [0, -1]), 601 / 200);
  assert.equal(fitZoom({ ...image, aspect: 2 }, size, [1, 0]), 601 / 200);
  near(applied(matrix(resting, image, size), [100, 50]), [400.5, 300.5]);
});

test("1:1 puts whole pixels on whole pixels, whatever the size of the viewport", () => {
  for (const width of [800, 801, 803]) {
    const [, , , , e, f] = matrix({ ...resting, zoom: 1 }, image, { width, height: 601 });
    assert.ok(Number.isInteger(e) && Number.isInteger(f));
  }
});

test("spacing 2\\1: ten rows are as high as twenty columns are wide (G01)", () => {
  const tall = { spacing: { row: 2, column: 1, source: "patient" } };
  const [a, , , d] = matrix({ ...resting, zoom: 3 }, { ...image, aspect: aspect(tall) }, size);
  assert.deepEqual([10 * d, 20 * a], [60, 60]);
  assert.equal(aspect({ pixelAspectRatio: [4, 3] }), 4 / 3);
  assert.equal(aspect({}), 1);
});

test("zooming holds the point under the pointer; panning moves by what it says; both turned too", () => {
  const turned = rotateRight(initialState, 0).viewports[0].view;
  for (const view of [resting, turned]) {
    const at = [123, 456];
    const before = applied(inverted(matrix(view, image, size)), at);
    const zoomed = { ...view, ...zoomedAt(view, image, size, 1.7, at) };
    near(applied(matrix(zoomed, image, size), before), at);
    const moved = { ...zoomed, ...panned(zoomed, image, size, 30, -12) };
    near(applied(matrix(moved, image, size), before), [153, 444]);
  }
});

test("viewports are whole pixels, do not overlap, leave the gap, fill the stage", () => {
  for (const width of [800, 801, 1283]) {
    const [a, b, c, d] = rectangles(setLayout(initialState, "2x2"), width, 601, 2);
    assert.equal(a.x + a.width + 2, b.x);
    assert.equal(b.x + b.width, width);
    assert.equal(c.y, a.y + a.height + 2);
    assert.equal(d.y + d.height, 601);
    assert.ok([a, b, c, d].every((r) => [r.x, r.y, r.width, r.height].every(Number.isInteger)));
  }
});

test("millimetres only where they are known, with their source (7.1)", () => {
  const known = { row: 0.5, column: 0.4, source: "patient", words: "in the patient" };
  assert.equal(spacing({ spacing: known }), known);
  for (const unknown of [{ row: null, column: null, source: "none" }, null, undefined]) assert.equal(spacing({ spacing: unknown, pixelSpacing: [0, 0] }), null);
});

test("the scale bar is a round length that fits", () => {
  assert.equal(barLength(1, 240), 200);
  assert.equal(barLength(0.1, 240), 20);
  assert.equal(barLength(0.01, 99), 0.5);
  assert.equal(barLength(0, 100), null);
});

test("the lens holds the point under the pointer in its middle and enlarges from there", () => {
  const toImage = [0.5, 0, 0, -0.5, 10, 90]; // half a pixel of the image a device pixel, upside down
  const inLens = lensed(toImage, [40, 60], 100, 2);
  assert.deepEqual(applied(inLens, [50, 50]), applied(toImage, [40, 60]));
  assert.deepEqual(applied(inLens, [54, 50]), applied(toImage, [42, 60]));
  assert.deepEqual(applied(inLens, [50, 42]), applied(toImage, [40, 56]));
});
