/** The position in the stack at the right edge: what is loaded, where the reader is; drag to go there. */
import { h } from "../ui/element.js";
import { t } from "../ui/words.js";

export function slider(goTo) {
  const canvas = h("canvas", { class: "slider-loaded", width: "1", height: "1", "aria-hidden": "true" });
  const ticks = h("span", { class: "slider-keys", "aria-hidden": "true" });
  const thumb = h("span", { class: "slider-thumb" });
  const element = h("div", { class: "slider", role: "slider", "aria-orientation": "vertical", "aria-label": t("slider"), "aria-valuemin": "1" }, canvas, h("span", { class: "slider-track" }, thumb, ticks));
  let count = 0;
  let painted = "", ticked = null;

  const go = (event) => {
    const box = thumb.parentElement.getBoundingClientRect();
    goTo(Math.round(((event.clientY - box.top) / box.height) * (count - 1)));
  };
  element.addEventListener("pointerdown", (event) => {
    element.setPointerCapture(event.pointerId);
    go(event);
  });
  element.addEventListener("pointermove", (event) => { if (element.hasPointerCapture(event.pointerId)) go(event); });

  return {
    element,
    /** @param loaded boolean for each frame of the stack; @param keys likewise: it is a key image */
    update(index, loaded, keys = []) {
      count = loaded.length;
      element.hidden = count < 2;
      if (count < 2) return;
      element.setAttribute("aria-valuemax", count);
      element.setAttribute("aria-valuenow", index + 1);
      element.setAttribute("aria-valuetext", t("sliderText", { n: index + 1, count }));
      thumb.style.top = `${(index / (count - 1)) * 100}%`;
      if (keys !== ticked) {
        ticked = keys;
        const stars = keys.flatMap((is, n) => (is ? [n] : []));
        ticks.replaceChildren(...stars.map((n) => { const tick = h("span", { class: "slider-key" }); tick.style.top = `${(n / (count - 1)) * 100}%`; return tick; }));
      }
      const text = loaded.map(Number).join("");
      if (text === painted) return;
      painted = text;
      canvas.height = count;
      const context = canvas.getContext("2d");
      context.clearRect(0, 0, 1, count);
      context.fillStyle = getComputedStyle(element).getPropertyValue("--loaded") || "#5cc8dc";
      loaded.forEach((there, n) => { if (there) context.fillRect(0, n, 1, 1); });
    },
  };
}
