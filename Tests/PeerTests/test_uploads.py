"""Uploads that go on where they were interrupted (an extension of STOW-RS): they survive the connection, the server and a kill."""
import io
import socket
import time
from urllib.parse import urlparse

import pytest
import requests
from pydicom import dcmread

from peer import objects, web

PIECE = "application/partial-upload"


def announce(server, type_, length, session=None, **more):
    return (session or server.session).post(server.url("uploads"), json={"type": type_, "length": length, **more}, timeout=60)


def patch(server, location, offset, data, session=None):
    return (session or server.session).patch(location, data=data, timeout=120,
                                             headers={"Upload-Offset": str(offset), "Content-Type": PIECE, "Accept": web.DICOM_JSON})


def offset(server, location, session=None):
    answer = (session or server.session).head(location, timeout=60)
    assert answer.status_code == 204, answer.status_code
    return int(answer.headers["Upload-Offset"])


def begun(server, data, type_, **more):
    answer = announce(server, type_, len(data), **more)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Upload-Offset"] == "0" and answer.headers["Upload-Length"] == str(len(data))
    return answer.headers["Location"]


def listed(server, data_set):
    return len(server.search("instances", SOPInstanceUID=data_set.SOPInstanceUID))


def big_image():
    return objects.image(objects.ramp(1024, 1500, "<u2", 0))


def test_in_pieces(server):
    images = objects.study(series=1, instances=4)
    data, kind = web.multipart([objects.file_bytes(i) for i in images])
    location = begun(server, data, kind)
    at = 0
    while at < len(data):
        assert offset(server, location) == at
        answer = patch(server, location, at, data[at:at + 3000])
        at = min(at + 3000, len(data))
        if at < len(data):
            assert answer.status_code == 204 and answer.headers["Upload-Offset"] == str(at) and answer.headers["Upload-Complete"] == "?0"
    assert answer.status_code == 200, answer.text
    assert answer.headers["Upload-Complete"] == "?1"
    assert sorted(web.stored(answer)) == sorted(i.SOPInstanceUID for i in images)
    # Who lost the answer asks again.
    again = server.session.get(location, timeout=60)
    assert again.status_code == 200 and sorted(web.stored(again)) == sorted(web.stored(answer))
    server.settled()
    assert server.incoming == []


def test_complete_is_what_is_stored(server):
    """All bytes are here, but the store request is not done before the last answer."""
    image = objects.image()
    data = objects.file_bytes(image)
    location = begun(server, data, "application/dicom")
    answer = patch(server, location, 0, data[:-1])
    assert answer.headers["Upload-Complete"] == "?0"
    assert patch(server, location, len(data) - 1, data[-1:]).headers["Upload-Complete"] == "?1"
    assert server.session.head(location, timeout=60).headers["Upload-Complete"] == "?1"


def test_metadata_with_bulk_data(server):
    import test_stow_metadata as stow
    instance = stow.bare()
    file = stow.encoded(stow.picture())
    data, kind = stow.body([stow.metadata(instance, PixelData=("OB", "photo"))], [("image/jpeg", "photo", file)])
    location = begun(server, data, kind)
    assert patch(server, location, 0, data[:1000]).status_code == 204
    assert patch(server, location, 1000, data[1000:]).status_code == 200
    assert listed(server, instance) == 1


def test_one_of_no_study(server):
    import test_non_patient as non_patient
    one = non_patient.palette("UPLOAD")
    data = objects.file_bytes(one)
    location = begun(server, data, "application/dicom", category="color-palettes")
    assert patch(server, location, 0, data).status_code == 200
    assert server.get("color-palettes", one.SOPInstanceUID).status_code == 200


@pytest.mark.parametrize("name", ["../index.sqlite", "..%2Findex.sqlite", "%2e%2e%2findex.sqlite", "lock", "a%00b", "%2Fetc%2Fpasswd", "x" * 5000, "' OR 1=1 --"])
def test_ids_that_are_paths(server, name):
    """An id is looked up and never made into a file name."""
    for method in ("HEAD", "GET", "PATCH", "DELETE"):
        request = requests.Request(method, server.url("uploads") + "/x", headers={**server.session.headers, "Upload-Offset": "0"}, data=b"x" if method == "PATCH" else None)
        prepared = request.prepare()
        prepared.url = server.url("uploads") + "/" + name.replace(" ", "%20")
        assert server.session.send(prepared, timeout=60).status_code in (400, 404, 405, 414, 431), name
    assert (server.folder / "index.sqlite").exists()


def test_one_object(server):
    image = objects.image()
    data = objects.file_bytes(image)
    location = begun(server, data, "application/dicom")
    assert patch(server, location, 0, data).status_code == 200
    assert listed(server, image) == 1


