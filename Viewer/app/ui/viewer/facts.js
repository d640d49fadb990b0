/** What the server says of the study on screen and of the patient's others that are opened beside it: series, stacks, display attributes. */
import * as api from "../../net/api.js";
import { displayLoader } from "../../net/display.js";
import { studiesOfPatient } from "../../net/patient.js";
import { frames } from "../../model/stack.js";
import { belongs, relation, timeline } from "../../model/timeline.js";
import { keysOf } from "../../viewport/sight.js";
import { explain } from "../doors.js";

/**
 * @param {{studyUID: string, signal: AbortSignal, signedOut: () => void, changed: () => void, grew: (uid: string, oldKeys: string[]) => void}} options
 *   `changed` after anything new; `grew` when a stack that was known got other frames
 */
export function studyFacts({ studyUID, signal, signedOut, changed, grew }) {
  const studies = new Map(); // Study Instance UID → {study, series}, the first is the one on screen
  let others = { studies: [], leftOut: 0, state: "unknown" }; // of the patient, see model/timeline.js
  const stacks = new Map(); // series UID → stack, see viewport/sight.js
  const known = new Map(); // SOP Instance UID → display attributes, see model/display.js
  const asked = api.study(studyUID, signal); // on its way while the page is built
  asked.catch(() => {}); // load() tells
  const loads = new Map(); // series UID → promise of its first stack
  const displays = new Map(); // Study Instance UID → loader
  const all = () => [...studies.values()].flatMap(({ series }) => series);
  const seriesOf = (uid) => all().find((each) => each.seriesInstanceUID === uid);

  function take({ study, series }) {
    const uid = study.studyInstanceUID;
    studies.set(uid, { study, series: series.map((each) => ({ ...each, studyInstanceUID: uid })) });
    if (!displays.has(uid)) displays.set(uid, displayLoader({ studyUID: uid, signal, arrived: displayed }));
  }

  async function loadStack(uid) {
    const before = stacks.get(uid);
    if (!before) stacks.set(uid, { status: "loading" });
    try {
      const manifest = await api.manifest(seriesOf(uid).studyInstanceUID, uid, signal);
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

  function wantStack(uid) { if (uid && !loads.has(uid)) loads.set(uid, loadStack(uid)); }

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
    /** The study on screen. */
    get study() { return studies.get(studyUID)?.study ?? null; },
    /** Its series. */
    get series() { return studies.get(studyUID)?.series ?? []; },
    /** `{studies, leftOut, state}`: the patient's other studies; `state` is "unknown", "known" or "failed". */
    get others() { return others; },
    stacks,
    seriesOf,
    /** Series of a study of the patient that was opened. */
    seriesOfStudy: (uid) => studies.get(uid)?.series ?? null,
    /** The study that a series belongs to, with how it stands to the one on screen. */
    studyOf(uid) {
      const found = studies.get(seriesOf(uid)?.studyInstanceUID)?.study;
      return found ? { ...found, relation: found.studyInstanceUID === studyUID ? "current" : relation(studies.get(studyUID).study, found) } : null;
    },
    /** Place of a frame in its series' stack, or −1. */
    indexOf: (uid, instance, frame) => stacks.get(uid)?.items?.findIndex((item) => item.image.sopInstanceUID === instance && item.frame === frame) ?? -1,
    /** An image of a series that is there, or null. */
    imageOf: (uid, instance) => stacks.get(uid)?.items?.find((item) => item.image.sopInstanceUID === instance)?.image ?? null,
    countOf: (uid) => stacks.get(uid)?.items?.length ?? 0,
    /** Throws as `api.study` does. */
    async load() { take(await asked); },
    /** Looks for the patient's other studies. */
    async findOthers() {
      try {
        const { study } = studies.get(studyUID);
        others = { ...timeline(study, await studiesOfPatient(study.patientID, signal)), state: "known" };
      } catch (error) {
        if (signal.aborted) return;
        if (error.status === 401) return signedOut();
        others = { studies: [], leftOut: 0, state: "failed" };
      }
      changed();
    },
    /**
     * Opens another study of the same patient; one of anybody else is refused.
     *
     * @returns its series, or null
     */
    async open(uid) {
      if (!studies.has(uid)) {
        const answer = await api.study(uid, signal);
        if (!belongs(studies.get(studyUID).study, answer.study)) return null;
        take(answer);
        changed();
      }
      return studies.get(uid).series;
    },
    /** Images are still arriving: the open stacks grow with them. */
    async again(uid = studyUID) {
      take(await api.study(uid, signal));
      for (const each of studies.get(uid).series) {
        const stack = stacks.get(each.seriesInstanceUID);
        if (stack?.status === "ready" && stack.instances !== each.instanceCount) loadStack(each.seriesInstanceUID);
      }
      changed();
    },
    wantStack,
    /** Resolves when the stack of a series is there, or failed. */
    ready(uid) { wantStack(uid); return loads.get(uid); },
    wantDisplay: (uid, image) => displays.get(seriesOf(uid).studyInstanceUID).want(uid, image),
    instanceURL: (uid, image) => api.instanceURL(seriesOf(uid).studyInstanceUID, uid, image.sopInstanceUID),
  };
}
