/** A study without leaving the list: its series with pictures and counts, its reports, the patient's other studies. */
import * as api from "../net/api.js";
import { studiesOfPatient } from "../net/patient.js";
import { nameGroups } from "../model/text.js";
import { timeline } from "../model/timeline.js";
import { h } from "./element.js";
import { icon } from "./icons.js";
import { date, time } from "./locale.js";
import { studyHash } from "./studyRow.js";
import { t } from "./words.js";

const pause = 120; // ms: who walks through the rows asks about the one where they stop
const mostOthers = 20;

/** @param face `{closed(), signedOut()}` */
export function quickLook({ closed, signedOut }) {
  const body = h("div", { class: "look-body", tabindex: "0", role: "group", "aria-label": t("look.title") });
  const element = h("aside", { class: "quick-look", hidden: true, "aria-label": t("look.title") },
    h("header", {}, h("h2", {}, t("look.title")), h("button", { type: "button", class: "quiet", "aria-label": t("look.close"), title: t("look.close"), onclick: () => { close(); closed(); } }, icon("close"))), body);
  let shown = null, timer = 0, request = null;

  const fact = (word) => word && h("bdi", {}, word);
  function head(study) {
    const { main, others } = nameGroups(study.patientName);
    return h("div", { class: "look-head" },
      h("p", { class: "look-name" }, h("bdi", {}, main || t("noName")), others.map((name) => h("bdi", { class: "groups" }, name))),
      h("p", { class: "hint look-facts" }, fact(study.patientID), fact(date(study.patientBirthDate)), fact(["M", "F", "O"].includes(study.patientSex) ? t(`sex.${study.patientSex}`) : "")),
      h("p", { class: "look-facts" }, fact([date(study.studyDate), time(study.studyTime)].filter(Boolean).join(" ")), fact(study.studyDescription), fact(study.accessionNumber)),
      h("p", { class: "look-facts" }, h("span", { class: "look-counts" }, `${t("look.series", { n: study.seriesCount ?? 0 })} · ${t("look.images", { n: study.instanceCount ?? 0 })}`)),
      h("a", { class: "primary small-primary", href: studyHash(study) }, t("look.open")));
  }

  function seriesItem(one) {
    const name = [one.modality, one.seriesDescription].filter(Boolean).join(" ");
    const picture = h("span", { class: "look-picture" }, icon("document"));
    if (one.thumbnail) {
      const img = h("img", { alt: "", src: api.local(one.thumbnail), decoding: "async" });
      img.addEventListener("load", () => picture.replaceChildren(img));
    }
    return h("li", { dataset: { lookSeries: one.seriesInstanceUID } }, picture, h("bdi", { class: "look-series-name" }, name || t("seriesNumber", { n: one.seriesNumber ?? "–" })), h("span", { class: "hint" }, t("look.images", { n: one.instanceCount ?? 0 })));
  }

  async function ask(study) {
    request?.abort();
    request = new AbortController();
    const { signal } = request;
    try {
      const [{ study: now, series }, others] = await Promise.all([
        api.study(study.studyInstanceUID, signal),
        studiesOfPatient(study.patientID, signal).catch((error) => { if (signal.aborted || error.status === 401) throw error; return null; }),
      ]);
      if (signal.aborted) return;
      const pictures = series.filter((one) => one.hasImages ?? one.thumbnail), reports = series.filter((one) => !pictures.includes(one));
      const { studies } = others ? timeline(now, others) : { studies: [] };
      body.replaceChildren(head(now),
        h("ul", { class: "look-series" }, pictures.map(seriesItem)),
        h("h3", {}, t("look.reports")), reports.length ? h("ul", { class: "look-reports" }, reports.map(seriesItem)) : h("p", { class: "hint" }, t("look.reports.none")),
        h("h3", {}, t("look.priors")),
        !others ? h("p", { class: "error" }, t("study.othersFailed")) : studies.length ? h("ul", { class: "look-others" }, studies.slice(0, mostOthers).map((one) => h("li", {}, h("a", { href: studyHash(one) },
          h("span", {}, date(one.studyDate) || t("study.noDate")), h("span", { class: "modality" }, one.modalities.join(" ")), h("bdi", {}, one.studyDescription || "–"))))) : h("p", { class: "hint" }, t("look.priors.none")));
      element.dataset.state = "shown";
    } catch (error) {
      if (signal.aborted) return;
      if (error.status === 401) return signedOut();
      body.replaceChildren(head(study), h("p", { class: "error", role: "alert" }, error.message || t("look.failed")));
      element.dataset.state = "failed";
    }
  }

  function show(study, { at = pause } = {}) {
    if (shown === study.studyInstanceUID && !element.hidden) return;
    shown = study.studyInstanceUID;
    element.hidden = false;
    element.dataset.study = shown;
    element.dataset.state = "loading";
    request?.abort();
    body.replaceChildren(head(study)); // never another study's series under this name
    clearTimeout(timer);
    timer = setTimeout(() => ask(study), at);
  }
  function close() {
    clearTimeout(timer);
    request?.abort();
    shown = null;
    element.hidden = true;
    body.replaceChildren();
  }
  return { element, show, close, get isOpen() { return !element.hidden; } };
}
