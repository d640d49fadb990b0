/** What lies over an image on the screen, painted into a picture of it: lines, marks and words of the page's own elements, where and as they are seen. */

const isSeen = (element) => element.checkVisibility?.() !== false && element.getClientRects().length > 0;
const pixels = (text) => parseFloat(text) || 0;

/**
 * @param {CanvasRenderingContext2D} context; @param {HTMLElement} pane a viewport's element
 * @param {{scale: number, at: number[], words: boolean, marks: boolean}} options device pixels a CSS pixel; where the pane's corner lies;
 *   what is painted. Badges always are: they say what must not be lost.
 */
export function paintOver(context, pane, { scale, at: [left, top], words, marks }) {
  const box = pane.getBoundingClientRect();
  context.save();
  context.setTransform(scale, 0, 0, scale, left, top);
  context.beginPath();
  context.rect(0, 0, box.width, box.height);
  context.clip();
  if (marks) for (const layer of pane.querySelectorAll("svg.presentation-layer, svg.references, svg.marks")) if (isSeen(layer)) paintLines(context, layer);
  if (words) {
    const bar = pane.querySelector(".scale-bar:not([hidden])");
    if (bar && isSeen(bar)) paintBar(context, bar, box);
    for (const line of pane.querySelectorAll(".corner bdi, .letter")) paintWords(context, line, box);
  }
  for (const line of pane.querySelectorAll(".study-mark, .badge")) paintWords(context, line, box);
  context.restore();
}

function paintLines(context, layer) {
  for (const element of layer.querySelectorAll("path, line, circle, text")) {
    if (element.style.display === "none" || !isSeen(element) || element.classList.contains("handle")) continue;
    const style = getComputedStyle(element);
    context.lineWidth = pixels(style.strokeWidth);
    context.setLineDash(style.strokeDasharray === "none" ? [] : style.strokeDasharray.split(/[\s,]+/).map(pixels));
    context.lineCap = style.strokeLinecap;
    context.lineJoin = style.strokeLinejoin;
    context.strokeStyle = style.stroke === "none" ? "transparent" : style.stroke;
    context.globalAlpha = pixels(style.strokeOpacity || "1");
    const number = (name) => Number(element.getAttribute(name));
    if (element.tagName === "text") {
      context.globalAlpha = 1;
      paintText(context, element, style);
      continue;
    }
    const path = element.tagName === "path" ? new Path2D(element.getAttribute("d") ?? "") : new Path2D();
    if (element.tagName === "line") { path.moveTo(number("x1"), number("y1")); path.lineTo(number("x2"), number("y2")); }
    if (element.tagName === "circle") path.arc(number("cx"), number("cy"), number("r"), 0, 2 * Math.PI);
    if (style.fill !== "none" && element.tagName === "path") {
      context.fillStyle = style.fill;
      context.fill(path);
    }
    context.stroke(path);
    context.globalAlpha = 1;
  }
}

function paintText(context, element, style) {
  context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  context.textAlign = { middle: "center", end: "right" }[style.textAnchor] ?? "left";
  context.textBaseline = "alphabetic";
  context.fillStyle = style.fill;
  let x = Number(element.getAttribute("x")), y = Number(element.getAttribute("y"));
  const spans = element.querySelectorAll("tspan");
  const line = (text) => {
    if (context.lineWidth > 0) context.strokeText(text, x, y);
    context.fillText(text, x, y);
  };
  if (!spans.length) return line(element.textContent);
  for (const span of spans) {
    x = Number(span.getAttribute("x") ?? x);
    y = span.hasAttribute("y") ? Number(span.getAttribute("y")) : y + Number(span.getAttribute("dy") ?? 0);
    line(span.textContent);
  }
}

/** A line of words with its own background, or with a dark edge on the image. */
function paintWords(context, element, pane) {
  if (!element.textContent || !isSeen(element)) return;
  const box = element.getBoundingClientRect(), style = getComputedStyle(element);
  const [x, y] = [box.left - pane.left, box.top - pane.top];
  const hasGround = !/^(transparent|rgba\(0, 0, 0, 0\))$/.test(style.backgroundColor);
  if (hasGround) {
    context.fillStyle = style.backgroundColor;
    context.fillRect(x, y, box.width, box.height);
  }
  context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.direction = style.direction;
  const inner = x + (hasGround ? pixels(style.paddingLeft) + pixels(style.borderLeftWidth) : 0), width = box.width - (hasGround ? pixels(style.paddingLeft) + pixels(style.paddingRight) : 0);
  // A label may take two lines on a narrow viewport.
  const lines = box.height > 1.8 * pixels(style.fontSize) && !hasGround ? wrapped(context, element.textContent, width) : [element.textContent];
  lines.forEach((text, n) => {
    const middle = y + (box.height * (n + 0.5)) / lines.length;
    if (!hasGround) {
      context.lineWidth = 3;
      context.lineJoin = "round";
      context.strokeStyle = "#000b";
      context.setLineDash([]);
      context.strokeText(text, inner, middle);
    }
    context.fillStyle = style.color;
    context.fillText(text, inner, middle);
  });
}

function wrapped(context, text, width) {
  const lines = [];
  for (const word of text.split(" ")) {
    const next = lines.length ? `${lines.at(-1)} ${word}` : word;
    if (lines.length && context.measureText(next).width <= width + 1) lines[lines.length - 1] = next;
    else lines.push(word);
  }
  return lines;
}

/** The scale bar and, beside it along the bar, its length. */
function paintBar(context, bar, pane) {
  const line = bar.querySelector(".scale-line").getBoundingClientRect(), words = bar.querySelector(".scale-text"), box = words.getBoundingClientRect();
  const style = getComputedStyle(words);
  const [left, right, top, bottom] = [line.left - pane.left, line.right - pane.left - 0.5, line.top - pane.top, line.bottom - pane.top];
  for (const [colour, width] of [["#000b", 3], ["#dfe5e9", 1]]) {
    context.setLineDash([]);
    [context.strokeStyle, context.lineWidth] = [colour, width];
    context.beginPath();
    context.moveTo(left, top);
    context.lineTo(right, top);
    context.lineTo(right, bottom);
    context.lineTo(left, bottom);
    context.stroke();
  }
  context.save();
  context.translate(box.left - pane.left + box.width / 2, box.top - pane.top + box.height / 2);
  context.rotate(-Math.PI / 2);
  context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  [context.textAlign, context.textBaseline] = ["center", "middle"];
  [context.strokeStyle, context.lineWidth, context.lineJoin, context.fillStyle] = ["#000b", 3, "round", "#dfe5e9"];
  context.strokeText(words.textContent, 0, 0);
  context.fillText(words.textContent, 0, 0);
  context.restore();
}
