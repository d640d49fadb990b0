import assert from "node:assert/strict";
import { test } from "node:test";
import { add, calibrationsOf, marksOf } from "../app/marks/edits.js";
import { isWhole } from "../app/marks/kinds.js";
import { marksOfReport } from "../app/marks/report.js";
import { byUser, mayReachSeries, scaleOf } from "../app/marks/scale.js";
import { choiceOf, editable, isPreset, ownPresets, withList } from "../app/model/presets.js";
import { presetsFor, resolveWindow } from "../app/model/window.js";

const known = (more) => ({ id: "2.25.1", kind: "calibration", series: "1", instance: "1.1", frame: 1, points: [[0, 0], [100, 0]], millimetres: 50, ...more });
const image = { sopInstanceUID: "1.2", columns: 512, rows: 256, spacing: { source: "none", row: null, column: null, warnings: [], regions: [] } };
const mark = { series: "1", instance: "1.2", frame: 1, points: [[1, 1], [2, 2]] };

test("a known length holds for its image, and for images of its size in the series where that was said", () => {
  assert.equal(scaleOf(mark, image, [known()]).source, "none");
  assert.deepEqual(scaleOf(mark, image, [known({ reach: "series", matrix: [512, 256] })]), { row: 0.5, column: 0.5, source: "user", words: "", reason: null });
  assert.equal(scaleOf(mark, image, [known({ reach: "series", matrix: [512, 512] })]).source, "none");
  assert.equal(scaleOf({ ...mark, series: "2" }, image, [known({ reach: "series", matrix: [512, 256] })]).source, "none");
  // A length on the image itself goes before that of the series.
  const own = known({ id: "2.25.2", instance: "1.2", millimetres: 20 });
  assert.equal(byUser(mark, image, [known({ reach: "series", matrix: [512, 256] }), own]).column, 0.2);
});

test("a series is not calibrated where its images say their own size, or where no other has that size", () => {
  const other = { ...image, sopInstanceUID: "1.3" };
  assert.ok(mayReachSeries(image, [image, other]));
  assert.ok(!mayReachSeries(image, [image]));
  assert.ok(!mayReachSeries(image, [image, { ...other, rows: 100 }]));
  assert.ok(!mayReachSeries({ ...image, spacing: { source: "patient", row: 1, column: 1 } }, [image, other]));
});

test("one length a series; the matrix of one that a report gave is its image's", () => {
  let state = add({ marks: [] }, known({ reach: "series", matrix: [512, 256] }));
  state = add(state, known({ id: "2.25.3", instance: "1.9", reach: "series", matrix: [512, 256] }));
  assert.deepEqual(marksOf(state).map(({ id }) => id), ["2.25.3"]);
  const read = calibrationsOf({ marks: [known({ reach: "series" })] }, () => image);
  assert.deepEqual(read[0].matrix, [512, 256]);
  assert.ok(isWhole(known({ reach: "series", matrix: [512, 256] })) && isWhole(known({ reach: "series" })) && !isWhole(known({ reach: "series", matrix: ["a", 1] })));
});

test("a known length in a report is one again", () => {
  const code = (value, scheme) => ({ vr: "SQ", Value: [{ "00080100": { Value: [value] }, "00080102": { Value: [scheme] } }] });
  const image = { "0040A040": { Value: ["IMAGE"] }, "00081199": { Value: [{ "00081155": { Value: ["1.1"] }, "00081150": { Value: ["1.2.840"] } }] } };
  const line = { "0040A040": { Value: ["SCOORD"] }, "00700022": { Value: [10, 20, 110, 20] }, "00700023": { Value: ["POLYLINE"] }, "0040A730": { Value: [image] } };
  const group = (method) => ({
    "0040A040": { Value: ["CONTAINER"] }, "0040A043": code("125007", "DCM"), "0040A730": { Value: [
      { "0040A040": { Value: ["UIDREF"] }, "0040A043": code("112040", "DCM"), "0040A124": { Value: ["2.25.77"] } },
      { "0040A040": { Value: ["CODE"] }, "0040A043": code("370129005", "SCT"), "0040A168": code(method, "99ISOCENTER") },
      { "0040A040": { Value: ["NUM"] }, "0040A043": code("410668003", "SCT"), "0040A300": { Value: [{ "0040A30A": { Value: ["50"] } }] }, "0040A730": { Value: [line] } },
    ] },
  });
  const report = (method) => marksOfReport({ "0040A730": { Value: [group(method)] } }).marks[0];
  const read = report("KNOWNINSERIES");
  assert.deepEqual([read.kind, read.millimetres, read.reach, read.points], ["calibration", 50, "series", [[10, 20], [110, 20]]]);
  assert.equal(report("KNOWNLENGTH").reach, "image");
  assert.equal(report("USERCALIBRATED").kind, "length");
});

test("the reader's windows take the place of the shipped ones, where Hounsfield units are", () => {
  const own = ownPresets({ CT: [{ id: "own-1", title: "Mine", center: 50, width: 250 }, { id: "x", title: "", center: 1, width: 1 }], MR: "broken" });
  const ct = { photometricInterpretation: "MONOCHROME2", rescaleIntercept: -1024, rescaleSlope: 1 };
  assert.deepEqual(presetsFor(ct, "CT", own), [{ id: "own-1", title: "Mine", center: 50, width: 250, key: "3" }]);
  assert.deepEqual(presetsFor({ ...ct, rescaleIntercept: null }, "CT", own), []);
  assert.equal(presetsFor(ct, "CT")[0].id, "brain");
  const choice = choiceOf(own.CT[0]);
  assert.deepEqual(resolveWindow(choice, ct, "CT", null), { center: 50, width: 250, name: "LINEAR", from: "preset", explanation: "own-1", title: "Mine" });
  assert.notEqual(resolveWindow(choice, { ...ct, rescaleIntercept: null }, "CT", { min: 0, max: 9, low: 0, high: 9 }).from, "preset");
  assert.deepEqual(choiceOf({ id: "brain", center: 40, width: 80, key: "3" }), { kind: "preset", id: "brain" });
});

test("editing begins with the shipped list and goes back to it", () => {
  const list = editable({}, "CT", (id) => id.toUpperCase());
  assert.deepEqual(list[0], { id: "brain", title: "BRAIN", center: 40, width: 80 });
  assert.deepEqual(withList({ MR: [] }, "CT", [{ ...list[0], title: " Head ", extra: 1 }]), { MR: [], CT: [{ id: "brain", title: "Head", center: 40, width: 80 }] });
  assert.deepEqual(withList({ CT: [], MR: [] }, "CT", null), { MR: [] });
  assert.ok(isPreset({ title: "a", center: 0, width: 0.5 }) && !isPreset({ title: "a", center: NaN, width: 5 }) && !isPreset({ title: "a", center: 0, width: 0 }));
});
