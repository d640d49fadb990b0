"""Hanging protocols through the real server: mammograms by their attributes, layouts that readers save."""
import numpy as np
import pytest
import reading
from conftest import eventually
from test_move import stored
from test_priors import plain


def letters(page, n):
    return {edge: page.inner_text(f"[data-viewport='{n}'] .letter.{edge}") for edge in ("left", "right", "top", "bottom")}


def middle_columns(page, n, inner):
    """Mean brightness of the picture beside the edge that lies in the middle of the screen, and of the edge away from it."""
    box = page.viewport(n).bounding_box()
    width = box["height"] * 64 / 96
    left = box["x"] + (box["width"] - width) / 2
    picture = page.pixels({"x": round(left), "y": round(box["y"]), "width": round(width), "height": round(box["height"])})[..., 0].astype(float)
    middle = picture[picture.shape[0] // 2 - 20:picture.shape[0] // 2 + 20]
    edges = middle[:, 4:14].mean(), middle[:, -14:-4].mean()
    return edges if inner == "left" else edges[::-1]


@pytest.fixture(scope="module")
def breasts(own_server):
    stored(own_server, reading.screening())
    incomplete = reading.screening("incomplete")[:3]
    for ds in incomplete:
        del ds.PatientOrientation
    stored(own_server, incomplete + [reading.mammogram("incomplete", 5, "R", "CC", ("P", "L"))])
    return own_server


def test_four_views_hang_with_chest_walls_in_the_middle(own_page, breasts):
    page = own_page(f"#/study/{reading.uid('screening')}", "viewer")
    expected = [("R CC", 2), ("L CC", 4), ("R MLO", 3), ("L MLO", 1)]
    for n, (view, number) in enumerate(expected):
        page.wait_data("instance", reading.uid("screening", "mg", number), n)
        page.drawn(n)
        assert view in page.inner_text(f"[data-viewport='{n}'] .topRight")
    assert [letters(page, n)["right" if n % 2 == 0 else "left"] for n in range(4)] == ["P"] * 4
    assert [letters(page, n)["bottom"] for n in range(4)] == ["L", "R", "F", "F"]
    page.shot("mammography")
    page.keyboard.press("o"), page.keyboard.press("o")
    for n in range(4):
        inner, outer = middle_columns(page, n, "right" if n % 2 == 0 else "left")
        assert inner > outer + 50, f"viewport {n}: {inner} at the middle of the screen, {outer} away from it"
    assert page.locator(".badge.chestWall").count() == 0
    page.focus("[data-viewport='0']")
    page.keyboard.press("Shift+F")
    assert eventually(lambda: all("Zoom 100" in page.locator(f"[data-viewport='{n}'] .bottomRight").text_content() for n in range(4))), "one scale in all"


def test_what_a_mammogram_does_not_say_is_not_guessed(own_page, breasts):
    page = own_page(f"#/study/{reading.uid('incomplete')}", "viewer")
    page.drawn()
    page.wait_for_timeout(800)
    assert page.locator(".viewport:visible").count() == 1, "no LCC: the four-view protocol does not fit"
    page.focus("[data-viewport='0']")
    page.keyboard.press("]")
    page.wait_for_selector("[data-viewport='1']:visible")
    page.drawn(1)
    page.wait_data("instance", reading.uid("incomplete", "mg", 3), 0)
    assert page.viewport(0).locator(".badge.chestWall").is_visible() and set(letters(page, 0).values()) == {""}
    page.locator("[data-menu=layout]").click()
    names = page.inner_text("#menu-layout")
    assert "Mammography, MLO views" in names and "four views" not in names and "CC views" not in names
    page.keyboard.press("Escape")


def test_a_saved_layout_hangs_the_next_study_and_lives_on_the_server(own_page, own_server):
    patient = ("Saved^Layout", "SL-1", "19700101", "M")
    for study, series in (("saved-a", ("soft", "lung", "bone")), ("saved-b", ("bone", "lung", "soft"))):
        stored(own_server, plain(study, "20260601", patient=patient, series=series, BodyPartExamined="CHEST"))
    page = own_page(f"#/study/{reading.uid('saved-a')}", "viewer", reader=True)
    page.drawn()
    page.focus("[data-viewport='0']")
    page.keyboard.press("Alt+2")
    page.drawn(1)
    page.drag_and_drop(f".series-item[data-series='{reading.uid('saved-a', 'bone')}']", "[data-viewport='0']")
    page.wait_data("series", reading.uid("saved-a", "bone"), 0)
    page.drawn(0)
    page.keyboard.press("7"), page.keyboard.press("g")
    page.keyboard.press("Shift+S")
    assert page.input_value("#name-input") == "CT CHEST 1 × 2"
    page.shot("save-layout")
    page.fill("#name-input", "Bone first")
    page.keyboard.press("Enter")
    assert eventually(lambda: "“Bone first” is saved." in page.inner_text(".notice"))

    other = own_page(f"#/study/{reading.uid('saved-b')}", "viewer", reader=True)
    other.wait_data("series", reading.uid("saved-b", "lung"), 1)
    other.drawn(1)
    assert other.data("series", 0) == reading.uid("saved-b", "bone")
    other.focus("[data-viewport='0']")
    other.keyboard.press("ArrowDown")
    other.wait_data("image-index", 1, 0)
    head = own_page(f"#/study/{reading.uid('screening')}", "viewer", reader=True)
    assert head.locator(".viewport:visible").count() in (1, 4), "not for another modality"
    administrator = own_page(f"#/study/{reading.uid('saved-b')}", "viewer")
    administrator.drawn()
    administrator.wait_for_timeout(800)
    assert administrator.locator(".viewport:visible").count() == 1, "somebody else's layout is not mine"

    other.locator("[data-menu=layout]").click()
    other.shot("layout-menu")
    other.locator("#menu-layout").get_by_text("Forget “Bone first”").click()
    answer = lambda: other.context.request.get("api/preferences/hanging").json()
    assert eventually(lambda: answer() == [])


def test_a_prior_hangs_by_protocol_and_an_empty_place_says_why(own_page, own_server):
    patient = ("Hung^Prior", "HP-1", "19700101", "M")
    stored(own_server, plain("hung-now", "20260601", patient=patient, series=("thick", "bone")))
    stored(own_server, plain("hung-before", "20250601", patient=patient, series=("other",), modality="MR"))
    page = own_page(f"#/study/{reading.uid('hung-now')}", "viewer")
    page.drawn()
    page.wait_for_selector("[data-timeline]")
    page.wait_for_timeout(500)
    page.locator("[data-menu=layout]").click()
    page.locator("#menu-layout").get_by_text("First series and prior").click()
    page.wait_for_selector("[data-viewport='1']:visible")
    assert eventually(lambda: "The prior has no series like" in page.inner_text("[data-viewport='1'] .message")), "an MR is no prior of a CT series"
    page.shot("hung-empty")
