/** Upload by drop or choice: a target over the page while dragging, a panel with a line for each file. */
import { dropped, upload } from "../net/upload.js";
import { h } from "./element.js";
import { icon } from "./icons.js";
import { t } from "./words.js";

const mostLines = 500; // stored files leave the list first, so that what went wrong stays readable

export function uploadPanel(page) {
  const target = h("div", { class: "drop-target", hidden: true }, icon("upload"), h("p", {}, t("upload.drop")));
  const files = h("input", { type: "file", multiple: true, hidden: true, id: "upload-files", onchange: () => begin([...files.files]) });
  const folder = h("input", { type: "file", multiple: true, hidden: true, webkitdirectory: true, id: "upload-folder", onchange: () => begin([...folder.files]) });
  const lines = h("ul", { class: "upload-lines" });
  const meter = h("progress", { max: "1", value: "0", "aria-label": t("upload.title") });
  const summary = h("p", { role: "status", class: "upload-summary" });
  const stop = h("button", { type: "button", class: "quiet", onclick: () => controller?.abort() }, t("upload.cancel"));
  const panel = h("section", { class: "upload-panel", hidden: true, "aria-label": t("upload.title") },
    h("header", {}, h("h2", {}, t("upload.title")),
      h("button", { type: "button", class: "quiet", onclick: () => files.click() }, t("upload.files")),
      h("button", { type: "button", class: "quiet", onclick: () => folder.click() }, t("upload.folder")),
      stop,
      h("button", { type: "button", class: "quiet", "aria-label": t("upload.close"), title: t("upload.close"), onclick: () => { panel.hidden = true; } }, icon("close"))),
    meter, summary, lines);
  page.append(target, files, folder, panel);

  let controller = null;
  let counts, elements;

  async function begin(source) {
    panel.hidden = false;
    if (controller) return; // one at a time; the panel shows the running one
    controller = new AbortController();
    counts = { seen: 0, done: 0, stored: 0, refused: 0 };
    elements = new Map();
    lines.replaceChildren();
    stop.hidden = false;
    try {
      await upload(source, report, controller.signal);
    } catch (error) {
      summary.textContent = String(error.message || error);
    }
    controller = null;
    stop.hidden = true;
    files.value = folder.value = "";
  }

  function report(file, result) {
    if (result.state === "sending") {
      counts.seen++;
      const element = h("li", { dataset: { state: "sending" } },
        h("span", { class: "file" }, file.webkitRelativePath || file.name), h("span", { class: "result" }, t("upload.sending")));
      elements.set(file, element);
      lines.prepend(element);
    } else {
      counts.done++;
      counts[result.state === "stored" ? "stored" : "refused"]++;
      const element = elements.get(file);
      elements.delete(file);
      element.dataset.state = result.state;
      const why = result.state === "stored" ? "" : `: ${result.detail || t(`upload.reason.${result.reason}`)}`;
      element.lastChild.textContent = t(`upload.${result.state}`) + why;
      if (lines.childElementCount > mostLines) (lines.querySelector('[data-state="stored"]:last-of-type') ?? lines.lastElementChild).remove();
    }
    meter.max = Math.max(1, counts.seen);
    meter.value = counts.done;
    summary.textContent = `${t("upload.progress", counts)} · ${t("upload.summary", counts)}`;
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
  };
  for (const [name, listener] of Object.entries(listeners)) addEventListener(name, listener);

  return {
    choose() { panel.hidden = false; if (!controller) files.click(); },
    close() {
      for (const [name, listener] of Object.entries(listeners)) removeEventListener(name, listener);
      controller?.abort();
      for (const element of [target, files, folder, panel]) element.remove();
    },
  };
}
