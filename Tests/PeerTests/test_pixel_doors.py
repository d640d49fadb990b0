"""Pixels through DICOMweb: frames and objects in another transfer syntax, pictures, documents (PS3.18 §8.7.3, §8.3.5, §10.4)."""
import io

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import UID, RLELossless

from peer import objects, web
from peer.server import isocenter

OCTETS = 'multipart/related; type="application/octet-stream"'
JPEGLS, J2K, HTJ2K, JPEG = ("1.2.840.10008.1.2.4." + n for n in ("80", "90", "201", "50"))
GSPS = "1.2.840.10008.5.1.4.1.1.11.1"


def path(image, *more):
    return ("studies", image.StudyInstanceUID, "series", image.SeriesInstanceUID, "instances", image.SOPInstanceUID, *more)


def put(server, *images):
    answer = web.store(server, [objects.file_bytes(i) for i in images])
    assert answer.status_code == 200, answer.text


def picture(answer):
    assert answer.status_code == 200, f"{answer.status_code} {answer.text[:300]}"
    return np.asarray(Image.open(io.BytesIO(answer.content)))


@pytest.fixture(scope="module")
def ct(server):
    """A CT whose greys are known: window 0…255 over ramp values."""
    image = objects.image(objects.ramp(32, 64, "<i2", 0, 1) % 256, WindowCenter=128, WindowWidth=256)
    put(server, image)
    return image


@pytest.fixture(scope="module")
def compressed(server, ct, tmp_path_factory):
    """The same image in other syntaxes, each an instance of its own: {name: dataset}."""
    folder = tmp_path_factory.mktemp("compressed")
    objects.save(ct, folder / "ct.dcm")
    found = {}
    for name in ("rle", "jpeg-lossless", "jpegls", "j2k", "htj2k"):
        isocenter("transcode", "--syntax", name, str(folder / "ct.dcm"), str(folder / f"{name}.dcm"), check=True)
        image = pydicom.dcmread(folder / f"{name}.dcm")
        image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = objects.uid()
        put(server, image)
        found[name] = image
    return found


# Frames


@pytest.mark.parametrize("name", ["rle", "jpeg-lossless", "jpegls", "j2k", "htj2k"])
def test_octets_are_uncompressed_unless_another_syntax_is_named(server, ct, compressed, name):
    image = compressed[name]
    answer = server.get(*path(image, "frames", "1"), accept=OCTETS)
    assert answer.status_code == 200, answer.text
    (headers, body), = web.parts(answer)
    assert headers["content-type"] == "application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1"
    assert headers["x-photometric-interpretation"] == "MONOCHROME2"
    assert body == ct.PixelData
    stored = server.get(*path(image, "frames", "1"), accept=OCTETS + "; transfer-syntax=*")
    (headers, body), = web.parts(stored)
    assert image.file_meta.TransferSyntaxUID in headers["content-type"]
    assert body.rstrip(b"\0") == next(pydicom.encaps.generate_frames(image.PixelData, number_of_frames=1)).rstrip(b"\0")


@pytest.mark.parametrize("accept, syntax", [
    ("image/jls", JPEGLS), ("image/jp2", J2K), ("image/jphc", HTJ2K), ("image/dicom-rle", "1.2.840.10008.1.2.5"),
    ("image/jpeg", "1.2.840.10008.1.2.4.70"), (f"image/jls; transfer-syntax={JPEGLS}", JPEGLS),
])
def test_a_frame_in_a_compressed_syntax(server, ct, accept, syntax):
    answer = server.get(*path(ct, "frames", "1"), accept=accept)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].endswith(f"transfer-syntax={syntax}")
    again = pydicom.dcmread(io.BytesIO(objects.file_bytes(ct)))
    again.file_meta.TransferSyntaxUID = UID(syntax)
    again.PixelData = encapsulate([answer.content])
    again["PixelData"].VR = "OB"
    assert np.array_equal(again.pixel_array, ct.pixel_array)


