/** Target lesions of a patient over time: a table with the sums, and the response that follows from them with all its inputs. */
import { measurementsOfStudy } from "../../net/measurements.js";
import { marksOf, removedOf } from "../../marks/edits.js";
import { scaleOf } from "../../marks/scale.js";
import { valuesOf } from "../../marks/values.js";
import { lesionOf, lesionTable, rules } from "../../model/recist.js";
import { date, number } from "../../model/text.js";
import { toClipboard } from "../attributes/attributes.js";
import { explain } from "../doors.js";
import { h, setText } from "../element.js";
import { icon } from "../icons.js";
import { t } from "../words.js";

const patience = 15000; // ms for images with marks to be there
const parallel = 4;

/** @param look as `ui/viewer/looking.js` makes it */
export default function lesionDialog(look) {
  const { app, facts, signedOut } = look;
  const ended = new AbortController();
  const place = h("div", { class: "lesions-table", tabindex: "0", role: "group", "aria-label": t("recist") });
  const status = h("p", { class: "attributes-status", role: "status", "aria-live": "polite" }, t("recist.loading"));
  const copy = h("button", { type: "button", class: "quiet bordered", id: "lesions-copy", disabled: true }, t("recist.copy"));
  const dialog = h("dialog", { class: "export lesions", "aria-labelledby": "lesions-title", onclose: () => { ended.abort(); dialog.remove(); } },
    h("header", {}, h("h2", { id: "lesions-title" }, t("recist")), h("button", { type: "button", class: "quiet", "aria-label": t("help.close"), onclick: () => dialog.close() }, icon("close"))),
    h("div", { class: "export-body" }, h("p", { class: "hint" }, t("recist.hint")), place, status, h("div", { class: "export-acts" }, copy), h("p", { class: "hint" }, t("recist.rule", { response: 100 * rules.response, progression: 100 * rules.progression, least: rules.progressionLeast, node: rules.normalNode }))));

  /** Marks of the study on screen, drafts too; `missing` of those whose image could not be had. */
  async function ownMeasurements() {
    const end = performance.now() + patience;
    const named = () => marksOf(app.state()).filter(({ text, kind }) => lesionOf(text) && ["length", "bidirectional", "text", "arrow"].includes(kind));
    for (;;) {
      const away = named().filter((mark) => !facts.imageOf(mark.series, mark.instance));
      if (!away.length || performance.now() > end || ended.signal.aborted) break;
      for (const { series } of away) app.fetchStack(series);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const found = [];
    let missing = 0;
    for (const mark of named()) {
      const image = facts.imageOf(mark.series, mark.instance);
      if (!image) { missing++; continue; }
      const scale = scaleOf(mark, image, look.calibrations());
      found.push({ lesion: lesionOf(mark.text), values: valuesOf(mark, image, scale), source: scale.source });
    }
    return { found, missing };
  }

  const lesionsIn = (measurements) => measurements.map(({ text, values, isCalibratedByUser }) => ({ lesion: lesionOf(text), values, source: isCalibratedByUser ? "user" : null })).filter(({ lesion }) => lesion);

  async function load() {
    try {
      const points = [], own = await ownMeasurements();
      const saved = await measurementsOfStudy(facts.study.studyInstanceUID, ended.signal);
      // What is on screen goes before the report it came from; what a reader took away does not come back.
      const known = new Set([...marksOf(app.state()).map(({ id }) => id), ...removedOf(app.state())]);
      points.push({ id: facts.study.studyInstanceUID, date: `${facts.study.studyDate}${facts.study.studyTime ?? ""}`, measurements: [...own.found, ...lesionsIn(saved.measurements.filter(({ id }) => !known.has(id)))] });
      let unread = own.missing + saved.unread, undated = facts.study.studyDate ? 0 : 1;
      const others = facts.others.studies.filter(({ modalities }) => modalities.includes("SR"));
      for (let n = 0; n < others.length; n += parallel) {
        await Promise.all(others.slice(n, n + parallel).map(async (study) => {
          const read = await measurementsOfStudy(study.studyInstanceUID, ended.signal);
          unread += read.unread;
          const measurements = lesionsIn(read.measurements);
          if (measurements.length && !study.studyDate) undated++;
          else points.push({ id: study.studyInstanceUID, date: `${study.studyDate}${study.studyTime ?? ""}`, measurements });
        }));
      }
      if (ended.signal.aborted) return;
      show(lesionTable(points), [
        facts.others.state === "failed" && t("study.othersFailed"), facts.others.leftOut > 0 && t(facts.others.leftOut === 1 ? "study.leftOut.one" : "study.leftOut", { n: facts.others.leftOut }),
        unread > 0 && t("recist.unread", { n: unread }), undated > 0 && t("recist.undated", { n: undated }),
      ].filter(Boolean));
    } catch (error) {
      if (ended.signal.aborted) return;
      if (error.status === 401) { dialog.close(); return signedOut(); }
      setText(status, explain(error));
    }
  }

  function show({ lesions, columns }, notes) {
    if (!columns.length) { setText(status, [t("recist.none"), ...notes].join(" ")); return; }
    const lines = tableLines(lesions, columns);
    place.replaceChildren(h("table", {},
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("recist.lesion")), columns.map((column) => h("th", { scope: "col", "aria-current": column.id === facts.study.studyInstanceUID ? "true" : null }, date(column.date.slice(0, 8)))))),
      h("tbody", {}, lines.map(({ id, head, cells }) => h("tr", { class: id, dataset: { row: id } }, h("th", { scope: "row" }, head), cells.map((cell) => h("td", {}, cell)))))));
    const remarks = columns.flatMap((column) => column.remarks.map(([key, values]) => `${date(column.date.slice(0, 8))}: ${t(key, values)}`));
    status.replaceChildren(...[...notes, ...remarks].map((line) => h("span", { class: "lesions-remark" }, line)));
    copy.disabled = false;
    copy.onclick = async () => {
      const text = [[t("recist.lesion"), ...columns.map((column) => date(column.date.slice(0, 8)))], ...lines.map(({ head, cells }) => [head, ...cells])].map((line) => line.join("\t")).join("\n");
      look.say(await toClipboard(text) ? t("attributes.copied") : t("attributes.copy.failed"));
    };
  }

  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  document.body.append(dialog);
  dialog.showModal();
  load();
}

