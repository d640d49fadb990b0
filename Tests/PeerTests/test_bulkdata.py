"""Bulk data (PS3.18 §10.4.1.1.5) by path, of studies, series and instances; ranges of it. Values from pydicom and numpy."""
import numpy as np
import pytest
from dicomweb_client import DICOMwebClient
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.pixels import pixel_array
from pydicom.sequence import Sequence
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, RLELossless

from peer import objects, web

OCTETS = 'multipart/related; type="application/octet-stream"'
TABLE = np.arange(2048, dtype="<u2")


def made(syntax="1.2.840.10008.1.2.1", **kwargs):
    image = objects.image(**kwargs)
    item = Dataset()
    item.add_new(0x00283006, "OW", TABLE.tobytes())
    image.ModalityLUTSequence = Sequence([Dataset(), item])
    image.add_new(0x00282000, "OB", bytes(range(256)) * 8)
    return objects.with_meta(image, syntax) if syntax else image


def stored(server, image):
    assert web.store(server, [objects.file_bytes(image)]).status_code == 200
    return image


@pytest.fixture(scope="module")
def image(server):
    return stored(server, made())


@pytest.fixture(scope="module")
def compressed(server):
    """Three frames of RLE."""
    pixels = np.stack([objects.ramp(16, 24, "<u1", 0, 1) ^ n for n in range(3)])
    image = objects.image(pixels, sop_class=objects.SC_MULTIFRAME_GRAY8, modality="US", frames=3, FrameTime=40, WindowCenter=None, WindowWidth=None)
    image.compress(RLELossless, encoding_plugin="pydicom")
    return stored(server, image), pixels


def url(server, image, *more, level="instance"):
    where = ["studies", image.StudyInstanceUID, "series", image.SeriesInstanceUID, "instances", image.SOPInstanceUID]
    return server.url(*where[:{"study": 2, "series": 4, "instance": 6}[level]], *more)


def get(server, image, *more, accept="*/*", level="instance", **headers):
    return server.session.get(url(server, image, *more, level=level), timeout=60, headers={"Accept": accept, **{k.replace("_", "-"): v for k, v in headers.items()}})


# By path

def test_by_path(server, image):
    answer = get(server, image, "bulkdata", "00282000", accept="application/octet-stream")
    assert answer.content == bytes(range(256)) * 8 and answer.headers["Content-Type"].startswith("application/octet-stream")
    assert answer.headers["Accept-Ranges"] == "bytes" and "Content-Encoding" not in answer.headers
    assert get(server, image, "bulkdata", "00283000", "1", "00283006").content == TABLE.tobytes()
    assert get(server, image, "bulkdata", "7FE00010").content == image.PixelData
    # Small ones as well, though no metadata links to them.
    assert get(server, image, "bulkdata", "00100020").content.strip() == b"PT-1"
    [(headers, body)] = web.parts(get(server, image, "bulkdata", "00282000", accept=OCTETS))
    assert body == bytes(range(256)) * 8 and headers["content-location"] == url(server, image, "bulkdata", "00282000")


@pytest.mark.parametrize("path, status", (("00283000", 404), ("00283000/0/00283006", 404), ("00283000/2/00283006", 404), ("00283000/x/00283006", 400),
                                          ("PatientID", 400), ("00109999", 404), ("00283000/1", 400), ("00283000/-1/00283006", 400)))
def test_what_is_not_there(server, image, path, status):
    assert get(server, image, "bulkdata", *path.split("/")).status_code == status


def test_not_acceptable(server, image):
    answer = get(server, image, "bulkdata", "00282000", accept="image/png")
    assert answer.status_code == 406 and "application/octet-stream" in answer.text


