/** The map of all keys and gestures, made from the table of commands. */
import { commands, groups } from "./commands.js";
import { h } from "./element.js";
import { icon } from "./icons.js";
import { keyCaps } from "./keyboard.js";
import { t } from "./words.js";

const gestures = ["left", "right", "middle", "both", "wheel", "ctrlWheel", "double", "pinch", "tap"];

const caps = (keys) => keys.flatMap((key, n) => [n ? " " : "", ...keyCaps(key).map((cap) => h("kbd", {}, cap))]);

function entries(group) {
  const list = commands.filter((command) => command.group === group && command.id !== "preset");
  const rows = list.map(({ id, keys }) => [h("dt", {}, caps(keys)), h("dd", {}, t(`command.${id}`))]);
  if (group === "window") rows.splice(3, 0, [h("dt", {}, h("kbd", {}, "3"), " – ", h("kbd", {}, "9")), h("dd", {}, t("command.preset", { n: "3–9" }))]);
  return rows;
}

export function helpDialog() {
  const dialog = h("dialog", { class: "help", "aria-labelledby": "help-title" },
    h("header", {}, h("h2", { id: "help-title" }, t("help")),
      h("button", { type: "button", class: "quiet", "aria-label": t("help.close"), onclick: () => dialog.close() }, icon("close"))),
    h("div", { class: "help-groups" },
      groups.map((group) => h("section", {}, h("h3", {}, t(`group.${group}`)), h("dl", {}, entries(group)))),
      h("section", {}, h("h3", {}, t("help.mouse")),
        h("dl", { class: "gestures" }, gestures.map((id) => [h("dt", {}, t(`mouse.${id}`)), h("dd", {}, t(`mouse.${id}.does`))])))));
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("keydown", (event) => { if (event.key === "?") dialog.close(); });
  return dialog;
}
