"""Looking closer and taking along, against a server of its own: attributes as pydicom has them, pictures as numpy has them, films as ffprobe counts them."""
import io
import json
import math
import subprocess
import zipfile

import highdicom as hd
import numpy as np
import pydicom
import pytest
import reference
from access import CHECK, CONTRAST
from conftest import eventually
from generated import CARLA, RLE, TARO, base, grey, ramp, uid, written
from peer import web
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import UID
from test_marks import Reader, reports, save_report

VECTOR = [0, 40, 40, 100, 40, 60]  # ms


def slices(study="look", count=3):
    """CT with private elements, sequences, names in two scripts and a value of some size."""
    files = []
    for n in range(count):
        ds = base(study, "axial", n + 1, "CT", TARO, StudyDescription="CT", SeriesDescription="Axial", BurnedInAnnotation="NO")
        grey(ds, ramp(np.int16, -1000, 1000) + np.int16(n * 10), 16, signed=True)
        ds.RescaleSlope, ds.RescaleIntercept, ds.RescaleType = 1, 0, "HU"
        ds.WindowCenter, ds.WindowWidth = 40, 400
        ds.PixelSpacing, ds.SliceThickness = [0.8, 0.8], "2.50"
        ds.ImageOrientationPatient, ds.ImagePositionPatient = [1, 0, 0, 0, 1, 0], [-51.2, -51.2, 100 - 2.5 * n]
        ds.FrameOfReferenceUID = uid(study, "frame")
        ds.OtherPatientIDs = ["A1", "B2"]
        item = Dataset()
        item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = ds.SOPClassUID, "1.2.3.4"
        item.PurposeOfReferenceCodeSequence = [Dataset()]
        item.PurposeOfReferenceCodeSequence[0].CodeMeaning = "Localizer"
        ds.ReferencedImageSequence = Sequence([item])
        block = ds.private_block(0x0029, "SIEMENS CSA HEADER", create=True)
        block.add_new(0x08, "CS", "IMAGE NUM 4")
        block.add_new(0x10, "OB", bytes(range(256)) * 20)
        ds.private_block(0x0011, "NOBODY KNOWS", create=True).add_new(0x01, "LO", "a\\b")
        files.append(ds)
    return files


def enhanced():
    """Three frames with groups of their own."""
    ds = base("look-enhanced", "frames", 1, "CT", CARLA, SeriesDescription="Enhanced")
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.2.1"
    grey(ds, np.stack([ramp(np.uint16, 0, 1000 * (n + 1)) for n in range(3)]), 12)
    shared, groups = Dataset(), []
    shared.PixelMeasuresSequence = [Dataset()]
    shared.PixelMeasuresSequence[0].PixelSpacing = [0.5, 0.5]
    for n in range(3):
        group = Dataset()
        group.FrameContentSequence, group.PlanePositionSequence = [Dataset()], [Dataset()]
        group.FrameContentSequence[0].DimensionIndexValues = n + 1
        group.PlanePositionSequence[0].ImagePositionPatient = [0, 0, 5 * n]
        groups.append(group)
    ds.SharedFunctionalGroupsSequence, ds.PerFrameFunctionalGroupsSequence = [shared], groups
    return [ds]


def clip():
    """Frames that stand unevenly long; how bright each is tells its number. Odd sides."""
    ds = base("look-clip", "clip", 1, "US", TARO, SeriesDescription="Clip")
    data = np.stack([np.full((95, 127), 30 + 40 * n, np.uint8) for n in range(len(VECTOR))])
    grey(ds, data, 8)
    ds.NumberOfFrames, ds.FrameIncrementPointer, ds.FrameTimeVector = len(VECTOR), 0x00181065, VECTOR
    ds.LossyImageCompression, ds.BurnedInAnnotation = "01", "YES"
    return [ds]


def radiographs():
    """Two of one size without a scale; the second of another study time tells nothing more."""
    files = []
    for n in range(2):
        ds = base("look-cr", "cr", n + 1, "CR", CARLA, SeriesDescription="Knee")
        grey(ds, ramp(np.uint16, 0, 4095, 300) + np.uint16(0), 12)
        ds.WindowCenter, ds.WindowWidth = 2048, 4096
        files.append(ds)
    return files


