/**
 * Marks of the draft → a structured report on the server. Values are those of the images themselves: marks on images that are not on screen are
 * measured from the images' attributes and frames, which are fetched where they are not there.
 */
import * as api from "../net/api.js";
import { t } from "../ui/words.js";
import { marksOf } from "./edits.js";
import { isGrey } from "../model/window.js";
import { kinds } from "./kinds.js";

export function reporting({ app, studyUID, views, measured, changed, signedOut }) {
  let said = "", isBusy = false;
  const say = (words) => { said = words; changed(); };

  const viewOf = (mark) => views.find((view) => view && view.image.sopInstanceUID === mark.instance && view.number === mark.frame) ?? app.viewOf(mark.series, mark.instance, mark.frame);
  const needsPixels = ({ kind }) => kinds[kind].encloses || kind === "probe";

  /** A mark with its values; statistics need the frame, and a moment. */
  async function whole(mark) {
    const end = performance.now() + 15000;
    for (;;) {
      const view = viewOf(mark);
      const found = view && measured(mark, view);
      if (found && (!needsPixels(mark) || (view.frame && (found.counted || mark.kind === "probe" || !isGrey(view.image))))) return found;
      if (performance.now() > end) throw new Error(t("report.unmeasured"));
      if (!view) app.fetchStack(mark.series);
      else if (!view.frame) app.fetchFrame(mark.series, mark.instance, mark.frame);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async function saveReport() {
    if (isBusy) return;
    // A known length goes along: who reads the report finds what its millimetres rest on.
    const drafts = marksOf(app.state()).filter(({ report }) => !report);
    if (!drafts.some(({ kind }) => kind !== "calibration")) return say(t("report.nothing"));
    isBusy = true;
    say(t("report.saving"));
    try {
      const body = [];
      for (const mark of drafts) {
        const found = await whole(mark);
        const { id, kind, instance, frame, points, text } = mark;
        body.push({ id, kind, instance, frame, points, text: text ?? "", values: found?.values ?? [], source: found?.scale.source ?? "none", ...(kind === "calibration" && { reach: mark.reach ?? "image" }) });
      }
      const { sopInstanceUID } = await api.reportMarks(studyUID, body);
      // Those that were changed meanwhile stay in the draft.
      const sent = new Map(drafts.map((mark) => [mark.id, mark]));
      app.everywhere((state) => ({ ...state, marks: marksOf(state).map((mark) => (sent.get(mark.id) === mark ? { ...mark, report: sopInstanceUID, rival: null } : mark)) }));
      say(t("report.saved"));
    } catch (error) {
      if (error.status === 401) { signedOut(); return; }
      say(t("report.refused", { words: error.message || t("draft.offline") }));
    } finally {
      isBusy = false;
    }
  }

  return { saveReport, whole, get said() { return said; } };
}
