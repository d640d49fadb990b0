"""What clients may ask of DICOMweb and how they are told: PS3.18 §8.3.3.1, §8.7; HEAD, OPTIONS, entity tags, ranges (RFC 9110)."""
import hashlib
import socket
import time
from urllib.parse import urlsplit

import numpy as np
import pydicom
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import UID

from peer import objects, web

OCTETS, DICOM = 'multipart/related; type="application/octet-stream"', 'multipart/related; type="application/dicom"'


@pytest.fixture(scope="module")
def image(server):
    image = objects.image()
    assert web.store(server, [objects.file_bytes(image)]).status_code == 200
    return image


@pytest.fixture(scope="module")
def multiframe(server):
    image = objects.image(np.zeros((5, 16, 24), "<u1"), sop_class=objects.SC_MULTIFRAME_GRAY8, modality="US", frames=5, WindowCenter=None, WindowWidth=None)
    assert web.store(server, [objects.file_bytes(image)]).status_code == 200
    return image


def path(image, *more):
    return ("studies", image.StudyInstanceUID, "series", image.SeriesInstanceUID, "instances", image.SOPInstanceUID, *more)


def kind(answer):
    return answer.headers["Content-Type"].split(";")[0]


# §8.7.8.1: the query first, then the header.
@pytest.mark.parametrize("query, header, expected", [
    ("application/dicom", "text/html", "application/dicom"),
    ("application/dicom", "*/*", "application/dicom"),
    ("application/zip;q=0.2,application/dicom;q=0.9", "*/*", "application/dicom"),
    ("text/html", "application/dicom", "application/dicom"),
    ("text/html", "*/*", "multipart/related"),
    ("text/html", "text/html", None),
    ('multipart/related;type="application/dicom"', "text/html", "multipart/related"),
    ("", "application/dicom", "application/dicom"),
    (None, "application/dicom;q=0.1, application/zip", "application/zip"),
    (None, "application/*", "application/dicom"),
    (None, "*", "multipart/related"),
    (None, "multipart/mixed", None),
    (None, "application/dicom;q=0", None),
    (None, ",", None),
])
def test_an_instance(server, image, query, header, expected):
    answer = server.get(*path(image), accept=header, params={} if query is None else {"accept": query})
    if expected:
        assert answer.status_code == 200 and kind(answer) == expected
    else:
        assert answer.status_code == 406 and "application/dicom" in answer.json()["error"]


@pytest.mark.parametrize("accept", ["application/dicom", "application/dicom;transfer-syntax=*", "image/jpeg", "application/pdf"])
def test_types_of_one_object_are_none_of_a_study(server, image, accept):
    assert server.get(*path(image)[:2], accept=accept).status_code == 406


@pytest.mark.parametrize("accept, syntax", [
    (f"{DICOM}; transfer-syntax=1.2.840.10008.1.2.4.203, {DICOM}; transfer-syntax=1.2.840.10008.1.2.4.80; q=0.5", "1.2.840.10008.1.2.4.80"),
    (f"{DICOM}; transfer-syntax=1.2.840.10008.1.2.4.80; q=0.5, {DICOM}; q=0.9", "1.2.840.10008.1.2.1"),
    (f"{DICOM}; transfer-syntax=1.2.840.10008.1.2.4.50; transfer-syntax=1.2.840.10008.1.2.5", "1.2.840.10008.1.2.5"),
    (f"{DICOM}; transfer-syntax=1.2.3, {DICOM}; transfer-syntax=*", "1.2.840.10008.1.2.1"),
])
def test_several_transfer_syntaxes(server, image, accept, syntax):
    (headers, body), = web.parts(server.get(*path(image), accept=accept))
    assert headers["content-type"] == f"application/dicom; transfer-syntax={syntax}"
    assert pydicom.dcmread(pydicom.filebase.DicomBytesIO(body)).file_meta.TransferSyntaxUID == syntax


