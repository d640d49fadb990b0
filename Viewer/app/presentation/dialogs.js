/** What is asked before a view is stored as a presentation state, and before key images get a title and words. */
import { h } from "../ui/element.js";
import { t } from "../ui/words.js";
import { titles } from "./keyObjects.js";

/** A dialog of fields; resolves with what `read()` gives, or with null. */
function asked(title, hint, fields, go, read) {
  return new Promise((resolve) => {
    const form = h("form", { method: "dialog" },
      h("h2", { id: "evidence-title" }, title), hint && h("p", { class: "hint" }, hint), fields,
      h("div", { class: "buttons" },
        h("button", { type: "button", class: "quiet", onclick: () => dialog.close() }, t("cancel")),
        h("button", { type: "submit", class: "primary", id: "evidence-go", value: "go" }, go)));
    const dialog = h("dialog", { class: "name-dialog evidence-dialog", "aria-labelledby": "evidence-title" }, form);
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "go" ? read() : null);
      dialog.remove();
    });
    document.body.append(dialog);
    dialog.showModal();
    dialog.querySelector("input, select")?.focus();
  });
}

const choice = (name, value, text, checked) => h("label", { class: "choice" }, h("input", { type: "radio", name, value, checked }), ` ${text}`);

/** @param count images of the series that one presentation state can hold; @returns `{name, scope}` or null */
export function askView({ value, count }) {
  const name = h("input", { id: "view-name", type: "text", required: true, maxlength: "64", pattern: "[^\\\\]+", autocomplete: "off", value });
  const scope = count > 1 && h("fieldset", {}, h("legend", {}, t("presentation.scope")), choice("scope", "image", t("presentation.scope.image"), true), choice("scope", "series", t("presentation.scope.series", { n: count })));
  return asked(t("presentation.save"), t("presentation.save.hint"), [h("label", { for: "view-name" }, t("presentation.name")), name, scope], t("presentation.save.go"), () => {
    const chosen = scope ? scope.querySelector("input:checked").value : "image";
    return name.value.trim() ? { name: name.value.trim(), scope: chosen } : null;
  });
}

/** @param count images on screen; @returns `{code, description, scope: "active" | "all"}` or null */
export function askKey({ count }) {
  const title = h("select", { id: "key-title" }, titles.map((code) => h("option", { value: code }, t(`key.title.${code}`))));
  const words = h("input", { id: "key-words", type: "text", maxlength: "1000", autocomplete: "off" });
  const scope = count > 1 && h("fieldset", {}, h("legend", {}, t("key.scope")), choice("scope", "active", t("key.scope.active"), true), choice("scope", "all", t("key.scope.all", { n: count })));
  return asked(t("key.with"), null, [h("label", { for: "key-title" }, t("key.for")), title, h("label", { for: "key-words" }, t("key.words")), words, scope], t("key.go"),
    () => ({ code: title.value, description: words.value.trim(), scope: scope ? scope.querySelector("input:checked").value : "active" }));
}
