/**
 * Views of a mammogram, from what its attributes say (PS3.3 §C.8.11.7): side, projection, and how it has to be turned so that chest walls
 * meet in the middle and armpits lie up. What an image does not say, or says twice in different words, is not guessed.
 */
import { items, text, texts } from "./attributes.js";

/** View Code Sequence (0054,0220): codes of PS3.16 CID 4014, and what View Position (0018,5101) says. */
const viewCodes = { "399162004": "CC", "R-10242": "CC", "399368009": "MLO", "R-10226": "MLO" };
const otherView = "other"; // another projection than the two of a screening

/** Attributes that are asked for. */
export const viewAttributes = ["SeriesInstanceUID", "SOPInstanceUID", "Modality", "ImageLaterality", "Laterality", "ViewPosition", "ViewCodeSequence", "PatientOrientation", "PresentationIntentType", "InstanceNumber"];

function projection(set) {
  const item = items(set, "00540220")[0];
  const code = item && text(item, "00080100");
  const byCode = code ? viewCodes[code] ?? otherView : null;
  const modified = item && items(item, "00540222").length > 0; // View Modifier Code Sequence: magnified, rolled, implant displaced …
  const position = text(set, "00185101").toUpperCase();
  const byPosition = position ? (["CC", "MLO"].includes(position) ? position : otherView) : null;
  if (modified || (byCode && byPosition && byCode !== byPosition)) return null;
  const view = byCode ?? byPosition;
  return view === otherView ? null : view;
}

function side(set) {
  const [image, series] = [text(set, "00200062"), text(set, "00200060")];
  if (image && series && image !== series) return null;
  const found = image || series;
  return found === "R" || found === "L" ? found : null;
}

/** Which way the stored picture's edges must lie, by side: right edge, and bottom for each projection. */
const wanted = { R: { right: "P", CC: "L", MLO: "F" }, L: { right: "A", CC: "R", MLO: "F" } };
const opposite = { A: "P", P: "A", L: "R", R: "L", H: "F", F: "H" };

/**
 * The view's 2×2 matrix, from Patient Orientation (0020,0020), for chest walls in the middle; null where that is not given or is none of a breast.
 */
export function chestWallInside(laterality, view, [row = "", column = ""] = []) {
  const want = wanted[laterality];
  const turn = (has, should) => (has[0] === should ? 1 : has[0] === opposite[should] ? -1 : 0);
  const horizontal = turn(row, want.right), vertical = turn(column, want[view]);
  return horizontal && vertical ? [horizontal, 0, 0, vertical] : null;
}

/**
 * The standard views of a study, one image each.
 *
 * @param sets metadata of its instances (DICOM JSON model)
 * @returns `[{laterality, view, series, instance, orientation, others}]`: `orientation` as `chestWallInside` gives it, `others` how many more
 *   images of this view there are
 */
export function views(sets) {
  const found = new Map();
  const made = sets.filter((set) => text(set, "00080060") === "MG");
  const presented = made.some((set) => text(set, "00080068") === "FOR PRESENTATION");
  const ordered = made.filter((set) => !presented || text(set, "00080068") !== "FOR PROCESSING").sort((a, b) => (Number(text(a, "00200013")) || 0) - (Number(text(b, "00200013")) || 0));
  for (const set of ordered) {
    const laterality = side(set), view = projection(set);
    if (!laterality || !view) continue;
    const key = laterality + view;
    if (found.has(key)) { found.get(key).others += 1; continue; }
    found.set(key, { laterality, view, series: text(set, "0020000E"), instance: text(set, "00080018"), orientation: chestWallInside(laterality, view, texts(set, "00200020")), others: 0 });
  }
  return [...found.values()];
}
