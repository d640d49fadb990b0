/** Changing the own password. */
import * as net from "../../net/account.js";
import { h } from "../element.js";
import { t } from "../words.js";
import { formDialog, textField } from "./formDialog.js";

export function passwordSection({ say, work, load }) {
  let length = 12;
  const element = h("section", { "aria-labelledby": "password-head" },
    h("div", { class: "section-head" }, h("h2", { id: "password-head" }, t("account.password")),
      h("button", { type: "button", class: "quiet bordered", id: "changePassword", onclick: change }, t("password.change"))));

  async function change() {
    const isChanged = await formDialog({
      title: t("password.change"), hint: t("password.hint", { length }), go: t("password.change"),
      fields: [
        textField("password", t("password.old"), { type: "password", autocomplete: "current-password", required: true }),
        textField("newPassword", t("password.new"), { type: "password", autocomplete: "new-password", required: true, minlength: length }, t("setup.rule")),
        textField("repeat", t("setup.repeat"), { type: "password", autocomplete: "new-password", required: true }),
      ],
      submit: async ({ password, newPassword, repeat }) => {
        if (newPassword !== repeat) throw new Error(t("setup.differ"));
        await net.changePassword(password, newPassword);
      },
    });
    if (!isChanged) return;
    say(t("password.changed"));
    work(load);
  }
  return { element, show: (account) => { length = account.passwordLength; } };
}
