/**
 * What to fetch next. A pure value machine: wishes in order of priority go in, requests to start and to abort come out.
 *
 * A wish is `{key, url, number, bytes, image}`: frame `number` of the instance at `url`.
 */

/** At most this many requests at a time; a browser opens six connections to one origin over HTTP/1.1. */
export const parallel = 6;

/** Frames of one instance asked for in one request, and their bytes, while nobody waits for a certain one. */
const batch = { frames: 16, bytes: 4 * 2 ** 20 };

/** A request in flight survives a new order of wishes while its frame is among the first of them. */
const near = 24;

/**
 * @param wishes in order of priority, without what is there already
 * @param running `[{id, keys}]`
 * @param eager how many of the first wishes are waited for and are fetched alone
 * @returns `{abort: [id], start: [[wish]]}`
 */
export function plan(wishes, running, eager = 1) {
  const close = new Set(wishes.slice(0, near).map(({ key }) => key));
  const abort = running.filter(({ keys }) => !keys.some((key) => close.has(key))).map(({ id }) => id);
  const kept = running.filter(({ id }) => !abort.includes(id));
  const busy = new Set(kept.flatMap(({ keys }) => keys));
  const start = [];
  let rank = 0;
  for (const wish of wishes) {
    if (kept.length + start.length >= parallel) break;
    const first = rank++ < eager;
    if (busy.has(wish.key)) continue;
    const group = [wish];
    busy.add(wish.key);
    if (!first) {
      let bytes = wish.bytes;
      for (const other of wishes) {
        if (group.length >= batch.frames || bytes + other.bytes > batch.bytes) break;
        if (other.url !== wish.url || busy.has(other.key)) continue;
        group.push(other);
        busy.add(other.key);
        bytes += other.bytes;
      }
    }
    start.push(group);
  }
  return { abort, start };
}
