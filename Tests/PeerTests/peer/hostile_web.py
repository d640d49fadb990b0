"""Hostile HTTP, JSON, XML and names, generated: what a web server meets on the open network.

`PAYLOADS`: texts that mean something to a file system, shell, database, page, table or log (class G; `test_hostile_web.py` has the
sinks). `class_h`: requests as bytes. `class_k`: bodies of JSON and XML.
"""
import gzip
import itertools
import zlib

PAYLOADS = {
    "up": "../../../../../../etc/passwd", "up, encoded": "..%2f..%2f..%2fetc%2fpasswd", "up, twice encoded": "%252e%252e%252fetc%252fpasswd",
    "up, dots doubled": "....//....//etc/passwd", "up, backslashes": "..\\..\\..\\etc\\passwd", "overlong UTF-8": "%c0%ae%c0%ae%c0%afetc/passwd",
    "absolute": "/etc/passwd", "absolute, ours": "/tmp/isocenter-hostile-file", "file URL": "file:///etc/passwd", "UNC": "\\\\127.0.0.1\\share\\x", "device": "CON", "NUL in a name": "a.dcm\0.png",
    "NUL, encoded": "1.2.3%00", "dot": ".", "dots": "..", "home": "~root/.ssh/id_rsa", "newline": "a\nFORGED 2026-01-01 login of root", "CR LF": "a\r\nX-Injected: 1\r\n\r\nFORGED",
    "CR LF, encoded": "a%0d%0aX-Injected:%201%0d%0a%0d%0aFORGED", "line separator": "a\u2028FORGED\u2029FORGED", "escape sequences": "\x1b[2J\x1b]0;x\x07FORGED",
    "SQL or": "' OR '1'='1", "SQL union": "1 union select name, hash from account--", "SQL drop": "1'; DROP TABLE study;--", "SQL like": "%_%\\", "LDAP": "*)(uid=*))(|(uid=*",
    "script": "<script>alert(1)</script>", "image": "\"><img src=x onerror=alert(1)>", "SVG": "<svg/onload=alert(1)>", "script URL": "javascript:alert(1)", "template": "{{7*7}}${7*7}<%=7*7%>#{7*7}",
    "formula": "=cmd|' /C calc'!A0", "formula, at": "@SUM(1+1)*cmd|' /C calc'!A0", "shell": "$(touch /tmp/isocenter-hostile-file)`touch /tmp/isocenter-hostile-file`;touch /tmp/isocenter-hostile-file|",
    "lookup": "${jndi:ldap://127.0.0.1:1389/a}", "format": "%s%n%x%p%@%ld" * 20, "right to left": "gpj.\u202emcd", "homoglyphs and joiners": "\u0410dmin\u200d\u200b\ufeff", "not a character": "\ufffe\U0010ffff\ud7ff",
    "long": "A" * 8000,
}

# What must be in no answer: paths, statements, traces, what lies outside.
LEAKS = [b"root:x:", b"/root/", b"/home/", b"/usr/", b"/proc/", b"SELECT ", b"INSERT INTO", b"sqlite", b"SQLITE", b".swift", b"Fatal error", b"Swift.", b"Foundation.", b"NSError",
         b"stack trace", b"Thread 0", b"0x0000", b"Unexpectedly"]


def distinct(cases):
    cases = list(cases)
    names = [name for name, *_ in cases]
    assert len(set(names)) == len(names), [name for name in names if names.count(name) > 1][:5]
    return cases


# Class H: (name, bytes of one or several requests). `{auth}` is filled in by `with_token`.

AUTH = b"Authorization: Bearer TOKEN\r\n"


def request(path, *headers, method="GET", body=b"", close=True, host=b"localhost", authorized=True):
    path = path if isinstance(path, bytes) else path.encode("utf-8", "surrogateescape")
    head = method.encode() + b" " + path + b" HTTP/1.1\r\nHost: " + host + b"\r\n"
    if authorized:
        head += AUTH
    for header in headers:
        head += (header if isinstance(header, bytes) else header.encode("utf-8", "surrogateescape")) + b"\r\n"
    if close:
        head += b"Connection: close\r\n"
    return head + b"\r\n" + body


