/**
 * Key Object Selection Documents (PS3.3 §A.35.4, PS3.16 TID 2010) as values: which images somebody selected, and for what. Any maker's.
 *
 * A document is `{document, series, title: {code, meaning}, description, observer, created, isRejection, images: [{series, instance, sopClass, frames}]}`; no frames: all of them.
 */
import { items, numbers, text } from "../model/attributes.js";

export const keyObjectClass = "1.2.840.10008.5.1.4.1.1.88.59";

/** Titles (CID 7010) that a reader gives, by their code; the first is that of the plain key. */
export const titles = ["113000", "113002", "113003", "113004", "113005", "113006", "113007", "113008", "113009", "113018", "113020", "113021"];

/** Lists of whole studies, of what is shown together, and of inputs and results in radiotherapy: no choice of a reader's. */
const isInventory = (code) => /^11303[0-6]$/.test(code) || (/^128(1[89]|20|21|22)/.test(code) && !["128195", "128201", "128202", "128203"].includes(code));

/** Images somebody rejected (quality, patient safety, wrong worklist entry, retention): named, and no key images. */
const rejections = new Set(["113001", "113010", "113037", "113038", "113039"]);

const tags = { type: "0040A040", name: "0040A043", content: "0040A730", value: "00080100", meaning: "00080104", text: "0040A160", person: "0040A123", reference: "00081199", sopClass: "00081150", sopInstance: "00081155", frames: "00081160" };
const keyObjectDescription = "113012", personObserver = "121008";

/** @param set in the DICOM JSON model; null for what is no list of key images */
export function keyObjectOf(set) {
  if (text(set, "00080016") !== keyObjectClass) return null;
  const name = items(set, tags.name)[0];
  const title = { code: text(name, tags.value), meaning: text(name, tags.meaning) };
  if (isInventory(title.code)) return null;
  const series = evidence(set);
  const content = items(set, tags.content);
  const found = (code) => content.find((item) => text(items(item, tags.name)[0], tags.value) === code);
  const images = new Map();
  for (const item of content.filter((each) => text(each, tags.type) === "IMAGE")) {
    const reference = items(item, tags.reference)[0], instance = text(reference, tags.sopInstance);
    if (!instance) continue;
    const frames = numbers(reference, tags.frames);
    const before = images.get(instance);
    images.set(instance, {
      series: series.get(instance) ?? "", instance, sopClass: text(reference, tags.sopClass),
      frames: before && (!before.frames.length || !frames.length) ? [] : [...new Set([...(before?.frames ?? []), ...frames])].sort((a, b) => a - b),
    });
  }
  return {
    document: text(set, "00080018"), series: text(set, "0020000E"), title, description: text(found(keyObjectDescription), tags.text), observer: person(found(personObserver)),
    created: `${text(set, "00080023")}${text(set, "00080033")}`, images: [...images.values()], isRejection: rejections.has(title.code),
  };
}

function person(item) {
  const value = item?.[tags.person]?.Value?.[0];
  return typeof value === "string" ? value : value?.Alphabetic ?? "";
}

/** Series of each image that the document refers to (PS3.3 §C.17.2). */
function evidence(set) {
  const found = new Map();
  for (const study of [...items(set, "0040A375"), ...items(set, "0040A385")]) {
    for (const series of items(study, "00081115")) for (const image of items(series, tags.reference)) found.set(text(image, tags.sopInstance), text(series, "0020000E"));
  }
  return found;
}

export const names = (image, instance, frame) => image.instance === instance && (!image.frames.length || image.frames.includes(frame));

/** The documents that have an image. */
export const documentsOf = (documents, instance, frame) => documents.filter(({ images }) => images.some((image) => names(image, instance, frame)));

/**
 * What is left of a document without one image; `count` is how many frames the image has.
 * @returns images, an empty list where it has no other
 */
export function without({ images }, instance, frame, count) {
  return images.flatMap((image) => {
    if (!names(image, instance, frame)) return [image];
    const frames = (image.frames.length ? image.frames : Array.from({ length: count }, (_, n) => n + 1)).filter((each) => each !== frame);
    return frames.length ? [{ ...image, frames }] : [];
  });
}

/** Every key image once, in the order of the documents: `{series, instance, frame, documents}`; `frame` is the first where all are meant. */
export function keyImages(documents) {
  const found = new Map();
  for (const document of [...documents].sort((a, b) => (a.created < b.created ? -1 : 1))) {
    for (const { series, instance, frames } of document.images) {
      for (const frame of frames.length ? frames : [1]) {
        const key = `${instance}/${frame}`;
        if (found.has(key)) found.get(key).documents.push(document);
        else found.set(key, { series, instance, frame, documents: [document] });
      }
    }
  }
  return [...found.values()];
}

/** The next key image in a stack: index from which, `step` ±1; the same index where there is none that way. */
export function nextKey(isKey, index, step) {
  for (let n = index + step; n >= 0 && n < isKey.length; n += step) if (isKey[n]) return n;
  return index;
}

/** Where a reader who sees only key images comes to, moving from one index to another; a step of one goes on to the next. */
export function snapped(isKey, from, to) {
  if (from === to || isKey[to] || !isKey.includes(true)) return to;
  const next = nextKey(isKey, to, Math.sign(to - from));
  return isKey[next] ? next : from;
}
