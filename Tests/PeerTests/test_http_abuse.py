"""HTTP and DICOMweb from hostile clients: an answer with words, never a dead server."""
import json
import socket

import pytest

from peer import objects, web

TRAVERSAL = ["../../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/%2e%2e/etc/passwd", "%252e%252e%252fetc%252fpasswd",
             "....//....//etc/passwd", "..\\..\\etc\\passwd", "%00/etc/passwd", "/etc/passwd", "%c0%ae%c0%ae/etc/passwd"]
UIDS = ["..", "%2e%2e", "..%2f..%2fetc", "1.2.3%00", "1." * 32 + "1", "1" * 65, "1.2.3;drop", "1.2.3'--", "1.02.3", "1..2", ".1", "1.",
        "*", "%ff%fe", "1.2.3%0d%0aX-Header:%201", "a" * 5000]


@pytest.fixture(autouse=True)
def lives(server):
    yield
    assert server.alive
    assert server.get("studies", accept=web.DICOM_JSON, params={"limit": 1}).status_code in (200, 204)


def raw(server, request, timeout=20, shut=True):
    """Sends bytes, returns what comes back until the server closes or says nothing more."""
    host, port = server.http.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout) as connection:
        try:
            connection.sendall(request)
            if shut:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # refused while we were still sending: the answer may be there all the same
        answer = b""
        connection.settimeout(timeout)
        while True:
            try:
                piece = connection.recv(65536)
            except (TimeoutError, ConnectionError):
                return answer
            if not piece:
                return answer
            answer += piece


def get(server, path, *headers):
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {server.token}", "Connection: close", *headers]
    return raw(server, ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))


def status(answer):
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/") else None


@pytest.mark.parametrize("path", TRAVERSAL)
@pytest.mark.parametrize("prefix", ("/", "/app/", "/dicom-web/", "/api/"))
def test_path_traversal(server, prefix, path):
    answer = get(server, (prefix + path).replace("//", "/", 1) if prefix != "/" else "/" + path)
    assert b"root:" not in answer
    assert status(answer) in (400, 401, 404, None) or b"<html" in answer.lower(), answer[:200]


@pytest.mark.parametrize("uid", UIDS)
@pytest.mark.parametrize("form", ("/dicom-web/studies/{}", "/dicom-web/studies/{}/metadata", "/dicom-web/studies/1.2/series/{}",
                                  "/dicom-web/studies/1.2/series/1.3/instances/{}", "/dicom-web/studies/1.2/series/1.3/instances/{}/frames/1",
                                  "/dicom-web/studies?StudyInstanceUID={}", "/api/studies/{}", "/api/studies/1.2/series/{}/manifest"))
def test_hostile_uids(server, form, uid):
    answer = get(server, form.format(uid), "Accept: */*")
    assert status(answer) in (200, 204, 400, 404, 414), answer[:300]
    assert b"X-Header: 1\r\n" not in answer


JSON = {
    "nothing": b"", "no JSON": b"{", "an array": b"[]", "a number": b"1", "null": b"null", "wrong types": b'{"name": 1, "password": []}',
    "missing": b'{"name": "x"}', "deep": b"[" * 100_000, "deep objects": b'{"a":' * 50_000, "not UTF-8": b'{"name": "\xff\xfe"}',
    "long": json.dumps({"name": "x" * 5_000_000, "password": "y"}).encode(), "NUL": b'{"name": "a\\u0000b", "password": "c"}',
    "twice": b'{"name": "a", "name": "b", "password": "c"}',
}


@pytest.mark.parametrize("path", ("/api/session", "/api/setup"))
@pytest.mark.parametrize("body", JSON.values(), ids=JSON)
def test_bad_json(server, path, body):
    answer = server.session.post(server.http + path, data=body, headers={"Content-Type": "application/json"}, timeout=30)
    assert answer.status_code in (400, 401, 403, 413, 422, 429), f"{answer.status_code} {answer.text[:200]}"


REQUESTS = {
    "header of 64 KiB": b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 65536 + b"\r\n\r\n",
    "10,000 headers": b"GET / HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X%d: y\r\n" % n for n in range(10000)) + b"\r\n",
    "request line of 1 MiB": b"GET /" + b"a" * (1 << 20) + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "unknown version": b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
    "binary": bytes(range(256)) * 10,
    "negative length": b"POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "two lengths": b"POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "length and chunked": b"POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "bad chunk size": b"POST /api/session HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n",
    "chunk of 2^64": b"POST /api/session HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc\r\n",
    "half a request": b"GET /dicom-web/stud",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100),
    "DICOM": b"\x01\x00\x00\x00\x00\xcd\x00\x01\x00\x00ISOCENTER       PEER            " + bytes(170),
    "CONNECT": b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n",
}


