"""Measuring and marking against a server of its own: exact values, edits, drafts that are never lost, reports that others read."""
import io
import json
import math
import re
import subprocess

import highdicom as hd
import numpy as np
import pydicom
import pytest
from conftest import READERS_PASSWORD, eventually
from generated import SOP, base, grey, uid, written
from peer import web
from peer.server import PASSWORD, USER
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes

ROWS, COLUMNS = 300, 400
Y, X = np.mgrid[0:ROWS, 0:COLUMNS]
STORED = ((X * 37 + Y * 91 + (X * Y) // 7) % 2000 - 300).astype(np.int16)
SLOPE, INTERCEPT = 1.5, -100.25


def image(study, modality="CT", number=1, **values):
    ds = base(study, "only", number, modality, (f"Marks^{study}", study, "", "O"), StudyDescription=study)
    grey(ds, STORED, 16, signed=True)
    ds.RescaleSlope, ds.RescaleIntercept, ds.RescaleType = SLOPE, INTERCEPT, "HU"
    if modality in ("CT", "MR"):
        ds.ImageOrientationPatient, ds.ImagePositionPatient = [1, 0, 0, 0, 1, 0], [0, 0, -number]
        ds.FrameOfReferenceUID, ds.PixelSpacing = uid(study, "frame"), [0.7, 0.7]
    for name, value in values.items():
        setattr(ds, name, value)
    return ds


class Reader:
    """A page on one image at 1:1, whose places are columns and rows of the image."""

    def __init__(self, page, rows=ROWS, columns=COLUMNS):
        self.page, self.rows, self.columns = page, rows, columns
        page.drawn()
        page.wait_for_selector(".draft-status[data-draft=saved]", state="attached")
        page.focus("[data-viewport='0']")
        page.keyboard.press("Shift+F")
        page.wait_for_timeout(100)

    def at(self, x, y):
        box = self.page.viewport().bounding_box()
        corner = lambda size, length: math.floor(size / 2 - length / 2 + 0.5)
        return box["x"] + corner(box["width"], self.columns) + x, box["y"] + corner(box["height"], self.rows) + y

    def drag(self, a, b):
        mouse = self.page.mouse
        mouse.move(*self.at(*a)), mouse.down(), mouse.move(*self.at(*b), steps=4), mouse.up()

    def click(self, x, y):
        self.page.mouse.click(*self.at(x, y))

    def draw(self, key, *points):
        """A kind by its key: two points are dragged, others are clicked."""
        before = self.count()
        self.page.keyboard.press("Escape") if self.selected() else None
        self.page.keyboard.press(key)
        if len(points) == 2:
            self.drag(*points)
        else:
            for point in points:
                self.click(*point)
        assert eventually(lambda: self.count() == before + 1, page=self.page)

    def marks(self):
        return self.page.locator("[data-mark]")

    def count(self):
        return self.page.locator("[data-mark]:not(.draft)").count()

    def selected(self):
        return self.page.locator(".mark.selected").count()

    def values(self, kind, n=0):
        found = json.loads(self.page.locator(f"[data-kind={kind}]").nth(n).get_attribute("data-values"))
        return {each["name"]: (each["value"], each["unit"]) for each in found}

    def points(self, kind, n=0):
        return json.loads(self.page.locator(f"[data-kind={kind}]").nth(n).get_attribute("data-points"))

    def words(self, kind, n=0):
        return self.page.locator(f"[data-kind={kind}]").nth(n).get_attribute("aria-label")

    def measured(self, kind, name, n=0):
        assert eventually(lambda: name in self.values(kind, n), page=self.page), self.words(kind, n)
        return self.values(kind, n)

    def saved(self):
        assert eventually(lambda: self.page.locator(".draft-status").get_attribute("data-draft") == "saved", page=self.page), self.page.inner_text(".draft-status")


@pytest.fixture
def study(own_server):
    def make(name, *images):
        files = [written(ds) for ds in (images or [image(name)])]
        answer = web.store(own_server, files)
        assert answer.status_code == 200, answer.text
        return uid(name)

    return make


@pytest.fixture
def read(own_page, study):
    def make(name, *images, **options):
        identifier = study(name, *images)
        page = own_page(f"#/study/{identifier}", "viewer", **options)
        return Reader(page)

    return make


def draft(server, study):
    return server.session.get(f"{server.http}/api/drafts/{study}").json()


def test_length_is_exact_and_says_where_it_holds(read):
    reader = read("length")
    reader.draw("l", (50, 40), (170, 200))
    assert reader.points("length") == [[50, 40], [170, 200]]
    value, unit = reader.values("length")["length"]
    assert abs(value - 140) < 1e-9 and unit == "mm"
    assert reader.words("length") == "Length, 140 mm, in the patient"
    reader.page.shot("marks-length")


def expected(inside):
    values = STORED[inside] * SLOPE + INTERCEPT
    return {"mean": values.mean(), "sd": values.std(ddof=1), "min": values.min(), "max": values.max(), "count": int(inside.sum())}


def compare(found, wanted):
    for name, value in wanted.items():
        assert abs(found[name][0] - value) < 1e-8 * max(1, abs(value)), (name, found[name], value)


def test_areas_equal_numpy(read):
    reader = read("areas")
    x, y = X + 0.5, Y + 0.5
    reader.draw("e", (60, 50), (161, 120))
    compare(reader.measured("ellipse", "mean"), expected(((x - 110.5) / 50.5) ** 2 + ((y - 85) / 35) ** 2 <= 1))
    assert abs(reader.values("ellipse")["area"][0] - math.pi * 50.5 * 35 * 0.49) < 1e-3 and reader.values("ellipse")["area"][1] == "mm²"
    assert reader.values("ellipse")["mean"][1] == "HU"
    reader.draw("q", (200, 60), (280, 101))
    compare(reader.measured("rectangle", "mean"), expected((x >= 200) & (x < 280) & (y >= 60) & (y < 101)))
    reader.draw("Shift+E", (300, 200), (330, 240))
    compare(reader.measured("circle", "mean"), expected((x - 300) ** 2 + (y - 200) ** 2 <= 2500))
    reader.page.keyboard.press("Escape")
    reader.draw("x", (20, 30))
    value = STORED[30, 20] * SLOPE + INTERCEPT
    assert abs(reader.values("probe")["value"][0] - value) < 1e-9
    reader.page.keyboard.press("Escape"), reader.page.keyboard.press("Shift+Q")
    corners = [(40, 180), (120, 180), (120, 260), (40, 260)]
    mouse = reader.page.mouse
    mouse.move(*reader.at(*corners[0])), mouse.down()
    for corner in corners[1:]:
        mouse.move(*reader.at(*corner))
    mouse.up()
    found = reader.measured("freehand", "mean")
    assert reader.points("freehand")[0] == [40, 180] and len(reader.points("freehand")) >= 4
    compare(found, expected((x >= 40) & (x < 120) & (y >= 180) & (y < 260)))
    reader.page.shot("marks-areas")


def test_value_and_place_do_not_depend_on_the_view(read):
    reader = read("view")
    page = reader.page
    reader.draw("e", (60, 50), (160, 120))
    values, points = reader.measured("ellipse", "mean"), reader.points("ellipse")
    page.keyboard.press("Escape"), page.keyboard.press("Escape")

    def middle():
        # In one go: an element is made anew when its view changes.
        return page.evaluate("""() => {
            const middle = (name) => { const box = document.querySelector(name).getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; };
            const [mark, pane] = [middle("[data-kind=ellipse] .line"), middle("[data-viewport='0']")];
            return [mark[0] - pane[0], mark[1] - pane[1]];
        }""")

    x, y = middle()
    for key, wanted in [("h", (-x, y)), ("h", (x, y)), ("v", (x, -y)), ("v", (x, y)), ("r", (-y, x)), ("Shift+R", (x, y))]:
        page.keyboard.press(key)
        assert eventually(lambda: np.allclose(middle(), wanted, atol=1), page=page), (key, middle(), wanted)
        assert reader.values("ellipse") == values and reader.points("ellipse") == points
    page.keyboard.press("+"), page.keyboard.press("+")
    assert eventually(lambda: np.allclose(middle(), (x * 1.5625, y * 1.5625), atol=1), page=page), middle()
    page.keyboard.press("i"), page.keyboard.press("0")
    assert reader.values("ellipse") == values and reader.points("ellipse") == points


def test_marks_stay_on_their_image(read):
    reader = read("stack", *[image("stack", number=n) for n in (1, 2, 3)])
    reader.draw("l", (50, 40), (170, 200))
    reader.page.keyboard.press("Escape"), reader.page.keyboard.press("Escape")
    reader.page.keyboard.press("End")
    reader.page.wait_data("image-index", 2)
    assert eventually(lambda: reader.count() == 0, page=reader.page)
    reader.page.keyboard.press("Home")
    assert eventually(lambda: reader.count() == 1, page=reader.page)
    reader.page.keyboard.press("End")
    reader.page.click("[data-menu=marks]")
    reader.page.locator("#menu-marks").get_by_text("Length").click()
    reader.page.wait_data("image-index", 0)
    assert eventually(lambda: reader.selected() == 1, page=reader.page)


def test_edit_move_delete_undo_redo(read):
    reader = read("edit")
    page = reader.page
    reader.draw("l", (50, 40), (150, 40))
    page.keyboard.press("Escape"), page.keyboard.press("Escape")
    reader.drag((150, 40), (150, 140))  # the handle, with the window tool chosen
    assert eventually(lambda: reader.points("length") == [[50, 40], [150, 140]], page=page), reader.points("length")
    reader.drag((100, 90), (120, 100))  # the line
    assert eventually(lambda: reader.points("length") == [[70, 50], [170, 150]], page=page), reader.points("length")
    assert page.data("window-from") != "manual"
    for key, points in [("ArrowRight", [[71, 50], [171, 150]]), ("Shift+ArrowDown", [[71, 60], [171, 160]])]:
        page.keyboard.press(key)
        assert eventually(lambda: reader.points("length") == points, page=page), reader.points("length")
    page.keyboard.press("Control+z")
    assert eventually(lambda: reader.points("length") == [[70, 50], [170, 150]], page=page), "nudges are one step"
    page.keyboard.press("Delete")
    assert eventually(lambda: reader.count() == 0, page=page)
    steps = [[[70, 50], [170, 150]], [[50, 40], [150, 140]], [[50, 40], [150, 40]]]
    for points in steps:
        page.keyboard.press("Control+z")
        assert eventually(lambda: reader.count() == 1 and reader.points("length") == points, page=page), points
    page.keyboard.press("Control+z")
    assert eventually(lambda: reader.count() == 0, page=page)
    for points in reversed(steps):
        page.keyboard.press("Control+Shift+Z")
        assert eventually(lambda: reader.count() == 1 and reader.points("length") == points, page=page), points
    page.keyboard.press("Control+Shift+Z")
    assert eventually(lambda: reader.count() == 0, page=page)
    page.keyboard.press("Control+z")
    label = page.locator("[data-kind=length] text").bounding_box()
    page.mouse.move(label["x"] + 5, label["y"] + 5), page.mouse.down(), page.mouse.move(label["x"] + 65, label["y"] + 45, steps=3), page.mouse.up()
    assert eventually(lambda: page.locator("[data-kind=length] .leader").count() == 1, page=page)
    moved = page.locator("[data-kind=length] text").bounding_box()
    assert abs(moved["x"] - label["x"] - 60) < 3 and abs(moved["y"] - label["y"] - 40) < 3
    assert reader.points("length") == steps[0]


def test_clicked_angles_diameters_and_lines(read):
    reader = read("angles")
    reader.draw("a", (100, 50), (50, 50), (50, 90))
    assert abs(reader.values("angle")["angle"][0] - 90) < 1e-6 and "90°" in reader.words("angle")
    reader.draw("Shift+B", (100, 200), (200, 200), (100, 280), (180, 240))
    assert abs(reader.values("cobb")["angle"][0] - math.degrees(math.atan2(40, 80))) < 1e-4
    reader.draw("b", (220, 60), (320, 60))
    found = reader.values("bidirectional")
    assert abs(found["long"][0] - 70) < 1e-4 and abs(found["short"][0] - 35) < 1e-4
    page = reader.page
    page.keyboard.press("Escape"), page.keyboard.press("Shift+L")
    for point in [(250, 150), (290, 150), (290, 180)]:
        reader.click(*point)
    page.mouse.dblclick(*reader.at(330, 180))
    assert eventually(lambda: reader.page.locator("[data-kind=polyline]:not(.draft)").count() == 1, page=page)
    assert abs(reader.values("polyline")["length"][0] - 110 * 0.7) < 1e-4, reader.points("polyline")
    page.shot("marks-lines")


def test_arrow_and_text(read):
    reader = read("words")
    page = reader.page
    page.keyboard.press("n")
    reader.drag((100, 100), (160, 140))
    page.keyboard.type("<b>nodule</b>")
    page.keyboard.press("Enter")
    assert eventually(lambda: reader.count() == 1, page=page) and reader.words("arrow") == "Arrow, <b>nodule</b>"
    page.keyboard.press("Shift+N")
    reader.click(200, 200)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    assert reader.count() == 1, "a text without words is none"
    reader.page.mouse.dblclick(*reader.at(130, 120))
    page.keyboard.press("Control+a")
    page.keyboard.type("cyst")
    page.keyboard.press("Enter")
    assert eventually(lambda: reader.words("arrow") == "Arrow, cyst", page=page)


CASES = [
    ("none", "OT", {}, "100 px", "no scale known"),
    ("zero", "OT", {"PixelSpacing": [0, 0]}, "100 px", "scale not believed"),
    ("absurd", "OT", {"PixelSpacing": [5000, 0.001]}, "100 px", "scale not believed"),
    ("detector", "CR", {"ImagerPixelSpacing": [0.2, 0.2]}, "20 mm", "at the detector"),
    ("estimated", "CR", {"ImagerPixelSpacing": [0.2, 0.2], "EstimatedRadiographicMagnificationFactor": 1.25}, "16 mm", "estimated by magnification"),
    ("fiducial", "CR", {"ImagerPixelSpacing": [0.2, 0.2], "PixelSpacing": [0.15, 0.15], "PixelSpacingCalibrationType": "FIDUCIAL"}, "15 mm", "calibrated by the sender"),
    ("unsaid", "CR", {"ImagerPixelSpacing": [0.2, 0.2], "PixelSpacing": [0.15, 0.15]}, "15 mm", "as stated"),
    ("film", "OT", {"NominalScannedPixelSpacing": [0.1, 0.1]}, "10 mm", "on the film"),
    ("patient", "CT", {"PixelSpacing": [0.5, 0.5]}, "50 mm", "in the patient"),
]


@pytest.mark.parametrize("name,modality,values,length,where", CASES, ids=[case[0] for case in CASES])
def test_millimetres_only_with_a_known_scale(read, name, modality, values, length, where):
    reader = read(f"scale-{name}", image(f"scale-{name}", modality, **values))
    reader.draw("l", (50, 100), (150, 100))
    assert reader.words("length") == f"Length, {length}, {where}"


def region(left, right, x, y):
    ds = Dataset()
    ds.RegionSpatialFormat, ds.RegionDataType, ds.RegionFlags = 1, 1, 0
    ds.RegionLocationMinX0, ds.RegionLocationMinY0, ds.RegionLocationMaxX1, ds.RegionLocationMaxY1 = left, 0, right, ROWS - 1
    (ds.PhysicalUnitsXDirection, ds.PhysicalDeltaX), (ds.PhysicalUnitsYDirection, ds.PhysicalDeltaY) = x, y
    return ds


def test_ultrasound_regions(read):
    regions = [region(0, 149, (3, 0.02), (3, 0.02)), region(150, 299, (3, 0.05), (3, 0.05)), region(300, 399, (4, 0.01), (3, 0.05))]
    reader = read("regions", image("regions", "US", SOPClassUID="1.2.840.10008.5.1.4.1.1.6.1", SequenceOfUltrasoundRegions=regions))
    for n, (a, b, words) in enumerate([((20, 50), (120, 50), "20 mm, ultrasound region"), ((160, 50), (260, 50), "50 mm, ultrasound region"), ((100, 90), (200, 90), "100 px, across ultrasound regions"), ((310, 50), (360, 50), "50 px, no lengths in this region")]):
        reader.draw("l", a, b)
        assert reader.words("length", n) == f"Length, {words}"


def test_calibration_by_the_reader(read, own_server):
    reader = read("calibrated", image("calibrated", "CR", ImagerPixelSpacing=[0.2, 0.2]))
    page = reader.page
    reader.draw("l", (50, 100), (150, 100))
    assert reader.words("length").endswith("20 mm, at the detector")
    page.click("[data-menu=measure]")
    page.locator("#menu-measure").get_by_text("Calibrate with a known length").click()
    reader.drag((50, 200), (100, 200))
    page.keyboard.type("25")
    page.keyboard.press("Enter")
    assert eventually(lambda: reader.words("length").endswith("50 mm, calibrated by user"), page=page), reader.words("length")
    page.keyboard.press("Control+z")
    assert eventually(lambda: reader.words("length").endswith("20 mm, at the detector"), page=page)
    page.keyboard.press("Control+Shift+Z")
    reader.saved()
    page.reload()
    page.ready("viewer")
    assert eventually(lambda: reader.count() == 2 and reader.words("length").endswith("50 mm, calibrated by user"), page=page)


def test_colour_has_lengths_but_no_statistics(read):
    ds = image("colour", "OT")
    del ds.RescaleSlope, ds.RescaleIntercept, ds.RescaleType
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PlanarConfiguration = 3, "RGB", 0
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 8, 8, 7, 0
    ds.PixelData = np.zeros((ROWS, COLUMNS, 3), np.uint8).tobytes()
    reader = read("colour", ds)
    reader.draw("q", (50, 50), (100, 100))
    reader.page.wait_for_timeout(300)
    assert set(reader.values("rectangle")) == {"area"} and reader.values("rectangle")["area"] == [2500, "px²"] or reader.values("rectangle")["area"] == (2500, "px²")


def test_by_keys_alone(read):
    reader = read("keys")
    page = reader.page
    page.keyboard.press("l")
    page.keyboard.press("Enter")
    for _ in range(2):
        page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert eventually(lambda: reader.count() == 1, page=page)
    assert reader.points("length") == [[180, 150], [180, 179]] and abs(reader.values("length")["length"][0] - 29 * 0.7) < 1e-9
    page.keyboard.press("Escape"), page.keyboard.press("Escape")
    assert eventually(lambda: page.locator("[data-tool=windowLevel]").count() == 1, page=page) and "#/study/" in page.url, "Escape leaves the tool, not the viewer"


def test_by_finger(own_page, study):
    page = own_page(f"#/study/{study('touch')}", "viewer", viewport={"width": 900, "height": 700}, has_touch=True)
    reader = Reader(page)
    page.keyboard.press("l")
    page.touch("touchStart", reader.at(100, 100)), page.touch("touchMove", reader.at(150, 100)), page.touch("touchMove", reader.at(200, 100)), page.touch("touchEnd")
    assert eventually(lambda: reader.count() == 1, page=page) and reader.points("length") == [[100, 100], [200, 100]]
    page.touch("touchStart", reader.at(214, 112)), page.touch("touchMove", reader.at(214, 152)), page.touch("touchMove", reader.at(214, 200)), page.touch("touchEnd")
    assert eventually(lambda: reader.points("length")[1][1] > 150, page=page), "a handle is 44 pixels wide under a finger"
    assert reader.count() == 1


# Drafts


def test_saved_within_a_second_and_restored(read, own_server):
    reader = read("draft")
    page = reader.page
    reader.draw("l", (50, 40), (150, 40))
    assert eventually(lambda: (draft(own_server, uid("draft"))["document"] or {"marks": []})["marks"], timeout=1.5, page=page)
    reader.draw("e", (60, 150), (160, 220))
    reader.saved()
    ellipse = reader.measured("ellipse", "mean")
    page.reload()
    page.ready("viewer")
    assert eventually(lambda: reader.count() == 2, page=page)
    assert reader.points("length") == [[50, 40], [150, 40]]
    assert reader.measured("ellipse", "mean") == ellipse
    assert page.locator(".draft-status").get_attribute("data-draft") == "saved"


def test_left_at_once_and_saved_all_the_same(read, own_server):
    reader = read("left")
    reader.draw("l", (50, 40), (150, 40))
    reader.page.evaluate("location.hash = '#/studies'")
    assert eventually(lambda: len((draft(own_server, uid("left"))["document"] or {"marks": []})["marks"]) == 1, page=reader.page)


def test_two_windows_on_one_draft_keep_both(read, own_page, own_server):
    one = read("both")
    one.draw("l", (50, 40), (150, 40))
    one.saved()
    two = Reader(own_page(f"#/study/{uid('both')}", "viewer"))
    assert eventually(lambda: two.count() == 1, page=two.page)
    one.page.keyboard.press("Escape"), one.page.keyboard.press("Escape")
    one.drag((150, 40), (150, 140))
    one.draw("Shift+E", (250, 150), (270, 150))
    one.saved()
    two.drag((150, 40), (250, 40))
    two.draw("q", (60, 150), (160, 220))
    two.saved()
    assert eventually(lambda: two.count() == 4, page=two.page), two.count()
    ends = {tuple(map(tuple, m["points"])) for m in draft(own_server, uid("both"))["document"]["marks"] if m["kind"] == "length"}
    assert ends == {((50, 40), (150, 140)), ((50, 40), (250, 40))}
    assert two.page.locator(".draft-status").get_attribute("data-rivals") == "1"
    assert two.page.get_by_text("changed elsewhere too: both are kept").count() == 1
    two.page.shot("marks-both-kept")
    one.page.reload()
    one.page.ready("viewer")
    assert eventually(lambda: one.count() == 4, page=one.page)


def test_two_readers_have_drafts_of_their_own_and_hear_of_each_other(read, own_page, own_server):
    mine = read("colleagues")
    mine.draw("l", (50, 40), (150, 40))
    mine.saved()
    theirs = Reader(own_page(f"#/study/{uid('colleagues')}", "viewer", reader=True))
    assert theirs.count() == 0
    theirs.page.click("[data-menu=marks]")
    assert f"{USER} has a draft with 1 marks" in theirs.page.inner_text("#menu-marks")


def test_work_is_kept_without_a_connection(read, own_server):
    reader = read("offline")
    page = reader.page
    page.context.set_offline(True)
    reader.draw("l", (50, 40), (150, 40))
    assert eventually(lambda: page.locator(".draft-status").get_attribute("data-draft") == "offline", page=page)
    reader.draw("l", (50, 90), (150, 90))
    assert reader.count() == 2 and draft(own_server, uid("offline"))["document"] is None
    page.context.set_offline(False)
    reader.saved()
    assert len(draft(own_server, uid("offline"))["document"]["marks"]) == 2


def test_work_is_kept_when_the_session_ends(read, own_server):
    reader = read("expired")
    page = reader.page
    page.evaluate("fetch('api/session', { method: 'DELETE' })")
    page.wait_for_timeout(300)
    reader.draw("l", (50, 40), (150, 40))
    page.ready("signIn")
    assert draft(own_server, uid("expired"))["document"] is None
    page.fill("[name=name]", "reader")  # somebody else sees nothing of it
    page.fill("[name=password]", READERS_PASSWORD)
    page.keyboard.press("Enter")
    page.ready("viewer")
    page.drawn()
    assert Reader(page).count() == 0
    page.evaluate("fetch('api/session', { method: 'DELETE' })")
    page.wait_for_timeout(300)
    reader.page.keyboard.press("l")
    reader.drag((20, 20), (30, 30))
    page.ready("signIn")
    page.fill("[name=name]", USER)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.ready("viewer")
    assert eventually(lambda: reader.count() == 1 and reader.points("length") == [[50, 40], [150, 40]], page=page)
    reader.saved()
    assert [m["points"] for m in draft(own_server, uid("expired"))["document"]["marks"]] == [[[50, 40], [150, 40]]]


# Reports


def reports(server, study):
    found = server.session.get(server.url("studies", study, "series"), params={"Modality": "SR"}, headers={"Accept": "application/dicom+json"})
    if found.status_code != 200:
        return []
    files = []
    for series in found.json():
        for instance in server.session.get(server.url("studies", study, "series", series["0020000E"]["Value"][0], "instances"), headers={"Accept": "application/dicom+json"}).json():
            answer = server.session.get(server.url("studies", study, "series", series["0020000E"]["Value"][0], "instances", instance["00080018"]["Value"][0]), headers={"Accept": "application/dicom"})
            assert answer.ok, answer.text
            files.append(answer.content)
    return files


def save_report(reader):
    page = reader.page
    page.click("[data-menu=marks]")
    page.locator("#menu-marks").get_by_text("Save as a structured report").click()
    assert eventually(lambda: "report saved" in page.inner_text(".draft-status"), timeout=20, page=page), page.inner_text(".draft-status")


def drawn_everything(reader):
    page = reader.page
    reader.draw("l", (50, 40), (170, 200))
    reader.draw("b", (220, 60), (320, 60))
    reader.draw("a", (100, 50), (50, 50), (50, 90))
    reader.draw("Shift+B", (100, 200), (200, 200), (100, 280), (180, 240))
    reader.draw("e", (60, 50), (161, 120))
    reader.draw("Shift+E", (300, 200), (330, 240))
    reader.draw("q", (200, 60), (280, 101))
    reader.draw("x", (20, 30))
    page.keyboard.press("Escape"), page.keyboard.press("Shift+L")
    for point in [(250, 150), (290, 150), (290, 180)]:
        reader.click(*point)
    page.keyboard.press("Enter"), page.keyboard.press("Enter")
    page.keyboard.press("Escape"), page.keyboard.press("n")
    reader.drag((10, 250), (40, 280))
    page.keyboard.type("Größe?"), page.keyboard.press("Enter")
    page.keyboard.press("Escape"), page.keyboard.press("Shift+N")
    reader.click(350, 20)
    page.keyboard.type("check"), page.keyboard.press("Enter")
    assert eventually(lambda: reader.count() == 11, page=page), reader.count()


def test_report_is_read_by_highdicom_dcmtk_and_dciodvfy(read, own_server, tmp_path):
    reader = read("report")
    drawn_everything(reader)
    ellipse = reader.measured("ellipse", "mean")
    before = {m.get_attribute("data-mark"): (m.get_attribute("data-kind"), m.get_attribute("data-points"), m.get_attribute("aria-label")) for m in reader.marks().all()}
    save_report(reader)
    [content] = reports(own_server, uid("report"))
    path = tmp_path / "report.dcm"
    path.write_bytes(content)
    ds = pydicom.dcmread(io.BytesIO(content))
    assert ds.StudyInstanceUID == uid("report") and ds.PatientID == "report" and ds.SeriesInstanceUID != uid("report", "only")

    checked = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True)
    assert not [line for line in (checked.stdout + checked.stderr).splitlines() if line.startswith("Error")], checked.stderr
    dumped = subprocess.run(["/usr/bin/dsrdump", str(path)], capture_output=True, text=True)
    assert dumped.returncode == 0 and "Imaging Measurement Report" in dumped.stdout and "Größe?" in dumped.stdout, dumped.stderr

    sr = hd.sr.srread(io.BytesIO(content))
    rois = {g.tracking_uid: g for g in sr.content.get_planar_roi_measurement_groups()}
    others = {g.tracking_uid: g for g in sr.content.get_image_measurement_groups()}
    assert set(rois) | set(others) == set(before) and len(rois) == 5 and len(others) == 6
    by_kind = {kind: (uid_, json.loads(points)) for uid_, (kind, points, _) in before.items()}

    def same(graphic, points):
        return np.array_equal(np.asarray(graphic), np.asarray(points, np.float32))

    roi = lambda kind: rois[by_kind[kind][0]].roi
    assert roi("ellipse").graphic_type.value == "ELLIPSE" and same(roi("ellipse").value, by_kind["ellipse"][1])
    assert roi("circle").graphic_type.value == "CIRCLE" and same(roi("circle").value, by_kind["circle"][1])
    assert same(roi("rectangle").value, [[200, 60], [280, 60], [280, 101], [200, 101], [200, 60]])
    assert same(roi("arrow").value, by_kind["arrow"][1]) and same(roi("text").value, by_kind["text"][1])
    mean = [m for m in rois[by_kind["ellipse"][0]].get_measurements() if m.derivation and m.derivation == codes.SCT.Mean]
    assert len(mean) == 1 and abs(mean[0].value - ellipse["mean"][0]) < 1e-9 and mean[0].unit == codes.UCUM.HounsfieldUnit
    area = rois[by_kind["ellipse"][0]].get_measurements(name=codes.SCT.Area)
    assert abs(area[0].value - ellipse["area"][0]) < 1e-9 and area[0].unit == codes.UCUM.SquareMillimeter

    [length] = others[by_kind["length"][0]].get_measurements()
    assert length.name == codes.SCT.Length and abs(length.value - 140) < 1e-9 and length.unit == codes.UCUM.Millimeter
    [coordinates] = length.referenced_coordinates
    assert same(coordinates.value, by_kind["length"][1])
    assert coordinates.ContentSequence[0].ReferencedSOPSequence[0].ReferencedSOPInstanceUID == uid("report", "only", 1)
    long, short = others[by_kind["bidirectional"][0]].get_measurements()
    assert (long.name, short.name) == (codes.SCT.LongAxis, codes.SCT.ShortAxis)
    assert same(np.concatenate([long.referenced_coordinates[0].value, short.referenced_coordinates[0].value]), by_kind["bidirectional"][1])
    [cobb] = others[by_kind["cobb"][0]].get_measurements()
    assert same(np.concatenate([each.value for each in cobb.referenced_coordinates]), by_kind["cobb"][1]) and cobb.unit == codes.UCUM.Degree

    assert eventually(lambda: draft(own_server, uid("report"))["document"]["marks"] == [], page=reader.page), "what is in a report is no draft"
    reader.page.reload()
    reader.page.ready("viewer")
    assert eventually(lambda: reader.count() == 11, page=reader.page), reader.count()
    reader.measured("ellipse", "mean"), reader.measured("rectangle", "mean"), reader.measured("circle", "mean")
    after = {m.get_attribute("data-mark"): (m.get_attribute("data-kind"), m.get_attribute("data-points"), m.get_attribute("aria-label")) for m in reader.marks().all()}
    assert after == before
    reader.page.shot("marks-report")


def test_a_changed_mark_of_a_report_is_a_draft_again_and_its_newest_report_counts(read, own_server):
    reader = read("again")
    page = reader.page
    reader.draw("l", (50, 40), (150, 40))
    save_report(reader)
    page.reload()
    page.ready("viewer")
    reader = Reader(page)
    assert eventually(lambda: reader.count() == 1, page=page)
    reader.drag((150, 40), (150, 140))
    assert eventually(lambda: reader.points("length") == [[50, 40], [150, 140]], page=page)
    reader.saved()
    assert len(draft(own_server, uid("again"))["document"]["marks"]) == 1
    page.wait_for_timeout(1100)  # reports are told apart by the second
    save_report(reader)
    assert len(reports(own_server, uid("again"))) == 2
    page.reload()
    page.ready("viewer")
    assert eventually(lambda: reader.count() == 1 and reader.points("length") == [[50, 40], [150, 140]], page=page)


def test_report_of_a_frame_and_by_a_writer_without_scale(own_server):
    """What the page would never send is refused by the server."""
    ds = image("frames", "OT")
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.7.3"
    ds.NumberOfFrames, ds.PixelData = 3, STORED.tobytes() * 3
    assert web.store(own_server, [written(ds)]).status_code == 200
    url = f"{own_server.http}/api/studies/{uid('frames')}/measurements"
    mark = {"id": "2.25.77", "kind": "length", "instance": uid("frames", "only", 1), "frame": 2, "points": [[0.5, 0.5], [10.25, 0.5]], "text": "", "values": [{"name": "length", "value": 9.75, "unit": "px"}], "source": "none"}
    post = lambda *marks: own_server.session.post(url, json={"marks": list(marks)}, headers={"Origin": own_server.http})
    for bad, words in [
        ({"values": [{"name": "length", "value": 9.75, "unit": "mm"}]}, "no known scale"), ({"frame": 4}, "no frame"), ({"kind": "splat"}, "splat"), ({"points": [[1, 2]]}, "points"),
        ({"id": "x"}, "UID"), ({"values": [{"name": "length", "value": 1, "unit": "furlong"}]}, "unit"), ({"values": [{"name": "suv", "value": 1, "unit": ""}]}, "suv"),
    ]:
        answer = post({**mark, **bad})
        assert answer.status_code == 400 and words in answer.json()["error"], (bad, answer.text)
    assert post().status_code == 400 and post(mark, mark).status_code == 400
    assert post({**mark, "instance": uid("length", "only", 1)}).status_code == 409
    assert reports(own_server, uid("frames")) == []
    assert post(mark).status_code == 201
    [content] = reports(own_server, uid("frames"))
    [group] = hd.sr.srread(io.BytesIO(content)).content.get_image_measurement_groups()
    [length] = group.get_measurements()
    reference = length.referenced_coordinates[0].ContentSequence[0].ReferencedSOPSequence[0]
    assert reference.ReferencedFrameNumber == 2 and np.array_equal(length.referenced_coordinates[0].value, [[0.5, 0.5], [10.25, 0.5]])
    assert length.unit.value == "{pixels}" and length.value == 9.75


def test_a_report_by_highdicom_is_shown(read, own_server):
    ds = image("foreign")
    ds.ContentDate = ds.StudyDate
    observer = hd.sr.ObserverContext(observer_type=codes.DCM.Person, observer_identifying_attributes=hd.sr.PersonObserverIdentifyingAttributes(name="Other^Maker"))
    tracked = lambda n: hd.sr.TrackingIdentifier(uid=f"2.25.{n}", identifier=f"mark {n}")
    source = hd.sr.SourceImageForMeasurement.from_source_image(ds)
    of_region = hd.sr.SourceImageForRegion.from_source_image(ds)
    length = hd.sr.Measurement(
        name=codes.SCT.Length, value=70.0, unit=codes.UCUM.Millimeter,
        referenced_coordinates=[hd.sr.CoordinatesForMeasurement(graphic_type=hd.sr.GraphicTypeValues.POLYLINE, graphic_data=np.array([[50.25, 40.5], [150.25, 40.5]]), source_image=source_of(ds))])
    groups = [
        hd.sr.MeasurementsAndQualitativeEvaluations(tracking_identifier=tracked(101), measurements=[length]),
        hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations(
            tracking_identifier=tracked(102), referenced_region=hd.sr.ImageRegion(graphic_type=hd.sr.GraphicTypeValues.ELLIPSE, graphic_data=np.array([[60.0, 100.0], [160.0, 100.0], [110.0, 80.0], [110.0, 120.0]]), source_image=of_region)),
    ]
    report = hd.sr.MeasurementReport(observation_context=hd.sr.ObservationContext(observer_person_context=observer), procedure_reported=codes.LN.CTUnspecifiedBodyRegion, imaging_measurements=groups)
    sr = hd.sr.ComprehensiveSR(
        evidence=[ds], content=report, series_instance_uid=uid("foreign", "sr"), series_number=50, sop_instance_uid=uid("foreign", "sr", 1), instance_number=1, manufacturer="Other")
    stream = io.BytesIO()
    sr.save_as(stream, enforce_file_format=True)
    assert web.store(own_server, [stream.getvalue()]).status_code == 200
    reader = read("foreign", ds)
    assert eventually(lambda: reader.count() == 2, page=reader.page), reader.count()
    assert reader.points("length") == [[50.25, 40.5], [150.25, 40.5]] and reader.words("length") == "Length, 70 mm, in the patient"
    assert reader.points("ellipse") == [[60, 100], [160, 100], [110, 80], [110, 120]]


def source_of(ds):
    return hd.sr.SourceImageForRegion.from_source_image(ds)
