/** Users and service accounts: added, changed, shut out, removed. */
import * as net from "../../net/account.js";
import { choiceField, formDialog, textField } from "../account/formDialog.js";
import { h } from "../element.js";
import { action, table } from "../network/table.js";
import { moment } from "../network/text.js";
import { t } from "../words.js";

export function usersTab({ say, work, proven, signal, user: us }) {
  let roles = ["administrator", "user"], length = 12;
  const rows = table({
    label: t("administration.users"), key: ({ name }) => name, empty: "",
    columns: ["name", "role", "factors", "last", "actions"].map((id) => ({ id, label: t(`users.${id}`) })),
    fill: (user, cells) => {
      cells.name.append(user.name, h("div", { class: user.blocked ? "error" : "hint" }, user.blocked ? t("users.blocked") : t(`kind.${user.kind}`)));
      cells.role.append(t(`role.${user.role}`));
      cells.factors.append(user.kind === "service" ? t("users.tokens", { count: user.tokens }) : factors(user));
      cells.last.append(user.lastLogin ? moment(user.lastLogin) : t("never"), h("div", { class: "hint" }, t("users.open", { sessions: user.sessions, tokens: user.tokens })));
      const name = (id) => ({ "aria-label": `${t(`users.${id}`)}: ${user.name}` });
      cells.actions.append(
        action("edit", t("users.edit"), () => edit(user), name("edit")),
        action("block", t(user.blocked ? "users.unblock" : "users.block"), () => change(user, { blocked: !user.blocked }), { ...name(user.blocked ? "unblock" : "block"), disabled: user.name === us.name || null }));
      if (user.codes || user.passkeys > 0) cells.actions.append(action("reset", t("users.reset"), () => reset(user), name("reset")));
      cells.actions.append(action("remove", t("users.remove"), () => remove(user), { ...name("remove"), disabled: user.name === us.name || null }));
    },
  });
  const factors = ({ codes, passkeys }) => [codes && t("users.codes"), passkeys > 0 && t("users.passkeys", { count: passkeys })].filter(Boolean).join(", ") || t("users.passwordOnly");
  const rule = h("p", { class: "hint" });
  const element = h("div", {},
    h("div", { class: "section-head" }, h("h2", {}, t("administration.users")),
      h("button", { type: "button", class: "primary small-primary", id: "addUser", onclick: () => add("person") }, t("users.add")),
      h("button", { type: "button", class: "quiet bordered", id: "addService", onclick: () => add("service") }, t("users.addService"))),
    rule, rows.element);

  async function load() {
    const answer = await net.users(signal);
    ({ roles, passwordLength: length } = answer);
    rule.textContent = t(`users.rule.${answer.secondFactor}`);
    rows.show(answer.users);
  }
  const roleField = (role) => choiceField("role", t("users.role"), roles.map((id) => [id, t(`role.${id}`)]), role, t("users.role.hint"));
  const passwordField = (label, properties, hint) => textField("password", label, { type: "password", autocomplete: "new-password", ...properties }, hint);

  async function add(kind) {
    let name = "";
    const isAdded = await formDialog({
      title: t(kind === "service" ? "users.addService" : "users.add"), hint: kind === "service" ? t("users.service.hint") : null, go: t("users.add.go"),
      fields: [
        textField("name", t("signIn.name"), { required: true, maxlength: "64", autocapitalize: "none" }), roleField("user"),
        ...(kind === "service" ? [] : [passwordField(t("users.first"), { required: true, minlength: length }, t("users.first.hint", { length }))]),
      ],
      submit: async (values) => {
        name = values.name.trim();
        await proven(() => net.addUser({ name, role: values.role, kind, ...(kind === "person" && { password: values.password }) }));
      },
    });
    if (!isAdded) return;
    say(t("users.added", { name }));
    work(load);
  }
  async function edit(user) {
    const isChanged = await formDialog({
      title: t("users.edit.title", { name: user.name }), go: t("peer.save"),
      fields: [roleField(user.role), ...(user.kind === "service" ? [] : [passwordField(t("users.newPassword"), {}, t("users.newPassword.hint", { length }))])],
      submit: ({ role, password }) => proven(() => net.changeUser(user.name, { ...(role !== user.role && { role }), ...(password && { password }) })),
    });
    if (!isChanged) return;
    say(t("users.changed", { name: user.name }));
    work(load);
  }
  const change = (user, changes) => work(async () => { await net.changeUser(user.name, changes); say(t("users.changed", { name: user.name })); await load(); });
  function reset({ name }) {
    if (confirm(t("users.reset.sure", { name }))) work(async () => { await net.resetSecondFactors(name); say(t("users.resetDone", { name })); await load(); });
  }
  function remove({ name }) {
    if (confirm(t("users.remove.sure", { name }))) work(async () => { await net.removeUser(name); say(t("users.removed", { name })); await load(); });
  }
  return { element, load };
}
