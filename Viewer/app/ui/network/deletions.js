/** What was deleted: who, why, until when it can come back. Restored or purged from here. */
import * as net from "../../net/network.js";
import { h } from "../element.js";
import { t } from "../words.js";
import { action, table } from "./table.js";
import { moment } from "./text.js";

export function deletionsTab({ work, say, signal }) {
  const rows = table({
    label: t("network.deletions"), key: ({ id }) => id, empty: t("deletions.none"),
    columns: ["what", "reason", "who", "until", "actions"].map((id) => ({ id, label: t(`deletions.${id}`) })),
    fill: (deletion, cells) => {
      const level = deletion.sopInstanceUID ? "instance" : deletion.seriesInstanceUID ? "series" : "study";
      cells.what.append(h("bdi", {}, deletion.description), h("div", { class: "hint" }, t(`deletions.level.${level}`, { count: deletion.instances })));
      cells.reason.append(t(`reason.${deletion.reason}`), deletion.comment ? h("div", { class: "hint" }, h("bdi", {}, deletion.comment)) : "");
      cells.who.append(deletion.user, h("div", { class: "hint" }, moment(deletion.deleted)));
      if (deletion.state === "purging") return cells.until.append(t("deletions.purging.state"));
      if (deletion.state !== "deleted") return cells.until.append(t(`deletions.${deletion.state}`), h("div", { class: "hint" }, moment(deletion.ended)));
      cells.until.append(moment(deletion.restorableUntil));
      cells.actions.append(action("restore", t("deletions.restore"), () => work(() => restore(deletion))),
        action("purge", t("deletions.purge"), () => { if (confirm(t("deletions.purge.sure", { count: deletion.instances, name: deletion.description }))) work(() => purge(deletion)); }));
    },
  });
  const load = async () => rows.show((await net.deletions(signal)).deletions);
  async function restore({ id }) {
    const { restored, refused } = await net.restore(id);
    say([t("deletions.back", { count: restored }), ...refused.map(({ instance, reason }) => `${instance}: ${reason}`)].join(" · "), refused.length > 0);
    await load();
  }
  async function purge({ id }) {
    await net.purge(id);
    say(t("deletions.purging"));
    await load();
  }
  return { element: h("div", {}, h("div", { class: "section-head" }, h("h2", {}, t("network.deletions"))), rows.element), load };
}
