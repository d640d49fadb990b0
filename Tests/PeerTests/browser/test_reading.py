"""Several images at once: layouts, scrolling together, reference lines, the 3-D cursor. Numbers against numpy (reading.py)."""

import json

import numpy as np
import pytest
import reading
from conftest import eventually

SERIES = ("thick", "thin", "sagittal", "oblique")


@pytest.fixture(scope="module")
def files(archive):
    files = reading.current()
    for start in range(0, len(files), 60):
        archive.store(files[start:start + 60])
    return {name: sorted((ds for ds in files if ds.SeriesDescription == name), key=lambda ds: ds.InstanceNumber) for name in (*SERIES, "elsewhere", "unplaced")}


@pytest.fixture
def four(page, files):
    """Four series of one frame of reference, the first active."""
    page.open_study("reading")
    page.open_series("reading", "thick")
    page.focus("[data-viewport='0']")
    page.keyboard.press("Alt+4")
    for n, name in enumerate(SERIES):
        page.wait_data("series", reading.uid("reading", name), n)
        page.drawn(n)
    return page


def shown(page, files, n):
    """The data set on screen in viewport n, once what was asked for is there."""
    page.drawn(n)
    uid = page.data("instance", n)
    return next(ds for group in files.values() for ds in group if ds.SOPInstanceUID == uid)


def index(page, n=0):
    return int(page.data("image-index", n))


def place(page, n, series):
    page.drag_and_drop(f".series-item[data-series='{reading.uid('reading', series)}']", f"[data-viewport='{n}']")
    page.wait_data("series", reading.uid("reading", series), n)
    page.drawn(n)


def activate(page, n):
    page.focus(f"[data-viewport='{n}']")
    page.wait_for_selector(f".viewport.active[data-viewport='{n}'], [data-viewport='{n}']:only-of-type")


def line(page, n):
    """The reference line of viewport n in image points, or None."""
    text = page.viewport(n).locator(".reference-line").get_attribute("data-image")
    return json.loads(text) if text else None


def near(found, expected, tolerance=0.02):
    """Two ends, in either order."""
    if found is None or expected is None:
        return found is expected
    return min(np.abs(np.array(found) - np.array(ends)).max() for ends in (expected, expected[::-1])) < tolerance


def test_nine_layouts_by_key_and_menu(page, files):
    page.open_study("reading")
    page.drawn()
    page.focus("[data-viewport='0']")
    for key, (rows, columns) in enumerate([(1, 1), (1, 2), (2, 1), (2, 2), (1, 3), (3, 1), (2, 3), (3, 2), (3, 3)], 1):
        page.keyboard.press(f"Alt+{key}")
        assert eventually(lambda: page.locator(".viewport:visible").count() == rows * columns)
        boxes = [box.bounding_box() for box in page.locator(".viewport:visible").all()]
        assert len({round(b["x"]) for b in boxes}) == columns and len({round(b["y"]) for b in boxes}) == rows
    assert page.locator("canvas.stage-canvas").count() == 1, "one canvas under all"
    for n in range(6):
        page.drawn(n)
    page.shot("layout-3x3")
    page.locator("[data-menu=layout]").click()
    menu = page.locator("#menu-layout")
    assert menu.locator("[aria-checked=true]").inner_text().startswith("Layout 3 × 3")
    menu.get_by_text("Layout 1 × 2").click()
    assert eventually(lambda: page.locator(".viewport:visible").count() == 2)


def test_double_click_gives_a_viewport_the_stage_and_takes_it_back(four):
    four.viewport(2).dblclick(position={"x": 100, "y": 100})
    assert eventually(lambda: four.locator(".viewport:visible").count() == 1 and four.viewport(2).is_visible())
    four.viewport(2).dblclick(position={"x": 100, "y": 100})
    assert eventually(lambda: four.locator(".viewport:visible").count() == 4)


