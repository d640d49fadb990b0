/** Upload by drop or choice: a target over the page while dragging, the check table, then a panel that tells of every file. */
import * as api from "../net/api.js";
import { dropped, gather } from "../upload/gather.js";
import { fileKey, journal } from "../upload/journal.js";
import { tally, uploadQueue } from "../upload/queue.js";
import { uploadCheck } from "./uploadCheck.js";
import { uploadResults } from "./uploadResults.js";
import { h } from "./element.js";
import { icon } from "./icons.js";
import { count, t } from "./words.js";
import { bytes } from "./locale.js";

/** @param user whose uploads these are @param face `{sessionEnded()}` */
export function uploadPanel(page, user, { sessionEnded }) {
  let storage = null;
  try { storage = globalThis.localStorage; } catch { /* forbidden: a reload begins anew */ }
  const begun = journal(storage, user.name);
  const queue = uploadQueue(begun, { changed, idle: changed, sessionEnded });

  const target = h("div", { class: "drop-target", hidden: true }, icon("upload"), h("p", {}, t("upload.drop")));
  const files = h("input", { type: "file", multiple: true, hidden: true, id: "upload-files", onchange: () => chosen(files) });
  const folder = h("input", { type: "file", multiple: true, hidden: true, webkitdirectory: true, id: "upload-folder", onchange: () => chosen(folder) });
  const results = uploadResults();
  const meter = h("progress", { max: "1", value: "0", "aria-label": t("upload.title") });
  const summary = h("p", { role: "status", class: "upload-summary" });
  const hint = h("p", { class: "hint" }, t("upload.what"));
  const stop = h("button", { type: "button", class: "quiet", hidden: true, onclick: () => { looking?.abort(); queue.stop(); } }, t("upload.cancel"));
  const again = h("button", { type: "button", class: "quiet", id: "upload-retry", hidden: true, onclick: () => queue.retry() }, t("upload.retry"));
  const panel = h("section", { class: "upload-panel", hidden: true, "aria-label": t("upload.title") },
    h("header", {}, h("h2", {}, t("upload.title")),
      h("button", { type: "button", class: "quiet", onclick: () => files.click() }, t("upload.files")),
      h("button", { type: "button", class: "quiet", onclick: () => folder.click() }, t("upload.folder")),
      again, stop,
      h("button", { type: "button", class: "quiet", "aria-label": t("upload.close"), title: t("upload.close"), onclick: () => { panel.hidden = true; } }, icon("close"))),
    meter, summary, hint, results.element);
  page.append(target, files, folder, panel);

  let looking = null; // at files, before anything is sent
  let check = null;

  function chosen(input) {
    const list = [...input.files];
    input.value = "";
    begin(list);
  }

  async function begin(source) {
    panel.hidden = false;
    if (looking) return; // one look at a time; the panel shows it
    looking = new AbortController();
    const { signal } = looking;
    stop.hidden = false;
    let seen = 0, told = 0;
    const progress = (n) => {
      seen = n;
      if (performance.now() - told < 200) return;
      told = performance.now();
      summary.textContent = t("upload.looking", { count: count(seen) });
    };
    try {
      summary.textContent = t("upload.looking", { count: count(0) });
      const items = await gather(source, progress, signal);
      check = uploadCheck(items, { signal });
      const wanted = items.length ? await check.answer : [];
      if (wanted.length) queue.add(wanted.map((item) => ({ ...item, key: fileKey(item) })));
    } catch (error) {
      if (!signal.aborted) {
        if (error.status === 401) sessionEnded();
        else summary.textContent = t("upload.unreadable", { words: String(error.message || error) });
        looking = null;
        stop.hidden = !queue.isBusy;
        return;
      }
    }
    check = looking = null;
    show();
  }

  let scheduled = 0;
  function changed(entry) {
    if (entry) results.show(entry);
    scheduled ||= setTimeout(() => { scheduled = 0; show(); }, 150);
  }

  function show() {
    const counts = tally(queue.entries);
    const failed = counts.refused + counts.failed + counts.stopped;
    meter.max = Math.max(1, counts.total);
    meter.value = counts.sent;
    stop.hidden = !queue.isBusy && !looking;
    again.hidden = queue.isBusy || !failed;
    hint.hidden = counts.all > 0;
    panel.dataset.state = queue.isBusy ? "busy" : !counts.all ? "idle" : failed ? "incomplete" : "done";
    if (!counts.all) summary.textContent = looking ? summary.textContent : begun.count ? t("upload.interrupted", { n: begun.count }) : "";
    else {
      const parts = [
        counts.open ? t("upload.progress", { done: count(counts.all - counts.open), all: count(counts.all), sent: bytes(counts.sent), total: bytes(counts.total) })
          : failed ? t("upload.incomplete", { n: failed, all: count(counts.all) }) : t("upload.complete", { n: counts.all }),
        counts.stored && t("upload.count.stored", { n: counts.stored }), counts.present && t("upload.count.present", { n: counts.present }),
        counts.refused && t("upload.count.refused", { n: counts.refused }), counts.failed && t("upload.count.failed", { n: counts.failed }),
        counts.stopped && t("upload.count.stopped", { n: counts.stopped }),
      ];
      summary.textContent = parts.filter(Boolean).join(" · ");
    }
  }

  let depth = 0;
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  const listeners = {
    dragenter: (event) => { if (hasFiles(event)) { depth++; target.hidden = false; event.preventDefault(); } },
    dragover: (event) => { if (hasFiles(event)) event.preventDefault(); },
    dragleave: (event) => { if (hasFiles(event) && --depth <= 0) { depth = 0; target.hidden = true; } },
    drop: (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      depth = 0;
      target.hidden = true;
      const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile()).filter(Boolean);
      begin(dropped(entries));
    },
    // What is under way would stop: the browser asks.
    beforeunload: (event) => { if (queue.isBusy) event.preventDefault(); },
  };
  for (const [name, listener] of Object.entries(listeners)) addEventListener(name, listener);
  if (begun.count) { panel.hidden = false; show(); }

  return {
    user: user.name,
    choose() { panel.hidden = false; show(); if (!looking) files.click(); },
    /** The session has ended: nothing of it is seen and nothing goes until the same person is back. */
    suspend() {
      check?.close();
      looking?.abort();
      queue.hold();
      panel.hidden = true;
    },
    resume() {
      queue.resume();
      panel.hidden = !queue.entries.length;
      show();
    },
    close() {
      for (const [name, listener] of Object.entries(listeners)) removeEventListener(name, listener);
      check?.close();
      looking?.abort();
      queue.stop();
      clearTimeout(scheduled);
      for (const element of [target, files, folder, panel]) element.remove();
    },
  };
}
