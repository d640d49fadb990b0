/** What is to be sent, one after the other and a few at a time; a value that the panel shows. Knows no DOM. */
import { SessionEnded, composedBody, giveUp, limits, objectBody, send } from "../net/upload.js";

/**
 * States of an entry: `queued`, `sending`, `waiting` (for the connection), `stored`, `present` (it was there already), `refused`, `failed`, `stopped`.
 *
 * @param journal of net/upload.js
 * @param face `{changed(entry), idle(), sessionEnded()}`
 */
export function uploadQueue(journal, face) {
  const entries = [], queued = [];
  let controller = new AbortController();
  let running = 0, left = 0, held = false; // left: entries that are not at their end

  const isOpen = (state) => state === "queued" || state === "sending" || state === "waiting";
  function set(entry, result) {
    left += Number(isOpen(result.state)) - Number(isOpen(entry.state));
    Object.assign(entry, { reason: undefined, detail: undefined, remark: undefined, sent: undefined }, result);
    if (result.state === "queued") queued.push(entry);
    face.changed(entry);
  }

  function pump() {
    while (!held && running < limits.parallel && queued.length) {
      const entry = queued.shift();
      if (entry.state !== "queued") continue;
      running++;
      work(entry).finally(() => { running--; pump(); if (!running && !left) face.idle(); });
    }
  }

  async function work(entry) {
    const { signal } = controller;
    set(entry, { state: "sending", sent: 0 });
    try {
      const file = await entry.blob();
      const object = entry.composed ? composedBody(entry.composed.metadata, entry.composed.mediaType, entry.composed.location, file) : objectBody(file);
      // Only what is the same file tomorrow can be continued tomorrow.
      const result = await send(object, { key: entry.key, journal, signal, told: (state) => { if (!signal.aborted) set(entry, state); } });
      set(entry, result.state === "stored" && entry.wasThere ? { ...result, state: "present" } : result);
    } catch (error) {
      if (error instanceof SessionEnded) {
        set(entry, { state: "queued" });
        if (!held) { held = true; face.sessionEnded(); }
      } else if (signal.aborted) set(entry, held ? { state: "queued" } : { state: "stopped", reason: "cancelled" });
      else set(entry, error.refusal ?? { state: "failed", reason: error.reason && error.name === "Error" ? `zip.${error.reason}` : "unread", detail: error.reason ? undefined : String(error.message ?? error) });
    }
  }

  return {
    entries,
    get isBusy() { return left > 0; },
    /** `{blob() → Promise<Blob>, path, size, key, wasThere, composed?}` each. */
    add(more) {
      for (const one of more) {
        const entry = { ...one, state: null };
        entries.push(entry);
        set(entry, { state: "queued" });
      }
      pump();
    },
    retry() {
      for (const entry of entries) if (["failed", "refused", "stopped"].includes(entry.state)) set(entry, { state: "queued" });
      pump();
    },
    /** Stops what is under way and what waits; it can be sent again. What was begun on the server is given up. */
    stop() {
      const begun = entries.filter(({ state }) => isOpen(state));
      queued.length = 0;
      controller.abort();
      controller = new AbortController();
      for (const entry of begun) if (entry.state === "queued") set(entry, { state: "stopped", reason: "cancelled" });
      for (const { key } of begun) giveUp(key, journal);
    },
    /** The session has ended: all waits for `resume`. */
    hold() { held = true; controller.abort(); controller = new AbortController(); },
    resume() { held = false; pump(); },
    clear() { if (!left) entries.length = 0; },
  };
}

/** Counts by state, and bytes: `{all, open, stored, present, refused, failed, stopped, sent, total}`. */
export function tally(entries) {
  const counts = { all: entries.length, open: 0, stored: 0, present: 0, refused: 0, failed: 0, stopped: 0, sent: 0, total: 0 };
  for (const { state, size, sent } of entries) {
    const isOpen = ["queued", "sending", "waiting"].includes(state);
    counts[isOpen ? "open" : state]++;
    counts.total += size;
    counts.sent += isOpen ? Math.min(sent ?? 0, size) : size;
  }
  return counts;
}
