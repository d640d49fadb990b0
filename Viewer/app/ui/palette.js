/** The command palette: every act by its name, with its key beside it, so that it need not be looked for the next time. */
import { found } from "../model/search.js";
import { h } from "./element.js";
import { t } from "./words.js";

/** @param {() => [{text, detail, run}]} entries of the moment */
export function palette(entries) {
  const input = h("input", { id: "palette-input", type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", "aria-label": t("palette"), "aria-expanded": "true", "aria-controls": "palette-list", "aria-autocomplete": "list", placeholder: t("palette.hint") });
  const list = h("ul", { id: "palette-list", role: "listbox", "aria-label": t("palette") });
  const dialog = h("dialog", { class: "palette", "aria-label": t("palette") }, input, list);
  let all = [], shown = [], at = 0;

  function render() {
    shown = found(all, input.value);
    at = Math.min(at, Math.max(0, shown.length - 1));
    list.replaceChildren(...(shown.length
      ? shown.map(({ text, detail }, n) => h("li", { role: "option", id: `palette-${n}`, "aria-selected": String(n === at), onclick: () => choose(n) }, h("span", { class: "palette-text" }, text), detail && h("span", { class: "palette-detail" }, detail)))
      : [h("li", { role: "option", "aria-selected": "false", "aria-disabled": "true", class: "palette-none" }, t("palette.none"))]));
    mark();
  }
  function mark() {
    [...list.children].forEach((item, n) => item.setAttribute("aria-selected", String(n === at && shown.length > 0)));
    if (shown.length) input.setAttribute("aria-activedescendant", `palette-${at}`);
    else input.removeAttribute("aria-activedescendant");
    list.children[at]?.scrollIntoView({ block: "nearest" });
  }
  function choose(n) {
    const entry = shown[n];
    if (!entry) return;
    dialog.close();
    entry.run();
  }

  input.addEventListener("input", () => { at = 0; render(); });
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
    if (step && shown.length) at = Math.abs(step) === 1 ? (at + step + shown.length) % shown.length : Math.min(shown.length - 1, Math.max(0, at + step));
    else if (event.key === "Enter") choose(at);
    else return;
    event.preventDefault();
    mark();
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  return {
    element: dialog,
    open() {
      all = entries();
      input.value = "";
      at = 0;
      dialog.showModal();
      render();
      input.focus();
    },
  };
}
