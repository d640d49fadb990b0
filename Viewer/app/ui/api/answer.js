/** What came back: status, time, headers, and the body as JSON, text, picture or a file to keep. */
import { url } from "../../net/api.js";
import { pretty } from "../../model/openapi.js";
import { h } from "../element.js";
import { bytes, duration } from "../network/text.js";
import { t } from "../words.js";

const mostText = 400_000; // characters shown; the rest is in the file
const mostBytes = 64 << 20;

export function answerPanel({ signal, signedOut }) {
  const element = h("section", { class: "api-answer", role: "region", "aria-live": "polite", "aria-label": t("api.answer"), hidden: true });
  let link = null;
  signal.addEventListener("abort", forget);

  function forget() {
    if (link) URL.revokeObjectURL(link);
    link = null;
  }

  function tell(...content) {
    element.hidden = false;
    element.replaceChildren(h("h3", {}, t("api.answer")), ...content);
  }

  async function ask({ method, path, headers, body }) {
    forget();
    tell(h("p", { class: "hint" }, t("api.asking")));
    const begin = performance.now();
    const controller = new AbortController();
    const stop = () => controller.abort();
    signal.addEventListener("abort", stop);
    try {
      const response = await fetch(url(path), { method, headers, body, signal: controller.signal, cache: "no-store" });
      const { data, isWhole } = await read(response, controller);
      show(response, data, isWhole, (performance.now() - begin) / 1000);
      if (response.status === 401 && !path.startsWith("api/session")) signedOut();
    } catch (error) {
      if (!signal.aborted) tell(h("p", { class: "error" }, error.name === "TypeError" ? t("unreachable") : error.message));
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  /** No more than can be shown or kept, and of a line that stays open what comes in two seconds. */
  async function read(response, controller) {
    const pieces = [];
    let length = 0, isWhole = true;
    if (!response.body) return { data: new Blob([]), isWhole };
    const isOpen = response.headers.get("Content-Type")?.startsWith("text/event-stream");
    const timer = isOpen ? setTimeout(() => controller.abort(), 2000) : 0;
    const reader = response.body.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        pieces.push(value);
        length += value.length;
        if (length > mostBytes) { isWhole = false; await reader.cancel(); break; }
      }
    } catch (error) {
      if (!isOpen || error.name !== "AbortError") throw error;
      isWhole = false;
    } finally {
      clearTimeout(timer);
    }
    return { data: new Blob(pieces, { type: response.headers.get("Content-Type") ?? "" }), isWhole };
  }

  async function show(response, data, isWhole, seconds) {
    const type = (response.headers.get("Content-Type") ?? "").split(";")[0];
    const facts = h("p", { class: `api-status api-status-${String(response.status)[0]}`, dataset: { status: response.status } },
      h("strong", {}, `${response.status} ${response.statusText}`), ` · ${duration(seconds)} · ${bytes(data.size)}${isWhole ? "" : ` · ${t("api.cut")}`}`);
    const headers = h("details", {}, h("summary", {}, t("api.headers")),
      h("dl", { class: "api-headers" }, [...response.headers].map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])));
    tell(facts, headers, ...await content(type, data));
  }

  async function content(type, data) {
    if (!data.size) return [];
    const isText = type.startsWith("text/") || /[/+](json|xml)$/.test(type);
    link = URL.createObjectURL(data);
    const keep = h("a", { class: "quiet bordered", href: link, download: name(type) }, t("api.keep"));
    if (type.startsWith("image/")) return [h("img", { src: link, alt: t("api.picture"), class: "api-picture" }), keep];
    if (!isText) return [h("p", { class: "hint" }, type), keep];
    const text = await data.text();
    const shown = type.endsWith("json") ? pretty(text) : text;
    return [
      h("pre", { class: "api-text", tabindex: "0", "aria-label": t("api.answer") }, shown.slice(0, mostText)),
      shown.length > mostText && h("p", { class: "hint" }, t("api.cut")), keep,
    ].filter(Boolean);
  }
  return { element, ask };
}

const endings = { "application/dicom": "dcm", "application/json": "json", "application/dicom+json": "json", "application/zip": "zip", "application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "text/csv": "csv" };
const name = (type) => `answer.${endings[type] ?? (/xml$/.test(type) ? "xml" : type.startsWith("text/") ? "txt" : "bin")}`;
