/** Whose images these are: always on screen. */
import { age, nameGroups } from "../model/text.js";
import { h } from "./element.js";
import { icon } from "./icons.js";
import { themeButton } from "./theme.js";
import { date, time } from "./locale.js";
import { t } from "./words.js";

export function patientBar(study, { back, layouts, help, fullscreen }) {
  const { main, others } = nameGroups(study.patientName);
  const years = age(study.patientBirthDate, study.studyDate);
  const sex = ["M", "F", "O"].includes(study.patientSex) ? t(`sex.${study.patientSex}`) : study.patientSex;
  const fact = (name, ...content) => h("span", { class: `fact ${name}` }, ...content);
  return h("header", { class: "patient-bar" },
    h("button", { type: "button", class: "quiet", id: "back", title: `${t("back")} (Esc)`, "aria-label": t("back"), onclick: back }, icon("back")),
    h("div", { class: "patient-facts" },
      h("h1", { class: "fact patient-name" }, h("bdi", {}, main || t("noName")), others.map((group) => h("bdi", { class: "groups" }, group))),
      study.patientID && fact("patient-id", h("bdi", {}, study.patientID)),
      study.patientBirthDate && fact("patient-birth", t("born", { date: date(study.patientBirthDate) })),
      years != null && fact("patient-age", t("years", { n: years })),
      sex && fact("patient-sex", sex),
      h("span", { class: "fact study-facts" },
        h("span", { class: "study-date" }, [date(study.studyDate), time(study.studyTime)].filter(Boolean).join(" ")),
        h("bdi", { class: "study-description" }, study.studyDescription ?? ""),
        study.accessionNumber && h("bdi", { class: "study-accession" }, study.accessionNumber)),
    ),
    h("div", { class: "actions" }, layouts, fullscreen, help, themeButton()),
  );
}
