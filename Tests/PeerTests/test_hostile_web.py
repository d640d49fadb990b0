"""Hostile names, HTTP, JSON and XML: refused with words, nothing leaks, nothing is written outside, the next request is served."""
import io
import json
import os
import re
import socket
import threading
import time
import urllib.parse
import zipfile
from pathlib import Path

import pytest
import requests

from peer import hostile_web, objects, web, wire
from peer.hostile_web import LEAKS, PAYLOADS
from peer.server import Server

CLASS_H = hostile_web.class_h()
CLASS_K = hostile_web.distinct(hostile_web.class_k())
FORGED = Path("/tmp/isocenter-hostile-file")


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile-web")
    server = Server(folder / "data", "--set", "dimse.loopbackPeers=false").start().add_administrator()
    image = objects.image()
    assert web.store(server, [objects.file_bytes(image)]).status_code == 200
    server.instance = f"/dicom-web/studies/{image.StudyInstanceUID}/series/{image.SeriesInstanceUID}/instances/{image.SOPInstanceUID}"
    server.here = requests.Session()
    server.here.trust_env = False
    server.here.headers["Authorization"] = f"Bearer {server.token}"
    yield server
    assert server.alive, server.log[-3000:]
    assert server.peak_memory < 500 << 20
    assert [p.name for p in folder.iterdir()] == ["data"], "something was written beside the data folder"
    assert {p.name for p in server.folder.iterdir()} <= {"index.sqlite", "index.sqlite-wal", "index.sqlite-shm", "objects", "incoming", "keys", "lock", "quarantine"}
    # Named by their hash, and by nothing that an object says.
    for file in (server.folder / "objects").rglob("*"):
        assert file.is_dir() or re.fullmatch("[0-9a-f]{64}", file.name), file
    assert not FORGED.exists()
    assert_log(server)
    assert server.stop() == 0


def assert_log(server):
    """One line an event, without what moves a terminal."""
    for line in server.lines:
        assert not line.lstrip().startswith("FORGED"), line
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029]", line), ascii(line)


def assert_quiet(server, content, what):
    for leak in [*LEAKS, str(server.folder).encode(), str(server.folder.parent).encode()]:
        assert leak not in content, f"{what}: {leak} in {content[:500]}"


def assert_alive(server, what):
    assert server.alive, f"{what}\n{server.log[-3000:]}"
    assert server.here.get(server.http + "/health/live", timeout=30).status_code == 200, what


def check(server, answer, what, refused=False):
    assert answer.status_code < 500, f"{what}: {answer.status_code} {answer.text[:300]}"
    assert not refused or answer.status_code >= 400, f"{what}: {answer.status_code}"
    if answer.status_code >= 400 and answer.request.method != "HEAD" and answer.headers.get("Content-Type", "").startswith("application/json"):
        assert answer.json()["error"], what
    assert "X-Injected" not in answer.headers, what
    # What the request said may come back as JSON, never as a page.
    if not answer.headers.get("Content-Type", "").startswith(("application/json", "application/dicom+json", "text/javascript", "image/", "application/dicom", "multipart/")):
        assert b"<script>alert" not in answer.content and b"onerror=alert" not in answer.content, what
    assert answer.headers.get("X-Content-Type-Options") == "nosniff", what
    if not answer.headers.get("Content-Type", "").startswith("text/javascript"):
        assert_quiet(server, answer.content, what)
    return answer


def test_there_are_as_many_as_there_should_be():
    assert len(PAYLOADS) * len(SINKS) >= 1_200, (len(PAYLOADS), len(SINKS))
    assert len(CLASS_H) >= 400
    assert len(CLASS_K) >= 120


# Class G

def quoted(text):
    return urllib.parse.quote(text, safe="", errors="surrogatepass")


def query(path, name):
    return lambda server, text: server.here.get(f"{server.http}{path}?{quoted(name or text)}={quoted(text)}", timeout=30)


def path(form, method="GET"):
    return lambda server, text: server.here.request(method, server.http + form.format(quoted(text)), timeout=30)


def body(method, form, *fields, **more):
    return lambda server, text: server.here.request(method, server.http + form, json={**{field: text for field in fields}, **more}, timeout=30)


