/** One-time codes and recovery codes: setting them up by a picture, and taking them away. */
import * as net from "../../net/account.js";
import { qrCode } from "../../model/qrCode.js";
import { h, svg } from "../element.js";
import { t } from "../words.js";
import { formDialog, tellOnce, textField } from "./formDialog.js";

const quietZone = 4; // modules around it that stay light (ISO/IEC 18004 §5.3.8)

/** The picture of a text, or null where it is too long for one. */
export function qrPicture(text, label) {
  const rows = qrCode(text);
  if (!rows) return null;
  const size = rows.length + 2 * quietZone;
  const path = rows.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x + quietZone} ${y + quietZone}h1v1h-1z`] : []))).join("");
  return svg("svg", { viewBox: `0 0 ${size} ${size}`, class: "qr-code", role: "img", "aria-label": label, "shape-rendering": "crispEdges" },
    svg("rect", { width: size, height: size, fill: "#fff" }), svg("path", { d: path, fill: "#000" }));
}

export const tellRecoveryCodes = (codes) => (codes.length === 0 ? null : tellOnce({
  title: t("recovery.title"), hint: t("recovery.hint"), copy: codes.join("\n"),
  content: h("ol", { class: "recovery-codes" }, codes.map((code) => h("li", {}, h("code", {}, code)))),
}));

export function codesSection({ say, work, proven, load, user }) {
  const content = h("div");
  const element = h("section", { "aria-labelledby": "codes-head" }, h("div", { class: "section-head" }, h("h2", { id: "codes-head" }, t("account.codes"))), h("p", { class: "hint" }, t("codes.hint")), content);

  const button = (id, label, run, style = "quiet bordered") => h("button", { type: "button", class: style, id, onclick: run }, label);

  function show({ codes, recoveryCodes, passkeys }) {
    content.replaceChildren(
      h("p", { class: "account-state", id: "codesState", dataset: { on: String(codes) } }, codes ? t("codes.on") : t("codes.off")),
      h("div", { class: "buttons" },
        codes ? button("removeCodes", t("codes.remove"), remove) : button("setUpCodes", t("codes.setUp"), setUp, "primary small-primary"),
        (codes || passkeys.length > 0) && button("newRecovery", t("recovery.make"), renew)),
      ...(codes || passkeys.length > 0 ? [h("p", { class: "hint" }, t("recovery.left", { count: recoveryCodes }))] : []));
  }

  function setUp() {
    work(async () => {
      const { secret, uri } = await net.beginCodes();
      let made = [];
      const isOn = await formDialog({
        title: t("codes.setUp"), hint: t("codes.scan"), go: t("codes.confirm"),
        fields: [
          h("div", { class: "qr-holder" }, qrPicture(uri, t("codes.picture", { name: user.name })) ?? ""),
          h("p", { class: "hint" }, t("codes.typed"), " ", h("code", { id: "codesSecret" }, secret.match(/.{1,4}/g).join(" "))),
          textField("code", t("signIn.code"), { inputmode: "numeric", autocomplete: "one-time-code", required: true, maxlength: "7" }, t("codes.first")),
        ],
        submit: async ({ code }) => { made = (await proven(() => net.confirmCodes(code.trim()))).recoveryCodes; },
      });
      if (!isOn) return;
      await tellRecoveryCodes(made);
      say(t("codes.done"));
      await load();
    });
  }
  function remove() {
    if (confirm(t("codes.remove.sure"))) work(async () => { await net.removeCodes(); say(t("codes.removed")); await load(); });
  }
  function renew() {
    if (confirm(t("recovery.sure"))) work(async () => { await tellRecoveryCodes((await net.makeRecoveryCodes()).recoveryCodes); await load(); });
  }
  return { element, show };
}
