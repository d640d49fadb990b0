"""Key images and presentation states that readers add to a study: what is stored, read by other people's programs, and what is refused."""
import io
import shutil
import subprocess

import highdicom as hd
import numpy as np
import pydicom
import pytest
import requests
from PIL import Image
from peer.objects import file_bytes, image, ramp, uid
from test_drafts import OTHER, OTHERS_PASSWORD, login
from test_move import stored

KO, GSPS = "1.2.840.10008.5.1.4.1.1.88.59", "1.2.840.10008.5.1.4.1.1.11.1"
MULTIFRAME = "1.2.840.10008.5.1.4.1.1.7.3"
ROWS, COLUMNS = 32, 48


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    from peer.server import Server
    server = Server(tmp_path_factory.mktemp("evidence")).start().add_administrator()
    server.command("users", "add", OTHER, stdin=OTHERS_PASSWORD + "\n", check=True)
    yield server
    assert server.stop() == 0


@pytest.fixture(scope="module")
def session(server):
    return login(server)


def new_study(server, patient="Größe^Anna", **values):
    """Two images of one series, and a multi-frame one."""
    study, series = uid(), uid()
    images = [image(ramp(dtype="<i2", start=-200), study=study, series=series, number=n, PatientName=patient, PatientBirthDate="19051123", **values) for n in (1, 2)]
    frames = np.stack([ramp(dtype="<u2", start=n) for n in range(5)])
    images.append(image(frames, study=study, sop_class=MULTIFRAME, modality="OT", frames=5))
    stored(server, images)
    return images


def mark(session, server, study, **body):
    return session.post(f"{server.http}/api/studies/{study}/key-images", json=body)


def save(session, server, study, **body):
    return session.post(f"{server.http}/api/studies/{study}/presentation-states", json=body)


def fetched(session, server, answer, path):
    """The object that an answer names, as its file and as pydicom reads it."""
    where = answer.json()
    got = session.get(f"{server.http}/dicom-web/studies/{where['studyInstanceUID']}/series/{where['seriesInstanceUID']}/instances/{where['sopInstanceUID']}", headers={"Accept": "application/dicom"})
    assert got.ok, got.text
    path.write_bytes(got.content)
    return pydicom.dcmread(io.BytesIO(got.content))


def without_errors(path):
    if not shutil.which("dciodvfy"):
        print("dciodvfy is not installed: its judgement is left out")
        return
    said = subprocess.run(["dciodvfy", "-new", str(path)], capture_output=True, text=True, errors="replace")
    assert not [line for line in (said.stdout + said.stderr).splitlines() if line.startswith("Error")], said.stderr


def test_key_images_are_a_document_that_others_read(server, session, tmp_path):
    first, second, frames = new_study(server)
    study = first.StudyInstanceUID
    answer = mark(session, server, study, title="113004", description="Größe beachten", images=[{"instance": first.SOPInstanceUID}, {"instance": frames.SOPInstanceUID, "frames": [4, 2]}])
    assert answer.status_code == 201, answer.text
    ds = fetched(session, server, answer, tmp_path / "ko.dcm")
    without_errors(tmp_path / "ko.dcm")
    document = hd.ko.KeyObjectSelectionDocument.from_dataset(ds)
    assert document.SOPClassUID == KO and str(document.PatientName) == "Größe^Anna"
    assert document.resolve_reference(first.SOPInstanceUID) == (study, first.SeriesInstanceUID, first.SOPInstanceUID)
    references = {item.referenced_sop_instance_uid: item.referenced_frame_numbers for item in document.content.get_references(value_type=hd.sr.ValueTypeValues.IMAGE)}
    assert references == {first.SOPInstanceUID: None, frames.SOPInstanceUID: [2, 4]}
    dumped = subprocess.run(["/usr/bin/dsrdump", str(tmp_path / "ko.dcm")], capture_output=True, text=True)
    assert dumped.returncode == 0 and "For Teaching" in dumped.stdout and "Größe beachten" in dumped.stdout, dumped.stderr

    # The next one joins it in its series; the same again is answered and not stored twice.
    identity = uid()
    again = [mark(session, server, study, id=identity, images=[{"instance": second.SOPInstanceUID}]) for _ in range(2)]
    assert [a.status_code for a in again] == [201, 200] and len({a.json()["sopInstanceUID"] for a in again}) == 1
    assert again[0].json()["seriesInstanceUID"] == answer.json()["seriesInstanceUID"]
    listed = session.get(f"{server.http}/dicom-web/studies/{study}/instances", params={"SOPClassUID": KO}, headers={"Accept": "application/dicom+json"}).json()
    assert sorted(each["00200013"]["Value"][0] for each in listed) == [1, 2]


