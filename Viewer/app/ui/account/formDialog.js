/** A form in a dialog: says in one place what is wrong, and cannot be sent twice at a time. */
import { h } from "../element.js";
import { icon } from "../icons.js";
import { explain } from "../doors.js";
import { t } from "../words.js";

export const textField = (name, label, properties = {}, hint) => h("div", { class: "field" },
  h("label", { for: `form-${name}` }, label),
  h("input", { id: `form-${name}`, name, autocomplete: "off", spellcheck: "false", "aria-describedby": hint ? `form-${name}-hint` : null, ...properties }),
  hint && h("p", { class: "hint", id: `form-${name}-hint` }, hint));

export const choiceField = (name, label, choices, value, hint) => h("div", { class: "field" },
  h("label", { for: `form-${name}` }, label),
  h("select", { id: `form-${name}`, name, "aria-describedby": hint ? `form-${name}-hint` : null }, choices.map(([id, words]) => h("option", { value: id, selected: id === value || null }, words))),
  hint && h("p", { class: "hint", id: `form-${name}-hint` }, hint));

export const tick = (name, label, checked = false) => h("label", { class: "tick" }, h("input", { type: "checkbox", name, checked: checked || null }), label);

/** Resolves with true once `submit(values, form)` has gone well, else with false. What it throws is said in the dialog. */
export function formDialog({ title, hint, fields, go, submit }) {
  return new Promise((resolve) => {
    let isDone = false;
    const problem = h("p", { class: "error", role: "alert" });
    const button = h("button", { type: "submit", class: "primary" }, go);
    const form = h("form", { class: "peer-form", onsubmit: send }, hint && h("p", { class: "hint" }, hint), ...fields, problem, button);
    const dialog = h("dialog", { class: "peer-dialog form-dialog", "aria-labelledby": "form-dialog-title" },
      h("header", {}, h("h2", { id: "form-dialog-title" }, title), h("button", { type: "button", class: "quiet", "aria-label": t("help.close"), onclick: () => dialog.close() }, icon("close"))),
      form);
    dialog.addEventListener("close", () => { dialog.remove(); resolve(isDone); });

    async function send(event) {
      event.preventDefault();
      if (button.disabled) return;
      problem.textContent = "";
      button.disabled = true;
      try {
        await submit(Object.fromEntries(new FormData(form)), form);
        isDone = true;
        dialog.close();
      } catch (error) {
        problem.textContent = error.status === undefined ? error.message : explain(error);
      } finally {
        button.disabled = false;
      }
    }
    document.body.append(dialog);
    dialog.showModal();
    form.querySelector("input, select")?.focus();
  });
}

/** Shows what is told once: `content` is text or elements. Resolves when it is closed. */
export function tellOnce({ title, hint, content, copy }) {
  return new Promise((resolve) => {
    const copied = h("span", { class: "hint", role: "status" });
    const dialog = h("dialog", { class: "peer-dialog told-once", "aria-labelledby": "told-title" },
      h("header", {}, h("h2", { id: "told-title" }, title)),
      h("div", { class: "peer-form" }, h("p", { class: "hint" }, hint), content,
        h("div", { class: "buttons" },
          h("button", { type: "button", class: "quiet bordered", onclick: async () => {
            try { await navigator.clipboard.writeText(copy); copied.textContent = t("copied"); } catch { copied.textContent = t("copied.not"); } // the browser may not allow it
          } }, t("copy")), copied,
          h("button", { type: "button", class: "primary", id: "toldDone", onclick: () => dialog.close() }, t("told.done")))));
    dialog.addEventListener("close", () => { dialog.remove(); resolve(); });
    document.body.append(dialog);
    dialog.showModal();
  });
}
