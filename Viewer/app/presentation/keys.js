/**
 * Key images at work: the key marks the image on screen and takes its mark back; each is stored, or deleted, at once. What is not in the archive yet is shown
 * as such. Other people's are shown; they are not taken back from here.
 */
import * as api from "../net/api.js";
import { newUID } from "../marks/kinds.js";
import { t } from "../ui/words.js";
import { documentsOf, keyImages, keyObjectClass, keyObjectOf, titles, without } from "./keyObjects.js";
import { outbox } from "./outbox.js";
import { reading } from "./reading.js";

/** A user name as the archive writes it as a person's name. */
const personName = (name) => [...name].map((letter) => ("^=\\".includes(letter) ? " " : letter)).slice(0, 64).join("");

/** @param {{studyUID: string, user: string, say: (words: string) => void, changed: () => void, signedOut: () => void}} face */
export function keys({ studyUID, user, say, changed, signedOut }) {
  const me = personName(user);
  const documents = reading({ studyUID, modality: "KO", isOne: (sopClass) => sopClass === keyObjectClass, read: keyObjectOf, changed: moved, signedOut });
  const box = outbox({
    key: `keys ${user} ${studyUID}`, signedOut, changed: moved,
    send: (entry) => (entry.takesBack ? api.takeBackKeyImages(studyUID, entry.takesBack) : api.markKeyImages(studyUID, body(entry.document))),
    arrived(entry, answer) {
      if (entry.takesBack) documents.drop(entry.takesBack);
      else documents.put(entry.document.document, answer.seriesInstanceUID, entry.document);
    },
    refused(entry, words, status) {
      if (entry.takesBack && status === 404) return documents.drop(entry.takesBack); // it is gone already
      say(t(entry.takesBack ? "key.notTakenBack" : "key.refused", { words }));
    },
  });
  let version = 0, cached = null;
  function moved() { version++; changed(); }

  const body = ({ document, title, description, images }) => ({
    id: document, title: title.code, ...(description && { description }), images: images.map(({ instance, frames }) => ({ instance, ...(frames.length && { frames }) })),
  });

  /** All that counts now: what is in the archive and what is on its way, without what is being taken back. */
  function current() {
    if (cached?.version === version) return cached;
    const leaving = new Set(box.entries.map(({ takesBack }) => takesBack).filter(Boolean));
    const stored = documents.list.filter(({ document }) => !leaving.has(document));
    const onItsWay = box.entries.filter(({ document }) => document).map(({ document }) => ({ ...document, isOnItsWay: true }));
    const all = [...stored, ...onItsWay.filter(({ document }) => !stored.some((each) => each.document === document))];
    const keys = all.filter(({ isRejection }) => !isRejection);
    return (cached = { version, all, keys, images: keyImages(keys) });
  }

  const stacks = new WeakMap(); // items → {version, keys}: asked for at every drawing
  function inStack(items) {
    if (stacks.get(items)?.version !== version) {
      const named = new Set(current().keys.flatMap(({ images }) => images.map(({ instance }) => instance)));
      stacks.set(items, { version, keys: items.map(({ image, frame }) => named.has(image.sopInstanceUID) && documentsOf(current().keys, image.sopInstanceUID, frame).length > 0) });
    }
    return stacks.get(items).keys;
  }

  const isOwn = ({ observer }) => observer === me;

  /** @param shown list of `{series, image, frame}` */
  function mark(shown, code = titles[0], description = "") {
    const images = new Map();
    for (const { series, image, frame } of shown) {
      const { sopInstanceUID: instance, sopClassUID: sopClass, frames } = image;
      const before = images.get(instance)?.frames ?? [];
      images.set(instance, { series, instance, sopClass, frames: frames > 1 ? [...new Set([...before, frame])].sort((a, b) => a - b) : [] });
    }
    const created = new Date().toISOString().replace(/[-:T]|\..*/g, "");
    box.add({ document: { document: newUID(), series: "", title: { code, meaning: t(`key.title.${code}`) }, description, observer: me, created, images: [...images.values()] } });
    moved();
  }

  function takeBack({ image, frame }, own) {
    for (const document of own) {
      const waiting = box.entries.find((entry) => entry.document?.document === document.document);
      if (waiting && !box.remove(waiting)) { say(t("key.moment")); continue; } // on its way this very moment
      const rest = without(document, image.sopInstanceUID, frame, image.frames);
      // The others it has are stored anew before it goes.
      if (rest.length) box.add({ document: { ...document, document: newUID(), images: rest, isOnItsWay: undefined } });
      if (!waiting) box.add({ takesBack: document.document });
    }
    moved();
  }

  return {
    get status() { return box.status; },
    get waiting() { return box.entries.length; },
    get failed() { return documents.failed; },
    /** Every key image of the study: `{series, instance, frame, documents}`. */
    get images() { return current().images; },
    /** The documents that have an image; those on their way have `isOnItsWay`. */
    of: (instance, frame) => documentsOf(current().all, instance, frame),
    countOf: (series) => current().images.filter((each) => each.series === series).length,
    /** For each item of a stack whether it is a key image. */
    inStack,
    mark,
    /** What the key does: marks the image, or takes back what this person marked. */
    toggle(shown) {
      const own = documentsOf(current().keys, shown.image.sopInstanceUID, shown.frame).filter(isOwn);
      if (own.length) takeBack(shown, own);
      else mark([shown]);
      return !own.length;
    },
    look: documents.look,
    close() { documents.close(); box.close(); },
  };
}
