"""The keyboard: commands by name, keys that a reader changes, and what is remembered on the server; against the real one."""
import pytest
import reading
from conftest import eventually
from test_move import stored
from test_priors import plain



@pytest.fixture(scope="module")
def study(own_server):
    stored(own_server, plain("keys-a", "20260601", patient=("Keys^All", "KY-1", "19700101", "M"), series=("soft", "bone")))
    return "keys-a"


@pytest.fixture
def viewer(own_page, study):
    def make(**options):
        page = own_page(f"#/study/{reading.uid(study)}", "viewer", **options)
        page.drawn()
        page.focus("[data-viewport='0']")
        return page
    made = make()
    for name in made.context.request.get("api/preferences").json()["preferences"]:
        made.context.request.delete(f"api/preferences/{name}", headers={"Origin": made.url.split("/#")[0]})
    made.reload()
    made.ready("viewer")
    made.drawn()
    made.focus("[data-viewport='0']")
    made.again = make
    return made


def preference(page, name):
    answer = page.context.request.get(f"api/preferences/{name}")
    return answer.json() if answer.ok else None


def corner(page):
    return page.inner_text("[data-viewport='0'] .bottomRight")


def test_a_command_is_found_by_name_and_done(viewer):
    viewer.keyboard.press("Control+k")
    dialog = viewer.locator("dialog.palette")
    assert dialog.is_visible() and viewer.evaluate("document.activeElement.id") == "palette-input"
    viewer.keyboard.type("lay 2 3")
    assert eventually(lambda: viewer.locator("#palette-list li").count() == 2)
    viewer.shot("palette")
    assert "Alt 7" in viewer.inner_text("#palette-list [aria-selected=true]")
    assert viewer.get_attribute("#palette-input", "aria-activedescendant") == "palette-0"
    viewer.keyboard.press("Enter")
    assert eventually(lambda: viewer.locator(".viewport:visible").count() == 6) and dialog.is_hidden()
    viewer.keyboard.press("Control+k")
    viewer.keyboard.type("series bone")
    viewer.keyboard.press("Enter")
    viewer.wait_data("series", reading.uid("keys-a", "bone"), 0)
    viewer.keyboard.press("Control+k")
    viewer.keyboard.type("zzz")
    assert "No command" in viewer.inner_text("#palette-list")
    viewer.keyboard.press("Escape")
    assert eventually(lambda: dialog.is_hidden())
    assert viewer.viewport().is_visible(), "Escape closed the palette only"


def test_a_key_is_changed_and_every_screen_knows_it(viewer):
    viewer.keyboard.press("?")
    viewer.locator("[data-change=onePixel]").click()
    viewer.keyboard.press("y")
    assert eventually(lambda: "Y is “1 : 1 pixels” now." in viewer.inner_text(".help-status"))
    viewer.locator("[data-change=fit]").click()
    viewer.keyboard.press("i")
    assert eventually(lambda: "I was “Invert”, which has lost it." in viewer.inner_text(".help-status"))
    assert "no key" in viewer.inner_text("[data-change=invert]")
    viewer.shot("keys-changed")
    viewer.locator("[data-change=fit]").click()
    viewer.keyboard.press("Control+t")
    assert eventually(lambda: "cannot be taken" in viewer.inner_text(".help-status"))
    viewer.keyboard.press("Escape")
    assert eventually(lambda: viewer.locator("dialog.help").is_hidden())
    assert preference(viewer, "keys") == {"onePixel": ["y"], "fit": ["i"], "invert": []}
    viewer.focus("[data-viewport='0']")
    viewer.keyboard.press("y")
    assert eventually(lambda: "Zoom 100 %" in corner(viewer))
    viewer.keyboard.press("Shift+F")
    viewer.keyboard.press("i")
    assert eventually(lambda: "Zoom 100 %" not in corner(viewer))
    assert "(I)" in viewer.get_attribute(".toolbar [data-command=fit]", "title")

    other = viewer.again()
    other.keyboard.press("y")
    assert eventually(lambda: "Zoom 100 %" in corner(other))
    other.keyboard.press("?")
    other.locator("[data-restore=fit]").click()
    assert eventually(lambda: other.inner_text("[data-change=fit]") == "F")
    other.locator("[data-restore=invert]").click()
    assert eventually(lambda: preference(other, "keys") == {"onePixel": ["y"]})


def test_buttons_of_the_mouse(viewer):
    viewer.keyboard.press("?")
    viewer.select_option("#button-right", "scroll")
    assert eventually(lambda: preference(viewer, "buttons") == {"right": "scroll"})
    viewer.keyboard.press("Escape")
    viewer.mouse.move(600, 300), viewer.mouse.down(button="right"), viewer.mouse.move(600, 380, steps=6), viewer.mouse.up(button="right")
    assert eventually(lambda: int(viewer.data("image-index")) > 0)


def test_theme_and_language_follow_the_reader(viewer):
    viewer.keyboard.press("Control+k")
    viewer.keyboard.type("light")
    viewer.keyboard.press("Enter")
    assert eventually(lambda: viewer.evaluate("document.documentElement.dataset.theme") == "light")
    assert eventually(lambda: preference(viewer, "appearance") == {"theme": "light"})
    other = viewer.again()
    assert eventually(lambda: other.evaluate("document.documentElement.dataset.theme") == "light")
    other.keyboard.press("Control+k")
    other.keyboard.type("deutsch")
    other.keyboard.press("Enter")
    other.wait_for_selector("html[lang=de]")
    other.ready("viewer")
    third = viewer.again()
    third.wait_for_selector("html[lang=de]")
    third.ready("viewer")
    assert preference(third, "appearance") == {"theme": "light", "language": "de"}


def test_two_screens_change_different_keys_and_lose_nothing(viewer):
    other = viewer.again()
    for page, command, key in ((viewer, "onePixel", "y"), (other, "fit", "m")):
        page.keyboard.press("?")
        page.locator(f"[data-change={command}]").click()
        page.keyboard.press(key)
        assert eventually(lambda: page.inner_text(f"[data-change={command}]") == key.upper())
    assert preference(viewer, "keys") == {"onePixel": ["y"], "fit": ["m"]}


@pytest.mark.parametrize("what", ["help", "palette", "save", "layout", "together", "prior"])
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_on_what_opens_over_the_viewer(viewer, what, theme, own_server):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    viewer.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
    if what == "prior":
        stored(own_server, plain("keys-before", "20250101", patient=("Keys^All", "KY-1", "19700101", "M"), series=("soft",)))
        viewer.wait_for_selector("[data-timeline]")
        viewer.keyboard.press("d")
        viewer.drawn(1)
    elif what in ("layout", "together"):
        viewer.locator(f"[data-menu={what}]").click()
    else:
        viewer.keyboard.press({"help": "?", "palette": "Control+k", "save": "Shift+S"}[what])
        viewer.wait_for_selector("dialog[open]")
    found = axe.Axe().run(viewer.page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}).response["violations"]
    assert [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found] == []
