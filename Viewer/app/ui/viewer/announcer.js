/** Says where the reader is to those who hear the screen: politely, and not each image of a fast scroll. */
import { windowText } from "../../viewport/overlay.js";
import { h } from "../element.js";
import { t } from "../words.js";

const pause = 500; // ms without a change before it is said

export function announcer() {
  const element = h("p", { class: "unseen", role: "status", "aria-live": "polite" });
  let timer = 0, announced = "";
  return {
    element,
    /** @param seen the sight of the active viewport */
    update(seen) {
      const text = seen?.kind === "image" ? t("announce", { n: seen.wanted + 1, count: seen.count, window: windowText(seen.window) }) : "";
      if (text === announced) return;
      announced = text;
      clearTimeout(timer);
      timer = setTimeout(() => { element.textContent = text; }, pause);
    },
    close() { clearTimeout(timer); },
  };
}
