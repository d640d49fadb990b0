"""Key images and presentation states in the browser: made by keys, kept in the archive, seen again after a reload, others' shown as they say, nothing lost without a connection."""
import io
import json
import math
import subprocess

import highdicom as hd
import numpy as np
import pydicom
from conftest import eventually
from PIL import Image
from generated import SOP, base, grey, uid, written
from peer import web
from peer.server import USER
from pydicom.dataset import Dataset
from test_marks import COLUMNS, ROWS, STORED, Reader, image

KO, PR = "1.2.840.10008.5.1.4.1.1.88.59", "1.2.840.10008.5.1.4.1.1.11.1"
SOP["XC"] = "1.2.840.10008.5.1.4.1.1.7.3"


def sent(server, *files):
    answer = web.store(server, [written(ds) for ds in files])
    assert answer.status_code == 200, answer.text


def found(server, study, sop_class):
    """Objects of a class in a study, as pydicom reads them."""
    listed = server.session.get(f"{server.http}/dicom-web/studies/{study}/instances", params={"SOPClassUID": sop_class}, headers={"Accept": "application/dicom+json"})
    objects = []
    for each in listed.json() if listed.status_code == 200 else []:
        value = lambda tag: each[tag]["Value"][0]
        got = server.session.get(f"{server.http}/dicom-web/studies/{study}/series/{value('0020000E')}/instances/{value('00080018')}", headers={"Accept": "application/dicom"})
        if got.status_code == 404:
            continue  # Taken back since it was listed.
        assert got.ok
        objects.append(pydicom.dcmread(io.BytesIO(got.content)))
    return objects


def frames_image(study):
    ds = base(study, "frames", 1, "XC", (f"Marks^{study}", study, "", "O"), StudyDescription=study, SeriesNumber=2, SeriesDescription="Frames")
    grey(ds, np.stack([np.full((40, 60), n * 40, np.uint16) for n in range(4)]), 8)
    ds.FrameIncrementPointer = 0x00181063
    ds.FrameTime = 40
    return ds


def badge(page, kind):
    return page.locator(f"[data-viewport='0'] .badge.{kind}")


def pixel(page, x, y):
    """What is seen at a place of the active viewport, in CSS pixels from its corner."""
    box = page.viewport().bounding_box()
    return page.pixels({"x": box["x"] + x, "y": box["y"] + y, "width": 1, "height": 1})[0, 0].tolist()


