import assert from "node:assert/strict";
import { test } from "node:test";
import * as s from "../app/model/state.js";

const deepFreeze = (value) => {
  if (value && typeof value === "object") Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
};
const start = deepFreeze(s.openSeries(s.initialState, 0, "1.2.3"));

test("edits leave the old value as it was", () => {
  for (const edit of [
    (x) => s.setLayout(x, "2x2"), (x) => s.scrollBy(x, 0, 1, 10), (x) => s.setWindow(x, 0, { kind: "manual", center: 1, width: 2 }),
    (x) => s.invert(x, 0), (x) => s.rotateRight(x, 0), (x) => s.fit(x, 0), (x) => s.onePixel(x, 0), (x) => s.reset(x, 0), (x) => s.toggleOneUp(x),
    (x) => s.nextOverlays(x), (x) => s.setCine(x, 0, { rate: 5 }), (x) => s.fillEmpty(s.setLayout(x, "2x2"), ["1.2.3", "4"]),
  ]) assert.notEqual(edit(start), start); // frozen: a change in place would throw
});

test("scrolling stays inside the stack and remembers its direction", () => {
  let state = s.scrollBy(start, 0, 5, 10);
  assert.equal(state.viewports[0].index, 5);
  state = s.scrollBy(state, 0, -2, 10);
  assert.deepEqual([state.viewports[0].index, state.viewports[0].direction], [3, -1]);
  assert.equal(s.scrollTo(state, 0, 99, 10).viewports[0].index, 9);
  assert.equal(s.scrollTo(state, 0, -5, 10).viewports[0].index, 0);
  assert.equal(s.scrollTo(state, 0, 4, 0).viewports[0].index, 0);
});

test("four right turns, two flips: back where it was; reset gives the first view", () => {
  const turned = [1, 2, 3, 4].reduce((x) => s.rotateRight(x, 0), start);
  assert.deepEqual(turned.viewports[0].view.orientation, [1, 0, 0, 1]);
  const flipped = s.flipHorizontal(s.flipHorizontal(start, 0), 0);
  assert.deepEqual(flipped.viewports[0].view.orientation, [1, 0, 0, 1]);
  assert.deepEqual(s.reset(s.invert(s.rotateLeft(start, 0), 0), 0), start);
});

test("layouts show their cells; one-up shows the active one and comes back", () => {
  const four = s.activate(s.setLayout(start, "2x2"), 3);
  assert.deepEqual(s.shown(four), [0, 1, 2, 3]);
  assert.deepEqual(s.shown(s.toggleOneUp(four)), [3]);
  assert.deepEqual(s.toggleOneUp(s.toggleOneUp(four)), four);
  assert.equal(s.setLayout(four, "1x2").active, 1);
  assert.equal(s.activateNext(four, 1).active, 0);
});

test("a new layout fills with the series that follow", () => {
  const filled = s.fillEmpty(s.setLayout(s.openSeries(s.initialState, 0, "b"), "2x2"), ["a", "b", "c", "d"]);
  assert.deepEqual(filled.viewports.slice(0, 4).map(({ series }) => series), ["b", "c", "d", null]);
  assert.deepEqual(s.layouts.map(s.cells), [1, 2, 2, 4, 3, 3, 6, 6, 9]);
  assert.deepEqual(s.shown(s.setLayout(start, "3x3")), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

test("undo and redo; a drag is one step; scrolling is none", () => {
  let h = s.history(start);
  h = s.commit(h, s.invert(h.present, 0));
  for (let n = 1; n <= 20; n++) h = s.commit(h, s.setWindow(h.present, 0, { kind: "manual", center: n, width: 10 }), "drag-1");
  h = s.amend(h, s.scrollBy(h.present, 0, 3, 10));
  assert.equal(h.past.length, 2);
  h = s.undo(h);
  assert.deepEqual(h.present.viewports[0].look.window, { kind: "default" });
  assert.equal(h.present.viewports[0].look.invert, true);
  h = s.undo(h);
  assert.deepEqual(h.present, start);
  assert.equal(s.undo(h), h);
  h = s.redo(s.redo(h));
  assert.equal(h.present.viewports[0].look.window.center, 20);
  h = s.commit(s.undo(h), s.flipVertical(start, 0));
  assert.deepEqual(h.future, [], "a new edit ends the redo line");
});

test("two drags are two steps, and the past is bounded", () => {
  let h = s.history(start);
  for (let n = 0; n < 500; n++) h = s.commit(h, s.setWindow(h.present, 0, { kind: "manual", center: n, width: 9 }), `drag-${n}`);
  assert.equal(h.past.length, 200);
});
