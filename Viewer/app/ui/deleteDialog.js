/** Deleting a study: what it is, why it goes, and that it can be brought back. */
import * as api from "../net/api.js";
import { nameGroups } from "../model/text.js";
import { explain } from "./doors.js";
import { h } from "./element.js";
import { icon } from "./icons.js";
import { date } from "./locale.js";
import { t } from "./words.js";

export const reasons = ["quality", "patientSafety", "wrongWorklistEntry", "retentionExpired", "duplicate", "other"];

/** `deleted(study)` is called once the server has done it; `signedOut` where the session has ended. */
export function deleteDialog(study, { deleted, signedOut }) {
  const facts = [
    ["column.patient", nameGroups(study.patientName).main || t("noName")], ["column.patientID", study.patientID], ["column.date", date(study.studyDate)],
    ["column.description", study.studyDescription], ["column.count", t("series.short", { series: study.seriesCount ?? 0, instances: study.instanceCount ?? 0 })],
  ].filter(([, value]) => value);
  const problem = h("p", { class: "error", role: "alert" });
  const button = h("button", { type: "submit", class: "primary danger", id: "delete-go" }, t("delete"));
  const form = h("form", { class: "peer-form", onsubmit: submit },
    h("dl", { class: "association-facts" }, facts.map(([label, value]) => [h("dt", {}, t(label)), h("dd", {}, h("bdi", {}, value))])),
    h("div", { class: "field" }, h("label", { for: "delete-reason" }, t("delete.reason")),
      h("select", { id: "delete-reason", name: "reason", required: true },
        h("option", { value: "" }, t("delete.reason.choose")), reasons.map((reason) => h("option", { value: reason }, t(`reason.${reason}`))))),
    h("div", { class: "field" }, h("label", { for: "delete-comment" }, t("delete.comment")), h("input", { id: "delete-comment", name: "comment", maxlength: "1000", autocomplete: "off" })),
    h("p", { class: "hint" }, t("delete.hint")), problem,
    h("div", { class: "dialog-actions" }, h("button", { type: "button", class: "quiet bordered", onclick: () => dialog.close() }, t("delete.cancel")), button));
  const dialog = h("dialog", { class: "peer-dialog", "aria-labelledby": "delete-title", onclose: () => dialog.remove() },
    h("header", {}, h("h2", { id: "delete-title" }, t("delete.title")),
      h("button", { type: "button", class: "quiet", "aria-label": t("help.close"), onclick: () => dialog.close() }, icon("close"))),
    form);

  async function submit(event) {
    event.preventDefault();
    if (button.disabled) return;
    problem.textContent = "";
    button.disabled = true;
    try {
      await api.deleteStudy(study.studyInstanceUID, { reason: form.elements.reason.value, comment: form.elements.comment.value.trim() });
      dialog.close();
      deleted(study);
    } catch (error) {
      if (error.status === 401) {
        dialog.close();
        signedOut();
      }
      problem.textContent = explain(error);
    } finally {
      button.disabled = false;
    }
  }

  document.body.append(dialog);
  dialog.showModal();
  form.elements.reason.focus();
}
