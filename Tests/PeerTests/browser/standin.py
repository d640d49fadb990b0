"""
A small stand-in for the server: docs/develop/http-api.md over data sets held in memory. For developing the page and
its tests only; it keeps nothing and promises nothing.

    python standin.py [--port N] [--empty] [--setup TOKEN] [FILE OR FOLDER ...]
"""

import argparse
import io
import json
import queue
import re
import secrets
import sys
import threading
import time
import unicodedata
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import numpy as np
import pydicom
from PIL import Image
from pydicom.encaps import generate_frames
from pydicom.pixels.utils import unpack_bits

import generated

APP = Path(__file__).parents[3] / "Viewer" / "app"
TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".wasm": "application/wasm"}
PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")


def fold(text):
    return "".join(c for c in unicodedata.normalize("NFKD", text or "") if not unicodedata.combining(c)).lower()


def words(text):
    return [w for w in re.split(r"[\s^,=]+", fold(text)) if w]


def numbers(value, kind=float):
    if value is None or value == "":
        return None
    values = value if isinstance(value, (list, pydicom.multival.MultiValue)) else [value]
    return [kind(v) for v in values]


def one(value, kind=float):
    values = numbers(value, kind)
    return values[0] if values else None


def texts(value):
    if value in (None, ""):
        return None
    return [str(v) for v in (value if isinstance(value, (list, pydicom.multival.MultiValue)) else [value])]


def person(value):
    names = value.components if value else ()
    return {k: n for k, n in zip(("Alphabetic", "Ideographic", "Phonetic"), names) if n}


DICTIONARY = {
    "elements": [[f"{tag:08X}", keyword, name] for tag, (_, _, name, _, keyword) in sorted(pydicom.datadict.DicomDictionary.items())],
    "uids": {uid: entry[0] for uid, entry in pydicom.uid.UID_dictionary.items()},
}


def private_name(creator, tag):
    try:
        return pydicom.datadict.private_dictionary_description(int(tag, 16), creator)
    except KeyError:
        return ""


class Archive:
    def __init__(self):
        self.instances = {}  # SOP Instance UID → data set
        self.received = {}
        self.listeners = []
        self.lock = threading.RLock()

    def store(self, ds):
        with self.lock:
            self.instances[ds.SOPInstanceUID] = ds
            self.received[ds.StudyInstanceUID] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            self._studies = None
        for listener in list(self.listeners):
            listener.put(ds.StudyInstanceUID)

    def of(self, study, series=None):
        with self.lock:
            return [d for d in self.instances.values() if d.StudyInstanceUID == study and series in (None, d.SeriesInstanceUID)]

    _studies = None

    def studies(self):
        with self.lock:
            if self._studies is None:
                groups = {}
                for ds in self.instances.values():
                    groups.setdefault(ds.StudyInstanceUID, []).append(ds)
                self._studies = {uid: self.study(uid, group) for uid, group in groups.items()}
            return self._studies

    def study(self, uid, group=None):
        group = group or self.of(uid)
        if not group:
            return None
        ds = group[0]
        return {
            "studyInstanceUID": uid, "patientName": person(ds.get("PatientName")), "patientID": str(ds.get("PatientID", "")),
            "issuerOfPatientID": ds.get("IssuerOfPatientID", ""), "patientBirthDate": ds.get("PatientBirthDate", ""), "patientSex": ds.get("PatientSex", ""),
            "studyDate": ds.get("StudyDate", ""), "studyTime": ds.get("StudyTime", ""), "studyDescription": ds.get("StudyDescription", ""),
            "accessionNumber": ds.get("AccessionNumber", ""), "referringPhysicianName": person(ds.get("ReferringPhysicianName")),
            "modalities": sorted({d.get("Modality", "") for d in group} - {""}), "seriesCount": len({d.SeriesInstanceUID for d in group}),
            "instanceCount": len(group), "received": self.received[uid],
        }

    def series(self, uid):
        groups = {}
        for ds in self.of(uid):
            groups.setdefault(ds.SeriesInstanceUID, []).append(ds)
        rows = []
        for series, group in groups.items():
            ds = group[0]
            shows = drawable(ds)
            rows.append({
                "seriesInstanceUID": series, "seriesNumber": one(ds.get("SeriesNumber"), int), "modality": ds.get("Modality", ""),
                "seriesDescription": ds.get("SeriesDescription", ""), "bodyPart": ds.get("BodyPartExamined", ""), "laterality": ds.get("Laterality", ""),
                "instanceCount": len(group), "thumbnail": f"/dicom-web/studies/{uid}/series/{series}/thumbnail" if shows else None,
            })
        return sorted(rows, key=lambda r: (r["seriesNumber"] is None, r["seriesNumber"] or 0, r["seriesInstanceUID"]))

    def search(self, query):
        get = lambda name, default="": query.get(name, [default])[0]
        asked, sort, order = words(get("search")), get("sort", "date"), get("order", "desc")
        limit = max(1, min(500, int(get("limit", "100"))))
        key = {
            "date": lambda s: s["studyDate"] + s["studyTime"], "patient": lambda s: fold(s["patientName"].get("Alphabetic")), "patientID": lambda s: fold(s["patientID"]),
            "modality": lambda s: fold(" ".join(s["modalities"])), "description": lambda s: fold(s["studyDescription"]), "accession": lambda s: fold(s["accessionNumber"]),
            "received": lambda s: s["received"],
        }[sort]
        rows = [s for s in self.studies().values() if all(hit(s, w) for w in asked)]
        rows = [s for s in rows if get("modality") in ("", *s["modalities"]) and get("from") <= s["studyDate"] and (not get("to") or "" < s["studyDate"] <= get("to"))]
        rows.sort(key=lambda s: (key(s), s["studyInstanceUID"]), reverse=order == "desc")
        start = 0
        if get("cursor"):
            last = get("cursor")
            start = next((n + 1 for n, s in enumerate(rows) if s["studyInstanceUID"] == last), len(rows))
        page = rows[start:start + limit]
        more = start + limit < len(rows)
        return {"studies": page, "next": page[-1]["studyInstanceUID"] if more else None, "total": len(rows)}


