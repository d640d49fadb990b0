// Before sending: ZIP files of other makers and hostile ones, headers, the check table, what pictures become.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { archiveWarnings, checkTable, patientWarnings } from "../app/upload/check.js";
import { crc32 } from "../app/upload/crc32.js";
import { newStudy, newUID, objectOf, problemsOf, studyOf, targets } from "../app/upload/documents.js";
import { gather } from "../app/upload/gather.js";
import { header } from "../app/upload/header.js";
import { fileKey, journal } from "../app/upload/journal.js";
import { jpegOrientation, kindOf } from "../app/upload/kinds.js";
import { entries, open } from "../app/upload/zip.js";

const folder = mkdtempSync(join(tmpdir(), "isocenter-zip-"));
after(() => rmSync(folder, { recursive: true }));
const has = (program, ...args) => { try { execFileSync(program, args, { stdio: "ignore" }); return true; } catch { return false; } };
const python = has("python3", "--version") ? "python3" : null, zip = has("zip", "-v");

/** A ZIP file that Python's zipfile made: the other hand. */
function made(script) {
  const path = join(folder, "made.zip");
  rmSync(path, { force: true });
  execFileSync(python, ["-c", `import zipfile, os, io\npath = ${JSON.stringify(path)}\n${script}`]);
  return new Blob([readFileSync(path)]);
}
const bytesOf = async (blob) => new Uint8Array(await blob.arrayBuffer());
const refused = (promise, reason) => assert.rejects(promise, (error) => error.reason === reason || assert.fail(`${error.reason ?? error} in place of ${reason}`));

test("CRC-32 of the check sequence", () => assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926));

test("ZIP files of Python's zipfile are read, packed and stored", { skip: !python && "no python3" }, async () => {
  const file = made(`
z = zipfile.ZipFile(path, "w")
z.writestr("a/", "")
z.writestr("a/packed.txt", b"abc" * 50000, zipfile.ZIP_DEFLATED)
z.writestr("ö/山.bin", bytes(range(256)), zipfile.ZIP_STORED)
z.writestr("empty", b"")
z.writestr("other", b"q" * 9000, zipfile.ZIP_LZMA)
z.comment = b"a comment"
z.close()`);
  const found = await entries(file);
  assert.deepEqual(found.map(({ name, size, problem }) => [name, size, problem]), [["a/packed.txt", 150000, undefined], ["ö/山.bin", 256, undefined], ["empty", 0, undefined], ["other", 9000, "method"]]);
  assert.deepEqual(await bytesOf(await open(found[0])), new TextEncoder().encode("abc".repeat(50000)));
  assert.deepEqual(await bytesOf(await open(found[1])), Uint8Array.from({ length: 256 }, (_, n) => n));
  assert.equal((await open(found[2])).size, 0);
  assert.equal((await bytesOf(await open(found[0], 10))).length, 10, "no more than is looked at");
  await refused(open(found[3]), "method");
});

test("ZIP files of zip(1), streamed ones with 64 bit sizes too", { skip: !zip && "no zip" }, async () => {
  writeFileSync(join(folder, "image.dcm"), Buffer.alloc(70000, 7));
  execFileSync("zip", ["-q", "-r", "plain.zip", "image.dcm"], { cwd: folder });
  execFileSync("sh", ["-c", "zip -q -fz - image.dcm > wide.zip"], { cwd: folder });
  execFileSync("zip", ["-q", "-P", "secret", "locked.zip", "image.dcm"], { cwd: folder });
  for (const name of ["plain.zip", "wide.zip"]) {
    const [entry] = await entries(new Blob([readFileSync(join(folder, name))]));
    assert.deepEqual([entry.name, entry.size], ["image.dcm", 70000], name);
    assert.deepEqual(await bytesOf(await open(entry)), new Uint8Array(70000).fill(7), name);
  }
  const [locked] = await entries(new Blob([readFileSync(join(folder, "locked.zip"))]));
  await refused(open(locked), "encrypted");
});

