"""DICOMweb's multipart bodies, made and taken apart without a DICOMweb library (RFC 2387, PS3.18 §8.6.1)."""
import re
import uuid

STORE_TYPE = "application/dicom"
ANY_SYNTAX = 'multipart/related; type="application/dicom"; transfer-syntax=*'
DICOM_JSON = "application/dicom+json"
# What belongs to no study (PS3.18 Table 12.1.1-1, and protocol approvals).
CATEGORIES = ["color-palettes", "defined-procedure-protocols", "hanging-protocols", "implant-templates", "inventories", "protocol-approvals"]


def multipart(parts, media_type=STORE_TYPE, boundary=None):
    """(body, Content-Type) of parts: bytes, or (media type, bytes)."""
    boundary = boundary or uuid.uuid4().hex
    body = b""
    for part in parts:
        kind, data = part if isinstance(part, tuple) else (media_type, part)
        body += f"--{boundary}\r\nContent-Type: {kind}\r\n\r\n".encode() + data + b"\r\n"
    body += f"--{boundary}--\r\n".encode()
    return body, f'multipart/related; type="{media_type}"; boundary={boundary}'


def parts(response):
    """[(headers in lower case, body)] of a multipart answer; single bodies count as one part."""
    kind = response.headers["Content-Type"]
    if not kind.startswith("multipart/"):
        return [({"content-type": kind}, response.content)]
    boundary = re.search(r'boundary="?([^";]+)"?', kind).group(1).encode()
    assert response.content.rstrip().endswith(b"--" + boundary + b"--"), "the multipart answer has no end"
    found = []
    for piece in (b"\r\n" + response.content).split(b"\r\n--" + boundary)[1:]:
        if piece.startswith(b"--"):
            break
        head, _, body = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        headers = dict(line.split(":", 1) for line in head.decode("latin-1").split("\r\n") if ":" in line)
        found.append(({k.lower().strip(): v.strip() for k, v in headers.items()}, body))
    return found


def value(data_set, tag, default=None):
    """The first value of a DICOM JSON attribute."""
    return (data_set.get(tag, {}).get("Value") or [default])[0]


def store(server, files, study=None):
    """STOW-RS of PS3.10 files; the response."""
    body, kind = multipart(files)
    return server.session.post(server.url(*(["studies", study] if study else ["studies"])), data=body, timeout=60,
                               headers={"Content-Type": kind, "Accept": DICOM_JSON})


def failures(answer):
    """{SOP Instance UID: failure reason} of a STOW-RS answer (PS3.18 Annex I)."""
    found = {}
    for entry in answer.json().get("00081198", {}).get("Value", []):
        found[value(entry, "00081155", "")] = value(entry, "00081197")
    return found


def stored(answer):
    """SOP Instance UIDs that a STOW-RS answer says are stored."""
    return [value(entry, "00081155") for entry in answer.json().get("00081199", {}).get("Value", [])]
