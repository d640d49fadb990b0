/** A printed sheet of chosen images: who they are of, how large they are in truth where that is known. The browser prints it, or keeps it as a PDF. */
import { FrameMissing, frameSource } from "../../export/frameSource.js";
import { fullPicture } from "../../export/picture.js";
import { spread, realSize } from "../../export/sheet.js";
import { scaleOf } from "../../marks/scale.js";
import { initialState } from "../../model/state.js";
import { undrawable } from "../../model/transferSyntax.js";
import { sight } from "../../viewport/sight.js";
import { h, setText } from "../element.js";
import { icon } from "../icons.js";
import { t } from "../words.js";
import { seenCanvas, viewportsOn } from "../export/pictures.js";
import { printedSheet } from "./sheet.js";

const most = 60; // pictures of a sheet

/**
 * @param look as `ui/viewer/looking.js` makes it; @param replaced told the new sheet: it stays in the page, unseen, until the next one
 */
export default function printDialog(look, replaced) {
  const { app, facts } = look;
  const ended = new AbortController();
  const now = app.current();
  const status = h("p", { class: "export-status", role: "status", "aria-live": "polite" });
  const choice = (group, id, checked, label, disabled = false) => h("label", { for: `print-${id}` }, h("input", { type: "radio", name: group, id: `print-${id}`, value: id, checked, disabled, onchange: update }), label);
  const drawn = viewportsOn(look, app.visible()).filter(({ seen }) => seen.kind === "image" && seen.drawn);
  const drawable = now ? facts.stacks.get(now.viewport.series).items.map((item, n) => [item, n]).filter(([{ image }]) => image.hasPixels && !undrawable(image)).map(([, n]) => n) : [];
  const keyImages = app.keys.images.slice(0, most);
  const what = h("div", { class: "export-choices", role: "radiogroup", "aria-label": t("print.what") },
    choice("print-what", "screen", true, t("print.screen", { n: drawn.length })), choice("print-what", "series", false, t("print.series", { n: drawable.length }), drawable.length < 2),
    choice("print-what", "keys", false, t("print.keys", { n: keyImages.length }), !keyImages.length));
  const number = h("input", { id: "print-number", type: "number", min: "1", max: String(Math.min(most, drawable.length)), value: String(Math.min(12, drawable.length)) });
  const numberPlace = h("label", { class: "export-choices", for: "print-number", hidden: true }, t("print.number"), number);
  const size = h("div", { class: "export-choices", role: "radiogroup", "aria-label": t("print.size") },
    choice("print-size", "grid", true, t("print.grid")), choice("print-size", "true", false, t("print.true")));
  const columns = h("select", { id: "print-columns", "aria-label": t("print.columns") }, ["1", "2", "3", "4"].map((n) => h("option", { value: n, selected: n === (drawn.length > 1 ? "2" : "1") }, t("print.columns.n", { n }))));
  const box = (id, checked) => h("label", { for: `print-${id}` }, h("input", { type: "checkbox", id: `print-${id}`, checked }), t(`print.${id}`));
  const patient = box("patient", true), over = box("over", true);
  const go = h("button", { type: "button", class: "primary", id: "print-go", disabled: !drawn.length && !keyImages.length, onclick: make }, t("print.go"));
  const dialog = h("dialog", { class: "export", "aria-labelledby": "print-title", onclose: () => { ended.abort(); dialog.remove(); } },
    h("header", {}, h("h2", { id: "print-title" }, t("print")), h("button", { type: "button", class: "quiet", "aria-label": t("help.close"), onclick: () => dialog.close() }, icon("close"))),
    h("div", { class: "export-body" },
      h("section", {}, h("h3", {}, t("print.what")), what, numberPlace), h("section", {}, h("h3", {}, t("print.size")), size, columns, h("p", { class: "hint" }, t("print.true.hint"))),
      h("div", { class: "export-choices" }, patient, over), h("p", { class: "hint" }, t("export.notDiagnostic")), h("div", { class: "export-acts" }, go), status));
  const chosen = (place) => place.querySelector(":checked").value;
  const isChecked = (place) => place.querySelector("input").checked;

  function update() {
    numberPlace.hidden = chosen(what) !== "series";
    columns.disabled = chosen(size) === "true";
    over.hidden = chosen(what) !== "screen" || chosen(size) === "true";
  }

  const scaleIn = (uid, item) => scaleOf({ series: uid, instance: item.image.sopInstanceUID, frame: item.frame, points: [[item.image.columns / 2, item.image.rows / 2]] }, item.image, look.calibrations());
  const factsOf = (uid, viewport, seen, position) => {
    const scale = scaleIn(uid, seen.item);
    return {
      study: facts.studyOf(uid), series: facts.seriesOf(uid), item: seen.item, position, count: facts.countOf(uid), window: seen.window, scale,
      size: realSize(seen.geometry, scale, viewport.view.orientation),
    };
  };

  async function pictures() {
    const isTrue = chosen(size) === "true", list = [];
    if (chosen(what) === "screen") {
      for (const { n, seen } of drawn) {
        const viewport = app.state().viewports[n];
        // With what lies over it as the screen has it; in true size the whole image and nothing else.
        const canvas = isChecked(over) && !isTrue ? seenCanvas(look, [n], { words: true, marks: true }) : fullPicture(seen, viewport.view.orientation);
        list.push({ canvas, isWhole: !isChecked(over) || isTrue, ...factsOf(viewport.series, viewport, seen, seen.showing) });
      }
      return list;
    }
    const source = frameSource({ facts, held: look.frames(), signedOut: look.signedOut, signal: ended.signal });
    try {
      return chosen(what) === "keys" ? await keyPictures(source) : await seriesPictures(source);
    } finally {
      source.close();
    }
  }

  async function picture(source, viewport, position) {
    const uid = viewport.series, frame = await source.frame(uid, position);
    const seen = sight({ ...viewport, index: position }, facts.stacks.get(uid), facts.seriesOf(uid), { has: () => true, get: () => frame, failure: () => null }, new Map(), look.presented);
    return { canvas: fullPicture(seen, viewport.view.orientation), isWhole: true, ...factsOf(uid, viewport, seen, position) };
  }

  /** Key images as they are shown first, whatever series they are of. */
  async function keyPictures(source) {
    const list = [];
    for (const [n, { series, instance, frame }] of keyImages.entries()) {
      setText(status, t("print.making", { n: n + 1, count: keyImages.length }));
      await facts.ready(series);
      const position = facts.indexOf(series, instance, frame);
      if (position < 0) throw new FrameMissing(n);
      list.push(await picture(source, { ...initialState.viewports[0], series }, position));
    }
    return list;
  }

  async function seriesPictures(source) {
    const list = [];
    const viewport = { ...now.viewport, look: { ...now.viewport.look, window: now.window && ["auto", "full"].includes(now.window.from) ? { kind: "manual", center: now.window.center, width: now.window.width, name: now.window.name } : now.viewport.look.window } };
    const positions = spread(drawable.length, Math.max(1, Math.min(most, number.valueAsNumber || 1))).map((n) => drawable[n]);
    for (const [n, position] of positions.entries()) {
      setText(status, t("print.making", { n: n + 1, count: positions.length }));
      list.push(await picture(source, viewport, position));
    }
    return list;
  }

  async function make() {
    go.disabled = true;
    try {
      const list = await pictures();
      if (list.some(({ canvas }) => !canvas)) return setText(status, t("export.tooLarge"));
      const { element, remarks } = printedSheet(list, { isTrue: chosen(size) === "true", columns: Number(columns.value), patient: isChecked(patient), user: look.user });
      document.body.append(element);
      replaced(element);
      if (ended.signal.aborted) return;
      dialog.close();
      if (remarks.length) look.say(remarks.join(" "));
      window.print();
    } catch (error) {
      if (!ended.signal.aborted) setText(status, error.position != null ? t("export.film.missing", { n: error.position + 1, words: error.words }) : t("export.failed", { words: error.words ? t(error.words) : error.message }));
    } finally {
      go.disabled = false;
    }
  }

  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  document.body.append(dialog);
  dialog.showModal();
  update();
  if (!drawn.length && !keyImages.length) setText(status, t("export.noPicture"));
}
