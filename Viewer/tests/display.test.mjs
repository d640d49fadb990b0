// What an image says of its display, from metadata in the DICOM JSON model. Expected values are written out by hand from PS3.3.
import assert from "node:assert/strict";
import { test } from "node:test";
import { shape } from "../app/cpu/image.js";
import { displayOf } from "../app/model/display.js";
import { decodedBy } from "../app/model/frame.js";
import { levelOf, levelTable } from "../app/model/levels.js";
import { looked, lookupTable } from "../app/model/lookup.js";
import { contrast, maskOf, overlaid, shuttered } from "../app/model/mask.js";
import { paddingRange } from "../app/model/padding.js";
import { expanded } from "../app/model/segmented.js";
import { resolveWindow } from "../app/model/window.js";

const none = () => assert.fail("nothing is linked");
const us = (...Value) => ({ vr: "US", Value });
const ow = (...bytes) => ({ vr: "OW", InlineBinary: btoa(String.fromCharCode(...bytes)) });
const words = (...numbers) => ow(...numbers.flatMap((n) => [n & 255, n >> 8]));
const tags = { descriptor: "00283002", data: "00283006" };
const lut = (descriptor, data, explanation) => ({ "00283002": us(...descriptor), "00283006": data, "00283003": { vr: "LO", Value: [explanation] } });
const grey = (more = {}) => ({ sopInstanceUID: "1", rows: 2, columns: 2, samplesPerPixel: 1, photometricInterpretation: "MONOCHROME2", bitsAllocated: 8, bitsStored: 8, highBit: 7, pixelRepresentation: 0, ...more });

test("tables: below the first entry the first, above the last the last; count 0 is 65,536; a signed first value (C.11.1.1.1)", async () => {
  const table = await lookupTable(lut([3, 10, 12], words(5, 4095, 7)), tags, false, none);
  assert.deepEqual([-1, 10, 11, 12, 99].map((input) => looked(table, input)), [5, 5, 4095, 7, 7]);
  assert.equal((await lookupTable(lut([3, 65534, 12], words(5, 6, 7)), tags, true, none)).first, -2);
  assert.equal((await lookupTable(lut([0, 0, 16], { vr: "OW", BulkDataURI: "x" }), tags, false, async () => new Uint8Array(131072))).entries.length, 65536);
  // Entries of 8 bits: a byte each, or a word each.
  assert.deepEqual([...(await lookupTable(lut([4, 0, 8], ow(1, 2, 3, 4)), tags, false, none)).entries], [1, 2, 3, 4]);
  assert.deepEqual([...(await lookupTable(lut([2, 0, 8], us(1, 2)), tags, false, none)).entries], [1, 2]);
  for (const broken of [lut([3, 0, 7], words(1, 2, 3)), lut([3, 0, 12], words(1, 2)), lut([3, 0], words(1, 2, 3)), { "00283002": us(3, 0, 8) }]) {
    await assert.rejects(lookupTable(broken, tags, false, none));
  }
});

test("segmented palettes: values, a line, a repetition (C.7.9.2)", () => {
  const bytes = (...numbers) => Uint8Array.from(numbers.flatMap((n) => [n & 255, n >> 8]));
  // Two values, a line of 4 from 100 to 300, both again: the line then begins at 100.
  const segments = bytes(0, 2, 0, 100, 1, 4, 300, 2, 2, 0, 0);
  assert.deepEqual([...expanded(segments, 16, 12)], [0, 100, 150, 200, 250, 300, 0, 100, 150, 200, 250, 300]);
  assert.deepEqual([...expanded(Uint8Array.from([0, 1, 9, 1, 2, 5]), 8, 3)], [9, 7, 5]);
  for (const [wrong, count] of [[bytes(1, 4, 300), 4], [bytes(0, 2, 1), 2], [bytes(0, 1, 1), 2], [bytes(3, 1, 1), 1], [bytes(2, 1, 0, 0), 1]]) assert.throws(() => expanded(wrong, 16, count));
});

test("a palette of 16 bits gives its upper byte; one that says 16 and writes 8 its lower", async () => {
  const set = (scale, bits) => Object.fromEntries([1, 2, 3].flatMap((n) => [[`0028110${n}`, us(3, 1, bits)], [`0028120${n}`, words(...[10, 20, 30].map((value) => (value + n) * scale))]]));
  const image = grey({ photometricInterpretation: "PALETTE COLOR", columns: 3, rows: 1 });
  for (const [scale, bits] of [[256, 16], [257, 16], [1, 16], [1, 8]]) {
    const { palette, notes } = await displayOf(set(scale, bits), image, none);
    assert.deepEqual(notes, []);
    const frame = decodedBy(Uint8Array.from([0, 2, 9]), { ...image, palette }, 1);
    assert.deepEqual([...frame.array], [11, 12, 13, 21, 22, 23, 31, 32, 33], `${bits} bits`);
    assert.deepEqual([frame.samples, frame.kind], [3, "rgb8"]);
  }
  assert.deepEqual((await displayOf({ "00281101": us(3, 1, 16) }, image, none)).notes, ["palette"]);
});

