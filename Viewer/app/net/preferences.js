/** What the reader has set for itself, kept on the server: the same on every screen (`/api/preferences`). */
import { RequestError, call, url } from "./api.js";

const tries = 3; // of a change that meets another screen's

/**
 * @returns `{ready, get, update, watch}`: `ready` resolves when the values are known (or cannot be: then they are kept for this visit only),
 *   `get(name)` a value or undefined, `update(name, change)` sets `change(value)` and throws where the server refuses it
 */
export function preferences() {
  const values = new Map(); // name → {value, tag}
  const watchers = new Set();
  let reached = false;

  const ready = (async () => {
    try {
      const answer = await call("api/preferences");
      for (const [name, { value, version }] of Object.entries(answer.preferences)) values.set(name, { value, tag: `"${version}"` });
      reached = true;
    } catch {
      // An archive that keeps none, or no connection: the defaults hold.
    }
    tell();
  })();

  const tell = () => { for (const watcher of watchers) watcher(); };

  async function put(name, value, tag) {
    const response = await fetch(url(`api/preferences/${encodeURIComponent(name)}`), {
      method: "PUT", cache: "no-store", headers: { "Content-Type": "application/json", ...(tag ? { "If-Match": tag } : { "If-None-Match": "*" }) }, body: JSON.stringify(value),
    }).catch(() => { throw new RequestError(0, ""); });
    if (response.ok) return { value, tag: response.headers.get("ETag") };
    const body = await response.json().catch(() => ({}));
    throw new RequestError(response.status, body.error ?? "", body);
  }

  async function read(name) {
    const response = await fetch(url(`api/preferences/${encodeURIComponent(name)}`), { cache: "no-store" });
    if (response.ok) values.set(name, { value: await response.json(), tag: response.headers.get("ETag") });
    else values.delete(name);
  }

  return {
    ready,
    get: (name) => values.get(name)?.value,
    /** @param {(value) => any} change from what is set (undefined: nothing) to what shall be; done again where another screen was first */
    async update(name, change) {
      await ready;
      for (let n = 1; ; n++) {
        const before = values.get(name);
        const value = change(before?.value);
        if (!reached) { values.set(name, { value, tag: null }); return tell(); }
        try {
          values.set(name, await put(name, value, before?.tag));
          return tell();
        } catch (error) {
          if (error.status !== 412 || n === tries) throw error;
          await read(name);
        }
      }
    },
    /** Calls back after every change; returns what ends it. */
    watch(watcher) {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  };
}
