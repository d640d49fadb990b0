/** The words around an image, as values: what each corner says, the letters, the badges that are never hidden. */
import { letters } from "../model/orientation.js";
import { contradictsItself } from "../model/plane.js";
import { missingSlices, slicePosition } from "../model/stack.js";
import { barLength, spacing } from "../model/spacing.js";
import { isTrueSize } from "../model/screenSize.js";
import { number } from "../model/text.js";
import { unit } from "../model/window.js";
import { t } from "../ui/words.js";
import { byUser } from "../marks/scale.js";
import { matrix, zoomOf } from "./view.js";

/** Text of the window: centre, width and where they came from. */
export function windowText(window) {
  if (!window) return "";
  if (window.lut) return t("window.table");
  const digits = window.width < 10 ? 3 : 0;
  return `${t("windowLevel", { center: number(window.center, digits), width: number(window.width, digits) })}`;
}

export function windowSource(window) {
  if (!window) return "";
  if (window.from === "file") return window.explanation || "";
  if (window.from === "preset") return window.title ?? t(`preset.${window.explanation}`);
  return t(`window.${window.from}`);
}

/**
 * @param item `{image, frame}` on screen; `series`, `viewport` of the state, `window` in force, `size` in device pixels
 */
export function corners({ item, series, viewport, count, window, size, geometry, view }) {
  const { image } = item;
  const position = slicePosition(item);
  const zoom = zoomOf(viewport.view, geometry, size);
  const of = unit(image, series.modality);
  return {
    topLeft: [
      [series.modality, series.seriesNumber != null && t("seriesNumber", { n: series.seriesNumber })].filter(Boolean).join(" · "),
      series.seriesDescription,
    ],
    topRight: [view ? `${view.laterality} ${view.view}` : "", image.sopClassUID && image.instanceNumber != null ? t("instanceNumber", { n: image.instanceNumber }) : ""],
    bottomLeft: [
      t("imageOf", { n: viewport.index + 1, count }),
      position ? t("slicePosition", { side: position.side, mm: number(position.mm, 1) }) : "",
      image.sliceThickness > 0 ? t("thickness", { mm: number(image.sliceThickness, 2) }) : "",
    ],
    bottomRight: [
      window ? `${windowText(window)}${of ? ` ${of}` : ""}` : "",
      windowSource(window),
      t("zoom", { percent: number(zoom * 100, 0) }) + (isTrueSize(viewport.view, image) ? ` · ${t("trueSize.is", { where: t(`mark.in.${viewport.view.trueSize.source}`) })}` : ""),
    ],
  };
}

/** Orientation letters of the view, or null. */
export const lettersOf = (image, view) => letters(image, view.orientation);

/** What a reader must know and the overlay key must not hide. */
export function badges({ image, item, window, look, frame, showing, wanted, linked, view, failed }) {
  const list = [];
  const missing = missingSlices(item?.stack);
  const remarks = item?.stack?.remarks.join("\n");
  if (missing) list.push({ id: "missing", text: t(missing === 1 ? "badge.missing.one" : "badge.missing", { n: missing }), title: remarks });
  else if (item?.stack?.isUneven) list.push({ id: "uneven", text: t("badge.uneven"), title: remarks });
  if (image.presentationIntent === "FOR PROCESSING") list.push({ id: "processing", text: t("badge.processing") });
  if (look && !look.planes && (frame?.mask || image.shutter)) list.push({ id: "planes", text: t("badge.planes") });
  const notes = [...(image.notes ?? []), ...(frame?.notes ?? [])];
  if (window && !look.table && (window.lut || image.modalityLUT)) notes.push("table");
  if (image.hasColourProfile && image.samplesPerPixel === 3) notes.push("profile");
  for (const note of new Set(notes)) list.push({ id: `note.${note}`, text: t(`badge.note.${note}`) });
  if (image.spacing?.warnings.length) list.push({ id: "spacing", text: t("badge.spacing"), title: image.spacing.warnings.join("\n") });
  if (image.lossy === "01" || image.lossy === true) list.push({ id: "lossy", text: t("badge.lossy") });
  if (window?.from === "auto") list.push({ id: "auto", text: t("badge.auto") });
  if (contradictsItself(image)) list.push({ id: "geometry", text: t("badge.geometry") });
  if (view && !view.orientation) list.push({ id: "chestWall", text: t("badge.chestWall") });
  if (view?.others) list.push({ id: "others", text: t(view.others === 1 ? "badge.others.one" : "badge.others", { n: view.others }) });
  if (linked) list.push({ id: "linked", text: t("badge.linked") });
  if (showing !== wanted && !failed) list.push({ id: "loading", text: t("badge.showing", { n: showing + 1, wanted: wanted + 1 }) });
  return list;
}

/** Scale bar: length in mm and device pixels along the vertical of the screen, only where the spacing is known. */
export function scaleBar({ item, image, viewport, geometry, size, calibrations = [] }) {
  const known = byUser({ series: viewport.series, instance: image.sopInstanceUID, frame: item.frame }, image, calibrations) ?? spacing(image);
  if (!known) return null;
  const [, , c, d] = matrix(viewport.view, geometry, size);
  // The screen's vertical runs along the rows or the columns of the image.
  const pixelsPerMM = c !== 0 ? Math.abs(c) / known.column : Math.abs(d) / known.row;
  const mm = barLength(1 / pixelsPerMM, size.height * 0.4);
  if (!mm) return null;
  return { mm, pixels: mm * pixelsPerMM, text: mm >= 10 ? t("cm", { n: number(mm / 10, 1) }) : t("mm", { n: number(mm, 2) }), source: known.source, words: known.words };
}
