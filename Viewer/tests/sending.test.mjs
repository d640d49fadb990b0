// Uploads in pieces against a server of a few lines that follows docs/develop/http-api.md, with whatever can go wrong in between.
import assert from "node:assert/strict";
import { test } from "node:test";
globalThis.document = { baseURI: "http://archive/prefix/" };
const { SessionEnded, answer, composedBody, limits, send } = await import("../app/net/upload.js");
const { tally, uploadQueue } = await import("../app/upload/queue.js");

Object.assign(limits, { large: 100, piece: 40, pauses: [1] });
const stored = JSON.stringify({ "00081199": { vr: "SQ", Value: [{ "00081155": { vr: "UI", Value: ["1.2"] } }] } });
const bytes = (length, seed = 1) => Uint8Array.from({ length }, (_, n) => (n * 7 + seed) & 255);

/** `trouble(method, path, number)` may answer in the server's place, or throw, before (`"before"`) or after (`"after"`) it has done its work. */
function server(trouble = () => {}) {
  const uploads = new Map(), log = [], whole = [];
  let number = 0, made = 0;
  const done = (status, headers = {}, body = "") => new Response([204, 304].includes(status) ? null : body, { status, headers });
  const lost = () => { throw new TypeError("network error"); };
  async function work(method, path, body, headers) {
    if (path === "/prefix/dicom-web/studies") { whole.push(new Uint8Array(await body.arrayBuffer())); return done(200, { "Content-Type": "application/dicom+json" }, stored); }
    if (method === "POST") {
      const id = `u${++made}`;
      uploads.set(id, { length: JSON.parse(body).length, data: [], isStored: false });
      return done(201, { Location: `http://inner/dicom-web/uploads/${id}` });
    }
    const id = path.split("/").at(-1), upload = uploads.get(id);
    if (!upload) return done(404, {}, '{"error":"there is no such upload"}');
    const state = () => ({ "Upload-Offset": String(upload.data.length), "Upload-Complete": upload.isStored ? "?1" : "?0" });
    if (method === "HEAD") return done(204, state());
    if (method === "DELETE") { uploads.delete(id); return done(204); }
    if (method === "GET") return done(200, { ...state(), "Content-Type": "application/dicom+json" }, stored);
    if (upload.isStored || Number(headers["Upload-Offset"]) !== upload.data.length) return done(409, { ...state(), "Content-Type": "application/json" }, '{"error":"elsewhere"}');
    upload.data.push(...new Uint8Array(await body.arrayBuffer()));
    if (upload.data.length < upload.length) return done(204, state());
    upload.isStored = true;
    whole.push(Uint8Array.from(upload.data));
    return done(200, { ...state(), "Content-Type": "application/dicom+json" }, stored);
  }
  globalThis.fetch = async (address, { method = "GET", body, headers = {}, signal } = {}) => {
    signal?.throwIfAborted();
    const path = new URL(address).pathname, n = number++;
    log.push(method);
    const what = trouble(method, path, n);
    signal?.throwIfAborted();
    if (what === "before") lost();
    if (what instanceof Response) return what;
    const response = await work(method, path, body, headers);
    if (what === "half") { uploads.get(path.split("/").at(-1)).data.length -= 7; lost(); }
    return what === "after" ? lost() : response;
  };
  return { uploads, log, whole };
}
function memory() {
  const kept = new Map();
  return { kept, get: (key) => structuredClone(kept.get(key)) ?? null, set: (key, entry) => kept.set(key, structuredClone(entry)), remove: (key) => kept.delete(key) };
}
const go = (data, journal = memory(), more = {}) => send({ type: "application/dicom", body: new Blob([data]) }, { key: "k", journal, told() {}, signal: new AbortController().signal, ...more });

test("small ones go at once, large ones in pieces; the address keeps the page's own prefix", async () => {
  const at = server();
  assert.equal((await go(bytes(99))).state, "stored");
  assert.equal((await go(bytes(130))).state, "stored");
  assert.deepEqual(at.log, ["POST", "POST", "PATCH", "PATCH", "PATCH", "PATCH"]);
  assert.deepEqual(at.whole, [bytes(99), bytes(130)]);
});

for (const how of ["before", "after", "half"]) {
  test(`a connection that breaks ${how} each piece: what arrives is the file, once`, async () => {
    const broken = new Set();
    const at = server((method, path, n) => { if (method === "PATCH" && broken.size < 4 && !broken.has(n)) { broken.add(n); return how; } });
    const journal = memory(), told = [];
    assert.deepEqual(await go(bytes(190), journal, { told: (state) => told.push(state) }), { state: "stored" });
    assert.deepEqual(at.whole, [bytes(190)]);
    assert.ok(told.some(({ state, reason }) => state === "waiting" && reason === "network"));
    assert.equal(journal.kept.size, 0);
  });
}

test("the answer to the last piece is lost: it is asked for, and the object is not stored twice", async () => {
  let lost = 0;
  const at = server((method, path, n) => (method === "PATCH" && n === 4 && !lost++ ? "after" : undefined));
  assert.equal((await go(bytes(130))).state, "stored");
  assert.equal(at.whole.length, 1);
  assert.equal(at.log.at(-1), "GET");
});

test("a connection that stays away is said to be, never called stored; later it goes on", async () => {
  let isAway = false;
  const at = server((method, path, n) => { if (n >= 3 && isAway) return "before"; if (n === 3) { isAway = true; return "before"; } });
  const journal = memory();
  assert.deepEqual(await go(bytes(190), journal), { state: "failed", reason: "network" });
  assert.equal(at.whole.length, 0);
  isAway = null;
  at.log.length = 0;
  assert.equal((await go(bytes(190), journal)).state, "stored");
  assert.equal(at.log[0], "HEAD");
  assert.deepEqual(at.whole, [bytes(190)]);
});

