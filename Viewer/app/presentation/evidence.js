/** Key images and presentation states in the viewer: their acts, what they add to each viewport, and what an edit takes along. */
import { marksOf } from "../marks/edits.js";
import * as edits from "../model/state.js";
import { t } from "../ui/words.js";
import { areaOf } from "./applied.js";
import { askKey, askView } from "./dialogs.js";
import { drawing } from "./drawing.js";
import { nextKey, snapped } from "./keyObjects.js";
import { keys as keyImages } from "./keys.js";
import { keyStrip } from "./keyStrip.js";
import { nameOf, titleOf } from "./menus.js";
import { states as presentationStates } from "./states.js";
import { placing } from "./view.js";

/**
 * @param {{app, facts, panes: HTMLElement[], stage: () => stage, studyUID: string, user: string, say: (words: string) => void, changed: () => void, signedOut: () => void}} face parts of the viewer;
 *   the acts are added to `app`
 */
export function evidence({ app, facts, panes, stage, studyUID, user, say, changed, signedOut }) {
  const keys = keyImages({ studyUID, user, say, changed, signedOut });
  const states = presentationStates({ app, facts, studyUID, user, say, changed, signedOut });
  const layers = panes.map((element) => drawing(element));
  const ofThisStudy = (series) => facts.series.some(({ seriesInstanceUID }) => seriesInstanceUID === series);

  /** The image on screen in a viewport, as key images name it; null where there is none of this study. */
  function shown(n) {
    const { series } = app.state().viewports[n], seen = stage().sight(n);
    return seen?.kind === "image" && seen.wanted === seen.showing && ofThisStudy(series) ? { series, image: seen.item.image, frame: seen.item.frame } : null;
  }

  const marked = (n) => say(t(n === 1 ? "key.marked.one" : "key.marked", { n }));
  const stackKeys = (series) => { const items = facts.stacks.get(series)?.items; return items ? keys.inStack(items) : []; };

  Object.assign(app, {
    keys, states, ofThisStudy,
    /** The sight of the active viewport with its viewport and size, or null. */
    seen(n = app.state().active) {
      const seen = stage().sight(n), size = stage().place(n);
      return seen?.kind === "image" && size ? { ...seen, viewport: app.state().viewports[n], size } : null;
    },
    keyImage() {
      const image = shown(app.state().active);
      if (!image) return say(t("key.nothing"));
      if (keys.toggle(image)) marked(1);
    },
    async keyImageWith() {
      const all = app.visible().map(shown).filter(Boolean), active = shown(app.state().active);
      if (!active) return say(t("key.nothing"));
      const answer = await askKey({ count: all.length });
      if (!answer) return;
      const images = answer.scope === "all" ? all : [active];
      keys.mark(images, answer.code, answer.description);
      marked(images.length);
    },
    keysOnly() {
      if (!app.state().keysOnly && !keys.images.length) return say(t("key.none"));
      app.edit(edits.toggleKeysOnly, { undoable: false });
    },
    nextKey(step) {
      const { active, viewports } = app.state(), { series, index } = viewports[active];
      const next = nextKey(stackKeys(series), index, step);
      if (next !== index) return app.edit((s) => edits.scrollTo(s, active, next, app.count(active)), { undoable: false });
      // No more in this series: on to the next series that has one.
      const all = app.seriesUIDs(), at = all.indexOf(series);
      const other = (step > 0 ? all.slice(at + 1) : all.slice(0, Math.max(0, at)).reverse()).find((uid) => keys.countOf(uid));
      const found = keys.images.filter((each) => each.series === other);
      if (found.length) app.goToKey(step > 0 ? found[0] : found.at(-1));
      else say(t(keys.images.length ? "key.noMore" : "key.none"));
    },
    async goToKey({ series, instance, frame }) {
      if (!facts.seriesOf(series)) return say(t("key.absent"));
      await facts.ready(series);
      if (facts.indexOf(series, instance, frame) < 0) return say(t("key.absent"));
      app.showImage(series, instance, frame);
    },
    /** An image in words: its series and its place there. */
    placeOf(series, instance, frame) {
      const found = facts.seriesOf(series), at = facts.indexOf(series, instance, frame);
      return [found ? [found.seriesNumber, found.seriesDescription || found.modality].filter((each) => each != null && each !== "").join(" ") : t("key.absent"), at >= 0 ? t("key.image", { n: at + 1 }) : frame > 1 ? t("key.frame", { n: frame }) : ""].filter(Boolean).join(" · ");
    },
    async savePresentation() {
      const why = states.hindrance();
      if (why) return say(why);
      const answer = await askView({ value: "", count: states.alike().length });
      if (answer) states.save(answer.name, answer.scope);
    },
  });
  const strip = keyStrip(app, studyUID);

  /** Marks that are on screen as a presentation state has them: it does not draw them a second time. */
  function asSaved(annotations, image, frame) {
    const found = new Set();
    for (const mark of marksOf(app.state())) {
      if (mark.instance !== image.sopInstanceUID || mark.frame !== frame) continue;
      const graphics = annotations.flatMap((each) => each.graphics).filter(({ tracking }) => tracking === mark.id), texts = annotations.flatMap((each) => each.texts).filter(({ tracking }) => tracking === mark.id);
      const points = new Set([...graphics.flatMap((each) => each.points), ...texts.map(({ anchor }) => anchor?.point ?? [])].map((at) => at.map(Math.fround).join()));
      const isWritten = !mark.text || texts.some(({ lines }) => lines.join("\n").includes(mark.text));
      if (isWritten && mark.points.every((at) => points.has(at.map(Math.fround).join()))) found.add(mark.id);
    }
    return found;
  }

  return {
    strip: strip.element,
    presented: states.presented,
    /** Badges of a sight, and which items of its stack are key images. */
    beside(seen, viewport) {
      const badges = [];
      if (seen.kind === "image" && ofThisStudy(viewport.series)) {
        const all = keys.of(seen.item.image.sopInstanceUID, seen.item.frame), documents = all.filter(({ isRejection }) => !isRejection);
        for (const { title, description, observer } of all.filter(({ isRejection }) => isRejection)) badges.push({ id: "rejected", text: titleOf(title), title: [description, observer].filter(Boolean).join(" · ") });
        const waits = documents.length > 0 && documents.every(({ isOnItsWay }) => isOnItsWay);
        if (documents.length) {
          badges.push({ id: waits ? "key.waiting" : "key", text: waits ? t("badge.key.waiting") : t("badge.key"), title: documents.map(({ title, description, observer }) => [titleOf(title), description, observer].filter(Boolean).join(" · ")).join("\n") });
        }
      }
      const uid = viewport.look.presentation, state = uid && states.find(uid);
      if (state && seen.kind === "image") {
        const name = nameOf(state);
        if (!seen.presented) badges.push({ id: "presentation.other", text: t("badge.presentation.other", { name }) });
        else badges.push({ id: "presentation", text: t("badge.presentation", { name }), title: state.remarks.length ? [...new Set(state.remarks)].map((each) => t(`presentation.remark.${each}`)).join("\n") : null });
        if (seen.presented && state.remarks.length) badges.push({ id: "presentation.partly", text: t("badge.presentation.partly"), title: badges.at(-1).title });
      }
      return { badges, keys: stackKeys(viewport.series) };
    },
    /** The state after an edit: a reader who sees only key images goes from one to the next. */
    kept(before, after) {
      if (!after.keysOnly || before.viewports === after.viewports) return after;
      const viewports = after.viewports.map((viewport, n) => {
        const was = before.viewports[n];
        if (viewport.index === was.index || viewport.series !== was.series) return viewport;
        const index = snapped(stackKeys(viewport.series), was.index, viewport.index);
        return index === viewport.index ? viewport : { ...viewport, index };
      });
      return { ...after, viewports };
    },
    follow: states.follow,
    update(state, places, sights, scale) {
      keys.look(facts.series);
      states.look(facts.series);
      panes.forEach((_, n) => {
        const rectangle = places.find(({ index }) => index === n), seen = sights[n], as = seen?.drawn && rectangle ? seen.presented : null;
        if (!as?.annotations.length) return layers[n].update(null);
        const { view } = state.viewports[n], { image, frame } = seen.item;
        const place = placing(view, seen.geometry, rectangle, areaOf(as.state, image, frame));
        layers[n].update(as.annotations, (point, units) => place(point, units).map((x) => x / scale), asSaved(as.annotations, image, frame), [view, seen.geometry, rectangle, scale]);
      });
      strip.update(state);
    },
    close() { keys.close(); states.close(); },
  };
}