def broken():
    """Three frames in RLE, the second of which says more than it has; and an object without pixels."""
    ds = base("look-broken", "broken", 1, "OT", CARLA, syntax=RLE, SeriesDescription="Broken")
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.7.2"
    grey(ds, np.stack([ramp(np.uint8, 0, 255, 64)] * 3), 8)
    whole = pydicom.pixels.encoders.RLELosslessEncoder
    frames = [whole.encode(ramp(np.uint8, 0, 255, 64), rows=64, columns=64, samples_per_pixel=1, bits_allocated=8, bits_stored=8, pixel_representation=0, photometric_interpretation="MONOCHROME2", number_of_frames=1, encoding_plugin="pydicom") for _ in range(3)]
    frames[1] = frames[1][:80]
    ds.PixelData = encapsulate(frames)
    ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OB", True
    report = base("look-broken", "report", 1, "SR", CARLA, SeriesNumber=2, SeriesDescription="Report", CompletionFlag="PARTIAL", VerificationFlag="UNVERIFIED", ValueType="CONTAINER", ContinuityOfContent="SEPARATE")
    return [ds, report]


@pytest.fixture(scope="module")
def stored(own_server):
    files = slices() + enhanced() + clip() + radiographs() + broken()
    answer = web.store(own_server, [written(ds) for ds in files])
    assert answer.status_code == 200, answer.text
    return {ds.SOPInstanceUID: ds for ds in files}


@pytest.fixture
def look(own_page, stored):
    def make(study, **options):
        page = own_page(f"#/study/{uid(study)}", "viewer", **options)
        page.drawn()
        page.focus("[data-viewport='0']")
        return page

    return make


# Attributes


def rows_of(page):
    return page.evaluate("""() => [...document.querySelectorAll(".attributes tbody tr")].map((row) => ({path: row.dataset.path, difference: row.dataset.difference ?? null,
      level: Number(row.getAttribute("aria-level")), cells: [...row.cells].map((cell) => cell.textContent)}))""")


def expected(ds, path=""):
    """Path, tag, VR and value of every element as pydicom has it."""
    for element in ds:
        here = f"{path}.{element.tag:08X}" if path else f"{element.tag:08X}"
        yield here, element
        if element.VR == "SQ":
            for n, item in enumerate(element.value, 1):
                yield from expected(item, f"{here}.{n}")


def numbers(text):
    return [float(part) for part in text.split("\\")]


