"""Names, roles, focus and contrast: what can be checked without a person."""

import pytest

SCREENS = {"studies": "#/studies", "viewer": None}

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


def visit(page, screen, server_url):
    if screen == "viewer":
        page.open_study("ct")
        page.drawn()
    elif screen == "signIn":
        page.goto(server_url)
        page.ready("signIn")
    else:
        page.goto(server_url)
        page.ready("studies")
        page.wait_for_selector("[data-study]")


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("screen", ["signIn", "studies", "viewer"])
@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_names_and_contrast(new_page, server_url, screen, theme, size):
    page = new_page(signed_in=screen != "signIn", viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce")
    page.add_init_script(f"localStorage.setItem('isocenter.theme', '{theme}')")
    visit(page, screen, server_url)
    assert page.evaluate(CHECK) == []
    assert page.evaluate(CONTRAST) == []


@pytest.mark.parametrize("screen", ["signIn", "studies", "viewer"])
def test_axe(new_page, server_url, screen):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = new_page(signed_in=screen != "signIn")
    visit(page, screen, server_url)
    found = axe.Axe().run(page.page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}).response["violations"]
    assert [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found] == []


def test_tab_reaches_everything_and_focus_is_seen(new_page, server_url):
    page = new_page()
    page.open_study("ct")
    page.drawn()
    page.evaluate("document.activeElement.blur()")
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement?.dataset?.command ?? document.activeElement?.dataset?.menu ?? document.activeElement?.dataset?.viewport ?? document.activeElement?.className ?? ''"))
    for name in ("scroll", "windowLevel", "zoom", "pan", "windows", "invert", "fit", "cine", "more", "0", "help", "series-item"):
        assert name in reached, f"{name} of {sorted(reached)}"


def test_letters_typed_into_the_search_are_no_commands(page, server_url):
    page.goto(server_url)
    page.ready("studies")
    page.focus("#search")
    page.keyboard.type("?/0i")
    assert page.input_value("#search") == "?/0i"


def test_strict_content_security_policy(new_page, server_url):
    """Nothing on any screen asks for more than the page's own origin; a violation is an error of the page."""
    page = new_page()
    foreign = []
    page.on("request", lambda request: foreign.append(request.url) if not request.url.startswith((server_url, "blob:" + server_url)) else None)
    page.add_init_script("document.addEventListener('securitypolicyviolation', (e) => console.error('CSP', e.violatedDirective, e.blockedURI))")
    visit(page, "studies", server_url)
    visit(page, "viewer", server_url)
    page.keyboard.press("Alt+4")
    page.drawn(1)
    page.wait_for_timeout(300)
    assert foreign == []
