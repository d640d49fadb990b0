"""WADO-RS (PS3.18 §10.4): objects, metadata, frames and pictures; values from pydicom and numpy."""
import gzip
import io
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from dicomweb_client import DICOMwebClient
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate

from peer import objects, web
from peer.part10 import split

OCTETS = 'multipart/related; type="application/octet-stream"'


@pytest.fixture(scope="module")
def sent(server):
    """A study of two series of three CT slices."""
    images = objects.study()
    assert web.store(server, [objects.file_bytes(i) for i in images]).status_code == 200
    return images


@pytest.fixture(scope="module")
def multiframe(server):
    pixels = np.stack([objects.ramp(16, 24, "<u1", 0, 1) ^ n for n in range(5)])
    image = objects.image(pixels, sop_class=objects.SC_MULTIFRAME_GRAY8, modality="US", frames=5, FrameTime=40,
                          WindowCenter=None, WindowWidth=None)
    assert web.store(server, [objects.file_bytes(image)]).status_code == 200
    return image, pixels


def path(image, *more):
    return ("studies", image.StudyInstanceUID, "series", image.SeriesInstanceUID, "instances", image.SOPInstanceUID, *more)


def client(server):
    return DICOMwebClient(url=f"{server.http}/dicom-web", session=server.session)


def data_sets(answer):
    assert answer.status_code == 200, f"{answer.status_code} {answer.text[:300]}"
    return sorted(split(body).data_set for _, body in web.parts(answer))


def expected(images):
    return sorted(split(objects.file_bytes(i)).data_set for i in images)


def test_study(server, sent):
    answer = server.get("studies", sent[0].StudyInstanceUID, accept=web.ANY_SYNTAX)
    assert data_sets(answer) == expected(sent)
    assert all(h["content-type"].startswith("application/dicom") for h, _ in web.parts(answer))


def test_series(server, sent):
    series = sent[0].SeriesInstanceUID
    answer = server.get("studies", sent[0].StudyInstanceUID, "series", series, accept=web.ANY_SYNTAX)
    assert data_sets(answer) == expected([i for i in sent if i.SeriesInstanceUID == series])


def test_instance(server, sent):
    assert data_sets(server.get(*path(sent[1]), accept=web.ANY_SYNTAX)) == expected([sent[1]])


def test_what_is_retrieved_is_a_part_10_file(server, sent):
    file = web.parts(server.get(*path(sent[0]), accept=web.ANY_SYNTAX))[0][1]
    assert file[128:132] == b"DICM" and file[:128] == bytes(128)
    meta = split(file)
    assert (meta.sop_class, meta.sop_instance) == (sent[0].SOPClassUID, sent[0].SOPInstanceUID)


@pytest.mark.parametrize("accept, status", {
    'multipart/related; type="application/dicom"': 200,
    'multipart/related; type="application/dicom"; transfer-syntax=*': 200,
    'multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2.1': 200,
    'multipart/related; type=application/dicom': 200,
    "*/*": 200,
    "": 200,
    'text/html, multipart/related; type="application/dicom"; q=0.1': 200,
    'multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2.4.201': 200,
    'multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2.4.203': 406,
    "text/html": 406,
    "image/tiff": 406,
}.items())
def test_accept(server, sent, accept, status):
    assert server.get(*path(sent[0]), accept=accept).status_code == status


@pytest.mark.parametrize("level", ("study", "series", "instance"))
def test_metadata(server, sent, level):
    image = sent[0]
    where = {"study": path(image)[:2], "series": path(image)[:4], "instance": path(image)}[level]
    answer = server.get(*where, "metadata", accept=web.DICOM_JSON)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].split(";")[0] == web.DICOM_JSON
    metadata = {web.value(m, "00080018"): m for m in answer.json()}
    assert len(metadata) == {"study": 6, "series": 3, "instance": 1}[level]
    model = metadata[image.SOPInstanceUID]
    assert model["00280030"] == {"vr": "DS", "Value": [0.5, 0.5]}
    assert model["00100010"] == {"vr": "PN", "Value": [{"Alphabetic": "Seacole^Mary"}]}
    assert model["00281050"]["vr"] == "DS" and web.value(model, "00281050") == 40
    assert "Value" not in model.get("7FE00010", {}) and "InlineBinary" not in model.get("7FE00010", {})
    assert not any(tag.startswith("0002") for tag in model)


