import assert from "node:assert/strict";
import { test } from "node:test";
import { measurementsOfReport, newest } from "../app/marks/reportValues.js";
import { diameter, lesionOf, lesionTable } from "../app/model/recist.js";

const size = (words, mm, short = null) => ({ lesion: lesionOf(words), values: [{ name: "long", value: mm, unit: "mm" }, ...(short === null ? [] : [{ name: "short", value: short, unit: "mm" }])] });
const at = (date, ...measurements) => ({ id: date, date, measurements });
const responses = (...points) => lesionTable(points).columns.map(({ response }) => response);

test("words that name a target lesion", () => {
  for (const [words, found] of [
    ["T1 liver seg. 7", { number: 1, isNode: false, name: "liver seg. 7", stated: null }], ["t2n: left axilla", { number: 2, isNode: true, name: "left axilla", stated: null }],
    ["T3=0", { number: 3, isNode: false, name: "", stated: 0 }], ["T3n = 5,5 mm hilum", { number: 3, isNode: true, name: "hilum", stated: 5.5 }], ["T12", { number: 12, isNode: false, name: "", stated: null }],
    ["T1", { number: 1, isNode: false, name: "", stated: null }], ["T0 x", null], ["Tumour", null], ["T1weighted", null], ["liver T1", null], ["", null], [null, null],
  ]) assert.deepEqual(lesionOf(words), found, words);
});

test("of a node the short axis counts, of another lesion the longest; pixels do not", () => {
  const both = [{ name: "long", value: 30, unit: "mm" }, { name: "short", value: 18, unit: "mm" }];
  assert.deepEqual(diameter(lesionOf("T1"), both), { mm: 30 });
  assert.deepEqual(diameter(lesionOf("T1n"), both), { mm: 18 });
  assert.deepEqual(diameter(lesionOf("T1n"), [{ name: "length", value: 18, unit: "mm" }]), { problem: "recist.noShortAxis" });
  assert.deepEqual(diameter(lesionOf("T1"), [{ name: "length", value: 18, unit: "px" }]), { problem: "recist.noScale" });
  assert.deepEqual(diameter(lesionOf("T1=0"), []), { mm: 0 });
  assert.deepEqual(diameter(lesionOf("T1=0"), [{ name: "length", value: 18, unit: "mm" }]), { mm: 18 }); // what was measured goes before what was said
});

// §4.3.1: PR at least 30 % below baseline; PD at least 20 % and 5 mm above the smallest sum; CR all gone.
test("responses at their thresholds", () => {
  const base = at("20260101", size("T1", 60), size("T2", 40));
  assert.deepEqual(responses(base, at("20260201", size("T1", 40), size("T2", 30))), [null, "PR"]); // exactly −30 %
  assert.deepEqual(responses(base, at("20260201", size("T1", 40.1), size("T2", 30))), [null, "SD"]);
  assert.deepEqual(responses(base, at("20260201", size("T1", 80), size("T2", 40))), [null, "PD"]); // exactly +20 %
  assert.deepEqual(responses(base, at("20260201", size("T1", 79.9), size("T2", 40))), [null, "SD"]);
  const small = at("20260101", size("T1", 11));
  assert.deepEqual(responses(small, at("20260201", size("T1", 15.9))), [null, "SD"]); // +45 %, but under 5 mm
  assert.deepEqual(responses(small, at("20260201", size("T1", 16))), [null, "PD"]);
  assert.deepEqual(responses(base, at("20260201", size("T1=0", 0), { lesion: lesionOf("T2=0"), values: [] })), [null, "CR"]);
});

test("growth is against the smallest sum so far, also while below baseline", () => {
  const { columns } = lesionTable([at("20260301", size("T1", 75)), at("20260101", size("T1", 100)), at("20260201", size("T1", 50))]);
  assert.deepEqual(columns.map(({ date, response }) => [date, response]), [["20260101", null], ["20260201", "PR"], ["20260301", "PD"]]);
  assert.deepEqual([columns[2].nadir, columns[2].growth, columns[2].growthShare, columns[2].change], [50, 25, 0.5, -0.25]);
});