const mm = (value) => t("mm", { n: number(value, 1) });
const signed = (value, text) => (value > 0 ? `+${text}` : text);
const percent = (share) => (share === null ? "" : signed(share, `${number(share * 100, 1)} %`));

/** Rows as words: lesions, then what is calculated. */
function tableLines(lesions, columns) {
  const words = (cell) => (!cell ? "–" : cell.problem ? t("recist.unusable") : `${mm(cell.mm)}${cell.source === "user" ? ` ${t("mark.in.user")}` : ""}`);
  const line = (id, make) => ({ id, head: t(`recist.${id}`), cells: columns.map(make) });
  return [
    ...lesions.map((lesion) => ({ id: `T${lesion.number}`, head: [`T${lesion.number}`, lesion.isNode && t("recist.node"), lesion.name].filter(Boolean).join(" "), cells: lesion.cells.map(words) })),
    line("sum", ({ sum, isComplete }) => `${mm(sum)}${isComplete ? "" : ` ${t("recist.incomplete")}`}`),
    line("change", ({ change }, n) => (n === 0 ? t("recist.baseline") : percent(change))),
    line("nadir", ({ nadir }) => (nadir === null ? "" : mm(nadir))),
    line("growth", ({ growth, growthShare }) => (growth === null ? "" : `${signed(growth, mm(growth))}${growthShare === null ? "" : ` (${percent(growthShare)})`}`)),
    line("response", ({ response }) => (response ? t(`recist.${response}`) : "")),
  ];
}
