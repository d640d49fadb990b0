/** A table for people: rows by key, so that what stays the same keeps its place and its focus. */
import { h } from "../element.js";

/** `columns`: [{id, label}]; `fill(row, cells)` writes a row's cells; `key(row)` names it; `empty`: what is said where there is none. */
export function table({ label, columns, key, fill, empty }) {
  const body = h("tbody");
  const nothing = h("p", { class: "hint network-empty", hidden: true }, empty);
  const element = h("div", { class: "network-table" },
    h("table", { "aria-label": label },
      h("thead", {}, h("tr", {}, columns.map(({ id, label }) => h("th", { scope: "col", class: `column-${id}` }, label)))), body),
    nothing);
  const rows = new Map();

  function show(list) {
    const kept = new Set();
    let before = null;
    for (const item of list) {
      const name = String(key(item));
      kept.add(name);
      let row = rows.get(name);
      if (!row) {
        const cells = Object.fromEntries(columns.map(({ id, label }) => [id, h("td", { class: `column-${id}`, "data-label": label })]));
        row = { element: h("tr", { dataset: { key: name } }, Object.values(cells)), cells, text: "" };
        rows.set(name, row);
      }
      const text = JSON.stringify(item);
      if (row.text !== text) {
        row.text = text;
        const focused = row.element.contains(document.activeElement) ? document.activeElement.dataset.action : null;
        for (const cell of Object.values(row.cells)) cell.replaceChildren();
        fill(item, row.cells);
        if (focused) row.element.querySelector(`[data-action="${focused}"]`)?.focus();
      }
      const place = before ? before.nextSibling : body.firstChild;
      if (place !== row.element) body.insertBefore(row.element, place);
      before = row.element;
    }
    for (const [name, row] of rows) {
      if (kept.has(name)) continue;
      row.element.remove();
      rows.delete(name);
    }
    nothing.hidden = list.length > 0;
    element.querySelector("table").hidden = list.length === 0;
  }
  return { element, show };
}

/** A button within a row; `name` finds it again after the row was written anew. */
export const action = (name, label, run, properties = {}) =>
  h("button", { type: "button", class: "quiet bordered", dataset: { action: name }, onclick: run, ...properties }, label);
