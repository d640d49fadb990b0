/** Marks over one viewport as SVG: lines with a dark edge, so that they are seen on any grey; handles; labels with a line to their mark. */
import { svg } from "../ui/element.js";
import { handles, outline } from "./geometry.js";
import { spoken } from "./label.js";
import { boxOf, lineHeight, placed } from "./placing.js";

/** @param element the viewport's */
export function overlay(element) {
  const root = svg("svg", { class: "marks", "aria-hidden": "false" });
  element.prepend(root);
  let painted = "";

  /** @param shown list of `{mark, lines, values, scale, state: {selected, hovered, draft}}`; `onScreen` maps points to CSS pixels */
  function update(shown, onScreen, aspect, key) {
    const text = JSON.stringify([key, shown.map(({ mark, lines, state }) => [mark, lines, state])]);
    if (text === painted) return;
    painted = text;
    // Those that the reader has put somewhere stay; the others make way.
    const taken = shown.filter(({ mark, lines }) => mark.place && lines.length).map(({ mark, lines }) => boxOf(onScreen(mark.place), lines));
    root.replaceChildren(...shown.map((each) => drawn(each, onScreen, aspect, taken)));
  }

  function drawn({ mark, lines, values, scale, state }, onScreen, aspect, taken) {
    const path = outline(mark, aspect).map((line) => line.map(onScreen)).map((line) => line.map(([x, y], n) => `${n ? "L" : "M"}${x.toFixed(2)} ${y.toFixed(2)}`).join("")).join("") + ends(mark, onScreen);
    const group = svg("g", {
      class: ["mark", state.selected && "selected", state.hovered && "hovered", state.draft && "draft"].filter(Boolean).join(" "),
      role: "img", "aria-label": spoken(mark, lines),
      "data-mark": mark.id, "data-kind": mark.kind, "data-source": scale.source, "data-values": JSON.stringify(values), "data-points": JSON.stringify(mark.points),
    }, svg("path", { class: "edge", d: path }), svg("path", { class: "line", d: path }));
    if (state.selected || state.hovered || state.draft) {
      handles(mark).forEach((at, n) => {
        const [x, y] = onScreen(at);
        group.append(svg("circle", { class: n === state.handle ? "handle chosen" : "handle", cx: x.toFixed(2), cy: y.toFixed(2), r: 4.5 }));
      });
    }
    if (lines.length) group.append(...label(mark, lines, onScreen, aspect, taken));
    return group;
  }

  function label(mark, lines, onScreen, aspect, taken) {
    const points = [...outline(mark, aspect).flat(), ...(mark.kind === "probe" || mark.kind === "text" ? mark.points : [])].map(onScreen);
    const [x, y] = mark.place ? onScreen(mark.place) : placed(points, lines, taken, [element.clientWidth, element.clientHeight]);
    const nearest = points.reduce((a, b) => (Math.hypot(b[0] - x, b[1] - y) < Math.hypot(a[0] - x, a[1] - y) ? b : a));
    const words = svg("text", { x: x.toFixed(1), y: y.toFixed(1) }, ...lines.map((line, n) => {
      const span = svg("tspan", { x: x.toFixed(1), dy: n ? lineHeight : 0 });
      span.textContent = line;
      return span;
    }));
    return [mark.place && svg("line", { class: "leader", x1: nearest[0].toFixed(1), y1: nearest[1].toFixed(1), x2: x.toFixed(1), y2: y.toFixed(1) }), words].filter(Boolean);
  }

  return {
    update,
    /** The mark whose label lies at a place in CSS pixels, or null. */
    labelAt([x, y]) {
      for (const group of [...root.children].reverse()) {
        const box = group.querySelector("text")?.getBBox();
        if (box && x >= box.x - 3 && x <= box.x + box.width + 3 && y >= box.y - 3 && y <= box.y + box.height + 3) return { id: group.dataset.mark, at: [box.x, box.y + lineHeight - 3] };
      }
      return null;
    },
  };
}

/** Arrow heads, crosses and ticks, in pixels of the screen. */
function ends({ kind, points }, onScreen) {
  const shown = points.map(onScreen);
  if (kind === "probe" || kind === "text") {
    const [x, y] = shown[0];
    return kind === "probe" ? `M${x - 6} ${y}H${x + 6}M${x} ${y - 6}V${y + 6}` : "";
  }
  if (shown.length < 2) return "";
  const [[ax, ay], [bx, by]] = shown;
  const long = Math.hypot(bx - ax, by - ay) || 1;
  const [ux, uy] = [(bx - ax) / long, (by - ay) / long];
  if (kind === "arrow") {
    const side = (s) => `M${ax} ${ay}L${ax + 12 * ux + s * 5 * uy} ${ay + 12 * uy - s * 5 * ux}`;
    return side(1) + side(-1);
  }
  if (kind === "length" || kind === "calibration") return shown.slice(0, 2).map(([x, y]) => `M${x - 5 * uy} ${y + 5 * ux}L${x + 5 * uy} ${y - 5 * ux}`).join("");
  return "";
}
