import assert from "node:assert/strict";
import { test } from "node:test";
import { compared, copied, creatorOf, differences, filtered, named, opened, rowsOf, tagText, valueText } from "../app/model/attributeRows.js";

const set = {
  "00080008": { vr: "CS", Value: ["ORIGINAL", "PRIMARY", "", null] },
  "00080018": { vr: "UI", Value: ["1.2.3"] },
  "00100010": { vr: "PN", Value: [{ Alphabetic: "Yamada^Tarou", Ideographic: "山田^太郎" }] },
  "00291010": { vr: "OB", InlineBinary: "AAECAw==" },
  "00290010": { vr: "LO", Value: ["ACME CSA"] },
  "00081140": { vr: "SQ", Value: [{ "00081155": { vr: "UI", Value: ["1.2.4"] } }, { "00081155": { vr: "UI", Value: ["1.2.5"] } }] },
  "52009230": { vr: "SQ", Value: [1, 2, 3].map((n) => ({ "00209113": { vr: "SQ", Value: [{ "00200032": { vr: "DS", Value: [0, 0, n] } }] } })) },
  "7FE00010": { vr: "OW", BulkDataURI: "http://x/bulk" },
};

test("values are what the standard writes as text: parts, name groups, empty parts", () => {
  assert.equal(valueText(set["00080008"]), "ORIGINAL\\PRIMARY\\\\");
  assert.equal(valueText(set["00100010"]), "Yamada^Tarou=山田^太郎");
  assert.equal(valueText({ vr: "DS" }), "");
});

test("rows are in the order of tags, items inside sequences, and say how long binary values are", () => {
  const rows = rowsOf(set, 2);
  assert.deepEqual(rows.slice(0, 6).map(({ id, kind, depth }) => [id, kind, depth]), [
    ["00080008", "element", 0], ["00080018", "element", 0], ["00081140", "sequence", 0], ["00081140.1", "item", 1], ["00081140.1.00081155", "element", 2], ["00081140.2", "item", 1]]);
  assert.equal(rows.find(({ tag }) => tag === "00291010").bytes, 4);
  assert.equal(rows.find(({ tag }) => tag === "7FE00010").bulk, "http://x/bulk");
});

test("of the per-frame groups only the shown frame's are rows, and that is told", () => {
  const rows = rowsOf(set, 2);
  const groups = rows.find(({ id }) => id === "52009230");
  assert.deepEqual([groups.count, groups.frame], [3, 2]);
  assert.deepEqual(rows.filter(({ parent }) => parent === "52009230").map(({ number }) => number), [2]);
  assert.equal(rows.find(({ tag }) => tag === "00200032").value, "0\\0\\2");
});

test("a private element belongs to the creator that reserved its block in the same item", () => {
  assert.equal(creatorOf(set, "00291010"), "ACME CSA");
  assert.equal(creatorOf(set, "00291110"), "");
  assert.equal(creatorOf(set, "00290010"), "");
  assert.equal(creatorOf(set, "00280010"), "");
});

test("words are found in tag, name and value; what a match lies in stays", () => {
  const rows = named(rowsOf(set, 2), { entry: (tag) => (tag === "00081155" ? { keyword: "ReferencedSOPInstanceUID", name: "Referenced SOP Instance UID" } : null), uid: (uid) => (uid === "1.2.5" ? "Known" : "") });
  assert.deepEqual(filtered(rows, "sopinstance 1.2.5").map(({ id }) => id), ["00081140", "00081140.2", "00081140.2.00081155"]);
  assert.deepEqual(filtered(rows, "known").map(({ id }) => id), ["00081140", "00081140.2", "00081140.2.00081155"]);
  assert.deepEqual(filtered(rows, "(0010,0010)").map(({ id }) => id), ["00100010"]);
  assert.equal(filtered(rows, "  ").length, rows.length);
});

test("two sets side by side: what one lacks and what differs, in frames of their own", () => {
  const other = structuredClone(set);
  delete other["00080008"];
  other["00080060"] = { vr: "CS", Value: ["MR"] };
  other["00081140"].Value[1]["00081155"].Value = ["1.2.6"];
  const rows = compared(rowsOf(set, 1), rowsOf(other, 3));
  const seen = Object.fromEntries(differences(rows).map(({ id, difference }) => [id, difference]));
  assert.deepEqual(seen, {
    "00080008": "first", "00080060": "second", "00081140": null, "00081140.2": null, "00081140.2.00081155": "changed",
    "52009230": null, "52009230.1": null, "52009230.1.00209113": null, "52009230.1.00209113.1": null, "52009230.1.00209113.1.00200032": "changed",
  });
  assert.equal(rows.find(({ id }) => id === "7FE00010").difference, "unknown");
  assert.deepEqual(rows.map(({ id }) => id).filter((id) => !id.includes(".")), ["00080008", "00080018", "00080060", "00081140", "00100010", "00290010", "00291010", "52009230", "7FE00010"]);
});

test("closed sequences hide all below them", () => {
  const rows = rowsOf(set, 1);
  assert.equal(opened(rows, new Set(["52009230", "00081140"])).length, 8);
});

test("a row is copied as tag, VR, name and value", () => {
  assert.equal(copied({ tag: "00080018", vr: "UI", keyword: "SOPInstanceUID", value: "1.2.3" }), "(0008,0018)\tUI\tSOPInstanceUID\t1.2.3");
  assert.equal(tagText("7FE00010"), "(7FE0,0010)");
});
