import assert from "node:assert/strict";
import { test } from "node:test";
import zlib from "node:zlib";
import { frameTimes } from "../app/export/frameTimes.js";
import { mp4, runs } from "../app/export/mp4.js";
import { fileName } from "../app/export/names.js";
import { crc, described } from "../app/export/png.js";
import { barBelow, fitsSheet, realSize, spread } from "../app/export/sheet.js";
import { size, webm } from "../app/export/webm.js";
import { isTrueSize, measured, pixelsPerMM, trueZoom } from "../app/model/screenSize.js";

test("the checksum of PNG chunks is that of zlib", () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, n) => (n * 7) & 255);
  if (zlib.crc32) assert.equal(crc(bytes), zlib.crc32(bytes));
  assert.equal(crc(new TextEncoder().encode("123456789")), 0xcbf43926); // the check value of CRC-32/ISO-HDLC
});

test("words are put before the pixels of a PNG, and what is none is refused", () => {
  const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, ...Array(17).fill(0), 0, 0, 0, 0, 0x49, 0x44, 0x41, 0x54]);
  const out = described(png, { Comment: "größer", Empty: "" }, { across: 2000, down: 2000 });
  const text = Buffer.from(out).toString("latin1");
  assert.ok(text.indexOf("iTXt") > 0 && text.indexOf("iTXt") < text.indexOf("IDAT") && text.indexOf("pHYs") < text.indexOf("IDAT"));
  assert.ok(Buffer.from(out).includes(Buffer.from("größer")));
  assert.ok(!text.includes("Empty"));
  assert.throws(() => described(new Uint8Array(40), {}));
});

test("lengths of EBML have as many bytes as they need (RFC 8794 §4.4)", () => {
  assert.deepEqual([...size(0)], [0x80]);
  assert.deepEqual([...size(126)], [0xfe]);
  assert.deepEqual([...size(127)], [0x40, 0x7f]); // all ones mean unknown
  assert.deepEqual([...size(16382)], [0x7f, 0xfe]);
  assert.deepEqual([...size(16383)], [0x20, 0x3f, 0xff]);
});

const film = [0, 40000, 140000].map((time, n) => ({ data: Uint8Array.of(n, n, n), time, duration: [40000, 100000, 40000][n], isKey: n === 0 }));

test("a WebM says how long it is, and an MP4 how long each frame stands", () => {
  const whole = webm({ codec: "V_VP9", width: 320, height: 240, application: "Test" }, film);
  const at = Buffer.from(whole).indexOf(Buffer.from([0x44, 0x89, 0x88]));
  assert.equal(Buffer.from(whole).readDoubleBE(at + 3), 1800); // 180 ms in ticks of 0.1 ms
  const box = Buffer.from(mp4({ width: 320, height: 240, configuration: Uint8Array.of(1) }, film));
  const stts = box.indexOf("stts");
  assert.deepEqual([0, 1, 2, 3, 4, 5, 6].map((n) => box.readUInt32BE(stts + 8 + 4 * n)), [3, 1, 3600, 1, 9000, 1, 3600]);
  const stco = box.indexOf("stco");
  assert.equal(box.readUInt32BE(stco + 12), box.indexOf("mdat") + 4);
  assert.deepEqual(runs([1, 1, 2]), [[2, 1], [1, 2]]);
});

test("frames stand as long as the object says, and a reader's own rate goes before it", () => {
  const set = { "00280009": { vr: "AT", Value: ["00181065"] }, "00181065": { vr: "DS", Value: [0, 30, 50, 40] } };
  assert.deepEqual(frameTimes({ frameTime: 40 }, 4, null, set), { durations: [30000, 50000, 40000, 40000], source: "vector" });
  assert.deepEqual(frameTimes({ frameTime: 40 }, 3, null, set), { durations: [40000, 40000, 40000], source: "recorded" }); // a vector of another length is not believed
  assert.equal(frameTimes({ frameTime: 40 }, 4, { rate: 10, source: "manual" }, set).source, "manual");
  assert.deepEqual(frameTimes({ recommendedFrameRate: 30 }, 3, null).durations, [33333, 33334, 33333]); // nothing drifts
  assert.equal(frameTimes({}, 2, null).source, "default");
});

test("names of files have nothing of the patient unless it is asked, and nothing that a file system takes for something else", () => {
  const of = { study: { patientName: { Alphabetic: "Phantom^Carla" }, patientID: "../PH 1", studyDate: "20260503", modalities: ["CT"] }, series: { modality: "CT", seriesNumber: 3 }, image: { instanceNumber: 7, frames: 1 }, marks: ["lossy"] };
  assert.equal(fileName(of, "png"), "CT_series-3_image-7_lossy.png");
  assert.equal(fileName(of, "png", true), "Phantom-Carla_PH-1_20260503_CT_series-3_image-7_lossy.png");
  assert.equal(fileName({ study: {} }, "zip"), "images.zip");
  assert.equal(fileName({ ...of, image: { instanceNumber: 1, frames: 90 }, frame: 12, marks: [] }, "png"), "CT_series-3_image-1_frame-12.png");
});

test("sizes on paper are those of the patient, turned as the view is", () => {
  assert.deepEqual(realSize({ columns: 100, rows: 50 }, { row: 2, column: 1 }, [1, 0, 0, 1]), { width: 100, height: 100 });
  assert.deepEqual(realSize({ columns: 100, rows: 30 }, { row: 2, column: 1 }, [0, -1, 1, 0]), { width: 60, height: 100 });
  assert.equal(realSize({ columns: 100, rows: 30 }, { row: null, column: null }, [1, 0, 0, 1]), null);
  assert.ok(!fitsSheet({ width: 350, height: 100 }) && fitsSheet({ width: 180, height: 200 }) && !fitsSheet(null));
  assert.deepEqual(barBelow({ width: 100, height: 10 }), { mm: 20, share: 0.2 });
  assert.deepEqual(spread(100, 3), [0, 50, 99]);
  assert.deepEqual(spread(2, 5), [0, 1]);
});

test("a card's length on the screen gives the pixels of a millimetre, whatever the zoom of the page", () => {
  globalThis.screen = { width: 1920, height: 1080 };
  assert.equal(pixelsPerMM(), null);
  assert.ok(!measured("card", 10, 1)); // no screen has such pixels
  assert.ok(measured("card", 428, 2));
  assert.equal(pixelsPerMM(), 10);
  assert.equal(trueZoom({ column: 0.5 }, 10), 5);
  globalThis.screen = { width: 800, height: 600 };
  assert.equal(pixelsPerMM(), null); // another screen
});

test("true size ends with another zoom, or on an image of another spacing", () => {
  const view = { zoom: 5, trueSize: { zoom: 5, source: "patient", instance: "1", column: 0.5 } };
  assert.ok(isTrueSize(view, { sopInstanceUID: "1" }));
  assert.ok(isTrueSize(view, { sopInstanceUID: "2", spacing: { column: 0.5 } }));
  assert.ok(!isTrueSize(view, { sopInstanceUID: "2", spacing: { column: 0.6 } }));
  assert.ok(!isTrueSize({ ...view, zoom: 6 }, { sopInstanceUID: "1" }));
  assert.ok(!isTrueSize({ ...view, trueSize: { ...view.trueSize, source: "user" } }, { sopInstanceUID: "2", spacing: { column: 0.5 } }));
});