@pytest.mark.parametrize("syntax", (ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian))
def test_values_are_little_endian_and_inflated(server, syntax):
    image = made(None)
    plain = image.PixelData
    if syntax == ExplicitVRBigEndian:
        image.PixelData = np.frombuffer(plain, "<i2").astype(">i2").tobytes()
        image.ModalityLUTSequence[1].add_new(0x00283006, "OW", TABLE.astype(">u2").tobytes())
        image = stored(server, objects.with_meta(image, syntax))
        image.PixelData = plain
    else:
        image = stored(server, objects.with_meta(image, syntax))
    assert get(server, image, "bulkdata", "7FE00010").content == plain
    assert get(server, image, "bulkdata", "00283000", "1", "00283006").content == TABLE.tobytes()
    part = get(server, image, "bulkdata", "7FE00010", Range="bytes=3-8")
    assert part.status_code == 206 and part.content == plain[3:9]
    [model] = server.session.get(url(server, image, "metadata"), headers={"Accept": web.DICOM_JSON}, timeout=60).json()
    assert server.session.get(model["7FE00010"]["BulkDataURI"], timeout=60).content == plain


# Ranges

RANGES = [("bytes=0-0", 0, 1), ("bytes=10-19", 10, 20), ("bytes=-5", 2043, 2048), ("bytes=2000-", 2000, 2048), ("bytes=2000-9999", 2000, 2048), ("bytes=-9999", 0, 2048)]


@pytest.mark.parametrize("header, first, end", RANGES)
def test_range(server, image, header, first, end):
    answer = get(server, image, "bulkdata", "00282000", Range=header)
    assert answer.status_code == 206 and answer.content == (bytes(range(256)) * 8)[first:end]
    assert answer.headers["Content-Range"] == f"bytes {first}-{end - 1}/2048" and answer.headers["Content-Length"] == str(end - first)


@pytest.mark.parametrize("header", ("bytes=2048-", "bytes=9999-10000", "bytes=-0"))
def test_range_that_is_not_there(server, image, header):
    answer = get(server, image, "bulkdata", "00282000", Range=header)
    assert answer.status_code == 416 and answer.headers["Content-Range"] == "bytes */2048"


@pytest.mark.parametrize("header", ("items=0-1", "bytes=a-b", "bytes=5-1", "bytes=0-1,4-5", "bytes", "bytes=" + "9" * 40 + "-"))
def test_range_that_means_nothing_is_the_whole(server, image, header):
    answer = get(server, image, "bulkdata", "00282000", Range=header)
    assert answer.status_code in (200, 416) and (answer.status_code == 416 or len(answer.content) == 2048)


def test_if_range_and_entity_tags(server, image):
    whole = get(server, image, "bulkdata", "00282000")
    tag = whole.headers["ETag"]
    assert not tag.startswith("W/")
    assert get(server, image, "bulkdata", "00282000", Range="bytes=0-3", If_Range=tag).status_code == 206
    assert get(server, image, "bulkdata", "00282000", Range="bytes=0-3", If_Range='"other"').content == whole.content
    assert get(server, image, "bulkdata", "00282000", If_None_Match=tag).status_code == 304
    head = server.session.head(url(server, image, "bulkdata", "00282000"), timeout=60)
    assert head.status_code == 200 and head.headers["Content-Length"] == "2048" and head.headers["ETag"] == tag and not head.content


def test_range_in_a_part(server, image):
    """Who takes parts means a range of the value."""
    answer = get(server, image, "bulkdata", "00282000", accept=OCTETS, Range="bytes=10-19")
    [(headers, body)] = web.parts(answer)
    assert answer.status_code == 206 and body == (bytes(range(256)) * 8)[10:20] and headers["content-range"] == "bytes 10-19/2048"
    assert get(server, image, "bulkdata", "00282000", accept=OCTETS, Range="bytes=2048-").status_code == 416
    assert get(server, image, "bulkdata", "00282000", accept=OCTETS, Range="bytes=0-1", If_Range='"other"').status_code == 200


# Pixel data

def test_compressed_pixel_data_is_frames(server, compressed):
    image, pixels = compressed
    parts = web.parts(get(server, image, "pixeldata"))
    assert len(parts) == 3 and all(h["content-type"].startswith("image/dicom-rle") for h, _ in parts)
    assert [h["content-location"] for h, _ in parts] == [url(server, image, "frames", str(n)) for n in (1, 2, 3)]
    again = Dataset()
    again.update(image)
    again.file_meta = image.file_meta
    again.PixelData = encapsulate([body for _, body in parts])
    assert np.array_equal(pixel_array(again), pixels)
    assert web.parts(get(server, image, "bulkdata", "7FE00010")) == parts or len(web.parts(get(server, image, "bulkdata", "7FE00010"))) == 3