def test_walk(own_page, own_server):
    """Open, mark key images and save a view by keys; reload: the same view and marks; the objects are read by others."""
    study = uid("walk")
    sent(own_server, *(image("walk", number=n) for n in (1, 2, 3)), frames_image("walk"))
    page = own_page(f"#/study/{study}", "viewer")
    reader = Reader(page)

    # Key images.
    page.keyboard.press("ArrowDown")
    page.wait_data("image-index", 1)
    second = page.data("instance")
    page.keyboard.press("k")
    assert eventually(lambda: badge(page, "key").count() == 1 and not badge(page, "waiting").count(), page=page)
    [ko] = found(own_server, study, KO)
    document = hd.ko.KeyObjectSelectionDocument.from_dataset(ko)
    assert document.resolve_reference(second)[2] == second and ko.ContentSequence[2].PersonName == USER
    page.keyboard.press("ArrowUp")
    page.wait_data("image-index", 0)
    assert eventually(lambda: badge(page, "key").count() == 0, page=page)
    page.keyboard.press("Shift+ArrowDown")
    page.wait_data("image-index", 1)
    assert page.locator(".series-item.has-keys .series-keys").inner_text() == "★ 1"
    assert eventually(lambda: page.locator(".key-item").count() == 1, page=page)
    assert page.locator("[data-viewport='0'] .slider-key").count() == 1
    page.locator(f".series-item[data-series='{uid('walk', 'frames')}']").click()
    page.wait_data("series", uid("walk", "frames"))
    page.drawn()
    page.keyboard.press("End")
    page.wait_data("image-index", 3)
    page.drawn()
    page.keyboard.press("Shift+K")
    page.select_option("#key-title", "113004")
    page.fill("#key-words", "Frame four")
    page.keyboard.press("Enter")
    assert eventually(lambda: len(found(own_server, study, KO)) == 2, page=page)
    frames = next(o for o in found(own_server, study, KO) if o.ConceptNameCodeSequence[0].CodeValue == "113004")
    item = next(i for i in frames.ContentSequence if i.ValueType == "IMAGE").ReferencedSOPSequence[0]
    assert item.ReferencedFrameNumber == 4 and item.ReferencedSOPInstanceUID == uid("walk", "frames", 1)
    assert any(i.ValueType == "TEXT" and i.TextValue == "Frame four" for i in frames.ContentSequence)
    page.shot("key-images")

    # Only key images: the scroll stops at nothing else.
    page.keyboard.press("Shift+ArrowUp")
    page.wait_data("series", uid("walk", "only"))
    page.drawn()
    page.keyboard.press("*")
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(150)
    assert page.data("image-index") == "1"
    page.keyboard.press("*")
    # Taken back: the document is out of the archive.
    page.keyboard.press("k")
    assert eventually(lambda: len(found(own_server, study, KO)) == 1 and badge(page, "key").count() == 0, page=page)

    # A view with marks.
    reader.draw("l", (150, 140), (270, 200))
    reader.draw("e", (60, 50), (161, 120))
    reader.measured("ellipse", "mean")
    page.keyboard.press("Escape"), page.keyboard.press("w")
    page.keyboard.press("6"), page.keyboard.press("i"), page.keyboard.press("r"), page.keyboard.press("h")
    page.keyboard.press("+"), page.keyboard.press("+")
    page.wait_for_timeout(100)
    points = {kind: reader.points(kind) for kind in ("length", "ellipse")}
    letters = [page.locator(f"[data-viewport='0'] .letter.{edge}").inner_text() for edge in ("left", "right", "top", "bottom")]
    assert letters == ["A", "P", "R", "L"], letters
    before = {"window": (page.data("window-center"), page.data("window-width")), "letters": letters, "zoom": zoom(page), "pixel": [pixel(page, x, y) for x, y in ((200, 200), (420, 350), (600, 120))]}
    page.keyboard.press("Shift+V")
    page.fill("#view-name", "Lunge, Höhe 2")
    page.shot("save-view")
    page.keyboard.press("Enter")
    assert eventually(lambda: len(found(own_server, study, PR)) == 1, page=page)
    [pr] = found(own_server, study, PR)
    assert (pr.ContentDescription, pr.ImageRotation, pr.ImageHorizontalFlip, pr.PresentationLUTShape) == ("Lunge, Höhe 2", 90, "Y", "INVERSE")
    assert [float(x) for x in (pr.SoftcopyVOILUTSequence[0].WindowCenter, pr.SoftcopyVOILUTSequence[0].WindowWidth)] == [-600, 1500] and (pr.RescaleSlope, pr.RescaleIntercept) == (1.5, -100.25)
    graphics = {g.GraphicType: np.float32(np.reshape(g.GraphicData, (-1, 2))).tolist() for item in pr.GraphicAnnotationSequence for g in item.GraphicObjectSequence}
    assert graphics == {"POLYLINE": points["length"], "ELLIPSE": points["ellipse"]}
    reader.saved()

    # Marks changed and the page loaded anew: the view comes back, with the marks as they were.
    page.reload()
    page.ready("viewer")
    page.drawn()
    page.keyboard.press("ArrowDown")
    page.wait_data("image-index", 1)
    assert eventually(lambda: reader.count() == 2, page=page)
    page.locator("[data-menu=states]").click()
    page.locator("#menu-states").get_by_text("Lunge, Höhe 2").click()
    assert eventually(lambda: badge(page, "presentation").count() == 1, page=page)
    page.wait_for_timeout(150)
    assert (page.data("window-center"), page.data("window-width")) == before["window"]
    assert [page.locator(f"[data-viewport='0'] .letter.{edge}").inner_text() for edge in ("left", "right", "top", "bottom")] == letters
    assert abs(zoom(page) - before["zoom"]) <= 1, "a displayed area is whole pixels"
    assert page.locator(".presentation-layer .graphic").count() == 0, "marks on screen are not drawn twice"
    for at, (x, y) in zip(before["pixel"], ((200, 200), (420, 350), (600, 120))):
        window = [pixel(page, x + dx, y + dy)[0] for dx in (-2, 0, 2) for dy in (-2, 0, 2)]
        assert min(window) - 40 <= at[0] <= max(window) + 40, (at, window)
    page.shot("presentation-state")
    mark = page.locator("[data-kind=length]")
    page.evaluate("() => document.activeElement.blur()")
    page.locator("[data-menu=marks]").click()
    page.get_by_text("Remove all marks").click()
    assert eventually(lambda: page.locator(".presentation-layer .graphic").count() == 2, page=page), mark.count()
    shown = {g.get_attribute("data-graphic"): json.loads(g.get_attribute("data-points")) for g in page.locator(".presentation-layer .graphic").all()}
    assert {kind: np.float32(at).tolist() for kind, at in shown.items()} == graphics
    page.keyboard.press("Backspace")
    assert eventually(lambda: badge(page, "presentation").count() == 0, page=page)