def test_each_viewport_keeps_its_own_window_and_zoom(four):
    activate(four, 1)
    four.keyboard.press("i"), four.keyboard.press("Shift+F")
    corner = lambda n: four.inner_text(f"[data-viewport='{n}'] .bottomRight")
    assert eventually(lambda: "Zoom 100" in corner(1))
    assert "Zoom 100" not in corner(0)
    four.mouse.move(900, 300), four.mouse.down(), four.mouse.move(960, 320, steps=5), four.mouse.up()
    four.wait_data("window-from", "manual", 1)
    assert four.data("window-from", 0) == "file"


def test_scrolling_by_position_in_one_frame_of_reference(four, files):
    place(four, 3, "elsewhere")
    activate(four, 0)
    four.keyboard.press("ArrowDown")
    four.wait_data("image-index", 1, 0)
    assert index(four, 1) == 0, "not without being asked for"
    four.keyboard.press("g")
    for _ in range(6):
        four.keyboard.press("ArrowDown")
    four.wait_data("image-index", 7, 0)
    heights = np.array([float(ds.ImagePositionPatient[2]) for ds in files["thin"]])
    expected = int(np.argmin(np.abs(heights - float(shown(four, files, 0).ImagePositionPatient[2]))))
    four.wait_data("image-index", expected, 1)
    assert expected == 36
    assert index(four, 2) == 0, "a sagittal series has no such position"
    assert index(four, 3) == 0, "another frame of reference"
    four.keyboard.press("g")
    four.keyboard.press("Home")
    four.wait_data("image-index", 0, 0)
    assert index(four, 1) == expected


def test_linked_by_hand_where_frames_of_reference_differ(four, files):
    place(four, 3, "elsewhere")
    activate(four, 3)
    for _ in range(10):
        four.keyboard.press("ArrowDown")
    four.wait_data("image-index", 10, 3)
    activate(four, 0)
    for _ in range(4):
        four.keyboard.press("ArrowDown")
    four.wait_data("image-index", 4, 0)
    four.keyboard.press("Shift+G")
    assert eventually(lambda: four.viewport(3).locator(".badge.linked").is_visible())
    for _ in range(4):
        four.keyboard.press("ArrowDown")
    four.wait_data("image-index", 8, 0)
    # 20 mm lower in steps of 4 mm
    four.wait_data("image-index", 15, 3)
    four.keyboard.press("o"), four.keyboard.press("o")
    assert four.viewport(3).locator(".badge.linked").is_visible(), "said as long as it holds"
    four.shot("linked-by-hand")


def test_zoom_and_window_together(four):
    activate(four, 0)
    four.keyboard.press("Shift+Z"), four.keyboard.press("Shift+W"), four.keyboard.press("Shift+F")
    corner = lambda n: four.inner_text(f"[data-viewport='{n}'] .bottomRight")
    # 2 mm a pixel at 100 %: the sagittal's 1.75 mm are shown at 87.5 %
    assert eventually(lambda: "Zoom 100" in corner(1) and "Zoom 88" in corner(2)), corner(2)
    box = four.viewport(0).bounding_box()
    four.keyboard.press("w")
    four.mouse.move(box["x"] + 80, box["y"] + 90), four.mouse.down(), four.mouse.move(box["x"] + 160, box["y"] + 110, steps=5), four.mouse.up()
    four.wait_data("window-from", "manual", 0)
    assert [four.data("window-width", n) for n in range(4)] == [four.data("window-width", 0)] * 4
    four.keyboard.press("Control+z")
    four.wait_data("window-from", "file", 3)


def test_reference_lines_are_where_the_planes_cross(four, files):
    for active in (0, 2, 3):
        activate(four, active)
        for _ in range(3):
            four.keyboard.press("ArrowDown")
        four.wait_data("image-index", 3, active)
        for n in range(4):
            # Of what is on screen: that follows what is asked for.
            expected = lambda: None if n == active else reading.crossing(shown(four, files, n), shown(four, files, active))
            assert eventually(lambda: near(line(four, n), expected())), f"{active} in {n}: {line(four, n)}, {expected()} expected"
        if active != 0:
            assert line(four, 0) is not None
    four.shot("reference-lines")
    four.keyboard.press("j")
    assert eventually(lambda: all(line(four, n) is None for n in range(4)))