@pytest.mark.parametrize("request_bytes", REQUESTS.values(), ids=REQUESTS)
def test_what_is_hardly_http(server, request_bytes):
    assert status(raw(server, request_bytes)) not in (500, 502, 503)


def stow(server, body, kind):
    return server.session.post(server.url("studies"), data=body, headers={"Content-Type": kind, "Accept": web.DICOM_JSON}, timeout=60)


def bodies():
    image = objects.image()
    file = objects.file_bytes(image)
    body, kind = web.multipart([file], boundary="gauze")
    nested, _ = web.multipart([("multipart/related; type=\"application/dicom\"; boundary=inner", web.multipart([file], boundary="inner")[0])],
                              boundary="gauze")
    yield "without end", body[:-len(b"--gauze--\r\n")], kind
    yield "cut in the middle", body[:len(body) // 2], kind
    yield "cut in the part's header", body[:20], kind
    yield "another boundary", body, kind.replace("gauze", "linen")
    yield "empty boundary", body, 'multipart/related; type="application/dicom"; boundary=""'
    yield "boundary of 1,000", body, f'multipart/related; type="application/dicom"; boundary={"x" * 1000}'
    yield "boundary with line end", body, 'multipart/related; type="application/dicom"; boundary="a\\\r\\\nb"'
    yield "nested", nested, kind
    yield "nothing", b"", kind
    yield "end only", b"--gauze--\r\n", kind
    yield "empty part", b"--gauze\r\nContent-Type: application/dicom\r\n\r\n\r\n--gauze--\r\n", kind
    yield "part header of 1 MiB", b"--gauze\r\nX: " + b"a" * (1 << 20) + b"\r\n\r\n" + file + b"\r\n--gauze--\r\n", kind
    yield "part without type", b"--gauze\r\n\r\n" + file + b"\r\n--gauze--\r\n", kind
    yield "part of another type", b"--gauze\r\nContent-Type: text/html\r\n\r\n<b>hi</b>\r\n--gauze--\r\n", kind
    yield "10,000 empty parts", b"--gauze\r\nContent-Type: application/dicom\r\n\r\n\r\n" * 10_000 + b"--gauze--\r\n", kind
    yield "line feeds only", body.replace(b"\r\n", b"\n"), kind


@pytest.mark.parametrize("body, kind", [pytest.param(b, k, id=name) for name, b, k in bodies()])
def test_multipart_that_lies(server, body, kind):
    """Refused with words, or what is whole in it stored and said so."""
    try:
        answer = stow(server, body, kind.replace("\r", "").replace("\n", "") if "line end" not in kind else kind)
    except ValueError:
        return  # the client library refuses to send such a header
    assert answer.status_code in (200, 202, 400, 409, 413, 415), f"{answer.status_code} {answer.text[:300]}"
    if answer.status_code == 200:
        assert web.stored(answer)
    for uid in web.stored(answer) if answer.status_code in (200, 202) else ():
        assert len(server.search("instances", SOPInstanceUID=uid)) == 1


def test_a_part_that_never_ends_is_not_kept_in_memory(server):
    before = server.peak_memory
    image = objects.image()
    head = b"--gauze\r\nContent-Type: application/dicom\r\n\r\n" + objects.file_bytes(image)

    def endless():
        yield head
        for _ in range(200):
            yield bytes(1 << 20)

    answer = stow(server, endless(), 'multipart/related; type="application/dicom"; boundary=gauze')
    assert answer.status_code in (400, 409, 413), answer.text[:300]
    assert server.search("instances", SOPInstanceUID=image.SOPInstanceUID) == []
    assert server.peak_memory - before < 100 << 20


@pytest.mark.parametrize("method", ("PUT", "PATCH", "DELETE", "TRACE", "BREW"))
def test_methods_that_mean_nothing_here(server, method):
    answer = server.session.request(method, server.url("studies"), timeout=30)
    assert answer.status_code in (400, 404, 405, 501), answer.status_code


def test_query_of_ten_thousand_keys(server):
    keys = "&".join(f"PatientID={n}" for n in range(3000))
    assert status(get(server, f"/dicom-web/studies?{keys}")) in (200, 204, 400, 414, 431, None)
