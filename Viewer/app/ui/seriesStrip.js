/**
 * The series of the study as thumbnails, and the patient's other studies below it: click, Enter or drag opens a series in a viewport,
 * a click on a study shows its series.
 */
import { local } from "../net/api.js";
import { h, setText } from "./element.js";
import { icon } from "./icons.js";
import { count, t } from "./words.js";

/** What a dragged series carries, so that a drop can tell it from files. */
export const dragType = "application/x-isocenter-series";

/**
 * @param {Array} groups `[{study, relation, words, series, note}]`: `series` null where the study is not opened; the current study first.
 *   `words` head the group, null where there is only one
 */
export function seriesStrip(groups, { openSeries, openStudy }) {
  const items = groups.map(({ study, words, relation, series, note }) => {
    const buttons = (series ?? []).map((each) => seriesButton(each, openSeries, words));
    const list = series && h("ol", {}, buttons.map((button) => h("li", {}, button)));
    const heading = words && (relation === "current"
      ? h("h2", { class: "strip-study current" }, titled(words))
      : h("button", { type: "button", class: `strip-study ${relation}`, "aria-expanded": String(Boolean(series)), title: words.hint, dataset: { timeline: study.studyInstanceUID }, onclick: () => openStudy(study.studyInstanceUID) },
        h("strong", {}, titled(words)), h("span", {}, words.detail)));
    return { buttons, element: h("div", { class: "strip-group", dataset: { relation } }, heading, list, note && h("p", { class: "strip-note" }, note)) };
  });
  const buttons = items.flatMap((item) => item.buttons);
  const element = h("nav", { class: "series-strip", "aria-label": t("series") }, items.map((item) => item.element));

  /** @param open series on screen; @param active the one in the active viewport; @param loaded series UID → share 0…1; @param keys series UID → number of key images */
  function update(open, active, loaded, keys = () => 0) {
    for (const button of buttons) {
      const uid = button.dataset.series;
      button.classList.toggle("open", open.has(uid));
      const stars = keys(uid);
      button.classList.toggle("has-keys", stars > 0);
      setText(button.querySelector(".series-keys"), stars ? `★ ${stars}` : "");
      const current = uid === active ? "true" : "false";
      if (button.getAttribute("aria-current") !== current) {
        button.setAttribute("aria-current", current);
        if (current === "true") button.scrollIntoView({ block: "nearest", inline: "nearest" });
      }
      button.querySelector(".series-loaded > span").style.transform = `scaleX(${loaded.get(uid) ?? 0})`;
    }
  }
  return { element, update };
}

/** A date is not broken over two lines. */
const titled = ({ parts: [first, ...rest] }) => [first, ...rest.flatMap((part) => [" · ", h("b", { class: "whole" }, part)])];

function seriesButton(each, openSeries, words) {
  const label = [words?.title, t("series.open", { n: each.seriesNumber ?? "–", description: each.seriesDescription || each.modality || "", count: each.instanceCount })].filter(Boolean).join(": ");
  return h("button", {
    type: "button", class: "series-item", title: [each.seriesDescription, each.bodyPart].filter(Boolean).join(" · "), "aria-label": label, draggable: "true", dataset: { series: each.seriesInstanceUID },
    onclick: () => openSeries(each.seriesInstanceUID),
    ondragstart: (event) => { event.dataTransfer.setData(dragType, each.seriesInstanceUID); event.dataTransfer.effectAllowed = "copy"; },
  },
    h("span", { class: "thumbnail" }, picture(each), h("span", { class: "modality" }, each.modality ?? ""), h("span", { class: "images" }, count(each.instanceCount ?? 0)), h("span", { class: "series-keys" })),
    h("span", { class: "series-words" },
      h("span", { class: "series-number" }, each.seriesNumber != null ? String(each.seriesNumber) : "–"),
      h("bdi", { class: "series-description" }, each.seriesDescription || each.bodyPart || each.modality || "")),
    h("span", { class: "series-loaded", "aria-hidden": "true" }, h("span", {})),
  );
}

function picture(series) {
  const placeholder = h("span", { class: "no-thumbnail" }, icon("document"));
  if (!series.thumbnail) return placeholder;
  return h("img", { src: local(series.thumbnail), alt: "", loading: "lazy", decoding: "async", draggable: "false", onerror: (event) => event.target.replaceWith(placeholder) });
}
