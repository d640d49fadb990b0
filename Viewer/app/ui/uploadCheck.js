/** The check table: what was gathered, by patient, study and series, what is odd about it, what will be made of pictures. Nothing is sent before it is answered. */
import * as api from "../net/api.js";
import { archiveWarnings, checkTable, patientWarnings } from "../upload/check.js";
import { personName } from "../model/text.js";
import { uploadDocuments } from "./uploadDocuments.js";
import { h } from "./element.js";
import { icon } from "./icons.js";
import { bytes, date } from "./locale.js";
import { count, t } from "./words.js";

const mostLeft = 200; // lines of what is not sent; their number is always said
const asked = 6; // studies at a time

/** What the archive has of a study: null where it has none, or none that may be seen. */
async function known(uid, signal) {
  try {
    const { study } = await api.study(uid, signal);
    const found = await api.instanceUIDs(uid, signal);
    return { patientName: study.patientName?.Alphabetic ?? "", patientID: study.patientID ?? "", birthDate: study.patientBirthDate ?? "", instances: new Set(found) };
  } catch (error) {
    if (error.status === 404) return null;
    throw error;
  }
}

/** The patient on screen, who may be another one than that of the files. */
async function openPatient(signal) {
  const [, uid] = /^#\/study\/([^?/]+)/.exec(location.hash) ?? [];
  if (!uid) return null;
  const { study } = await api.study(decodeURIComponent(uid), signal);
  return { studyInstanceUID: study.studyInstanceUID, study, patientName: study.patientName?.Alphabetic ?? "", patientID: study.patientID ?? "" };
}

/**
 * @param items of upload/gather.js
 * @returns `{answer, close}`: `answer` resolves with the items to send (none: nothing is sent)
 */
