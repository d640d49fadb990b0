"""DICOMweb's pictures and other transfer syntaxes (PS3.18 §8.3.5, §8.7.3, §8.7.4), looked at by pydicom, Pillow and zlib."""
import io
import zlib

import numpy as np
import pydicom
import pytest
from PIL import Image, ImageSequence
from pydicom.dataset import Dataset

from peer import objects, web

GSPS = "1.2.840.10008.5.1.4.1.1.11.1"
PDF = "1.2.840.10008.5.1.4.1.1.104.1"
BASIC_TEXT = "1.2.840.10008.5.1.4.1.1.88.11"
RLE, DEFLATED_FRAME, JPEG_BASELINE, IMPLICIT = "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.8.1", "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2"


def path(image, *more):
    return ("studies", image.StudyInstanceUID, "series", image.SeriesInstanceUID, "instances", image.SOPInstanceUID, *more)


def stored(server, *data_sets):
    answer = web.store(server, [objects.file_bytes(data_set) for data_set in data_sets])
    assert answer.status_code == 200, answer.text[:300]
    return data_sets[0]


def without_pixels(sop_class, modality, of=None, **attributes):
    data_set = objects.image(sop_class=sop_class, modality=modality, study=of and of.StudyInstanceUID, WindowCenter=None, WindowWidth=None)
    for keyword in ("Rows", "Columns", "PixelData", "SamplesPerPixel", "PhotometricInterpretation", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation"):
        delattr(data_set, keyword)
    for keyword, value in attributes.items():
        setattr(data_set, keyword, value)
    return data_set


def seen(answer, form="PNG"):
    assert answer.status_code == 200, f"{answer.status_code} {answer.text[:300]}"
    picture = Image.open(io.BytesIO(answer.content))
    assert picture.format == form
    return picture


@pytest.fixture(scope="module")
def ct(server):
    return stored(server, objects.image(objects.ramp(64, 96, start=-3000)))


@pytest.fixture(scope="module")
def clip(server):
    pixels = np.stack([objects.ramp(40, 64, "<u1", 0, 1) ^ n for n in range(5)])
    return stored(server, objects.image(
        pixels, sop_class=objects.SC_MULTIFRAME_GRAY8, modality="US", frames=5, FrameTime=40, WindowCenter=128, WindowWidth=256)), pixels


# MARK: other transfer syntaxes

@pytest.mark.parametrize("asked, syntax", [("", "1.2.840.10008.1.2.1"), (f"; transfer-syntax={RLE}", RLE), (f"; transfer-syntax={IMPLICIT}", IMPLICIT)])
def test_objects_in_another_syntax(server, clip, asked, syntax):
    image, pixels = clip
    answer = server.get(*path(image), accept=f'multipart/related; type="application/dicom"{asked}')
    assert answer.status_code == 200, answer.text[:300]
    headers, body = web.parts(answer)[0]
    assert headers["content-type"] == f"application/dicom; transfer-syntax={syntax}"
    read = pydicom.dcmread(io.BytesIO(body))
    assert read.file_meta.TransferSyntaxUID == syntax and read.SOPInstanceUID == image.SOPInstanceUID
    assert np.array_equal(read.pixel_array, pixels)


def test_objects_are_not_compressed_with_loss(server, clip):
    assert server.get(*path(clip[0]), accept=f"application/dicom; transfer-syntax={JPEG_BASELINE}").status_code == 406


def test_frames_in_another_syntax(server, ct):
    answer = server.get(*path(ct, "frames", 1), accept=f"application/octet-stream; transfer-syntax={DEFLATED_FRAME}")
    assert answer.status_code == 200, answer.text[:300]
    # A byte may follow that makes the length even.
    assert zlib.decompressobj(-15).decompress(answer.content) == ct.PixelData
    assert answer.headers["X-Photometric-Interpretation"] == "MONOCHROME2"


def test_frames_under_their_media_type(server, clip):
    image, pixels = clip
    answer = server.session.get(server.url(*path(image)) + "/frames/2,5", headers={"Accept": 'multipart/related; type="image/jp2"'}, timeout=60)
    assert answer.status_code == 200, answer.text[:300]
    parts = web.parts(answer)
    assert [headers["content-type"] for headers, _ in parts] == ["image/jp2; transfer-syntax=1.2.840.10008.1.2.4.90"] * 2
    assert all(np.array_equal(np.asarray(Image.open(io.BytesIO(body))), pixels[n]) for n, (_, body) in zip((1, 4), parts))


# MARK: pictures

def test_gif_holds_all_frames(server, clip):
    image, pixels = clip
    frames = [np.asarray(frame.convert("L")) for frame in ImageSequence.Iterator(seen(server.get(*path(image, "rendered"), accept="image/gif"), "GIF"))]
    assert len(frames) == 5 and all(np.abs(frame.astype(int) - shown).max() <= 1 for frame, shown in zip(frames, pixels))


def test_a_series_as_one_picture_for_each_frame(server, clip):
    answer = server.get(*path(clip[0])[:4], "rendered", accept='multipart/related; type="image/png"')
    assert [headers["content-type"] for headers, _ in web.parts(answer)] == ["image/png"] * 5


def test_mp4_or_the_reason_why_not(server, clip):
    answer = server.get(*path(clip[0], "rendered"), accept="video/mp4")
    assert answer.content[4:8] == b"ftyp" if answer.status_code == 200 else answer.status_code == 406 and "libav" in answer.text


def test_annotation_writes_into_the_picture(server, ct):
    def picture(**parameters):
        return np.asarray(seen(server.get(*path(ct, "rendered"), accept="image/png", params={"viewport": "480,320", **parameters})).convert("L"))
    plain = picture()
    for words in ("patient", "technique", "patient,technique"):
        assert (picture(annotation=words) != plain).any(), words
    assert server.get(*path(ct, "rendered"), accept="image/png", params={"annotation": "name"}).status_code == 400


def test_colour_profile(server):
    image = stored(server, objects.image(np.full((8, 24), 90, "<u1"), sop_class=objects.SC, modality="OT", WindowCenter=None, WindowWidth=None,
                                         SamplesPerPixel=3, PhotometricInterpretation="RGB", PlanarConfiguration=0, Columns=8))
    get = lambda **parameters: seen(server.get(*path(image, "rendered"), accept="image/png", params=parameters))
    assert "icc_profile" not in get().info and "icc_profile" not in get(iccprofile="no").info
    assert get(iccprofile="adobergb").info["icc_profile"][36:40] == b"acsp"


def test_presentation_state(server, ct):
    reference, series = Dataset(), Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = ct.SOPClassUID, ct.SOPInstanceUID
    series.SeriesInstanceUID, series.ReferencedImageSequence = ct.SeriesInstanceUID, [reference]
    state = without_pixels(GSPS, "PR", ct, ReferencedSeriesSequence=[series], PresentationLUTShape="INVERSE", ImageRotation=90, ImageHorizontalFlip="N")
    stored(server, state)
    by_instance = np.asarray(seen(server.get(*path(state, "rendered"), accept="image/png")).convert("L"))
    by_parameter = np.asarray(seen(server.get(*path(ct, "rendered"), accept="image/png", params={"presentationUID": state.SOPInstanceUID})).convert("L"))
    own = np.asarray(seen(server.get(*path(ct, "rendered"), accept="image/png", params={"window": "0,65536"})).convert("L")).astype(int)
    assert by_instance.shape == (96, 64) and np.array_equal(by_instance, by_parameter)
    # Turned, and its greys run the other way.
    assert np.corrcoef(np.rot90(own, -1).ravel(), by_instance.ravel())[0, 1] < -0.9
    assert server.get(*path(ct, "rendered"), accept="image/png", params={"presentationUID": objects.uid()}).status_code == 404


# MARK: documents

@pytest.mark.parametrize("kind, status", [("application/pdf", 200), ("text/html", 404)])
def test_encapsulated_document(server, kind, status):
    document = b"%PDF-1.4 not much of one\n"
    image = stored(server, without_pixels(PDF, "DOC", EncapsulatedDocument=objects.padded(document), MIMETypeOfEncapsulatedDocument=kind, EncapsulatedDocumentLength=len(document)))
    answer = server.get(*path(image, "rendered"), accept="*/*")
    assert answer.status_code == status
    if status == 200:
        assert answer.headers["Content-Type"] == kind and answer.content == document


def test_report_as_a_page_without_scripts(server):
    title, item, name = Dataset(), Dataset(), Dataset()
    title.CodeValue, title.CodingSchemeDesignator, title.CodeMeaning = "11528-7", "LN", "Radiology Report"
    name.CodeValue, name.CodingSchemeDesignator, name.CodeMeaning = "121071", "DCM", "Finding"
    item.RelationshipType, item.ValueType, item.ConceptNameCodeSequence = "CONTAINS", "TEXT", [name]
    item.TextValue = "<script>alert(1)</script> no fracture"
    report = stored(server, without_pixels(BASIC_TEXT, "SR", ValueType="CONTAINER", ConceptNameCodeSequence=[title], ContinuityOfContent="SEPARATE", ContentSequence=[item]))
    answer = server.get(*path(report, "rendered"), accept="text/html")
    assert answer.status_code == 200 and "sandbox" in answer.headers["Content-Security-Policy"]
    assert "Radiology Report" in answer.text and "Finding" in answer.text and "no fracture" in answer.text
    assert "<script" not in answer.text
