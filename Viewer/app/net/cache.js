/**
 * Least recently used cache bounded by bytes. Pinned keys (what is on screen) stay.
 *
 * @param {number} limit bytes
 * @param {(value, key) => void} dropped called for every value that leaves
 */
export function byteCache(limit, dropped = () => {}) {
  const entries = new Map(); // insertion order is order of use
  let pinned = new Set();
  let used = 0;

  function remove(key) {
    const entry = entries.get(key);
    if (!entry) return;
    entries.delete(key);
    used -= entry.bytes;
    dropped(entry.value, key);
  }

  return {
    get used() { return used; },
    get limit() { return limit; },
    get size() { return entries.size; },
    has: (key) => entries.has(key),
    peek: (key) => entries.get(key)?.value,
    get(key) {
      const entry = entries.get(key);
      if (!entry) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value, bytes) {
      remove(key);
      entries.set(key, { value, bytes });
      used += bytes;
      for (const old of entries.keys()) {
        if (used <= limit) break;
        if (old !== key && !pinned.has(old)) remove(old);
      }
    },
    pin(keys) { pinned = new Set(keys); },
    delete: remove,
    clear() { for (const key of [...entries.keys()]) remove(key); },
    keys: () => entries.keys(),
  };
}