test("modality table, then a window; modality table, then a VOI table (PS3.4 N.2)", async () => {
  const set = { "00283000": { vr: "SQ", Value: [lut([4, 0, 12], words(0, 1000, 2000, 4000), "OD")] }, "00283010": { vr: "SQ", Value: [lut([2, 1000, 8], words(51, 255), "steep")] } };
  const image = { ...grey({ bitsStored: 2, highBit: 1 }), ...(await displayOf(set, grey({ bitsStored: 2, highBit: 1 }), none)) };
  assert.equal(image.voiLUTs[0].explanation, "steep");
  // LINEAR_EXACT from 0 to 4000: 0, 63.75, 127.5, 255.
  assert.deepEqual([...levelTable(image, { name: "LINEAR_EXACT", center: 2000, width: 4000 }).values], [0, 64, 128, 255]);
  const chosen = resolveWindow({ kind: "default" }, image, "DX", null);
  assert.equal(chosen.lut, image.voiLUTs[0]);
  assert.equal(chosen.explanation, "steep");
  assert.deepEqual([...levelTable(image, chosen).values], [51, 51, 255, 255]);
  assert.equal(levelTable({ ...image, bitsAllocated: 32, bitsStored: 32 }, chosen), null);
});

test("a VOI table after a rescale below 0 has a signed first value", async () => {
  const image = grey({ rescaleSlope: 1, rescaleIntercept: -128 });
  const { voiLUTs } = await displayOf({ "00283010": { vr: "SQ", Value: [lut([2, 65535, 8], words(10, 20), "")] } }, image, none);
  assert.equal(voiLUTs[0].first, -1);
  const table = levelTable(image, { lut: voiLUTs[0], pair: 0 });
  assert.deepEqual([0, 127, 128, 255].map((stored) => levelOf(table, stored)), [10, 10, 20, 20]);
});

test("padding: a value, a range, one that Bits Stored cannot hold; signed whatever its VR (C.7.5.1.1.2)", () => {
  assert.deepEqual(paddingRange(grey({ pixelPaddingValue: 7 })), [7, 7]);
  assert.deepEqual(paddingRange(grey({ pixelPaddingValue: 9, pixelPaddingRangeLimit: 4 })), [4, 9]);
  assert.equal(paddingRange(grey({ pixelPaddingValue: 300 })), null);
  assert.deepEqual(paddingRange(grey({ bitsAllocated: 16, bitsStored: 16, pixelRepresentation: 1, pixelPaddingValue: 63536 })), [-2000, -2000]);
  assert.equal(paddingRange({ ...grey({ pixelPaddingValue: 7 }), photometricInterpretation: "RGB" }), null);
});

const overlay = (group, rows, columns, origin, bits, more = {}) => Object.fromEntries(Object.entries({
  "0010": us(rows), "0011": us(columns), "0040": { vr: "CS", Value: ["G"] }, "0050": { vr: "SS", Value: origin }, "0100": us(1), "0102": us(0),
  ...(bits && { 3000: ow(...bits) }), ...more,
}).map(([element, value]) => [group + element, value]));