def header(name, place="/dicom-web/studies?limit=1", authorized=True):
    def send(server, text):
        lines = [f"GET {place} HTTP/1.1", "Host: localhost", f"{name}: {text}", "Connection: close"] + ([f"Authorization: Bearer {server.token}"] if authorized else [])
        return raw_answer(server, ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogatepass"))
    return send


def stored(**attributes):
    def send(server, text):
        image = objects.image(**{keyword: make(text) for keyword, make in attributes.items()})
        answer = web.store(server, [objects.file_bytes(image)])
        if answer.status_code in (200, 202):
            for resource in (f"/dicom-web/instances?SOPInstanceUID={quoted(str(image.SOPInstanceUID))}&includefield=all", "/api/studies?limit=500", f"/api/studies/{quoted(str(image.StudyInstanceUID))}"):
                check(server, server.here.get(server.http + resource, timeout=30), f"{attributes.keys()} of {text!r} read at {resource}")
        return answer
    return send


def identified(server, text):
    """Stored with the text for every UID, as bytes: pydicom would not write it."""
    file = objects.file_bytes(objects.image())
    value = text.encode("utf-8", "surrogatepass")
    value += b"\0" * (len(value) % 2)
    for tag in (b"\x08\0\x18\0", b"\x20\0\x0d\0", b"\x20\0\x0e\0"):
        at = file.index(tag + b"UI") + 6
        length = int.from_bytes(file[at:at + 2], "little")
        file = file[:at] + len(value).to_bytes(2, "little") + value + file[at + 2 + length:]
    return web.store(server, [file])


def part(*lines):
    def send(server, text):
        file = objects.file_bytes(objects.image())
        head = "\r\n".join(line.format(text) for line in lines)
        data = b"--gauze\r\n" + head.encode("utf-8", "surrogatepass") + b"\r\n\r\n" + file + b"\r\n--gauze--\r\n"
        return server.here.post(server.url("studies"), data=data, headers={"Content-Type": 'multipart/related; type="application/dicom"; boundary=gauze'}, timeout=30)
    return send


def association(server, text):
    title = text.encode("utf-8", "surrogatepass")[:16]
    request = bytearray(wire.associate_rq({1: (wire.VERIFICATION, [wire.IMPLICIT])}))
    request[26:42] = title.ljust(16)
    with socket.create_connection(("127.0.0.1", server.dimse), 10) as connection:
        connection.sendall(request)
        connection.settimeout(10)
        connection.recv(1000)
    return server.here.get(server.http + "/api/callers", timeout=30)


def archive_entry(server, text):
    """Imported from a ZIP whose entry has the name."""
    place = server.folder.parent.parent / f"hostile-{os.getpid()}.zip"
    with zipfile.ZipFile(place, "w") as file:
        entry = zipfile.ZipInfo("x")
        entry.filename = text.encode("utf-8", "replace").decode()
        file.writestr(entry, objects.file_bytes(objects.image()))
    try:
        result = server.command("import", place)
    finally:
        place.unlink()
    assert result.returncode in (0, 1, 2), f"{text!r}: {result.returncode} {result.stderr[-500:]}"
    return server.here.get(server.http + "/health/live", timeout=30)


SINKS = {
    "search by name": query("/dicom-web/studies", "PatientName"), "search by UID": query("/dicom-web/studies", "StudyInstanceUID"), "search by a name of nothing": query("/dicom-web/studies", None), "search with a field": query("/dicom-web/instances", "includefield"),
    "search accepting": query("/dicom-web/series", "accept"), "list by words": query("/api/studies", "search"), "list from a cursor": query("/api/studies", "cursor"), "jobs by state": query("/api/jobs", "state"), "associations by peer": query("/api/associations", "peer"),
    "rendered by state": lambda server, text: server.here.get(f"{server.http}{server.instance}/rendered?presentationUID={quoted(text)}", timeout=30), "rendered by window": lambda server, text: server.here.get(f"{server.http}{server.instance}/rendered?window={quoted(text)}", timeout=30),
    "study in a path": path("/dicom-web/studies/{}/metadata"), "instance in a path": path("/dicom-web/studies/1.2/series/1.3/instances/{}/frames/1"), "frames in a path": lambda server, text: server.here.get(f"{server.http}{server.instance}/frames/{quoted(text)}", timeout=30),
    "bulk data in a path": lambda server, text: server.here.get(f"{server.http}{server.instance}/bulkdata/{quoted(text)}", timeout=30), "file of the application": path("/{}"), "peer in a path": path("/api/peers/{}"), "title in a path": path("/api/titles/{}", "DELETE"), "caller in a path": path("/api/callers/{}", "DELETE"),
    "Accept": header("Accept"), "forwarded host": header("X-Forwarded-Host", "/dicom-web/capabilities"), "forwarded address": header("X-Forwarded-For"), "token": header("Authorization: Bearer", authorized=False), "cookie": header("Cookie: isocenter_session", authorized=False),
    "peer": body("POST", "/api/peers", "name", "aeTitle", "host", port=104), "title": body("POST", "/api/titles", "title", "description"), "set-up": body("POST", "/api/setup", "token", "name", "password"), "login": body("POST", "/api/session", "name", "password"),
    "what is sent": body("POST", "/api/send", "peer", "study"), "texts of an object": stored(PatientName=lambda t: t[:60].replace("\\", ""), PatientID=lambda t: t[:60], StudyDescription=lambda t: t[:60], AccessionNumber=lambda t: t[:16]),
    "UIDs of an object": identified, "file name of a part": part("Content-Type: application/dicom", 'Content-Disposition: attachment; filename="{}"'), "location of a part": part("Content-Type: application/dicom", "Content-Location: {}"),
    "AE title": association, "name in a ZIP": archive_entry,
}


class Raw:
    """An answer off the wire, as far as `check` looks."""

    def __init__(self, data):
        head, _, self.content = data.partition(b"\r\n\r\n")
        self.status_code = int(head.split(b" ")[1])
        self.headers = requests.structures.CaseInsensitiveDict(line.split(": ", 1) for line in head.decode("latin-1").split("\r\n")[1:] if ": " in line)
        self.request = requests.Request("GET")
        # What a header that is two makes of one request are two: the first answer counts.
        if "Content-Length" in self.headers:
            self.content = self.content[:int(self.headers["Content-Length"])]

    @property
    def text(self):
        return self.content.decode("utf-8", "replace")

    def json(self):
        return json.loads(self.content)


def exchange(server, data, timeout=20):
    """What comes back for bytes, until the server ends the connection or is silent."""
    host, port = server.http.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout) as connection:
        stopped = threading.Event()

        def send():
            try:
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # refused while we were still sending: the answer may be there all the same
            stopped.set()

        threading.Thread(target=send, daemon=True).start()
        answer = b""
        connection.settimeout(timeout)
        while True:
            try:
                piece = connection.recv(1 << 16)
            except (TimeoutError, ConnectionError):
                return answer
            if not piece:
                return answer
            answer += piece