def test_every_attribute_is_the_one_that_pydicom_reads(look, stored):
    page = look("look")
    page.keyboard.press("Shift+T")
    page.wait_for_selector(".attributes tbody tr")
    assert eventually(lambda: "bulk data," in page.inner_text("[data-path='7FE00010']"), page=page), page.inner_text("[data-path='7FE00010']")
    ds = stored[uid("look", "axial", 1)]
    rows = {row["path"]: row["cells"] for row in rows_of(page)}
    elements = dict(expected(ds))
    assert {path for path in rows if len(path.split(".")) % 2} == set(elements)
    for path, element in elements.items():
        tag, name, vr, value = rows[path]
        assert (tag, vr) == (f"({element.tag.group:04X},{element.tag.elem:04X})", element.VR)
        if element.keyword:
            assert name == element.keyword
        text = value.split(" · ")[0]
        if element.VR == "SQ":
            assert value == "1 item"
        elif element.VR in ("DS", "IS", "US", "FD", "FL"):
            values = element.value if isinstance(element.value, pydicom.multival.MultiValue) else [element.value]
            assert numbers(text) == [float(each) for each in values]
        elif element.VR in ("OB", "OW"):
            size = len(element.value)
            assert f"{size} B" in value or f"{size / 1000:.1f}".rstrip("0").rstrip(".") in value, (path, value)
        elif element.VR == "PN":
            assert text == str(element.value)
        else:
            values = element.value if isinstance(element.value, pydicom.multival.MultiValue) else [element.value]
            assert text == "\\".join(str(each) for each in values), path
    assert "CT Image Storage" in rows["00080016"][3]
    # Private elements: the name where it is publicly known, the creator always.
    assert rows["00291008"][1] == f"{pydicom.datadict.private_dictionary_description(0x00291008, 'SIEMENS CSA HEADER')} SIEMENS CSA HEADER".replace("[", "").replace("]", "")
    assert "NOBODY KNOWS" in rows["00111001"][1] and rows["00290010"][1] == "PrivateCreator"

    # Found while typing; the sequence around stays.
    page.fill("#attributes-find", "localizer")
    assert [row["path"] for row in rows_of(page)] == ["00081140", "00081140.1", "00081140.1.0040A170", "00081140.1.0040A170.1", "00081140.1.0040A170.1.00080104"]
    page.fill("#attributes-find", "siemens image num")
    assert [row["path"] for row in rows_of(page)] == ["00291008"]
    page.fill("#attributes-find", "nothing has this")
    assert rows_of(page) == [] and "0 attributes" in page.inner_text(".attributes-status")
    page.fill("#attributes-find", "")

    # By keys: down, close a sequence, copy a row.
    page.keyboard.press("ArrowDown")
    focused = lambda: page.evaluate("document.activeElement.dataset.path")
    assert focused() == "00080005"
    page.focus("[data-path='00081140']")
    page.keyboard.press("ArrowLeft")
    assert "00081140.1" not in {row["path"] for row in rows_of(page)} and focused() == "00081140"
    page.keyboard.press("ArrowRight"), page.keyboard.press("ArrowDown"), page.keyboard.press("ArrowDown")
    assert focused() == "00081140.1.00081150"
    page.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.keyboard.press("Enter")
    assert eventually(lambda: "Copied" in page.inner_text(".attributes-status"), page=page)
    assert page.evaluate("navigator.clipboard.readText()") == f"(0008,1150)\tUI\tReferencedSOPClassUID\t{ds.SOPClassUID}"
    checked(page)
    page.shot("attributes")

    # Beside the next image: what pydicom finds different, and nothing else.
    page.select_option("#attributes-compare", label=page.locator("#attributes-compare option").last.inner_text())
    page.check("#attributes-differences")
    other = stored[uid("look", "axial", 2)]
    differ = {path for path, element in elements.items() if dict(expected(other))[path].value != element.value and element.VR not in ("SQ", "OW")}
    assert eventually(lambda: {row["path"] for row in rows_of(page)} == differ, page=page), (rows_of(page), differ)
    position = next(row["cells"] for row in rows_of(page) if row["path"] == "00200032")
    assert (numbers(position[3]), numbers(position[4])) == ([-51.2, -51.2, 100], [-51.2, -51.2, 97.5])
    checked(page)
    page.shot("attributes-compared")


def checked(page):
    """Names, contrast and the rules of axe, with what is open."""
    assert page.evaluate(CHECK) == []
    assert page.evaluate(CONTRAST) == []
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = axe.Axe().run(page.page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}).response["violations"]
    assert [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found] == []


def test_groups_are_those_of_the_frame_on_screen(look):
    page = look("look-enhanced")
    page.keyboard.press("ArrowDown")
    page.wait_data("image-index", "1")
    page.keyboard.press("Shift+T")
    page.wait_for_selector("[data-path='52009230']")
    rows = {row["path"]: row["cells"] for row in rows_of(page)}
    assert rows["52009230"][3] == "frame 2 of 3"
    assert numbers(rows["52009230.1.00209113.1.00200032"][3]) == [0, 0, 5]
    assert numbers(rows["52009229.1.00289110.1.00280030"][3]) == [0.5, 0.5]
    assert not any(path.startswith("52009230.2") for path in rows)


# Export


def exported(page, button, timeout=30000):
    with page.expect_download(timeout=timeout) as waiting:
        page.click(button)
    return waiting.value.suggested_filename, open(waiting.value.path(), "rb").read()


