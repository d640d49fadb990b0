/** Dark reading room or light office; the choice stays on this device. */
import { h } from "./element.js";
import { icon } from "./icons.js";
import { t } from "./words.js";

const key = "isocenter.theme";
const stored = () => {
  try { return localStorage.getItem(key); } catch { return null; } // storage may be forbidden: then nothing is remembered
};

export const theme = () => (stored() === "light" ? "light" : "dark");
export const applyTheme = (value = theme()) => { document.documentElement.dataset.theme = value; };

export function themeButton() {
  const button = h("button", { class: "quiet", type: "button", onclick: change }, icon("theme"));
  const label = () => { button.title = t(`theme.${document.documentElement.dataset.theme}`); button.setAttribute("aria-label", button.title); };
  function change() {
    const next = document.documentElement.dataset.theme === "light" ? "dark" : "light";
    try { localStorage.setItem(key, next); } catch { /* not remembered, still changed */ }
    applyTheme(next);
    label();
  }
  label();
  return button;
}
