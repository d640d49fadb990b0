/** Colours of presentation states: 16 bits of CIELab under D50 (PS3.3 §C.10.7.1.1), or a grey (P-value), as sRGB. */

const linear = (t) => (t > 6 / 29 ? t ** 3 : 3 * (6 / 29) ** 2 * (t - 4 / 29));
const gamma = (value) => {
  const v = Math.min(Math.max(value, 0), 1);
  return v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055;
};

/** @returns `[red, green, blue]` from 0 to 255, or null where there are no three numbers */
export function fromLab(encoded) {
  if (encoded.length !== 3 || !encoded.every((value) => value >= 0 && value <= 65535)) return null;
  const [lightness, a, b] = [(encoded[0] * 100) / 65535, (encoded[1] * 255) / 65535 - 128, (encoded[2] * 255) / 65535 - 128];
  const y = (lightness + 16) / 116;
  const [X, Y, Z] = [0.9642 * linear(y + a / 500), linear(y), 0.8249 * linear(y - b / 200)];
  return [3.1338561 * X - 1.6168667 * Y - 0.4906146 * Z, -0.9787684 * X + 1.9161415 * Y + 0.033454 * Z, 0.0719453 * X - 0.2289914 * Y + 1.4052427 * Z].map((value) => Math.floor(gamma(value) * 255 + 0.5));
}

export const fromGrey = (value) => (value >= 0 && value <= 65535 ? Array(3).fill(Math.floor((value / 65535) * 255 + 0.5)) : null);

export const css = (rgb) => `rgb(${rgb.join(" ")})`;
/** The edge that makes a line or letter seen on every ground. */
export const edgeOf = ([r, g, b]) => ((299 * r + 587 * g + 114 * b) / 1000 > 128 ? "#000" : "#fff");