@pytest.mark.parametrize("accept", ["image/jls; transfer-syntax=1.2.840.10008.1.2.4.90", "video/mp4", "image/gif"])
def test_what_cannot_be_had_is_said(server, ct, accept):
    answer = server.get(*path(ct, "frames", "1"), accept=accept)
    assert answer.status_code == 406
    assert "application/octet-stream" in answer.json()["error"]


# Objects


@pytest.mark.parametrize("name", ["rle", "jpegls", "j2k"])
def test_an_object_is_uncompressed_where_no_syntax_is_named(server, ct, compressed, name):
    image = compressed[name]
    answer = server.get(*path(image), accept='multipart/related; type="application/dicom"')
    (headers, body), = web.parts(answer)
    assert headers["content-type"] == "application/dicom; transfer-syntax=1.2.840.10008.1.2.1"
    found = pydicom.dcmread(io.BytesIO(body))
    assert found.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.1" and found.SOPInstanceUID == image.SOPInstanceUID
    assert np.array_equal(found.pixel_array, ct.pixel_array)


def test_an_object_in_the_syntax_asked_for(server, ct):
    answer = server.get(*path(ct), accept=f"application/dicom; transfer-syntax={JPEGLS}")
    assert answer.status_code == 200, answer.text
    found = pydicom.dcmread(io.BytesIO(answer.content))
    assert found.file_meta.TransferSyntaxUID == JPEGLS and found.SOPInstanceUID == ct.SOPInstanceUID
    assert np.array_equal(found.pixel_array, ct.pixel_array)


def test_an_object_is_never_made_worse(server, ct):
    """Another instance would have to be made of it: a retrieve hands out the one that was asked for."""
    answer = server.get(*path(ct), accept=f"application/dicom; transfer-syntax={JPEG}")
    assert answer.status_code == 406 and "without loss" in answer.json()["error"]


def test_samples_that_a_syntax_cannot_hold_are_said_before_the_answer_begins(server):
    image = objects.image(objects.ramp(16, 16, "<u4", 0, 1 << 20), sop_class=objects.SC, modality="OT")
    put(server, image)
    answer = server.get(*path(image), accept=f"application/dicom; transfer-syntax={JPEGLS}")
    assert answer.status_code == 406 and "32" in answer.json()["error"]


# Pictures


@pytest.mark.parametrize("name", ["rle", "jpeg-lossless", "jpegls", "j2k", "htj2k"])
def test_a_compressed_image_looks_like_the_uncompressed_one(server, ct, compressed, name):
    expected = picture(server.get(*path(ct, "rendered"), accept="image/png"))
    assert np.array_equal(expected, ct.pixel_array)
    assert np.array_equal(picture(server.get(*path(compressed[name], "rendered"), accept="image/png")), expected)
    assert max(picture(server.get(*path(compressed[name], "thumbnail"), accept="image/jpeg")).shape) <= 128


@pytest.mark.parametrize("query, words", [
    ("window=1", "window"), ("viewport=0,0", "viewport"), ("quality=0", "quality"), ("annotation=all", "annotation"),
    ("iccprofile=mine", "iccprofile"), ("presentationUID=x", "presentationUID"), ("colour=red", "colour"),
])
def test_parameters_are_refused_by_name(server, ct, query, words):
    answer = server.session.get(server.url(*path(ct, "rendered")) + "?" + query)
    assert answer.status_code == 400 and words in answer.json()["error"]


def test_annotation_is_written_into_the_picture(server, ct):
    plain = picture(server.get(*path(ct, "rendered"), accept="image/png", params={"viewport": "512,512"}))
    written = picture(server.get(*path(ct, "rendered"), accept="image/png", params={"viewport": "512,512", "annotation": "patient,technique"}))
    assert plain.shape == written.shape and (plain != written).any()


