import assert from "node:assert/strict";
import { test } from "node:test";
import { byteCache } from "../app/net/cache.js";
import { parallel, plan } from "../app/net/frameQueue.js";

test("least recently used leaves first, bounded by bytes", () => {
  const gone = [];
  const cache = byteCache(100, (value) => gone.push(value));
  cache.set("a", "A", 40);
  cache.set("b", "B", 40);
  assert.equal(cache.get("a"), "A"); // now b is the oldest
  cache.set("c", "C", 40);
  assert.deepEqual(gone, ["B"]);
  assert.equal(cache.used, 80);
  cache.set("a", "A2", 60); // replaced, not counted twice
  assert.equal(cache.used, 100);
  assert.deepEqual([...cache.keys()], ["c", "a"]);
});

test("what is on screen stays, even over the limit; peeking is no use", () => {
  const cache = byteCache(100);
  cache.set("seen", 1, 80);
  cache.pin(["seen"]);
  cache.set("big", 2, 90);
  assert.ok(cache.has("seen") && cache.has("big"));
  cache.pin([]);
  cache.peek("seen");
  cache.set("next", 3, 10);
  assert.deepEqual([...cache.keys()], ["big", "next"]);
  cache.clear();
  assert.equal(cache.used, 0);
});

const wish = (n, url = `i${n}`, bytes = 1000) => ({ key: `${url}/${n}`, url, number: n, bytes });

test("never more than the allowed requests; the first wish goes alone and first", () => {
  const wishes = Array.from({ length: 20 }, (_, n) => wish(n));
  const { start, abort } = plan(wishes, []);
  assert.equal(start.length, parallel);
  assert.deepEqual(abort, []);
  assert.deepEqual(start[0], [wishes[0]]);
  const { start: later } = plan(wishes, start.slice(0, 4).map((group, id) => ({ id: id + 1, keys: group.map(({ key }) => key) })));
  assert.equal(later.length, parallel - 4);
});

test("frames of one instance go together, but not the one that is waited for", () => {
  const wishes = Array.from({ length: 40 }, (_, n) => wish(n + 1, "clip"));
  const { start } = plan(wishes, []);
  assert.equal(start[0].length, 1);
  assert.equal(start[1].length, 16);
  const keys = start.flat().map(({ key }) => key);
  assert.equal(new Set(keys).size, keys.length, "no frame is asked for twice");
  const large = Array.from({ length: 40 }, (_, n) => wish(n + 1, "clip", 3 * 2 ** 20));
  assert.ok(plan(large, []).start.every((group) => group.length === 1), "bounded by bytes");
});

test("a jump aborts what is far from the new place and keeps what is near", () => {
  const running = [{ id: 1, keys: ["i500/500"] }, { id: 2, keys: ["i3/3"] }];
  const { abort, start } = plan(Array.from({ length: 100 }, (_, n) => wish(n)), running);
  assert.deepEqual(abort, [1]);
  assert.ok(!start.flat().some(({ key }) => key === "i3/3"));
  assert.equal(start.length, parallel - 1);
});
