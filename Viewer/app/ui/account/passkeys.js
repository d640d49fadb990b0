/** The passkeys of the own account. */
import * as net from "../../net/account.js";
import { havePasskeys, registerPasskey } from "../../net/passkey.js";
import { h } from "../element.js";
import { action, table } from "../network/table.js";
import { moment } from "../network/text.js";
import { t } from "../words.js";
import { tellRecoveryCodes } from "./codes.js";
import { deviceName } from "./device.js";
import { formDialog, textField } from "./formDialog.js";

export function passkeysSection({ say, work, proven, load }) {
  const rows = table({
    label: t("account.passkeys"), key: ({ id }) => id, empty: t("passkeys.none"),
    columns: ["label", "created", "lastUsed", "actions"].map((id) => ({ id, label: t(`passkeys.${id}`) })),
    fill: (passkey, cells) => {
      cells.label.append(passkey.label);
      cells.created.append(moment(passkey.created));
      cells.lastUsed.append(passkey.lastUsed ? moment(passkey.lastUsed) : t("never"));
      cells.actions.append(action("remove", t("peers.remove"), () => remove(passkey)));
    },
  });
  const can = havePasskeys();
  const element = h("section", { "aria-labelledby": "passkeys-head" },
    h("div", { class: "section-head" }, h("h2", { id: "passkeys-head" }, t("account.passkeys")),
      h("button", { type: "button", class: "quiet bordered", id: "addPasskey", disabled: !can || null, onclick: add }, t("passkeys.add"))),
    h("p", { class: "hint" }, can ? t("passkeys.hint") : t("passkeys.cannot")), rows.element);

  async function add() {
    let codes = [];
    const isAdded = await formDialog({
      title: t("passkeys.add"), hint: t("passkeys.how"), go: t("passkeys.add"),
      fields: [textField("label", t("passkeys.label"), { required: true, maxlength: "60", value: deviceName(navigator.userAgent) })],
      submit: async ({ label }) => {
        try {
          codes = (await proven(() => registerPasskey(label.trim()))).recoveryCodes;
        } catch (error) {
          if (error instanceof DOMException) throw new Error(t(error.name === "InvalidStateError" ? "passkeys.there" : "passkeys.refused"));
          throw error;
        }
      },
    });
    if (!isAdded) return;
    await tellRecoveryCodes(codes);
    say(t("passkeys.added"));
    work(load);
  }
  function remove({ id, label }) {
    if (confirm(t("passkeys.remove.sure", { label }))) work(async () => { await net.removePasskey(id); say(t("passkeys.removed")); await load(); });
  }
  return { element, show: ({ passkeys }) => rows.show(passkeys) };
}