test("hostile ZIP files are refused with their reason, and quickly", { skip: !python && "no python3" }, async () => {
  const plain = made(`
z = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED)
z.writestr("one", os.urandom(5000)); z.writestr("two", b"x" * 3000)
z.close()`);
  const bytes = await bytesOf(plain);
  for (const cut of [0, 1, 21, 100, 5100, bytes.length - 1]) await refused(entries(new Blob([bytes.slice(0, cut)])), "truncated");
  const find = (signature, from = 0) => { for (let n = from; ; n++) if (new DataView(bytes.buffer).getUint32(n, true) === signature) return n; };
  const changed = (change) => { const copy = bytes.slice(); change(new DataView(copy.buffer), copy); return new Blob([copy]); };
  const first = find(0x02014b50), second = find(0x02014b50, first + 1), end = find(0x06054b50);

  await refused(entries(changed((data) => data.setUint32(second + 42, 0, true))), "overlap");
  await refused(entries(changed((data) => data.setUint32(first + 42, 0x7fffffff, true))), "damaged");
  await refused(entries(changed((data) => data.setUint32(end + 16, 0x7fffffff, true))), "damaged");
  await refused(entries(changed((data) => data.setUint16(end + 10, 60000, true))), "damaged");
  await refused(entries(changed((data) => data.setUint32(first, 0, true))), "damaged");
  await refused(entries(changed((data) => data.setUint16(first + 28, 60000, true))), "damaged");
  await refused(entries(changed((data) => data.setUint16(end + 4, 3, true))), "split");
  await refused(entries(changed((data) => data.setUint32(second + 24, 0xfffffff0, true))), "bomb");
  const lying = await entries(changed((data) => data.setUint32(second + 24, 10, true)));
  await refused(open(lying[1]), "bomb");
  const wrongSum = await entries(changed((data) => data.setUint32(second + 16, 1, true)));
  await refused(open(wrongSum[1]), "damaged");
  const broken = await entries(changed((_, copy) => copy.fill(0xff, 60, 3000)));
  await refused(open(broken[0]), "damaged");

  const bomb = made(`
z = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED)
z.writestr("zeros", b"\\0" * (64 << 20))
z.close()`);
  await refused(entries(bomb, { entries: 9, directory: 1 << 20, entry: 2 ** 31, total: 1 << 20, ratio: 1e9, ratioFrom: 0 }), "bomb");
  await refused(entries(bomb, { entries: 9, directory: 1 << 20, entry: 2 ** 31, total: 2 ** 36, ratio: 1000, ratioFrom: 1 << 20 }), "bomb");
  await refused(entries(plain, { entries: 1, directory: 1 << 20, entry: 2 ** 31, total: 2 ** 36, ratio: 1000, ratioFrom: 0 }), "tooMany");
});

// MARK: DICOM headers, built by hand from PS3.5 §7.1 and PS3.10 §7.1

const latin = (text) => Uint8Array.from(text, (c) => c.charCodeAt(0));
const join_ = (...parts) => { const all = new Uint8Array(parts.reduce((n, part) => n + part.length, 0)); parts.reduce((at, part) => (all.set(part, at), at + part.length), 0); return all; };
const even = (bytes, pad = 0x20) => (bytes.length % 2 ? join_(bytes, Uint8Array.of(pad)) : bytes);
function element(group, number, vr, value, { big = false, implicit = false, undefinedLength = false } = {}) {
  const bytes = even(typeof value === "string" ? latin(value) : value, vr === "UI" ? 0 : 0x20);
  const long = ["SQ", "OB", "UN"].includes(vr), head = new DataView(new ArrayBuffer(implicit || !long ? 8 : 12));
  head.setUint16(0, group, !big); head.setUint16(2, number, !big);
  const length = undefinedLength ? 0xffffffff : bytes.length;
  if (implicit) head.setUint32(4, length, true);
  else {
    head.setUint8(4, vr.charCodeAt(0)); head.setUint8(5, vr.charCodeAt(1));
    if (long) head.setUint32(8, length, !big); else head.setUint16(6, length, !big);
  }
  return join_(new Uint8Array(head.buffer), bytes);
}
const item = (bytes, end) => join_(Uint8Array.of(0xfe, 0xff, 0x00, 0xe0, ...(end ? [0xff, 0xff, 0xff, 0xff] : [bytes.length & 255, bytes.length >> 8, 0, 0])), bytes, end ? Uint8Array.of(0xfe, 0xff, 0x0d, 0xe0, 0, 0, 0, 0) : new Uint8Array());
const meta = (syntax) => join_(new Uint8Array(128), latin("DICM"), element(2, 0x10, "UI", syntax));
const dataSet = (options = {}, { set = "ISO_IR 100", name = "Müller^Änne", study = "1.2.3", series = "1.2.3.4", instance = "1.2.3.4.5", id = "X1" } = {}) => join_(
  element(8, 5, "CS", set, options), element(8, 0x16, "UI", "1.2.840.10008.5.1.4.1.1.2", options), element(8, 0x18, "UI", instance, options), element(8, 0x20, "DA", "20260503", options), element(8, 0x60, "CS", "CT", options),
  // A sequence of undefined length with an item of undefined length: what is in it is not the object's own.
  element(8, 0x1115, "SQ", join_(item(element(0x10, 0x20, "LO", "WRONG", options), true), Uint8Array.of(0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0)), { ...options, undefinedLength: true }),
  element(0x10, 0x10, "PN", typeof name === "string" ? latin(name) : name, options), element(0x10, 0x20, "LO", id, options), element(0x20, 0xd, "UI", study, options), element(0x20, 0xe, "UI", series, options), element(0x20, 0x11, "IS", "3", options),
  element(0x28, 0x10, options.implicit ? "US" : "US", Uint8Array.of(1, 0), options));