def shortened(value, length=40):
    text = value if isinstance(value, str) else value.decode("latin-1")
    return ascii(text if len(text) <= length else f"{text[:length]}… {len(text)}")


TARGETS = [("POST", "/api/session"), ("POST", "/dicom-web/studies"), ("PUT", "/api/peers/x"), ("GET", "/dicom-web/studies")]
STOW = 'Content-Type: multipart/related; type="application/dicom"; boundary=gauze'


def lengths():
    values = ["-1", "+5", "0x10", "1e3", "4294967296", "18446744073709551615", "18446744073709551616", "9" * 40, "", " ", "abc", "1,2", "5;q=1", "\u0663", "1 1", "--1"]
    for (method, path), value in itertools.product(TARGETS, values):
        yield f"length {shortened(value)} {method} {path}", request(path, f"Content-Length: {value}", STOW, method=method, body=b"hello")
    for (first, second), (method, path) in itertools.product([(0, 1), (1, 0), (5, 6), (5, 4294967296)], TARGETS[:2]):
        yield f"lengths {first} and {second} {method} {path}", request(path, f"Content-Length: {first}", f"Content-Length: {second}", method=method, body=b"hello")


def smuggling():
    inner = b"GET /health/live HTTP/1.1\r\nHost: smuggled\r\n\r\n"
    codings = ["chunked", "xchunked", "chunked, identity", "identity, chunked", " chunked", "\tchunked", "Chunked", "chunked;x=1", "chunked\x0b", "gzip, chunked", "\"chunked\"", "chunked, chunked"]
    for coding, (method, path) in itertools.product(codings, TARGETS[:2]):
        yield f"coding {shortened(coding)} and a length {path}", request(path, "Content-Length: 4", f"Transfer-Encoding: {coding}", method=method, body=b"0\r\n\r\n" + inner)
    yield "codings twice", request("/api/session", "Transfer-Encoding: chunked", "Transfer-Encoding: identity", method="POST", body=b"0\r\n\r\n" + inner)
    yield "coding with a space before the colon", request("/api/session", "Transfer-Encoding : chunked", "Content-Length: 4", method="POST", body=b"0\r\n\r\n" + inner)
    yield "coding folded", request("/api/session", "Transfer-Encoding:\r\n chunked", "Content-Length: 4", method="POST", body=b"0\r\n\r\n" + inner)
    yield "length after a bare line feed", b"POST /api/session HTTP/1.1\nHost: x\nContent-Length: 4\n\nabcd" + inner


def chunks():
    sizes = ["zz", "-1", "0x5", "f" * 16, "1" + "0" * 16, "f" * 32, "", " 5", "5 ", "G", "5;" + "x" * 1000, "5\t;a=b"]
    for size, (method, path) in itertools.product(sizes, TARGETS[:3]):
        yield f"chunk size {shortened(size)} {path}", request(path, "Transfer-Encoding: chunked", STOW, method=method, body=size.encode() + b"\r\nhello\r\n0\r\n\r\n")
    for name, body in {
        "chunk extension of 1 MiB": b"5;" + b"x" * (1 << 20) + b"\r\nhello\r\n0\r\n\r\n", "10^5 chunks of a byte": b"1\r\nx\r\n" * 100_000 + b"0\r\n\r\n",
        "10^4 trailers": b"5\r\nhello\r\n0\r\n" + b"".join(b"T%d: x\r\n" % n for n in range(10_000)) + b"\r\n", "chunk without its end": b"5\r\nhelloworld\r\n0\r\n\r\n",
        "chunks that stop": b"5\r\nhel", "no last chunk": b"5\r\nhello\r\n",
    }.items():
        for method, path in TARGETS[:2]:
            yield f"{name} {path}", request(path, "Transfer-Encoding: chunked", STOW, method=method, body=body)