def hit(study, word):
    has = [w for text in (*study["patientName"].values(), study["patientID"], study["accessionNumber"], study["studyDescription"], *study["modalities"]) for w in words(text)]
    digits = word.replace("-", "")
    return any(w.startswith(word) for w in has) or bool(re.fullmatch(r"\d{4}(\d\d){0,2}", digits) and study["studyDate"].startswith(digits))


def has_pixels(ds):
    return any(name in ds for name in PIXELS)


def drawable(ds):
    return has_pixels(ds) and (not ds.file_meta.TransferSyntaxUID.is_compressed or ds.file_meta.TransferSyntaxUID == generated.JPEG_BASELINE)


def image(ds):
    number = lambda name, kind=float: one(ds.get(name), kind)
    padding = number("PixelPaddingValue", int)
    return {
        "sopInstanceUID": ds.SOPInstanceUID, "sopClassUID": ds.SOPClassUID, "instanceNumber": number("InstanceNumber", int), "transferSyntax": str(ds.file_meta.TransferSyntaxUID),
        "frames": number("NumberOfFrames", int) or (1 if has_pixels(ds) else None), "rows": ds.get("Rows"), "columns": ds.get("Columns"), "samplesPerPixel": ds.get("SamplesPerPixel"),
        "photometricInterpretation": ds.get("PhotometricInterpretation"), "bitsAllocated": ds.get("BitsAllocated"), "bitsStored": ds.get("BitsStored"), "highBit": ds.get("HighBit"),
        "pixelRepresentation": ds.get("PixelRepresentation"), "planarConfiguration": ds.get("PlanarConfiguration"),
        "rescaleSlope": number("RescaleSlope"), "rescaleIntercept": number("RescaleIntercept"), "rescaleType": ds.get("RescaleType"),
        "windowCenter": numbers(ds.get("WindowCenter")), "windowWidth": numbers(ds.get("WindowWidth")), "windowExplanation": texts(ds.get("WindowCenterWidthExplanation")),
        "voiLUTFunction": ds.get("VOILUTFunction"), "pixelPaddingValue": padding, "pixelSpacing": numbers(ds.get("PixelSpacing")), "imagerPixelSpacing": numbers(ds.get("ImagerPixelSpacing")),
        "pixelAspectRatio": numbers(ds.get("PixelAspectRatio")), "imagePosition": numbers(ds.get("ImagePositionPatient")), "imageOrientation": numbers(ds.get("ImageOrientationPatient")),
        "patientOrientation": texts(ds.get("PatientOrientation")), "frameOfReferenceUID": ds.get("FrameOfReferenceUID"), "frameTime": number("FrameTime"),
        "recommendedFrameRate": number("RecommendedDisplayFrameRate"), "sliceThickness": number("SliceThickness"), "lossy": ds.get("LossyImageCompression"), "hasPixels": has_pixels(ds),
        "spacing": spacing(ds), "letters": letters(ds), "presentationLUTShape": ds.get("PresentationLUTShape"), "pixelPaddingRangeLimit": None, "display": display(ds), "perFrame": None,
        "presentationIntent": ds.get("PresentationIntentType"), "hasColourProfile": "ICCProfile" in ds,
    }


