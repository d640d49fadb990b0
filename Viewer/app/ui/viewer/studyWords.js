/** Studies of one patient in words: which is the current one, which came before, and how long before. */
import { apart } from "../../model/timeline.js";
import { date } from "../locale.js";
import { t } from "../words.js";

/** "2 years before", or "". */
export function distance(current, other, relation) {
  const between = relation === "prior" || relation === "later" ? apart(current.studyDate, other.studyDate) : null;
  if (!between || between.n === 0) return relation === "prior" || relation === "later" ? t("study.sameDay") : "";
  return t(`study.${relation}.${between.unit}${between.n === 1 ? ".one" : ""}`, { n: between.n });
}

const parts = (study, relation) => [t(`study.${relation}`), date(study.studyDate) || t("study.noDate")];
export const title = (study, relation) => parts(study, relation).join(" · ");

/** What a viewport says of its study while several are open. */
export function studyMark(current, study) {
  const { relation } = study;
  return { relation, text: [title(study, relation), relation === "current" ? "" : distance(current, study, relation)].filter(Boolean).join(" · ") };
}

/** Groups of the series strip. */
export function stripGroups(facts) {
  const { study, series, others } = facts;
  const own = { study, relation: "current", series, words: others.studies.length ? { title: title(study, "current"), parts: parts(study, "current") } : null, note: null };
  const rest = others.studies.map((other) => ({
    study: other, relation: other.relation, series: facts.seriesOfStudy(other.studyInstanceUID),
    words: { title: title(other, other.relation), parts: parts(other, other.relation), detail: [other.modalities.join(" "), other.studyDescription].filter(Boolean).join(" · "), hint: distance(study, other, other.relation) },
  }));
  const note = others.state === "failed" ? t("study.othersFailed") : others.leftOut ? t(others.leftOut === 1 ? "study.leftOut.one" : "study.leftOut", { n: others.leftOut }) : null;
  const groups = [own, ...rest];
  groups.at(-1).note = note;
  return groups;
}
