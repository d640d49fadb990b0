/** The map of all keys and gestures, made from the table of commands; a key is changed where it stands. */
import { tools } from "../tools/table.js";
import { commands, groups } from "./commands.js";
import { explain } from "./doors.js";
import { h } from "./element.js";
import { icon } from "./icons.js";
import { keyCaps, keyName } from "./keyboard.js";
import { commandName } from "./toolbar.js";
import { t } from "./words.js";

const gestures = ["left", "right", "middle", "both", "wheel", "ctrlWheel", "double", "pinch", "tap"];
const fixed = new Set(["back", "help"]);

const caps = (keys) => keys.flatMap((key, n) => [n ? " " : "", ...keyCaps(key).map((cap) => h("kbd", {}, cap))]);

/**
 * @param app gives `keyboard` and `buttons` (what the mouse's buttons do: `{get, set}`)
 * @returns `{element, open}`
 */
export function helpDialog(app) {
  const content = h("div", { class: "help-groups" });
  const status = h("p", { class: "help-status", role: "status", "aria-live": "polite" });
  let listening = null; // the command whose key is asked for
  const dialog = h("dialog", { class: "help", "aria-labelledby": "help-title" },
    h("header", {}, h("h2", { id: "help-title" }, t("help")), status,
      h("button", { type: "button", class: "quiet", "aria-label": t("help.close"), onclick: () => dialog.close() }, icon("close"))),
    content);

  function row({ id }) {
    const keys = app.keyboard.keysOf(id), name = commandName(id);
    const words = listening === id ? [t("keys.press")] : keys.length ? caps(keys) : [t("keys.none")];
    return [
      h("dt", {}, fixed.has(id) ? words : h("button", { type: "button", class: "key-change", dataset: { change: id }, "aria-label": t("keys.change", { name, keys: keys.map((key) => keyCaps(key).join(" ")).join(", ") || t("keys.none") }), onclick: () => listen(id) }, words)),
      h("dd", {}, name, app.keyboard.isChanged(id) && h("button", { type: "button", class: "key-restore", dataset: { restore: id }, title: t("keys.restore"), "aria-label": `${name}: ${t("keys.restore")}`, onclick: () => done(app.keyboard.restore(id), () => "", id) }, "↺")),
    ];
  }

  const buttonSelect = (which) => h("select", { id: `button-${which}`, "aria-label": t(`mouse.${which}`), onchange: (event) => app.buttons.set(which, event.target.value).catch((error) => { status.textContent = explain(error); }) },
    tools.map(({ id }) => h("option", { value: id, selected: app.buttons.get()[which] === id }, t(`command.${id}`))));

  function render() {
    const focus = document.activeElement?.dataset?.change ?? document.activeElement?.dataset?.restore;
    content.replaceChildren(
      ...groups.map((group) => h("section", {}, h("h3", {}, t(`group.${group}`)), h("dl", {}, commands.filter((command) => command.group === group).map(row)))),
      h("section", {}, h("h3", {}, t("help.mouse")),
        h("dl", { class: "gestures" }, gestures.map((id) => [h("dt", {}, t(`mouse.${id}`)), h("dd", {}, ["right", "middle"].includes(id) ? buttonSelect(id) : t(`mouse.${id}.does`))]))));
    if (focus) content.querySelector(`[data-change="${focus}"]`)?.focus();
  }

  function listen(id) {
    listening = listening === id ? null : id;
    status.textContent = listening ? t("keys.press.for", { name: commandName(id) }) : "";
    render();
    content.querySelector(`[data-change="${id}"]`)?.focus();
  }

  async function done(work, words, id) {
    listening = null;
    try {
      status.textContent = words(await work);
    } catch (error) {
      status.textContent = explain(error);
    }
    render();
    content.querySelector(`[data-change="${id}"]`)?.focus();
  }

  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => { listening = null; status.textContent = ""; });
  dialog.addEventListener("keydown", (event) => {
    if (!listening) { if (event.key === "?") dialog.close(); return; }
    const key = keyName(event), id = listening;
    if (["Shift", "Control", "Alt", "Meta", "AltGraph"].includes(event.key)) return;
    if (event.key === "Tab") { listening = null; status.textContent = ""; return render(); }
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") return listen(id);
    const shown = keyCaps(key).join(" ");
    done(app.keyboard.assign(id, key), (result) => !result ? t("keys.refused", { key: shown }) : result.taken ? t("keys.taken", { key: shown, name: commandName(result.taken) }) : t("keys.assigned", { key: shown, name: commandName(id) }), id);
  });
  return { element: dialog, open() { render(); dialog.showModal(); } };
}
