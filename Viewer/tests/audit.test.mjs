import assert from "node:assert/strict";
import { test } from "node:test";

process.env.TZ = "Europe/Berlin";
const { auditQuery, period } = await import("../app/net/audit.js");
const { en, de } = await import("../app/ui/words/audit.js");
const { ar } = await import("../app/ui/words/ar/audit.js");

test("what says nothing is not asked", () => {
  assert.equal(auditQuery({ patient: "A&B 1", user: "", failed: false, access: true, before: null }), "patient=A%26B+1&access=true");
});

test("days are those of the reader's clock, the last with all of it", () => {
  assert.deepEqual(period("2026-11-25", "2026-11-25"), { from: "2026-11-24T23:00:00.000Z", to: "2026-11-25T23:00:00.000Z" });
  // The clock is set back on this day.
  assert.deepEqual(period("2026-10-25", "2026-10-25"), { from: "2026-10-24T22:00:00.000Z", to: "2026-10-25T23:00:00.000Z" });
  assert.deepEqual(period("", ""), { from: "", to: "" });
});

test("every language has the same words", () => {
  for (const table of [de, ar]) assert.deepEqual(Object.keys(table).sort(), Object.keys(en).sort());
});