test("what a file says of itself, in every way it may be written", async () => {
  const deflate = async (bytes) => new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"))).arrayBuffer());
  const cases = {
    "explicit little endian": join_(meta("1.2.840.10008.1.2.1"), dataSet()),
    "implicit little endian": join_(meta("1.2.840.10008.1.2"), dataSet({ implicit: true })),
    "deflated": join_(meta("1.2.840.10008.1.2.1.99"), await deflate(dataSet())),
    "without preamble": join_(latin("DICM"), element(2, 0x10, "UI", "1.2.840.10008.1.2.1"), dataSet()),
    "a bare data set": dataSet(),
    "a bare implicit data set": dataSet({ implicit: true }),
  };
  for (const [name, bytes] of Object.entries(cases)) {
    const found = await header(new Blob([bytes]));
    assert.deepEqual([found.patientName, found.patientID, found.study, found.series, found.instance, found.seriesNumber, found.modality, found.studyDate], ["Müller^Änne", "X1", "1.2.3", "1.2.3.4", "1.2.3.4.5", "3", "CT", "20260503"], name);
    assert.equal(kindOf(bytes.subarray(0, 132)), "dicom", name);
  }
});

test("names in the character sets of PS3.5 Annexes H to K", async () => {
  const utf8 = new TextEncoder();
  const cases = [
    ["ISO_IR 192", utf8.encode("قباني^لنزار"), "قباني^لنزار"],
    ["ISO_IR 127", Uint8Array.of(0xe2, 0xc8, 0xc7, 0xe6, 0xea, 0x5e, 0xe4, 0xe6, 0xd2, 0xc7, 0xd1), "قباني^لنزار"], // the Arabic example of PS3.5
    ["\\ISO 2022 IR 87", join_(latin("Yamada^Tarou="), Uint8Array.of(0x1b, 0x24, 0x42, 0x3b, 0x33, 0x45, 0x44, 0x1b, 0x28, 0x42)), "Yamada^Tarou=山田"],
    ["\\ISO 2022 IR 149", join_(latin("Hong^Gildong="), Uint8Array.of(0x1b, 0x24, 0x29, 0x43, 0xfb, 0xf3)), "Hong^Gildong=洪"],
    ["GB18030", Uint8Array.of(0xcd, 0xf5), "王"],
    ["nonsense", latin("plain"), "plain"],
  ];
  for (const [set, name, text] of cases) assert.equal((await header(new Blob([join_(meta("1.2.840.10008.1.2.1"), dataSet({}, { set, name }))]))).patientName, text, set);
});

test("what is no DICOM, cut off or mad is said so, and ends", async () => {
  const whole = join_(meta("1.2.840.10008.1.2.1"), dataSet());
  for (const bytes of [new Uint8Array(), latin("hello"), new Uint8Array(4000), latin("<html>".repeat(100))]) await assert.rejects(header(new Blob([bytes])), { reason: "notDICOM" });
  await assert.rejects(header(new Blob([whole.subarray(0, 140)])), { reason: "damaged" });
  const deep = Array.from({ length: 40 }).reduce((inner) => element(8, 0x1115, "SQ", item(inner, true), { undefinedLength: true }), latin(""));
  await assert.rejects(header(new Blob([join_(meta("1.2.840.10008.1.2.1"), deep)])), { reason: "damaged" });
  for (let n = 0; n < 400; n++) {
    const copy = whole.slice();
    for (let k = 0; k < 4; k++) copy[132 + ((n * 7919 + k * 104729) % (copy.length - 132))] = (n * 31 + k * 17) & 255;
    try { await header(new Blob([copy])); } catch (error) { assert.ok(["damaged", "notDICOM"].includes(error.reason), String(error.stack)); }
  }
});