def letters(ds):
    """Edges of the stored picture (PS3.3 C.7.6.1.1.1), two legs only."""
    def words(v):
        axes = sorted((n for n in range(3) if abs(v[n]) > 0.08), key=lambda n: -abs(v[n]))
        return "".join("LPH"[n] if v[n] > 0 else "RAF"[n] for n in axes)
    cosines, codes = numbers(ds.get("ImageOrientationPatient")), texts(ds.get("PatientOrientation"))
    if len(cosines or []) == 6:
        row, column = np.array(cosines[:3]), np.array(cosines[3:])
        return {"left": words(-row), "right": words(row), "top": words(-column), "bottom": words(column)}
    turned = str.maketrans("LRPAHF", "RLAPFH")
    if len(codes or []) == 2 and all(codes):
        return {"left": codes[0].translate(turned), "right": codes[0], "top": codes[1].translate(turned), "bottom": codes[1]}
    return None


def spacing(ds):
    pair = lambda name: [v for v in numbers(ds.get(name)) or [] if 0 < v < 1000]
    own, imager = pair("PixelSpacing"), pair("ImagerPixelSpacing")
    source = "patient" if own and "ImageOrientationPatient" in ds else "detector" if imager and own in ([], imager) else "unknown" if own else "none"
    row, column = (own if len(own) == 2 else imager if len(imager) == 2 else [None, None])
    return {"row": row, "column": column, "source": source if row else "none", "words": source, "warnings": [], "regions": []}


def display(ds):
    table = {"modalityLUT": "ModalityLUTSequence" in ds, "voiLUT": "VOILUTSequence" in ds, "palette": "RedPaletteColorLookupTableDescriptor" in ds,
             "overlay": any((group, 0x0010) in ds for group in range(0x6000, 0x6020, 2)), "shutter": "ShutterShape" in ds}
    return [name for name, there in table.items() if there]


def manifest(group):
    """Images along the normal of the first, else by number: one stack."""
    group.sort(key=lambda d: int(d.get("InstanceNumber") or 0))
    images, pixels, positions = [image(d) for d in group], [d for d in group if has_pixels(d)], []
    if pixels and all("ImageOrientationPatient" in d and "ImagePositionPatient" in d and not int(d.get("NumberOfFrames") or 0) > 1 for d in pixels):
        o = np.array(pixels[0].ImageOrientationPatient, float)
        normal = np.cross(o[:3], o[3:])
        if all(np.allclose(np.array(d.ImageOrientationPatient, float), o, atol=1e-3) for d in pixels):
            positions = [float(np.dot(normal, np.array(d.ImagePositionPatient, float))) for d in pixels]
    order = list(range(len(pixels)))
    if len(set(positions)) == len(positions) and positions:
        order.sort(key=lambda n: positions[n], reverse=positions[0] > positions[-1])
        positions = [positions[n] for n in order]
    else:
        positions = []
    index = {id(d): n for n, d in enumerate(group)}
    axis = int(np.argmax(np.abs(normal))) if positions else 0
    sides = ["LPH"[axis], "RAF"[axis]][::1 if positions and normal[axis] > 0 else -1] if positions else []
    stack = {"order": [[index[id(pixels[n])], 1, int(pixels[n].get("NumberOfFrames") or 1)] for n in order], "places": list(range(len(positions))),
             "combinations": [0] * len(positions), "positions": positions, "sides": sides, "sliceSpacing": None, "isUneven": False, "gaps": [], "tilt": 0,
             "dimensions": [], "combinationCount": 1, "remarks": [], "volume": {"reason": "the stand-in makes none"}}
    return {"instances": images, "stacks": [stack] if pixels else []}