def test_pictures_are_what_the_screen_shows(look, stored, tmp_path):
    page = look("look")
    ds = stored[uid("look", "axial", 1)]
    page.keyboard.press("Shift+F")
    box = page.viewport().bounding_box()
    page.keyboard.press("l")
    page.mouse.move(box["x"] + box["width"] / 2 - 30, box["y"] + box["height"] / 2), page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 30, box["y"] + box["height"] / 2, steps=3), page.mouse.up()
    page.wait_for_selector("[data-kind=length]")
    page.keyboard.press("Escape"), page.keyboard.press("Escape")
    page.keyboard.press("Shift+D")
    page.wait_for_selector("#export-png")
    page.check("#export-full")
    name, png = exported(page, "#export-png")
    picture = Image.open(io.BytesIO(png))
    assert np.array_equal(np.asarray(picture.convert("RGB")), np.repeat(reference.shown(ds)[..., None], 3, 2)), "every pixel as numpy has it"
    assert name == "CT_series-1_image-1.png" and picture.text["Comment"].endswith("not for diagnosis.")
    assert abs(picture.info["dpi"][0] - 25.4 / 0.8) < 0.1 and ds.PatientID.encode() not in png

    page.keyboard.press("Escape")
    page.focus("[data-viewport='0']")
    page.keyboard.press("r"), page.keyboard.press("h"), page.keyboard.press("Shift+D")
    page.check("#export-full")
    turned = np.asarray(Image.open(io.BytesIO(exported(page, "#export-png")[1])).convert("L"))
    assert np.array_equal(turned, np.rot90(reference.shown(ds), -1)[:, ::-1]), "turned as the screen shows it"
    page.keyboard.press("Escape")
    page.focus("[data-viewport='0']")
    page.keyboard.press("Control+z"), page.keyboard.press("Control+z"), page.keyboard.press("Shift+D")

    seen = {}
    page.check("#export-seen")
    for words, marks in ((True, True), (False, True), (False, False)):
        page.set_checked("#export-words", words), page.set_checked("#export-marks", marks)
        seen[words, marks] = np.asarray(Image.open(io.BytesIO(exported(page, "#export-png")[1])).convert("RGB"))
    plain = seen[False, False]
    assert plain.shape[:2] == (round(box["height"]), round(box["width"]))
    corner = [math.floor(side / 2 - length / 2 + 0.5) for side, length in zip(plain.shape, (ds.Rows, ds.Columns))]
    inside = plain[corner[0]:corner[0] + ds.Rows, corner[1]:corner[1] + ds.Columns]
    assert np.array_equal(inside, np.repeat(reference.shown(ds)[..., None], 3, 2)), "1:1, nothing over it"
    line = seen[False, True][plain.shape[0] // 2 - 2:plain.shape[0] // 2 + 3, plain.shape[1] // 2 - 25:plain.shape[1] // 2 + 25].reshape(-1, 3).astype(int)
    assert ((line[:, 0] > 150) & (line[:, 2] < 120)).sum() > 40, "the yellow line of the mark"
    assert (seen[True, True][:60, :300] != plain[:60, :300]).any() and not (seen[False, True][:60, :300] != plain[:60, :300]).any()
    # What the browser paints there and what was exported are the same but for the edges of letters.
    page.keyboard.press("Escape")
    screen = page.pixels(box).astype(int)
    assert (np.abs(screen - seen[True, True]).max(2)[4:-4, 4:-24] > 60).mean() < 0.01  # without the frame of the focus and the slider

    page.keyboard.press("Shift+D")
    page.check("#export-patient")
    name, png = exported(page, "#export-png")
    assert name.startswith("Yamada-Tarou_JP-4711_20260503_CT") and "=" not in name
    page.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click("#export-copy")
    assert eventually(lambda: "clipboard" in page.inner_text(".export-status"), page=page)
    assert page.evaluate("navigator.clipboard.read().then((items) => items[0].types)") == ["image/png"]
    checked(page)
    page.shot("export")

    name, content = exported(page, "#export-zip-series")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(tmp_path)
        objects = [pydicom.dcmread(tmp_path / entry) for entry in archive.namelist() if entry != "DICOMDIR"]
    assert {each.SOPInstanceUID for each in objects} == {uid("look", "axial", n) for n in (1, 2, 3)}
    dump = subprocess.run(["/usr/bin/dcmdump", str(tmp_path / "DICOMDIR")], capture_output=True, text=True)
    assert dump.returncode == 0 and dump.stdout.count("CS [IMAGE]") == 3, dump.stderr


def probed(path):
    out = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "frame=pts_time,best_effort_timestamp_time", "-show_entries", "stream=codec_name,width,height,duration:format=duration", "-of", "json", str(path)], capture_output=True, text=True)
    assert out.returncode == 0 and not out.stderr, out.stderr
    return json.loads(out.stdout)


