/**
 * A button with a menu above it, or below where there is more room. `entries()` gives sections `{heading?, note?, items: [{text, detail?, key?, picture?, checked?, toggles?, run}]}`: of
 * those that are `checked` one holds, of those that toggle any number.
 */
import { h } from "./element.js";
import { icon } from "./icons.js";

export function menu({ name, label, picture, entries }) {
  const list = h("div", { class: "menu", id: `menu-${name}`, popover: "auto", role: "menu", "aria-label": label, onkeydown: key });
  const button = h("button", { type: "button", class: "tool named", "aria-haspopup": "menu", "aria-expanded": "false", title: label, dataset: { menu: name }, onclick: toggle }, icon(picture), h("span", {}, label));
  const element = h("div", { class: "menu-holder" }, button, list);
  list.addEventListener("toggle", (event) => {
    button.setAttribute("aria-expanded", event.newState === "open");
    if (event.newState === "closed" && list.contains(document.activeElement)) button.focus();
  });

  function toggle() {
    if (list.matches(":popover-open")) return list.hidePopover();
    list.replaceChildren(...entries().flatMap(section));
    list.showPopover();
    const box = button.getBoundingClientRect();
    const below = box.top < innerHeight / 2;
    list.style.top = below ? `${box.bottom + 6}px` : "auto";
    list.style.left = `${Math.max(8, Math.min(box.left, innerWidth - list.offsetWidth - 8))}px`;
    list.style.bottom = below ? "auto" : `${innerHeight - box.top + 6}px`;
    (list.querySelector("[aria-checked=true]") ?? list.querySelector("[role^=menuitem]"))?.focus();
  }
  function section({ heading, note, items }) {
    return [
      heading && h("p", { class: "menu-heading" }, heading),
      note && h("p", { class: "menu-note" }, note),
      ...items.map((item) =>
        h("button", {
          type: "button", role: item.checked == null ? "menuitem" : item.toggles ? "menuitemcheckbox" : "menuitemradio", "aria-checked": item.checked == null ? null : String(item.checked), tabindex: "-1",
          onclick: () => { list.hidePopover(); item.run(); },
        }, item.picture && icon(item.picture), h("span", { class: "menu-text" }, item.text), item.detail && h("span", { class: "menu-detail" }, item.detail), item.key && h("kbd", {}, item.key))),
    ].filter(Boolean);
  }
  function key(event) {
    const items = [...list.querySelectorAll("[role^=menuitem]")];
    const at = items.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    items[(next + items.length) % items.length]?.focus();
  }
  return { element, button };
}
