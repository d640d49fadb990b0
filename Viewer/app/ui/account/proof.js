/** Asks for the password again; resolves with whether it was right. */
import * as net from "../../net/account.js";
import { explain } from "../doors.js";
import { formDialog, textField } from "./formDialog.js";
import { t } from "../words.js";

export const proofDialog = () => formDialog({
  title: t("proof.title"), hint: t("proof.hint"), go: t("proof.go"),
  fields: [
    textField("password", t("signIn.password"), { type: "password", autocomplete: "current-password", required: true }),
    textField("code", t("signIn.code"), { autocomplete: "one-time-code", autocapitalize: "none", spellcheck: "false" }, t("proof.code.hint")),
  ],
  submit: async ({ password, code }) => {
    try {
      await net.prove(password, code.trim());
    } catch (error) {
      throw new Error(error.status === 401 ? error.message || t("signIn.wrong") : explain(error));
    }
  },
});
