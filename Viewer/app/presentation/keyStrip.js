/** Key images of the study as thumbnails above its series: click or Enter shows one; the star shows only them. */
import { local } from "../net/api.js";
import { h } from "../ui/element.js";
import { icon } from "../ui/icons.js";
import { t } from "../ui/words.js";
import { titleOf } from "./menus.js";

const most = 60; // thumbnails; the menu has all

export function keyStrip(app, studyUID) {
  const toggle = h("button", { type: "button", class: "keys-only", "aria-pressed": "false", title: t("command.keysOnly"), onclick: () => app.keysOnly() }, icon("star"), h("span", {}));
  const list = h("ol", {});
  const element = h("div", { class: "strip-group key-strip", hidden: true }, toggle, list);
  let painted = "";

  function update(state) {
    const { images } = app.keys;
    const active = app.current();
    const text = JSON.stringify(images.map(({ instance, frame, documents }) => [instance, frame, documents.map(({ document, isOnItsWay }) => [document, isOnItsWay])]));
    toggle.setAttribute("aria-pressed", state.keysOnly);
    element.parentElement?.classList.toggle("only-keys", state.keysOnly && images.length > 0);
    for (const button of list.querySelectorAll("button")) button.setAttribute("aria-current", String(button.dataset.instance === active?.image.sopInstanceUID && Number(button.dataset.frame) === active?.item.frame));
    if (text === painted) return;
    painted = text;
    element.hidden = !images.length;
    toggle.lastChild.textContent = t(images.length === 1 ? "key.count.one" : "key.count", { n: images.length });
    list.replaceChildren(...images.slice(0, most).map((each) => h("li", {}, button(each))));
  }

  function button(each) {
    const { series, instance, frame, documents } = each;
    const words = [...new Set(documents.map(({ title, description }) => [titleOf(title), description].filter(Boolean).join(": ")))].join("; ");
    const label = `${app.placeOf(series, instance, frame)}: ${words}`;
    const placeholder = () => h("span", { class: "no-thumbnail" }, icon("star"));
    return h("button", { type: "button", class: documents.every(({ isOnItsWay }) => isOnItsWay) ? "key-item waiting" : "key-item", title: label, "aria-label": label, dataset: { instance, frame }, onclick: () => app.goToKey(each) },
      !app.ofThisStudy(series) ? placeholder() : h("img", { src: local(`dicom-web/studies/${studyUID}/series/${series}/instances/${instance}/frames/${frame}/thumbnail`), alt: "", loading: "lazy", decoding: "async", draggable: "false", onerror: (event) => event.target.replaceWith(placeholder()) }));
  }
  return { element, update };
}
