import assert from "node:assert/strict";
import { test } from "node:test";
import { apart, belongs, likeSeries, priorsInOrder, studyOf, timeline } from "../app/model/timeline.js";

const study = (uid, date, more = {}) => ({
  studyInstanceUID: uid, patientID: "7", issuerOfPatientID: "A", patientBirthDate: "19500101", studyDate: date, studyTime: "101500", studyDescription: "CT chest", modalities: ["CT"], ...more,
});
const current = study("1", "20260601");

test("the same ID of another issuer, or of none, is another patient", () => {
  const { studies, leftOut } = timeline(current, [current, study("2", "20250601"), study("3", "20240601", { issuerOfPatientID: "B" }), study("4", "20230601", { issuerOfPatientID: "" }), study("5", "20220601", { patientID: "70" })]);
  assert.deepEqual([studies.map(({ studyInstanceUID }) => studyInstanceUID), leftOut], [["2"], 0]);
  assert.deepEqual(timeline(study("1", "20260601", { patientID: "" }), [study("2", "20250601", { patientID: "" })]).studies, [], "no ID is nobody's");
});

test("another birth date under one ID is left out and told; one that is missing is not", () => {
  const { studies, leftOut } = timeline(current, [study("2", "20250601", { patientBirthDate: "19500102" }), study("3", "20240601", { patientBirthDate: "" })]);
  assert.deepEqual([studies.map(({ studyInstanceUID }) => studyInstanceUID), leftOut], [["3"], 1]);
  assert.equal(belongs(current, study("9", "", { patientBirthDate: "19500102" })), false);
});

test("newest first, each with how it stands to the current one", () => {
  const { studies } = timeline(current, [study("2", "20240601"), study("3", "20270101"), study("4", ""), study("5", "20260601", { studyTime: "090000" }), study("6", "20260601")]);
  assert.deepEqual(studies.map(({ studyInstanceUID, relation }) => [studyInstanceUID, relation]), [["3", "later"], ["6", "same"], ["5", "prior"], ["2", "prior"], ["4", "undated"]]);
});

test("how far apart two dates are", () => {
  assert.deepEqual(apart("20260601", "20240501"), { n: 2, unit: "years" });
  assert.deepEqual(apart("20240502", "20260501"), { n: 23, unit: "months" });
  assert.deepEqual(apart("20260301", "20260228"), { n: 1, unit: "days" });
  assert.deepEqual(apart("20240228", "20240301"), { n: 2, unit: "days" }, "a leap year");
  assert.equal(apart("2026", "20240501"), null);
});

test("priors of the same modality and region are hung first, then the newer ones; later studies never", () => {
  const { studies } = timeline(current, [
    study("mr", "20260501", { modalities: ["MR"], studyDescription: "MR head" }), study("abdomen", "20260401", { studyDescription: "CT abdomen" }),
    study("old", "20200101"), study("older", "20190101"), study("later", "20270101"),
  ]);
  assert.deepEqual(priorsInOrder(current, studies).map(({ studyInstanceUID }) => studyInstanceUID), ["old", "older", "abdomen", "mr"]);
});

test("the series of a prior that is like this one", () => {
  const series = (seriesDescription, modality = "CT", more = {}) => ({ seriesDescription, modality, bodyPart: "CHEST", ...more });
  const list = [series("Scout"), series("Lung 1.0"), series("LUNG 5.0"), series("T1", "MR")];
  assert.equal(likeSeries(series("lung 5.0"), list), list[2]);
  assert.equal(likeSeries(series("Liver"), list), list[0], "the first of the modality");
  assert.equal(likeSeries(series("x", "US"), list), null);
  assert.equal(likeSeries(series(""), [series("", "CT", { hasImages: false })]), null);
});

test("a study of a search answer", () => {
  const found = studyOf({ "0020000D": { vr: "UI", Value: ["1.2"] }, "00100020": { vr: "LO", Value: ["7"] }, "00080061": { vr: "CS", Value: ["CT", "SR"] }, "00201208": { vr: "IS", Value: [12] } });
  assert.deepEqual([found.studyInstanceUID, found.patientID, found.issuerOfPatientID, found.modalities, found.instanceCount], ["1.2", "7", "", ["CT", "SR"], 12]);
});
