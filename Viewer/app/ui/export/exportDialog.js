/** What leaves the archive: a picture, a film, the objects themselves. What the file will not say by itself is said here before. */
import * as api from "../../net/api.js";
import { text } from "../../model/attributes.js";
import { fileName } from "../../export/names.js";
import { withoutVideo } from "../../export/video.js";
import { explain } from "../doors.js";
import { h, setText } from "../element.js";
import { icon } from "../icons.js";
import { t } from "../words.js";
import { filmOf, filmPlan } from "./films.js";
import { pictureBytes } from "./pictures.js";
import { copyPicture, save } from "./saving.js";

const burnedIn = "00280301";

/** @param look as `ui/viewer/looking.js` makes it */
export default function exportDialog(look) {
  const { app, facts, signedOut } = look;
  const now = app.current();
  const ended = new AbortController();
  const seen = look.stage().sight(app.state().active);
  const study = facts.studyOf(now?.viewport.series) ?? facts.study;
  const isImage = seen?.kind === "image" && seen.drawn;
  const status = h("p", { class: "export-status", role: "status", "aria-live": "polite" });
  const say = (words) => setText(status, words);
  const withPatient = h("input", { type: "checkbox", id: "export-patient" });
  const check = (id, checked = true) => h("input", { type: "checkbox", id: `export-${id}`, checked });
  const words = check("words"), marks = check("marks");
  const choice = (id, checked, label) => h("label", { for: `export-${id}` }, h("input", { type: "radio", name: "export-kind", id: `export-${id}`, value: id, checked, onchange: update }), t(label));
  const kinds = h("div", { class: "export-choices", role: "radiogroup", "aria-label": t("export.picture") }, choice("seen", true, "export.seen"), choice("screen", false, "export.screen"), choice("full", false, "export.full"));
  const over = h("div", { class: "export-choices" }, h("label", { for: "export-words" }, words, t("export.words")), h("label", { for: "export-marks" }, marks, t("export.marks")));
  const warnings = h("ul", { class: "export-warnings" });
  const formats = h("select", { id: "export-format", "aria-label": t("export.format"), hidden: true });
  const progress = h("progress", { id: "export-progress", hidden: true, "aria-label": t("export.film"), max: "1", value: "0" });
  const filmWords = h("p", { class: "hint", id: "export-film-words" });
  const filmButton = h("button", { type: "button", class: "primary", id: "export-film", disabled: true, onclick: makeFilm }, t("export.film.make"));
  const serverFilm = h("button", { type: "button", class: "quiet bordered", id: "export-server-film", hidden: true, onclick: serverMakesFilm }, t("export.film.server"));
  let plan = null, making = null;

  const kind = () => kinds.querySelector(":checked").value;
  function update() { over.hidden = kind() === "full"; }

  const of = (more = {}) => ({ study, series: now?.series, ...more });
  const marksOfName = () => (isLossy(now?.image) ? ["lossy"] : []);
  const nameOf = (extension, one = true) => fileName(of(one && now ? { image: now.image, frame: now.item.frame, marks: marksOfName() } : { marks: marksOfName() }), extension, withPatient.checked);

  async function picture(use) {
    try {
      const bytes = await pictureBytes(look, { kind: kind(), words: words.checked, marks: marks.checked, patient: withPatient.checked ? study : null, lossy: isLossy(now.image), burnedIn: burned });
      say(await use(bytes));
    } catch (error) {
      say(error.words ? t(error.words) : t("export.failed", { words: error.message }));
    }
  }

  const pictureSection = h("section", {}, h("h3", {}, t("export.picture")),
    isImage ? [kinds, over, h("div", { class: "export-acts" },
      h("button", { type: "button", class: "primary", id: "export-png", onclick: () => picture((bytes) => { save(bytes, "image/png", nameOf("png")); return t("export.saved", { name: nameOf("png") }); }) }, t("export.png")),
      h("button", { type: "button", class: "quiet bordered", id: "export-copy", onclick: () => picture((bytes) => copyPicture(bytes).then((problem) => (problem ? t(problem) : t("export.copied")))) }, t("export.copy")))]
      : h("p", { class: "hint", id: "export-no-picture" }, t(now ? "export.noPicture" : "export.nothing")));
  const filmSection = h("section", {}, h("h3", {}, t("export.film")), filmWords, h("div", { class: "export-acts" }, formats, filmButton, serverFilm, progress));
  const zip = (id, path, name) => h("a", { class: "quiet bordered", id: `export-zip-${id}`, href: `${api.url(path)}?accept=application/zip`, download: name() }, t(`export.zip.${id}`));
  const base = study && `dicom-web/studies/${study.studyInstanceUID}`;
  const seriesPath = now && `${base}/series/${now.viewport.series}`;
  const dicomSection = h("section", {}, h("h3", {}, t("export.dicom")), h("p", { class: "hint" }, t("export.dicom.hint")), h("div", { class: "export-acts" },
    now && zip("image", `${seriesPath}/instances/${now.image.sopInstanceUID}`, () => nameOf("zip")),
    now && zip("series", seriesPath, () => nameOf("zip", false)), base && zip("study", base, () => fileName({ study }, "zip", withPatient.checked))));
  const dialog = h("dialog", { class: "export", "aria-labelledby": "export-title", onclose: () => { ended.abort(); dialog.remove(); } },
    h("header", {}, h("h2", { id: "export-title" }, t("export")), h("button", { type: "button", class: "quiet", "aria-label": t("help.close"), onclick: () => dialog.close() }, icon("close"))),
    h("div", { class: "export-body" }, warnings, h("label", { class: "export-patient", for: "export-patient" }, withPatient, t("export.patient")), pictureSection, filmSection, dicomSection, status));

  withPatient.addEventListener("change", () => {
    for (const [id, name] of [["image", () => nameOf("zip")], ["series", () => nameOf("zip", false)], ["study", () => fileName({ study }, "zip", withPatient.checked)]]) {
      const link = dialog.querySelector(`#export-zip-${id}`);
      if (link) link.download = name();
    }
  });

  // MARK: What must be known of it

  let burned = "unknown";
  function warn() {
    const list = [isImage && t("export.notDiagnostic"), isLossy(now?.image) && t("export.lossy"), now && burned !== "NO" && t(burned === "YES" ? "export.burned" : "export.burned.unknown")].filter(Boolean);
    warnings.replaceChildren(...list.map((line) => h("li", { class: line === t("export.burned") ? "warning" : null }, line)));
  }

  async function lookInto() {
    if (!now) return;
    let set = null;
    try {
      set = await api.metadata(study.studyInstanceUID, now.viewport.series, now.image.sopInstanceUID, ended.signal);
      burned = text(set, burnedIn).toUpperCase() || "unknown";
    } catch (error) {
      if (ended.signal.aborted) return;
      if (error.status === 401) { dialog.close(); return signedOut(); }
    }
    warn();
    await prepareFilm(set);
  }

  // MARK: Film

  async function prepareFilm(set) {
    plan = isImage ? await filmPlan(look, set) : null;
    if (ended.signal.aborted) return;
    if (!plan || plan.positions.length < 2) return setText(filmWords, t("export.film.one"));
    const facts = t("export.film.facts", { count: plan.positions.length, rate: plan.rate, source: t(`export.rate.${plan.source}`) });
    const left = plan.leftOut ? ` ${t("export.film.left", { n: plan.leftOut })}` : "";
    const why = withoutVideo() ?? (plan.formats.length ? null : "export.video.none");
    setText(filmWords, [facts + left, why && t(why)].filter(Boolean).join(" "));
    formats.hidden = !plan.formats.length;
    formats.replaceChildren(...plan.formats.map(({ id }, n) => h("option", { value: String(n) }, id === "mp4" ? "MP4 (H.264)" : "WebM")));
    filmButton.disabled = !plan.formats.length;
    serverFilm.hidden = !plan.serverURL;
  }

  async function serverMakesFilm() {
    serverFilm.disabled = true;
    say(t("export.film.waits"));
    try {
      save(await api.file(plan.serverURL, ended.signal), "video/mp4", nameOf("mp4"));
      say(t("export.saved", { name: nameOf("mp4") }));
    } catch (error) {
      if (ended.signal.aborted) return;
      if (error.status === 401) { dialog.close(); return signedOut(); }
      say(t("export.failed", { words: explain(error) }));
    } finally {
      serverFilm.disabled = false;
    }
  }

  async function makeFilm() {
    if (making) return making.abort();
    making = new AbortController();
    ended.signal.addEventListener("abort", () => making?.abort(), { once: true });
    filmButton.textContent = t("cancel");
    progress.hidden = false;
    const format = plan.formats[Number(formats.value)];
    try {
      const bytes = await filmOf(look, plan, format, { progress: (done) => { progress.value = done / plan.positions.length; }, signal: making.signal });
      const name = nameOf(format.id, plan.isOneObject);
      save(bytes, format.type, name);
      say(t("export.saved", { name }));
    } catch (error) {
      if (making.signal.aborted) say(t("export.film.cancelled"));
      else say(error.position != null ? t("export.film.missing", { n: error.position + 1, words: error.words }) : t("export.failed", { words: error.message ? error.message : explain(error) }));
    } finally {
      making = null;
      progress.hidden = true;
      filmButton.textContent = t("export.film.make");
    }
  }

  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  document.body.append(dialog);
  dialog.showModal();
  update();
  warn();
  lookInto();
}

export const isLossy = (image) => image?.lossy === "01" || image?.lossy === true;