def test_uncompressed_on_demand(server, compressed):
    image, pixels = compressed
    [(headers, body)] = web.parts(get(server, image, "pixeldata", accept=OCTETS))
    assert body == pixels.tobytes() and headers["content-type"].startswith("application/octet-stream")
    single = get(server, image, "pixeldata", accept="application/octet-stream")
    assert single.content == pixels.tobytes() and not single.headers["Content-Type"].startswith("multipart")


def test_native_pixel_data(server, image):
    single = get(server, image, "pixeldata", accept="application/octet-stream")
    assert single.content == image.PixelData
    assert get(server, image, "pixeldata", accept="application/octet-stream", Range="bytes=0-1").content == image.PixelData[:2]
    [(_, body)] = web.parts(get(server, image, "pixeldata", accept=OCTETS))
    assert body == image.PixelData


def test_without_pixel_data(server):
    document = objects.image()
    del document.PixelData, document.Rows, document.Columns
    stored(server, document)
    assert get(server, document, "pixeldata").status_code == 404
    assert get(server, document, "pixeldata", level="study").status_code == 404
    assert get(server, document, "bulkdata").status_code == 404


# Lists

@pytest.fixture(scope="module")
def mixed(server):
    """A study of two series: native images with tables, and compressed frames."""
    study = objects.uid()
    series = objects.uid()
    images = [stored(server, made(pixels=objects.ramp(start=n), study=study, series=series, number=n)) for n in (1, 2)]
    pixels = np.stack([objects.ramp(16, 24, "<u1", 0, 1) ^ n for n in range(2)])
    other = objects.image(pixels, study=study, sop_class=objects.SC_MULTIFRAME_GRAY8, modality="US", frames=2, FrameTime=40, SeriesNumber=9, WindowCenter=None, WindowWidth=None)
    other.compress(RLELossless, encoding_plugin="pydicom")
    return images, stored(server, other), pixels


def test_bulkdata_of_levels(server, mixed):
    (first, second), other, _ = mixed
    def bodies(answer):
        assert answer.status_code == 200, answer.text
        return [body for _, body in web.parts(answer)]
    own = [bytes(range(256)) * 8, TABLE.tobytes(), first.PixelData]
    assert bodies(get(server, first, "bulkdata")) == own
    assert bodies(get(server, first, "bulkdata", level="series")) == own + own[:2] + [second.PixelData]
    parts = web.parts(get(server, first, "bulkdata", level="study"))
    assert len(parts) == 8
    for headers, body in parts[:6]:
        # Each is where it says it is.
        assert server.session.get(headers["content-location"], headers={"Accept": "application/octet-stream"}, timeout=60).content == body
    assert all(h["content-type"].startswith("image/dicom-rle") for h, _ in parts[6:])


def test_pixeldata_of_levels(server, mixed):
    (first, second), other, pixels = mixed
    parts = web.parts(get(server, first, "pixeldata", level="series"))
    assert [body for _, body in parts] == [first.PixelData, second.PixelData]
    parts = web.parts(get(server, first, "pixeldata", level="study", accept=OCTETS))
    assert [body for _, body in parts] == [first.PixelData, second.PixelData, pixels.tobytes()]
    assert get(server, first, "pixeldata", level="study", accept="application/octet-stream").status_code == 406


def test_dicomweb_client(server, image, compressed):
    client = DICOMwebClient(url=f"{server.http}/dicom-web", session=server.session)
    [value] = client.retrieve_bulkdata(url(server, image, "bulkdata", "00283000", "1", "00283006"))
    assert value == TABLE.tobytes()
    assert client.retrieve_bulkdata(url(server, image, "bulkdata", "7FE00010"), byte_range=(2, 33)) == [image.PixelData[2:34]]
    assert len(client.retrieve_bulkdata(url(server, compressed[0], "bulkdata", "7FE00010"))) == 3


def test_nothing_is_said_to_strangers(server, image):
    import requests
    for more in (("bulkdata",), ("pixeldata",), ("bulkdata", "00282000"), ("metadata",)):
        assert requests.get(url(server, image, *more), timeout=60).status_code == 401
