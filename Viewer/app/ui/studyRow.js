/** One study as a row of the list; on a phone the same cells lie as a card. */
import { age, nameGroups } from "../model/text.js";
import { h, setText } from "./element.js";
import { icon } from "./icons.js";
import { date, time } from "./locale.js";
import { count, t } from "./words.js";

export const columns = [
  { id: "patient", sort: "patient" },
  { id: "patientID", sort: "patientID" },
  { id: "birth" },
  { id: "date", sort: "date", first: "desc" },
  { id: "modality", sort: "modality" },
  { id: "description", sort: "description" },
  { id: "accession", sort: "accession" },
  { id: "count" },
];

const cell = (id, ...content) => h("div", { role: "gridcell", class: `cell ${id}` }, ...content);

/** `mayDelete`: the row has a button for it. */
export function studyRow(study, { mayDelete }) {
  const row = h("div", { role: "row", class: "row", id: rowID(study), dataset: { study: study.studyInstanceUID } },
    cell("patient", h("a", { tabindex: "-1", href: studyHash(study) }, h("bdi", { class: "name" })), h("bdi", { class: "groups" })),
    cell("patientID", h("bdi", {})), cell("birth"), cell("date"), cell("modality"), cell("description", h("bdi", {})),
    cell("accession", h("bdi", {})),
    cell("count", h("span", {}), h("button", { type: "button", class: "row-look quiet", tabindex: "-1", title: t("look.hint"), "aria-label": t("look.title") }, icon("stack")), mayDelete && h("button", { type: "button", class: "row-delete quiet", tabindex: "-1", title: t("delete.title"), "aria-label": t("delete.title") }, icon("trash"))),
  );
  return row;
}

export const studyHash = (study) => `#/study/${encodeURIComponent(study.studyInstanceUID)}`;
export const rowID = (study) => `study-${study.studyInstanceUID}`;

export function updateRow(row, study, { index, selected, fresh }) {
  const { main, others } = nameGroups(study.patientName);
  const [patient, id, birth, when, modality, description, accession, counts] = row.children;
  row.setAttribute("aria-rowindex", index + 2); // the heading is row 1
  row.setAttribute("aria-selected", selected);
  row.classList.toggle("fresh", fresh);
  setText(patient.querySelector(".name"), main || t("noName"));
  setText(patient.querySelector(".groups"), others.join("  "));
  setText(id.firstChild, study.patientID ?? "");
  setText(birth, [date(study.patientBirthDate), sex(study.patientSex), ageAt(study)].filter(Boolean).join(" "));
  setText(when, [date(study.studyDate), time(study.studyTime)].filter(Boolean).join(" "));
  const codes = study.modalities ?? [];
  if (modality.dataset.codes !== codes.join()) {
    modality.dataset.codes = codes.join();
    modality.replaceChildren(...codes.map((code) => h("span", { class: "modality-chip" }, code)));
  }
  setText(description.firstChild, study.studyDescription ?? "");
  setText(accession.firstChild, study.accessionNumber ?? "");
  setText(counts.firstChild, `${count(study.seriesCount ?? 0)} / ${count(study.instanceCount ?? 0)}`);
  counts.title = t("series.short", { series: study.seriesCount ?? 0, instances: study.instanceCount ?? 0 });
}

const sex = (code) => (["M", "F", "O"].includes(code) ? t(`sex.${code}`) : code ?? "");
function ageAt(study) {
  const years = age(study.patientBirthDate, study.studyDate);
  return years == null ? "" : t("years", { n: years });
}