def test_into_a_study(server):
    image = objects.image()
    data = objects.file_bytes(image)
    location = begun(server, data, "application/dicom", study=objects.uid())
    answer = patch(server, location, 0, data)
    assert answer.status_code == 409 and web.failures(answer)[image.SOPInstanceUID] == 0xA900
    assert listed(server, image) == 0


def test_survives_kill_and_restart(new_server):
    """What HEAD tells after SIGKILL is never less than what was told before it."""
    server = new_server()
    image = big_image()
    data = objects.file_bytes(image)
    path = urlparse(begun(server, data, "application/dicom")).path
    at, killed = 0, 0
    while at < len(data):
        told = patch(server, server.http + path, at, data[at:at + 700_000])
        at = min(at + 700_000, len(data))
        if at < len(data):
            assert told.status_code == 204 and int(told.headers["Upload-Offset"]) == at
        if killed < 2:
            killed += 1
            server.kill()
            server.start()
            assert offset(server, server.http + path) == at
    assert told.status_code == 200, told.text
    answer = server.get("studies", image.StudyInstanceUID, accept=web.ANY_SYNTAX)
    assert (dcmread(io.BytesIO(web.parts(answer)[0][1])).pixel_array == image.pixel_array).all()


def test_a_connection_that_breaks(server):
    """Bytes that arrived before the client vanished are kept, and it goes on where they end."""
    image = big_image()
    data = objects.file_bytes(image)
    location = begun(server, data, "application/dicom")
    url = urlparse(location)
    half = len(data) // 2
    with socket.create_connection((url.hostname, url.port)) as line:
        line.sendall((f"PATCH {url.path} HTTP/1.1\r\nHost: {url.netloc}\r\nAuthorization: Bearer {server.token}\r\nUpload-Offset: 0\r\n"
                      f"Content-Type: {PIECE}\r\nContent-Length: {len(data)}\r\n\r\n").encode() + data[:half])
        time.sleep(0.3)
    end = time.monotonic() + 20
    while offset(server, location) != half:
        assert time.monotonic() < end, f"{offset(server, location)} of {half}"
        time.sleep(0.05)
    answer = patch(server, location, half, data[half:])
    assert answer.status_code == 200, answer.text
    assert listed(server, image) == 1


def test_who_resumes_takes_over_from_a_dead_connection(server):
    image = big_image()
    data = objects.file_bytes(image)
    location = begun(server, data, "application/dicom")
    url = urlparse(location)
    with socket.create_connection((url.hostname, url.port)) as line:
        line.sendall((f"PATCH {url.path} HTTP/1.1\r\nHost: {url.netloc}\r\nAuthorization: Bearer {server.token}\r\nUpload-Offset: 0\r\n"
                      f"Content-Type: {PIECE}\r\nContent-Length: {len(data)}\r\n\r\n").encode() + data[:1000])
        # Still open, and silent: as a peer that lost its network is seen from here.
        at = offset(server, location)
        answer = patch(server, location, at, data[at:])
        # Which of the two was first is open; the refusal tells where to go on.
        while answer.status_code == 409 and int(answer.headers["Upload-Offset"]) > at:
            at = int(answer.headers["Upload-Offset"])
            answer = patch(server, location, at, data[at:])
        assert answer.status_code == 200, answer.text
    assert listed(server, image) == 1


def test_wrong_offset(server):
    data = objects.file_bytes(objects.image())
    location = begun(server, data, "application/dicom")
    assert patch(server, location, 0, data[:100]).status_code == 204
    for wrong in (0, 99, 101, len(data)):
        answer = patch(server, location, wrong, data[100:])
        assert answer.status_code == 409 and answer.headers["Upload-Offset"] == "100" and "100" in answer.json()["error"]
    assert patch(server, location, 100, data[100:]).status_code == 200
    assert patch(server, location, len(data), b"").status_code == 409


def test_more_than_announced(server):
    data = objects.file_bytes(objects.image())
    location = begun(server, data, "application/dicom")
    answer = patch(server, location, 0, data + b"more")
    assert answer.status_code == 400 and str(len(data)) in answer.json()["error"]
    at = offset(server, location)
    assert patch(server, location, at, data[at:]).status_code == 200


@pytest.mark.parametrize("value", ["", "-1", "x", "18446744073709551616", "1.5"])
def test_offsets_that_are_none(server, value):
    location = begun(server, b"x" * 10, "application/dicom")
    answer = server.session.patch(location, data=b"x", headers={"Upload-Offset": value, "Content-Type": PIECE}, timeout=60)
    assert answer.status_code == 400 and "Upload-Offset" in answer.json()["error"]


