// PS3.3 §C.7.6.1.1.1 and §C.7.6.2.1.1: LPS, +x Left, +y Posterior, +z Head.
import assert from "node:assert/strict";
import { test } from "node:test";
import { letters, lettersOf, opposite, plane } from "../app/model/orientation.js";
import * as state from "../app/model/state.js";

const identity = [1, 0, 0, 1];
const edges = (image, orientation = identity) => {
  const found = letters(image, orientation);
  return found && [found.left, found.right, found.top, found.bottom].join(" ");
};
const view = (...turns) => turns.reduce((s, turn) => turn(s, 0), state.initialState).viewports[0].view.orientation;

test("axial, coronal, sagittal as usually stored", () => {
  assert.equal(edges({ imageOrientation: [1, 0, 0, 0, 1, 0] }), "R L A P");
  assert.equal(edges({ imageOrientation: [1, 0, 0, 0, 0, -1] }), "R L H F");
  assert.equal(edges({ imageOrientation: [0, 1, 0, 0, 0, -1] }), "A P H F");
});

test("all 24 axis orientations: each edge carries the letter its direction has", () => {
  const axis = [[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]];
  const letter = { "1,0,0": "L", "-1,0,0": "R", "0,1,0": "P", "0,-1,0": "A", "0,0,1": "H", "0,0,-1": "F" };
  let count = 0;
  for (const row of axis) for (const column of axis) {
    if (row.some((x, n) => x !== 0 && column[n] !== 0)) continue;
    const found = letters({ imageOrientation: [...row, ...column] }, identity);
    assert.equal(found.right, letter[row.join()]);
    assert.equal(found.left, letter[row.map((x) => -x + 0).join()]);
    assert.equal(found.bottom, letter[column.join()]);
    assert.equal(found.top, letter[column.map((x) => -x + 0).join()]);
    count++;
  }
  assert.equal(count, 24);
});

test("oblique: letters by falling component, small ones left out", () => {
  assert.equal(lettersOf([0.866, 0.5, 0]), "LP");
  assert.equal(lettersOf([-0.25, 0.433, -0.866]), "FPR");
  assert.equal(lettersOf([0.9998, 0.02, 1e-4]), "L");
  assert.equal(edges({ imageOrientation: [0.866025, 0.5, 0, -0.25, 0.433013, -0.866025] }), "RA LP HAL FPR");
});

test("letters follow every flip and rotation of the screen", () => {
  const axial = { imageOrientation: [1, 0, 0, 0, 1, 0] };
  assert.equal(edges(axial, view(state.flipHorizontal)), "L R A P");
  assert.equal(edges(axial, view(state.flipVertical)), "R L P A");
  assert.equal(edges(axial, view(state.rotateRight)), "P A R L"); // what was left is now above
  assert.equal(edges(axial, view(state.rotateLeft)), "A P L R");
  assert.equal(edges(axial, view(state.rotateRight, state.rotateRight)), "L R P A");
  assert.equal(edges(axial, view(state.rotateRight, state.flipHorizontal)), "A P R L"); // turned, then mirrored as seen
  assert.equal(edges(axial, view(state.rotateRight, state.rotateLeft)), "R L A P");
});

test("projection images use Patient Orientation: row direction, column direction (C.7.6.1.1.1)", () => {
  assert.equal(edges({ patientOrientation: ["L", "F"] }), "R L H F");
  assert.equal(edges({ patientOrientation: ["P", "FR"] }), "A P HL FR");
  assert.equal(edges({ patientOrientation: ["L", "F"] }, view(state.rotateRight)), "F H R L");
  assert.equal(edges({ patientOrientation: ["L", "F"] }, view(state.flipHorizontal)), "L R H F");
});

test("never invented: nothing known, nothing shown", () => {
  for (const image of [
    {},
    { imageOrientation: null, patientOrientation: null },
    { imageOrientation: [0, 0, 0, 0, 0, 0] },
    { imageOrientation: [1, 0, 0, 1, 0, 0] }, // not at right angles
    { imageOrientation: [1, 0, 0, 0, 1] },
    { imageOrientation: [1, 0, 0, 0, NaN, 0] },
    { imageOrientation: [0, 0, 0, 0, 0, 0], patientOrientation: ["L", "F"] }, // given but unusable: no second guess
    { patientOrientation: ["L"] },
    { patientOrientation: ["", ""] },
    { patientOrientation: ["LE", "V"] }, // quadruped codes
  ]) assert.equal(letters(image, identity), null, JSON.stringify(image));
});

test("opposites", () => {
  assert.equal(opposite("AR"), "PL");
  assert.equal(opposite("H"), "F");
  assert.equal(opposite("V"), null);
});

test("cosines are normalised", () => {
  assert.deepEqual(plane([2, 0, 0, 0, 2, 0]).normal, [0, 0, 1]);
});