def test_metadata_says_what_pydicom_says(server, sent):
    image = sent[2]
    [model] = server.get(*path(image), "metadata", accept=web.DICOM_JSON).json()
    ours = {tag: element for tag, element in model.items() if "BulkDataURI" not in element and tag != "00080005"}
    theirs = {tag: element for tag, element in image.to_json_dict().items() if tag not in ("7FE00010", "00080005")}
    assert ours == theirs


def flat(element):
    """A Native DICOM Model (PS3.19 §A.1) as {tag: values}, sequences as lists of the same; read by xml.etree."""
    inner = lambda node: node.tag.rpartition("}")[2]
    found = {}
    for attribute in element:
        items = [flat(child) for child in attribute if inner(child) == "Item"]
        values = [child.text or "" for child in attribute if inner(child) == "Value"]
        names = [" ".join(t.strip() for t in child.itertext() if t.strip()) for child in attribute if inner(child) == "PersonName"]
        bulk = [child.get("uri") for child in attribute if inner(child) == "BulkData"]
        found[attribute.get("tag")] = items or values or names or bulk
    return found


@pytest.mark.parametrize("level", ("study", "series", "instance"))
def test_metadata_as_xml(server, sent, level):
    """The XML says what the JSON says, an instance a part; alone where one is asked for alone."""
    where = {"study": path(sent[0])[:2], "series": path(sent[0])[:4], "instance": path(sent[0])}[level]
    expected = server.get(*where, "metadata", accept=web.DICOM_JSON).json()
    answer = server.get(*where, "metadata", accept='multipart/related; type="application/dicom+xml"')
    assert answer.status_code == 200
    found = [flat(ElementTree.fromstring(body)) for _, body in web.parts(answer)]
    assert [f["00080018"] for f in found] == [e["00080018"]["Value"] for e in expected]
    for one, other in zip(found, expected):
        assert set(one) == set(other)
        for tag, element in other.items():
            if element["vr"] == "PN":
                assert one[tag] == ["Seacole Mary"]
            elif "BulkDataURI" in element:
                assert one[tag] == [element["BulkDataURI"]]
            elif element["vr"] in ("DS", "FL", "FD"):
                assert [float(v) for v in one[tag]] == [float(v) for v in element.get("Value", [])], tag
            elif element["vr"] != "SQ":
                assert one[tag] == [str(v) for v in element.get("Value", [])], tag
    if level == "instance":
        alone = server.get(*where, "metadata", accept="application/dicom+xml")
        assert alone.headers["Content-Type"] == "application/dicom+xml" and flat(ElementTree.fromstring(alone.content)) == found[0]


@pytest.mark.parametrize("accept", (web.DICOM_JSON, 'multipart/related; type="application/dicom+xml"'))
def test_text_is_compressed_where_the_client_takes_it(server, sent, accept):
    plain = server.session.get(server.url(*path(sent[0])[:2], "metadata"), headers={"Accept": accept, "Accept-Encoding": "identity"})
    packed = server.session.get(server.url(*path(sent[0])[:2], "metadata"), headers={"Accept": accept, "Accept-Encoding": "br, gzip"}, stream=True)
    assert "Content-Encoding" not in plain.headers and packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in plain.headers["Vary"] and "Accept-Encoding" in packed.headers["Vary"]
    raw = packed.raw.read(decode_content=False)
    boundary = re.compile(rb"isocenter-[0-9-]+")  # Another one each time.
    assert boundary.sub(b"", gzip.decompress(raw)) == boundary.sub(b"", plain.content) and len(raw) < len(plain.content) / 2


@pytest.mark.parametrize("accept", (OCTETS, "application/octet-stream", "*/*", ""))
def test_frame(server, sent, accept):
    answer = server.get(*path(sent[0], "frames", 1), accept=accept)
    assert answer.status_code == 200, answer.text[:300]
    assert web.parts(answer)[0][1] == sent[0].PixelData


