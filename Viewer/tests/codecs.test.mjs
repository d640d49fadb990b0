import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { DecodeError, decodes, loadDecoder } from "../app/codecs/decoder.js";

const file = new URL("../app/codecs/codecs.wasm", import.meta.url);
const skip = existsSync(file) ? false : "codecs.wasm is not built: Tools/build-wasm";
const decoder = skip ? null : await loadDecoder(readFileSync(file));
const image = { rows: 2, columns: 3, samplesPerPixel: 1, bitsAllocated: 8, photometricInterpretation: "MONOCHROME2" };

/** The same frames of other encoders that the unit tests decode natively. */
const vectors = readFileSync(new URL("../../Tests/Fixtures/codecs/vectors.tsv", import.meta.url), "utf8").trim().split("\n").slice(1)
  .map((line) => line.split("\t"))
  .map(([name, syntax, rows, columns, samples, bits, sha256, frame]) => ({
    name, syntax, sha256, frame: new Uint8Array(Buffer.from(frame, "base64")),
    image: { rows: +rows, columns: +columns, samplesPerPixel: +samples, bitsAllocated: +bits, photometricInterpretation: samples === "3" ? "RGB" : "MONOCHROME2" },
  }));

test("vectors decode to the samples they were made from", { skip }, () => {
  assert.equal(vectors.length, 65);
  for (const { name, syntax, sha256, frame, image } of vectors) {
    assert.ok(decodes(syntax), syntax);
    const { bytes, description } = decoder.decode(syntax, frame, image);
    assert.equal(createHash("sha256").update(bytes).digest("hex"), sha256, name);
    assert.equal(description.photometricInterpretation, image.photometricInterpretation);
  }
});

test("bad frames are an error in words, and the next one decodes", { skip }, () => {
  const [good] = vectors;
  for (const { name, syntax, frame, image } of vectors) {
    for (const cut of [0, 1, 3, frame.length >> 2, frame.length >> 1]) {
      assert.throws(() => decoder.decode(syntax, frame.subarray(0, cut), image), (error) => error instanceof DecodeError && /byte \d+ of the frame/.test(error.message), `${name} ${cut}`);
    }
    assert.throws(() => decoder.decode(syntax, frame, { ...image, rows: image.rows + 1 }), DecodeError);
  }
  const { bytes } = decoder.decode(good.syntax, good.frame, good.image);
  assert.equal(createHash("sha256").update(bytes).digest("hex"), good.sha256);
});

test("frames no one can hold, and syntaxes of others, are refused", { skip }, () => {
  assert.ok(!decodes("1.2.840.10008.1.2.4.90"));
  assert.throws(() => decoder.decode("1.2.840.10008.1.2.4.90", new Uint8Array(4), image), DecodeError);
  assert.throws(() => decoder.decode("1.2.840.10008.1.2.5", new Uint8Array(4), { ...image, rows: 65535, columns: 65535 }), DecodeError);
  assert.throws(() => decoder.decode("1.2.840.10008.1.2.5", new Uint8Array(4), { ...image, rows: undefined }), DecodeError);
});

test("chroma is not shared once a frame is decoded", { skip }, () => {
  const rgb = vectors.find(({ name }) => name === "rgb8-dcmtk-rle");
  const { description } = decoder.decode(rgb.syntax, rgb.frame, { ...rgb.image, photometricInterpretation: "YBR_FULL_422", planarConfiguration: 1 });
  assert.equal(description.photometricInterpretation, "YBR_FULL");
  assert.equal(description.planarConfiguration, 0);
});

test("memory is given back: a thousand frames need no more than one", { skip }, async () => {
  const module = new WebAssembly.Module(readFileSync(file));
  const { exports } = new WebAssembly.Instance(module);
  const { frame, image } = vectors.find(({ name }) => name === "grey16-dcmtk-6");
  const decode = () => {
    const input = exports.allocate(frame.length), output = exports.allocate(image.rows * image.columns * 2);
    new Uint8Array(exports.memory.buffer, input, frame.length).set(frame);
    const failed = exports.decode(2, input, frame.length, image.rows, image.columns, 1, 16, output, image.rows * image.columns * 2);
    exports.release(input);
    exports.release(output);
    return failed;
  };
  assert.equal(decode(), 0);
  const before = exports.memory.buffer.byteLength;
  for (let n = 0; n < 1000; n++) decode();
  assert.equal(exports.memory.buffer.byteLength, before);
});