def test_films_have_every_frame_in_its_time(look, tmp_path):
    page = look("look-clip")
    page.keyboard.press("Shift+D")
    assert eventually(lambda: page.is_enabled("#export-film"), page=page), page.inner_text("#export-film-words")
    assert "6 images" in page.inner_text("#export-film-words") and "each as recorded" in page.inner_text("#export-film-words")
    warned = page.inner_text(".export-warnings")
    assert "burned into its pixels" in warned and "compressed with loss" in warned
    starts = np.cumsum(VECTOR) / 1000
    for label, codecs in (("MP4 (H.264)", {"h264"}), ("WebM", {"vp8", "vp9"})):
        if not page.locator("#export-format option", has_text=label).count():
            assert label.startswith("MP4"), "this browser writes no WebM"
            continue
        page.select_option("#export-format", label=label)
        name, content = exported(page, "#export-film")
        path = tmp_path / name
        path.write_bytes(content)
        assert name == f"US_series-1_image-1_frame-1_lossy.{label[:4].strip().lower()}", name
        found = probed(path)
        [stream] = found["streams"]
        assert stream["codec_name"] in codecs and (stream["width"], stream["height"]) == (128, 96)
        assert np.allclose([float(f["pts_time"]) for f in found["frames"]], starts, atol=0.0006), found["frames"]
        assert abs(float(found["format"]["duration"]) - (starts[-1] + np.mean(VECTOR[1:]) / 1000)) < 0.002
        raw = subprocess.run(["ffmpeg", "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", "gray", "-fps_mode", "passthrough", "-"], capture_output=True).stdout
        means = np.frombuffer(raw, np.uint8).reshape(-1, 96, 128)[:, 10:80, 10:110].mean((1, 2))
        assert len(means) == 6 and np.all(np.diff(means) > 25), means
    # In any browser: the server's own, or why it makes none.
    made = []
    page.page.on("download", lambda download: made.append(download))
    page.click("#export-server-film")
    assert eventually(lambda: page.is_enabled("#export-server-film") and "makes" not in page.inner_text(".export-status"), timeout=20, page=page)
    if "is saved" in page.inner_text(".export-status"):
        assert eventually(lambda: made, page=page) and len(probed(made[0].path())["frames"]) == 6
    else:
        assert "libav" in page.inner_text(".export-status"), page.inner_text(".export-status")


def test_what_cannot_be_exported_says_why(look, own_page, stored):
    page = look("look-broken")
    page.keyboard.press("Shift+D")
    assert eventually(lambda: page.is_enabled("#export-film"), page=page), page.inner_text("#export-film-words")
    page.click("#export-film")
    assert eventually(lambda: "Image 2 could not be had, so nothing was made." in page.inner_text(".export-status"), timeout=20, page=page), page.inner_text(".export-status")
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    page.drawn(state="error")
    page.keyboard.press("Shift+D")
    assert "no picture here" in page.inner_text("#export-no-picture") and page.locator("#export-png").count() == 0
    page.keyboard.press("Escape")
    page.keyboard.press("PageDown")
    page.wait_data("series", uid("look-broken", "report"))
    page.drawn()
    page.keyboard.press("Shift+H")
    assert page.is_disabled("#print-go") and "no picture here" in page.inner_text(".export-status")
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    assert eventually(lambda: "Nothing is shown here" in page.inner_text(".notice"), page=page), page.inner_text(".notice")
    page.keyboard.press("Shift+T")
    page.wait_for_selector("[data-path='0040A040']")
    page.keyboard.press("Escape")

    # Without WebCodecs, as over plain HTTP: words, and the server's film.
    page = own_page(f"#/study/{uid('look-clip')}", "viewer")
    page.drawn()
    page.evaluate("delete globalThis.VideoEncoder")
    page.keyboard.press("Shift+D")
    assert eventually(lambda: "cannot make films" in page.inner_text("#export-film-words"), page=page), page.inner_text("#export-film-words")
    assert page.is_disabled("#export-film") and page.is_visible("#export-server-film")
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.click("#export-copy")
    assert eventually(lambda: "Save it instead" in page.inner_text(".export-status"), page=page), page.inner_text(".export-status")


