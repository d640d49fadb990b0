/**
 * The draft on the server: read when the study is opened, saved within a second of every change, and never given up before it is saved:
 * without a connection it is tried again, without a session it waits for the same person to log in.
 */
import * as api from "../net/api.js";
import { newUID } from "./kinds.js";
import { documentOf, merged, nothing, read, same, withDocument } from "./merge.js";

const pause = 300; // ms after a change; the first of several does not wait longer than `most`
const most = 800;
const retries = [1000, 2000, 5000, 10000]; // ms

/** Work that is not on the server, by person and study; it outlives the viewer, and is shown to nobody else. */
const unsaved = new Map();

/**
 * @param {{studyUID, user, state, everywhere, changed, signedOut}} face
 * `status`: "loading", "saved", "changed" (not yet on its way), "saving", "offline" (tried again), "refused" (`words` says why), "signedOut"
 */
export function draftSaver({ studyUID, user, state, everywhere, changed, signedOut }) {
  const key = `${user} ${studyUID}`;
  let version = null; // of the server's, null until it is read
  let base = nothing; // what the server has
  let status = "loading", words = "", rivals = 0, others = [];
  let timer = 0, first = 0, failures = 0, isBusy = false, isClosed = false;
  let seen = null;
  /** After the viewer is left its last state counts on. */
  let last = null;
  const now = () => last ?? documentOf(state());
  const isUnsaved = () => !same(now(), base);

  function say(next, text = "") {
    status = next;
    words = text;
    if (isUnsaved()) unsaved.set(key, { base, mine: now() });
    else unsaved.delete(key);
    if (!isClosed) changed();
  }

  async function open() {
    const left = unsaved.get(key);
    try {
      const answer = await api.draft(studyUID);
      take(answer, nothing, left);
      failures = 0;
      say(isUnsaved() ? "changed" : "saved");
      if (isUnsaved()) schedule();
    } catch (error) {
      failed(error, open);
    }
  }

  /** Mine keeps one new UID in every step of the history. */
  function renaming() {
    const names = new Map();
    return (mark) => {
      const text = JSON.stringify(mark);
      if (!names.has(text)) names.set(text, newUID());
      return names.get(text);
    };
  }

  /** Theirs becomes the base, and part of every step; `left` is work that an earlier viewer could not save. */
  function take(answer, before, left = null) {
    version = answer.version;
    others = answer.others ?? others;
    const { marks, removed } = read(answer.document);
    const theirs = { marks, removed }, rename = renaming();
    const start = left ? merged(left.base, left.mine, theirs, rename) : { document: theirs, rivals: 0 };
    const both = (mine) => merged(left ? nothing : before, mine, start.document, rename);
    if (last) {
      last = both(last).document;
    } else {
      rivals += start.rivals + both(documentOf(state())).rivals;
      everywhere((s) => withDocument(s, both(documentOf(s)).document));
      seen = state().marks;
    }
    base = theirs;
  }

  function schedule() {
    first ||= performance.now();
    clearTimeout(timer);
    timer = setTimeout(save, Math.max(0, Math.min(pause, first + most - performance.now())));
  }

  async function save({ keepalive = false } = {}) {
    clearTimeout(timer);
    if (isBusy || version === null || !isUnsaved()) return;
    isBusy = true;
    first = 0;
    const sent = now();
    say("saving");
    try {
      const answer = await api.saveDraft(studyUID, sent, version, keepalive);
      version = answer.version;
      base = sent;
      failures = 0;
      isBusy = false;
      say(isUnsaved() ? "changed" : "saved");
    } catch (error) {
      isBusy = false;
      if (error.status === 412 && error.body?.version != null) {
        take(error.body, base);
        say(isUnsaved() ? "changed" : "saved");
        return save();
      }
      return failed(error, save);
    }
    if (isUnsaved()) schedule();
  }

  function failed(error, again) {
    if (error.status === 401) {
      say("signedOut");
      if (!isClosed) signedOut();
    } else if ([400, 403, 404, 413].includes(error.status)) {
      say("refused", error.message);
    } else {
      say("offline");
      clearTimeout(timer);
      timer = setTimeout(again, retries[Math.min(failures++, retries.length - 1)]);
    }
  }

  const online = () => { if (status === "offline") { clearTimeout(timer); version === null ? open() : save(); } };
  const hides = () => { if (document.visibilityState === "hidden") save({ keepalive: true }); };
  const leaves = (event) => { if (isUnsaved()) { save({ keepalive: true }); event.preventDefault(); } };
  addEventListener("online", online);
  document.addEventListener("visibilitychange", hides);
  addEventListener("beforeunload", leaves);
  open();

  return {
    get status() { return status; },
    get words() { return words; },
    get rivals() { return rivals; },
    /** Other people's drafts of this study: `{account, updated, marks}`. */
    get others() { return others; },
    get isUnsaved() { return isUnsaved(); },
    save,
    /** Called at every drawing: what changed goes on its way. */
    look() {
      if (state().marks === seen) return;
      seen = state().marks;
      if (!isUnsaved()) return;
      if (version === null) return say(status, words);
      if (status !== "offline") { say("changed"); schedule(); } else say("offline");
    },
    close() {
      last = documentOf(state());
      isClosed = true;
      removeEventListener("online", online);
      document.removeEventListener("visibilitychange", hides);
      removeEventListener("beforeunload", leaves);
      if (status !== "signedOut") save();
    },
  };
}
