/** Statistics of marks, asked of the worker once for each value of a mark; of one that is being drawn only the newest counts. */
import { shapeOf } from "./geometry.js";
import { cropped, valueAt, valueFacts } from "./statistics.js";
import { aspect } from "../model/spacing.js";
import { unit } from "../model/window.js";

/** @param arrived called when a result is there */
export function measuring(arrived) {
  let worker = null, nextID = 1;
  const known = new WeakMap(); // mark → {frame, result}
  const running = new Map(); // id → {mark, slot}
  const waiting = new Map(); // slot → what is asked next

  function start(slot, ask) {
    worker ??= Object.assign(new Worker(new URL("./worker.js", import.meta.url), { type: "module" }), { onmessage: received });
    const id = nextID++;
    running.set(id, { ...ask, slot });
    worker.postMessage({ id, shape: ask.shape, part: ask.part(), facts: ask.facts }, []);
  }
  function received({ data: { id, result } }) {
    const { mark, frame, slot, unit: of } = running.get(id);
    running.delete(id);
    known.set(mark, { frame, result: { ...result, unit: of } });
    const next = waiting.get(slot);
    waiting.delete(slot);
    if (next) start(slot, next);
    arrived();
  }

  return {
    /** @returns the statistics of a mark on this frame, or null while they are not there or where there are none */
    of(mark, { image, frame, series }) {
      if (!frame || (image.display?.length && !image.displayed)) return null;
      if (mark.kind === "probe") return valueAt(mark.points[0], frame, image, series?.modality);
      const before = known.get(mark);
      if (before?.frame === frame) return before.result;
      const shape = shapeOf(mark, aspect(image));
      if (!shape || !cropped({ polygon: [[0, 0]] }, frame, image)) return null;
      if ([...running.values(), ...waiting.values()].some((each) => each.mark === mark && each.frame === frame)) return null;
      const ask = { mark, frame, shape, part: () => cropped(shape, frame, image), facts: valueFacts(image), unit: unit(image, series?.modality) ?? "" };
      if ([...running.values()].some(({ slot }) => slot === mark.id)) waiting.set(mark.id, ask);
      else start(mark.id, ask);
      return null;
    },
    close() { worker?.terminate(); },
  };
}