def headers():
    for name, size in itertools.product(["Accept", "Cookie", "Authorization", "If-None-Match", "Range", "X-Forwarded-For", "X-Forwarded-Host", "Content-Type", "Origin", "X"], [20_000, 70_000, 1 << 20]):
        yield f"{name} of {size}", request("/dicom-web/studies?limit=1", f"{name}: {'a' * size}", authorized=name != "Authorization")
    for count in (1_000, 10_000, 100_000):
        yield f"{count} headers", request("/dicom-web/studies?limit=1", *[f"X{n}: y" for n in range(count)])
        yield f"{count} times one header", request("/dicom-web/studies?limit=1", *["Accept: application/dicom+json"] * count)
    for name, line in {
        "no colon": b"Accept", "space before the colon": b"Accept : */*", "NUL in a value": b"Accept: a\0b", "NUL in a name": b"Acc\0ept: a", "folded": b"Accept: a\r\n b", "no name": b": a",
        "name of UTF-8": "Ä: b".encode(), "value of UTF-8": "X: äöü\u2028".encode(), "value of bytes": b"X: \xff\xfe", "bare CR": b"X: a\rY: b", "bare LF": b"X: a\nY: b", "control": b"X: a\x01b", "brackets in a name": b"X(Y): a",
    }.items():
        yield f"header with {name}", request("/dicom-web/studies?limit=1", line)
    for host in [b"", b"a b", b"a\"><script>", b"a/b", b"a@b", b"localhost:99999999", b"[::1", b"\xff", b"a" * 5000, b"a\tb", b"evil.example.org#", b"x?y"]:
        yield f"host {shortened(host)}", request("/dicom-web/capabilities", host=host)
    for name, value in itertools.product(["X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix"], ["\"><script>alert(1)</script>", "a b", "javascript", "//evil.example.org", "/../..", "a" * 5000]):
        yield f"{name} {shortened(value)}", request("/dicom-web/capabilities", f"{name}: {value}")


def lines():
    for method in ["get", "", "GET\0", "G" * 10_000, "GET\tX", "\u0413ET", "PRI", "TRACE", "CONNECT", "PROPFIND", "BREW"]:
        yield f"method {shortened(method)}", request("/dicom-web/studies", method=method)
    for version in ["HTTP/0.9", "HTTP/1.2", "HTTP/2.0", "HTTP/9.9", "HTTP/1.1.1", "http/1.1", "HTTP/a.b", "HTTP/", "ICY", "RTSP/1.0"]:
        yield f"version {version}", b"GET /dicom-web/studies " + version.encode() + b"\r\nHost: x\r\n" + AUTH + b"Connection: close\r\n\r\n"
    paths = [b"%2e%2e/%2e%2e/etc/passwd", b"%00", b"%c0%ae%c0%ae/", b"%e0%80%ae", b"%", b"%zz", b"%2", b"..;/..;/", b"..\\..\\", b"//", b"a" * 20_000, b"a/" * 10_000, b"#fragment", b"?" * 10_000, b"\xff\xfe", b"%ff%fe", b"\x01"]
    for base, path in itertools.product([b"/", b"/dicom-web/studies/", b"/api/studies/", b"/dicom-web/studies/1/series/2/instances/3/bulkdata/"], paths):
        yield f"path {base.decode()} {shortened(path)}", request(base + path)
    for target in [b"http://evil.example.org/dicom-web/studies", b"evil.example.org:443", b"*", b"dicom-web/studies", b"", b"/%61pi/jobs", b"/API/jobs", b"/api/jobs/", b"//api/jobs", b"/x/../api/jobs", b"/./api/jobs"]:
        yield f"target {shortened(target)} of nobody", request(target, authorized=False)


def ranges():
    values = ["bytes=0-", "bytes=-1", "bytes=" + ",".join(f"{n}-{n}" for n in range(2_000)), "bytes=" + "0-," * 10_000, "bytes=5-2", f"bytes={10 ** 30}-", "bytes=-", "bytes=a-b", "bytes=--1", "bytes=0-0,0-0,0-0",
              "bytes 0-1", "lines=0-1", "bytes=18446744073709551615-18446744073709551616", "bytes=-9223372036854775808"]
    for value, path in itertools.product(values, ["INSTANCE", "/main.js"]):
        yield f"range {shortened(value)} of {path}", request(path, f"Range: {value}", "Accept: */*")


