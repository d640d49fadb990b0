import assert from "node:assert/strict";
import { test } from "node:test";
import { assigned, isFree, keymap, restored } from "../app/model/keymap.js";
import { found } from "../app/model/search.js";

const commands = [{ id: "fit", keys: ["f"] }, { id: "zoomIn", keys: ["+", "="] }, { id: "invert", keys: ["i"] }, { id: "help", keys: ["?"] }, { id: "back", keys: ["Escape"] }];

test("the table's keys hold where nothing else is said", () => {
  const { byKey, keysOf } = keymap(commands);
  assert.equal(byKey.get("="), "zoomIn");
  assert.deepEqual(keysOf.get("zoomIn"), ["+", "="]);
  assert.equal(byKey.get("Escape"), "back");
});

test("a key that is given to another command is taken from the one that had it, and that is told", () => {
  const { overrides, taken } = assigned(commands, {}, "fit", "i");
  assert.equal(taken, "invert");
  const { byKey, keysOf } = keymap(commands, overrides);
  assert.equal(byKey.get("i"), "fit");
  assert.deepEqual([keysOf.get("fit"), keysOf.get("invert")], [["i"], []]);
  assert.ok(!byKey.has("f"));
  const back = keymap(commands, restored(restored(overrides, "fit"), "invert"));
  assert.deepEqual([back.byKey.get("f"), back.byKey.get("i")], ["fit", "invert"]);
});

test("help and the way back keep their keys; the browser's are not taken", () => {
  assert.equal(assigned(commands, {}, "fit", "?").overrides, null);
  assert.equal(assigned(commands, {}, "help", "f").overrides, null);
  for (const key of ["Ctrl+t", "Tab", "Escape", "Shift", "Ctrl+Shift+Control"]) {
    assert.ok(!isFree(key), key);
    assert.equal(assigned(commands, {}, "fit", key).overrides, null);
  }
});

test("nonsense from elsewhere does no harm", () => {
  for (const overrides of [null, "x", { fit: "f" }, { fit: [1, null, "Tab"] }, { nothing: ["f"] }]) assert.equal(keymap(commands, overrides).byKey.get("i"), "invert");
  assert.deepEqual(keymap(commands, { fit: ["x", "x"], invert: ["x"] }).keysOf.get("invert"), [], "one key, one command");
});

test("found by the beginnings of words, the first word first", () => {
  const entries = ["Rotate right", "Rotate left", "Layout 2 × 2", "Übersicht", "Reset the view"].map((text) => ({ text }));
  const texts = (question) => found(entries, question).map(({ text }) => text);
  assert.deepEqual(texts("ro le"), ["Rotate left"]);
  assert.deepEqual(texts("r"), ["Rotate right", "Rotate left", "Reset the view"]);
  assert.deepEqual(texts("2"), ["Layout 2 × 2"]);
  assert.deepEqual(texts("uber"), ["Übersicht"]);
  assert.deepEqual(texts("otate"), []);
  assert.equal(texts("").length, 5);
});
