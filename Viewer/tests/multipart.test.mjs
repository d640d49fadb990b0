// RFC 2046 §5.1.1 and PS3.18 §8.6.1.2, with the body cut at every byte.
import assert from "node:assert/strict";
import { test } from "node:test";
import { collector, mediaType, MultipartError, splitter } from "../app/net/multipart.js";

const bytes = (text) => Uint8Array.from(text, (c) => c.charCodeAt(0));

function parts(boundary, chunks) {
  const split = splitter(boundary);
  const list = [];
  let part;
  for (const chunk of chunks) {
    for (const event of split.push(chunk)) {
      if (event.headers) part = { headers: event.headers, pieces: collector(1e6) };
      else if (event.data) part.pieces.add(event.data);
      else list.push({ headers: part.headers, body: String.fromCharCode(...part.pieces.whole()) });
    }
  }
  split.finish();
  return list;
}

// Data that looks like a delimiter for as long as it can: line breaks, dashes, a prefix of the boundary.
const tricky = "\r\n--b\r\n--bounda\r\n\r\n--\r\r\n--boundarx\r\n-";
const body =
  "--boundary\r\nContent-Type: application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1\r\nContent-Location: /a\r\n\r\n" + tricky +
  "\r\n--boundary\r\nContent-Type: image/jpeg\r\n\r\n" +
  "\r\n--boundary  \r\n\r\nlast\r\n--boundary--\r\nepilogue";

function check(chunks) {
  const list = parts("boundary", chunks);
  assert.deepEqual(list.map((part) => part.body), [tricky, "", "last"]);
  assert.equal(list[0].headers["content-location"], "/a");
  assert.equal(list[1].headers["content-type"], "image/jpeg");
  assert.deepEqual(list[2].headers, {});
}

test("whole", () => check([bytes(body)]));

test("cut in two at every byte", () => {
  for (let at = 0; at <= body.length; at++) check([bytes(body.slice(0, at)), bytes(body.slice(at))]);
});

test("a byte at a time, and in chunks of 2 to 40", () => {
  for (let size = 1; size <= 40; size++) {
    const chunks = [];
    for (let at = 0; at < body.length; at += size) chunks.push(bytes(body.slice(at, at + size)));
    check(chunks);
  }
});

test("a preamble is passed over", () => {
  const list = parts("b", [bytes("ignore me\r\n--b\r\nA: 1\r\n\r\nx\r\n--b--")]);
  assert.deepEqual(list.map(({ body: text }) => text), ["x"]);
});

test("binary data of every byte value", () => {
  const all = Uint8Array.from({ length: 65536 }, (_, n) => (n * 31 + (n >> 8)) & 255);
  const text = String.fromCharCode(...all.subarray(0, 30000)) + String.fromCharCode(...all.subarray(30000, 60000));
  const list = parts("q", [bytes(`--q\r\nContent-Type: x/y\r\n\r\n${text}\r\n--q--\r\n`)]);
  assert.equal(list[0].body, text);
});

test("an answer that stops early is an error, wherever it stops", () => {
  const end = body.indexOf("--boundary--") + "--boundary--".length;
  for (let at = 0; at < end; at++) assert.throws(() => parts("boundary", [bytes(body.slice(0, at))]), MultipartError, `stopped at ${at}`);
});

test("limits: headers without end, parts beyond what was expected, no boundary", () => {
  assert.throws(() => parts("b", [bytes("--b\r\n" + "x".repeat(20000))]), MultipartError);
  const small = collector(3);
  small.add(bytes("ab"));
  assert.throws(() => small.add(bytes("cd")), MultipartError);
  assert.throws(() => splitter(undefined), MultipartError);
});

test("media types", () => {
  assert.deepEqual(mediaType('Multipart/Related; type="application/octet-stream"; boundary="a;b\\"c"'), {
    type: "multipart/related", parameters: { type: "application/octet-stream", boundary: 'a;b"c' },
  });
  assert.deepEqual(mediaType("application/octet-stream;transfer-syntax=1.2.3"), { type: "application/octet-stream", parameters: { "transfer-syntax": "1.2.3" } });
  assert.deepEqual(mediaType(null), { type: "", parameters: {} });
});
