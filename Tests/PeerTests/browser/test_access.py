"""Names, roles, focus and contrast, lines in both directions: what can be checked without a person."""

import generated
import pytest
from access import CHECK, CONTRAST


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


VARIANTS = {
    "dark": {}, "phone-light": {"size": (390, 844), "theme": "light"}, "arabic-light": {"language": "ar", "theme": "light"}, "arabic-phone": {"language": "ar", "size": (390, 844)},
}
UPLOADED = ["letter.pdf", "notes.txt", "image.dcm"]


@pytest.fixture
def variant_page(new_page, request):
    """Makes pages as a variant has them."""
    def make(name, **options):
        variant = VARIANTS[name]
        width, height = variant.get("size", (1280, 800))
        page = new_page(viewport={"width": width, "height": height}, reduced_motion="reduce", **options)
        page.add_init_script(f"localStorage.setItem('isocenter.theme', '{variant.get('theme', 'dark')}'); localStorage.setItem('isocenter.language', '{variant.get('language', 'en')}')")
        return page
    return make


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_screen_in_every_dress(variant_page, server_url, variant, tmp_path):
    """Names, contrast and the axe rules; lines begin where they should; nothing is wider than the window."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    is_arabic = VARIANTS[variant].get("language") == "ar"

    def look(page, screen):
        for problem, found in (("names", page.evaluate(CHECK)), ("contrast", page.evaluate(CONTRAST))):
            assert found == [], f"{screen}: {problem}"
        found = axe.run(page.page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}).response["violations"]
        assert [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found] == [], screen
        assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == (["ar", "rtl"] if is_arabic else ["en", "ltr"]), screen
        wide = page.evaluate("document.scrollingElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{screen} is {wide} pixels wider than the window"
        if is_arabic:
            page.shot(f"{screen}-{variant}")

    door = variant_page(variant, signed_in=False)
    visit(door, "signIn", server_url)
    look(door, "signIn")

    page = variant_page(variant)
    visit(page, "studies", server_url)
    look(page, "studies")
    page.focus(".rows")
    page.keyboard.press("Space")
    page.wait_for_selector(".quick-look[data-state=shown]")
    look(page, "quick-look")
    page.keyboard.press("Escape")

    (tmp_path / "letter.pdf").write_bytes(b"%PDF-1.7 of nobody")
    (tmp_path / "notes.txt").write_text("no image")
    (tmp_path / "image.dcm").write_bytes(generated.written(generated.ct(16, 1)[0]))
    page.set_input_files("#upload-files", [tmp_path / name for name in UPLOADED])
    page.wait_for_selector(".check-documents")
    page.locator(".check-left summary").click()
    look(page, "upload-check")
    page.check("[name=where][value=new]")
    look(page, "upload-new")
    page.keyboard.press("Escape")
    look(page, "upload-panel")
    page.locator(".upload-panel header button").last.click()

    visit(page, "viewer", server_url)
    look(page, "viewer")
    page.keyboard.press("?")
    page.wait_for_selector(".help[open]")
    look(page, "help")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.wait_for_selector(".palette[open]")
    look(page, "palette")


def test_right_to_left_turns_words_and_never_pictures(variant_page, server_url):
    """The strip stands on the right and the back arrow turns; the picture, its letters and its slider are where they are in every language."""
    seen = {}
    for name in ("dark", "arabic-light"):
        page = variant_page(name)
        page.open_study("ct")
        page.drawn()
        page.focus("[data-viewport='0']")
        page.keyboard.press("Shift+F")
        box = page.viewport().bounding_box()
        middle = {"x": box["x"] + box["width"] // 2 - 100, "y": box["y"] + box["height"] // 2 - 100, "width": 200, "height": 200}
        inside = lambda selector: (lambda b: (b["x"] + b["width"] / 2 - box["x"]) / box["width"])(page.locator(f"[data-viewport='0'] {selector}").bounding_box())
        seen[name] = {
            "picture": page.pixels(middle).tobytes(), "left": page.inner_text(".letter.left"), "right": page.inner_text(".letter.right"),
            "places": [round(inside(selector), 1) for selector in (".letter.left", ".letter.right", ".slider")],
            "strip": page.locator(".series-strip").bounding_box()["x"] > box["x"], "arrow": page.evaluate("getComputedStyle(document.querySelector('#back .icon')).transform"),
            "tools": page.evaluate("getComputedStyle(document.querySelector('[data-command=rotateRight] .icon')).transform"),
            "corner": page.inner_text(".corner.bottomLeft"),
        }
    english, arabic = seen["dark"], seen["arabic-light"]
    for same in ("picture", "left", "right", "places", "tools"):
        assert english[same] == arabic[same], same
    assert (english["left"], english["right"]) == ("R", "L")
    assert not english["strip"] and arabic["strip"]
    assert english["arrow"] == "none" and arabic["arrow"].startswith("matrix(-1")
    assert "الصورة" in arabic["corner"] or "الموضع" in arabic["corner"]


def test_the_language_is_kept_for_the_reader(new_page, server_url):
    """Chosen once, on every screen; what is written from left to right within it stays so."""
    page = new_page()
    visit(page, "studies", server_url)
    page.select_option("#language", "ar")
    page.wait_for_selector("html[lang=ar][data-ready=studies]")
    assert page.evaluate("document.documentElement.dir") == "rtl"
    assert "الفحوصات" in page.inner_text(".total")
    row = page.locator("[data-study]").first
    assert row.locator(".patient").bounding_box()["x"] > row.locator(".count").bounding_box()["x"]
    other = new_page()
    visit(other, "studies", server_url)
    other.wait_for_selector("html[lang=ar][data-ready=studies]")
    other.select_option("#language", "en")
    other.wait_for_selector("html[lang=en][data-ready=studies]")


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
