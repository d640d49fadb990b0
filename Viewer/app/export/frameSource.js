/**
 * Frames of a series one after the other, fetched a few ahead into a store of their own, so that a film neither drives out what is on screen nor grows
 * with its length.
 */
import { frameStore } from "../net/frames.js";
import { waits } from "../net/display.js";
import { frameBytes } from "../viewport/sight.js";
import { undrawable } from "../model/transferSyntax.js";

const ahead = 12;
const patience = 60000; // ms without anything new

/** `words`: why a frame is not there, as the server said it, or "" */
export class FrameMissing extends Error {
  constructor(position, words = "") { super(words); this.position = position; this.words = words; }
}

/** @param facts of the viewer; @param held its frame store: what is there is not fetched again */
export function frameSource({ facts, held, signedOut, signal }) {
  let wake = () => {};
  const store = frameStore({ limit: 96 * 2 ** 20, changed: () => wake(), signedOut });
  const stackOf = (uid) => facts.stacks.get(uid);

  function wish(uid, position, end) {
    const { items, keys } = stackOf(uid);
    const order = [];
    for (let n = position; n < Math.min(end, position + ahead); n++) {
      const { image, frame } = items[n];
      if (!image.hasPixels || undrawable(image) || held.has(keys[n])) continue;
      if (waits(image)) { facts.wantDisplay(uid, image); continue; }
      order.push({ key: keys[n], number: frame, image, bytes: frameBytes(image), url: facts.instanceURL(uid, image) });
    }
    store.want(order, Math.min(1, order.length));
  }

  return {
    /** @returns the decoded frame; fails with FrameMissing */
    async frame(uid, position, end = position + 1) {
      const { keys, items } = stackOf(uid);
      if (!items[position].image.hasPixels || undrawable(items[position].image)) throw new FrameMissing(position);
      for (let waited = 0; ;) {
        signal.throwIfAborted();
        const key = keys[position], found = held.peek(key) ?? store.get(key);
        if (found && !waits(items[position].image)) return found;
        const failure = store.failure(key);
        if (failure) throw new FrameMissing(position, failure);
        if (waited > patience) throw new FrameMissing(position);
        wish(uid, position, end);
        const start = performance.now();
        let isNew = false;
        await new Promise((resolve) => { wake = () => { isNew = true; resolve(); }; setTimeout(resolve, 250); });
        waited = isNew ? 0 : waited + performance.now() - start;
      }
    },
    close() { store.close(); },
  };
}
