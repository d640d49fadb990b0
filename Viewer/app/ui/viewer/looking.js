/** Looking closer at what is on screen, and taking it along: attributes, export, print, true size, the reader's own windows. */
import { scaleOf } from "../../marks/scale.js";
import { calibrationsOf } from "../../marks/edits.js";
import * as edits from "../../model/state.js";
import { pixelsPerMM, trueZoom } from "../../model/screenSize.js";
import { centerOf } from "../../viewport/view.js";
import { t } from "../words.js";

/** Dialogs are fetched when they are first asked for: the first image does not wait for what most readings never open. */
const dialogs = {
  attributes: () => import("../attributes/attributes.js"), export: () => import("../export/exportDialog.js"), lesions: () => import("../lesions/lesions.js"),
  presets: () => import("../presetsDialog.js"), print: () => import("../print/printDialog.js"), screenSize: () => import("../screenSizeDialog.js"),
};

/**
 * @param {{app, facts, panes, stage: () => stage, frames: () => frameStore, presented, preferences, user: string, say: (words: string) => void, signedOut: () => void}} parts
 *   of the viewer
 */
export function looking(parts) {
  const { app, facts, say } = parts;
  const calibrations = () => calibrationsOf(app.state(), facts.imageOf);
  let sheet = null;

  let isOpening = false; // a key that is held opens one

  async function open(id, ...given) {
    if (isOpening) return;
    isOpening = true;
    const found = await dialogs[id]().catch(() => null); // without a connection it cannot be fetched
    isOpening = false;
    if (found) found.default(...given);
    else say(t("look.unreached"));
  }

  /** An image as the attribute browser takes it, or null. */
  function shown(n, at = null) {
    const viewport = app.state().viewports[n];
    const stack = facts.stacks.get(viewport.series), seen = parts.stage().sight(n);
    const position = at ?? seen?.showing ?? viewport.index, item = stack?.items?.[position];
    if (!item) return null;
    const series = facts.seriesOf(viewport.series);
    const label = [series.modality, series.seriesNumber != null && t("seriesNumber", { n: series.seriesNumber }), t("imageOf", { n: position + 1, count: stack.items.length })].filter(Boolean).join(" · ");
    return { study: series.studyInstanceUID, series: series.seriesInstanceUID, image: item.image, frame: item.frame, label, position };
  }

  /** Millimetres in the middle of what the active viewport shows, with where they are true. */
  function scaleHere() {
    const now = app.current(), seen = parts.stage().sight(app.state().active);
    if (!now || seen?.kind !== "image") return null;
    const point = centerOf(now.viewport.view, seen.geometry);
    return { now, scale: scaleOf({ series: now.viewport.series, instance: now.image.sopInstanceUID, frame: now.item.frame, points: [point] }, now.image, calibrations()) };
  }

  function trueSize() {
    const here = scaleHere();
    if (!here) return say(t("export.nothing"));
    const { now, scale } = here;
    if (!(scale.column > 0)) return say(t("trueSize.noScale", { why: t(scale.reason ?? "scale.absent") }));
    const perMM = pixelsPerMM();
    if (!perMM) return open("screenSize", { done: trueSize, why: t("screen.first") });
    const zoom = trueZoom(scale, perMM);
    app.edit((s) => edits.setView(s, s.active, { zoom, trueSize: { zoom, source: scale.source, instance: now.image.sopInstanceUID, column: scale.column } }));
    say(t("trueSize.said", { where: t(`mark.in.${scale.source}`) }));
  }

  return {
    ...parts,
    calibrations,
    attributes() {
      const { active } = app.state();
      const first = shown(active);
      if (!first) return say(t("export.nothing"));
      const beside = app.visible().filter((n) => n !== active).map((n) => shown(n)).filter(Boolean);
      const near = [-1, 1].map((step) => shown(active, first.position + step)).filter(Boolean);
      open("attributes", [first, ...beside, ...near], parts);
    },
    lesions() { open("lesions", this); },
    export() { open("export", this); },
    print() { open("print", this, (next) => { sheet?.remove(); sheet = next; }); },
    trueSize,
    screenSize: () => open("screenSize", { done: () => say(t("screen.kept")) }),
    presets() {
      const now = app.current();
      open("presets", { modality: now?.series.modality || "CT", now: now?.window ?? null, preferences: parts.preferences });
    },
    close() { sheet?.remove(); },
  };
}
