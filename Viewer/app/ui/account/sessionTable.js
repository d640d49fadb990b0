/** Sessions as a table: where, since when, how; each can be ended. */
import { h } from "../element.js";
import { action, table } from "../network/table.js";
import { moment } from "../network/text.js";
import { t } from "../words.js";
import { deviceName } from "./device.js";

/** `own`: without the user's name. `end(id)` asks the server. */
export function sessionTable({ work, own, end, load }) {
  return table({
    label: t("account.sessions"), key: ({ id }) => id, empty: t("sessions.none"),
    columns: [...(own ? [] : ["user"]), "device", "address", "created", "lastUsed", "actions"].map((id) => ({ id, label: t(`sessions.${id}`) })),
    fill: (session, cells) => {
      cells.user?.append(session.user);
      cells.device.append(deviceName(session.device) || t("sessions.unknown"), h("div", { class: "hint" }, t(`proof.by.${session.proof}`)));
      cells.address.append(session.address);
      cells.created.append(moment(session.created));
      cells.lastUsed.append(moment(session.lastUsed));
      if (session.current) cells.actions.append(h("strong", {}, t("sessions.current")));
      else cells.actions.append(action("end", t("sessions.end"), () => work(async () => { await end(session.id); await load(); }), { "aria-label": `${t("sessions.end")}: ${deviceName(session.device)}, ${session.address}` }));
    },
  });
}
