/** One viewport's elements over the canvas: corners, letters, badges, scale bar, slider, message. */
import { h, setText } from "../ui/element.js";
import { icon } from "../ui/icons.js";
import { dragType } from "../ui/seriesStrip.js";
import { t } from "../ui/words.js";
import { referenceLayer } from "./reference.js";
import { slider } from "./slider.js";

const cornerNames = ["topLeft", "topRight", "bottomLeft", "bottomRight"];
const edges = ["top", "bottom", "left", "right"];

export function pane(index, { goTo, dropped }) {
  const corners = Object.fromEntries(cornerNames.map((name) => [name, h("div", { class: `corner ${name}` })]));
  const letters = Object.fromEntries(edges.map((edge) => [edge, h("span", { class: `letter ${edge}`, dataset: { edge } })]));
  const mark = h("p", { class: "study-mark", hidden: true });
  const badges = h("div", { class: "badges" });
  const bar = h("div", { class: "scale-bar" }, h("span", { class: "scale-line" }), h("span", { class: "scale-text" }));
  const message = h("div", { class: "message", hidden: true });
  const position = slider(goTo);
  const references = referenceLayer();
  const element = h("section", { class: "viewport", tabindex: "0", role: "group", dataset: { viewport: index, state: "loading" } },
    references.element, Object.values(corners), Object.values(letters), bar, mark, badges, message, position.element);

  element.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes(dragType)) return;
    event.preventDefault();
    element.classList.add("dropping");
  });
  element.addEventListener("dragleave", () => element.classList.remove("dropping"));
  element.addEventListener("drop", (event) => {
    element.classList.remove("dropping");
    const uid = event.dataTransfer.getData(dragType);
    if (!uid) return;
    event.preventDefault();
    dropped(uid);
  });

  /** Lines of a corner, only where they changed. */
  function fill(corner, lines) {
    const text = lines.filter(Boolean);
    if (corner.dataset.text === text.join("\n")) return;
    corner.dataset.text = text.join("\n");
    corner.replaceChildren(...text.map((line) => h("div", {}, h("bdi", {}, line))));
  }

  return {
    element,
    place({ x, y, width, height }, scale) {
      Object.assign(element.style, { left: `${x / scale}px`, top: `${y / scale}px`, width: `${width / scale}px`, height: `${height / scale}px` });
    },
    /**
     * @param shown `{label, active, overlays, cursor, corners, letters, badges, scale, message, mark, references, index, loaded, data}`
     */
    update(shown) {
      element.setAttribute("aria-label", shown.label);
      element.classList.toggle("active", shown.active);
      element.dataset.overlays = shown.overlays;
      element.style.cursor = shown.cursor;
      for (const name of cornerNames) fill(corners[name], shown.corners?.[name] ?? []);
      for (const edge of edges) setText(letters[edge], shown.letters?.[edge] ?? "");
      mark.hidden = !shown.mark;
      setText(mark, shown.mark?.text ?? "");
      if (shown.mark) element.dataset.study = shown.mark.relation;
      else delete element.dataset.study;
      const ids = shown.badges.map(({ id, text }) => id + text).join("\n");
      if (badges.dataset.ids !== ids) {
        badges.dataset.ids = ids;
        badges.replaceChildren(...shown.badges.map(({ id, text, title: own }) => h("span", { class: `badge ${id.replace(".", " ")}`, title: own ?? title(id) }, text)));
      }
      bar.hidden = !shown.scale;
      if (shown.scale) {
        bar.title = shown.scale.words ?? "";
        bar.firstChild.style.height = `${shown.scale.pixels}px`;
        setText(bar.lastChild, [shown.scale.text, t(`scale.${shown.scale.source}`)].filter(Boolean).join(" "));
      }
      const { message: words } = shown;
      message.hidden = !words;
      const key = words ? JSON.stringify(words) : "";
      if (message.dataset.key !== key) {
        message.dataset.key = key;
        message.replaceChildren(...(words ? [words.picture && icon(words.picture), h("h3", {}, words.title), ...(words.lines ?? []).map((line) => h("p", {}, line))].filter(Boolean) : []));
      }
      position.update(shown.index, shown.loaded, shown.keys);
      references.update(shown.references);
      element.dataset.loadedFrames = shown.loaded.filter(Boolean).length;
      for (const [name, value] of Object.entries(shown.data)) {
        if (value == null) delete element.dataset[name];
        else element.dataset[name] = value;
      }
    },
  };

  function title(id) {
    const key = `badge.${id}.title`;
    const words = t(key);
    return words === key ? null : words;
  }
}