def accepted():
    values = ["a" * 15_000, ",".join(["a/b"] * 4_000), "*/*;q=1e400", "*/*;q=-1", "*/*;q=nan", "*/*;q=", "a/b;c=\"", "a/b;" + ";" * 10_000, "multipart/related; type=\"multipart/related; type=multipart/related\"",
              "multipart/related; type=\"application/dicom\"; transfer-syntax=" + "1" * 1000, "multipart/related; type=\"\\\"\"", "/", "*", "*/x", "", ",,,,", "application/dicom+json;q=0", "\u2028/\u2029", "text/html; <script>alert(1)</script>"]
    for value, path in itertools.product(values, ["/dicom-web/studies", "INSTANCE", "INSTANCE/metadata", "INSTANCE/frames/1", "INSTANCE/rendered"]):
        yield f"accept {shortened(value)} {path}", request(path, f"Accept: {value}")


def queries():
    def many(n, text):
        return "&".join(text.replace("#", str(k)) for k in range(n))

    values = {
        "10^4 keys": many(10_000, "PatientID=#"), "1,500 keys": many(1_500, "PatientID=#"), "10^3 attributes": many(1_000, "0010####=1"), "stars": "PatientName=" + "*" * 5, "thousands of stars": "PatientName=" + "*" * 5_000,
        "stars and marks": "PatientName=" + "*?" * 5_000, "words between stars": "PatientName=" + "*a" * 5_000, "marks": "PatientName=" + "?" * 10_000, "limit 2^63": f"limit={2 ** 63}", "limit 2^64": f"limit={2 ** 64}", "limit -1": "limit=-1",
        "limit 0": "limit=0", "limit nan": "limit=nan", "limit 1e3": "limit=1e3", "offset 2^63 - 1": f"offset={2 ** 63 - 1}", "offset and limit of 2^63 - 1": f"offset={2 ** 63 - 1}&limit={2 ** 63 - 1}", "offset 2^64": f"offset={2 ** 64}", "offset -1": "offset=-1",
        "dates of nines": "StudyDate=99999999", "dates backwards": "StudyDate=20250101-20240101", "dates of text": "StudyDate=yesterday", "date dashes": "StudyDate=" + "-" * 1000, "times": "StudyTime=999999-000000", "no date": "StudyDate=20240230",
        "10^3 UIDs": "StudyInstanceUID=" + ",".join(f"1.2.{n}" for n in range(1_000)), "UID of letters": "StudyInstanceUID=abc", "UID of 10^4 digits": "StudyInstanceUID=" + "1" * 10_000, "UID with stars": "StudyInstanceUID=1.*",
        "10^3 fields": "includefield=" + ",".join(["PatientID"] * 1_000), "field of nothing": "includefield=", "field of text": "includefield=DROP", "path of 10^3": "00081115." * 1_000 + "00081155=1", "path of nothing": "..=1", "path that ends": "00081115.=1",
        "no name": "=1", "no value": "PatientID", "NUL": "PatientID=%00", "not UTF-8": "PatientName=%ff%fe", "half an escape": "PatientName=%f", "fuzzy perhaps": "fuzzymatching=perhaps", "private": "00091001=1", "backslashes": "PatientName=" + "\\" * 5_000,
        "order by SQL": "orderby=1;DROP", "cursor": "cursor=" + "A" * 5_000, "json": "PatientName=%7B%22a%22:1%7D", "ampersands": "&" * 10_000, "equals": "PatientID=" + "=" * 5_000,
    }
    for name, query in values.items():
        yield f"search by {name}", request(f"/dicom-web/studies?{query}", "Accept: application/dicom+json")
    for name in ("10^4 keys", "stars and marks", "limit 2^63", "offset 2^63 - 1", "10^3 UIDs", "NUL"):
        yield f"search of instances by {name}", request(f"/dicom-web/instances?{values[name]}", "Accept: application/dicom+json")
    for name, query in {"limit": f"limit={2 ** 63}", "limit below": "limit=-1", "cursor": "cursor=%00", "stars": "search=" + "*" * 5_000, "words": "search=" + "+a" * 5_000, "sort": "sort=drop", "from": "from=%ff"}.items():
        yield f"list by {name}", request(f"/api/studies?{query}")
    for name, query in {"viewport": "viewport=99999,99999", "no viewport": "viewport=0,0", "viewport of 2^63": f"viewport={2 ** 63},1", "region": "viewport=10,10,-9e18,9e18,9e18,9e18", "nan": "viewport=nan,inf", "window": "window=1e400,1e400,linear", "no window": "window=0,0",
                        "quality": "quality=0", "quality of 2^63": f"quality={2 ** 63}", "annotation": "annotation=" + "patient," * 1_000, "profile": "iccprofile=../../x", "state": "presentationUID=../x"}.items():
        yield f"rendered by {name}", request(f"INSTANCE/rendered?{query}", "Accept: image/jpeg")


