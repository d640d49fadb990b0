"""Objects that contradict themselves beside ones that do not: words where a fact would be, through the real server."""
import json

import generated
import pytest
import reading
from conftest import eventually
from test_move import stored

WHO = ("Broken^Geometry", "BG-1", "19700101", "M")


def series(study, name, number, orientation=reading.AXIAL, step=(0, 0, -5), origin=(-64, -64, 50), count=6, **values):
    return reading.cut(study, name, number, orientation, origin, step, count, frame="one", patient=WHO, StudyDate="20260601", **values)


def opened(own_page, own_server, study, files):
    stored(own_server, files)
    page = own_page(f"#/study/{reading.uid(study)}", "viewer")
    page.drawn()
    page.focus("[data-viewport='0']")
    return page


def test_an_orientation_that_is_none_is_told_and_draws_no_line(own_page, own_server):
    good, bad = series("bad-orientation", "good", 1), series("bad-orientation", "bad", 2)
    for ds in bad:
        ds.ImageOrientationPatient = [1, 0, 0, 1, 0, 0]
    page = opened(own_page, own_server, "bad-orientation", good + bad + series("bad-orientation", "sagittal", 3, reading.SAGITTAL, (5, 0, 0), (-20, -60, 60)))
    page.keyboard.press("Alt+5")
    for n in range(3):
        page.drawn(n)
    assert page.viewport(1).locator(".badge.geometry").is_visible() and page.viewport(0).locator(".badge.geometry").count() == 0
    page.focus("[data-viewport='2']")
    line = lambda n: json.loads(page.viewport(n).locator(".reference-line").get_attribute("data-image") or "null")
    assert eventually(lambda: line(0)) and line(1) is None
    page.focus("[data-viewport='0']")
    page.keyboard.press("g"), page.keyboard.press("ArrowDown")
    page.wait_data("image-index", 1, 0)
    assert page.data("image-index", 1) == "0", "nothing says where it lies"
    page.shot("bad-orientation")


def test_a_spacing_of_nothing_is_not_believed(own_page, own_server):
    files = series("bad-spacing", "nothing", 1)
    for ds in files:
        ds.PixelSpacing = [0, 0]
    page = opened(own_page, own_server, "bad-spacing", files + series("bad-spacing", "sagittal", 2, reading.SAGITTAL, (5, 0, 0), (-20, -60, 60)))
    assert page.locator(".badge.spacing").first.is_visible() and page.viewport(0).locator(".scale-bar").is_hidden()
    page.keyboard.press("Alt+2")
    page.drawn(1)
    page.focus("[data-viewport='1']")
    page.wait_for_selector(".viewport.active[data-viewport='1']")
    assert page.viewport(0).locator(".reference-line").get_attribute("data-image") is None


def test_a_localiser_inside_a_series_does_not_scroll_as_a_slice(own_page, own_server):
    mixed = series("mixed", "mixed", 1)
    for n, ds in enumerate(series("mixed", "mixed", 1, reading.SAGITTAL, (1, 0, 0), (0, -64, 50), count=2), 90):
        ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = reading.uid("mixed", "localiser", n)
        ds.InstanceNumber = n
        mixed.append(ds)
    page = opened(own_page, own_server, "mixed", mixed + series("mixed", "axial", 2))
    page.keyboard.press("Alt+2")
    page.drawn(1)
    page.focus("[data-viewport='1']")
    page.keyboard.press("g")
    shown = lambda: page.inner_text("[data-viewport='0'] .bottomLeft")
    for n in range(1, 6):
        page.keyboard.press("ArrowDown")
        page.wait_data("image-index", n, 1)
        assert eventually(lambda: page.inner_text("[data-viewport='1'] .bottomLeft").split("\n")[1] == shown().split("\n")[1]), shown()


@pytest.mark.parametrize("layout", ["Alt+1", "Alt+9"])
def test_a_study_without_pixels_has_words(own_page, own_server, layout):
    study = f"words-{layout[-1]}"
    report = generated.base(study, "report", 1, "SR", WHO, SeriesDescription="Report", CompletionFlag="COMPLETE", VerificationFlag="UNVERIFIED", ValueType="CONTAINER", ContinuityOfContent="SEPARATE")
    report.ContentDate, report.ContentTime = "20260601", "120000"
    page = opened(own_page, own_server, study, [report])
    page.keyboard.press(layout)
    assert "Structured report" in page.inner_text("[data-viewport='0'] .message") and "holds no image" in page.inner_text("[data-viewport='0'] .message")
    if layout == "Alt+9":
        assert eventually(lambda: page.locator(".viewport:visible").count() == 9)
        assert page.inner_text("[data-viewport='8'] .message").strip()
    for key in ("g", "Shift+G", "j", "c", "d", "]", "Shift+Z", "ArrowDown", "k", "m"):
        page.keyboard.press(key)
