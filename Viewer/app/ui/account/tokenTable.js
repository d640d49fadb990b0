/** Tokens as a table: what they may, from where, until when, and when they were used last. */
import { h } from "../element.js";
import { action, table } from "../network/table.js";
import { moment } from "../network/text.js";
import { t } from "../words.js";

export function tokenTable({ work, own, remove, load }) {
  return table({
    label: t("account.tokens"), key: ({ id }) => id, empty: t("tokens.none"),
    columns: [...(own ? [] : ["user"]), "label", "may", "from", "expires", "lastUsed", "actions"].map((id) => ({ id, label: t(`tokens.${id}`) })),
    fill: (token, cells) => {
      cells.user?.append(token.user);
      cells.label.append(token.label || "–", h("div", { class: "hint" }, h("code", {}, token.id)));
      cells.may.append(token.actions ? token.actions.map((word) => t(`action.${word}`)).join(", ") : t("tokens.all"));
      if (token.view.length) cells.may.append(h("div", { class: "hint" }, token.view.join(", ")));
      cells.from.append(token.sources.join(", ") || t("tokens.anywhere"));
      cells.expires.append(token.expires ? moment(token.expires) : t("never"));
      cells.lastUsed.append(token.lastUsed ? moment(token.lastUsed) : t("never"));
      if (token.lastAddress) cells.lastUsed.append(h("div", { class: "hint" }, token.lastAddress));
      cells.actions.append(action("remove", t("tokens.remove"), () => {
        if (confirm(t("tokens.remove.sure", { label: token.label || token.id }))) work(async () => { await remove(token.id); await load(); });
      }, { "aria-label": `${t("tokens.remove")}: ${token.label || token.id}` }));
    },
  });
}
