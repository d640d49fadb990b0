/**
 * What a mark measures: a list of `{name, value, unit}`. Lengths are millimetres where the scale is known and pixels where it is
 * not, never anything between; angles are those of the plane.
 *
 * names: length, long, short, perimeter, angle, area, mean, sd, min, max, count, value, known.
 */
import { aspect } from "../model/spacing.js";
import { shapeOf } from "./geometry.js";

/**
 * @param scale as `scaleOf` gives it
 * @param statistics `{mean, sd, min, max, count, unit}` or null while they are not there
 */
export function valuesOf(mark, image, scale, statistics = null) {
  const isKnown = scale.row > 0 && scale.column > 0;
  // Without a scale a pixel is as wide as it is, and lengths across non-square pixels are counted in widths.
  const [across, down] = isKnown ? [scale.column, scale.row] : [1, aspect(image)];
  const unit = isKnown ? "mm" : "px";
  const distance = (a, b) => Math.hypot((b[0] - a[0]) * across, (b[1] - a[1]) * down);
  const along = (points) => points.slice(1).reduce((sum, at, n) => sum + distance(points[n], at), 0);
  const direction = (a, b) => Math.atan2((b[1] - a[1]) * down, (b[0] - a[0]) * across);
  const { points: p } = mark;
  switch (mark.kind) {
    case "length": return [{ name: "length", value: distance(p[0], p[1]), unit }];
    case "polyline": return [{ name: "length", value: along(p), unit }];
    case "bidirectional": {
      const axes = [distance(p[0], p[1]), distance(p[2], p[3])].sort((a, b) => b - a);
      return [{ name: "long", value: axes[0], unit }, { name: "short", value: axes[1], unit }];
    }
    case "angle": return scale.unlike ? [] : [{ name: "angle", value: between(direction(p[1], p[0]), direction(p[1], p[2])), unit: "°" }];
    case "cobb": return scale.unlike ? [] : [{ name: "angle", value: crossing(direction(p[0], p[1]), direction(p[2], p[3])), unit: "°" }];
    case "calibration": return [{ name: "known", value: mark.millimetres, unit: "mm" }];
    case "probe": return statistics ? [{ name: "value", value: statistics.mean, unit: statistics.unit }] : [];
    case "ellipse": case "circle": case "rectangle": case "freehand":
      return [...measured(statistics), { name: "area", value: area(shapeOf(mark, aspect(image))) * across * down, unit: `${unit}²` }];
    default: return [];
  }
}

function measured(statistics) {
  if (!statistics?.count) return [];
  const { mean, sd, min, max, count, unit } = statistics;
  return [
    { name: "mean", value: mean, unit }, ...(sd == null ? [] : [{ name: "sd", value: sd, unit }]),
    { name: "min", value: min, unit }, { name: "max", value: max, unit }, { name: "count", value: count, unit: "" },
  ];
}

/** 0…180°. */
function between(a, b) {
  const turn = Math.abs(a - b) % (2 * Math.PI);
  return (Math.min(turn, 2 * Math.PI - turn) * 180) / Math.PI;
}
/** Angle of two lines drawn from one side to the other, 0…180°: of lines drawn in opposite ways the one that a reader means, the smaller. */
function crossing(a, b) {
  const angle = between(a, b);
  return Math.min(angle, 180 - angle);
}

/** In squares of the grid. */
export function area(shape) {
  if (shape.ellipse) {
    const { a, b } = shape.ellipse;
    return Math.PI * Math.abs(a[0] * b[1] - a[1] * b[0]);
  }
  const at = shape.polygon;
  return Math.abs(at.reduce((sum, [x, y], n) => {
    const [nextX, nextY] = at[(n + 1) % at.length];
    return sum + x * nextY - nextX * y;
  }, 0)) / 2;
}