// MARK: From files to a table

const file = (name, bytes) => Object.assign(new File([bytes], name.split("/").at(-1), { lastModified: 5 }), { fullPath: name });
const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xe1, 0, 34, ...latin("Exif\0\0II*\0"), 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xd9);

test("files become a table: studies, series, pictures, and what is not sent with its reason", async () => {
  const image = (names) => join_(meta("1.2.840.10008.1.2.1"), dataSet({}, names));
  const files = [
    file("cd/IM1", image()), file("cd/IM2", image({ instance: "1.2.3.4.6" })), file("cd/IM2 copy", image({ instance: "1.2.3.4.6" })), file("cd/IM3", image({ series: "1.2.3.9", instance: "1.2.3.9.1" })),
    file("other/A", image({ study: "9.8", series: "9.8.1", instance: "9.8.1.1", name: "Rossi^Ada", id: "R2" })), file("other/B", image({ study: "9.8", series: "9.8.1", instance: "9.8.1.2", name: "Rossi^Bea", id: "R3" })),
    file("photo.jpg", jpeg), file("letter.PDF", latin("%PDF-1.7 …")), file("film.mov", latin("\0\0\0\x20ftypisom....")), file("notes.txt", latin("hello")), file("nothing", new Uint8Array()), file("cut.zip", latin("PK\x03\x04 cut off")),
  ];
  const { studies, others, left } = checkTable(await gather(files, () => {}, new AbortController().signal));
  assert.deepEqual(studies.map(({ uid, items, series }) => [uid, items.length, series.map(({ items: all }) => all.length)]), [["1.2.3", 4, [3, 1]], ["9.8", 2, [2]]]);
  assert.deepEqual(studies[0].warnings, [{ id: "twice", severity: "warning", values: { n: 1 } }]);
  assert.deepEqual(studies[1].warnings.map(({ id, severity }) => [id, severity]), [["mixed", "danger"]]);
  assert.deepEqual(others.map(({ path, kind, orientation }) => [path, kind, orientation]), [["film.mov", "video", undefined], ["letter.PDF", "pdf", undefined], ["photo.jpg", "jpeg", 6]]);
  assert.deepEqual(left.map(({ path, problem }) => [path, problem]), [["cut.zip", "truncated"], ["notes.txt", "unknown"], ["nothing", "empty"]]);
});

test("a ZIP file's entries are looked at like files, a ZIP within is not opened", { skip: !python && "no python3" }, async () => {
  writeFileSync(join(folder, "one.dcm"), join_(meta("1.2.840.10008.1.2.1"), dataSet()));
  const blob = made(`
z = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED)
z.write(${JSON.stringify(join(folder, "one.dcm"))}, "DICOM/IM1")
z.writestr("<img src=x onerror=alert(1)>" + "n" * 200, b"x")
inner = io.BytesIO(); y = zipfile.ZipFile(inner, "w"); y.writestr("a", "b"); y.close()
z.writestr("inner.zip", inner.getvalue())
z.close()`);
  const items = await gather([file("disc.zip", blob)], () => {}, new AbortController().signal);
  assert.deepEqual(items.map(({ path, problem }) => [path.slice(0, 26), problem]).sort(), [["disc.zip/<img src=x onerro", "unknown"], ["disc.zip/DICOM/IM1", undefined], ["disc.zip/inner.zip", "zipInZip"]]);
  const image = items.find(({ facts }) => facts);
  assert.deepEqual(await bytesOf(await image.blob()), new Uint8Array(readFileSync(join(folder, "one.dcm"))));
});

