/** A sentence over the page that goes by itself: why something that was asked for cannot be done, or that it was. */
import { h } from "./element.js";

const shownFor = 6000; // ms

export function notice() {
  const element = h("p", { class: "notice", role: "status", "aria-live": "polite", hidden: true });
  let timer = 0;
  return {
    element,
    say(words) {
      clearTimeout(timer);
      element.textContent = words;
      element.hidden = false;
      timer = setTimeout(() => { element.hidden = true; }, shownFor);
    },
    close() { clearTimeout(timer); },
  };
}
