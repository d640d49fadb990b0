/**
 * VOI functions (PS3.3 §C.11.2): from modality values to display values 0…255.
 *
 * `voi` is the text of the standard, one value at a time. `transfer` is the same function folded with the
 * modality rescale into `(stored - origin) * scale + offset`, which a shader or a table evaluates fast and
 * without losing precision: the subtraction of two integers comes first and is exact.
 */

const top = 255;

/** What (0028,1056) VOI LUT Function may say; anything else reads as LINEAR, its default (§C.11.2.1.3). */
export const voiFunctions = ["LINEAR", "LINEAR_EXACT", "SIGMOID"];

/** The function in force for a value of (0028,1056), which may be absent. */
export const voiFunction = (name) => (voiFunctions.includes(name) ? name : "LINEAR");

/** Whether a centre and width can be used at all: LINEAR asks for width ≥ 1, the others for width > 0. */
export const isWindow = (center, width, name) =>
  Number.isFinite(center) && Number.isFinite(width) && (voiFunction(name) === "LINEAR" ? width >= 1 : width > 0);

/** Display value 0…255, not rounded, of one modality value `x`. */
export function voi(name, x, center, width) {
  switch (voiFunction(name)) {
    case "SIGMOID": // §C.11.2.1.3.1
      return top / (1 + Math.exp((-4 * (x - center)) / width));
    case "LINEAR_EXACT": // §C.11.2.1.3.2
      if (x <= center - width / 2) return 0;
      if (x > center + width / 2) return top;
      return ((x - center) / width + 0.5) * top;
    default: // §C.11.2.1.2.1
      if (x <= center - 0.5 - (width - 1) / 2) return 0;
      if (x > center - 0.5 + (width - 1) / 2) return top;
      return ((x - (center - 0.5)) / (width - 1) + 0.5) * top;
  }
}

/** Kinds of folded functions, numbered for the shader. */
export const kinds = { ramp: 0, sigmoid: 1, step: 2 };

/**
 * The folded function from stored value to display value.
 *
 * @param {{slope: number, intercept: number, name: string, center: number, width: number}} look
 * @returns {{kind: number, origin: number, scale: number, offset: number}} with d = (stored - origin) * scale + offset:
 *   ramp → clamp(d, 0, 255); sigmoid → 255 / (1 + exp(d)); step → d > 0 ? 255 : 0.
 */
export function transfer({ slope, intercept, name, center, width }) {
  const kind = voiFunction(name);
  const middle = kind === "LINEAR" ? center - 0.5 : center;
  const origin = slope ? Math.fround(Math.round((middle - intercept) / slope)) : 0; // what a float32 uniform holds exactly
  const rest = slope * origin + intercept - middle; // modality distance from the origin to the middle: small
  if (kind === "SIGMOID") return { kind: kinds.sigmoid, origin, scale: (-4 * slope) / width, offset: (-4 * rest) / width };
  const span = kind === "LINEAR" ? width - 1 : width;
  if (span <= 0) return { kind: kinds.step, origin, scale: slope, offset: rest };
  return { kind: kinds.ramp, origin, scale: (slope * top) / span, offset: (rest / span + 0.5) * top };
}

/** Display value 0…255, rounded, of one stored value through a folded function. */
export function apply({ kind, origin, scale, offset }, stored) {
  const d = (stored - origin) * scale + offset;
  switch (kind) {
    case kinds.sigmoid: return Math.floor(top / (1 + Math.exp(d)) + 0.5);
    case kinds.step: return d > 0 ? top : 0;
    default: return Math.floor(Math.min(Math.max(d, 0), top) + 0.5);
  }
}
