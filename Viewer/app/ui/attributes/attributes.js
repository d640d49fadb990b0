/** The attributes of an image as its object says them, found by typing, beside those of another image where that is asked. */
import * as api from "../../net/api.js";
import { dictionary } from "../../net/dictionary.js";
import { compared, copied, differences, filtered, named, opened, rowsOf } from "../../model/attributeRows.js";
import { explain } from "../doors.js";
import { h, setText } from "../element.js";
import { icon } from "../icons.js";
import { t } from "../words.js";
import { attributeTable } from "./table.js";

/** Objects whose links are asked for their length at once. */
const mostSizes = 40;

/**
 * @param {{study, series, image, frame, label}[]} images the first is shown, the others are offered for comparison
 * @param {() => void} signedOut
 */
export default function attributesDialog(images, { signedOut }) {
  const ended = new AbortController();
  const read = new Map(); // SOP Instance UID → metadata
  const closed = new Set();
  let rows = [];
  const find = h("input", { id: "attributes-find", type: "search", autocomplete: "off", spellcheck: "false", placeholder: t("attributes.find.hint"), "aria-label": t("attributes.find"), oninput: () => show() });
  const other = h("select", { id: "attributes-compare", "aria-label": t("attributes.compare"), onchange: () => load() },
    h("option", { value: "" }, t("attributes.compare.none")), images.slice(1).map(({ label }, n) => h("option", { value: String(n + 1) }, label)));
  const onlyDifferences = h("input", { id: "attributes-differences", type: "checkbox", onchange: () => show() });
  const switches = h("label", { class: "attributes-switch", for: "attributes-differences", hidden: true }, onlyDifferences, t("attributes.differences"));
  const status = h("p", { class: "attributes-status", role: "status", "aria-live": "polite" });
  const table = attributeTable({
    toggled(id) { if (!closed.delete(id)) closed.add(id); show(); },
    async copied(row) { say(await toClipboard(copied(row)) ? t("attributes.copied") : t("attributes.copy.failed")); },
  });
  const dialog = h("dialog", { class: "attributes", "aria-labelledby": "attributes-title", onclose: () => { ended.abort(); dialog.remove(); } },
    h("header", {}, h("h2", { id: "attributes-title" }, t("attributes")), h("span", { class: "attributes-of" }, images[0].label),
      h("button", { type: "button", class: "quiet", "aria-label": t("help.close"), onclick: () => dialog.close() }, icon("close"))),
    h("div", { class: "attributes-tools" }, find, other, switches, h("button", { type: "button", class: "quiet bordered", id: "attributes-copy", onclick: copyAll }, t("attributes.copy.all"))),
    status, table.element);

  const say = (words) => setText(status, words);
  const comparing = () => (other.value ? images[Number(other.value)] : null);

  async function metadata({ study, series, image }) {
    const uid = image.sopInstanceUID;
    if (!read.has(uid)) read.set(uid, await api.metadata(study, series, uid, ended.signal));
    return read.get(uid);
  }

  async function load() {
    say(t("attributes.loading"));
    try {
      const second = comparing();
      const [first, others] = await Promise.all([metadata(images[0]), second && metadata(second)]);
      const own = rowsOf(first, images[0].frame);
      const all = second ? compared(own, rowsOf(others, second.frame)) : own;
      const names = await dictionary(all);
      rows = named(all, names);
      switches.hidden = !second;
      show(names.isKnown ? "" : t("attributes.unnamed"));
      table.heads(images[0].label, second?.label ?? null);
      sizes();
    } catch (error) {
      if (ended.signal.aborted) return;
      if (error.status === 401) { dialog.close(); return signedOut(); }
      say(explain(error));
    }
  }

  /** Lengths of what lies behind links. */
  async function sizes() {
    for (const row of rows.flatMap((each) => [each, each.other]).filter((each) => each?.bulk && each.bytes == null).slice(0, mostSizes)) {
      row.bytes = await api.bulkLength(row.bulk, ended.signal).catch(() => null); // not told: the row says that there is bulk data
      if (ended.signal.aborted) return;
    }
    for (const row of rows) if (row.difference === "unknown" && row.bytes != null && row.other.bytes != null && row.bytes !== row.other.bytes) row.difference = "changed";
    show();
  }

  const chosen = () => {
    const base = comparing() && onlyDifferences.checked ? differences(rows) : rows;
    return filtered(base, find.value);
  };

  function show(words = "") {
    const list = chosen();
    const isSearching = find.value.trim() || (comparing() && onlyDifferences.checked);
    const count = list.filter(({ kind }) => kind !== "item").length;
    const shown = table.show(isSearching ? list : opened(list, closed), closed, comparing() != null);
    const changed = comparing() ? rows.filter(({ difference, kind }) => difference && difference !== "unknown" && kind !== "item").length : null;
    say([words, t("attributes.count", { n: count }), changed != null && t("attributes.differ", { n: changed }), shown < list.length && isSearching && t("attributes.cut", { n: shown })].filter(Boolean).join(" · "));
  }

  async function copyAll() { say(await toClipboard(chosen().filter(({ kind }) => kind !== "item").map(copied).join("\n")) ? t("attributes.copied") : t("attributes.copy.failed")); }

  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  find.addEventListener("keydown", (event) => { if (event.key === "ArrowDown") { event.preventDefault(); table.focus(); } });
  document.body.append(dialog);
  dialog.showModal();
  find.focus();
  load();
}

/** The asynchronous clipboard is there in secure contexts only; the old way still works beside it. */
export async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = h("textarea", { class: "unseen", readonly: true }, text);
    (document.querySelector("dialog[open]") ?? document.body).append(area);
    const before = document.activeElement;
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    before?.focus?.();
    return done;
  }
}
