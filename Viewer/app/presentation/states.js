/** Presentation states at work: those of the study are read and listed, one is applied to a viewport, and the view on screen is stored as a new one. */
import * as api from "../net/api.js";
import { newUID } from "../marks/kinds.js";
import * as edits from "../model/state.js";
import { t } from "../ui/words.js";
import { annotationsOf, areaOf, frameAs, imageAs, refusal } from "./applied.js";
import { nameOf } from "./menus.js";
import { outbox } from "./outbox.js";
import { isPresentationState, presentationOf } from "./parse.js";
import { reading } from "./reading.js";
import { areaOfView, transformationOf, viewOf } from "./view.js";

/**
 * @param {{app, facts, studyUID: string, user: string, say: (words: string) => void, changed: () => void, signedOut: () => void}} face parts of the viewer
 */
export function states({ app, facts, studyUID, user, say, changed, signedOut }) {
  const known = reading({ studyUID, modality: "PR", isOne: isPresentationState, read: presentationOf, changed, signedOut });
  const box = outbox({
    key: `states ${user} ${studyUID}`, send: (entry) => api.savePresentation(studyUID, entry.body), changed, signedOut,
    arrived(entry, { remarks }) { say([t("presentation.saved", { name: entry.body.name }), ...(remarks ?? [])].join(". ")); },
    refused(entry, words) { say(t("presentation.notSaved", { name: entry.body.name, words })); },
  });
  const find = (uid) => known.list.find((each) => each.uid === uid) ?? null;

  /** A frame as an applied presentation state wants it, or null where it says nothing of it. */
  function presented(uid, item, frame) {
    const state = find(uid);
    if (!state || refusal(state, item.image, item.frame)) return null;
    const image = imageAs(state, item.image, item.frame);
    return { state, image, frame: frameAs(state, image, frame, item.frame), aspect: areaOf(state, item.image, item.frame)?.aspect ?? null, annotations: annotationsOf(state, item.image, item.frame) };
  }

  /** Applies one to the active viewport; where it is meant for others than the image there, its first image is opened. */
  async function apply(state) {
    if (state.refusal) return say(t("presentation.refusal", { why: t(`presentation.refusal.${state.refusal}`) }));
    const n = app.state().active;
    let target = app.current(n)?.item ?? null;
    if (!target || refusal(state, target.image, target.frame) === "other") {
      target = await firstImage(state, n);
      if (!target) return say(t("presentation.refusal", { why: t("presentation.refusal.absent") }));
    }
    const why = refusal(state, target.image, target.frame);
    if (why) return say(t("presentation.refusal", { why: t(`presentation.refusal.${why}`) }));
    app.edit((s) => edits.present(s, n, state.uid, viewOf(state, areaOf(state, target.image, target.frame))));
  }

  async function firstImage(state, n) {
    const reference = state.references.find(({ series }) => facts.seriesOf(series));
    if (!reference) return null;
    await facts.ready(reference.series);
    const at = facts.stacks.get(reference.series)?.items?.findIndex(({ image, frame }) => image.sopInstanceUID === reference.instance && (!reference.frames.length || reference.frames.includes(frame))) ?? -1;
    if (at < 0) return null;
    app.edit((s) => edits.openSeries(s, n, reference.series, at));
    return facts.stacks.get(reference.series).items[at];
  }

  /** Another image of the stack may have another displayed area: the view follows while nobody changed it. */
  function follow(before, after) {
    const viewports = after.viewports.map((viewport, n) => {
      const was = before.viewports[n], state = viewport.look.presentation && find(viewport.look.presentation);
      if (!state || viewport.series !== was.series || viewport.index === was.index || viewport.view !== was.view || !state.areas || state.areas.length < 2) return viewport;
      const items = facts.stacks.get(viewport.series)?.items ?? [], [from, to] = [items[was.index], items[viewport.index]];
      if (!from || !to) return viewport;
      const [left, next] = [from, to].map(({ image, frame }) => areaOf(state, image, frame));
      if (!next || left === next || JSON.stringify(viewOf(state, left)) !== JSON.stringify(viewport.view)) return viewport;
      return { ...viewport, view: viewOf(state, next) };
    });
    return viewports.every((viewport, n) => viewport === after.viewports[n]) ? after : { ...after, viewports };
  }

  /** Why the view of the active viewport cannot be stored, as words, or null. */
  function hindrance() {
    const now = app.seen();
    if (!now?.drawn) return t("presentation.hindrance.none");
    if (!app.ofThisStudy(now.viewport.series)) return t("presentation.hindrance.study");
    if (!now.window) return t("presentation.hindrance.colour");
    return now.presented && !isOfTheImage(now) ? t("presentation.hindrance.applied", { name: nameOf(now.presented.state) }) : null;
  }

  /** Whether what an applied presentation state shows could be said with the image's own tables, shutters and overlays. */
  function isOfTheImage({ item: { image }, presented: { state, image: as }, window }) {
    const same = (name) => JSON.stringify(image[name] ?? null) === JSON.stringify(as[name] ?? null);
    const rescaled = (image.rescaleSlope ?? 1) === as.rescaleSlope && (image.rescaleIntercept ?? 0) === as.rescaleIntercept && !as.modalityLUT && !image.modalityLUT;
    return rescaled && !window.lut && !state.lut.table && same("shutter") && JSON.stringify((image.overlays ?? []).map(({ group }) => group)) === JSON.stringify(as.overlays.map(({ group }) => group));
  }

  /** Images of the series that one presentation state can hold beside the one on screen. */
  function alike() {
    const { item, viewport } = app.seen();
    const same = (image) => ["rows", "columns", "rescaleSlope", "rescaleIntercept", "photometricInterpretation"].every((name) => image[name] === item.image[name])
      && JSON.stringify([image.spacing, image.pixelAspectRatio, image.display]) === JSON.stringify([item.image.spacing, item.image.pixelAspectRatio, item.image.display]);
    return (facts.stacks.get(viewport.series)?.items ?? []).filter(({ image }) => image.hasPixels && same(image));
  }

  /** The words of a mark on an image that is not on screen: it is measured there. Where it cannot be, its own words are all. */
  async function measured(mark, own) {
    try {
      return (await app.marking.whole(mark)).lines;
    } catch (error) {
      say(error.message);
      return own;
    }
  }

  /** @param {"image" | "series"} scope */
  async function save(name, scope) {
    const seen = app.seen();
    const { item, window, look, viewport, geometry, size } = seen;
    const items = scope === "series" ? [item, ...alike().filter((each) => each !== item)].filter((each, n, all) => n < 4000 || each === all[0]) : [item];
    const images = new Map();
    for (const { image, frame } of items) {
      if (!images.has(image.sopInstanceUID)) images.set(image.sopInstanceUID, { instance: image.sopInstanceUID, ...(image.frames > 1 && { frames: [] }) });
      images.get(image.sopInstanceUID).frames?.push(frame);
    }
    const named = ({ instance, frame }) => images.has(instance) && (!images.get(instance).frames || images.get(instance).frames.includes(frame));
    const { turns, flipped } = transformationOf(viewport.view.orientation);
    const marks = [];
    for (const { mark, scale, lines } of app.marking.list().filter(({ mark }) => mark.kind !== "calibration" && named(mark))) {
      const { id, kind, instance, frame, points, place } = mark;
      marks.push({ id, kind, instance, frame, points, lines: scale ? lines : await measured(mark, lines), ...(place && { place }) });
    }
    box.add({
      body: {
        id: newUID(), name, images: [...images.values()],
        values: window.lut ? { table: window.pair } : { center: window.center, width: window.width, function: window.name, ...(window.from === "file" && window.explanation && { explanation: window.explanation }) },
        inverted: look.inverted, rotation: turns * 90, flipped, area: areaOfView(viewport.view, geometry, size), planes: look.planes, marks,
      },
    });
  }

  return {
    /** The newest first. */
    get list() { return known.list.toSorted((a, b) => (a.created === b.created ? (a.description < b.description ? -1 : 1) : a.created < b.created ? 1 : -1)); },
    get failed() { return known.failed; },
    get status() { return box.status; },
    get waiting() { return box.entries.length; },
    find,
    /** Whether one is meant for the image in the active viewport. */
    isMeant(state) { const item = app.current()?.item; return Boolean(item && !refusal(state, item.image, item.frame)); },
    presented, apply, follow, hindrance, alike, save,
    remove: () => app.edit((s) => edits.present(s, s.active, null)),
    look: known.look,
    close() { known.close(); box.close(); },
  };
}