def zoom(page):
    return int(page.locator("[data-viewport='0'] .corner.bottomRight").inner_text().split("Zoom")[-1].strip(" %\n").split("%")[0].strip())


def others_state(study, shown, **values):
    """A presentation state as another program makes it."""
    ds = base(study, "others", 1, "OT", (f"Marks^{study}", study, "", "O"), StudyDescription=study, SeriesNumber=9)
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = PR
    ds.Modality = "PR"
    reference, series = Dataset(), Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = shown.SOPClassUID, shown.SOPInstanceUID
    series.SeriesInstanceUID, series.ReferencedImageSequence = shown.SeriesInstanceUID, [reference]
    ds.ReferencedSeriesSequence = [series]
    ds.ContentLabel, ds.ContentDescription, ds.PresentationCreationDate, ds.PresentationCreationTime, ds.ContentCreatorName = "OTHER", "", "20260101", "120000", "Maker^Other"
    ds.PresentationLUTShape = "IDENTITY"
    for name, value in values.items():
        setattr(ds, name, value)
    return ds


def item(**values):
    ds = Dataset()
    for name, value in values.items():
        setattr(ds, name, value)
    return ds


def test_others_are_shown_as_they_say(own_page, own_server, tmp_path):
    """Window, inversion, displayed area, rotation, shutter, an activated overlay, graphics in both units, text; each pixel as numpy says."""
    study = uid("others")
    shown = image("others")
    bits = np.zeros((ROWS, COLUMNS), np.uint8)
    bits[100:110, 200:220] = 1
    shown.add_new(0x60000010, "US", ROWS), shown.add_new(0x60000011, "US", COLUMNS), shown.add_new(0x60000040, "CS", "G"), shown.add_new(0x60000050, "SS", [1, 1])
    shown.add_new(0x60000100, "US", 1), shown.add_new(0x60000102, "US", 0), shown.add_new(0x60003000, "OW", np.packbits(bits.ravel(), bitorder="little").tobytes())
    graphic = item(GraphicAnnotationUnits="PIXEL", GraphicDimensions=2, NumberOfGraphicPoints=2, GraphicData=[10.0, 20.0, 110.0, 20.0], GraphicType="POLYLINE")
    display = item(GraphicAnnotationUnits="DISPLAY", GraphicDimensions=2, NumberOfGraphicPoints=2, GraphicData=[0.5, 0.5, 0.75, 0.5], GraphicType="CIRCLE", GraphicFilled="N")
    words = item(BoundingBoxAnnotationUnits="DISPLAY", BoundingBoxTopLeftHandCorner=[0.1, 0.8], BoundingBoxBottomRightHandCorner=[0.6, 0.95], BoundingBoxTextHorizontalJustification="LEFT", UnformattedTextValue="Other maker")
    state = others_state(
        "others", shown, RescaleSlope=1.5, RescaleIntercept=-100.25, RescaleType="HU", ImageRotation=180, ImageHorizontalFlip="N", PresentationLUTShape="INVERSE",
        SoftcopyVOILUTSequence=[item(WindowCenter=500, WindowWidth=2000)],
        DisplayedAreaSelectionSequence=[item(DisplayedAreaTopLeftHandCorner=[COLUMNS, ROWS], DisplayedAreaBottomRightHandCorner=[1, 1], PresentationSizeMode="MAGNIFY", PresentationPixelMagnificationRatio=1.0, PresentationPixelAspectRatio=[1, 1])],
        ShutterShape="RECTANGULAR", ShutterLeftVerticalEdge=21, ShutterRightVerticalEdge=380, ShutterUpperHorizontalEdge=11, ShutterLowerHorizontalEdge=290, ShutterPresentationValue=65535,
        GraphicLayerSequence=[item(GraphicLayer="RED", GraphicLayerOrder=2, GraphicLayerRecommendedDisplayCIELabValue=[35579, 53666, 50858]), item(GraphicLayer="LOW", GraphicLayerOrder=1, GraphicLayerRecommendedDisplayGrayscaleValue=65535)],
        GraphicAnnotationSequence=[item(GraphicLayer="RED", GraphicObjectSequence=[graphic]), item(GraphicLayer="LOW", GraphicObjectSequence=[display], TextObjectSequence=[words])])
    state.add_new(0x60001001, "CS", "LOW")
    sent(own_server, shown, state)
    # And one that DCMTK makes of the image, without its overlay, and what it shows of it.
    shown.WindowCenter, shown.WindowWidth, shown.RescaleType = 700, 1500, "HU"
    (tmp_path / "image.dcm").write_bytes(written(shown))
    for command in (["dcmpsmk", "-o", "image.dcm", "state.dcm"], ["dcmp2pgm", "-p", "state.dcm", "image.dcm", "picture.pgm"]):
        made = subprocess.run([f"/usr/bin/{command[0]}", *command[1:]], cwd=tmp_path, capture_output=True, text=True)
        assert made.returncode == 0, made.stderr
    assert web.store(own_server, [(tmp_path / "state.dcm").read_bytes()]).status_code == 200
    page = own_page(f"#/study/{study}", "viewer")
    Reader(page)
    page.locator("[data-menu=states]").click()
    page.locator("#menu-states").get_by_text("OTHER", exact=True).click()
    assert eventually(lambda: badge(page, "presentation").count() == 1, page=page)
    page.keyboard.press("o"), page.keyboard.press("o")  # nothing over the picture
    page.wait_for_timeout(150)
    values = STORED * 1.5 - 100.25
    level = np.clip(((values - 499.5) / 1999 + 0.5) * 255, 0, 255)
    expected = np.floor(level + 0.5)
    expected = 255 - expected
    hidden = np.ones((ROWS, COLUMNS), bool)
    hidden[10:290, 20:380] = False
    expected[hidden] = 255
    expected = np.where(bits == 1, np.where(expected > 128, 0, 255), expected)
    expected = np.rot90(expected, 2).astype(np.uint8)
    seen = page.image_pixels(ROWS, COLUMNS)[:, :, 0]
    assert np.array_equal(seen, expected), np.argwhere(seen != expected)[:5]
    page.keyboard.press("o")
    layers = page.locator(".presentation-layer > g")
    assert [layer.get_attribute("data-layer") for layer in layers.all()] == ["LOW", "RED"]
    red = page.locator("[data-layer=RED] .graphic")
    assert red.get_attribute("data-colour") == "rgb(255 0 0)"
    box, corner = page.viewport().bounding_box(), lambda size, length: math.floor(size / 2 - length / 2 + 0.5)
    x0, y0 = corner(box["width"], COLUMNS), corner(box["height"], ROWS)
    drawn = red.locator("path").last.bounding_box()
    assert abs(drawn["x"] - box["x"] - (x0 + COLUMNS - 110)) < 2 and abs(drawn["x"] + drawn["width"] - box["x"] - (x0 + COLUMNS - 10)) < 2 and abs(drawn["y"] - box["y"] - (y0 + ROWS - 20)) < 2
    circle = page.locator("[data-layer=LOW] .graphic path").last.bounding_box()
    assert abs(circle["x"] + circle["width"] / 2 - box["x"] - (x0 + COLUMNS / 2)) < 2 and abs(circle["width"] - COLUMNS / 2) < 8 and abs(circle["height"] - ROWS / 2) < 8
    assert page.locator(".presentation-layer .words").get_attribute("data-text") == "Other maker"
    page.shot("others-presentation-state")
    # What is seen with it is another's: it is not taken for the image's own.
    page.keyboard.press("Shift+V")
    assert eventually(lambda: "take it off" in page.locator(".notice").inner_text(), page=page)

    page.locator("[data-menu=states]").click()
    page.locator("#menu-states [role=menuitemradio]").filter(has_not_text="OTHER").last.click()
    page.keyboard.press("Shift+F")
    assert eventually(lambda: page.data("window-center") == "700", page=page)
    page.keyboard.press("o"), page.keyboard.press("o")
    theirs = np.asarray(Image.open(tmp_path / "picture.pgm")).astype(int)
    seen = page.image_pixels(ROWS, COLUMNS)[:, :, 0].astype(int)
    assert np.abs(seen - theirs).max() <= 1, np.argwhere(np.abs(seen - theirs) > 1)[:5]