def raw_answer(server, data):
    answer = exchange(server, data)
    return Raw(answer) if answer.startswith(b"HTTP/1.1 ") else None


@pytest.mark.parametrize("sink", SINKS)
def test_names(archive, sink):
    for name, text in PAYLOADS.items():
        what = f"{sink}: {name}"
        try:
            answer = SINKS[sink](archive, text)
        except (UnicodeError, ValueError):
            # What cannot be said in the client's form is said nowhere: the count keeps it, the next sinks send it.
            answer = None
        if answer is not None and not (isinstance(answer, Raw) and answer.status_code == 400 and not answer.content):
            check(archive, answer, what)
        assert_alive(archive, what)
    assert not FORGED.exists()
    assert_log(archive)


# Class H

def groups(cases, size=40):
    return [pytest.param(cases[at:at + size], id=f"{at}-{min(at + size, len(cases)) - 1}") for at in range(0, len(cases), size)]


@pytest.mark.parametrize("cases", groups(CLASS_H))
def test_http(archive, cases):
    for name, data in cases:
        data = data.replace(b"TOKEN", archive.token.encode(), 1).replace(b"INSTANCE", archive.instance.encode(), 1)
        begin = time.monotonic()
        answer = exchange(archive, data)
        assert time.monotonic() - begin < 15, f"{name} took {time.monotonic() - begin:.1f} s"
        statuses = [int(code) for code in re.findall(rb"HTTP/1\.[01] (\d{3})", answer)]
        assert all(status < 500 for status in statuses), f"{name}: {answer[:400]}"
        # No answer at all is an ended connection; else there are words, but where it was hardly HTTP.
        if statuses and statuses[0] >= 400 and b"Content-Length: 0" not in answer.title():
            # Of a store that failed there is an answer for each part (PS3.18 §10.5.3.2).
            assert b'{"error":"' in answer or (statuses[0] == 409 and b'"00000902"' in answer), f"{name}: {answer[:400]}"
        if "/main.js" not in name:
            assert_quiet(archive, answer, name)
        assert b"<script>alert" not in answer or b"application/json" in answer or b"application/dicom+json" in answer, name
        if "coding" in name and statuses and statuses[0] >= 400:
            assert b"live\n" not in answer, f"{name}: a request within the body was answered"
        if "of nobody" in name:
            assert not statuses or statuses[0] >= 400 or b"<html" in answer, f"{name}: {answer[:300]}"
        assert_alive(archive, name)


@pytest.mark.parametrize("data", [b"GET /health/live HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 300, b"POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Length: 300\r\n\r\n" + b"z" * 300], ids=["header", "body"])
def test_bytes_that_come_slowly_hold_up_nobody(archive, data):
    host, port = archive.http.removeprefix("http://").split(":")
    slow = [socket.create_connection((host, int(port)), 10) for _ in range(100)]
    try:
        for at in range(0, 60):
            for connection in slow:
                connection.sendall(data[at:at + 1])
            if at % 10 == 0:
                assert_alive(archive, "slow")
    finally:
        for connection in slow:
            connection.close()
    assert_alive(archive, "after the slow")


# Class K

@pytest.mark.parametrize("cases", groups(CLASS_K, 20))
def test_json_and_xml(archive, cases):
    for name, method, path, kind, data in cases:
        begin = time.monotonic()
        try:
            answer = archive.here.request(method, archive.http + path, data=data, headers={"Content-Type": kind, "Accept": "application/dicom+json" if path.startswith("/dicom-web") else "application/json"}, timeout=60)
        except requests.ConnectionError:
            assert_alive(archive, name)
            continue  # ended while the body was still coming
        assert time.monotonic() - begin < 20, name
        # JSON may be odd and yet be what it says: what a title or peer does not have is refused.
        check(archive, answer, name, refused=True)
        assert_alive(archive, name)
