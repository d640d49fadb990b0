import assert from "node:assert/strict";
import { test } from "node:test";
import { frameStatistics } from "../app/model/pixels.js";
import { automatic, dragged, dragSpeed, filePairs, fullRange, presetsFor, resolveWindow, unit } from "../app/model/window.js";
import { voi } from "../app/model/voi.js";

const ct = {
  photometricInterpretation: "MONOCHROME2", bitsAllocated: 16, bitsStored: 16, pixelRepresentation: 1, rescaleSlope: 1, rescaleIntercept: -1024,
  windowCenter: [40, -600], windowWidth: [400, 1500], windowExplanation: ["Mediastinum", "Lung"],
};
const bare = { photometricInterpretation: "MONOCHROME2", bitsAllocated: 16, bitsStored: 12, pixelRepresentation: 0 };

test("all but half a per cent at each end, without the padding", () => {
  const array = new Int16Array(1000).map((_, n) => n);
  array.fill(-2000, 0, 100); // 900 real values, 100…999
  const statistics = frameStatistics({ samples: 1, array }, [-2000, -2000]);
  assert.deepEqual(statistics, { min: 100, max: 999, low: 104, high: 995 });
  assert.equal(frameStatistics({ samples: 1, array: new Int16Array(9).fill(-2000) }, [-2000, -2000]), null);
  assert.equal(frameStatistics({ samples: 3, array: new Uint8Array(9) }), null);
});

test("the automatic window puts its ends on black and white", () => {
  const window = automatic(bare, { min: 0, max: 4000, low: 100, high: 900 });
  assert.equal(voi(window.name, 100, window.center, window.width), 0);
  assert.equal(voi(window.name, 900, window.center, window.width), 255);
  assert.ok(voi(window.name, 101, window.center, window.width) > 0 && voi(window.name, 899, window.center, window.width) < 255);
});

test("full range: least black, greatest white, through the rescale, also with a falling slope", () => {
  for (const [slope, intercept] of [[1, -1024], [-2, 100]]) {
    const image = { ...bare, rescaleSlope: slope, rescaleIntercept: intercept };
    const window = fullRange(image, { min: 10, max: 500, low: 20, high: 400 });
    const ends = [10, 500].map((x) => voi(window.name, x * slope + intercept, window.center, window.width)).sort((a, b) => a - b);
    assert.deepEqual(ends, [0, 255]);
  }
});

test("float images: a window narrower than 1 still spreads", () => {
  const window = automatic({ photometricInterpretation: "MONOCHROME2", bitsAllocated: 32 }, { min: 0, max: 1, low: 0.1, high: 0.35 });
  assert.equal(window.name, "LINEAR_EXACT");
  assert.ok(Math.abs(window.width - 0.25) < 1e-12);
});

test("eight bits without a window are shown over their whole range, a flat image does not divide by zero", () => {
  const window = automatic({ ...bare, bitsAllocated: 8, bitsStored: 8 }, { min: 3, max: 40, low: 4, high: 30 });
  assert.deepEqual([0, 255].map((x) => voi(window.name, x, window.center, window.width)), [0, 255]);
  const flat = automatic(bare, { min: 7, max: 7, low: 7, high: 7 });
  assert.ok(flat.width >= 1);
});

test("pairs of the file with explanations; unusable ones left out", () => {
  assert.deepEqual(filePairs(ct).map(({ explanation }) => explanation), ["Mediastinum", "Lung"]);
  assert.deepEqual(filePairs({ ...ct, windowCenter: [1, 2, 3], windowWidth: [0, 5] }), [{ center: 2, width: 5, explanation: "Lung" }]);
  assert.deepEqual(filePairs(bare), []);
});

test("which window is in force, and whence", () => {
  const at = (choice, image = ct, statistics = null) => resolveWindow(choice, image, "CT", statistics);
  assert.deepEqual(at({ kind: "default" }), { center: 40, width: 400, explanation: "Mediastinum", name: "LINEAR", from: "file" });
  assert.equal(at({ kind: "file", pair: 1 }).explanation, "Lung");
  assert.deepEqual(at({ kind: "preset", id: "bone" }), { center: 400, width: 2000, name: "LINEAR", from: "preset", explanation: "bone" });
  assert.equal(at({ kind: "default" }, bare), null, "nothing known yet, nothing guessed");
  assert.equal(at({ kind: "default" }, bare, { min: 0, max: 9, low: 1, high: 8 }).from, "auto");
  assert.equal(at({ kind: "default" }, { photometricInterpretation: "RGB" }), null);
  assert.deepEqual(at({ kind: "auto", held: { center: 5, width: 6, name: "LINEAR" } }, bare), { center: 5, width: 6, name: "LINEAR", from: "auto" });
});

test("the preset table (centre, width of CT in HU)", () => {
  assert.deepEqual(presetsFor(ct, "CT").map(({ key, id, width, center }) => `${key} ${id} ${width}/${center}`), [
    "3 brain 80/40", "4 stroke 40/40", "5 soft 400/40", "6 lung 1500/-600", "7 bone 2000/400", "8 liver 150/90", "9 angio 600/300",
  ]);
});

test("presets only where their unit is known", () => {
  assert.deepEqual(presetsFor({ ...ct, rescaleIntercept: null }, "CT"), []);
  assert.deepEqual(presetsFor({ ...ct, rescaleType: "OD" }, "CT"), []);
  assert.deepEqual(presetsFor(bare, "MR"), []);
  assert.deepEqual(presetsFor({ ...ct, rescaleType: "BQML" }, "PT"), []);
  assert.equal(unit({ ...ct, rescaleType: "US" }, "CT"), null);
  assert.equal(unit(ct, "MR"), null);
});

test("dragging scales with the range of the image and keeps the width usable", () => {
  assert.equal(dragSpeed(bare, { min: 0, max: 4096 }), 4);
  assert.equal(dragSpeed({ ...bare, rescaleSlope: 0.5 }, { min: 0, max: 1024 }), 0.5);
  assert.deepEqual(dragged({ center: 40, width: 400, name: "LINEAR" }, 10, -5, 4), { kind: "manual", center: 20, width: 440, name: "LINEAR" });
  assert.equal(dragged({ center: 40, width: 4, name: "LINEAR" }, -100, 0, 1).width, 1);
  assert.equal(dragged({ center: 0.5, width: 1, name: "LINEAR_EXACT" }, 10, 0, 0.001).width, 1.01);
});
