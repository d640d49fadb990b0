import assert from "node:assert/strict";
import { test } from "node:test";
import { curl, matching, pretty, requestOf, sample, subjects, typeWords } from "../app/model/openapi.js";

const document = {
  tags: [{ name: "Peers", description: "who may call" }, { name: "Empty" }],
  paths: {
    "/api/peers/{name}": {
      get: { tags: ["Peers"], operationId: "readPeer", summary: "One peer.", "x-role": "administrator", parameters: [{ name: "name", in: "path", required: true, schema: { type: "string" } }], responses: { 200: { description: "it", content: { "application/json": {} } }, 404: { description: "none" } } },
      put: { tags: ["Peers"], operationId: "setPeer", summary: "Sets a peer.", parameters: [{ name: "name", in: "path", required: true, schema: { type: "string" } }], requestBody: { content: { "application/json": { schema: { $ref: "#/components/schemas/Peer" } } } }, responses: {} },
    },
    "/dicom-web/bulkdata/{path}": { get: { tags: ["Retrieve"], operationId: "bulk", parameters: [{ name: "path", in: "path", required: true }, { name: "limit", in: "query" }, { name: "Range", in: "header" }], responses: {} } },
  },
  components: { schemas: { Peer: { type: "object", required: ["name", "port"], properties: { name: { type: "string" }, port: { type: ["integer", "null"] }, window: { type: "integer" } } } } },
};

const operation = (id) => subjects(document).flatMap(({ operations }) => operations).find((each) => each.id === id);

test("operations by subject, without empty ones", () => {
  assert.deepEqual(subjects(document).map(({ name, operations }) => [name, operations.map(({ method }) => method)]), [["Peers", ["GET", "PUT"]], ["Retrieve", ["GET"]]]);
  assert.equal(operation("readPeer").role, "administrator");
});

test("a search wants every word", () => {
  const ids = (text) => matching(subjects(document), text).flatMap(({ operations }) => operations.map(({ id }) => id));
  assert.deepEqual(ids("peer put"), ["setPeer"]);
  assert.deepEqual(ids("RETRIEVE bulk"), ["bulk"]);
  assert.deepEqual(ids("peer nothing"), []);
});

test("a sample has what is required", () => {
  assert.deepEqual(sample(document, { $ref: "#/components/schemas/Peer" }), { name: "", port: 0 });
  assert.deepEqual(sample(document, { type: "array", items: {} }), []);
});

test("types in words", () => {
  const say = (key, { of, type, first, last }) => [key, of, type, first, last].filter((each) => each != null).join(" ");
  assert.equal(typeWords({ type: "integer", minimum: 1, maximum: 5 }, say), "api.between integer 1 5");
  assert.equal(typeWords({ type: ["string", "null"] }, say), "string");
  assert.equal(typeWords({ type: "array", items: { $ref: "#/components/schemas/Peer" } }, say), "api.list Peer");
});

test("a request of a form; names are escaped, slashes of bulk data stay", () => {
  const peer = requestOf(operation("setPeer"), { values: { "path name": "a/b c" }, body: "{}", type: "application/json" });
  assert.deepEqual(peer, { method: "PUT", path: "api/peers/a%2Fb%20c", headers: { "Content-Type": "application/json" }, body: "{}", missing: [] });
  const bulk = requestOf(operation("bulk"), { values: { "path path": "00081115/0/0020000E", "query limit": "1", "header Range": "bytes=0-1" }, accept: "*/*" });
  assert.equal(bulk.path, "dicom-web/bulkdata/00081115/0/0020000E?limit=1");
  assert.deepEqual(bulk.headers, { Range: "bytes=0-1", Accept: "*/*" });
  assert.deepEqual(requestOf(operation("bulk"), { values: {} }).missing, ["path"]);
});

test("curl quotes for the shell", () => {
  const request = { method: "PUT", path: "api/peers/x", headers: { "Content-Type": "application/json" }, body: `{"name":"it's"}` };
  assert.equal(curl(request, "https://host/prefix/"), `curl -X PUT 'https://host/prefix/api/peers/x' \\\n  -H 'Authorization: Bearer TOKEN' \\\n  -H 'Content-Type: application/json' \\\n  --data-binary '{"name":"it'\\''s"}'`);
});

test("JSON is indented, other text stays", () => {
  assert.equal(pretty('{"a":1}'), '{\n  "a": 1\n}');
  assert.equal(pretty("<a/>"), "<a/>");
});