# Print


def test_a_sheet_has_the_patient_and_lengths_of_paper(look):
    page = look("look")
    page.evaluate("void (window.print = () => { window.printed = (window.printed ?? 0) + 1; })")
    page.keyboard.press("Shift+H")
    page.wait_for_selector("#print-go")
    checked(page)
    page.check("#print-true")
    page.click("#print-go")
    assert eventually(lambda: page.evaluate("window.printed") == 1, page=page), page.locator(".export-status").all_inner_texts()
    page.emulate_media(media="print")
    picture = page.locator(".print-sheet canvas")
    box = picture.bounding_box()
    mm = 96 / 25.4
    assert abs(box["width"] / mm - 128 * 0.8) < 0.1 and abs(box["height"] / mm - 128 * 0.8) < 0.1
    assert abs(page.locator(".print-bar").bounding_box()["width"] / mm - 20) < 0.1
    words = page.inner_text(".print-sheet")
    for text in ("Yamada, Tarou", "山田 太郎", "ID JP-4711", "2026-05-03", "2 cm in the patient", "true size", "not for diagnosis"):
        assert text in words, (text, words)
    assert not page.is_visible("#app")
    assert len(page.pdf()) > 10000
    page.emulate_media(media="screen")
    assert not page.is_visible(".print-sheet")

    page.keyboard.press("Shift+H")
    page.check("#print-series"), page.fill("#print-number", "3"), page.select_option("#print-columns", "3"), page.uncheck("#print-patient")
    page.click("#print-go")
    assert eventually(lambda: page.evaluate("window.printed") == 2, page=page)
    page.emulate_media(media="print")
    assert page.locator(".print-sheet").count() == 1 and page.locator(".print-sheet figure").count() == 3
    words = page.inner_text(".print-sheet")
    assert "Yamada" not in words and "Image 3 / 3" in words
    page.shot("print")

    page.emulate_media(media="screen")
    page.focus("[data-viewport='0']")
    page.keyboard.press("ArrowDown"), page.wait_data("image-index", "1"), page.drawn()
    page.keyboard.press("k")
    assert eventually(lambda: page.inner_text(".notice") == "Marked as a key image.", page=page)
    page.keyboard.press("Shift+H")
    page.check("#print-keys"), page.click("#print-go")
    assert eventually(lambda: page.evaluate("window.printed") == 3, page=page), page.locator(".export-status").all_inner_texts()
    assert page.locator(".print-sheet figure").get_attribute("data-instance") == uid("look", "axial", 2)


def test_without_a_scale_nothing_is_printed_or_shown_in_true_size(look):
    page = look("look-cr")
    page.evaluate("void (window.print = () => { window.printed = true; })")
    page.keyboard.press("t")
    assert eventually(lambda: "No true size: no scale known." in page.inner_text(".notice"), page=page), page.inner_text(".notice")
    page.keyboard.press("Shift+H")
    page.check("#print-true")
    page.click("#print-go")
    assert eventually(lambda: page.evaluate("window.printed"), page=page)
    page.emulate_media(media="print")
    words = page.inner_text(".print-sheet")
    assert "not true size" in words and "without a known scale" in words and page.locator(".print-bar").count() == 0


# Calibration and true size


