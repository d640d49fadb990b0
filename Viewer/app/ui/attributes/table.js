/** The rows of the attribute browser as a tree grid: arrows go up and down, left and right close and open, Enter copies. */
import { h, setText } from "../element.js";
import { tagText } from "../../model/attributeRows.js";
import { bytes } from "../../model/text.js";
import { t } from "../words.js";

const most = 1500; // rows at once; typing finds the others
const longest = 400; // characters of a value that are shown

const shortened = (text) => (text.length > longest ? `${text.slice(0, longest)}… (${text.length})` : text);

/** What stands in the column of values. */
export function valueWords(row) {
  if (row.kind === "sequence") return row.frame != null ? t("attributes.frame", { n: row.frame, count: row.count }) : t(row.count === 1 ? "attributes.items.one" : "attributes.items", { n: row.count });
  if (row.kind === "item") return "";
  if (row.bulk) return row.bytes == null ? t("attributes.bulk") : t("attributes.bulk.bytes", { bytes: bytes(row.bytes) });
  if (row.bytes != null) return t("attributes.bytes", { bytes: bytes(row.bytes) });
  return row.meaning ? `${shortened(row.value)} · ${row.meaning}` : shortened(row.value);
}

/** @param {{toggled: (id: string) => void, copied: (row) => void}} acts */
export function attributeTable({ toggled, copied }) {
  const heads = { first: h("th", { scope: "col", role: "columnheader" }, t("attributes.value")), second: h("th", { scope: "col", role: "columnheader", hidden: true }) };
  const body = h("tbody", { role: "rowgroup" });
  const grid = h("table", { role: "treegrid", "aria-label": t("attributes") },
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, ["tag", "name", "vr"].map((id) => h("th", { scope: "col", role: "columnheader" }, t(`attributes.${id}`))), heads.first, heads.second)), body);
  const element = h("div", { class: "attributes-table" }, grid);
  let shown = [], at = null; // id of the row with the focus

  const indent = (cell, depth) => { cell.style.paddingInlineStart = `${0.5 + depth}rem`; return cell; };

  function line(row, closed, isCompared) {
    const isOpen = row.kind === "element" ? null : String(!closed.has(row.id));
    const name = row.kind === "item" ? t("attributes.item", { n: row.number }) : row.keyword || row.name || row.creator || t("attributes.unknown");
    const cells = [
      indent(h("td", { role: "gridcell" }, row.kind === "item" ? "" : tagText(row.tag)), row.depth),
      h("td", { role: "gridcell", title: row.name || null }, row.kind === "item" ? name : [name, row.creator && h("span", { class: "attributes-creator" }, ` ${row.creator}`)]),
      h("td", { role: "gridcell" }, row.vr),
      h("td", { role: "gridcell", class: "attributes-text" }, row.difference === "second" ? t("attributes.absent") : h("bdi", {}, valueWords(row))),
    ];
    if (isCompared) cells.push(h("td", { role: "gridcell", class: "attributes-text" }, row.other ? h("bdi", {}, valueWords({ ...row.other, meaning: "" })) : t("attributes.absent")));
    return h("tr", {
      role: "row", "aria-level": String(row.depth + 1), "aria-expanded": isOpen, tabindex: "-1",
      dataset: { path: row.id, ...(row.difference && { difference: row.difference }) }, class: row.kind,
      onclick: () => { at = row.id; mark(); if (row.kind !== "element") toggled(row.id); }, onfocus: () => { at = row.id; },
    }, cells);
  }

  function mark(focus = false) {
    if (!shown.some(({ id }) => id === at)) at = shown[0]?.id ?? null;
    for (const row of body.children) row.tabIndex = row.dataset.path === at ? 0 : -1;
    if (focus) body.querySelector("[tabindex='0']")?.focus();
  }

  body.addEventListener("keydown", (event) => {
    const n = shown.findIndex(({ id }) => id === at), row = shown[n];
    if (!row) return;
    const step = { ArrowDown: n + 1, ArrowUp: n - 1, Home: 0, End: shown.length - 1, PageDown: n + 15, PageUp: n - 15 }[event.key];
    const isOpen = body.children[n]?.getAttribute("aria-expanded");
    if (step !== undefined) at = shown[Math.max(0, Math.min(shown.length - 1, step))].id;
    else if ((event.key === "ArrowRight" && isOpen === "false") || (event.key === "ArrowLeft" && isOpen === "true")) toggled(row.id);
    else if (event.key === "ArrowLeft" && row.parent) at = row.parent;
    else if (event.key === "Enter" || ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "c" && !getSelection().toString())) copied(row);
    else return;
    event.preventDefault();
    mark(true);
  });

  return {
    element,
    focus: () => mark(true),
    heads(first, second) {
      setText(heads.first, second ? first : t("attributes.value"));
      heads.second.hidden = !second;
      setText(heads.second, second ?? "");
    },
    /** @returns how many rows are there */
    show(rows, closed, isCompared) {
      const had = body.contains(document.activeElement);
      shown = rows.slice(0, most);
      body.replaceChildren(...shown.map((row) => line(row, closed, isCompared)));
      mark(had);
      return shown.length;
    },
  };
}
