// The colour model of a JPEG stream, by its markers (ITU-T T.81 Annex B, T.871, Adobe's APP14).
import assert from "node:assert/strict";
import { test } from "node:test";
import { jpegColour } from "../app/net/jpeg.js";

const segment = (marker, ...content) => [0xff, marker, (content.length + 2) >> 8, (content.length + 2) & 255, ...content];
const text = (string) => [...string].map((c) => c.charCodeAt(0));
const frame = (...ids) => segment(0xc0, 8, 0, 16, 0, 16, 3, ...ids.flatMap((id) => [id, 0x11, 0]));
const stream = (...segments) => Uint8Array.from([0xff, 0xd8, ...segments.flat()]);
const jfif = segment(0xe0, ...text("JFIF\0"), 1, 1, 0, 0, 1, 0, 1, 0, 0);
const adobe = (transform) => segment(0xee, ...text("Adobe"), 0, 100, 0, 0, 0, 0, transform);

for (const [name, bytes, expected] of [
  ["JFIF", stream(jfif, frame(1, 2, 3)), "ycc"],
  ["Adobe, no transform", stream(adobe(0), frame(1, 2, 3)), "rgb"],
  ["Adobe, YCbCr", stream(adobe(1), frame(1, 2, 3)), "ycc"],
  ["JFIF before Adobe", stream(jfif, adobe(0), frame(1, 2, 3)), "ycc"],
  ["components R, G, B", stream(frame(82, 71, 66)), "rgb"],
  ["nothing said", stream(frame(0, 1, 2)), "ycc"],
  ["cut off", stream(jfif).subarray(0, 5), "ycc"],
]) test(name, () => assert.equal(jpegColour(bytes), expected));
