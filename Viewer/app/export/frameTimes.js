/** How long each frame of an exported film stands, in microseconds, and where that comes from. */
import { numbers, text } from "../model/attributes.js";
import { cineRate } from "../model/cine.js";

const frameTimeVector = "00181065";
const believed = (milliseconds) => milliseconds >= 1 && milliseconds <= 60000;

/**
 * @param image of the first frame; @param count of frames
 * @param cine `{rate, source}` that the reader plays them at, or null
 * @param set metadata of the object where all frames are one object's, or null
 * @returns `{durations, source}`: `source` is "manual", "vector", "recorded" or "default"
 */
export function frameTimes(image, count, cine, set = null) {
  if (cine?.source !== "manual") {
    const vector = vectorOf(set, count);
    if (vector) return { durations: vector, source: "vector" };
  }
  const { rate, source } = cine ?? cineRate(image);
  return { durations: Array.from({ length: count }, (_, n) => Math.round(((n + 1) * 1e6) / rate) - Math.round((n * 1e6) / rate)), source };
}

/** Frame Time Vector (0018,1065): the milliseconds from each frame to the one before it, the first 0 (PS3.3 §C.7.6.5.1.1). The last frame stands as long as they do on average. */
function vectorOf(set, count) {
  const vector = numbers(set, frameTimeVector);
  const isMeant = ["00181065", "(0018,1065)"].includes(text(set, "00280009")) || !text(set, "00280009");
  if (!isMeant || vector.length !== count || count < 2 || !vector.slice(1).every(believed)) return null;
  const times = vector.slice(1).map((milliseconds) => Math.round(milliseconds * 1000));
  return [...times, Math.round(times.reduce((sum, each) => sum + each, 0) / times.length)];
}