def test_all_images_of_a_series_as_parts(server):
    series = objects.study(series=1, instances=3)
    put(server, *series)
    first = series[0]
    answer = server.get("studies", first.StudyInstanceUID, "series", first.SeriesInstanceUID, "rendered", accept='multipart/related; type="image/jpeg"')
    assert answer.status_code == 200, answer.text
    parts = web.parts(answer)
    assert len(parts) == 3 and all(body[:2] == b"\xff\xd8" for _, body in parts)
    assert all(h["content-location"].endswith("/frames/1/rendered") for h, _ in parts)


def test_frames_are_played(server):
    pixels = np.stack([np.full((16, 24), 40 * n, "u1") for n in range(5)])
    image = objects.image(pixels, sop_class=objects.SC_MULTIFRAME_GRAY8, modality="US", frames=5, FrameTime=40, WindowCenter=None, WindowWidth=None)
    put(server, image)
    answer = server.get(*path(image, "rendered"), accept="image/gif")
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "image/gif"
    film = Image.open(io.BytesIO(answer.content))
    assert film.n_frames == 5 and film.info["duration"] == 40
    for index in range(5):
        film.seek(index)
        assert np.array_equal(np.asarray(film.convert("L")), pixels[index])
    chosen = picture(server.get(*path(image, "frames", "4", "rendered"), accept="image/png"))
    assert np.array_equal(chosen, pixels[3])


def test_mp4_or_the_reason_why_not(server, ct):
    answer = server.get(*path(ct, "rendered"), accept="video/mp4")
    assert answer.content[4:8] == b"ftyp" if answer.status_code == 200 else answer.status_code == 406 and "libav" in answer.text


def test_colours_carry_the_profile_asked_for(server):
    image = objects.image(np.full((8, 24), 90, "<u1"), sop_class=objects.SC, modality="OT", WindowCenter=None, WindowWidth=None,
                          SamplesPerPixel=3, PhotometricInterpretation="RGB", PlanarConfiguration=0, Columns=8)
    put(server, image)

    def profile(**parameters):
        answer = server.get(*path(image, "rendered"), accept="image/png", params=parameters)
        assert answer.status_code == 200, answer.text
        return Image.open(io.BytesIO(answer.content)).info.get("icc_profile")

    assert profile() is None and profile(iccprofile="no") is None
    assert profile(iccprofile="adobergb")[36:40] == b"acsp"


def test_the_automatic_window_is_the_same_in_the_command_and_through_the_door(server, tmp_path):
    """An even number of frames, each brighter than the one before: which one is the middle shows."""
    pixels = np.stack([objects.ramp(16, 24, "<u2", 0, 1) + 300 * n * n for n in range(4)])
    image = objects.image(pixels, sop_class="1.2.840.10008.5.1.4.1.1.7.3", modality="OT", frames=4, FrameTime=40, WindowCenter=None, WindowWidth=None)
    put(server, image)
    objects.save(image, tmp_path / "image.dcm")
    for number in range(1, 5):
        isocenter("render", "--frame", str(number), str(tmp_path / "image.dcm"), str(tmp_path / "picture.png"), check=True)
        command = np.asarray(Image.open(tmp_path / "picture.png"))
        assert np.array_equal(command, picture(server.get(*path(image, "frames", str(number), "rendered"), accept="image/png")))


def presentation(image, **attributes):
    state = Dataset()
    state.SOPClassUID, state.SOPInstanceUID = GSPS, objects.uid()
    state.StudyInstanceUID, state.SeriesInstanceUID, state.Modality = image.StudyInstanceUID, objects.uid(), "PR"
    state.PatientName, state.PatientID = image.PatientName, image.PatientID
    reference = Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = image.SOPClassUID, image.SOPInstanceUID
    series = Dataset()
    series.SeriesInstanceUID, series.ReferencedImageSequence = image.SeriesInstanceUID, Sequence([reference])
    state.ReferencedSeriesSequence = Sequence([series])
    window = Dataset()
    window.WindowCenter, window.WindowWidth = 128, 256
    state.SoftcopyVOILUTSequence = Sequence([window])
    area = Dataset()
    area.DisplayedAreaTopLeftHandCorner, area.DisplayedAreaBottomRightHandCorner = [1, 1], [image.Columns, image.Rows]
    area.PresentationSizeMode, area.PresentationPixelAspectRatio = "SCALE TO FIT", [1, 1]
    state.DisplayedAreaSelectionSequence = Sequence([area])
    state.PresentationLUTShape = "IDENTITY"
    for keyword, value in attributes.items():
        setattr(state, keyword, value)
    return objects.with_meta(state)


