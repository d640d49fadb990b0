/**
 * FrameStore: decoded frames by key, bounded by bytes, filled in the order the viewer wishes for.
 * The fetching, splitting and unpacking is the worker's; this file decides what it does next.
 */
import { byteCache } from "./cache.js";
import { plan } from "./frameQueue.js";

/** Memory for frames: a phone gets less. */
export const budget = () => (matchMedia("(max-width: 700px)").matches ? 192 : 768) * 2 ** 20;

const mostWorkers = 4;

/**
 * @param {{limit: number, changed: (key: string) => void, signedOut: () => void}} options `changed` is called when a
 *   frame arrived or failed
 */
export function frameStore({ limit, changed, signedOut }) {
  // Decoding takes a core each; one is left for the page.
  const workers = Array.from({ length: Math.min(mostWorkers, Math.max(1, (navigator.hardwareConcurrency ?? 2) - 1)) }, () =>
    new Worker(new URL("./frameWorker.js", import.meta.url), { type: "module" }));
  const cache = byteCache(limit);
  const failures = new Map(); // key → message
  const running = new Map(); // id → {id, keys, waiting: Set}
  let wishes = [];
  let eager = 1;
  let nextID = 1;

  const received = ({ data }) => {
    const request = running.get(data.id);
    if (data.frame) {
      cache.set(data.key, data.frame, data.frame.array.byteLength + (data.frame.mask?.byteLength ?? 0));
      wishes = wishes.filter(({ key }) => key !== data.key);
      changed(data.key);
    } else if (data.error) {
      if (data.status === 401) signedOut();
      for (const key of data.keys) {
        failures.set(key, data.error);
        changed(key);
      }
      wishes = wishes.filter(({ key }) => !failures.has(key));
    }
    if (data.done && request) {
      running.delete(data.id);
      advance();
    }
  };
  const broke = (event) => {
    for (const { key } of wishes.slice(0, 1)) { failures.set(key, event.message || "worker"); changed(key); }
  };
  for (const worker of workers) Object.assign(worker, { onmessage: received, onerror: broke });

  function advance() {
    const { abort, start } = plan(wishes, [...running.values()], eager);
    for (const id of abort) {
      running.get(id).worker.postMessage({ abort: id });
      running.delete(id);
    }
    for (const group of start) {
      const id = nextID++;
      const { url, image } = group[0];
      const load = (worker) => [...running.values()].filter((request) => request.worker === worker).length;
      const worker = workers.reduce((a, b) => (load(b) < load(a) ? b : a));
      running.set(id, { id, keys: group.map(({ key }) => key), worker });
      worker.postMessage({ id, url, image, frames: group.map(({ key, number }) => ({ key, number })) });
    }
  }

  return {
    get: (key) => cache.get(key),
    peek: (key) => cache.peek(key),
    has: (key) => cache.has(key),
    failure: (key) => failures.get(key) ?? null,
    get used() { return cache.used; },
    /**
     * New wishes in order of priority; the first `visible` of them are on screen, stay in memory and are fetched alone.
     * Wishes beyond the memory budget are left out, so that prefetching never drives out what it fetched.
     */
    want(order, visible) {
      cache.pin(order.slice(0, visible).map(({ key }) => key));
      let bytes = 0;
      const within = [];
      for (const wish of order) {
        bytes += wish.bytes;
        if (within.length >= visible && bytes > limit) break;
        if (cache.has(wish.key)) cache.get(wish.key);
        else if (!failures.has(wish.key)) within.push(wish);
      }
      wishes = within;
      eager = visible;
      advance();
    },
    /** Forgets failures, so that the next wish tries again. */
    retry() { failures.clear(); },
    close() { for (const worker of workers) worker.terminate(); cache.clear(); },
  };
}