def frame(ds, number):
    """Bytes of frame `number`, from 1, as stored."""
    data = ds[next(name for name in PIXELS if name in ds)].value
    if ds.file_meta.TransferSyntaxUID.is_compressed and ds.file_meta.TransferSyntaxUID != pydicom.uid.DeflatedExplicitVRLittleEndian:
        return list(generate_frames(data, number_of_frames=int(ds.get("NumberOfFrames", 1) or 1)))[number - 1]
    pixels = ds.Rows * ds.Columns * ds.SamplesPerPixel
    if ds.BitsAllocated == 1:
        bits = unpack_bits(data)[(number - 1) * pixels:number * pixels]
        return np.packbits(np.asarray(bits, np.uint8), bitorder="little").tobytes()
    size = ds.Rows * ds.Columns * 2 if ds.PhotometricInterpretation == "YBR_FULL_422" else pixels * ds.BitsAllocated // 8
    return data[(number - 1) * size:number * size]


def decoded(ds, number):
    """The same decoded, pixel after pixel."""
    array = ds.pixel_array
    return (array[number - 1] if int(ds.get("NumberOfFrames", 1) or 1) > 1 else array).tobytes()


def thumbnail(ds):
    array = np.asarray(ds.pixel_array, float)
    while array.ndim > (3 if ds.SamplesPerPixel == 3 else 2):
        array = array[len(array) // 2]
    if ds.SamplesPerPixel != 3:
        slope, intercept = one(ds.get("RescaleSlope")) or 1, one(ds.get("RescaleIntercept")) or 0
        array = array * slope + intercept
        center, width = one(ds.get("WindowCenter")), one(ds.get("WindowWidth"))
        low, high = (center - width / 2, center + width / 2) if center is not None and width else np.percentile(array, [1, 99])
        array = np.clip((array - low) / max(high - low, 1e-9), 0, 1) * 255
        if ds.PhotometricInterpretation == "MONOCHROME1":
            array = 255 - array
    picture = Image.fromarray(array.astype(np.uint8))
    picture.thumbnail((160, 160))
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "standin"

    def log_message(self, *arguments):
        pass

    def send(self, status, body=b"", kind="application/json", **headers):
        if isinstance(body, (dict, list)):
            body = json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if status != 204:
            self.wfile.write(body)

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def do_HEAD(self):
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def token(self):
        match = re.search(r"isocenter_session=([\w-]+)", self.headers.get("Cookie", ""))
        return match and match[1]

    def handle_one_request(self):
        try:
            super().handle_one_request()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def route(self):
        server, method = self.server, self.command
        url = urlsplit(self.path)
        path = unquote(url.path)
        query = parse_qs(url.query)
        if path == "/api/session" and method == "POST":
            given = json.loads(self.body())
            if server.users.get(given.get("name")) != given.get("password"):
                return self.send(401, {"error": "Name or password is not right."})
            return self.begin(given["name"], 200)
        if path == "/api/setup" and method == "POST":
            given = json.loads(self.body())
            if not server.setup_token or given.get("token") != server.setup_token:
                return self.send(403, {"error": "This set-up link is wrong or was used already."})
            if len(given.get("password", "")) < 10:
                return self.send(400, {"error": "The password is too short: use at least 10 characters."})
            server.setup_token = None
            server.users[given["name"]] = given["password"]
            return self.begin(given["name"], 201)
        user = server.sessions.get(self.token())
        if path == "/api/session" and method == "GET":
            if user:
                return self.send(200, {"user": {"name": user, "role": "administrator"}})
            return self.send(401, {"error": "Not signed in.", "setup": not server.users})
        if not path.startswith(("/api/", "/dicom-web/")):
            return self.static(path)
        if not user:
            return self.send(401, {"error": "Not signed in."})
        archive = server.archive
        if path == "/api/session" and method == "DELETE":
            server.sessions.pop(self.token(), None)
            return self.send(204)
        if path == "/api/info":
            return self.send(200, {"version": "stand-in", "aeTitle": "ISOCENTER", "dimsePort": 11112, "studies": len(archive.studies()), "series": 0, "instances": len(archive.instances), "bytes": 0})
        if path == "/api/studies":
            return self.send(200, archive.search(query))
        if path == "/api/events":
            return self.events()
        if path == "/dicom-web/studies" and method == "POST":
            return self.stow()
        match = re.fullmatch(r"/dicom-web/patients/([^/]+)/studies", path)
        if match:
            found = [self.found(s) for s in archive.studies().values() if s["patientID"] == match[1]]
            return self.send(200, found, "application/dicom+json") if found else self.send(204)
        if path == "/api/dictionary":
            return self.send(200, DICTIONARY)
        if path == "/api/dictionary/private":
            return self.send(200, [private_name(each["creator"], each["tag"]) for each in json.loads(self.body())])
        match = re.fullmatch(r"/api/preferences(?:/([^/]+))?", path)
        if match:
            return self.preference(server.preferences.setdefault(user, {}), match[1], method)
        match = re.fullmatch(r"/api/studies/([^/]+)", path)
        if match:
            study = archive.study(match[1])
            return self.send(200, {"study": study, "series": archive.series(match[1])}) if study else self.send(404, {"error": "No such study."})
        match = re.fullmatch(r"/api/studies/([^/]+)/series/([^/]+)/manifest", path)
        if match:
            return self.send(200, manifest(archive.of(*match.groups())))
        match = re.fullmatch(r"/api/drafts/([^/]+)", path)
        if match:
            version, document = server.drafts.get((user, match[1]), (0, None))
            if method == "PUT":
                given = json.loads(self.body())
                if self.headers["If-Match"] == f'"{version}"':
                    version, document = server.drafts[user, match[1]] = version + 1, given
                    return self.send(200, {"version": version})
            return self.send(412 if method == "PUT" else 200, {"version": version, "updated": None, "others": [], "document": document})
        match = re.fullmatch(r"/dicom-web/studies/([^/]+)/instances", path)
        if match:
            return self.send(200, [{"00080018": {"vr": "UI", "Value": [d.SOPInstanceUID]}} for d in archive.of(match[1])], "application/dicom+json")
        match = re.fullmatch(r"/dicom-web/studies/([^/]+)/series/([^/]+)/thumbnail", path)
        if match:
            group = [d for d in archive.of(*match.groups()) if drawable(d)]
            group.sort(key=lambda d: int(d.get("InstanceNumber") or 0))
            return self.send(200, thumbnail(group[len(group) // 2]), "image/png")
        match = re.fullmatch(r"/dicom-web/studies/([^/]+)/series/([^/]+)/instances/([^/]+)/metadata", path)
        if match and match[3] in archive.instances:
            header = {tag: value for tag, value in archive.instances[match[3]].to_json_dict().items() if not tag.startswith("7FE0")}
            return self.send(200, [header], "application/dicom+json")
        match = re.fullmatch(r"/dicom-web/studies/([^/]+)/series/([^/]+)/instances/([^/]+)/frames/([\d,]+)", path)
        if match:
            ds = archive.instances.get(match[3])
            if ds is None:
                return self.send(404, {"error": "No such instance."})
            time.sleep(server.delay)
            boundary = secrets.token_hex(12)
            parts = []
            syntax, fields, bytes_of = ds.file_meta.TransferSyntaxUID, "", frame
            if syntax.is_compressed and f"transfer-syntax={generated.EXPLICIT_LITTLE}" in self.headers["Accept"]:
                try:
                    ds.pixel_array
                except Exception as error:
                    return self.send(406, {"error": f"the frame cannot be decoded: {error}"})
                syntax, bytes_of = generated.EXPLICIT_LITTLE, decoded
                fields = f"X-Photometric-Interpretation: {'RGB' if ds.SamplesPerPixel == 3 else ds.PhotometricInterpretation}\r\n"
            for number in match[4].split(","):
                parts += [f"--{boundary}\r\nContent-Type: application/octet-stream; transfer-syntax={syntax}\r\n{fields}\r\n".encode(), bytes_of(ds, int(number)), b"\r\n"]
            body = b"".join(parts) + f"--{boundary}--\r\n".encode()
            return self.send(200, body, f'multipart/related; type="application/octet-stream"; boundary={boundary}')
        return self.send(404, {"error": "Nothing here."})

    do_GET = do_POST = do_PUT = do_DELETE = route

    @staticmethod
    def found(study):
        """A study as a search answers it."""
        values = {"0020000D": ("UI", [study["studyInstanceUID"]]), "00100020": ("LO", [study["patientID"]]), "00100021": ("LO", [study["issuerOfPatientID"]]), "00100030": ("DA", [study["patientBirthDate"]]),
                  "00080020": ("DA", [study["studyDate"]]), "00080030": ("TM", [study["studyTime"]]), "00081030": ("LO", [study["studyDescription"]]), "00080061": ("CS", study["modalities"])}
        return {tag: {"vr": vr, "Value": value} for tag, (vr, value) in values.items()}

    def preference(self, kept, name, method):
        """`kept`: name → (version, JSON)."""
        if name is None:
            return self.send(200, {"preferences": {key: {"version": str(version), "value": json.loads(text)} for key, (version, text) in kept.items()}})
        version = f'"{kept[name][0]}"' if name in kept else None
        if (self.headers.get("If-Match") not in (None, version)) or (self.headers.get("If-None-Match") == "*" and version):
            return self.send(412, {"error": "It was changed elsewhere."})
        if method == "PUT":
            kept[name] = (time.time_ns(), self.body().decode())
            return self.send(204 if version else 201, ETag=f'"{kept[name][0]}"')
        if version is None:
            return self.send(404, {"error": "It is not set."})
        if method == "DELETE":
            del kept[name]
            return self.send(204)
        return self.send(200, json.loads(kept[name][1]), ETag=version)

    def begin(self, name, status):
        token = secrets.token_urlsafe(24)
        self.server.sessions[token] = name
        self.send(status, {"user": {"name": name, "role": "administrator"}}, Set_Cookie=f"isocenter_session={token}; HttpOnly; SameSite=Strict; Path=/")

    def static(self, path):
        file = (APP / path.lstrip("/")).resolve() if path != "/" else APP / "index.html"
        if not file.is_relative_to(APP) or not file.is_file():
            return self.send(404, {"error": "Nothing here."})
        self.send(200, file.read_bytes(), TYPES.get(file.suffix, "application/octet-stream"), Content_Security_Policy="default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' blob: data:", X_Content_Type_Options="nosniff", Cache_Control="no-cache")

    def events(self):
        archive, news = self.server.archive, queue.Queue()
        archive.listeners.append(news)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        try:
            self.wfile.write(b": open\n\n")
            while True:
                try:
                    uids = {news.get(timeout=5)}
                except queue.Empty:
                    self.wfile.write(b"event: ping\ndata: {}\n\n")
                    continue
                time.sleep(0.2)
                while not news.empty():
                    uids.add(news.get())
                for uid in uids:
                    self.wfile.write(f"event: study\ndata: {json.dumps(archive.study(uid), ensure_ascii=False)}\n\n".encode())
        except OSError:
            pass
        finally:
            archive.listeners.remove(news)
            self.close_connection = True

    def stow(self):
        stored, failed = [], []
        if self.headers["Content-Type"] == "application/dicom":
            contents = [self.body()]
        else:
            boundary = re.search(r'boundary="?([^";]+)', self.headers["Content-Type"])[1].encode()
            contents = [part.split(b"\r\n\r\n", 1)[1][:-2] for part in self.body().split(b"--" + boundary)[1:-1]]
        for content in contents:
            try:
                ds = pydicom.dcmread(io.BytesIO(content))
                self.server.archive.store(ds)
                stored.append({"00081150": {"vr": "UI", "Value": [ds.SOPClassUID]}, "00081155": {"vr": "UI", "Value": [ds.SOPInstanceUID]}})
            except Exception:
                failed.append({"00081197": {"vr": "US", "Value": [0xC000]}})
        answer = {**({"00081199": {"vr": "SQ", "Value": stored}} if stored else {}), **({"00081198": {"vr": "SQ", "Value": failed}} if failed else {})}
        self.send(200 if not failed else 202 if stored else 409, answer, "application/dicom+json")


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port=0, users=None, setup_token=None, delay=0.0):
        super().__init__(("127.0.0.1", port), Handler)
        self.archive, self.sessions, self.preferences, self.drafts = Archive(), {}, {}, {}
        self.users, self.setup_token, self.delay = dict(users or {}), setup_token, delay

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):  # a browser that goes away is no error
            super().handle_error(request, client_address)


def read_all(paths):
    for path in paths:
        for file in sorted(Path(path).rglob("*")) if Path(path).is_dir() else [Path(path)]:
            try:
                ds = pydicom.dcmread(file, force=False)
                if all(name in ds for name in ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")) and "TransferSyntaxUID" in ds.file_meta:
                    yield ds
            except Exception:
                continue


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, default=8090)
    options.add_argument("--empty", action="store_true")
    options.add_argument("--setup")
    options.add_argument("--delay", type=float, default=0.0)
    options.add_argument("paths", nargs="*")
    given = options.parse_args()
    server = Server(given.port, {} if given.setup else {"anna": "correct horse battery"}, given.setup, given.delay)
    for ds in [] if given.empty else generated.everything():
        server.archive.store(ds)
    for ds in read_all(given.paths):
        server.archive.store(ds)
    print(f"ready {server.url} user anna, password: correct horse battery", flush=True)
    server.serve_forever()