def test_frames_in_the_order_asked_for(server, multiframe):
    image, pixels = multiframe
    answer = server.session.get(server.url(*path(image)) + "/frames/3,1,5", headers={"Accept": OCTETS}, timeout=60)
    assert [body for _, body in web.parts(answer)] == [pixels[n].tobytes() for n in (2, 0, 4)]


@pytest.mark.parametrize("syntax", ["", "; transfer-syntax=*", "; transfer-syntax=1.2.840.10008.1.2.1"])
def test_frames_of_single_bits_begin_with_their_first_bit(server, syntax):
    """PS3.5 §8.1.1: in the object, frame follows frame within a byte."""
    planes = np.random.default_rng(7).integers(0, 2, (3, 5, 7), np.uint8)
    image = objects.image(np.zeros((3, 5, 7), "<u1"), sop_class="1.2.840.10008.5.1.4.1.1.7.1", modality="OT", frames=3, WindowCenter=None, WindowWidth=None)
    image.BitsAllocated = image.BitsStored = 1
    image.HighBit, image.PixelRepresentation = 0, 0
    image.PixelData = objects.padded(np.packbits(planes.ravel(), bitorder="little").tobytes())
    assert web.store(server, [objects.file_bytes(image)]).status_code == 200
    answer = server.session.get(server.url(*path(image)) + "/frames/2,3,1", headers={"Accept": OCTETS + syntax}, timeout=60)
    bits = [np.unpackbits(np.frombuffer(content, np.uint8), bitorder="little")[:35].reshape(5, 7) for _, content in web.parts(answer)]
    assert [b.tolist() for b in bits] == [planes[n].tolist() for n in (1, 2, 0)]


def test_metadata_of_an_image_with_a_packed_icon(server):
    icon = Dataset()
    icon.Rows, icon.Columns, icon.SamplesPerPixel, icon.PhotometricInterpretation = 8, 8, 1, "MONOCHROME2"
    icon.BitsAllocated, icon.BitsStored, icon.HighBit, icon.PixelRepresentation = 8, 8, 7, 0
    stream = io.BytesIO()
    Image.fromarray(np.zeros((8, 8), np.uint8)).save(stream, "JPEG")
    icon.PixelData = encapsulate([stream.getvalue()])
    icon["PixelData"].VR, icon["PixelData"].is_undefined_length = "OB", True
    image = objects.image(IconImageSequence=[icon])
    assert web.store(server, [objects.file_bytes(image)]).status_code == 200
    answer = server.get(*path(image, "metadata"), accept="application/dicom+json")
    link = answer.json()[0]["00880200"]["Value"][0]["7FE00010"]["BulkDataURI"]
    content = server.session.get(link, headers={"Accept": "application/octet-stream"}, timeout=60).content
    assert content.rstrip(b"\0") == stream.getvalue().rstrip(b"\0")


def test_dicomweb_client_gets_frames(server, multiframe):
    image, pixels = multiframe
    frames = client(server).retrieve_instance_frames(image.StudyInstanceUID, image.SeriesInstanceUID, image.SOPInstanceUID, [1, 2, 3, 4, 5])
    assert frames == [pixels[n].tobytes() for n in range(5)]


def test_dicomweb_client_gets_a_study(server, sent):
    found = client(server).retrieve_study(sent[0].StudyInstanceUID)
    assert {d.SOPInstanceUID for d in found} == {i.SOPInstanceUID for i in sent}
    assert all(np.array_equal(d.pixel_array, next(i for i in sent if i.SOPInstanceUID == d.SOPInstanceUID).pixel_array) for d in found)


def test_dicomweb_client_gets_metadata(server, sent):
    assert len(client(server).retrieve_study_metadata(sent[0].StudyInstanceUID)) == 6


@pytest.mark.parametrize("frames, status", {"0": (400, 404), "6": (404,), "1,99": (404,), "-1": (400, 404), "x": (400, 404),
                                            "1,,2": (400, 404), "99999999999999999999": (400, 404), "": (400, 404)}.items())
def test_frames_that_are_not_there(server, multiframe, frames, status):
    answer = server.session.get(server.url(*path(multiframe[0])) + f"/frames/{frames}", headers={"Accept": OCTETS}, timeout=60)
    assert answer.status_code in status


