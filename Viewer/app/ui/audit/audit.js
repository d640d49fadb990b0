/** The audit trail: who did what, and "who saw this patient" as one question. For administrators. */
import * as net from "../../net/audit.js";
import { h } from "../element.js";
import { explain } from "../doors.js";
import { icon } from "../icons.js";
import { action, table } from "../network/table.js";
import { moment } from "../network/text.js";
import { themeButton } from "../theme.js";
import { t } from "../words.js";

const texts = ["patient", "user", "node", "study"];
const kinds = [
  ["accessed", "accessed"], ["sent", "sending,sent"], ["received", "received,receivedAgain,imported,created"], ["exported", "exported"],
  ["changed", "updated,studyDeleted,instancesDeleted"], ["query", "query"], ["login", "login,logout"], ["alerts", "nodeRefused,notAllowed,restrictedFunction"],
  ["settings", "networkConfiguration,securityConfiguration,softwareConfiguration,userRights"], ["system", "applicationStart,applicationStop,networkAttach,networkDetach,auditRead"],
];

/** Returns the function that leaves it. `query` fills the form: `#/audit?patient=4711&access=true`. */
export function auditPage(root, { signedOut, query }) {
  const controller = new AbortController();
  const notice = h("p", { class: "network-notice", role: "status", "aria-live": "polite" });
  const field = (name, type = "text") => h("label", { class: "field" }, h("span", {}, t(`audit.${name}`)), h("input", { name, type, value: query.get(name) ?? "", autocomplete: "off", spellcheck: "false" }));
  const kind = h("select", { name: "kind" }, h("option", { value: "" }, t("audit.kind.all")), kinds.map(([name, list]) => h("option", { value: list }, t(`audit.kind.${name}`))));
  const tick = (name) => h("label", { class: "tick" }, h("input", { type: "checkbox", name, ...(query.get(name) === "true" && { checked: true }) }), t(`audit.${name}`));
  const form = h("form", { class: "audit-form", role: "search", "aria-label": t("audit"), onsubmit: (event) => { event.preventDefault(); search(); } },
    texts.map((name) => field(name)), field("from", "date"), field("to", "date"), h("label", { class: "field" }, h("span", {}, t("audit.kind")), kind),
    h("div", { class: "audit-ticks" }, tick("access"), tick("failed")),
    h("div", { class: "audit-actions" },
      h("button", { type: "submit", class: "primary small-primary" }, t("audit.search")),
      ["csv", "xml", "json"].map((format) => h("a", { class: "quiet bordered", download: "", dataset: { format }, href: "#" }, t(`audit.export.${format}`)))));
  const rows = table({
    label: t("audit"), key: ({ sequence }) => sequence, empty: t("audit.none"),
    columns: ["when", "who", "what", "whose", "how", "actions"].map((id) => ({ id, label: t(`audit.column.${id}`) })), fill,
  });
  const more = h("button", { type: "button", class: "quiet bordered", hidden: true, onclick: () => work(append) }, t("associations.more"));
  root.replaceChildren(h("div", { class: "network-page" },
    h("header", { class: "network-bar" },
      h("a", { class: "quiet", href: "#/studies", title: t("back"), "aria-label": t("back") }, icon("back")),
      h("h1", {}, t("audit")), h("span", { class: "audit-fill" }),
      h("a", { class: "quiet", href: "#/network", title: t("network"), "aria-label": t("network") }, icon("network")), themeButton()),
    h("main", {}, notice, h("div", { class: "network-area" }, h("p", { class: "hint" }, t("audit.hint")), form, rows.element, more))));

  let shown = [], next = null, asked = fields();

  function fields() {
    const { elements } = form;
    const value = (name) => elements[name].value.trim();
    return {
      ...Object.fromEntries(texts.map((name) => [name, value(name)])), ...net.period(value("from"), value("to")), kind: kind.value,
      access: elements.access.checked, failed: elements.failed.checked,
    };
  }

  function fill(one, cells) {
    cells.when.append(h("time", { datetime: one.time }, moment(one.time)), h("div", { class: "hint" }, `№ ${one.sequence}`));
    cells.who.append(h("strong", {}, [one.user, one.aeTitle].filter(Boolean).join(" / ") || t(`audit.door.${one.door}`)), h("div", { class: "hint" }, one.address ?? ""));
    cells.what.append(t(`audit.did.${one.kind}`), h("div", { class: "hint" }, [one.instances != null && t("audit.instances", { count: one.instances }), one.other && `→ ${one.other}`, one.query || one.subject].filter(Boolean).join(" · ")));
    if (one.patientID || one.patientName) {
      const who = { patient: one.patientID, access: true };
      cells.whose.append(one.patientName ?? "", " ", one.patientID ? h("a", { href: `#/audit?${net.auditQuery(who)}`, title: t("audit.who") }, one.patientID) : "");
    }
    if (one.studyInstanceUID) cells.whose.append(h("div", { class: "hint" }, h("a", { href: `#/study/${encodeURIComponent(one.studyInstanceUID)}` }, one.studyInstanceUID)));
    cells.how.append(h("span", { class: one.outcome === 0 ? "" : "error" }, one.outcome === 0 ? t("audit.good") : t("audit.failed.one")), h("div", { class: "hint" }, one.words ?? ""));
    cells.actions.append(action("details", t("associations.details"), () => details(one), { "aria-label": `${t("associations.details")}: № ${one.sequence}` }));
  }

  function details(one) {
    const dialog = h("dialog", { class: "peer-dialog", "aria-labelledby": "audit-title", onclose: () => dialog.remove() },
      h("header", {}, h("h2", { id: "audit-title" }, `№ ${one.sequence} · ${t(`audit.did.${one.kind}`)}`),
        h("button", { type: "button", class: "quiet bordered", onclick: () => dialog.close() }, t("help.close"))),
      h("div", { class: "association-details", tabindex: "0" }, h("dl", { class: "association-facts" },
        Object.entries(one).sort().map(([name, value]) => [h("dt", {}, name), h("dd", {}, typeof value === "object" ? Object.entries(value).map(([key, number]) => `${number} × ${key}`).join(", ") : String(value))]))));
    document.body.append(dialog);
    dialog.showModal();
  }

  async function work(run) {
    notice.textContent = "";
    notice.classList.remove("error");
    try {
      await run();
    } catch (error) {
      if (controller.signal.aborted) return;
      if (error.status === 401) return signedOut();
      notice.classList.add("error");
      notice.textContent = explain(error);
    }
  }

  async function load() {
    const answer = await net.records(asked, controller.signal);
    (shown = answer.records), (next = answer.next ?? null);
    show();
  }
  async function append() {
    const answer = await net.records({ ...asked, before: next }, controller.signal);
    (shown = [...shown, ...answer.records]), (next = answer.next ?? null);
    show();
  }
  function show() {
    rows.show(shown);
    more.hidden = !next;
    for (const link of form.querySelectorAll("[data-format]")) link.href = net.exportURL(asked, link.dataset.format);
    document.documentElement.dataset.ready = "audit";
  }

  /** The address says what is shown, so that it can be kept and sent. */
  function search() {
    asked = fields();
    const { from, to, kind: ignored, ...kept } = asked;
    history.replaceState(null, "", `#/audit?${net.auditQuery({ ...kept, from: form.elements.from.value, to: form.elements.to.value })}`);
    work(load);
  }
  work(load);
  form.elements.patient.focus();
  return () => controller.abort();
}
