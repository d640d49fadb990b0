/** A sight in words: label, corners, letters, badges, scale, message, and the data attributes tests and other tools read. */
import { badges, corners, lettersOf, scaleBar } from "./overlay.js";
import { kindOfObject } from "../model/sopClass.js";
import { t } from "../ui/words.js";

export function described({ seen, viewport, series, size, scale, number, linked = false, view = null, calibrations = [] }) {
  const data = {
    series: viewport.series, imageIndex: seen.wanted ?? null, state: stateOf(seen),
    windowCenter: seen.window?.lut ? null : seen.window?.center, windowWidth: seen.window?.lut ? null : seen.window?.width, windowFrom: seen.window?.from,
    instance: seen.item?.image.sopInstanceUID,
  };
  const label = viewport.series && series
    ? t("viewport.label", { modality: series.modality ?? "", description: series.seriesDescription ?? "", n: (seen.wanted ?? 0) + 1, count: seen.count ?? series.instanceCount ?? "" })
    : t("viewport.empty", { n: number });
  const plain = { label, data, badges: [], message: message(seen, viewport) };
  if (!seen.item) return plain;
  const { image } = seen.item;
  const geometry = seen.geometry ?? { columns: image.columns || 1, rows: image.rows || 1, aspect: 1 };
  const facts = { item: seen.item, image, series, viewport: { ...viewport, index: seen.showing }, count: seen.count, window: seen.window, size, geometry, view, calibrations };
  const text = corners(facts);
  if (seen.kind === "object") return { ...plain, corners: { ...text, bottomLeft: [], bottomRight: [] } };
  const bar = seen.drawn && !seen.large ? scaleBar(facts) : null;
  return {
    ...plain,
    corners: seen.kind === "image" ? text : { ...text, bottomRight: [] },
    letters: seen.drawn ? lettersOf(image, viewport.view) : null,
    badges: badges({ ...seen, image, linked, view, failed: seen.failure }),
    scale: bar && { ...bar, pixels: bar.pixels / scale },
  };
}

/** What a hanging protocol looked for and did not find. */
function wanted({ view, of, description, modality, like }) {
  if (like != null) return t("viewport.missing.like");
  if (!view && !description && !modality) return t("viewport.missing.nth");
  const what = view ? view.join(" ") : [modality, description].filter(Boolean).join(" · ");
  return t(of === "prior" ? "viewport.missing.prior" : "viewport.missing.current", { what }).trim();
}

/** "full" when the wanted frame, or all there is to show, is on screen. */
function stateOf(seen) {
  switch (seen.kind) {
    case "empty": return null;
    case "loading": return "loading";
    case "object": return "full";
    case "image":
      if (seen.failure || seen.large) return "error";
      return seen.drawn && seen.showing === seen.wanted ? "full" : "loading";
    default: return "error";
  }
}

function message(seen, viewport) {
  switch (seen.kind) {
    case "empty": return viewport.missing ? { title: t("viewport.missing"), lines: [wanted(viewport.missing)] } : { title: t("viewport.none") };
    case "failed": return { title: t("message.series"), lines: [seen.error].filter(Boolean) };
    case "object": return { picture: "document", title: t("message.object", { kind: t(`sop.${kindOfObject(seen.item.image.sopClassUID)}`) }), lines: [t("message.object.how")] };
    case "undrawable": return { title: t(`message.${seen.reason.reason}`, seen.reason), lines: [t(`message.${seen.reason.reason}.how`), attributes(seen.item.image)] };
    case "image":
      if (seen.failure) return { title: t("message.failed"), lines: [seen.failure] };
      if (seen.large) return { title: t("message.large", { detail: `${seen.item.image.columns} × ${seen.item.image.rows}` }), lines: [t("message.large.how")] };
  }
  return null;
}

/** The attributes of a picture that cannot be drawn. */
const attributes = (image) =>
  [image.columns && `${image.columns} × ${image.rows}`, image.photometricInterpretation, image.bitsStored && `${image.bitsStored} bit`].filter(Boolean).join(" · ");