def test_taken_back_by_its_maker_and_by_nobody_else(server, session):
    first, *_ = new_study(server)
    study, reader = first.StudyInstanceUID, login(server, OTHER, OTHERS_PASSWORD)
    theirs, mine = [mark(who, server, study, images=[{"instance": first.SOPInstanceUID}]).json() for who in (reader, session)]
    assert theirs["seriesInstanceUID"] != mine["seriesInstanceUID"], "each has a series of its own"
    url = lambda uid: f"{server.http}/api/studies/{study}/key-images/{uid}"
    refused = reader.delete(url(mine["sopInstanceUID"]))
    assert refused.status_code == 403 and "administrator" in refused.json()["error"]
    gone = reader.delete(url(theirs["sopInstanceUID"]))
    assert gone.status_code == 200 and gone.json()["comment"] == "key image taken back" and gone.json()["instances"] == 1
    assert reader.delete(url(theirs["sopInstanceUID"])).status_code == 404
    assert reader.delete(url(first.SOPInstanceUID)).status_code == 400
    assert session.post(f"{server.http}/api/deletions/{gone.json()['id']}/restore").ok, "an administrator brings it back"
    assert session.delete(url(theirs["sopInstanceUID"])).status_code == 200, "and may take back everybody's"


MARKS = [
    ("length", [[5, 6], [20.5, 25]], [("POLYLINE", [[5, 6], [20.5, 25]])]),
    ("polyline", [[1, 2], [3, 4], [5, 3]], [("POLYLINE", [[1, 2], [3, 4], [5, 3]])]),
    ("bidirectional", [[10, 10], [30, 10], [20, 5], [20, 15]], [("POLYLINE", [[10, 10], [30, 10]]), ("POLYLINE", [[20, 5], [20, 15]])]),
    ("angle", [[5, 5], [10, 10], [15, 5]], [("POLYLINE", [[5, 5], [10, 10], [15, 5]])]),
    ("cobb", [[5, 5], [10, 6], [5, 20], [10, 18]], [("POLYLINE", [[5, 5], [10, 6]]), ("POLYLINE", [[5, 20], [10, 18]])]),
    ("ellipse", [[10, 16], [40, 16], [25, 6], [25, 26]], [("ELLIPSE", [[10, 16], [40, 16], [25, 6], [25, 26]])]),
    ("circle", [[24, 16], [34, 16]], [("CIRCLE", [[24, 16], [34, 16]])]),
    ("rectangle", [[4, 4], [12, 20]], [("POLYLINE", [[4, 4], [12, 4], [12, 20], [4, 20], [4, 4]])]),
    ("freehand", [[1, 1], [9, 1], [5, 8]], [("POLYLINE", [[1, 1], [9, 1], [5, 8], [1, 1]])]),
    ("probe", [[7.5, 8.5]], [("POINT", [[7.5, 8.5]])]),
    ("text", [[30, 20]], []),
]


def view(images, **more):
    return {
        "name": "As seen", "images": images, "values": {"center": 40.5, "width": 350.25, "function": "LINEAR_EXACT", "explanation": "SOFT"}, "inverted": True, "rotation": 90, "flipped": True,
        "area": {"first": [3, 2], "last": [40, 30]}, "planes": True, **more,
    }


def drawn(instance, frame=1):
    return [{"id": uid(), "kind": kind, "instance": instance, "frame": frame, "points": points, "lines": [f"{kind} Größe", "12 mm"]} for kind, points, _ in MARKS]


