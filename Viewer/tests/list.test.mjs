import assert from "node:assert/strict";
import { test } from "node:test";
import { arrive, matches, takePending } from "../app/model/studyList.js";
import { age, date, nameGroups, personName, time } from "../app/model/text.js";
import { cineFrame, cineRate } from "../app/model/cine.js";
import { keyCaps, keyName } from "../app/ui/keyboard.js";
import { commands } from "../app/ui/commands.js";
import { words } from "../app/ui/words/en.js";
import { answer } from "../app/net/upload.js";

const study = (uid, studyDate, name = "Doe^Jane") => ({ studyInstanceUID: uid, studyDate, studyTime: "", patientName: { Alphabetic: name }, patientID: "X1", modalities: ["CT"], studyDescription: "Chest", accessionNumber: "A7" });
const list = (rows, more = {}) => ({ rows, next: null, total: rows.length, pending: [], query: { search: "", sort: "date", order: "desc" }, ...more });
const uids = ({ rows }) => rows.map(({ studyInstanceUID }) => studyInstanceUID).join("");

test("the search of the contract: every word begins a word, case and accents ignored, or is a date", () => {
  const one = { ...study("1", "20240131", "Müller^Änne"), patientName: { Alphabetic: "Müller^Änne", Ideographic: "山田^太郎" } };
  for (const text of ["", "mul", "anne MÜL", "chest ct", "x1 a7", "2024", "202401", "2024-01-31", "山田"]) assert.ok(matches(one, text), text);
  for (const text of ["uller", "2023", "chest mr", "20240132"]) assert.ok(!matches(one, text), text);
});

test("a new study is put where it belongs", () => {
  const before = list([study("c", "20240301"), study("a", "20240101")]);
  const { list: after, effect } = arrive(before, study("b", "20240201"), 0);
  assert.deepEqual([uids(after), effect, after.total], ["cba", "inserted", 3]);
  assert.equal(uids(arrive({ ...before, query: { ...before.query, order: "asc" }, rows: [...before.rows].reverse() }, study("b", "20240201"), 0).list), "abc");
});

test("rows above the reader's eye do not move: the study waits, then comes", () => {
  const before = list([study("c", "20240301"), study("a", "20240101")]);
  const held = arrive(before, study("d", "20240401"), 1);
  assert.deepEqual([uids(held.list), held.effect, held.list.pending.length], ["ca", "pending", 1]);
  const again = arrive(held.list, study("d", "20240401"), 1);
  assert.equal(again.list.pending.length, 1, "grown while waiting: still one");
  const taken = takePending(again.list);
  assert.deepEqual([uids(taken), taken.pending.length, taken.total], ["dca", 0, 3]);
  assert.equal(arrive(before, study("b", "20240201"), 1).effect, "inserted", "below the held rows it may come at once");
});

test("a grown study is renewed in its place; one that does not match, or lies on a later page, is left alone", () => {
  const before = list([study("c", "20240301"), study("a", "20240101")]);
  const { list: after, effect } = arrive(before, { ...study("a", "20240101"), instanceCount: 9 }, 5);
  assert.deepEqual([effect, after.rows[1].instanceCount, after.total], ["updated", 9, 2]);
  assert.equal(arrive({ ...before, query: { ...before.query, search: "zzz" } }, study("e", "20250101"), 0).effect, "ignored");
  assert.equal(arrive({ ...before, next: "more" }, study("0", "20230101"), 0).effect, "ignored");
});

test("names with all their groups, dates, ages", () => {
  assert.equal(personName("Doe^Jane^Q^Dr.^PhD"), "Doe, Dr. Jane Q, PhD");
  assert.deepEqual(nameGroups({ Alphabetic: "Yamada^Tarou", Ideographic: "山田^太郎", Phonetic: "やまだ^たろう" }), { main: "Yamada, Tarou", others: ["山田 太郎", "やまだ たろう"] });
  assert.deepEqual(nameGroups({ Ideographic: "山田^太郎" }), { main: "山田 太郎", others: [] });
  assert.deepEqual(nameGroups(null), { main: "", others: [] });
  assert.deepEqual([date("20240131"), date("2024.01.31"), date("2024"), date("")], ["2024-01-31", "2024-01-31", "2024", ""]);
  assert.deepEqual([time("101530.123"), time("10"), time(null)], ["10:15", "", ""]);
  assert.deepEqual([age("19800615", "20260614"), age("19800615", "20260615"), age("1980", "20260615"), age("20270101", "20260101")], [45, 46, null, null]);
});

test("cine: 120 frames at 40 ms take 4.8 s however often the screen is drawn (G49)", () => {
  const { rate, source } = cineRate({ frameTime: 40 });
  assert.deepEqual([rate, source], [25, "recorded"]);
  for (const step of [7, 16.7, 66]) {
    let now = 0;
    while (cineFrame(0, now, rate, 1000) < 120) now += step;
    assert.ok(Math.abs(now - 4800) <= step, `${now} ms`);
  }
  assert.equal(cineFrame(118, 80, 25, 120), 0);
  assert.equal(cineRate({ recommendedFrameRate: 15, frameTime: 40 }).rate, 15);
  assert.equal(cineRate({}).source, "default");
});

test("keys: one command each, every command and group has its words", () => {
  const keys = commands.flatMap((command) => command.keys);
  assert.equal(new Set(keys).size, keys.length);
  assert.equal(new Set(commands.map(({ id }) => id)).size, commands.length);
  for (const { id, family } of commands) assert.ok(words[`command.${family ?? id}`], id);
  for (const { group } of commands) assert.ok(words[`group.${group}`], group);
});

test("key names", () => {
  const key = (more) => keyName({ ctrlKey: false, altKey: false, shiftKey: false, metaKey: false, ...more });
  assert.equal(key({ key: "R", shiftKey: true }), "Shift+R");
  assert.equal(key({ key: "r" }), "r");
  assert.equal(key({ key: "R" }), "r"); // caps lock
  assert.equal(key({ key: "?", shiftKey: true }), "?");
  assert.equal(key({ key: "¡", altKey: true, code: "Digit1" }), "Alt+1");
  assert.equal(key({ key: "Z", ctrlKey: true, shiftKey: true }), "Ctrl+Shift+Z");
  assert.deepEqual(keyCaps("Ctrl+Shift+Z"), ["Ctrl", "Shift", "Z"]);
  assert.deepEqual(keyCaps("+"), ["+"]);
});

test("store answers", () => {
  const reference = { Value: [{}] };
  assert.deepEqual(answer(200, { "00081199": reference }), { state: "stored" });
  assert.equal(answer(409, { "00081198": { Value: [{ "00081197": { Value: [0xc000] } }] } }).reason, "unreadable");
  assert.equal(answer(507, {}).state, "refused");
  assert.equal(answer(200, {}).state, "failed", "success without a word of the object is no success");
});
