/** Drawings and words of an applied presentation state over one viewport, as SVG in the order of its layers. */
import { setText, svg } from "../ui/element.js";
import { css, edgeOf } from "./colour.js";

const size = 13, least = 8; // CSS pixels: letters
const wide = 0.58; // of a letter, in heights

/** @param element the viewport's */
export function drawing(element) {
  const root = svg("svg", { class: "presentation-layer", "aria-hidden": "false" });
  element.prepend(root);
  let painted = "";

  /**
   * @param annotations as `applied.js` gives them; null: none
   * @param place `(point, units) => [x, y]` in CSS pixels
   * @param {Set<string>} shown tracking UIDs of marks that are on screen as they were saved: they are not drawn twice
   * @param key changes when places do
   */
  function update(annotations, place, shown, key) {
    const text = annotations ? JSON.stringify([key, annotations, [...shown]]) : "";
    if (text === painted) return;
    painted = text;
    const groups = (annotations ?? []).map(({ graphics, texts, colour, layer }) => svg("g", { "data-layer": layer },
      ...graphics.filter(({ tracking }) => !shown.has(tracking)).map((graphic) => drawn(graphic, colour, place)),
      ...texts.filter(({ tracking }) => !shown.has(tracking)).map((words) => written(words, colour, place, [element.clientWidth, element.clientHeight]))));
    root.replaceChildren(...groups);
  }
  return { update };
}

function drawn(graphic, layerColour, place) {
  const { kind, points, units, isFilled, fill, isDashed } = graphic;
  const colour = graphic.colour ?? layerColour, thickness = graphic.thickness ?? 1.5;
  const d = pathOf(graphic, place);
  const shape = { d, "stroke-dasharray": isDashed ? `${6 * thickness} ${6 * thickness}` : "none" };
  return svg("g", { class: "graphic", role: "img", "aria-label": kind.toLowerCase(), "data-graphic": kind, "data-units": units, "data-points": JSON.stringify(points), "data-colour": css(colour) },
    svg("path", { ...shape, fill: "none", stroke: edgeOf(colour), "stroke-width": thickness + 2, "stroke-opacity": 0.6 }),
    svg("path", { ...shape, fill: isFilled ? css(fill ?? colour) : "none", stroke: css(colour), "stroke-width": kind === "POINT" ? thickness + 3 : thickness, "stroke-linecap": "round" }));
}

/** The line of a shape (PS3.3 §C.10.5.1.2) as an SVG path; `place` as above. */
export function pathOf({ kind, points, units }, place) {
  const at = (point) => place(point, units);
  const line = (list) => list.map(([x, y], n) => `${n ? "L" : "M"}${x.toFixed(2)} ${y.toFixed(2)}`).join("");
  switch (kind) {
    case "POINT": { const [x, y] = at(points[0]); return `M${x.toFixed(2)} ${y.toFixed(2)}h0.01`; }
    case "INTERPOLATED": return line(smooth(points.map(at)));
    case "CIRCLE": {
      const [[x, y], [p, q]] = points, radius = Math.hypot(p - x, q - y);
      return line(ellipse([x, y], [radius, 0], [0, radius]).map(at));
    }
    case "ELLIPSE": {
      const [p, q, r, s] = points, centre = [(p[0] + q[0]) / 2, (p[1] + q[1]) / 2];
      return line(ellipse(centre, [q[0] - centre[0], q[1] - centre[1]], [s[0] - (r[0] + s[0]) / 2, s[1] - (r[1] + s[1]) / 2]).map(at));
    }
    default: return line(points.map(at));
  }
}

const ellipse = ([x, y], [a, b], [c, d], steps = 96) => Array.from({ length: steps + 1 }, (_, n) => {
  const angle = (2 * Math.PI * n) / steps, [u, v] = [Math.cos(angle), Math.sin(angle)];
  return [x + a * u + c * v, y + b * u + d * v];
});

/** Through every point, smooth between them (Catmull and Rom), as on the server. */
function smooth(points) {
  if (points.length < 3) return points;
  const last = points.length - 1, isClosed = points[0].join() === points[last].join();
  const point = (n) => (n < 0 ? points[isClosed ? last - 1 : 0] : n > last ? points[isClosed ? 1 : last] : points[n]);
  const steps = 12, result = [points[0]];
  for (let n = 0; n < last; n++) {
    const [a, b, c, d] = [point(n - 1), point(n), point(n + 1), point(n + 2)];
    for (let step = 1; step <= steps; step++) {
      const s = step / steps;
      const blend = (i) => 0.5 * (2 * b[i] + (c[i] - a[i]) * s + (2 * a[i] - 5 * b[i] + 4 * c[i] - d[i]) * s * s + (3 * b[i] - a[i] - 3 * c[i] + d[i]) * s * s * s);
      result.push([blend(0), blend(1)]);
    }
  }
  return result;
}

function written({ lines, box, anchor, colour: own }, layerColour, place, [width, height]) {
  const colour = own ?? layerColour;
  const frame = box ? boxed(box, lines, place) : beside(anchor, lines, place, width, height);
  const words = svg("text", { fill: css(colour), stroke: edgeOf(colour), "font-size": frame.size, "text-anchor": frame.anchor },
    ...lines.map((line, n) => {
      const span = svg("tspan", { x: frame.textX.toFixed(1), y: (frame.y + (n + 0.85) * frame.size * 1.2).toFixed(1) });
      setText(span, line);
      return span;
    }));
  const group = svg("g", { class: "words", "data-text": lines.join("\n") });
  if (anchor?.isVisible) {
    const [x, y] = place(anchor.point, anchor.units);
    const [fx, fy] = [Math.min(Math.max(x, frame.x), frame.x + frame.width), Math.min(Math.max(y, frame.y), frame.y + frame.height)];
    group.append(svg("line", { x1: fx.toFixed(1), y1: fy.toFixed(1), x2: x.toFixed(1), y2: y.toFixed(1), stroke: css(colour) }));
  }
  group.append(words);
  return group;
}

const longest = (lines) => Math.max(1, ...lines.map((line) => line.length));

/** As large as the box lets it be, but never too small to be read. */
function boxed({ first, last, units, justified }, lines, place) {
  const [a, b] = [place(first, units), place(last, units)];
  const [x, y, width, height] = [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1])];
  const letters = Math.max(least, Math.min(size, height / (lines.length * 1.2), width / (longest(lines) * wide)));
  const anchor = { RIGHT: "end", CENTER: "middle" }[justified] ?? "start";
  return { x, y, width, height, size: letters, anchor, textX: x + { start: 0, middle: width / 2, end: width }[anchor] };
}

/** Beside its anchor, within the viewport where it can be. */
function beside({ point, units }, lines, place, width, height) {
  const [px, py] = place(point, units), gap = 8;
  const [long, high] = [longest(lines) * size * wide, lines.length * size * 1.2];
  const x = px + gap + long <= width ? px + gap : px - gap - long, y = py + gap + high <= height ? py + gap : py - gap - high;
  return { x, y, width: long, height: high, size, anchor: "start", textX: x };
}
