/**
 * What is on its way to the archive, one after the other, and never given up before it is there: without a connection it is tried again, without a
 * session it waits for the same person to log in. Every entry has a UID of its own, so that one that arrived though its answer was lost is not stored twice.
 */

const retries = [1000, 2000, 5000, 10000]; // ms

/** Work that is not in the archive, by person and study; it outlives the viewer, and is shown to nobody else. */
const kept = new Map();

/** Statuses that trying again does not change. */
const final = new Set([400, 403, 404, 409, 413]);

/**
 * @param {{key: string, send: (entry) => Promise, arrived: (entry, answer) => void, refused: (entry, words: string, status: number) => void, changed: () => void, signedOut: () => void}} face
 * @returns `{entries, status, add, remove, close}`; `status`: "idle", "sending", "offline" (tried again), "signedOut"
 */
export function outbox({ key, send, arrived, refused, changed, signedOut }) {
  const entries = kept.get(key) ?? [];
  let status = "idle", timer = 0, failures = 0, isBusy = false, isClosed = false;

  function keep() {
    if (entries.length) kept.set(key, entries);
    else kept.delete(key);
  }
  function say(next) {
    status = next;
    keep();
    if (!isClosed) changed();
  }

  async function pump() {
    clearTimeout(timer);
    if (isBusy || isClosed || !entries.length) return;
    isBusy = true;
    say("sending");
    const [entry] = entries;
    try {
      const answer = await send(entry);
      failures = 0;
      done(entry);
      arrived(entry, answer);
    } catch (error) {
      isBusy = false;
      if (error.status === 401) {
        say("signedOut");
        if (!isClosed) signedOut();
        return;
      }
      if (!final.has(error.status)) {
        say("offline");
        timer = setTimeout(pump, retries[Math.min(failures++, retries.length - 1)]);
        return;
      }
      done(entry);
      refused(entry, error.message, error.status);
    }
    isBusy = false;
    say("idle");
    pump();
  }
  const done = (entry) => { const at = entries.indexOf(entry); if (at >= 0) entries.splice(at, 1); };

  const online = () => { if (status === "offline") pump(); };
  const leaves = (event) => { if (entries.length) event.preventDefault(); };
  globalThis.addEventListener?.("online", online);
  globalThis.addEventListener?.("beforeunload", leaves);
  queueMicrotask(pump);

  return {
    entries,
    get status() { return status; },
    add(entry) {
      entries.push(entry);
      keep();
      pump();
    },
    /** Takes back what was not sent yet; false where it is on its way, or gone. */
    remove(entry) {
      const at = entries.indexOf(entry);
      if (at < 0 || (isBusy && at === 0)) return false;
      entries.splice(at, 1);
      say(entries.length ? status : "idle");
      return true;
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      keep();
      globalThis.removeEventListener?.("online", online);
      globalThis.removeEventListener?.("beforeunload", leaves);
    },
  };
}
