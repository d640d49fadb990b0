// PS3.5 §8: stored values from frame bytes. Expected values are written out by hand.
import assert from "node:assert/strict";
import { test } from "node:test";
import { PixelError, unpack } from "../app/model/pixels.js";
import { shape } from "../app/cpu/image.js";
import { transfer } from "../app/model/voi.js";

const grey = (bits, more = {}) => ({ rows: 1, columns: 2, samplesPerPixel: 1, photometricInterpretation: "MONOCHROME2", bitsAllocated: bits, bitsStored: bits, highBit: bits - 1, pixelRepresentation: 0, ...more });
const values = (bytes, description, big) => [...unpack(Uint8Array.from(bytes), description, big).array];

for (const [name, bytes, description, expected, kind, big] of [
  ["16 bit unsigned", [1, 2, 255, 255], grey(16), [0x0201, 0xffff], "u16"],
  ["16 bit signed", [0, 0x80, 255, 255], grey(16, { pixelRepresentation: 1 }), [-32768, -1], "i16"],
  ["16 bit big endian", [1, 2, 0, 5], grey(16), [0x0102, 5], "u16", true],
  ["12 in 16 signed, an overlay in bit 15", [0xff, 0x8f, 0xff, 0x07], grey(16, { bitsStored: 12, highBit: 11, pixelRepresentation: 1 }), [-1, 2047], "i16"],
  ["12 in 16 unsigned, rubbish above", [0x34, 0xf2, 0xff, 0x0f], grey(16, { bitsStored: 12, highBit: 11 }), [0x234, 0xfff], "u16"],
  ["12 in 16, high bit 15", [0xf0, 0xff, 0x10, 0x00], grey(16, { bitsStored: 12, highBit: 15 }), [0xfff, 1], "u16"],
  ["12 in 16, high bit 15, signed", [0xf0, 0xff, 0x10, 0x80], grey(16, { bitsStored: 12, highBit: 15, pixelRepresentation: 1 }), [-1, -2047], "i16"],
  ["8 bit signed", [0x80, 0x7f], grey(8, { pixelRepresentation: 1 }), [-128, 127], "i8"],
  ["6 in 8", [0xff, 0x41], grey(8, { bitsStored: 6, highBit: 5 }), [63, 1], "u8"],
  ["32 bit unsigned", [255, 255, 255, 255, 1, 0, 0, 0], grey(32), [4294967295, 1], "u32"],
  ["32 bit signed big endian", [255, 255, 255, 254, 0, 0, 0, 9], grey(32, { pixelRepresentation: 1 }), [-2, 9], "i32", true],
  ["float", [0, 0, 0xc0, 0x3f, 0, 0, 0, 0xc0], grey(32, { pixelRepresentation: null, bitsStored: null, highBit: null }), [1.5, -2], "f32"],
  ["1 bit, least significant first", [0b00000010], grey(1), [0, 1], "u8"],
]) {
  test(name, () => {
    const frame = unpack(Uint8Array.from(bytes), description, big);
    assert.deepEqual([...frame.array], expected);
    assert.equal(frame.kind, kind);
  });
}

const colour = (model, planar = 0, more = {}) => ({ rows: 1, columns: 2, samplesPerPixel: 3, photometricInterpretation: model, bitsAllocated: 8, bitsStored: 8, highBit: 7, pixelRepresentation: 0, planarConfiguration: planar, ...more });

test("RGB by pixel and by plane", () => {
  assert.deepEqual(values([1, 2, 3, 4, 5, 6], colour("RGB")), [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(values([1, 4, 2, 5, 3, 6], colour("RGB", 1)), [1, 2, 3, 4, 5, 6]);
});

test("YBR_FULL: grey stays grey, red is red (C.7.6.3.1.2)", () => {
  assert.deepEqual(values([200, 128, 128, 76, 85, 255], colour("YBR_FULL")), [200, 200, 200, 254, 0, 0]);
});

test("YBR_FULL_422: two luminances share a chroma; odd widths end whole", () => {
  assert.deepEqual(values([10, 20, 128, 128], colour("YBR_FULL_422")), [10, 10, 10, 20, 20, 20]);
});

test("16-bit colour takes the nearest of eight bits", () => {
  assert.deepEqual(values([0, 0xff, 0, 0x80, 0xff, 0x01, 0, 0, 0, 0, 0, 0], colour("RGB", 0, { bitsAllocated: 16, bitsStored: 16 })).slice(0, 3), [254, 128, 2]);
});

test("what cannot be right is refused: short frames, absurd sizes, impossible bits, unknown models", () => {
  for (const [bytes, description] of [
    [[1, 2, 3], grey(16)],
    [[1], grey(16, { rows: 60000, columns: 60000 })],
    [[1, 2], grey(8, { bitsStored: 9, highBit: 8 })],
    [[1, 2], grey(8, { bitsStored: 8, highBit: 3 })],
    [[1, 2], grey(12)],
    [[1, 2, 3, 4, 5, 6], colour("CMYK")],
    [[1, 2], grey(8, { rows: 0 })],
  ]) assert.throws(() => unpack(Uint8Array.from(bytes), description), PixelError, JSON.stringify(description));
});

test("a frame longer than its pixels is padding, not an error", () => {
  assert.deepEqual(values([7, 8, 0], grey(8)), [7, 8]);
});

test("MONOCHROME1 inverts last; padding stays black, also inverted", () => {
  const frame = { ...unpack(Uint8Array.from([0, 100, 200, 255]), grey(8, { columns: 4 })), rows: 1, columns: 4 };
  const look = { transfer: transfer({ slope: 1, intercept: 0, name: "LINEAR", center: 128, width: 256 }), padding: [255, 255] };
  const shown = (inverted) => [...shape(frame, { ...look, inverted })].filter((_, n) => n % 4 === 0);
  assert.deepEqual(shown(false), [0, 100, 200, 0]);
  assert.deepEqual(shown(true), [255, 155, 55, 0]);
});