def test_a_known_length_holds_for_the_series_and_in_the_report(look, own_page, own_server, stored, tmp_path):
    page = look("look-cr")
    reader = Reader(page, 300, 300)
    page.click("[data-menu=measure]")
    page.locator("#menu-measure").get_by_text("Calibrate with a known length").click()
    reader.drag((50, 100), (150, 100))
    page.wait_for_selector("#mark-reach")
    page.check("#mark-reach")
    page.focus(".mark-editor")
    page.keyboard.type("50"), page.keyboard.press("Enter")
    assert eventually(lambda: reader.count() == 1, page=page)
    assert "for the series" in reader.words("calibration")
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    page.wait_data("image-index", "1")
    page.drawn()
    reader.draw("l", (50, 40), (150, 40))
    assert eventually(lambda: reader.words("length") == "Length, 50 mm, calibrated by user", page=page), reader.words("length")
    assert "calibrated by user" in page.inner_text(".scale-bar")
    reader.saved()

    # True size: a card is as long as the reader makes it, 8 pixels a mm.
    page.keyboard.press("Escape"), page.keyboard.press("Escape")
    page.keyboard.press("t")
    page.wait_for_selector("#screen-length")
    checked(page)
    page.evaluate("(() => { const slider = document.querySelector('#screen-length'); slider.value = 684.8; slider.dispatchEvent(new Event('input')); })()")
    card = page.locator(".screen-thing").bounding_box()
    kept = float(page.input_value("#screen-length"))
    assert abs(card["width"] / card["height"] - 85.6 / 53.98) < 0.01 and abs(card["width"] - kept) < 0.1
    page.click("#screen-keep")
    assert eventually(lambda: "true size calibrated by user" in page.inner_text(".bottomRight"), page=page), page.inner_text(".bottomRight")
    path = page.locator("[data-kind=length] path.line").bounding_box()
    assert abs(path["width"] - 50 * kept / 85.6) < 2, "50 mm of the patient are 50 mm of the screen"

    save_report(reader)
    [content] = reports(own_server, uid("look-cr"))
    (tmp_path / "report.dcm").write_bytes(content)
    checks = subprocess.run(["dciodvfy", str(tmp_path / "report.dcm")], capture_output=True, text=True)
    assert not [line for line in (checks.stdout + checks.stderr).splitlines() if line.startswith("Error")], checks.stderr
    sr = hd.sr.srread(io.BytesIO(content))
    groups = sr.content.get_image_measurement_groups()
    method = {}
    for group in groups:
        [measurement] = group.get_measurements()
        assert group.method is not None and measurement.unit.value == "mm" and abs(measurement.value - 50) < 1e-6
        method[group.method.value] = measurement
    assert set(method) == {"USERCALIBRATED", "KNOWNINSERIES"}
    line = method["KNOWNINSERIES"].referenced_coordinates[0]
    assert np.array_equal(line.value, [[50, 100], [150, 100]])

    # Somebody else reads the same millimetres, and what they rest on.
    other = own_page(f"#/study/{uid('look-cr')}", "viewer", reader=True)
    other.drawn()
    assert eventually(lambda: other.locator("[data-kind=calibration]").count() == 1, page=other)
    other.keyboard.press("ArrowDown")
    assert eventually(lambda: other.locator("[data-kind=length]").count() == 1, page=other)
    assert other.locator("[data-kind=length]").get_attribute("aria-label") == "Length, 50 mm, calibrated by user"


# Windows of one's own


def test_windows_of_ones_own_are_on_every_screen(look, own_page):
    page = look("look")
    page.click("[data-menu=windows]")
    page.locator("#menu-windows").get_by_text("Edit window presets").click()
    page.wait_for_selector("#preset-title-0")
    assert page.input_value("#preset-title-0") == "Brain" and page.input_value("#preset-width-0") == "80"
    checked(page)
    page.fill("#preset-title-0", "Petrous"), page.fill("#preset-width-0", "4000"), page.fill("#preset-center-0", "700")
    page.fill("#preset-width-1", "0")
    page.click("#presets-keep")
    assert page.get_attribute("#preset-width-1", "aria-invalid") == "true" and "above 0" in page.inner_text(".presets-dialog .error")
    page.fill("#preset-width-1", "41")
    page.click("#presets-add")
    page.click("#presets-keep")
    assert eventually(lambda: page.locator(".presets-dialog").count() == 0, page=page)
    page.focus("[data-viewport='0']")
    page.keyboard.press("3")
    page.wait_data("window-width", "4000")
    assert page.data("window-center") == "700" and "Petrous" in page.inner_text(".bottomRight")

    again = own_page(f"#/study/{uid('look')}", "viewer")
    again.drawn()
    again.focus("[data-viewport='0']")
    assert eventually(lambda: (again.keyboard.press("3"), again.data("window-width"))[1] == "4000", page=again)
    again.click("[data-menu=windows]")
    again.locator("#menu-windows").get_by_text("Edit window presets").click()
    again.click("#presets-restore")
    assert eventually(lambda: again.locator(".presets-dialog").count() == 0, page=again)
    again.focus("[data-viewport='0']")
    again.keyboard.press("3")
    again.wait_data("window-width", "80")


