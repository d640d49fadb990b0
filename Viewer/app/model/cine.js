/** Cine: rate and frame (PS3.3 §C.7.6.5). The frame follows from elapsed time, so a slow machine drops frames, never speed. */

/** Shown as "default" where the object gives no rate. */
export const defaultRate = 10;
const range = { least: 0.5, most: 120 };
export const rates = [0.5, 1, 2, 3, 5, 7.5, 10, 12.5, 15, 20, 24, 25, 30, 40, 50, 60, 90, 120];

/** Frames a second with source: Recommended Display Frame Rate before Frame Time (ms a frame), else the default. */
export function cineRate(image) {
  if (image.recommendedFrameRate > 0) return { rate: bounded(image.recommendedFrameRate), source: "recorded" };
  if (image.frameTime > 0) return { rate: bounded(1000 / image.frameTime), source: "recorded" };
  return { rate: defaultRate, source: "default" };
}

const bounded = (rate) => Math.min(range.most, Math.max(range.least, rate));

/** Index of the frame `elapsed` ms after frame `from` was shown, in a loop of `count`. */
export const cineFrame = (from, elapsed, rate, count) => (from + Math.floor((elapsed * rate) / 1000)) % count;

/** The next slower or faster of the usual rates. */
export function stepRate(rate, direction) {
  const next = direction > 0 ? rates.find((r) => r > rate) : rates.findLast((r) => r < rate);
  return next ?? rate;
}
