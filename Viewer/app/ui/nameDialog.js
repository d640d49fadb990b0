/** Asks for a name; resolves with it, or with null where the reader thinks better of it. */
import { h } from "./element.js";
import { t } from "./words.js";

export function askName({ title, hint, label, value = "", go }) {
  return new Promise((resolve) => {
    const input = h("input", { id: "name-input", type: "text", required: true, maxlength: "60", autocomplete: "off", value });
    const form = h("form", { method: "dialog" },
      h("h2", { id: "name-title" }, title), hint && h("p", { class: "hint" }, hint),
      h("label", { for: "name-input" }, label), input,
      h("div", { class: "buttons" },
        h("button", { type: "button", class: "quiet", onclick: () => dialog.close() }, t("cancel")),
        h("button", { type: "submit", class: "primary", id: "name-go", value: "go" }, go)));
    const dialog = h("dialog", { class: "name-dialog", "aria-labelledby": "name-title" }, form);
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "go" ? input.value.trim() || null : null);
      dialog.remove();
    });
    document.body.append(dialog);
    dialog.showModal();
    input.select();
  });
}