def test_a_presentation_state_is_applied(server, ct):
    state = presentation(ct, ImageRotation=90, ImageHorizontalFlip="N", PresentationLUTShape="INVERSE")
    put(server, state)
    expected = 255 - np.rot90(ct.pixel_array, -1)
    # As its own rendering, and asked for beside the image.
    own = picture(server.get(*path(state, "rendered"), accept="image/png"))
    beside = picture(server.get(*path(ct, "rendered"), accept="image/png", params={"presentationUID": state.SOPInstanceUID}))
    assert own.shape == expected.shape and np.abs(own.astype(int) - expected).max() <= 1
    assert np.array_equal(own, beside)
    missing = server.get(*path(ct, "rendered"), accept="image/png", params={"presentationUID": objects.uid()})
    assert missing.status_code == 404


# Documents


def test_a_report_is_a_page_without_scripts(server, ct):
    report = Dataset()
    report.SOPClassUID, report.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.88.11", objects.uid()
    report.StudyInstanceUID, report.SeriesInstanceUID, report.Modality = ct.StudyInstanceUID, objects.uid(), "SR"
    report.PatientName, report.PatientID = "<script>alert(1)</script>", "PT-1"
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "121060", "DCM", "History"
    item = Dataset()
    item.RelationshipType, item.ValueType, item.TextValue = "CONTAINS", "TEXT", "5 < 6 & more"
    item.ConceptNameCodeSequence = Sequence([code])
    report.ValueType, report.ContinuityOfContent, report.ContentSequence = "CONTAINER", "SEPARATE", Sequence([item])
    put(server, objects.with_meta(report))
    answer = server.get(*path(report, "rendered"), accept="text/html")
    assert answer.status_code == 200, answer.text
    assert "5 &lt; 6 &amp; more" in answer.text and "<script" not in answer.text
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert server.get(*path(report, "rendered"), accept="image/jpeg").status_code == 406


def test_an_encapsulated_document_is_handed_out(server, ct):
    pdf = b"%PDF-1.4\n%%EOF\n"
    document = Dataset()
    document.SOPClassUID, document.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.104.1", objects.uid()
    document.StudyInstanceUID, document.SeriesInstanceUID, document.Modality = ct.StudyInstanceUID, objects.uid(), "DOC"
    document.PatientName, document.PatientID = ct.PatientName, ct.PatientID
    document.MIMETypeOfEncapsulatedDocument = "application/pdf"
    document.add_new(0x00420011, "OB", objects.padded(pdf))
    document.EncapsulatedDocumentLength = len(pdf)
    put(server, objects.with_meta(document))
    answer = server.get(*path(document, "rendered"), accept="application/pdf")
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/pdf" and answer.content == pdf


# Bad frames


def test_a_broken_frame_costs_a_frame(server, ct):
    image = pydicom.dcmread(io.BytesIO(objects.file_bytes(ct)))
    image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = objects.uid()
    image.file_meta.TransferSyntaxUID = RLELossless
    image.PixelData = encapsulate([b"\x02\0\0\0" + b"\xff" * 100])
    image["PixelData"].VR = "OB"
    put(server, image)
    answer = server.get(*path(image, "rendered"), accept="image/jpeg")
    assert answer.status_code == 406 and "Pixel Data (7FE0,0010)" in answer.json()["error"]
    assert server.get(*path(ct, "rendered"), accept="image/jpeg").status_code == 200
