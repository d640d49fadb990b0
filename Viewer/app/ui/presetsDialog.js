/** The reader's own windows of a modality: a list that takes the place of the shipped one, kept with the account. */
import { editable, isPreset, ownPresets, withList } from "../model/presets.js";
import { number } from "../model/text.js";
import { explain } from "./doors.js";
import { h } from "./element.js";
import { icon } from "./icons.js";
import { t } from "./words.js";

const fresh = () => `own-${crypto.getRandomValues(new Uint32Array(1))[0].toString(36)}`;

/** @param {{modality: string, now: {center, width} | null, preferences}} options `now` is the window on screen */
export default function presetsDialog({ modality, now, preferences }) {
  let list = editable(ownPresets(preferences.get("presets")), modality, (id) => t(`preset.${id}`)).map((each) => ({ ...each }));
  const rows = h("tbody", {});
  const problem = h("p", { class: "error", role: "alert" });
  const input = (row, n, name, kind, label) => h("input", {
    type: kind, id: `preset-${name}-${n}`, "aria-label": `${t(label)} ${n + 1}`, value: String(row[name] ?? ""), step: kind === "number" ? "any" : null, maxlength: kind === "text" ? "40" : null, autocomplete: "off",
    oninput: (event) => { row[name] = kind === "number" ? event.target.valueAsNumber : event.target.value; event.target.removeAttribute("aria-invalid"); },
  });

  function render(focus = null) {
    rows.replaceChildren(...list.map((row, n) => h("tr", {},
      h("td", {}, n < 7 ? h("kbd", {}, String(n + 3)) : ""), h("td", {}, input(row, n, "title", "text", "presets.name")),
      h("td", {}, input(row, n, "width", "number", "presets.width")), h("td", {}, input(row, n, "center", "number", "presets.center")),
      h("td", {}, h("button", { type: "button", class: "quiet", "aria-label": t("presets.remove", { name: row.title }), onclick: () => { list.splice(n, 1); render(); } }, icon("trash"))))));
    if (focus != null) rows.querySelector(`#preset-title-${focus}`)?.select();
  }
  function add() {
    const window = now && !now.lut ? { center: Number(now.center.toFixed(2)), width: Number(now.width.toFixed(2)) } : { center: 0, width: 100 };
    list.push({ id: fresh(), title: t("presets.new"), ...window });
    render(list.length - 1);
  }
  async function keep(next) {
    try {
      await preferences.update("presets", (kept) => withList(kept, modality, next));
      dialog.close();
    } catch (error) {
      problem.textContent = explain(error);
    }
  }
  function submit(event) {
    event.preventDefault();
    const bad = list.findIndex((row) => !isPreset(row));
    if (bad < 0) return keep(list);
    const name = !list[bad].title?.trim() ? "title" : !(list[bad].width > 0) ? "width" : "center";
    problem.textContent = t("presets.wrong");
    const field = rows.querySelector(`#preset-${name}-${bad}`);
    field.setAttribute("aria-invalid", "true");
    field.focus();
  }

  const form = h("form", { novalidate: true, onsubmit: submit },
    h("p", { class: "hint" }, t("presets.hint", { modality })),
    h("table", { class: "presets-table" }, h("thead", {}, h("tr", {}, ["key", "name", "width", "center"].map((id) => h("th", { scope: "col" }, t(`presets.${id}`))), h("th", { scope: "col" }, h("span", { class: "unseen" }, t("presets.acts"))))), rows),
    now && h("p", { class: "hint" }, t("presets.now", { width: number(now.width, 2), center: number(now.center, 2) })), problem,
    h("div", { class: "dialog-actions" },
      h("button", { type: "button", class: "quiet bordered", id: "presets-add", onclick: add }, t("presets.add")),
      h("button", { type: "button", class: "quiet bordered", id: "presets-restore", onclick: () => keep(null) }, t("presets.restore")),
      h("button", { type: "submit", class: "primary", id: "presets-keep" }, t("peer.save"))));
  const dialog = h("dialog", { class: "presets-dialog", "aria-labelledby": "presets-title", onclose: () => dialog.remove() },
    h("header", {}, h("h2", { id: "presets-title" }, t("command.editPresets")), h("button", { type: "button", class: "quiet", "aria-label": t("help.close"), onclick: () => dialog.close() }, icon("close"))), form);
  document.body.append(dialog);
  dialog.showModal();
  render();
}