def stow(body, *headers, kind=STOW):
    return request("/dicom-web/studies", kind, f"Content-Length: {len(body)}", *headers, method="POST", body=body)


def multiparts():
    part = b"--gauze\r\nContent-Type: application/dicom\r\n\r\nDICM\r\n"
    for name, (body, kind) in {
        "nothing": (b"", STOW), "no end": (part, STOW), "only an end": (b"--gauze--\r\n", STOW), "line ends": (b"\r\n" * 100_000, STOW), "dashes": (b"-" * 1_000_000, STOW), "almost boundaries": (b"\r\n--gauz" * 100_000, STOW),
        "10^5 parts": (part * 100_000 + b"--gauze--\r\n", STOW), "10^6 empty parts": (b"--gauze\r\n\r\n\r\n" * 1_000_000 + b"--gauze--\r\n", STOW), "10^5 headers of a part": (b"--gauze\r\n" + b"X: y\r\n" * 100_000 + b"\r\nx\r\n--gauze--\r\n", STOW),
        "header of a part of 10 MB": (b"--gauze\r\nX: " + b"a" * 10_000_000 + b"\r\n\r\nx\r\n--gauze--\r\n", STOW), "header that does not end": (b"--gauze\r\nX: " + b"a" * 100_000, STOW), "NUL in the header": (b"--gauze\r\nContent-Type: a\0b\r\n\r\nx\r\n--gauze--\r\n", STOW),
        "part of HTML": (b"--gauze\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script>\r\n--gauze--\r\n", STOW), "part of a program": (b"--gauze\r\nContent-Type: application/dicom\r\n\r\n\x7fELF" + bytes(200) + b"\r\n--gauze--\r\n", STOW),
        "part of a ZIP": (b"--gauze\r\nContent-Type: application/dicom\r\n\r\nPK\x03\x04" + bytes(200) + b"\r\n--gauze--\r\n", STOW), "part whose length lies": (b"--gauze\r\nContent-Type: application/dicom\r\nContent-Length: 4294967296\r\n\r\nx\r\n--gauze--\r\n", STOW),
        "part in gzip": (b"--gauze\r\nContent-Type: application/dicom\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(1_000_000)) + b"\r\n--gauze--\r\n", STOW), "base64 part": (b"--gauze\r\nContent-Type: application/dicom\r\nContent-Transfer-Encoding: base64\r\n\r\nRElDTQ==\r\n--gauze--\r\n", STOW),
        "boundary of 15 kB": (part, STOW[:-5] + "x" * 15_000), "boundary of 10 MB": (part, STOW[:-5] + "x" * 10_000_000), "no boundary": (part, 'Content-Type: multipart/related; type="application/dicom"'), "empty boundary": (part, STOW[:-5] + '""'), "boundary of a space": (part, STOW[:-5] + '" "'),
        "boundary that begins another": (b"--gauze\r\n\r\n--gauzegauze\r\n--gauze--\r\n", STOW), "boundary of NUL": (part, STOW + "\0"), "type twice": (part, STOW + "; type=text/html"), "another type": (part, STOW.replace("application/dicom", "text/html")), "no multipart": (part, "Content-Type: application/json"),
        "no type": (part, "X: y"), "form data": (part, "Content-Type: multipart/form-data; boundary=gauze"), "half a boundary at the end": (part[:-2] + b"\r\n--gau", STOW), "preamble of 10 MB": (b"x" * 10_000_000 + b"\r\n" + part + b"--gauze--\r\n", STOW),
    }.items():
        yield f"multipart of {name}", stow(body, kind=kind)
    nested = b"x"
    for depth in range(200):
        nested = b"--g%d\r\nContent-Type: multipart/related; boundary=g%d\r\n\r\n" % (depth, depth - 1) + nested + b"\r\n--g%d--\r\n" % depth
    yield "multipart 200 deep", stow(nested, kind=STOW[:-5] + "g199")
    bomb = zlib.compressobj(9, zlib.DEFLATED, 31)
    zipped = b"".join(bomb.compress(bytes(1 << 20)) for _ in range(200)) + bomb.flush()
    for coding in ("gzip", "deflate", "br", "gzip, gzip", "identity", "x" * 1_000):
        yield f"body in {shortened(coding)}", stow(zipped, f"Content-Encoding: {coding}")
    for method, path in (("POST", "/api/session"), ("PUT", "/api/peers/x"), ("POST", "/api/send")):
        yield f"body in gzip for {path}", request(path, "Content-Encoding: gzip", "Content-Type: application/json", f"Content-Length: {len(zipped)}", method=method, body=zipped)


def connections():
    live = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
    yield "1,000 requests at once", live * 1_000
    yield "1,000 refusals at once", b"GET /api/jobs HTTP/1.1\r\nHost: x\r\n\r\n" * 1_000
    yield "a request after a broken one", b"BROKEN\r\n\r\n" + live
    yield "a request after a body that is not read", request("/api/nothing", "Content-Length: 100000", method="POST", body=bytes(100_000), close=False) + live
    yield "HTTP/2 by prior knowledge", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\x04\0\0\0\0\0" + b"\0\0\0\x03\x01\0\0\0\x01" * 1_000
    yield "HTTP/2 by upgrade", request("/dicom-web/studies?limit=1", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA", "Connection: Upgrade, HTTP2-Settings", close=False)
    yield "WebSocket", request("/api/events", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Key: x", "Sec-WebSocket-Version: 13", close=False, authorized=False)
    yield "Expect", request("/dicom-web/studies", "Expect: 100-continue", STOW, "Content-Length: 10", method="POST", body=b"")
    yield "Expect of something else", request("/dicom-web/studies", "Expect: miracle", STOW, "Content-Length: 4", method="POST", body=b"abcd")
    yield "TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(300)
    yield "nothing but line ends", b"\r\n" * 10_000
    yield "every byte", bytes(range(256)) * 100
    yield "a DICOM association", b"\x01\x00\x00\x00\x00\xcd\x00\x01\x00\x00ISOCENTER       PEER            " + bytes(170)


def class_h():
    return distinct(itertools.chain(lengths(), smuggling(), chunks(), headers(), lines(), ranges(), accepted(), queries(), multiparts(), connections()))


# Class K: (name, media type, body)

JSON = {
    "nothing": b"", "space": b" " * 1000, "a brace": b"{", "a list": b"[]", "a number": b"1", "null": b"null", "text": b'"x"', "depth 10^5": b"[" * 100_000 + b"]" * 100_000, "objects of depth 10^5": b'{"name":' * 100_000 + b"1" + b"}" * 100_000,
    "half of depth 10^5": b"[" * 100_000, "numbers 1e400": b'{"name": 1e400, "port": 1e400, "maxAssociations": 1e400}', "digits": b'{"name": "x", "port": ' + b"9" * 10_000 + b"}", "fractions": b'{"aeTitle": "A", "port": 1.0000000000000000001}', "-0": b'{"aeTitle": "A", "port": -0}',
    "duplicate keys": b'{"name": "a", "name": "b", "password": "c", "aeTitle": "A", "aeTitle": "B\\\\", "peer": "x", "peer": "y"}', "10^5 keys": b"{" + b",".join(b'"k%d":1' % n for n in range(100_000)) + b"}", "text of 100 MB": b'{"name": "' + b"x" * 100_000_000 + b'"}',
    "not UTF-8": b'{"name": "\xff\xfe", "aeTitle": "\xff"}', "UTF-16": '{"name": "x"}'.encode("utf-16"), "UTF-32": '{"name": "x"}'.encode("utf-32"), "byte order mark": b'\xef\xbb\xbf{"name": "x", "port": "y"}', "half surrogates": b'{"name": "\\ud800", "aeTitle": "\\udc00\\ud800"}',
    "NUL": b'{"name": "a\\u0000b", "password": "c", "aeTitle": "\\u0000", "title": "\\u0000", "peer": "\\u0000"}', "wrong types": b'{"name": {"a": []}, "password": [], "aeTitle": 1, "title": {}, "peer": [], "series": {}}', "comments": b'{"name": "a" /* x */, // y\n "password": "b"}',
    "nan": b'{"name": NaN, "port": Infinity}', "single quotes": b"{'name': 'a'}", "prototype": b'{"__proto__": {"admin": true}, "constructor": {}, "name": "a", "password": "b"}', "after the end": b'{"name": "a"}{"name": "b"}', "lines": b'{"name": "a"}\n' * 10_000,
}
JSON_TARGETS = [("POST", "/api/session"), ("PUT", "/api/peers/hostile"), ("PUT", "/api/titles/HOSTILE"), ("POST", "/api/send"), ("POST", "/dicom-web/studies")]

LAUGHS = b'<!DOCTYPE l [<!ENTITY a0 "ha">' + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12)) + b"]><NativeDicomModel>&a11;</NativeDicomModel>"
XML = {
    "nothing": b"", "no XML": b"{}", "another root": b"<html/>", "external entity": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><NativeDicomModel><DicomAttribute tag="00100020" vr="LO"><Value number="1">&e;</Value></DicomAttribute></NativeDicomModel>',
    "external entity over HTTP": b'<!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1:9/x">]><NativeDicomModel>&e;</NativeDicomModel>', "external DTD": b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><NativeDicomModel/>', "parameter entity": b'<!DOCTYPE x [<!ENTITY % e SYSTEM "file:///etc/passwd">%e;]><NativeDicomModel/>',
    "billion laughs": LAUGHS, "quadratic": b'<!DOCTYPE x [<!ENTITY a "' + b"x" * 50_000 + b'">]><NativeDicomModel>' + b"&a;" * 50_000 + b"</NativeDicomModel>", "entity of itself": b'<!DOCTYPE x [<!ENTITY a "&a;">]><NativeDicomModel>&a;</NativeDicomModel>', "depth 10^5": b"<a>" * 100_000 + b"</a>" * 100_000,
    "half of depth 10^5": b"<NativeDicomModel>" * 100_000, "10^5 attributes": b"<NativeDicomModel " + b" ".join(b'a%d="1"' % n for n in range(100_000)) + b"/>", "attribute twice": b'<NativeDicomModel a="1" a="2"/>', "text of 20 MB": b"<NativeDicomModel>" + b"x" * 20_000_000 + b"</NativeDicomModel>",
    "characters that are none": b"<NativeDicomModel>&#0;&#xFFFE;&#x110000;&#99999999999;</NativeDicomModel>", "another encoding": b'<?xml version="1.0" encoding="UTF-7"?><NativeDicomModel/>', "UTF-16 that is none": b'<?xml version="1.0" encoding="UTF-16"?><NativeDicomModel/>', "inclusion": b'<NativeDicomModel xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/passwd" parse="text"/></NativeDicomModel>',
    "style sheet": b'<?xml-stylesheet type="text/xsl" href="file:///etc/passwd"?><NativeDicomModel/>', "CDATA": b"<NativeDicomModel><![CDATA[" + b"]]" * 10_000 + b"</NativeDicomModel>", "comment without end": b"<NativeDicomModel><!--" + b"-" * 10_000, "name of 10^6": b"<" + b"a" * 1_000_000 + b"/>", "not UTF-8": b"<NativeDicomModel>\xff\xfe</NativeDicomModel>",
}
METADATA = 'multipart/related; type="application/dicom+{}"; boundary=gauze'


def class_k():
    def part(kind, body):
        return f"--gauze\r\nContent-Type: application/dicom+{kind}\r\n\r\n".encode() + body + b"\r\n--gauze--\r\n"

    for (name, body), (method, path) in itertools.product(JSON.items(), JSON_TARGETS):
        if path == "/dicom-web/studies":
            yield f"JSON {name} {path}", method, path, METADATA.format("json"), part("json", body)
        elif len(body) < 10_000_000 or path == "/api/session":
            yield f"JSON {name} {path}", method, path, "application/json", body
    for name, body in XML.items():
        yield f"XML {name}", "POST", "/dicom-web/studies", METADATA.format("xml"), part("xml", body)
