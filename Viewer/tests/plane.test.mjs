import assert from "node:assert/strict";
import { test } from "node:test";
import { contradictsItself, heightOver, imagePoint, intersection, parallel, patientPoint, planeOf } from "../app/model/plane.js";

const image = (more = {}) => ({
  rows: 100, columns: 200, spacing: { row: 2, column: 1, source: "patient" }, frameOfReferenceUID: "1.2", imagePosition: [-100, -100, 50], imageOrientation: [1, 0, 0, 0, 1, 0], ...more,
});
const close = (a, b, tolerance = 1e-9) => a.forEach((value, n) => assert.ok(Math.abs(value - b[n]) <= tolerance, `${a} is not ${b}`));

test("pixel centres lie where PS3.3 C.7.6.2.1.1 puts them", () => {
  // P = IPP + X·Δj·i + Y·Δi·j of column i = 10, row j = 20: -100 + 1·10, -100 + 2·20
  close(patientPoint(planeOf(image()), [10.5, 20.5]), [-90, -60, 50]);
  // Oblique, by hand: X = (0.6, 0.8, 0), Y = (0, 0, -1); column 3, row 4: (0.6·3, 0.8·3, -2·4) further
  close(patientPoint(planeOf(image({ imageOrientation: [0.6, 0.8, 0, 0, 0, -1] })), [3.5, 4.5]), [-98.2, -97.6, 42]);
  const plane = planeOf(image({ imageOrientation: [0.6, 0.8, 0, 0, 0, -1] }));
  close(imagePoint(plane, patientPoint(plane, [17, 33])), [17, 33]);
  assert.ok(Math.abs(heightOver(planeOf(image()), [0, 0, 62]) - 12) < 1e-12);
});

test("what is missing or contradicts itself has no plane", () => {
  for (const broken of [
    { imagePosition: null }, { imageOrientation: null }, { imageOrientation: [1, 0, 0] }, { imageOrientation: [1, 0, 0, 1, 0, 0] }, { imageOrientation: [0, 0, 0, 0, 0, 0] },
    { imageOrientation: [2, 0, 0, 0, 1, 0] }, { imagePosition: [0, 0, NaN] }, { spacing: { row: 0, column: 1, source: "patient" } }, { spacing: { row: null, column: null, source: "none" } },
    { spacing: { row: 1, column: 1, source: "detector" } }, { rows: 0 },
  ]) assert.equal(planeOf(image(broken)), null, JSON.stringify(broken));
  assert.ok(planeOf(image({ imageOrientation: [1, 1e-4, 0, 0, 1, 1e-4] })), "rounding is no contradiction (G17)");
});

test("a contradiction is told from what is only missing", () => {
  for (const imageOrientation of [[1, 0, 0, 1, 0, 0], [0, 0, 0, 0, 0, 0], [1, 0, 0]]) assert.ok(contradictsItself(image({ imageOrientation })), imageOrientation);
  for (const more of [{}, { imageOrientation: null }, { imagePosition: null }, { spacing: { row: null, column: null, source: "none" } }]) assert.ok(!contradictsItself(image(more)), JSON.stringify(more));
});

test("the line in which a sagittal image cuts an axial one ends where both pictures end (G18)", () => {
  const axial = planeOf(image());
  // Sagittal at x = -40: rows to the back, columns to the feet; from z = 60 down to z = 60 - 80·0.5 = 20, from y = -80 on.
  const sagittal = planeOf(image({ imagePosition: [-40, -80, 60], imageOrientation: [0, 1, 0, 0, 0, -1], spacing: { row: 0.5, column: 1, source: "patient" }, rows: 80, columns: 60 }));
  const line = intersection(axial, sagittal);
  // x = -40 is column 60.5; y from -80.5 to -20.5 is row (y + 100) / 2 + 0.5
  const [from, to] = line.sort((a, b) => a[1] - b[1]);
  close(from, [60.5, (19.5) / 2 + 0.5]);
  close(to, [60.5, (79.5) / 2 + 0.5]);
});

test("no line: parallel, apart, another frame of reference, none", () => {
  const axial = planeOf(image());
  assert.equal(intersection(axial, planeOf(image({ imagePosition: [-100, -100, 40] }))), null);
  const sagittal = { imagePosition: [-40, -80, 60], imageOrientation: [0, 1, 0, 0, 0, -1] };
  assert.ok(intersection(axial, planeOf(image(sagittal))));
  assert.equal(intersection(axial, planeOf(image({ ...sagittal, frameOfReferenceUID: "1.3" }))), null);
  assert.equal(intersection(axial, planeOf(image({ ...sagittal, frameOfReferenceUID: null }))), null);
  assert.equal(intersection(planeOf(image({ frameOfReferenceUID: null })), planeOf(image({ ...sagittal, frameOfReferenceUID: null }))), null, "both unknown is not the same");
  assert.equal(intersection(axial, planeOf(image({ ...sagittal, imagePosition: [-40, -80, 20] }))), null, "it ends below the axial image");
  assert.equal(intersection(axial, planeOf(image({ ...sagittal, imagePosition: [400, -80, 60] }))), null, "beside it");
});

test("cut alike: within ten degrees, also with opposite normals", () => {
  const axial = planeOf(image());
  assert.equal(parallel(axial, planeOf(image({ imageOrientation: [1, 0, 0, 0, -1, 0] }))), -1);
  const tilted = (degrees) => [1, 0, 0, 0, Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  assert.equal(parallel(axial, planeOf(image({ imageOrientation: tilted(9) }))), 1);
  assert.equal(parallel(axial, planeOf(image({ imageOrientation: tilted(11) }))), 0);
});