def test_presentation_state_has_the_view_and_the_marks(server, session, tmp_path):
    shutter = {"ShutterShape": ["RECTANGULAR", "CIRCULAR"], "ShutterLeftVerticalEdge": 2, "ShutterRightVerticalEdge": 44, "ShutterUpperHorizontalEdge": 3, "ShutterLowerHorizontalEdge": 30,
               "CenterOfCircularShutter": [16, 24], "RadiusOfCircularShutter": 20}
    first, second, _ = new_study(server, RescaleSlope=2, RescaleIntercept=-1000, **shutter)
    study, marks = first.StudyInstanceUID, drawn(first.SOPInstanceUID)
    answer = save(session, server, study, **view([{"instance": first.SOPInstanceUID}, {"instance": second.SOPInstanceUID}], marks=marks))
    assert answer.status_code == 201, answer.text
    ds = fetched(session, server, answer, tmp_path / "pr.dcm")
    without_errors(tmp_path / "pr.dcm")
    assert (ds.SOPClassUID, ds.Modality, ds.ContentLabel, ds.ContentDescription) == (GSPS, "PR", "AS_SEEN", "As seen")
    assert [i.ReferencedSOPInstanceUID for i in ds.ReferencedSeriesSequence[0].ReferencedImageSequence] == [first.SOPInstanceUID, second.SOPInstanceUID]
    voi = ds.SoftcopyVOILUTSequence[0]
    assert (voi.WindowCenter, voi.WindowWidth, voi.VOILUTFunction, voi.WindowCenterWidthExplanation) == (40.5, 350.25, "LINEAR_EXACT", "SOFT")
    assert (ds.RescaleSlope, ds.RescaleIntercept, ds.PresentationLUTShape, ds.ImageRotation, ds.ImageHorizontalFlip) == (2, -1000, "INVERSE", 90, "Y")
    area = ds.DisplayedAreaSelectionSequence[0]
    assert (list(area.DisplayedAreaTopLeftHandCorner), list(area.DisplayedAreaBottomRightHandCorner), area.PresentationSizeMode, list(area.PresentationPixelSpacing)) == ([3, 2], [40, 30], "SCALE TO FIT", [0.5, 0.5])
    assert list(ds.ShutterShape) == ["RECTANGULAR", "CIRCULAR"] and ds.ShutterPresentationValue == 0 and ds.RadiusOfCircularShutter == 20
    by_tracking = {}
    for item in ds.GraphicAnnotationSequence:
        assert item.GraphicLayer == ds.GraphicLayerSequence[0].GraphicLayer == "MARKS" and item.ReferencedImageSequence[0].ReferencedSOPInstanceUID == first.SOPInstanceUID
        text = item.TextObjectSequence[0]
        by_tracking[text.TrackingUID] = (item.get("GraphicObjectSequence", []), text)
    for each, (kind, points, expected) in zip(marks, MARKS):
        graphics, text = by_tracking[each["id"]]
        # The same as highdicom makes of it.
        wanted = [hd.pr.GraphicObject(graphic_type=t, graphic_data=np.array(p, float), units="PIXEL", tracking_id=kind, tracking_uid=each["id"]) for t, p in expected]
        assert [(g.GraphicType, list(g.GraphicData), g.GraphicAnnotationUnits, g.NumberOfGraphicPoints, g.TrackingUID) for g in graphics] == [
            (g.GraphicType, list(np.float32(g.GraphicData)), g.GraphicAnnotationUnits, g.NumberOfGraphicPoints, g.TrackingUID) for g in wanted], kind
        assert text.UnformattedTextValue == f"{kind} Größe\r\n12 mm" and list(text.AnchorPoint) == points[-1], kind


