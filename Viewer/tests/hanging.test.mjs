import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { hung, isProtocol, matching, saved } from "../app/model/hanging.js";
import { chestWallInside, views } from "../app/model/mammography.js";
import * as s from "../app/model/state.js";

const { protocols } = JSON.parse(readFileSync(new URL("../app/model/hanging.json", import.meta.url)));
const series = (uid, modality, seriesDescription = uid, more = {}) => ({ seriesInstanceUID: uid, modality, seriesDescription, hasImages: true, ...more });
const ids = (facts) => matching(protocols, { views: [], hasPrior: false, ...facts }).map(({ id }) => id);

test("the shipped table: layouts and cells go together, every id once", () => {
  assert.equal(new Set(protocols.map(({ id }) => id)).size, protocols.length);
  for (const protocol of protocols) {
    assert.ok(isProtocol(protocol), protocol.id);
    assert.ok(protocol.cells.length <= s.cells(protocol.layout), protocol.id);
    assert.ok(s.layouts.includes(protocol.layout), protocol.id);
  }
});

test("what fits a study", () => {
  assert.deepEqual(ids({ series: [series("a", "CT")] }), ["single"]);
  assert.deepEqual(ids({ series: [series("a", "CT"), series("b", "CT")] }), ["twoSeries", "single"]);
  assert.deepEqual(ids({ series: [series("a", "CT"), series("b", "SR", "b", { hasImages: false })], hasPrior: true }), ["crossSectionPrior", "single"], "a report is no image");
  assert.deepEqual(ids({ series: ["a", "b", "c", "d", "e"].map((uid) => series(uid, "MR")) }), ["twoSeries", "fourSeries", "nineSeries", "single"]);
  assert.deepEqual(ids({ series: [series("a", "MG")] }), ["single"], "no view is known");
  assert.deepEqual(ids({ series: [series("a", "SR", "a", { hasImages: false })] }), []);
});

test("one series a cell; the prior's is the one that is like it; what is not there stays empty", () => {
  const current = { series: [series("a", "MR", "T1"), series("b", "MR", "T2"), series("c", "SR", "r", { hasImages: false })], views: [] };
  const prior = { series: [series("p", "MR", "T2"), series("q", "MR", "T1"), series("r", "CT")], views: [] };
  const of = (id, p = prior) => hung(protocols.find((each) => each.id === id), current, p).map((cell) => cell?.series ?? null);
  assert.deepEqual(of("crossSection2Prior"), ["a", "b", "q", "p"]);
  assert.deepEqual(of("crossSection2Prior", null), ["a", "b", null, null]);
  assert.deepEqual(of("fourSeries"), ["a", "b", null, null]);
  assert.deepEqual(of("crossSectionPrior", { series: [series("r", "CT")], views: [] }), ["a", null], "no other modality stands in");
});

const mammogram = (uid, laterality, position, orientation, more = {}) => ({
  "00080060": { Value: ["MG"] }, "0020000E": { Value: [`s.${uid}`] }, "00080018": { Value: [uid] }, "00200013": { Value: [Number(uid)] },
  ...(laterality && { "00200062": { Value: [laterality] } }), ...(position && { "00185101": { Value: [position] } }), ...(orientation && { "00200020": { Value: orientation } }), ...more,
});
const coded = (code, modifiers = []) => ({ "00540220": { Value: [{ "00080100": { Value: [code] }, "00540222": { Value: modifiers } }] } });

test("views by code, else by position; nothing where they disagree", () => {
  const of = (...sets) => views(sets).map(({ laterality, view, instance }) => `${laterality}${view} ${instance}`);
  assert.deepEqual(of(mammogram("1", "R", "CC"), mammogram("2", "L", null, null, coded("399368009")), mammogram("3", "R", "MLO", null, coded("R-10226"))), ["RCC 1", "LMLO 2", "RMLO 3"]);
  assert.deepEqual(of(mammogram("1", "R", "CC", null, coded("399368009"))), [], "CC and MLO at once");
  assert.deepEqual(of(mammogram("1", null, "CC"), mammogram("2", "B", "CC"), mammogram("3", "R", null), mammogram("4", "R", "ML"), mammogram("5", "L", "CC", null, coded("399260004"))), []);
  assert.deepEqual(of(mammogram("1", "R", "CC", null, { "00200060": { Value: ["L"] } })), [], "two sides at once");
  assert.deepEqual(of(mammogram("1", "R", "CC", null, coded("399162004", [{}]))), [], "a modified view is no standard one");
  assert.deepEqual(of(mammogram("2", "R", "CC"), mammogram("1", "R", "CC")), ["RCC 1"]);
  assert.equal(views([mammogram("2", "R", "CC"), mammogram("1", "R", "CC")])[0].others, 1);
  const intent = (value) => ({ "00080068": { Value: [value] } });
  assert.deepEqual(of(mammogram("1", "R", "CC", null, intent("FOR PROCESSING")), mammogram("2", "R", "CC", null, intent("FOR PRESENTATION"))), ["RCC 2"]);
});

