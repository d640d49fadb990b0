"""What every screen is looked over with, in the page itself: names of controls, and contrast of text."""

#: every interactive element has a name, ids are unique, pictures have an alternative
CHECK = """() => {
  const problems = [];
  const name = (e) => (e.getAttribute("aria-label") || (e.getAttribute("aria-labelledby") || "").split(" ").map((id) => document.getElementById(id)?.textContent || "").join("")
    || [...(e.labels || [])].map((l) => l.textContent).join("") || e.textContent || e.title || "").trim();
  const seen = (e) => e.checkVisibility?.() !== false && e.getClientRects().length > 0;
  for (const e of document.querySelectorAll("button, a[href], input, select, [tabindex='0'], [role=slider], [role=grid], dialog[open]")) {
    if (seen(e) && !name(e)) problems.push("no name: " + e.outerHTML.slice(0, 120));
  }
  for (const e of document.querySelectorAll("img")) if (!e.hasAttribute("alt")) problems.push("no alt: " + e.outerHTML.slice(0, 120));
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  for (const id of new Set(ids.filter((id, n) => ids.indexOf(id) !== n))) problems.push("twice: #" + id);
  if (!document.querySelector("h1")) problems.push("no h1");
  if (!document.querySelector("main")) problems.push("no main");
  if (!document.documentElement.lang) problems.push("no language");
  if (document.querySelector("[style*='url(']")) problems.push("inline picture");
  return problems;
}"""

#: text against the nearest opaque background behind it (WCAG 2.2, 1.4.3)
CONTRAST = """() => {
  const rgb = (text) => { const m = text.match(/[\\d.]+/g).map(Number); return text.startsWith("color(srgb") ? [m[0] * 255, m[1] * 255, m[2] * 255, m[3] ?? 1] : [m[0], m[1], m[2], m[3] ?? 1]; };
  const luminance = (c) => { const [r, g, b] = c.slice(0, 3).map((v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const background = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c[3] === 1) return c; } return [0, 0, 0, 1]; };
  const problems = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, e = node.parentElement;
    if (!node.data.trim() || !e.checkVisibility() || e.closest(".viewport, .unseen, :disabled, noscript, script")) continue;
    const style = getComputedStyle(e), a = luminance(rgb(style.color)), b = luminance(background(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
    if (ratio < (large ? 3 : 4.5)) problems.push(`${ratio.toFixed(2)} ${style.color}: ${node.data.trim().slice(0, 40)}`);
  }
  return [...new Set(problems)];
}"""