export function uploadCheck(items, { signal }) {
  const table = checkTable(items);
  const chosen = new Set();
  const notes = h("ul", { class: "check-notes" });
  const state = h("p", { role: "status", class: "hint" });
  const wrong = h("ul", { class: "error", role: "alert" });
  const go = h("button", { type: "submit", class: "primary", disabled: true });
  let documents = null;
  let finish, fail;
  const answer = new Promise((done, failed) => { finish = done; fail = failed; });

  const sections = table.studies.map((study) => section(study));
  const left = table.left.filter(({ problem }) => problem !== "directory");
  const directories = table.left.length - left.length;
  const documentsPlace = h("div", {});
  const dialog = h("dialog", { class: "upload-check", "aria-labelledby": "upload-check-title" },
    h("form", { method: "dialog", novalidate: true, onsubmit: submit },
      h("header", {}, h("h2", { id: "upload-check-title" }, t("check.title")),
        h("button", { type: "button", class: "quiet", "aria-label": t("check.cancel"), title: t("check.cancel"), onclick: () => close() }, icon("close"))),
      h("div", { class: "check-body", tabindex: "0", role: "group", "aria-label": t("check.title") },
        h("p", {}, summary()), notes, sections.map(({ element }) => element), documentsPlace,
        left.length > 0 && h("details", { class: "check-left", open: !table.studies.length && !table.others.length },
          h("summary", {}, t("check.left", { n: left.length })),
          h("ul", {}, left.slice(0, mostLeft).map(({ path, problem }) => h("li", {}, h("bdi", { class: "file" }, path), h("span", {}, t(`check.problem.${problem}`)))),
            left.length > mostLeft && h("li", {}, t("check.left.more", { n: left.length - mostLeft })))),
        directories > 0 && h("p", { class: "hint" }, t("check.directories", { n: directories }))),
      h("footer", {}, state, wrong, h("div", { class: "dialog-actions" },
        h("button", { type: "button", class: "quiet bordered", onclick: () => close() }, t("check.cancel")), go))));

  function summary() {
    const objects = table.studies.reduce((sum, { items: all }) => sum + all.length, 0);
    const parts = [
      objects && t("check.objects", { n: objects }), table.studies.length && t("check.studies", { n: table.studies.length }),
      table.others.length && t("check.documents", { n: table.others.length }), bytes([...table.studies, ...table.others].reduce((sum, { size }) => sum + size, 0)),
    ];
    return objects || table.others.length ? parts.filter(Boolean).join(" · ") : t("check.nothing");
  }

  function section(study) {
    const id = `check-${study.uid || "none"}`;
    const tick = h("input", { type: "checkbox", id, onchange: () => { tick.checked ? chosen.add(study) : chosen.delete(study); counted(); } });
    tick.checked = true;
    chosen.add(study);
    const warnings = h("ul", { class: "check-warnings" });
    const born = [date(study.birthDate), ["M", "F", "O"].includes(study.sex) ? t(`sex.${study.sex}`) : study.sex].filter(Boolean).join(" ");
    const element = h("section", { class: "check-study", dataset: { checkStudy: study.uid } },
      h("h3", {}, h("label", { for: id }, tick, h("bdi", { class: "name" }, personName(study.patientName.split("=")[0]) || t("noName")), h("bdi", {}, study.patientID), h("span", {}, born))),
      h("p", {}, h("span", {}, date(study.date) || t("study.noDate")), " · ", h("bdi", {}, study.description || "–"), study.accession && [" · ", h("bdi", {}, study.accession)]),
      warnings,
      h("table", {}, h("thead", {}, h("tr", {}, ["number", "modality", "description", "images", "size"].map((name) => h("th", { scope: "col" }, t(`check.column.${name}`))))),
        h("tbody", {}, study.series.map((series) => h("tr", {}, h("td", {}, series.number), h("td", {}, series.modality), h("td", {}, h("bdi", {}, series.description)),
          h("td", {}, count(series.items.length)), h("td", {}, bytes(series.size)))))));
    return {
      element, study,
      warn(list) {
        warnings.append(...list.map(({ id: warning, severity, values }) => h("li", { class: severity, dataset: { warning } },
          t(`check.warning.${warning}`, { ...values, ...(values.name !== undefined && { name: personName(values.name) || t("noName") }) }))));
        // What may end at the wrong patient goes only if somebody says so.
        if (list.some(({ severity }) => severity === "danger")) { tick.checked = false; chosen.delete(study); }
      },
    };
  }

  function counted() {
    const n = [...chosen].reduce((sum, { items: all }) => sum + all.length, 0) + (documents?.count ?? 0);
    go.textContent = n ? t("check.send", { n }) : t("check.send.none");
    go.disabled = !n || !looked;
    wrong.replaceChildren(); // it was about what has changed
  }

  let looked = false;
  async function ask() {
    state.textContent = t("check.asking");
    let open = null;
    try { open = await openPatient(signal); } catch { /* the archive is asked about each study below, and said to be silent there */ }
    const list = [...sections];
    const lane = async () => {
      for (let one; (one = list.shift());) {
        const { study } = one;
        let warnings;
        try {
          study.known = study.uid ? await known(study.uid, signal) : null;
          warnings = archiveWarnings(study, study.known);
        } catch (error) {
          if (error.status === 401) throw error;
          warnings = [{ id: "notAsked", severity: "warning", values: {} }];
        }
        one.warn([...patientWarnings(study, open), ...study.warnings, ...warnings]);
      }
    };
    await Promise.all(Array.from({ length: asked }, lane));
    const patients = new Set(table.studies.map(({ patientID, patientName }) => `${patientID}|${patientName}`.toUpperCase()));
    if (patients.size > 1) notes.append(h("li", { class: "warning", dataset: { warning: "patients" } }, t("check.warning.patients", { n: patients.size })));
    if (table.others.length) {
      documents = uploadDocuments(table.others, { open: open?.study ?? null, changed: counted });
      documentsPlace.append(documents.element);
    }
    looked = true;
    state.textContent = "";
    counted();
  }

  async function submit(event) {
    event.preventDefault();
    if (go.disabled) return;
    const composed = documents?.count ? await documents.objects() : { items: [], problems: [] };
    wrong.replaceChildren(...composed.problems.map((words) => h("li", {}, words)));
    if (composed.problems.length) return documents.focus();
    const objects = [...chosen].flatMap((study) => study.items.map((item) => ({ ...item, wasThere: study.known?.instances.has(item.facts.instance) ?? false })));
    close([...objects, ...composed.items]);
  }

  function close(result = []) {
    documents?.close();
    dialog.close();
    dialog.remove();
    finish(result);
  }

  dialog.addEventListener("cancel", (event) => { event.preventDefault(); close(); });
  document.body.append(dialog);
  dialog.showModal();
  counted();
  ask().catch((error) => { fail(error); close(); });
  return { answer, close };
}
