/** A line for each file that is sent, what went wrong on top; of what is well only the last ones stay. */
import { h } from "./element.js";
import { bytes } from "./locale.js";
import { t } from "./words.js";

const mostLines = 500;
const ends = new Set(["stored", "present"]);

export function uploadResults() {
  const element = h("ul", { class: "upload-lines", tabindex: "0", "aria-label": t("upload.results") });
  const lines = new Map(); // entry → element

  return {
    element,
    show(entry) {
      if (entry.state === "queued" && !lines.has(entry)) return;
      let line = lines.get(entry);
      if (!line) {
        line = h("li", {}, h("bdi", { class: "file", title: entry.path }, entry.path), h("span", { class: "result" }));
        lines.set(entry, line);
      }
      const isNew = line.dataset.state !== entry.state;
      line.dataset.state = entry.state;
      line.lastChild.textContent = words(entry);
      if (isNew && (!line.isConnected || !["sending", "queued"].includes(entry.state))) place(line, entry);
      if (lines.size > mostLines) shorten();
    },
  };

  /** Failures first, then what moves, then what is done. */
  function place(line, { state }) {
    if (!ends.has(state)) return element.prepend(line);
    const firstDone = element.querySelector('[data-state="stored"], [data-state="present"]');
    if (firstDone && firstDone !== line) firstDone.before(line);
    else element.append(line);
  }

  function shorten() {
    for (const [entry, line] of lines) {
      if (lines.size <= mostLines) return;
      if (!ends.has(entry.state)) continue;
      line.remove();
      lines.delete(entry);
    }
  }
}

function words({ state, reason, detail, remark, sent, total }) {
  switch (state) {
    case "sending": return sent && total ? t("upload.sending.part", { sent: bytes(sent), total: bytes(total) }) : t("upload.sending");
    case "waiting": return t("upload.waiting", { why: t(`upload.reason.${reason}`) });
    case "stored": case "present": return remark ? `${t(`upload.${state}`)}: ${remark}` : t(`upload.${state}`);
    case "refused": case "failed": case "stopped": {
      const why = reason?.startsWith("zip.") ? t(`check.problem.${reason.slice(4)}`) : t(`upload.reason.${reason}`);
      return `${t(`upload.${state}`)}: ${detail ? `${why} (${detail})` : why}`;
    }
    default: return t("upload.queued");
  }
}
