/** The own account: password, second factor, sessions, tokens. For everyone. */
import * as net from "../../net/account.js";
import { h } from "../element.js";
import { icon } from "../icons.js";
import { themeButton } from "../theme.js";
import { t } from "../words.js";
import { passwordSection } from "./password.js";
import { codesSection } from "./codes.js";
import { passkeysSection } from "./passkeys.js";
import { sessionTable } from "./sessionTable.js";
import { tokenTable } from "./tokenTable.js";
import { tokenDialog } from "./tokenDialog.js";
import { working } from "./working.js";

/** Returns the function that leaves it. Who lacks a second factor that is asked for sees nothing but how to set one up. */
export function accountPage(root, { user, signedOut, signOut, lacksSecondFactor, setUp }) {
  const controller = new AbortController();
  const { signal } = controller;
  const { notice, say, work, proven } = working({ signedOut, signal });
  const tools = { say, work, proven, load, user };
  const lead = h("div", { class: "account-lead" });
  const codes = codesSection(tools), passkeys = passkeysSection(tools), password = passwordSection(tools);
  const sessions = sessionTable({ work, own: true, end: net.endOwnSession, load });
  const tokens = tokenTable({ work, own: true, remove: net.removeOwnToken, load });
  const rest = [
    password.element,
    h("section", { "aria-labelledby": "sessions-head" },
      h("div", { class: "section-head" }, h("h2", { id: "sessions-head" }, t("account.sessions")),
        h("button", { type: "button", class: "quiet bordered", id: "endOthers", onclick: endOthers }, t("sessions.endOthers"))),
      h("p", { class: "hint" }, t("sessions.hint")), sessions.element),
    h("section", { "aria-labelledby": "tokens-head" },
      h("div", { class: "section-head" }, h("h2", { id: "tokens-head" }, t("account.tokens")),
        h("button", { type: "button", class: "primary small-primary", id: "addToken", onclick: addToken }, t("tokens.add"))),
      h("p", { class: "hint" }, t("tokens.hint")), tokens.element),
  ];
  const area = h("div", { class: "network-area account-area" }, lead, codes.element, passkeys.element, ...(lacksSecondFactor ? [] : rest));
  root.replaceChildren(h("div", { class: "network-page" },
    h("header", { class: "network-bar" },
      lacksSecondFactor
        ? h("button", { type: "button", class: "quiet", id: "signOut", title: t("signOut"), "aria-label": t("signOut"), onclick: signOut }, icon("exit"))
        : h("a", { class: "quiet", href: "#/studies", title: t("back"), "aria-label": t("back") }, icon("back")),
      h("h1", {}, t("account")), h("p", { class: "account-name" }, icon("user"), user.name, h("span", { class: "hint" }, t(`role.${user.role}`))),
      themeButton()),
    h("main", {}, notice, area)));

  async function load() {
    const account = await net.account(signal);
    if (lacksSecondFactor && (account.codes || account.passkeys.length)) return setUp();
    lead.replaceChildren(...(lacksSecondFactor ? [h("p", { class: "remedy" }, t("account.lacking"))] : []));
    codes.show(account);
    passkeys.show(account);
    password.show(account);
    if (!lacksSecondFactor) {
      const [one, other] = await Promise.all([net.ownSessions(signal), net.ownTokens(signal)]);
      sessions.show(one.sessions);
      tokens.show(other.tokens);
    }
    document.documentElement.dataset.ready = "account";
  }
  function endOthers() {
    work(async () => {
      const { ended } = await net.endOtherSessions();
      say(t("sessions.ended", { count: ended }));
      await load();
    });
  }
  async function addToken() {
    if (await tokenDialog({ role: user.role, make: (token) => proven(() => net.makeOwnToken(token)) })) work(load);
  }
  work(load);
  return () => controller.abort();
}