test("another file of the same name and size begins anew: nobody gets half of each", async () => {
  const at = server((method, path, n) => (n >= 3 && n < 12 ? "before" : undefined));
  const journal = memory();
  assert.equal((await go(bytes(190), journal)).state, "failed");
  assert.equal((await go(bytes(190, 9), journal)).state, "stored");
  assert.deepEqual(at.whole, [bytes(190, 9)]);
  assert.equal(at.uploads.has("u1"), false, "what was begun is given up");
});

test("an upload that the server has given up begins anew", async () => {
  const at = server();
  const journal = memory();
  journal.set("k", { at: "http://archive/prefix/dicom-web/uploads/gone", type: "application/dicom", size: 190, sums: [] });
  assert.equal((await go(bytes(190), journal)).state, "stored");
  assert.deepEqual(at.whole, [bytes(190)]);
});

test("a server that cannot now is asked again; a session that ended, a refusal and a stop are not", async () => {
  const busy = server((method, path, n) => (n < 2 ? new Response("{}", { status: 503 }) : undefined));
  assert.equal((await go(bytes(10))).state, "stored");
  assert.equal(busy.log.length, 3);
  server(() => new Response("{}", { status: 401 }));
  await assert.rejects(go(bytes(10)), SessionEnded);
  server(() => new Response('{"error":"anna may not store"}', { status: 403 }));
  assert.deepEqual(await go(bytes(10)), { state: "refused", reason: "refused", code: 403, detail: "anna may not store" });
  const stopped = new AbortController();
  server(() => { stopped.abort(); });
  await assert.rejects(go(bytes(10), memory(), { signal: stopped.signal }), { name: "AbortError" });
});

test("the server's own words, of failures with a name and without one, and of what was kept with a remark", () => {
  const words = (text) => ({ "00741048": { Value: [{ "00000902": { Value: [text] } }] } });
  assert.deepEqual(answer(409, { "00081198": { Value: [{ "00081197": { Value: [0x0111] }, ...words("another object has this SOP Instance UID and is kept") }] } }), { state: "refused", reason: "duplicate", code: 0x0111, detail: "another object has this SOP Instance UID and is kept" });
  assert.equal(answer(409, { "0008119A": { Value: [{ "00081197": { Value: [0xc000] }, ...words("cut off") }] } }).detail, "cut off");
  assert.deepEqual(answer(202, { "00081199": { Value: [{ "00081196": { Value: [0xb000] }, ...words("relabelled") }] } }), { state: "stored", remark: "relabelled" });
});

test("the queue: a few at a time, each to its end, and all of it once more where it failed", async () => {
  let refuse = true;
  server((method, path, n) => (refuse && n % 2 ? new Response("{}", { status: 400 }) : undefined));
  let idle;
  const ended = () => new Promise((done) => { idle = done; });
  const queue = uploadQueue(memory(), { changed() {}, idle: () => idle(), sessionEnded() {} });
  let end = ended();
  queue.add(Array.from({ length: 20 }, (_, n) => ({ path: `${n}`, size: 10, key: `${n}`, wasThere: n === 0, blob: async () => new Blob([bytes(10)]) })));
  assert.ok(tally(queue.entries).open === 20);
  await end;
  const first = tally(queue.entries);
  assert.deepEqual([first.open, first.refused, first.stored + first.present, first.present], [0, 10, 10, 1]);
  refuse = false;
  end = ended();
  queue.retry();
  await end;
  assert.deepEqual([tally(queue.entries).refused, tally(queue.entries).stored + tally(queue.entries).present, queue.isBusy], [0, 20, false]);
});

test("a file that cannot be read any more is told, and the others go", async () => {
  server();
  let idle;
  const end = new Promise((done) => { idle = done; });
  const queue = uploadQueue(memory(), { changed() {}, idle: () => idle(), sessionEnded() {} });
  queue.add([{ path: "gone", size: 1, key: "a", blob: async () => { throw new DOMException("gone", "NotReadableError"); } }, { path: "there", size: 1, key: "b", blob: async () => new Blob([bytes(1)]) }]);
  await end;
  assert.deepEqual(queue.entries.map(({ state, reason }) => [state, reason]), [["failed", "unread"], ["stored", undefined]]);
});

test("when the session ends all waits, and goes when somebody is back", async () => {
  let isOut = true, idle;
  const at = server(() => (isOut ? new Response("{}", { status: 401 }) : undefined));
  const end = new Promise((done) => { idle = done; });
  let told = 0;
  const queue = uploadQueue(memory(), { changed() {}, idle: () => idle(), sessionEnded() { told++; queue.hold(); } });
  queue.add(Array.from({ length: 9 }, (_, n) => ({ path: `${n}`, size: 10, key: `${n}`, blob: async () => new Blob([bytes(10)]) })));
  await new Promise((done) => setTimeout(done, 20));
  assert.equal(told, 1);
  assert.equal(tally(queue.entries).open, 9);
  isOut = false;
  queue.resume();
  await end;
  assert.equal(at.whole.length, 9);
});

test("metadata and its bulk data as one body", async () => {
  const { type, body } = composedBody({ "00080018": { vr: "UI", Value: ["2.25.1"] } }, "image/jpeg", "bulk/1", new Blob(["…"]));
  const text = await body.text();
  assert.match(type, /^multipart\/related; type="application\/dicom\+json"; boundary=isocenter\.2\.25\.1$/);
  assert.ok(text.includes("Content-Type: image/jpeg\r\nContent-Location: bulk/1\r\n\r\n…\r\n--isocenter.2.25.1--"));
});
