/** Users, who is logged in, and tokens: for administrators. */
import * as net from "../../net/account.js";
import { h } from "../element.js";
import { icon } from "../icons.js";
import { themeButton } from "../theme.js";
import { t } from "../words.js";
import { sessionTable } from "../account/sessionTable.js";
import { tokenDialog } from "../account/tokenDialog.js";
import { tokenTable } from "../account/tokenTable.js";
import { working } from "../account/working.js";
import { usersTab } from "./users.js";

const tabs = ["users", "sessions", "tokens"];
const pause = 10000; // ms between looks at what changes by itself

/** Returns the function that leaves it. `argument` is the tab. */
export function administration(root, argument, { user, signedOut, open }) {
  const name = tabs.includes(argument) ? argument : tabs[0];
  const controller = new AbortController();
  const { signal } = controller;
  const { notice, say, work, proven } = working({ signedOut, signal });
  const tab = { users: () => usersTab({ say, work, proven, signal, user }), sessions: sessionsTab, tokens: tokensTab }[name]();
  const area = h("div", { class: "network-area", role: "tabpanel", id: "administration-panel", "aria-labelledby": `tab-${name}`, tabindex: "-1" }, tab.element);
  root.replaceChildren(h("div", { class: "network-page" },
    h("header", { class: "network-bar" },
      h("a", { class: "quiet", href: "#/studies", title: t("back"), "aria-label": t("back") }, icon("back")),
      h("h1", {}, t("administration")),
      h("nav", { role: "tablist", "aria-label": t("administration"), onkeydown: arrows },
        tabs.map((other) => h("a", {
          role: "tab", id: `tab-${other}`, href: `#/administration/${other}`, "aria-selected": String(other === name), "aria-controls": other === name ? "administration-panel" : null, tabindex: other === name ? null : "-1",
        }, t(`administration.${other}`)))),
      themeButton()),
    h("main", {}, notice, area)));

  function sessionsTab() {
    const rows = sessionTable({ work, own: false, end: net.endSession, load });
    async function load() { rows.show((await net.sessions(signal)).sessions); }
    return { element: h("div", {}, h("div", { class: "section-head" }, h("h2", {}, t("administration.sessions"))), rows.element), load };
  }

  function tokensTab() {
    const rows = tokenTable({ work, own: false, remove: net.removeToken, load });
    let names = [];
    async function load() {
      const [{ tokens }, { users }] = await Promise.all([net.tokens(signal), net.users(signal)]);
      names = users.map((one) => one.name);
      rows.show(tokens);
    }
    const add = async () => { if (await tokenDialog({ users: names, make: (token) => proven(() => net.makeToken(token)) })) work(load); };
    return {
      element: h("div", {}, h("div", { class: "section-head" }, h("h2", {}, t("administration.tokens")),
        h("button", { type: "button", class: "primary small-primary", id: "addToken", onclick: add }, t("tokens.add"))), rows.element),
      load,
    };
  }

  function arrows(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    open(`#/administration/${tabs[(tabs.indexOf(name) + step + tabs.length) % tabs.length]}`);
  }

  let timer = 0;
  async function look() {
    await work(tab.load);
    if (signal.aborted) return;
    document.documentElement.dataset.ready = "administration";
    timer = setTimeout(look, pause);
  }
  look();
  document.getElementById(`tab-${name}`).focus();
  return () => { controller.abort(); clearTimeout(timer); };
}
