/** Asks for the display attributes of images that have more of them than the manifest tells, a few at a time. */
import * as api from "./api.js";
import { displayOf } from "../model/display.js";

const parallel = 4;

/**
 * @param {{studyUID: string, signal: AbortSignal, arrived: (uid: string, display) => void}} options `display` is what `displayOf`
 *   gives, or `{notes: ["unread"]}` where it could not be had
 */
export function displayLoader({ studyUID, signal, arrived }) {
  const asked = new Set();
  let running = 0;

  async function load(seriesUID, image) {
    running++;
    let display;
    try {
      const set = await api.metadata(studyUID, seriesUID, image.sopInstanceUID, signal);
      display = await displayOf(set, image, (uri) => api.bulk(uri, signal));
    } catch {
      if (signal.aborted) return;
      display = { notes: ["unread"] }; // said on the image
    }
    running--;
    arrived(image.sopInstanceUID, display);
  }

  return {
    /** Asks unless it was asked before or enough is under way; the next wish asks again. */
    want(seriesUID, image) {
      if (asked.has(image.sopInstanceUID) || running >= parallel) return;
      asked.add(image.sopInstanceUID);
      load(seriesUID, image);
    },
  };
}

/** Whether an image has to wait for its display attributes before its frames mean anything. */
export const waits = (image) => Boolean(image.display?.length) && !image.displayed;
