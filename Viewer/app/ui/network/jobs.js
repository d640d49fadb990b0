/** Work that goes on by itself: sends, commitments. Progress, and what a person may do about it. */
import * as net from "../../net/network.js";
import { h } from "../element.js";
import { t } from "../words.js";
import { action, table } from "./table.js";
import { moment } from "./text.js";

export function jobsTab({ work, signal }) {
  const rows = table({
    label: t("network.jobs"), key: ({ id }) => id, empty: t("jobs.none"),
    columns: ["subject", "state", "progress", "message", "actions"].map((id) => ({ id, label: t(`jobs.${id}`) })),
    fill: (job, cells) => {
      cells.subject.append(job.subject || job.kind, h("div", { class: "hint" }, `${job.group ? `${job.group} · ` : ""}${moment(job.created)}`));
      cells.state.append(h("span", { class: job.state === "failed" ? "error" : "" }, t(`job.${job.state}`)));
      if (job.state === "waiting" && job.attempts > 0) cells.state.append(h("div", { class: "hint" }, t("jobs.next", { time: moment(job.due) })));
      if (job.total > 0) cells.progress.append(h("progress", { max: job.total, value: job.done, "aria-label": t("jobs.progress") }), ` ${job.done} / ${job.total}`);
      cells.message.append(job.message ?? "");
      const ended = job.state !== "waiting" && job.state !== "running";
      if (!ended) cells.actions.append(action("cancel", t("jobs.cancel"), () => change(net.cancelJob, job), { disabled: job.cancelling }));
      if (job.state === "waiting" || job.state === "failed" || job.state === "cancelled") cells.actions.append(action("retry", t("jobs.retry"), () => change(net.retryJob, job)));
      if (ended) cells.actions.append(action("remove", t("jobs.remove"), () => change(net.removeJob, job)));
    },
  });
  const load = async () => rows.show((await net.jobs(signal)).jobs);
  const change = (ask, job) => work(async () => { await ask(job.id); await load(); });
  return { element: h("div", {}, h("div", { class: "section-head" }, h("h2", {}, t("network.jobs"))), rows.element), load };
}
