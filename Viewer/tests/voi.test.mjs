// PS3.3 §C.11.2.1: the worked values are computed here from the text of the clauses, not by the code under test.
import assert from "node:assert/strict";
import { test } from "node:test";
import { apply, isWindow, transfer, voi } from "../app/model/voi.js";

const near = (actual, expected, what) => assert.ok(Math.abs(actual - expected) < 1e-9, `${what}: ${actual} instead of ${expected}`);

test("LINEAR, c=40 w=400: both edges (≤ and >), the middle and the ends (C.11.2.1.2.1)", () => {
  for (const [x, y] of [
    [-2000, 0],
    [-160, 0], // x ≤ c − 0.5 − (w−1)/2 = −160
    [-159, (( -159 - 39.5) / 399 + 0.5) * 255],
    [40, ((40 - 39.5) / 399 + 0.5) * 255],
    [239, 255], // the last value not above the upper edge gives exactly ymax
    [239.5, 255],
    [240, 255],
    [3000, 255],
  ]) near(voi("LINEAR", x, 40, 400), y, `x=${x}`);
});

test("LINEAR, w=1 is a threshold: no division (C.11.2.1.2.1)", () => {
  assert.equal(voi("LINEAR", 99, 100, 1), 0);
  assert.equal(voi("LINEAR", 99.5, 100, 1), 0);
  assert.equal(voi("LINEAR", 100, 100, 1), 255);
  const step = transfer({ slope: 1, intercept: 0, name: "LINEAR", center: 100, width: 1 });
  assert.deepEqual([98, 99, 100, 101].map((x) => apply(step, x)), [0, 0, 255, 255]);
});

test("the note of C.11.2.1.2.1: c=2048 w=4096 maps 0…4095 to the whole range", () => {
  assert.equal(voi("LINEAR", 0, 2048, 4096), 0);
  assert.equal(voi("LINEAR", 4095, 2048, 4096), 255);
});

test("LINEAR_EXACT, c=0.5 w=1 on fractions (C.11.2.1.3.2)", () => {
  for (const [x, y] of [[-0.1, 0], [0, 0], [0.25, 63.75], [0.5, 127.5], [1, 255], [1.01, 255]]) near(voi("LINEAR_EXACT", x, 0.5, 1), y, `x=${x}`);
});

test("SIGMOID: middle, one width either side, symmetry (C.11.2.1.3.1)", () => {
  near(voi("SIGMOID", 2000, 2000, 900), 127.5, "middle");
  near(voi("SIGMOID", 2900, 2000, 900), 255 / (1 + Math.exp(-4)), "above");
  near(voi("SIGMOID", 1100, 2000, 900), 255 / (1 + Math.exp(4)), "below");
  near(voi("SIGMOID", 2123, 2000, 900) + voi("SIGMOID", 1877, 2000, 900), 255, "symmetry");
});

test("an unknown or absent function is LINEAR, its default", () => {
  for (const name of [null, undefined, "", "SOMETHING"]) assert.equal(voi(name, 40, 40, 400), voi("LINEAR", 40, 40, 400));
});

test("which windows can be used", () => {
  assert.ok(isWindow(40, 1, "LINEAR"));
  assert.ok(!isWindow(40, 0.5, "LINEAR"));
  assert.ok(isWindow(40, 0.5, "LINEAR_EXACT"));
  assert.ok(!isWindow(40, 0, "SIGMOID"));
  assert.ok(!isWindow(NaN, 10, "LINEAR"));
});

test("the folded function equals the clause at every 16-bit value", () => {
  for (const [slope, intercept, name, center, width] of [
    [1, 0, "LINEAR", 2048, 1001],
    [1, -1024, "LINEAR", 40, 400],
    [1, -1024, "LINEAR", -600, 1500],
    [0.3, -200.25, "LINEAR", 400, 700],
    [-1, 4095, "LINEAR", 2048, 3001],
    [1, 0, "LINEAR_EXACT", 2048, 1000],
    [1, 0, "SIGMOID", 2000, 900],
    [2.5, -10, "SIGMOID", 300, 77],
  ]) {
    const folded = transfer({ slope, intercept, name, center, width });
    let most = 0;
    for (let stored = -32768; stored < 65536; stored += 7) {
      const exact = voi(name, stored * slope + intercept, center, width);
      most = Math.max(most, Math.abs(apply(folded, stored) - exact));
    }
    assert.ok(most <= 0.5 + 1e-9, `${name} ${center}/${width} slope ${slope}: off by ${most}`);
  }
});