test("warnings that keep a study from the wrong patient", () => {
  const facts = { patientName: "Müller^Änne", patientID: "X1", birthDate: "19700101" };
  const study = { ...facts, items: [{ facts: { instance: "1" } }, { facts: { instance: "2" } }] };
  const ids = (list) => list.map(({ id, severity }) => `${severity}:${id}`);
  const known = (more, instances = []) => ({ patientName: "MULLER^ANNE", patientID: "x1", birthDate: "19700101", instances: new Set(instances), ...more });
  assert.deepEqual(archiveWarnings(study, null), []);
  assert.deepEqual(ids(archiveWarnings(study, known({}))), []);
  assert.deepEqual(ids(archiveWarnings(study, known({}, ["1"]))), ["warning:someThere"]);
  assert.deepEqual(ids(archiveWarnings(study, known({}, ["1", "2"]))), ["warning:allThere"]);
  for (const other of [{ patientID: "X2" }, { patientName: "Meyer^Änne" }, { birthDate: "19700102" }]) assert.deepEqual(ids(archiveWarnings(study, known(other))), ["danger:otherPatientInArchive"]);
  assert.deepEqual(ids(patientWarnings(study, { patientName: "Müller^Änne", patientID: "X1" })), []);
  assert.deepEqual(ids(patientWarnings(study, { patientName: "Müller^Änne", patientID: "X9" })), ["danger:otherPatientOpen"]);
  assert.deepEqual(patientWarnings(study, null), []);
});

test("what pictures and documents become", () => {
  const entered = { family: "O’Neil^=\\", given: "Ada", patientID: "X1", birthDate: "1970-01-31", sex: "F", date: "2026-05-03", description: "Wound", accession: "" };
  const study = newStudy(entered);
  assert.deepEqual(study["00100010"].Value, [{ Alphabetic: "O’Neil   ^Ada" }]);
  assert.deepEqual([study["00100030"].Value, study["00080020"].Value, study["00080050"].Value], [["19700131"], ["20260503"], undefined]);
  for (const [target, { sopClass, modality }] of Object.entries(targets)) {
    const { metadata, location } = objectOf(study, { uid: newUID(), number: 1, description: "x".repeat(80) }, target, { kind: target === "document" ? "pdf" : "jpeg", title: "t" }, 2);
    assert.deepEqual([metadata["00080016"].Value[0], metadata["00080060"].Value[0], metadata["0020000D"]], [sopClass, modality, study["0020000D"]]);
    assert.equal((metadata["7FE00010"] ?? metadata["00420011"]).BulkDataURI, location);
    assert.equal(metadata["0008103E"].Value[0].length, 64);
  }
  assert.match(newUID(), /^2\.25\.[1-9]\d{30,38}$/);
  assert.notEqual(newUID(), newUID());
  assert.deepEqual(Object.keys(studyOf({ "00100020": { vr: "LO", Value: ["X1"] }, "00081190": { vr: "UR" }, "0020000D": { vr: "UI" } })), ["00100020", "0020000D"]);
  assert.deepEqual(problemsOf(entered, "2026-06-01"), []);
  assert.deepEqual(problemsOf({ family: " ", patientID: "", birthDate: "2030-01-01", date: "" }, "2026-06-01"), ["noName", "noID", "bornLater", "noDate"]);
  assert.deepEqual(problemsOf({ family: "x".repeat(65), patientID: "a\\b", date: "2026-06-01" }, "2026-06-01"), ["badID", "longName"]);
});

test("kinds by their first bytes", () => {
  assert.equal(kindOf(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)), "png");
  assert.equal(kindOf(latin("PK\x03\x04")), "zip");
  assert.equal(kindOf(new Uint8Array()), "empty");
  assert.equal(jpegOrientation(jpeg), 6);
  assert.equal(jpegOrientation(Uint8Array.of(0xff, 0xd8, 0xff, 0xe1, 0, 200, ...latin("Exif"))), 1);
});

test("the journal keeps what was begun for two days, and no names", () => {
  const kept = new Map();
  const storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), removeItem: (key) => kept.delete(key) };
  let now = 0;
  const one = journal(storage, "anna", () => now);
  const key = fileKey({ path: "Müller Anna/IM1", size: 5, modified: 6 });
  one.set(key, { at: "u/1" });
  assert.equal(journal(storage, "anna", () => now).get(key).at, "u/1");
  assert.equal(journal(storage, "bert", () => now).get(key), null);
  assert.doesNotMatch([...kept.values()].join(), /Anna|IM1/);
  now = 49 * 3600 * 1000;
  assert.equal(one.get(key), null);
  one.remove(key);
  assert.equal(kept.size, 0);
  assert.equal(journal({ getItem() { throw new Error("forbidden"); }, setItem() { throw new Error("forbidden"); } }, "anna").get("x"), null);
});