@pytest.mark.parametrize("frames, accept, status", [
    ("1,2", "application/octet-stream", 406), ("1", "application/octet-stream", 200), ("2,2", OCTETS, 400), ("1,2,6", OCTETS, 404), ("6", OCTETS, 404),
    ("5,1", OCTETS, 200), ("1", "video/mp4", 406), ("1", "image/*", 406), ("1", "application/*", 200), ("1", 'multipart/related; type="*/*"', 200),
])
def test_frames(server, multiframe, frames, accept, status):
    answer = server.session.get(server.url(*path(multiframe)) + f"/frames/{frames}", headers={"Accept": accept}, timeout=60)
    assert answer.status_code == status
    if status != 200:
        assert len(answer.json()["error"]) > 10


def test_a_picture_that_is_not_wanted(server, image):
    assert kind(server.get(*path(image, "rendered"), accept="image/*, image/jpeg;q=0")) == "image/png"


# HEAD and OPTIONS

RESOURCES = [((), DICOM), ((), "application/dicom"), (("frames", "1"), OCTETS), (("frames", "1"), "application/octet-stream"),
             (("rendered",), "image/png"), (("thumbnail",), "image/jpeg"), (("metadata",), web.DICOM_JSON)]


@pytest.mark.parametrize("more, accept", RESOURCES)
def test_head_says_what_get_says(server, image, more, accept):
    url = server.url(*path(image, *more))
    head, get = (server.session.request(method, url, headers={"Accept": accept}, timeout=60) for method in ("HEAD", "GET"))
    assert head.status_code == get.status_code == 200 and not head.content
    assert kind(head) == kind(get) and head.headers.get("ETag") == get.headers.get("ETag")
    if "Content-Length" in get.headers:
        assert int(head.headers["Content-Length"]) == len(get.content)


@pytest.mark.parametrize("more", [(), ("frames", "1"), ("rendered",), ("thumbnail",), ("metadata",)])
def test_options(server, image, more):
    url = server.url(*path(image, *more))
    answer = server.session.options(url, timeout=60)
    assert answer.status_code in (200, 204)
    allowed = {word.strip() for word in answer.headers["Allow"].split(",")}
    assert {"GET", "HEAD", "OPTIONS"} <= allowed and "PATCH" not in allowed
    refused = server.session.patch(url, timeout=60)
    assert refused.status_code == 405 and refused.headers["Allow"] == answer.headers["Allow"]


# Entity tags

@pytest.mark.parametrize("more, accept", [r for r in RESOURCES if r[0] != ("metadata",) and r[1] != DICOM])
def test_what_is_known_is_not_sent_again(server, image, more, accept):
    first = server.get(*path(image, *more), accept=accept)
    assert first.headers["Cache-Control"].startswith("private")
    for tags in (first.headers["ETag"], f'"other", W/{first.headers["ETag"].removeprefix("W/")}', "*"):
        again = server.session.get(server.url(*path(image, *more)), headers={"Accept": accept, "If-None-Match": tags}, timeout=60)
        assert again.status_code == 304 and not again.content and again.headers["ETag"] == first.headers["ETag"]
    other = server.session.get(server.url(*path(image, *more)), headers={"Accept": accept, "If-None-Match": '"other"'}, timeout=60)
    assert other.status_code == 200


def test_another_syntax_has_another_tag(server, image):
    tags = {server.get(*path(image), accept=f"application/dicom; transfer-syntax={s}").headers["ETag"] for s in ("*", "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.80")}
    assert len(tags) == 3


def test_pixels_are_never_compressed_on_their_way(server, image):
    for more, accept in RESOURCES[:6]:
        answer = server.session.get(server.url(*path(image, *more)), headers={"Accept": accept, "Accept-Encoding": "gzip, deflate, br"}, timeout=60)
        assert "Content-Encoding" not in answer.headers


# Ranges