def windowed(pixels, center, width):
    """PS3.3 C.11.2.1.2.1, LINEAR, to 0...255."""
    x = pixels.astype(float)
    y = ((x - (center - 0.5)) / (width - 1) + 0.5) * 255
    return np.clip(y, 0, 255)


@pytest.mark.parametrize("accept, form, tolerance", (("image/png", "PNG", 1), ("image/jpeg", "JPEG", 12)))
def test_rendered(server, sent, accept, form, tolerance):
    answer = server.get(*path(sent[0], "rendered"), accept=accept)
    assert answer.status_code == 200 and answer.headers["Content-Type"].split(";")[0] == accept
    picture = Image.open(io.BytesIO(answer.content))
    assert picture.format == form and picture.size == (48, 32)
    shown = np.asarray(picture.convert("L")).astype(float)
    assert np.abs(shown - windowed(sent[0].pixel_array, 40, 400)).max() <= tolerance


def test_rendered_with_a_window(server, sent):
    answer = server.get(*path(sent[0], "rendered"), accept="image/png", params={"window": "-500,800,linear"})
    assert answer.status_code == 200, answer.text[:300]
    shown = np.asarray(Image.open(io.BytesIO(answer.content)).convert("L")).astype(float)
    assert np.abs(shown - windowed(sent[0].pixel_array, -500, 800)).max() <= 1


def test_rendered_frame(server, multiframe):
    image, pixels = multiframe
    answer = server.session.get(server.url(*path(image)) + "/frames/4/rendered", headers={"Accept": "image/png"}, timeout=60)
    assert answer.status_code == 200, answer.text[:300]
    shown = np.asarray(Image.open(io.BytesIO(answer.content)).convert("L")).astype(int)
    assert np.corrcoef(shown.ravel(), pixels[3].ravel())[0, 1] > 0.999


def test_rendered_into_a_viewport(server, sent):
    answer = server.get(*path(sent[0], "rendered"), accept="image/png", params={"viewport": "24,16"})
    assert answer.status_code in (200, 400)
    if answer.status_code == 200:
        width, height = Image.open(io.BytesIO(answer.content)).size
        assert width <= 24 and height <= 16


@pytest.mark.parametrize("parameters", [{"window": "x"}, {"window": "1,0,linear"}, {"window": "1,2,3,4"}, {"viewport": "-1,-1"},
                                        {"viewport": "999999,999999"}, {"quality": "101"}, {"quality": "x"}], ids=str)
def test_rendering_nonsense_is_refused(server, sent, parameters):
    assert server.get(*path(sent[0], "rendered"), accept="image/jpeg", params=parameters).status_code == 400


def test_rendered_as_something_impossible(server, sent):
    assert server.get(*path(sent[0], "rendered"), accept="image/x-nothing").status_code == 406


@pytest.mark.parametrize("level", ("study", "series", "instance"))
def test_thumbnail(server, sent, level):
    where = {"study": path(sent[0])[:2], "series": path(sent[0])[:4], "instance": path(sent[0])}[level]
    answer = server.get(*where, "thumbnail", accept="image/*")
    assert answer.status_code == 200, answer.text[:300]
    assert max(Image.open(io.BytesIO(answer.content)).size) <= 256


@pytest.mark.parametrize("missing", ("studies/{0}", "studies/{0}/metadata", "studies/{1}/series/{0}", "studies/{1}/series/{2}/instances/{0}",
                                     "studies/{0}/series/{2}/instances/{3}", "studies/{1}/series/{0}/instances/{3}",
                                     "studies/{1}/series/{2}/instances/{0}/metadata", "studies/{1}/series/{2}/instances/{0}/frames/1",
                                     "studies/{1}/series/{2}/instances/{0}/rendered", "studies/{0}/thumbnail", "nothing/here"))
def test_what_is_not_there_is_404(server, sent, missing):
    image = sent[0]
    where = missing.format("1.2.3.4.5.6", image.StudyInstanceUID, image.SeriesInstanceUID, image.SOPInstanceUID)
    answer = server.session.get(f"{server.http}/dicom-web/{where}", timeout=60)
    assert answer.status_code == 404, f"{answer.status_code} {answer.text[:200]}"
