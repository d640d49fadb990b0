/** PNG of what is on screen, or of the image in its own resolution; what the pixels do not say stands in the file as text. */
import { paintOver } from "../../export/painted.js";
import { fullPicture, pngOf, screenPicture } from "../../export/picture.js";
import { described } from "../../export/png.js";
import { spacing } from "../../model/spacing.js";
import { date, nameGroups } from "../../model/text.js";
import { t } from "../words.js";

/** `words`: a key of the words table */
class NoPicture extends Error { constructor(words) { super(words); this.words = words; } }

/** The viewports that are to be seen, with their elements. */
export function viewportsOn(look, numbers) {
  return numbers.map((n) => ({ n, seen: look.stage().sight(n), place: look.stage().place(n), view: look.app.state().viewports[n].view, pane: look.panes[n].element })).filter(({ seen, place }) => seen && place);
}

/** A canvas of viewports as they lie on the screen, with what is above the images. */
export function seenCanvas(look, numbers, { words, marks }) {
  const shown = viewportsOn(look, numbers);
  if (!shown.some(({ seen }) => seen.drawn)) throw new NoPicture("export.noPicture");
  const { canvas, origin } = screenPicture(shown);
  const context = canvas.getContext("2d");
  for (const { place, pane } of shown) paintOver(context, pane, { scale: look.stage().scale, at: [place.x - origin[0], place.y - origin[1]], words, marks });
  return canvas;
}

/** A canvas of the image of the active viewport in its own resolution. */
export function fullCanvas(look) {
  const { active, viewports } = look.app.state();
  const seen = look.stage().sight(active);
  if (!seen?.drawn) throw new NoPicture("export.noPicture");
  if (seen.showing !== seen.wanted) throw new NoPicture("export.loading");
  const canvas = fullPicture(seen, viewports[active].view.orientation);
  if (!canvas) throw new NoPicture("export.tooLarge");
  return { canvas, seen };
}

function patientLine(canvas, study, scale) {
  const context = canvas.getContext("2d"), size = Math.round(13 * scale);
  const line = [nameGroups(study.patientName).main, study.patientID, date(study.patientBirthDate), date(study.studyDate)].filter(Boolean).join(" · ");
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.font = `600 ${size}px system-ui, sans-serif`;
  [context.textAlign, context.textBaseline] = ["center", "bottom"];
  [context.lineWidth, context.lineJoin, context.strokeStyle, context.fillStyle] = [size / 4, "round", "#000", "#fff"];
  context.strokeText(line, canvas.width / 2, canvas.height - size / 2);
  context.fillText(line, canvas.width / 2, canvas.height - size / 2);
}

/**
 * @param {{kind: "seen" | "screen" | "full", words: boolean, marks: boolean, patient: object | null, lossy: boolean, burnedIn: string}} wish
 * @returns {Promise<Uint8Array>} PNG
 */
export async function pictureBytes(look, wish) {
  const { app } = look;
  let canvas, pixels = null;
  if (wish.kind === "full") {
    const full = fullCanvas(look);
    canvas = full.canvas;
    const known = spacing(full.seen.item.image);
    // Of square pixels in the patient or on film; what projections measure at the detector is no size of the patient.
    if (known && ["patient", "calibrated", "film", "ultrasound"].includes(known.source)) {
      const mm = Math.min(known.row, known.column);
      pixels = { across: 1000 / mm, down: 1000 / mm };
    }
  } else {
    canvas = seenCanvas(look, wish.kind === "screen" ? app.visible() : [app.state().active], wish);
    if (wish.patient) patientLine(canvas, wish.patient, look.stage().scale);
  }
  const comment = [t("export.notDiagnostic"), wish.lossy && t("export.lossy"), wish.burnedIn === "YES" && t("export.burned")].filter(Boolean).join(" ");
  return described(new Uint8Array(await (await pngOf(canvas)).arrayBuffer()), { Software: "Isocenter", Comment: comment }, pixels);
}
