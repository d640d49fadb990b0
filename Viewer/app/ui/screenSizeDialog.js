/** How large a pixel of this screen is: a person holds a card or a ruler to it and makes the picture as long. */
import { measured, pixelsPerMM, things } from "../model/screenSize.js";
import { h } from "./element.js";
import { icon } from "./icons.js";
import { t } from "./words.js";

const usual = 96 / 25.4; // CSS pixels a mm, where nothing is known

/** @param {{done: () => void, why?: string}} options `done` after it was kept */
export default function screenSizeDialog({ done, why = "" }) {
  const known = pixelsPerMM();
  let thing = "card";
  const outline = h("div", { class: "screen-thing", "aria-hidden": "true" });
  const slider = h("input", { type: "range", id: "screen-length", min: "120", max: "1400", step: "0.5", oninput: draw });
  const problem = h("p", { class: "error", role: "alert" });
  const choice = (id) => h("label", { for: `screen-${id}` }, h("input", { type: "radio", name: "screen-thing", id: `screen-${id}`, value: id, checked: id === thing, onchange: () => choose(id) }), t(`screen.${id}`));
  const form = h("form", { onsubmit: keep },
    why && h("p", {}, why), h("p", { class: "hint" }, t("screen.hint")),
    h("div", { class: "export-choices", role: "radiogroup", "aria-label": t("screen.with") }, choice("card"), choice("ruler")),
    h("div", { class: "screen-place" }, outline),
    h("label", { for: "screen-length" }, t("screen.length")), slider, problem,
    h("div", { class: "dialog-actions" }, h("button", { type: "button", class: "quiet bordered", onclick: () => dialog.close() }, t("cancel")), h("button", { type: "submit", class: "primary", id: "screen-keep" }, t("screen.keep"))));
  const dialog = h("dialog", { class: "screen-dialog", "aria-labelledby": "screen-title", onclose: () => dialog.remove() },
    h("header", {}, h("h2", { id: "screen-title" }, t("command.screenSize")), h("button", { type: "button", class: "quiet", "aria-label": t("help.close"), onclick: () => dialog.close() }, icon("close"))), form);

  const perMM = () => Number(slider.value) / things[thing].width;
  function choose(id) {
    const now = perMM();
    thing = id;
    slider.value = String(now * things[thing].width);
    draw();
  }
  function draw() {
    outline.className = `screen-thing ${thing}`;
    outline.style.width = `${slider.value}px`;
    outline.style.height = `${Math.max(28, perMM() * things[thing].height)}px`;
    slider.setAttribute("aria-valuetext", t("screen.pixels", { n: Math.round(Number(slider.value)) }));
  }
  function keep(event) {
    event.preventDefault();
    if (!measured(thing, Number(slider.value), devicePixelRatio)) { problem.textContent = t("screen.unbelieved"); return; }
    dialog.close();
    done();
  }

  document.body.append(dialog);
  dialog.showModal();
  slider.value = String((known ? known / devicePixelRatio : usual) * things[thing].width);
  draw();
  slider.focus();
}