def test_presentation_state_is_applied_by_dcmtk_as_it_is_here(server, session, tmp_path):
    """DCMTK's picture of the presentation state, and ours, pixel by pixel."""
    first, *_ = new_study(server, patient="Grosse^Anna", RescaleSlope=2, RescaleIntercept=-1000)
    study = first.StudyInstanceUID
    answer = save(session, server, study, **view([{"instance": first.SOPInstanceUID}], values={"center": -500, "width": 900}, area={"first": [1, 1], "last": [COLUMNS, ROWS], "magnification": 1}))
    fetched(session, server, answer, tmp_path / "pr.dcm")
    (tmp_path / "image.dcm").write_bytes(file_bytes(first))
    checked = subprocess.run(["/usr/bin/dcmpschk", str(tmp_path / "pr.dcm")], capture_output=True, text=True)
    assert checked.returncode == 0 and "Test passed" in checked.stdout + checked.stderr, checked.stdout + checked.stderr
    made = subprocess.run(["/usr/bin/dcmp2pgm", "-p", str(tmp_path / "pr.dcm"), str(tmp_path / "image.dcm"), str(tmp_path / "out.pgm")], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    theirs = np.asarray(Image.open(tmp_path / "out.pgm")).astype(int)
    where = answer.json()
    got = session.get(f"{server.http}/dicom-web/studies/{study}/series/{where['seriesInstanceUID']}/instances/{where['sopInstanceUID']}/rendered", headers={"Accept": "image/png"})
    assert got.ok, got.text
    ours = np.asarray(Image.open(io.BytesIO(got.content)).convert("L")).astype(int)
    stored_values = ramp(dtype="<i2", start=-200) * 2 - 1000
    level = np.clip(((stored_values + 500.5) / 899 + 0.5) * 255, 0, 255)
    expected = np.fliplr(np.rot90(255 - level, -1))
    assert ours.shape == expected.shape and np.abs(ours - expected).max() <= 1
    assert theirs.shape == expected.shape and np.abs(theirs - expected).max() <= 1


def test_frames_of_one_image_and_a_magnification(server, session, tmp_path):
    *_, frames = new_study(server)
    study = frames.StudyInstanceUID
    marks = [{"id": uid(), "kind": "arrow", "instance": frames.SOPInstanceUID, "frame": 3, "points": [[10, 10], [20, 20]], "lines": ["here"], "place": [60, -3]}]
    answer = save(session, server, study, **view([{"instance": frames.SOPInstanceUID, "frames": [3, 1]}], marks=marks, area={"first": [-10, -4], "last": [60, 50], "magnification": 2.5}))
    assert answer.status_code == 201, answer.text
    ds = fetched(session, server, answer, tmp_path / "pr.dcm")  # dciodvfy reads corners beyond the image as unsigned numbers
    assert list(ds.DisplayedAreaSelectionSequence[0].DisplayedAreaTopLeftHandCorner) == [-10, -4]
    assert list(ds.ReferencedSeriesSequence[0].ReferencedImageSequence[0].ReferencedFrameNumber) == [1, 3]
    item, area = ds.GraphicAnnotationSequence[0], ds.DisplayedAreaSelectionSequence[0]
    assert item.ReferencedImageSequence[0].ReferencedFrameNumber == 3 and [list(g.GraphicData)[:4] for g in item.GraphicObjectSequence][0] == [10, 10, 20, 20]
    assert list(item.TextObjectSequence[0].AnchorPoint) == [COLUMNS, 0], "words stay within the image"
    assert (area.PresentationSizeMode, area.PresentationPixelMagnificationRatio, list(area.PresentationPixelAspectRatio)) == ("MAGNIFY", 2.5, [1, 1])


def test_refusals_in_words(server, session):
    first, second, frames = new_study(server)
    foreign = new_study(server)[0]
    study, one = first.StudyInstanceUID, [{"instance": first.SOPInstanceUID}]
    key = lambda **body: mark(session, server, study, **body)
    for answer, status, words in [
        (key(images=[]), 400, "1 to 1000"), (key(), 400, "images is missing"), (key(images=[{"instance": "no uid"}]), 400, "no UID"), (key(images=[{"instance": uid()}]), 409, "not in this study"),
        (key(images=[{"instance": foreign.SOPInstanceUID}]), 409, "not in this study"), (key(images=one * 2), 400, "named twice"), (key(images=[{"instance": frames.SOPInstanceUID, "frames": [6]}]), 400, "no frame 6"),
        (key(images=[{"instance": frames.SOPInstanceUID, "frames": [0]}]), 400, "no frame 0"), (key(images=one, title="113030"), 400, "no title"), (key(images=one, id="1.2.x"), 400, "no UID"),
        (key(images=one, id=second.SOPInstanceUID), 409, "taken by another object"), (key(images=one, description="x" * 5000), 400, "4096"),
        (session.post(f"{server.http}/api/studies/{study}/key-images", data=b"{"), 400, "no JSON object"),
        (session.post(f"{server.http}/api/studies/{study}/key-images", data=b" " * (2 << 20)), 413, "larger"),
        (mark(session, server, uid(), images=one), 404, "no such study"), (mark(session, server, foreign.StudyInstanceUID, images=one), 409, "not in this study"),
        (requests.post(f"{server.http}/api/studies/{study}/key-images", json={"images": one}), 401, ""),
        (session.post(f"{server.http}/api/studies/{study}/key-images", json={"images": one}, headers={"Origin": "https://elsewhere.example"}), 403, ""),
    ]:
        assert answer.status_code == status and words in answer.json()["error"], (answer.status_code, answer.text, words)

    def state(**more):
        return save(session, server, study, **{**view(one), **more})

    length = {"id": uid(), "kind": "length", "instance": first.SOPInstanceUID, "frame": 1, "points": [[1, 1], [2, 2]], "lines": []}
    for answer, status, words in [
        (state(images=[]), 400, "1 to 4000"), (state(name=" "), 400, "name"), (state(name="a\\b"), 400, "name"), (state(rotation=45), 400, "rotation"), (state(values={"center": 1}), 400, "window"),
        (state(values={"center": 1, "width": 0.5}), 400, "window"), (state(values={"table": 0}), 400, "VOI table"), (state(area={"first": [1], "last": [2, 2]}), 400, "corners"),
        (state(area={"first": [1, 1], "last": [2, 2], "magnification": 0}), 400, "magnification"), (state(images=one + [{"instance": frames.SOPInstanceUID}]), 400, "differ"),
        (state(images=[{"instance": foreign.SOPInstanceUID}]), 409, "not in this study"), (state(marks=[{**length, "instance": second.SOPInstanceUID}]), 400, "which the presentation state is not of"),
        (state(marks=[{**length, "kind": "cube"}]), 400, "none that can be reported"), (state(marks=[{**length, "points": [[1, 1], [COLUMNS + 1, 1]]}]), 400, "outside"),
        (state(marks=[{**length, "lines": ["x" * 1100]}]), 400, "1024"), (state(marks=[{**length, "id": "x"}]), 400, "no UID"), (save(session, server, uid(), **view(one)), 404, "no such study"),
    ]:
        assert answer.status_code == status and words in answer.json()["error"], (answer.status_code, answer.text, words)
    series = session.get(f"{server.http}/api/studies/{study}").json()["series"]
    assert {each["modality"] for each in series} == {"CT", "OT"}, "nothing of all that was stored"