test("complete response with nodes below 10 mm, whatever their sum", () => {
  const base = at("20260101", size("T1n", 30, 20), size("T2", 15));
  assert.deepEqual(responses(base, at("20260201", size("T1n", 14, 9.9), { lesion: lesionOf("T2=0"), values: [] })), [null, "CR"]);
  assert.deepEqual(responses(base, at("20260201", size("T1n", 14, 10), { lesion: lesionOf("T2=0"), values: [] })), [null, "PR"]);
});

test("what is missing makes it not evaluable, unless it progresses without it; new ones do not count", () => {
  const base = at("20260101", size("T1", 20), size("T2", 20));
  assert.deepEqual(responses(base, at("20260201", size("T1", 5))), [null, "NE"]);
  assert.deepEqual(responses(base, at("20260201", size("T1", 50))), [null, "PD"]);
  const { lesions, columns } = lesionTable([base, at("20260201", size("T1", 20), size("T2", 20), size("T3", 90))]);
  assert.equal(columns[1].response, "SD");
  assert.deepEqual([columns[1].sum, lesions.length], [40, 3]);
  assert.ok(columns[1].remarks.some(([key]) => key === "recist.late"));
});

test("what is doubtful is no number: measured twice, a node in one study only, no scale at baseline", () => {
  const twice = lesionTable([at("20260101", size("T1", 20), size("T1", 25)), at("20260201", size("T1", 20))]);
  assert.deepEqual([twice.columns[0].isComplete, twice.columns[1].response], [false, null]);
  const other = lesionTable([at("20260101", size("T1", 20)), at("20260201", size("T1n", 20, 18))]);
  assert.deepEqual([other.lesions[0].cells[1], other.columns[1].response], [{ problem: "recist.otherKind" }, "NE"]);
  const small = lesionTable([at("20260101", size("T1", 9), size("T2n", 30, 14))]);
  assert.deepEqual(small.columns[0].remarks.map(([key, { lesion, mm }]) => [key, lesion, mm]), [["recist.tooSmall", "T1", 10], ["recist.tooSmall", "T2", 15]]);
});

test("measurements of a report, ours or another maker's codes; the newest of one counts", () => {
  const code = (value) => ({ Value: [{ "00080100": { Value: [value] } }] });
  const num = (concept, value, unit) => ({ "0040A040": { Value: ["NUM"] }, "0040A043": code(concept), "0040A300": { Value: [{ "0040A30A": { Value: [value] }, "004008EA": code(unit) }] } });
  const report = (time, value) => ({
    "00080023": { Value: ["20260101"] }, "00080033": { Value: [time] },
    "0040A730": { Value: [{ "0040A043": code("126010"), "0040A040": { Value: ["CONTAINER"] }, "0040A730": { Value: [{
      "0040A040": { Value: ["CONTAINER"] }, "0040A043": code("125007"), "0040A730": { Value: [
        { "0040A043": code("112040"), "0040A124": { Value: ["2.25.5"] } }, { "0040A043": code("112039"), "0040A160": { Value: ["T1 lung"] } },
        { "0040A043": code("370129005"), "0040A168": code("USERCALIBRATED") }, num("G-A185", value, "cm"), num("103340004", 12, "mm"), num("1483009", 90, "deg"),
      ] },
    }] } }] },
  });
  const all = newest([...measurementsOfReport(report("120000", 3)), ...measurementsOfReport(report("130000", 4))]);
  assert.deepEqual(all, [{ id: "2.25.5", text: "T1 lung", values: [{ name: "long", value: 40, unit: "mm" }, { name: "short", value: 12, unit: "mm" }], isCalibratedByUser: true, isKnownLength: false, created: "20260101130000" }]);
});
