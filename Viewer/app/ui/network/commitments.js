/** Storage commitments: what peers asked us to answer for, and what we asked of them. */
import * as net from "../../net/network.js";
import { h } from "../element.js";
import { t } from "../words.js";
import { table } from "./table.js";
import { moment } from "./text.js";

export function commitmentsTab({ signal }) {
  const rows = table({
    label: t("network.commitments"), key: ({ id }) => id, empty: t("commitments.none"),
    columns: ["peer", "transaction", "result", "since"].map((id) => ({ id, label: t(`commitments.${id}`) })),
    fill: (one, cells) => {
      cells.peer.append(one.peer || one.aeTitle, h("div", { class: "hint" }, t(`commitments.${one.role}`)));
      cells.transaction.append(h("code", {}, one.transactionUID));
      const pending = one.total - one.committed - one.failed;
      cells.result.append(h("span", { class: one.failed > 0 ? "error" : "" }, t("commitments.counts", { committed: one.committed, failed: one.failed, pending })));
      if (one.message) cells.result.append(h("div", { class: "hint" }, one.message));
      cells.since.append(moment(one.created));
    },
  });
  const load = async () => rows.show((await net.commitments(signal)).commitments);
  return { element: h("div", {}, h("div", { class: "section-head" }, h("h2", {}, t("network.commitments"))), rows.element), load };
}
