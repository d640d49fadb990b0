"""WADO-URI (PS3.18 §9): one instance, named by the query."""
import io

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from peer import objects, web
from peer.part10 import split


def put(server, *images):
    answer = web.store(server, [objects.file_bytes(i) for i in images])
    assert answer.status_code == 200, answer.text


def wado(server, image, accept=None, token=True, **parameters):
    query = {"requestType": "WADO", "studyUID": image.StudyInstanceUID, "seriesUID": image.SeriesInstanceUID, "objectUID": image.SOPInstanceUID, **parameters}
    session = server.session
    if not token:
        del session.headers["Authorization"]
    return session.get(f"{server.http}/wado", params={k: v for k, v in query.items() if v is not None}, headers={"Accept": accept} if accept else {}, timeout=60)


def picture(answer, form):
    assert answer.status_code == 200, f"{answer.status_code} {answer.text[:300]}"
    found = Image.open(io.BytesIO(answer.content))
    assert found.format == form
    return np.asarray(found).astype(int)


@pytest.fixture(scope="module")
def ct(server):
    image = objects.image(objects.ramp(32, 64, "<i2", 0, 1) % 256, WindowCenter=128, WindowWidth=256)
    put(server, image)
    return image


@pytest.fixture(scope="module")
def multiframe(server):
    pixels = np.stack([objects.ramp(16, 24, "<u1", 0, 1) // (n + 1) for n in range(5)])
    image = objects.image(pixels, sop_class=objects.SC_MULTIFRAME_GRAY8, modality="US", frames=5, FrameTime=40, WindowCenter=None, WindowWidth=None)
    put(server, image)
    return image, pixels


@pytest.fixture(scope="module")
def report(server):
    def item(value_type, meaning, **more):
        found = Dataset()
        found.RelationshipType, found.ValueType = "CONTAINS", value_type
        code = Dataset()
        code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "1", "99TEST", meaning
        found.ConceptNameCodeSequence = Sequence([code])
        for keyword, value in more.items():
            setattr(found, keyword, value)
        return found

    image = objects.image(sop_class="1.2.840.10008.5.1.4.1.1.88.11", modality="SR", CompletionFlag="COMPLETE", VerificationFlag="UNVERIFIED", ValueType="CONTAINER")
    for keyword in ("PixelData", "Rows", "Columns"):
        del image[keyword]
    image.ConceptNameCodeSequence = item("CONTAINER", "Report").ConceptNameCodeSequence
    image.ContentSequence = Sequence([item("CONTAINER", "Findings", ContentSequence=Sequence([item("TEXT", "Finding", TextValue="nothing <b>new</b>")]))])
    put(server, image)
    return image


@pytest.fixture(scope="module")
def document(server):
    image = objects.image(sop_class="1.2.840.10008.5.1.4.1.1.104.1", modality="DOC", MIMETypeOfEncapsulatedDocument="application/pdf", EncapsulatedDocument=b"%PDF-1.4 \n")
    for keyword in ("PixelData", "Rows", "Columns"):
        del image[keyword]
    put(server, image)
    return image


# Which form: §9.1.2.1.4, Table 8.7.4-1

@pytest.mark.parametrize("content, accept, expected", [
    (None, None, "image/jpeg"), (None, "*/*", "image/jpeg"), (None, "image/*", "image/jpeg"), (None, "image/png", "image/png"),
    ("image/png", None, "image/png"), ("image/png", "text/html", "image/png"), ("image/tiff,image/png", None, "image/png"),
    ("image/png;q=0.3,image/jpeg", None, "image/jpeg"), ("image/gif", None, "image/gif"), ("application/dicom", "image/*", "application/dicom"),
    ("text/html", "*/*", "image/jpeg"), (None, "image/avif,image/webp,image/apng,image/*,*/*;q=0.8", "image/jpeg"),
    ("text/html", None, None), ("image/tiff", "image/tiff", None), ("application/pdf", None, None),
])
def test_an_image(server, ct, content, accept, expected):
    # requests sends Accept: */* of its own unless it is told otherwise.
    session = server.session
    session.headers["Accept"] = accept
    query = {"requestType": "WADO", "studyUID": ct.StudyInstanceUID, "seriesUID": ct.SeriesInstanceUID, "objectUID": ct.SOPInstanceUID}
    answer = session.get(f"{server.http}/wado", params={**query, **({"contentType": content} if content else {})}, timeout=60)
    if expected:
        assert answer.status_code == 200 and answer.headers["Content-Type"].split(";")[0] == expected
    else:
        assert answer.status_code == 406 and "application/dicom" in answer.text and "image/png" in answer.text


def test_several_frames(server, multiframe):
    image, pixels = multiframe
    assert wado(server, image).headers["Content-Type"].startswith("application/dicom")
    for number in (1, 3, 5):
        shown = picture(wado(server, image, contentType="image/png", frameNumber=number), "PNG")
        assert np.corrcoef(shown.ravel(), pixels[number - 1].ravel())[0, 1] > 0.999
    assert wado(server, image, frameNumber=2).headers["Content-Type"] == "image/jpeg"
    assert wado(server, image, frameNumber=6, contentType="image/png").status_code == 404
    with Image.open(io.BytesIO(wado(server, image, contentType="image/gif").content)) as gif:
        assert gif.n_frames == 5


def test_texts(server, report, document):
    page = wado(server, report)
    assert page.headers["Content-Type"].startswith("text/html") and "nothing &lt;b&gt;new" in page.text and "sandbox" in page.headers["Content-Security-Policy"]
    text = wado(server, report, contentType="text/plain")
    assert text.headers["Content-Type"] == "text/plain; charset=utf-8" and "Finding: nothing <b>new</b>" in text.text and "Findings\n" in text.text
    for content in (None, "application/pdf"):
        pdf = wado(server, document, contentType=content)
        assert pdf.headers["Content-Type"] == "application/pdf" and pdf.content.startswith(b"%PDF-1.4")
    assert wado(server, document, accept="image/png", contentType="image/png").status_code == 406


# DICOM

@pytest.mark.parametrize("syntax", [None, "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.5"])
def test_as_dicom(server, ct, syntax):
    answer = wado(server, ct, contentType="application/dicom", transferSyntax=syntax)
    assert answer.status_code == 200 and answer.headers["ETag"]
    image = pydicom.dcmread(io.BytesIO(answer.content))
    assert image.file_meta.TransferSyntaxUID == (syntax or "1.2.840.10008.1.2.1") and image.SOPInstanceUID == ct.SOPInstanceUID
    if syntax in (None, "1.2.840.10008.1.2.1"):
        assert split(answer.content).data_set == split(objects.file_bytes(ct)).data_set


def test_a_syntax_with_loss(server, ct):
    assert wado(server, ct, contentType="application/dicom", transferSyntax="1.2.840.10008.1.2.4.50").status_code == 406


@pytest.mark.parametrize("value", ["yes", "no", ""])
@pytest.mark.parametrize("content", [None, "application/dicom", "image/png"])
def test_nothing_is_sent_for_anonymize(server, ct, value, content):
    answer = wado(server, ct, contentType=content, anonymize=value)
    assert answer.status_code == 406 and b"Seacole" not in answer.content and b"DICM" not in answer.content


# Pictures

def test_window(server, ct):
    shown = picture(wado(server, ct, contentType="image/png", windowCenter=64, windowWidth=64), "PNG")
    assert np.abs(shown - np.clip(((ct.pixel_array - 63.5) / 63 + 0.5) * 255, 0, 255)).max() <= 1


@pytest.mark.parametrize("rows, columns, size", [(16, None, (32, 16)), (None, 16, (16, 8)), (8, 64, (16, 8)), (64, 64, (64, 32)), (64, None, (128, 64))])
def test_size(server, ct, rows, columns, size):
    assert Image.open(io.BytesIO(wado(server, ct, rows=rows, columns=columns).content)).size == size


def test_region(server, ct):
    whole = picture(wado(server, ct, contentType="image/png"), "PNG")
    part = picture(wado(server, ct, contentType="image/png", region="0.25,0.5,0.75,1"), "PNG")
    assert part.shape == (16, 32) and (part == whole[16:, 16:48]).all()
    assert Image.open(io.BytesIO(wado(server, ct, region="0,0,0.5,1", rows=8).content)).size == (8, 8)


def test_quality(server, ct):
    sizes = [len(wado(server, ct, imageQuality=quality).content) for quality in (5, 50, 100)]
    assert sizes == sorted(sizes) and sizes[0] < sizes[2]


def test_annotation(server, ct):
    plain, written = (wado(server, ct, contentType="image/png", rows=256, annotation=a) for a in (None, "patient,technique"))
    if written.status_code == 406 and "font" in written.text:
        pytest.skip("no font is installed")
    assert (picture(plain, "PNG") != picture(written, "PNG")).any()


def test_a_presentation_state(server, ct):
    state = Dataset()
    for keyword in ("SpecificCharacterSet", "PatientName", "PatientID", "StudyInstanceUID", "StudyDate", "StudyTime", "StudyID", "AccessionNumber"):
        setattr(state, keyword, getattr(ct, keyword))
    image = objects.image(study=ct.StudyInstanceUID, sop_class="1.2.840.10008.5.1.4.1.1.11.1", modality="PR")
    for keyword in ("PixelData", "Rows", "Columns", "WindowCenter", "WindowWidth", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "SamplesPerPixel"):
        del image[keyword]
    reference, series = Dataset(), Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = ct.SOPClassUID, ct.SOPInstanceUID
    series.SeriesInstanceUID, series.ReferencedImageSequence = ct.SeriesInstanceUID, Sequence([reference])
    image.ReferencedSeriesSequence = Sequence([series])
    image.PresentationLUTShape = "INVERSE"
    area = Dataset()
    area.DisplayedAreaTopLeftHandCorner, area.DisplayedAreaBottomRightHandCorner, area.PresentationSizeMode = [1, 1], [64, 32], "SCALE TO FIT"
    area.PresentationPixelAspectRatio = [1, 1]
    image.DisplayedAreaSelectionSequence = Sequence([area])
    window = Dataset()
    window.WindowCenter, window.WindowWidth = 128, 256
    image.SoftcopyVOILUTSequence = Sequence([window])
    put(server, image)
    names = {"presentationUID": image.SOPInstanceUID, "presentationSeriesUID": image.SeriesInstanceUID}
    plain, turned = picture(wado(server, ct, contentType="image/png"), "PNG"), picture(wado(server, ct, contentType="image/png", **names), "PNG")
    assert turned.shape == plain.shape and np.abs(turned + plain - 255).max() <= 1
    assert wado(server, ct, presentationUID=image.SOPInstanceUID, presentationSeriesUID=ct.SeriesInstanceUID).status_code == 404
    assert wado(server, ct, windowCenter=1, windowWidth=2, **names).status_code == 400


# Errors

@pytest.mark.parametrize("parameters", [
    {"requestType": None}, {"requestType": "QIDO"}, {"studyUID": None}, {"seriesUID": None}, {"objectUID": None}, {"objectUID": "x"}, {"nonsense": "1"},
    {"rows": "0"}, {"region": "1,1,0,0"}, {"windowCenter": "1"}, {"frameNumber": "0"}, {"imageQuality": "101"}, {"annotation": "all"}, {"presentationUID": "1.2"},
    {"contentType": "application/dicom", "rows": "10"}, {"transferSyntax": "1.2.840.10008.1.2"},
], ids=str)
def test_what_cannot_be_meant(server, ct, parameters):
    answer = wado(server, ct, **parameters)
    assert answer.status_code == 400 and len(answer.json()["error"]) > 10


@pytest.mark.parametrize("name", ["studyUID", "seriesUID", "objectUID"])
def test_what_is_not_there(server, ct, name):
    assert wado(server, ct, **{name: "1.2.3.4"}).status_code == 404


def test_who_is_not_known(server, ct):
    assert wado(server, ct, token=False).status_code == 401


def test_head_and_options(server, ct):
    query = {"requestType": "WADO", "studyUID": ct.StudyInstanceUID, "seriesUID": ct.SeriesInstanceUID, "objectUID": ct.SOPInstanceUID}
    head = server.session.head(f"{server.http}/wado", params=query, timeout=60)
    assert head.status_code == 200 and not head.content and head.headers["Content-Type"] == "image/jpeg"
    again = server.session.get(f"{server.http}/wado", params=query, headers={"If-None-Match": head.headers["ETag"]}, timeout=60)
    assert again.status_code == 304
    assert "GET" in server.session.options(f"{server.http}/wado", timeout=60).headers["Allow"]