@pytest.mark.parametrize("body, status", [
    ({"type": "text/plain", "length": 10}, 415),
    ({"type": 'multipart/related; type="application/dicom"', "length": 10}, 400),
    ({"type": "application/dicom"}, 400),
    ({"type": "application/dicom", "length": -1}, 400),
    ({"type": "application/dicom", "length": 10, "study": "x"}, 400),
    ({"type": "application/dicom", "length": 10, "category": "x"}, 400),
    ({"type": "application/dicom", "length": 10, "colour": "x"}, 400),
    ({"type": "application/dicom", "length": 2 ** 62}, 503),
    ({"type": "application/dicom", "length": 2 ** 64 - 1}, 400),
])
def test_announcements_that_are_refused(server, body, status):
    answer = server.session.post(server.url("uploads"), json=body, timeout=60)
    assert answer.status_code == status and answer.json()["error"], answer.text


def test_of_another_user(new_server):
    server = new_server()
    server.command("users", "add", "seacole", "--role", "user", stdin="another-long-password-1854\n", check=True)
    other = requests.Session()
    other.trust_env = False
    other.headers["Authorization"] = "Bearer " + server.command("tokens", "add", "--user", "seacole", check=True).stdout.split()[-1]
    data = objects.file_bytes(objects.image())
    location = begun(server, data, "application/dicom")
    for answer in (other.head(location, timeout=60), other.get(location, timeout=60), patch(server, location, 0, data, session=other),
                   other.delete(location, timeout=60)):
        assert answer.status_code == 404
    nobody = requests.patch(location, data=data, headers={"Upload-Offset": "0"}, timeout=60)
    assert nobody.status_code == 401
    assert offset(server, location) == 0


def test_not_too_many(new_server):
    server = new_server("--set", "uploads.perUser=2")
    for _ in range(2):
        location = begun(server, b"x" * 10, "application/dicom")
    answer = announce(server, "application/dicom", 10)
    assert answer.status_code == 429 and "2" in answer.json()["error"]
    assert server.session.delete(location, timeout=60).status_code == 204
    assert server.session.head(location, timeout=60).status_code == 404
    begun(server, b"x" * 10, "application/dicom")
    assert len(server.incoming) == 2


def test_what_is_abandoned_is_removed(new_server):
    """Told by the time of the last byte, also over a restart; another upload stays."""
    import sqlite3
    server = new_server("--set", "uploads.keep=2")
    data = objects.file_bytes(objects.image())
    old, new = (urlparse(begun(server, data, "application/dicom")).path for _ in range(2))
    assert patch(server, server.http + old, 0, data[:100]).status_code == 204
    server.stop()
    with sqlite3.connect(server.folder / "index.sqlite") as index:
        assert index.execute("UPDATE upload SET touched = touched - 7300 WHERE id = ?", [old.split("/")[-1]]).rowcount == 1
    index.close()
    server.start()
    assert server.wait_for_log("abandoned at 100 of")
    end = time.monotonic() + 10
    while len(server.incoming) != 1:
        assert time.monotonic() < end, server.incoming
        time.sleep(0.05)
    assert server.session.head(server.http + old, timeout=60).status_code == 404
    assert offset(server, server.http + new) == 0


def test_a_large_upload_is_not_held_in_memory(new_server):
    server = new_server()
    image = objects.image(objects.ramp(64, 64, "<u2", 0))
    whole = objects.file_bytes(image)
    pixels, count = b"\x01\x02" * (1 << 19), 256
    image.Rows, image.Columns = 8192, 16384
    data = objects.file_bytes(image)
    head = data[:data.rindex(b"\xe0\x7f\x10\x00")] + b"\xe0\x7f\x10\x00OW\0\0" + (len(pixels) * count).to_bytes(4, "little")
    assert len(head) < len(whole)
    answer = announce(server, "application/dicom", len(head) + len(pixels) * count)
    before = server.peak_memory

    def pieces():
        yield head
        for _ in range(count):
            yield pixels

    answer = patch(server, answer.headers["Location"], 0, pieces())
    assert answer.status_code == 200, answer.text
    assert server.peak_memory - before < 64 << 20, f"{(server.peak_memory - before) >> 20} MiB"
    server.settled()
    assert server.incoming == []


def test_what_is_no_object_in_the_end(server):
    location = begun(server, b"not DICOM at all", "application/dicom")
    answer = patch(server, location, 0, b"not DICOM at all")
    assert answer.status_code == 409, answer.text
    assert server.session.get(location, timeout=60).status_code == 409