@pytest.fixture(scope="module", params=["frame", "video", "video in fragments", "document"])
def ranged(request, server):
    """(URL, Accept, content)"""
    stream = bytes(np.random.default_rng(5).integers(0, 256, 300_001, np.uint8)) + b"\0"
    if request.param == "frame":
        image = objects.image(objects.ramp(200, 200))
        assert web.store(server, [objects.file_bytes(image)]).status_code == 200
        return server.url(*path(image, "frames", "1")), "application/octet-stream", image.PixelData
    if request.param == "document":
        image = objects.image(sop_class="1.2.840.10008.5.1.4.1.1.104.1", modality="DOC", MIMETypeOfEncapsulatedDocument="application/pdf",
                              EncapsulatedDocument=stream, EncapsulatedDocumentLength=len(stream) - 1)
        del image.PixelData
        assert web.store(server, [objects.file_bytes(image)]).status_code == 200
        return server.url(*path(image)), "application/pdf", stream[:-1]
    image = objects.image(np.zeros((16, 16), "<u1"), sop_class="1.2.840.10008.5.1.4.1.1.77.1.4.1", modality="XC", frames=20, SamplesPerPixel=3,
                          PhotometricInterpretation="YBR_PARTIAL_420", PlanarConfiguration=0, FrameTime=40)
    fragments = 3 if "fragments" in request.param else 1
    image.add_new(0x7FE00010, "OB", encapsulate([stream], fragments_per_frame=fragments, has_bot=False))
    image["PixelData"].is_undefined_length = True
    image.file_meta.TransferSyntaxUID = UID("1.2.840.10008.1.2.4.102" + (".1" if fragments > 1 else ""))
    assert web.store(server, [objects.file_bytes(image)]).status_code == 200
    return server.url(*path(image)), "video/mp4", stream


@pytest.mark.parametrize("header, part", [
    ("bytes=0-0", slice(0, 1)), ("bytes=10-99999", slice(10, 100_000)), ("bytes=79990-", slice(79_990, None)), ("bytes=-7", slice(-7, None)),
    ("bytes=70000-99999999", slice(70_000, None)),
])
def test_a_part(server, ranged, header, part):
    url, accept, content = ranged
    answer = server.session.get(url, headers={"Accept": accept, "Range": header}, timeout=60)
    assert answer.status_code == 206 and answer.content == content[part]
    first = range(len(content))[part][0]
    assert answer.headers["Content-Range"] == f"bytes {first}-{first + len(answer.content) - 1}/{len(content)}"


def test_the_whole_and_beyond(server, ranged):
    url, accept, content = ranged
    whole = server.session.get(url, headers={"Accept": accept}, timeout=60)
    assert whole.content == content and whole.headers["Accept-Ranges"] == "bytes" and int(whole.headers["Content-Length"]) == len(content)
    beyond = server.session.get(url, headers={"Accept": accept, "Range": f"bytes={len(content)}-"}, timeout=60)
    assert beyond.status_code == 416 and beyond.headers["Content-Range"] == f"bytes */{len(content)}"
    stale = server.session.get(url, headers={"Accept": accept, "Range": "bytes=0-9", "If-Range": '"other"'}, timeout=60)
    assert stale.status_code == 200 and stale.content == content
    same = server.session.get(url, headers={"Accept": accept, "Range": "bytes=0-9", "If-Range": whole.headers["ETag"]}, timeout=60)
    assert same.status_code == 206 and same.content == content[:10]


# Back-pressure

def test_slow_readers_do_not_fill_the_memory(new_server):
    server = new_server()
    image = objects.image(np.zeros((8192, 16384), "<u2"))
    assert web.store(server, [objects.file_bytes(image)]).status_code == 200
    frame, size = server.url(*path(image, "frames", "1")), len(image.PixelData)
    whole = server.url(*path(image)[:2])
    wants = [(whole, DICOM + "; transfer-syntax=*"), (whole, "application/zip"), (frame, OCTETS), (frame, "application/octet-stream")] * 2
    before, connections = server.peak_memory, []
    for url, accept in wants:
        place = urlsplit(url)
        connection = socket.create_connection((place.hostname, place.port), timeout=60)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(f"GET {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\nAccept: {accept}\r\nAuthorization: Bearer {server.token}\r\n\r\n".encode())
        connections.append(connection)
    end = time.monotonic() + 6
    received = 0
    while time.monotonic() < end:
        for connection in connections:
            received += len(connection.recv(128))
        time.sleep(0.1)
    assert received > 0
    assert server.peak_memory - before < 96 << 20, f"{(server.peak_memory - before) >> 20} MiB for {len(wants)} readers of {size >> 20} MiB"
    for connection in connections:
        connection.close()
    answer = server.session.get(frame, headers={"Accept": "application/octet-stream"}, timeout=60)
    assert hashlib.sha256(answer.content).digest() == hashlib.sha256(image.PixelData).digest()
