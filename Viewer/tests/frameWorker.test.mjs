// The worker's way to a frame: decoded here, else asked of the server in native encoding.
import assert from "node:assert/strict";
import { test } from "node:test";

const said = [];
let done = null;
globalThis.self = { postMessage: (message) => { said.push(message); if (message.done) done?.(); } };
const asked = [];
let answers = [];
globalThis.fetch = async (url, { headers }) => {
  if (!String(url).includes("/frames/")) throw new Error("no such file"); // codecs.wasm is not there
  asked.push([String(url).split("/frames/")[1], headers.Accept.match(/transfer-syntax=(\S+)/)[1]]);
  return answers.shift()(url);
};
await import("../app/net/frameWorker.js");

const image = { rows: 1, columns: 2, samplesPerPixel: 1, photometricInterpretation: "MONOCHROME2", bitsAllocated: 8, bitsStored: 8, highBit: 7, pixelRepresentation: 0 };
const parts = (type, bodies, extra = "") => () => new Response(
  Buffer.concat([...bodies.flatMap((body) => [Buffer.from(`--b\r\nContent-Type: ${type}\r\n${extra}\r\n`), Buffer.from(body), Buffer.from("\r\n")]), Buffer.from("--b--\r\n")]),
  { headers: { "Content-Type": 'multipart/related; boundary=b; type="application/octet-stream"' } });
const refused = (status, error) => () => new Response(JSON.stringify({ error }), { status });

function serve(syntax, more, ...given) {
  said.length = asked.length = 0;
  answers = given;
  const frames = more.frames ?? [{ key: "a", number: 1 }];
  return new Promise((resolve) => {
    done = () => resolve([...said]);
    self.onmessage({ data: { id: 1, url: "http://x/instances/1", image: { ...image, transferSyntax: syntax, ...more.image }, frames } });
  });
}
const native = "application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1";

test("uncompressed frames come as they are stored", async () => {
  const [{ frame }] = await serve("1.2.840.10008.1.2.1", {}, parts(native, [[5, 9]]));
  assert.deepEqual([...frame.array], [5, 9]);
  assert.deepEqual(asked, [["1", "*"]]);
});

test("what the page cannot decode is asked of the server, decoded; colours are what the part says they are", async () => {
  const colour = { samplesPerPixel: 3, photometricInterpretation: "YBR_RCT", planarConfiguration: 1 };
  const [{ frame }] = await serve("1.2.840.10008.1.2.4.90", { image: colour }, parts(native, [[1, 2, 3, 4, 5, 6]], "X-Photometric-Interpretation: RGB\r\n"));
  assert.deepEqual([...frame.array], [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(asked, [["1", "1.2.840.10008.1.2.1"]]);
  const [ybr] = await serve("1.2.840.10008.1.2.4.80", { image: colour }, parts(native, [[76, 85, 255, 150, 44, 21]], "x-photometric-interpretation: YBR_FULL\r\n"));
  assert.deepEqual([...ybr.frame.array], [254, 0, 0, 0, 255, 1]);
});

test("without the codecs, and where they fail, only the frames concerned are asked for again", async () => {
  const frames = [{ key: "a", number: 4 }, { key: "b", number: 7 }];
  const answer = await serve("1.2.840.10008.1.2.5", { frames }, parts("image/dicom-rle", [[0], [0]]), parts(native, [[1, 2], [3, 4]]));
  assert.deepEqual(answer.filter(({ frame }) => frame).map(({ key, frame }) => [key, ...frame.array]), [["a", 1, 2], ["b", 3, 4]]);
  assert.deepEqual(asked, [["4,7", "*"], ["4,7", "1.2.840.10008.1.2.1"]]);
});

test("12-bit JPEG is no matter for a browser", async () => {
  const [{ frame }] = await serve("1.2.840.10008.1.2.4.51", { image: { bitsAllocated: 16, bitsStored: 12, highBit: 11 } }, parts(native, [[255, 15, 1, 0]]));
  assert.deepEqual([...frame.array], [4095, 1]);
});

test("refusals are told with the server's words, and what the page could not do beside", async () => {
  const [failed] = await serve("1.2.840.10008.1.2.5", {}, parts("image/dicom-rle", [[0]]), refused(406, "the frame is damaged"));
  assert.match(failed.error, /RLE Lossless is not decoded by this browser · the frame is damaged/);
  assert.deepEqual([failed.keys, failed.status], [["a"], 406]);
  const [gone] = await serve("1.2.840.10008.1.2.1", {}, refused(401, "sign in"));
  assert.deepEqual([gone.keys, gone.status], [["a"], 401]);
});
