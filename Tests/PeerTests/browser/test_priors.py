"""The patient's other studies beside the current one, through the real server: found by Patient ID and issuer, marked, never another person's."""
import pytest
import reading
from conftest import eventually
from test_move import stored

OTHER_ISSUER = {"IssuerOfPatientID": "ELSEWHERE"}


def plain(study, date, patient=reading.IDA, description="CT abdomen", modality="CT", series=("thick",), **values):
    files = []
    for number, name in enumerate(series, 1):
        files += reading.cut(study, name, number, reading.AXIAL, [-64, -64, 100], [0, 0, -5], 6, frame=study, patient=patient, modality=modality, StudyDate=date, StudyDescription=description, **values)
    return files


@pytest.fixture(scope="module")
def patient(own_server):
    stored(own_server, plain("now", "20260601", series=("thick", "bone")))
    stored(own_server, plain("year-before", "20250530", series=("bone", "thick")))
    stored(own_server, plain("head", "20260520", description="MR head", modality="MR"))
    stored(own_server, plain("long-before", "20190101"))
    stored(own_server, plain("after", "20260701"))
    stored(own_server, plain("other-issuer", "20250101", **OTHER_ISSUER))
    stored(own_server, plain("other-person", "20240101", patient=("Reader^Ida", "RD-1001", "19600101", "F")))
    return own_server


@pytest.fixture
def opened(own_page, patient):
    page = own_page(f"#/study/{reading.uid('now')}", "viewer")
    page.drawn()
    page.wait_for_selector("[data-timeline]")
    return page


def mark(page, n):
    return page.inner_text(f"[data-viewport='{n}'] .study-mark")


def test_the_timeline_lists_this_patients_studies_and_nobody_elses(opened):
    listed = [item.get_attribute("data-timeline") for item in opened.locator("[data-timeline]").all()]
    assert listed == [reading.uid(study) for study in ("after", "head", "year-before", "long-before")]
    strip = opened.inner_text(".series-strip")
    for words in ("Current · 1 Jun 2026", "Later · 1 Jul 2026", "Prior · 30 May 2025", "1 study with this patient ID has another birth date"):
        assert words in strip
    assert opened.locator(".study-mark:visible").count() == 0, "one study needs no mark"


def test_the_prior_is_hung_beside_and_both_are_marked(opened):
    opened.focus("[data-viewport='0']")
    opened.keyboard.press("d")
    opened.wait_data("series", reading.uid("year-before", "thick"), 1)
    opened.drawn(1)
    assert opened.data("series", 0) == reading.uid("now", "thick"), "the series with the same description"
    assert mark(opened, 0) == "Current · 1 Jun 2026" and mark(opened, 1) == "Prior · 30 May 2025 · 12 months before"
    assert opened.viewport(1).get_attribute("data-study") == "prior"
    opened.shot("prior-beside")
    opened.keyboard.press("o"), opened.keyboard.press("o")
    assert opened.viewport(1).locator(".study-mark").is_visible(), "not hidden with the overlays"
    opened.keyboard.press("o")
    opened.keyboard.press("d")
    opened.wait_data("series", reading.uid("long-before", "thick"), 1)
    assert "7 years before" in mark(opened, 1)
    opened.keyboard.press("Control+z")
    opened.wait_data("series", reading.uid("year-before", "thick"), 1)


def test_a_prior_scrolls_along_once_it_is_linked(opened):
    opened.focus("[data-viewport='0']")
    opened.keyboard.press("d")
    opened.drawn(1)
    opened.keyboard.press("g"), opened.keyboard.press("ArrowDown")
    opened.wait_data("image-index", 1, 0)
    assert opened.data("image-index", 1) == "0", "another frame of reference"
    opened.keyboard.press("Shift+G"), opened.keyboard.press("ArrowDown"), opened.keyboard.press("ArrowDown")
    opened.wait_data("image-index", 3, 0)
    opened.wait_data("image-index", 2, 1)
    assert opened.locator(".reference-line[data-image]").count() == 0


def test_a_series_of_another_study_is_opened_from_the_strip(opened):
    opened.locator(f"[data-timeline='{reading.uid('head')}']").click()
    item = opened.locator(f".series-item[data-series='{reading.uid('head', 'thick')}']")
    item.wait_for()
    assert "Prior · 20 May 2026" in item.get_attribute("aria-label")
    item.click()
    opened.wait_data("series", reading.uid("head", "thick"), 0)
    opened.drawn(0)
    assert mark(opened, 0) == "Prior · 20 May 2026 · 12 days before", "alone on screen it is marked all the more"


def test_no_prior_is_said(own_page, patient):
    page = own_page(f"#/study/{reading.uid('long-before')}", "viewer")
    page.drawn()
    page.wait_for_selector("[data-timeline]")
    page.focus("[data-viewport='0']")
    page.keyboard.press("d")
    assert eventually(lambda: "No earlier study" in page.inner_text(".notice"))


def test_a_study_without_an_id_has_no_others(own_page, patient):
    stored(patient, plain("nobody", "20260101", patient=("Unknown", "", "", "")))
    stored(patient, plain("nobody-else", "20250101", patient=("Unknown", "", "", "")))
    page = own_page(f"#/study/{reading.uid('nobody')}", "viewer")
    page.drawn()
    page.wait_for_timeout(500)
    assert page.locator("[data-timeline]").count() == 0
