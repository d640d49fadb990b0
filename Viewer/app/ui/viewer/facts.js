/** What the server says of the study on screen: its series, their stacks, and the display attributes of images. */
import * as api from "../../net/api.js";
import { displayLoader } from "../../net/display.js";
import { frames } from "../../model/stack.js";
import { keysOf } from "../../viewport/sight.js";
import { explain } from "../doors.js";

/**
 * @param {{studyUID: string, signal: AbortSignal, signedOut: () => void, changed: () => void, grew: (uid: string, oldKeys: string[]) => void}} options
 *   `changed` after anything new; `grew` when a stack that was known got other frames
 */
export function studyFacts({ studyUID, signal, signedOut, changed, grew }) {
  let study = null, series = [];
  const stacks = new Map(); // series UID → stack, see viewport/sight.js
  const known = new Map(); // SOP Instance UID → display attributes, see model/display.js
  const asked = api.study(studyUID, signal); // on its way while the page is built
  asked.catch(() => {}); // load() tells
  const displays = displayLoader({ studyUID, signal, arrived: displayed });

  function take(answer) {
    study = answer.study;
    series = answer.series;
  }

  async function loadStack(uid) {
    const before = stacks.get(uid);
    if (!before) stacks.set(uid, { status: "loading" });
    try {
      const manifest = await api.manifest(studyUID, uid, signal);
      const items = frames(manifest);
      items.forEach(takeDisplay);
      stacks.set(uid, { status: "ready", items, keys: keysOf(items), instances: manifest.instances.length });
      if (before?.keys) grew(uid, before.keys);
    } catch (error) {
      if (signal.aborted) return;
      if (error.status === 401) return signedOut();
      if (!before) stacks.set(uid, { status: "failed", error: explain(error) });
    }
    changed();
  }

  /** Tables, palette, overlays and shutter of an object are there: its frames can be asked for. */
  function displayed(uid, display) {
    known.set(uid, display);
    for (const { items } of stacks.values()) items?.forEach((item) => takeDisplay(item));
    changed();
  }

  function takeDisplay(item) {
    const display = known.get(item.image.sopInstanceUID);
    if (display && !item.image.displayed) item.image = { ...item.image, ...display, displayed: true };
  }

  return {
    get study() { return study; },
    get series() { return series; },
    stacks,
    seriesOf: (uid) => series.find((each) => each.seriesInstanceUID === uid),
    countOf: (uid) => stacks.get(uid)?.items?.length ?? 0,
    /** Throws as `api.study` does. */
    async load() { take(await asked); },
    /** Images are still arriving: the open stacks grow with them. */
    async again() {
      take(await api.study(studyUID, signal));
      for (const each of series) {
        const stack = stacks.get(each.seriesInstanceUID);
        if (stack?.status === "ready" && stack.instances !== each.instanceCount) loadStack(each.seriesInstanceUID);
      }
      changed();
    },
    wantStack(uid) { if (uid && !stacks.has(uid)) loadStack(uid); },
    wantDisplay: (uid, image) => displays.want(uid, image),
    instanceURL: (uid, image) => api.instanceURL(studyUID, uid, image.sopInstanceUID),
  };
}