# Lesions over time


def test_target_lesions_over_time(own_page, own_server):
    """Sums, change and response (RECIST 1.1 §4.3.1) of a saved baseline and of what is drawn now; a second look finds the same in the report."""
    for number, study in enumerate(("lesion-before", "lesion-now")):
        ds = base(study, "ct", 1, "CT", ("Lesion^Lea", "LE-1", "19600101", "F"), StudyDate=f"2026{1 + 5 * number:02d}01", StudyDescription=study)
        grey(ds, ramp(np.uint16, 0, 4095, 300), 12)
        ds.PixelSpacing, ds.ImageOrientationPatient, ds.ImagePositionPatient = [0.5, 0.5], [1, 0, 0, 0, 1, 0], [0, 0, 0]
        assert web.store(own_server, [written(ds)]).status_code == 200

    def report(study, identifier, words, long, short):
        mark = {"id": identifier, "kind": "bidirectional", "instance": uid(study, "ct", 1), "frame": 1, "points": [[10, 50], [10 + 2 * long, 50], [20, 40], [20, 40 + 2 * short]], "text": words, "source": "patient",
                "values": [{"name": "long", "value": long, "unit": "mm"}, {"name": "short", "value": short, "unit": "mm"}]}
        answer = own_server.session.post(f"{own_server.http}/api/studies/{uid(study)}/measurements", json={"marks": [mark]}, headers={"Origin": own_server.http})
        assert answer.status_code == 201, answer.text

    report("lesion-before", "2.25.9001", "T1 liver", 40, 20)
    report("lesion-before", "2.25.9002", "T2n axilla", 30, 18)
    report("lesion-now", "2.25.9003", "T2n axilla", 14, 9)
    page = own_page(f"#/study/{uid('lesion-now')}", "viewer")
    reader = Reader(page, 300, 300)
    reader.draw("b", (150, 200), (190, 200))
    page.keyboard.press("Enter")
    page.keyboard.type("T1 liver"), page.keyboard.press("Enter")
    assert eventually(lambda: page.locator("[data-kind=bidirectional][aria-label*='T1 liver']").count() == 1, page=page)
    page.keyboard.press("Escape"), page.keyboard.press("Escape")
    page.wait_for_selector("[data-timeline]")

    def table():
        page.keyboard.press("Shift+M")
        page.wait_for_selector(".lesions-table tr[data-row=response]")
        return page.evaluate("Object.fromEntries([...document.querySelectorAll('.lesions-table tbody tr')].map((row) => [row.dataset.row, [...row.cells].map((cell) => cell.textContent)]))")

    found = table()
    assert page.locator(".lesions-table thead th").all_inner_texts() == ["Lesion", "2026-01-01", "2026-06-01"]
    assert found["T1"] == ["T1 liver", "40 mm", "20 mm"] and found["T2"] == ["T2 node axilla", "18 mm", "9 mm"]
    assert found["sum"][1:] == ["58 mm", "29 mm"] and found["change"][2] == "−50 %" and found["nadir"][2] == "58 mm"
    assert found["response"] == ["Calculated response", "", "PR: partial response"]
    checked(page)
    page.shot("lesions")
    page.keyboard.press("Escape")
    reader.saved()
    save_report(reader)
    page.reload()
    page.ready("viewer")
    page.drawn()
    page.wait_for_selector("[data-timeline]")
    page.focus("[data-viewport='0']")
    assert table() == found