test("overlays: an origin outside the image, another size, planes for frames (C.9.2)", async () => {
  const image = grey({ rows: 3, columns: 4 });
  const mask = async (set, frame = 1) => maskOf({ ...image, ...(await displayOf(set, image, none)) }, frame);
  // 2 × 3 bits 101 110, its first row above the image: the second lies on row 1, columns 2 and 3.
  assert.deepEqual([...(await mask(overlay("6000", 2, 3, [0, 2], [0b011101, 0])))], [0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  // Two planes of 1 × 3 bits from frame 2 on: 100 and 011.
  const planes = overlay("6002", 1, 3, [1, 1], [0b110001, 0], { "0015": { vr: "IS", Value: [2] }, "0051": us(2) });
  assert.equal(await mask(planes, 1), null);
  assert.deepEqual([...(await mask(planes, 2))].slice(0, 4), [1, 0, 0, 0]);
  assert.deepEqual([...(await mask(planes, 3))].slice(0, 4), [0, 1, 1, 0]);
  const region = await displayOf(overlay("6000", 1, 2, [1, 1], [3, 0], { "0040": { vr: "CS", Value: ["R"] } }), image, none);
  assert.deepEqual(region.notes, ["region"]);
  assert.equal(maskOf({ ...image, ...region }, 1), null);
  assert.deepEqual((await displayOf(overlay("6000", 9, 9, [1, 1], [1, 2]), image, none)).notes, ["overlay"]);
});

test("an overlay in bit 15 of the pixel data", async () => {
  const image = grey({ bitsAllocated: 16, bitsStored: 12, highBit: 11 });
  const display = await displayOf(overlay("6000", 2, 2, [1, 1], null, { "0100": us(16), "0102": us(15) }), image, none);
  const frame = decodedBy(Uint8Array.from([0x34, 0x82, 1, 0, 2, 0, 0xff, 0x8f]), { ...image, ...display }, 1);
  assert.deepEqual([...frame.array], [0x234, 1, 2, 0xfff]);
  assert.deepEqual([...frame.mask], [1, 0, 0, 1]);
});

const hidden = (set, rows, columns, more = {}) => displayOf(set, grey({ rows, columns }), none)
  .then((display) => maskOf({ ...grey({ rows, columns }), ...display, ...more }, 1)).then((mask) => [...mask].map((bits) => (bits & shuttered ? 1 : 0)));
const cs = (...Value) => ({ vr: "CS", Value });
const is = (...Value) => ({ vr: "IS", Value });

test("shutters: what lies on an edge is seen; shapes intersect; a bitmap hides (C.7.6.11, C.7.6.15)", async () => {
  const rectangle = { "00181600": cs("RECTANGULAR"), "00181602": is(2), "00181604": is(3), "00181606": is(1), "00181608": is(2) };
  assert.deepEqual(await hidden(rectangle, 3, 4), [1, 0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 1]);
  const circle = { "00181600": cs("CIRCULAR"), "00181610": is(2, 2), "00181612": is(1) };
  assert.deepEqual(await hidden(circle, 3, 3), [1, 0, 1, 0, 0, 0, 1, 0, 1]);
  const triangle = { "00181600": cs("POLYGONAL"), "00181620": is(1, 1, 3, 1, 3, 3) };
  assert.deepEqual(await hidden(triangle, 3, 3), [0, 1, 1, 0, 0, 1, 0, 0, 0]);
  assert.deepEqual(await hidden({ ...rectangle, ...circle, "00181600": cs("RECTANGULAR", "CIRCULAR") }, 3, 4), [1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1]);
  const bitmap = { "00181600": cs("BITMAP"), "00181623": us(0x6000), ...overlay("6000", 1, 2, [1, 1], [0b10, 0]) };
  assert.deepEqual(await hidden(bitmap, 1, 2), [0, 1]);
  assert.equal((await displayOf({ ...rectangle, "00181622": us(32768) }, grey(), none)).shutter.grey, 128);
  assert.equal((await displayOf({ "00181600": cs("CIRCULAR"), "00181610": is(2, 2) }, grey(), none)).shutter, null);
});

test("on screen: shutters fill, overlays contrast with what is there, padding stays black (CPU)", () => {
  const frame = { kind: "u8", samples: 1, rows: 1, columns: 5, array: Uint8Array.from([10, 200, 10, 255, 7]), mask: Uint8Array.from([overlaid, overlaid, shuttered, 0, shuttered | overlaid]) };
  const table = { key: "k", first: 0, values: Uint8Array.from({ length: 256 }, (_, n) => n) };
  const shown = (more) => [...shape(frame, { table, transfer: null, inverted: false, padding: [255, 255], planes: true, shutter: 128, ...more })].filter((_, n) => n % 4 === 0);
  assert.deepEqual(shown({}), [255, 0, 128, 0, 255]);
  assert.deepEqual(shown({ inverted: true }), [0, 255, 128, 0, 255]);
  assert.deepEqual(shown({ planes: false }), [10, 200, 10, 0, 7]);
  assert.deepEqual([contrast(128, 128, 128), contrast(129, 129, 129), contrast(255, 0, 0)], [255, 0, 255]);
});

test("what is not applied is a note", async () => {
  assert.deepEqual((await displayOf({ "00281101": us(1, 0, 16), "00089205": cs("COLOR"), "20500010": { vr: "SQ", Value: [{}] } }, grey(), none)).notes, ["supplemental", "presentation"]);
  assert.deepEqual((await displayOf({ "00283000": { vr: "SQ", Value: [{}] } }, grey(), none)).notes, ["modality"]);
});
