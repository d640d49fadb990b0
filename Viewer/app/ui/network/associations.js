/** How associations went, in words, with what would help where they failed. */
import * as net from "../../net/network.js";
import { h } from "../element.js";
import { t } from "../words.js";
import { action, table } from "./table.js";
import { bytes, duration, moment } from "./text.js";

export function associationsTab({ work, signal }) {
  let failedOnly = false;
  const filter = h("label", { class: "tick" }, h("input", { type: "checkbox", onchange: (event) => { failedOnly = event.target.checked; work(load); } }), t("associations.failed"));
  const rows = table({
    label: t("network.associations"), key: ({ id }) => id, empty: t("associations.none"),
    columns: ["when", "who", "what", "how", "actions"].map((id) => ({ id, label: t(`associations.${id}`) })),
    fill: (one, cells) => {
      cells.when.append(moment(one.ended), h("div", { class: "hint" }, one.times > 1 ? t("associations.times", { count: one.times }) : duration(one.lasted)));
      cells.who.append(h("code", {}, one.title || "?"), h("div", { class: "hint" }, `${one.direction === "outgoing" ? "→" : "←"} ${one.host}${one.tls ? ` · ${one.tls}` : ""}`));
      cells.what.append(one.messages.map((m) => `${m.count} × ${m.command}${m.status === "0000" ? "" : ` ${m.status}`}`).join(", ") || "–",
        h("div", { class: "hint" }, t("associations.bytes", { received: bytes(one.bytesReceived), sent: bytes(one.bytesSent) })));
      cells.how.append(h("p", { class: one.failed ? "error" : "" }, one.summary));
      if (one.remedy) cells.how.append(h("p", { class: "remedy" }, one.remedy));
      cells.actions.append(action("details", t("associations.details"), () => details(one.id)));
    },
  });
  const more = h("button", { type: "button", class: "quiet bordered", hidden: true, onclick: () => work(append) }, t("associations.more"));
  let shown = [], next = null;

  async function load() {
    const answer = await net.associations({ failed: failedOnly }, signal);
    // The newest page anew; what was paged to stays below it.
    const last = answer.associations.at(-1)?.id ?? 0;
    const older = answer.next ? shown.filter(({ id }) => id < last && (!failedOnly || true)) : [];
    if (!older.length) next = answer.next ?? null;
    shown = [...answer.associations, ...older];
    show();
  }
  async function append() {
    const answer = await net.associations({ failed: failedOnly, before: next }, signal);
    next = answer.next ?? null;
    shown = [...shown, ...answer.associations];
    show();
  }
  function show() {
    rows.show(failedOnly ? shown.filter(({ failed }) => failed) : shown);
    more.hidden = !next;
  }

  function details(id) {
    work(async () => {
      const one = await net.association(id);
      const line = (name, value) => value != null && value !== "" && [h("dt", {}, t(`association.${name}`)), h("dd", {}, value)];
      const dialog = h("dialog", { class: "peer-dialog", "aria-labelledby": "association-title", onclose: () => dialog.remove() },
        h("header", {}, h("h2", { id: "association-title" }, `${one.calling || "?"} → ${one.called || "?"}`),
          h("button", { type: "button", class: "quiet bordered", onclick: () => dialog.close() }, t("help.close"))),
        h("div", { class: "association-details" },
          h("p", { class: one.failed ? "error" : "" }, one.summary), one.remedy && h("p", { class: "remedy" }, one.remedy),
          h("dl", { class: "association-facts" },
            line("address", `${one.host}:${one.port}`), line("implementation", [one.implementationVersion, one.implementationClassUID].filter(Boolean).join(" · ")),
            line("maximumLength", one.maximumLength), line("tls", one.tls), line("end", one.endWords), line("detail", one.detail)),
          h("table", {},
            h("thead", {}, h("tr", {}, ["class", "proposed", "result"].map((id) => h("th", { scope: "col" }, t(`association.${id}`))))),
            h("tbody", {}, (one.contexts ?? []).map((context) => h("tr", {},
              h("td", {}, context.name || context.sopClass),
              h("td", {}, context.proposed.map(({ name, uid }) => name || uid).join(", ")),
              h("td", { class: context.result === "accepted" ? "" : "error" }, context.accepted ? context.accepted.name || context.accepted.uid : t(`result.${context.result}`))))))));
      document.body.append(dialog);
      dialog.showModal();
    });
  }
  return { element: h("div", {}, h("div", { class: "section-head" }, h("h2", {}, t("network.associations")), filter), h("p", { class: "hint" }, t("associations.hint")), rows.element, more), load };
}