def test_no_reference_line_without_a_common_frame_or_an_orientation(four, files):
    place(four, 1, "elsewhere")
    place(four, 2, "unplaced")
    activate(four, 0)
    assert eventually(lambda: line(four, 3) is not None)
    assert line(four, 1) is None and line(four, 2) is None
    activate(four, 2)
    assert eventually(lambda: all(line(four, n) is None for n in range(4)))


def test_the_3d_cursor_is_the_same_place_everywhere(four, files):
    place(four, 3, "elsewhere")
    activate(four, 0)
    for _ in range(10):
        four.keyboard.press("ArrowDown")
    four.wait_data("image-index", 10, 0)
    four.keyboard.press("c")
    box = four.viewport(0).bounding_box()
    four.mouse.click(box["x"] + box["width"] / 2 + 40, box["y"] + box["height"] / 2 - 30)
    cursor = lambda n: json.loads(four.viewport(n).locator("g.cursor").get_attribute("data-image") or "null")
    assert eventually(lambda: cursor(0))
    ds, at = shown(four, files, 0), cursor(0)
    place_ = reading.point(ds, at[0] - 0.5, at[1] - 0.5)
    zoom = min(box["width"], box["height"]) / 64
    assert np.allclose(at, [32 + 40 / zoom, 32 - 30 / zoom], atol=0.1), "under the pointer"
    for n in (1, 2):
        normal = lambda d: np.cross(np.array(d.ImageOrientationPatient[:3], float), np.array(d.ImageOrientationPatient[3:], float))
        away = [abs(np.dot(place_ - reading.point(d, 0, 0), normal(d))) for d in files[SERIES[n]]]
        four.wait_data("image-index", int(np.argmin(away)), n)
        target = shown(four, files, n)
        assert eventually(lambda: cursor(n))
        back = reading.point(target, cursor(n)[0] - 0.5, cursor(n)[1] - 0.5)
        assert np.linalg.norm(back - place_) <= min(away) + 1e-6
        assert float(four.viewport(n).locator("g.cursor").get_attribute("data-away")) == 0
    assert cursor(3) is None, "another frame of reference shows nothing"
    four.shot("cursor-3d")
    activate(four, 1)
    four.keyboard.press("Home")
    four.wait_data("image-index", 0, 1)
    height = abs(110 - place_[2])
    assert eventually(lambda: f"{height:.1f}".rstrip("0").rstrip(".") + " mm away" in four.viewport(1).locator(".cursor-words").text_content())
    four.keyboard.press("Shift+C")
    assert eventually(lambda: all(cursor(n) is None for n in range(4)))


def test_the_magnifier_shows_the_pixels_under_the_pointer_twice_as_large(page, files):
    page.open_study("reading")
    page.open_series("reading", "thick")
    page.focus("[data-viewport='0']")
    for key in ("o", "o", "Shift+F", "Shift+F", "Shift+I", "Shift+X"):
        page.keyboard.press(key)
    for _ in range(3):
        page.keyboard.press("+")
    page.keyboard.press("Shift+F")
    box = page.viewport().bounding_box()
    x, y = round(box["x"] + box["width"] / 2), round(box["y"] + box["height"] / 2)
    around = lambda size: page.pixels({"x": x - size // 2, "y": y - size // 2, "width": size, "height": size})[..., 0]
    before = around(40)
    assert len(np.unique(before)) > 3
    page.mouse.move(x, y), page.mouse.down()
    lens = around(80)
    page.shot("magnifier")
    page.mouse.up()
    assert (lens[::2, ::2] == before).all() and (lens[1::2, 1::2] == before).all()
    assert (around(40) == before).all(), "gone with the button"
