// The letters of the stored picture are the server's; the page turns them with the view.
import assert from "node:assert/strict";
import { test } from "node:test";
import { letters } from "../app/model/orientation.js";
import * as state from "../app/model/state.js";

const view = (...turns) => turns.reduce((s, turn) => turn(s, 0), state.initialState).viewports[0].view.orientation;
const edges = (stored, ...turns) => {
  const [left, right, top, bottom] = stored.split(" ");
  const found = letters({ letters: { left, right, top, bottom } }, view(...turns));
  return [found.left, found.right, found.top, found.bottom].join(" ");
};

test("letters follow every flip and rotation of the screen", () => {
  const axial = "R L A P";
  assert.equal(edges(axial), "R L A P");
  assert.equal(edges(axial, state.flipHorizontal), "L R A P");
  assert.equal(edges(axial, state.flipVertical), "R L P A");
  assert.equal(edges(axial, state.rotateRight), "P A R L"); // what was left is now above
  assert.equal(edges(axial, state.rotateLeft), "A P L R");
  assert.equal(edges(axial, state.rotateRight, state.rotateRight), "L R P A");
  assert.equal(edges(axial, state.rotateRight, state.flipHorizontal), "A P R L"); // turned, then mirrored as seen
  assert.equal(edges(axial, state.rotateRight, state.rotateLeft), "R L A P");
});

test("words of several letters, also of quadrupeds, stay whole", () => {
  assert.equal(edges("RA LP HAL FPR", state.rotateRight), "FPR HAL RA LP");
  assert.equal(edges("RT LE CR CD", state.flipHorizontal), "LE RT CR CD");
});

test("never invented: nothing known, nothing shown", () => {
  for (const image of [{}, { letters: null }, { letters: { left: "", right: "", top: "", bottom: "" } }]) assert.equal(letters(image, [1, 0, 0, 1]), null);
});