test("chest walls meet in the middle, armpits lie up; unknown stays as it is stored (G50)", () => {
  // The right breast's chest wall (P) belongs to the right edge, the left breast's to the left edge.
  assert.deepEqual(chestWallInside("R", "CC", ["P", "L"]), [1, 0, 0, 1]);
  assert.deepEqual(chestWallInside("R", "CC", ["A", "L"]), [-1, 0, 0, 1]);
  assert.deepEqual(chestWallInside("L", "CC", ["A", "R"]), [1, 0, 0, 1]);
  assert.deepEqual(chestWallInside("L", "CC", ["P", "L"]), [-1, 0, 0, -1]);
  assert.deepEqual(chestWallInside("R", "MLO", ["P", "FL"]), [1, 0, 0, 1]);
  assert.deepEqual(chestWallInside("L", "MLO", ["P", "H"]), [-1, 0, 0, -1]);
  assert.equal(chestWallInside("R", "CC", []), null);
  assert.equal(chestWallInside("R", "CC", ["L", "P"]), null, "turned by 90°: no breast hangs so");
});

test("four views hang as RCC LCC over RMLO LMLO", () => {
  const sets = [mammogram("4", "L", "MLO", ["P", "F"]), mammogram("3", "R", "MLO", ["P", "F"]), mammogram("2", "L", "CC", ["A", "R"]), mammogram("1", "R", "CC")];
  const facts = { series: sets.map((set) => series(set["0020000E"].Value[0], "MG")), views: views(sets) };
  const [first] = matching(protocols, { ...facts, hasPrior: false });
  assert.equal(first.id, "mammography4");
  assert.deepEqual(hung(first, facts, null).map(({ instance, orientation }) => [instance, orientation]), [["1", null], ["2", [1, 0, 0, 1]], ["3", [1, 0, 0, 1]], ["4", [-1, 0, 0, 1]]]);
});

test("what is on screen becomes a protocol that finds its like in another study", () => {
  const own = { a: series("a", "CT", "Lung", { bodyPart: "CHEST" }), b: series("b", "CT", "Soft", { bodyPart: "CHEST" }), p: series("p", "CT", "Lung") };
  let state = s.toggleSync(s.setLayout(s.openSeries(s.openSeries(s.openSeries(s.initialState, 0, "b"), 1, "a"), 2, "p"), "2x2"), "scroll");
  state = s.setWindow(state, 1, { kind: "preset", id: "lung" });
  const protocol = saved(state, { id: "u1", name: "Mine", visible: s.shown(state), seriesOf: (uid) => own[uid], viewOfInstance: () => null, relationOf: (uid) => (uid === "p" ? "prior" : "current") });
  assert.ok(isProtocol(JSON.parse(JSON.stringify(protocol))));
  assert.deepEqual(protocol.match, { modality: ["CT"], bodyPart: ["CHEST"], prior: true });
  assert.equal(protocol.sync.scroll, true);
  const other = { series: [series("x", "CT", "lung", { bodyPart: "CHEST" }), series("y", "CT", "SOFT", { bodyPart: "CHEST" })], views: [] };
  assert.deepEqual(matching([protocol], { ...other, hasPrior: true }).length, 1);
  assert.deepEqual(matching([protocol], { ...other, hasPrior: false }).length, 0);
  const cells = hung(protocol, other, { series: [series("z", "CT", "Lung")], views: [] });
  assert.deepEqual(cells.map((cell) => cell?.series ?? null), ["y", "x", "z", null]);
  assert.deepEqual(protocol.cells[1].window, { kind: "preset", id: "lung" });
  assert.ok(!isProtocol({ id: "x", layout: "9x9", cells: [], match: {} }) && !isProtocol(null) && !isProtocol({ id: "x", layout: "1x1", cells: [null], match: {} }));
});
