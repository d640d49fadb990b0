/** A new token: for what, how long, from where. Its secret is told once. */
import { h } from "../element.js";
import { t } from "../words.js";
import { choiceField, formDialog, tellOnce, textField, tick } from "./formDialog.js";

const actions = ["read", "store", "query", "retrieve", "commit", "delete", "administer"];
const forAdministrators = new Set(["delete", "administer"]);
const list = (text) => text.split(/[\n,]+/).map((word) => word.trim()).filter(Boolean);

/** `make(token)` asks the server; `users`: names to choose from, where it is for another. Resolves with whether one was made. */
export async function tokenDialog({ make, users, role }) {
  let secret = null;
  const isMade = await formDialog({
    title: t("tokens.add"), go: t("tokens.make"),
    fields: [
      users && choiceField("user", t("tokens.user"), users.map((name) => [name, name])),
      textField("label", t("tokens.label"), { maxlength: "100" }, t("tokens.label.hint")),
      choiceField("days", t("tokens.expires"), [["30", t("tokens.days", { count: 30 })], ["90", t("tokens.days", { count: 90 })], ["365", t("tokens.days", { count: 365 })], ["", t("never")]], "90"),
      h("fieldset", {}, h("legend", {}, t("tokens.may")), actions.filter((word) => users || role === "administrator" || !forAdministrators.has(word)).map((word) => tick(word, t(`action.${word}`), word === "read"))),
      textField("view", t("tokens.view"), { placeholder: "Modality=CT" }, t("tokens.view.hint")),
      textField("sources", t("tokens.from"), { placeholder: "10.0.0.0/8" }, t("tokens.from.hint")),
    ].filter(Boolean),
    submit: async (values, form) => {
      const chosen = actions.filter((word) => form.elements[word]?.checked);
      if (chosen.length === 0) throw new Error(t("tokens.nothing"));
      ({ token: secret } = await make({
        label: values.label.trim(), actions: chosen, view: list(values.view), sources: list(values.sources),
        ...(values.days && { days: Number(values.days) }), ...(users && { user: values.user }),
      }));
    },
  });
  if (!isMade) return false;
  await tellOnce({ title: t("tokens.made"), hint: t("tokens.made.hint"), copy: secret, content: h("p", { class: "told" }, h("code", { id: "madeToken" }, secret)) });
  return true;
}
