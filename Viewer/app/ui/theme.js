/** Dark reading room or light office: at once from this device, and from the reader's preferences once they are there. */
import { h } from "./element.js";
import { icon } from "./icons.js";
import { t } from "./words.js";

const key = "isocenter.theme";
const stored = () => {
  try { return localStorage.getItem(key); } catch { return null; } // storage may be forbidden: then nothing is remembered
};
let keeper = () => {}; // tells the preferences
const changes = new EventTarget(); // to every button that names the theme

export const theme = () => (stored() === "light" ? "light" : "dark");
export const applyTheme = (value = theme()) => { document.documentElement.dataset.theme = value; };

/** Where a choice is kept beside this device. */
export const keepTheme = (keep) => { keeper = keep; };

/** @param {boolean} chosen by the reader here, not told by another screen */
export function setTheme(value, chosen = true) {
  if (!["dark", "light"].includes(value)) return;
  try { localStorage.setItem(key, value); } catch { /* not remembered, still changed */ }
  applyTheme(value);
  changes.dispatchEvent(new Event("theme"));
  if (chosen) keeper(value);
}

export function themeButton() {
  const button = h("button", { class: "quiet", type: "button", onclick: () => setTheme(document.documentElement.dataset.theme === "light" ? "dark" : "light") }, icon("theme"));
  const label = () => { button.title = t(`theme.${document.documentElement.dataset.theme}`); button.setAttribute("aria-label", button.title); };
  changes.addEventListener("theme", () => { if (button.isConnected) label(); });
  label();
  return button;
}
