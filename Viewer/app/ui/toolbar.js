/** The tool bar: pointer tools, window, view, cine, screen; on a phone the first few and "more". */
import { tools } from "../tools/table.js";
import { markMenus } from "../marks/menus.js";
import { evidenceMenus } from "../presentation/menus.js";
import { number } from "../model/text.js";
import { command } from "./commands.js";
import { h, setText } from "./element.js";
import { icon } from "./icons.js";
import { keyCaps } from "./keyboard.js";
import { menu } from "./menu.js";
import { t } from "./words.js";

/** The name of a command in words. */
export const commandName = (id) => (command(id)?.family ? t(`command.${command(id).family}`, { n: id.slice(command(id).family.length) }) : t(`command.${id}`));

const title = (app, id) => {
  const [key] = app.keyboard.keysOf(id);
  return `${commandName(id)}${key ? ` (${keyCaps(key).join(" ")})` : ""}`;
};

/** Buttons name the keys that stand for them: said again after a key was changed. */
export function retitle(page, app) {
  for (const button of page.querySelectorAll("button[data-command]")) button.title = title(app, button.dataset.command);
}

export function commandButton(app, id, extra = {}) {
  return h("button", { type: "button", class: "tool", title: title(app, id), "aria-label": t(`command.${id}`), dataset: { command: id }, onclick: () => command(id).run(app), ...extra }, icon(command(id).icon));
}

const bar = [["invert", "fit", "onePixel"], ["rotateLeft", "rotateRight", "flipHorizontal", "flipVertical"], ["reset", "undo", "redo"]];

export function toolbar(app, windowEntries, togetherEntries) {
  const toolButtons = tools.map(({ id, icon: picture }) =>
    h("button", { type: "button", class: "tool named", title: title(app, id), "aria-pressed": "false", dataset: { command: id }, onclick: () => command(id).run(app) }, icon(picture), h("span", {}, t(`command.${id}`))));
  const windows = menu({ name: "windows", label: t("window.menu"), picture: "presets", entries: windowEntries });
  const together = menu({ name: "together", label: t("group.together"), picture: "sync", entries: togetherEntries });
  const marks = markMenus(app);
  const evidence = evidenceMenus(app);
  const play = commandButton(app, "cine", { "aria-pressed": "false" });
  const rate = h("span", { class: "rate" });
  const undo = commandButton(app, "undo"), redo = commandButton(app, "redo");
  const buttons = { undo, redo };
  const more = menu({
    name: "more", label: t("command.more"), picture: "more",
    entries: () => [{
      items: ["invert", "fit", "onePixel", "rotateLeft", "rotateRight", "flipHorizontal", "flipVertical", "smooth", "reset", "undo", "redo", "slower", "faster", "hangPrior", "attributes", "export", "print", "trueSize", "overlays", "panel", "fullscreen", "palette", "help"]
        .map((id) => ({ text: t(`command.${id}`), picture: command(id).icon, run: () => command(id).run(app) })),
    }],
  });
  const element = h("div", { class: "toolbar", role: "toolbar", "aria-label": t("tools") },
    h("div", { class: "tool-group" }, toolButtons),
    h("div", { class: "tool-group" }, windows.element),
    h("div", { class: "tool-group wide" }, together.element),
    h("div", { class: "tool-group" }, marks.elements),
    h("div", { class: "tool-group" }, evidence.elements),
    bar.map((ids) => h("div", { class: "tool-group wide" }, ids.map((id) => buttons[id] ?? commandButton(app, id)))),
    h("div", { class: "tool-group cine" }, commandButton(app, "slower", { class: "tool wide" }), play, commandButton(app, "faster", { class: "tool wide" }), rate),
    h("div", { class: "tool-group" }, more.element),
  );
  // Arrow keys belong to the images; Tab goes through the buttons.

  function update(state, { cine, canUndo, canRedo, canPlay }) {
    together.button.classList.toggle("on", state.sync.scroll || state.sync.view || state.sync.window);
    for (const button of toolButtons) button.setAttribute("aria-pressed", button.dataset.command === state.tool);
    marks.update(state);
    evidence.update(state);
    const playing = Boolean(cine);
    if (play.getAttribute("aria-pressed") !== String(playing)) {
      play.setAttribute("aria-pressed", playing);
      play.replaceChildren(icon(playing ? "pause" : "play"));
    }
    play.disabled = !canPlay;
    undo.disabled = !canUndo;
    redo.disabled = !canRedo;
    setText(rate, cine ? `${t("rate", { rate: number(cine.rate, 1) })} ${t(`rate.${cine.source}`)}` : "");
  }
  return { element, update };
}