def test_nothing_is_lost_without_a_connection(own_page, own_server):
    study = uid("unconnected")
    sent(own_server, *(image("unconnected", number=n) for n in (1, 2)))
    page = own_page(f"#/study/{study}", "viewer")
    Reader(page)
    page.route("**/api/studies/*/key-images", lambda route: route.abort())
    page.route("**/api/studies/*/presentation-states", lambda route: route.abort())
    page.keyboard.press("k")
    page.keyboard.press("Shift+V"), page.fill("#view-name", "Later"), page.keyboard.press("Enter")
    status = page.locator(".evidence-status")
    assert eventually(lambda: status.get_attribute("data-evidence") == "offline" and "2 kept here" in status.inner_text() and badge(page, "waiting").count() == 1, page=page)
    assert found(own_server, study, KO) == []
    page.evaluate("() => { location.hash = '#/studies'; }")
    page.ready("studies")
    page.unroute("**/api/studies/*/key-images"), page.unroute("**/api/studies/*/presentation-states")
    page.evaluate(f"() => {{ location.hash = '#/study/{study}'; }}")
    page.ready("viewer")
    assert eventually(lambda: len(found(own_server, study, KO)) == 1 and len(found(own_server, study, PR)) == 1, page=page)
    assert eventually(lambda: status.get_attribute("data-evidence") == "idle", page=page)


def test_refused_in_words(own_page, own_server):
    study = uid("refused-key")
    sent(own_server, image("refused-key"))
    page = own_page(f"#/study/{study}", "viewer")
    Reader(page)
    page.route("**/api/studies/*/key-images", lambda route: route.fulfill(status=409, json={"error": "the image 1.2 is not in this study (any more)"}))
    page.keyboard.press("k")
    assert eventually(lambda: "not in this study" in page.locator(".notice").inner_text(), page=page)
    assert eventually(lambda: badge(page, "key").count() == 0, page=page)
