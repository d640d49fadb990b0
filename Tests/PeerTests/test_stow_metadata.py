"""STOW-RS of metadata with bulk data (PS3.18 §10.5.1): JSON and XML; images, video, documents become proper instances."""
import copy
import io
import json
import shutil
import struct
import subprocess
import uuid
import zlib

import numpy as np
import pytest
import requests
from PIL import Image
from pydicom import dcmread
from pydicom.encaps import generate_frames
from pydicom.uid import UID, ExplicitVRLittleEndian

from peer import dimse, objects, web

PHOTO = "1.2.840.10008.5.1.4.1.1.77.1.4"
PDF_CLASS = "1.2.840.10008.5.1.4.1.1.104.1"
PIXEL = ("Rows", "Columns", "SamplesPerPixel", "PhotometricInterpretation", "BitsAllocated", "BitsStored", "HighBit",
         "PixelRepresentation", "PlanarConfiguration", "PixelData")


def metadata(data_set, **bulk):
    """DICOM JSON of a data set, attributes in `bulk` (keyword=(VR, URI)) by reference."""
    data_set = copy.deepcopy(data_set)
    for keyword in bulk:
        if keyword in data_set:
            delattr(data_set, keyword)
    model = json.loads(data_set.to_json())
    from pydicom.datadict import tag_for_keyword
    for keyword, (vr, uri) in bulk.items():
        model[f"{tag_for_keyword(keyword):08X}"] = {"vr": vr, "BulkDataURI": uri}
    return model


def bare(sop_class=PHOTO, modality="XC", **attributes):
    """A data set without anything of an image."""
    data_set = objects.image(sop_class=sop_class, modality=modality)
    for keyword in PIXEL + ("WindowCenter", "WindowWidth"):
        if keyword in data_set:
            delattr(data_set, keyword)
    for keyword, text in attributes.items():
        setattr(data_set, keyword, text)
    return data_set


def body(models, parts, first="application/dicom+json", documents=None):
    """(body, Content-Type): metadata, then parts of (media type, location, bytes)."""
    boundary = uuid.uuid4().hex
    data = b""
    for document in documents or [json.dumps(models).encode()]:
        data += f"--{boundary}\r\nContent-Type: {first}\r\n\r\n".encode() + document + b"\r\n"
    for kind, location, content in parts:
        place = f"Content-Location: {location}\r\n" if location else ""
        data += f"--{boundary}\r\nContent-Type: {kind}\r\n{place}\r\n".encode() + content + b"\r\n"
    return data + f"--{boundary}--\r\n".encode(), f'multipart/related; type="{first}"; boundary={boundary}'


def post(server, models, parts, path=("studies",), **kwargs):
    data, kind = body(models, parts, **kwargs)
    return server.session.post(server.url(*path), data=data, timeout=120, headers={"Content-Type": kind, "Accept": web.DICOM_JSON})


def back(server, data_set):
    """The instance as the archive gives it out, read by pydicom."""
    answer = server.get("studies", data_set.StudyInstanceUID, "series", data_set.SeriesInstanceUID, "instances", data_set.SOPInstanceUID,
                        accept=web.ANY_SYNTAX)
    assert answer.status_code == 200, answer.text[:500]
    return dcmread(io.BytesIO(web.parts(answer)[0][1]))


def by_dimse(server, data_set, scratch, prefer="+x="):
    """The same through DCMTK's getscu, which prefers a transfer syntax; looked at by dcmftest."""
    run = dimse.dcmtk("getscu", "-S", prefer, "+B", "-aec", server.aet, "-od", scratch, "-k", "QueryRetrieveLevel=IMAGE",
                      "-k", f"StudyInstanceUID={data_set.StudyInstanceUID}", "-k", f"SeriesInstanceUID={data_set.SeriesInstanceUID}",
                      "-k", f"SOPInstanceUID={data_set.SOPInstanceUID}", "127.0.0.1", server.dimse)
    files = [f for f in scratch.iterdir() if data_set.SOPInstanceUID in f.name]
    assert len(files) == 1, run.stdout
    assert dimse.dcmtk("dcmftest", files[0]).returncode == 0
    return dcmread(files[0])


def picture(width=61, height=40, grey=False):
    """A photograph with a slope in each channel."""
    y, x = np.mgrid[0:height, 0:width]
    channels = [x * 255 // width, y * 255 // height, (x + y) % 256]
    return Image.fromarray(channels[0].astype("u1")) if grey else Image.fromarray(np.dstack(channels).astype("u1"))


def encoded(image, kind="JPEG", **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def test_uncompressed_pixels(server, scratch):
    image = objects.image()
    pixels = bytes(image.PixelData)
    answer = post(server, [metadata(image, PixelData=("OW", "bulk/1"))], [("application/octet-stream", "bulk/1", pixels)])
    assert answer.status_code == 200, answer.text
    assert web.stored(answer) == [image.SOPInstanceUID]
    stored = by_dimse(server, image, scratch)
    assert stored.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    assert np.array_equal(stored.pixel_array, image.pixel_array)
    assert stored.PatientName == image.PatientName and stored.WindowCenter == 40


@pytest.mark.parametrize("form", ["json", "xml"])
def test_by_curl(server, scratch, form):
    """What a script sends: a photograph from a file, posted by curl; read back by dicomweb-client."""
    from dicomweb_client.api import DICOMwebClient
    instance = bare()
    file = encoded(picture())
    model = metadata(instance, PixelData=("OB", "cid:photo"))
    document = json.dumps([model]).encode() if form == "json" else native_xml(model)
    data, kind = body(None, [("image/jpeg", "cid:photo", file)], first=f"application/dicom+{form}", documents=[document])
    (scratch / "body").write_bytes(data)
    run = subprocess.run(["curl", "-s", "-X", "POST", "-H", f"Authorization: Bearer {server.token}", "-H", f"Content-Type: {kind}", "-H", f"Accept: {web.DICOM_JSON}",
                          "--data-binary", f"@{scratch / 'body'}", "-w", "\n%{http_code}", server.url("studies")], capture_output=True, text=True)
    assert run.stdout.endswith("\n200"), run.stdout
    client = DICOMwebClient(server.url(), headers={"Authorization": f"Bearer {server.token}"})
    found = client.retrieve_instance(instance.StudyInstanceUID, instance.SeriesInstanceUID, instance.SOPInstanceUID, media_types=(("application/dicom", "*"),))
    assert found.SOPClassUID == PHOTO and (found.Rows, found.Columns) == (40, 61)
    assert client.search_for_instances(search_filters={"SOPInstanceUID": instance.SOPInstanceUID})


def test_several_instances_of_one_request(server):
    images = objects.study(series=2, instances=3)
    models = [metadata(i, PixelData=("OW", f"http://elsewhere/{n}")) for n, i in enumerate(images)]
    parts = [("application/octet-stream", f"http://elsewhere/{n}", bytes(i.PixelData)) for n, i in enumerate(images)]
    answer = post(server, models, list(reversed(parts)))
    assert answer.status_code == 200, answer.text
    assert sorted(web.stored(answer)) == sorted(i.SOPInstanceUID for i in images)
    for image in images:
        assert np.array_equal(back(server, image).pixel_array, image.pixel_array)


@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize("subsampling", [0, 1, 2])
def test_a_photograph(server, scratch, grey, subsampling):
    if grey and subsampling:
        pytest.skip("one channel has nothing to subsample")
    photo = picture(grey=grey)
    file = encoded(photo, quality=90, **({} if grey else {"subsampling": subsampling}))
    instance = bare()
    answer = post(server, [metadata(instance, PixelData=("OB", "photo"))], [("image/jpeg", "photo", file)])
    assert answer.status_code == 200, answer.text
    stored = by_dimse(server, instance, scratch, "+xy")
    assert stored.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.4.50"
    assert (stored.Rows, stored.Columns, stored.SamplesPerPixel, stored.BitsStored) == (40, 61, 1 if grey else 3, 8)
    assert stored.PhotometricInterpretation == ("MONOCHROME2" if grey else "YBR_FULL_422" if subsampling else "YBR_FULL")
    assert stored.LossyImageCompression == "01" and stored.LossyImageCompressionMethod == "ISO_10918_1"
    assert next(generate_frames(stored.PixelData, number_of_frames=1)).rstrip(b"\0") == file.rstrip(b"\0")
    if not grey:
        assert stored.PlanarConfiguration == 0


LOSSLESS = {
    "image/jls": ("1.2.840.10008.1.2.4.80", lambda a: imagecodecs().jpegls_encode(a)),
    "image/jp2": ("1.2.840.10008.1.2.4.90", lambda a: imagecodecs().jpeg2k_encode(a, level=0, reversible=True, codecformat="j2k")),
    "image/jp2 in boxes": ("1.2.840.10008.1.2.4.90", lambda a: imagecodecs().jpeg2k_encode(a, level=0, reversible=True, codecformat="jp2")),
    "image/jph": ("1.2.840.10008.1.2.4.201", lambda a: imagecodecs().htj2k_encode(a)),
    "image/jpeg": ("1.2.840.10008.1.2.4.70", lambda a: imagecodecs().ljpeg_encode(a, bitspersample=16)),
}


def imagecodecs():
    return pytest.importorskip("imagecodecs")


@pytest.mark.parametrize("case", LOSSLESS)
def test_lossless_frames(server, scratch, case):
    """Two frames of 16 bits, one part each; every pixel comes back."""
    syntax, encode = LOSSLESS[case]
    pixels = np.stack([objects.ramp(40, 56, "<u2", 3, 7), objects.ramp(40, 56, "<u2", 900, 11)])
    try:
        frames = [bytes(encode(np.ascontiguousarray(f))) for f in pixels]
    except Exception as error:
        pytest.skip(f"no encoder here: {error}")
    image = objects.image(pixels, sop_class="1.2.840.10008.5.1.4.1.1.7.3", modality="OT", frames=2)
    answer = post(server, [metadata(image, PixelData=("OB", "frames"))], [(case.split()[0], "frames", f) for f in frames])
    assert answer.status_code == 200, answer.text
    stored = back(server, image)
    assert stored.file_meta.TransferSyntaxUID in (syntax, "1.2.840.10008.1.2.4.57")
    assert stored.NumberOfFrames == 2
    assert len(list(generate_frames(stored.PixelData, number_of_frames=2))) == 2
    # By the archive's own decoders, to explicit VR, and compared.
    plain = server.get("studies", image.StudyInstanceUID, accept='multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2.1')
    assert plain.status_code == 200, plain.text[:300]
    assert np.array_equal(dcmread(io.BytesIO(web.parts(plain)[0][1])).pixel_array, pixels)


def test_rle(server, scratch):
    from pydicom.pixels.encoders import RLELosslessEncoder
    image = objects.image(objects.ramp(32, 48, "<u2", 0))
    frame = RLELosslessEncoder.encode(image.pixel_array, rows=32, columns=48, samples_per_pixel=1, bits_allocated=16, bits_stored=16,
                                      pixel_representation=0, photometric_interpretation="MONOCHROME2", number_of_frames=1)
    answer = post(server, [metadata(image, PixelData=("OB", "frame"))], [("image/dicom-rle", "frame", frame)])
    assert answer.status_code == 200, answer.text
    assert np.array_equal(by_dimse(server, image, scratch, "+xr").pixel_array, image.pixel_array)


def test_frames_by_number(server):
    """Parts named …/frames/1, as a retrieve of frames names them; in any order."""
    pixels = np.stack([objects.ramp(16, 16, "<u2", 5), objects.ramp(16, 16, "<u2", 700)])
    image = objects.image(pixels, sop_class="1.2.840.10008.5.1.4.1.1.7.3", modality="OT", frames=2)
    parts = [("application/octet-stream", f"all/frames/{n + 1}", pixels[n].tobytes()) for n in (1, 0)]
    answer = post(server, [metadata(image, PixelData=("OW", "all"))], parts)
    assert answer.status_code == 200, answer.text
    assert np.array_equal(back(server, image).pixel_array, pixels)


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
DOCUMENTS = {
    "application/pdf": (PDF, PDF_CLASS, "application/pdf", "DOC"),
    "text/xml": (b'<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"/>', "1.2.840.10008.5.1.4.1.1.104.2", "text/XML", "DOC"),
    "model/stl": (b"solid x\nendsolid x", "1.2.840.10008.5.1.4.1.1.104.3", "model/stl", "M3D"),
    "model/obj": (b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n!", "1.2.840.10008.5.1.4.1.1.104.4", "model/obj", "M3D"),
    "model/mtl": (b"newmtl plain\nKd 1 1 1\n", "1.2.840.10008.5.1.4.1.1.104.5", "model/mtl", "M3D"),
}


@pytest.mark.parametrize("kind", DOCUMENTS)
@pytest.mark.parametrize("odd", [False, True])
def test_documents(server, scratch, kind, odd):
    document, sop_class, stated, modality = DOCUMENTS[kind]
    document += b"\n" * ((len(document) + odd) % 2)
    instance = bare()
    del instance.SOPClassUID, instance.Modality
    answer = post(server, [metadata(instance, EncapsulatedDocument=("OB", "doc"))], [(kind, "doc", document)])
    assert answer.status_code == 200, answer.text
    stored = back(server, instance)
    assert stored.SOPClassUID == sop_class and stored.MIMETypeOfEncapsulatedDocument == stated and stored.Modality == modality
    assert stored.EncapsulatedDocumentLength == len(document)
    assert stored.EncapsulatedDocument[:len(document)] == document
    assert len(stored.EncapsulatedDocument) % 2 == 0


@pytest.mark.skipif(not shutil.which("dciodvfy"), reason="dicom3tools is not installed")
def test_a_pdf_is_a_whole_instance(server, scratch):
    """Everything but patient, study and series is filled in: dciodvfy finds nothing wrong."""
    instance = bare()
    keep = {"SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "PatientName", "PatientID", "SpecificCharacterSet"}
    for element in list(instance):
        if element.keyword not in keep:
            del instance[element.tag]
    answer = post(server, [metadata(instance, EncapsulatedDocument=("OB", "doc"))], [("application/pdf", "doc", PDF)])
    assert answer.status_code == 200, answer.text
    by_dimse(server, instance, scratch)
    said = subprocess.run(["dciodvfy", *scratch.iterdir()], capture_output=True, text=True, errors="replace").stderr.splitlines()
    assert [line for line in said if line.startswith("Error")] == []


@pytest.mark.parametrize("kind, options, syntax", [
    ("video/mp4", ["-c:v", "libx264", "-profile:v", "high", "-level", "4.1", "-pix_fmt", "yuv420p", "-f", "mp4"], "1.2.840.10008.1.2.4.102"),
    ("video/mpeg", ["-c:v", "mpeg2video", "-f", "mpeg"], "1.2.840.10008.1.2.4.100"),
])
def test_video(server, scratch, kind, options, syntax):
    file = scratch / "movie"
    made = subprocess.run(["ffmpeg", "-y", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=25:duration=1", *options, str(file)],
                          capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"ffmpeg: {made.stderr[:200]}")
    movie = file.read_bytes()
    file.unlink()
    instance = bare(sop_class="1.2.840.10008.5.1.4.1.1.77.1.4.1")
    if kind == "video/mpeg":
        instance.NumberOfFrames = 25
    answer = post(server, [metadata(instance, PixelData=("OB", "movie"))], [(kind, "movie", movie)])
    assert answer.status_code == 200, answer.text
    stored = back(server, instance)
    assert stored.file_meta.TransferSyntaxUID == syntax
    assert (stored.Rows, stored.Columns, stored.NumberOfFrames) == (240, 320, 25)
    assert stored.PhotometricInterpretation == "YBR_PARTIAL_420" and stored.LossyImageCompression == "01"
    assert next(generate_frames(stored.PixelData, number_of_frames=1))[:len(movie)] == movie
    if kind == "video/mp4":
        assert float(stored.FrameTime) == 40 and stored.CineRate == 25


def test_a_value_in_a_sequence(server):
    image = objects.image()
    model = metadata(image, PixelData=("OW", "pixels"))
    model["00283010"] = {"vr": "SQ", "Value": [{"00283002": {"vr": "US", "Value": [4, 0, 16]},
                                               "00283006": {"vr": "OW", "BulkDataURI": "table"}}]}
    table = struct.pack("<4H", 1, 2, 3, 4)
    answer = post(server, [model], [("application/octet-stream", "pixels", bytes(image.PixelData)), ("application/octet-stream", "table", table)])
    assert answer.status_code == 200, answer.text
    assert bytes(back(server, image).VOILUTSequence[0][0x00283006].value) == table


def test_an_instance_without_bulk_data(server):
    report = bare(sop_class="1.2.840.10008.5.1.4.1.1.88.11", modality="SR")
    report.PatientName = "Müller^Jörg=山田^太郎"
    answer = post(server, [metadata(report)], [])
    assert answer.status_code == 200, answer.text
    assert back(server, report).PatientName == "Müller^Jörg=山田^太郎"


def native_xml(model):
    """PS3.19 A.1 of a DICOM JSON model, as far as these tests need it."""
    from xml.sax.saxutils import escape
    lines = []
    for tag, element in sorted(model.items()):
        inner = ""
        if "BulkDataURI" in element:
            inner = f'<BulkData uri="{element["BulkDataURI"]}"/>'
        for number, value in enumerate(element.get("Value", []), 1):
            if element["vr"] == "PN":
                family, _, given = value["Alphabetic"].partition("^")
                inner += (f'<PersonName number="{number}"><Alphabetic><FamilyName>{escape(family)}</FamilyName>'
                          f"<GivenName>{escape(given)}</GivenName></Alphabetic></PersonName>")
            else:
                inner += f'<Value number="{number}">{escape(str(value))}</Value>'
        lines.append(f'<DicomAttribute tag="{tag}" vr="{element["vr"]}">{inner}</DicomAttribute>')
    return ('<?xml version="1.0" encoding="UTF-8"?><NativeDicomModel xmlns="http://dicom.nema.org/PS3.19/models/NativeDICOM">'
            + "".join(lines) + "</NativeDicomModel>").encode()


def test_xml_metadata(server):
    images = objects.study(series=1, instances=2)
    documents = [native_xml(metadata(i, PixelData=("OW", f"bulk/{n}"))) for n, i in enumerate(images)]
    parts = [("application/octet-stream", f"bulk/{n}", bytes(i.PixelData)) for n, i in enumerate(images)]
    answer = post(server, None, parts, first="application/dicom+xml", documents=documents)
    assert answer.status_code == 200, answer.text
    for image in images:
        assert np.array_equal(back(server, image).pixel_array, image.pixel_array)
        assert back(server, image).PatientName == "Seacole^Mary"


# What is refused, and how


def left_over(server):
    """Temporary files, but for uploads that others have begun."""
    server.settled()
    return [file for file in server.incoming if file.suffix != ".upload"]


def attributes(entry):
    """{tag: words} of a failed or warned item."""
    return {web.value(i, "00720026"): web.value(i, "00000902") for i in entry["00741048"]["Value"]}


def failure(answer):
    assert answer.status_code in (202, 409), f"{answer.status_code} {answer.text}"
    return answer.json()["00081198"]["Value"][0]


def test_a_missing_bulk_part(server):
    whole, lacking = objects.image(), objects.image()
    answer = post(server, [metadata(whole, PixelData=("OW", "1")), metadata(lacking, PixelData=("OW", "2"))],
                  [("application/octet-stream", "1", bytes(whole.PixelData))])
    assert answer.status_code == 202 and web.stored(answer) == [whole.SOPInstanceUID]
    entry = failure(answer)
    assert web.value(entry, "00081155") == lacking.SOPInstanceUID
    assert "7FE00010" in attributes(entry)
    assert server.search("instances", SOPInstanceUID=lacking.SOPInstanceUID) == []


@pytest.mark.parametrize("location", ["stray", "1/frames/x", "1/frames/1/2", "../1", None])
def test_a_part_nobody_refers_to(server, location):
    """It may be what somebody mistyped: nothing is stored, and the answer says which part it is."""
    image = objects.image()
    answer = post(server, [metadata(image, PixelData=("OW", "1"))],
                  [("application/octet-stream", "1", bytes(image.PixelData)), ("application/octet-stream", location, b"abcd")])
    assert answer.status_code == 400 and (location or "Content-Location") in answer.json()["error"]
    assert server.search("instances", SOPInstanceUID=image.SOPInstanceUID) == []
    assert left_over(server) == []


def test_bulk_data_given_twice(server):
    """Two parts at one location are frames only where the metadata counts frames."""
    image, photo, report = objects.image(), bare(), bare()
    pixels, file = bytes(image.PixelData), encoded(picture())
    twice = lambda kind, content: [(kind, "1", content)] * 2
    answer = post(server, [metadata(image, PixelData=("OW", "1"))], twice("application/octet-stream", pixels))
    assert answer.status_code == 409 and "00280008" in attributes(failure(answer))
    answer = post(server, [metadata(photo, PixelData=("OB", "1"))], twice("image/jpeg", file))
    assert answer.status_code == 409 and web.value(failure(answer), "00081197") == 0x0120
    photo.NumberOfFrames = 1
    answer = post(server, [metadata(photo, PixelData=("OB", "1"))], twice("image/jpeg", file))
    assert answer.status_code == 409 and "2 frames" in attributes(failure(answer))["00280008"]
    answer = post(server, [metadata(report, EncapsulatedDocument=("OB", "1"))], twice("application/pdf", PDF))
    assert answer.status_code == 409 and "2 parts" in attributes(failure(answer))["00420011"]
    for instance in (image, photo, report):
        assert server.search("instances", SOPInstanceUID=instance.SOPInstanceUID) == []


def test_nobody_is_kept_busy_with_rubbish(server):
    answer = post(server, [{"00080018": {"vr": "UI", "Value": [objects.uid()]}}] * 3000, [])
    assert answer.status_code == 409
    assert len(answer.json()["00081198"]["Value"]) == 1000
    assert "1000" in answer.json()["0008119A"]["Value"][0]["00741048"]["Value"][0]["00000902"]["Value"][0]


def test_an_instance_given_twice(server):
    """The first is stored; another content under its UID is refused as anywhere."""
    image = objects.image()
    other = copy.deepcopy(image)
    other.PatientName = "Other^Person"
    answer = post(server, [metadata(image, PixelData=("OW", "1")), metadata(other, PixelData=("OW", "1"))],
                  [("application/octet-stream", "1", bytes(image.PixelData))])
    assert answer.status_code == 202 and web.stored(answer) == [image.SOPInstanceUID]
    assert web.value(failure(answer), "00081197") == 0x0111
    assert back(server, image).PatientName == image.PatientName


@pytest.mark.parametrize("keyword, value, tag", [("Rows", 41, "00280010"), ("Columns", 60, "00280011"), ("SamplesPerPixel", 1, "00280002")])
def test_metadata_that_contradicts_the_image(server, keyword, value, tag):
    instance = bare()
    setattr(instance, keyword, value)
    answer = post(server, [metadata(instance, PixelData=("OB", "p"))], [("image/jpeg", "p", encoded(picture()))])
    assert answer.status_code == 409
    entry = failure(answer)
    assert web.value(entry, "00081197") == 0xA900 and tag in attributes(entry)


def test_a_label_of_the_wrong_colours_is_put_right_and_told(server):
    instance = bare(PhotometricInterpretation="RGB")
    answer = post(server, [metadata(instance, PixelData=("OB", "p"))], [("image/jpeg", "p", encoded(picture(), subsampling=0))])
    assert answer.status_code == 202
    entry = answer.json()["00081199"]["Value"][0]
    assert web.value(entry, "00081196") == 0xB000 and "00280004" in attributes(entry)
    assert back(server, instance).PhotometricInterpretation == "YBR_FULL"


def test_too_few_pixels(server):
    image = objects.image()
    answer = post(server, [metadata(image, PixelData=("OW", "1"))], [("application/octet-stream", "1", bytes(image.PixelData)[:-2])])
    assert answer.status_code == 409 and "7FE00010" in attributes(failure(answer))


@pytest.mark.parametrize("keyword, tag", [("SOPClassUID", "00080016"), ("StudyInstanceUID", "0020000D"), ("SeriesInstanceUID", "0020000E")])
def test_identity_is_needed(server, keyword, tag):
    image = objects.image()
    model = metadata(image, PixelData=("OW", "1"))
    del model[tag]
    answer = post(server, [model], [("application/octet-stream", "1", bytes(image.PixelData))])
    assert answer.status_code == 409
    entry = failure(answer)
    assert web.value(entry, "00081197") == 0x0120 and tag in attributes(entry)


def test_of_another_study_than_the_path(server):
    image = objects.image()
    answer = post(server, [metadata(image, PixelData=("OW", "1"))], [("application/octet-stream", "1", bytes(image.PixelData))],
                  path=("studies", objects.uid()))
    assert answer.status_code == 409 and web.value(failure(answer), "00081197") == 0xA900


@pytest.mark.parametrize("document", [b"", b"{", b"[{}, 3]", b'[{"00100010": {"vr": "ZZ"}}]', b"\xff\xfe", b"[" * 100000])
def test_metadata_that_is_none(server, document):
    answer = post(server, None, [], documents=[document])
    assert answer.status_code in (400, 409), f"{answer.status_code} {answer.text}"


@pytest.mark.parametrize("document", [b"", b"<a>", b'<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><NativeDicomModel>&y;</NativeDicomModel>'])
def test_xml_that_is_none(server, document):
    answer = post(server, None, [], first="application/dicom+xml", documents=[document])
    assert answer.status_code == 400, f"{answer.status_code} {answer.text}"


def test_bulk_data_before_metadata(server):
    boundary = "b"
    data = b"--b\r\nContent-Type: image/jpeg\r\nContent-Location: x\r\n\r\nabc\r\n--b--\r\n"
    answer = server.session.post(server.url("studies"), data=data, timeout=60,
                                 headers={"Content-Type": f'multipart/related; type="application/dicom+json"; boundary={boundary}'})
    assert answer.status_code == 400 and "metadata" in answer.text


def test_a_body_that_is_cut_stores_nothing(server):
    image = objects.image()
    data, kind = body([metadata(image, PixelData=("OW", "1"))], [("application/octet-stream", "1", bytes(image.PixelData))])
    answer = server.session.post(server.url("studies"), data=data[:-200], timeout=60, headers={"Content-Type": kind, "Accept": web.DICOM_JSON})
    assert answer.status_code == 400
    assert server.search("instances", SOPInstanceUID=image.SOPInstanceUID) == []


@pytest.mark.parametrize("kind", ["image/gif", "image/bmp", "text/plain", "application/zip"])
def test_bulk_data_of_types_that_cannot_be_kept(server, kind):
    instance = bare()
    answer = post(server, [metadata(instance, PixelData=("OB", "p"))], [(kind, "p", b"12345678")])
    assert answer.status_code == 409 and kind in json.dumps(failure(answer))


def cut_files():
    """(media type, file, how much of it is kept): cut in the header, in the data, and before the end of image marker."""
    photo = encoded(picture(200, 150))
    png = encoded(picture(200, 150), "PNG")
    codecs = [("image/jpeg", photo), ("image/png", png)]
    try:
        import imagecodecs
        pixels = objects.ramp(64, 64, "<u2", 3, 7)
        codecs += [("image/jls", bytes(imagecodecs.jpegls_encode(pixels))),
                   ("image/jp2", bytes(imagecodecs.jpeg2k_encode(pixels, level=0, reversible=True, codecformat="jp2")))]
    except Exception:  # Without an encoder these two are not tried.
        pass
    return [pytest.param(kind, file[:keep], id=f"{kind} {keep}") for kind, file in codecs
            for keep in (0, 1, 2, 20, 100, 300, len(file) // 2, len(file) - 30)]


@pytest.mark.parametrize("kind, file", cut_files())
def test_images_cut_off_are_refused(server, kind, file):
    instance = bare()
    answer = post(server, [metadata(instance, PixelData=("OB", "p"))], [(kind, "p", file)])
    assert answer.status_code == 409, f"{answer.status_code} {answer.text}"
    assert "7FE00010" in attributes(failure(answer))
    assert server.search("instances", SOPInstanceUID=instance.SOPInstanceUID) == []


def pngs():
    y, x = np.mgrid[0:40, 0:61]
    deep = (x * 1000 + y).astype("<u2")
    return {
        "grey": picture(grey=True), "colour": picture(), "sixteen bits": Image.fromarray(deep),
        "palette": picture().quantize(17), "one bit": picture(grey=True).convert("1"),
        "opaque": picture().convert("RGBA"), "grey, opaque": picture(grey=True).convert("LA"),
    }


@pytest.mark.parametrize("case", pngs())
def test_png_is_kept_uncompressed(server, scratch, case):
    """PS3.18 §10.5.2: what has no transfer syntax is transformed; every pixel is the one that Pillow reads."""
    photo = pngs()[case]
    instance = bare()
    answer = post(server, [metadata(instance, PixelData=("OB", "p"))], [("image/png", "p", encoded(photo, "PNG"))])
    assert answer.status_code == 200, answer.text
    stored = by_dimse(server, instance, scratch)
    assert stored.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    plain = {"palette": "RGB", "opaque": "RGB", "grey, opaque": "L"}
    expected = np.asarray(photo.convert(plain[case]) if case in plain else photo).astype(stored.pixel_array.dtype)
    assert np.array_equal(stored.pixel_array, expected)
    assert stored.PhotometricInterpretation == ("RGB" if expected.ndim == 3 else "MONOCHROME2")
    assert stored.BitsStored == {"sixteen bits": 16, "one bit": 1}.get(case, 8)
    assert "LossyImageCompression" not in stored


def test_png_frames(server):
    images = [picture(grey=True), picture(grey=True).transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
    instance = bare(sop_class="1.2.840.10008.5.1.4.1.1.7.2", modality="OT", NumberOfFrames=2)
    answer = post(server, [metadata(instance, PixelData=("OB", "p"))], [("image/png", "p", encoded(i, "PNG")) for i in images])
    assert answer.status_code == 200, answer.text
    assert np.array_equal(back(server, instance).pixel_array, np.stack([np.asarray(i) for i in images]))


def chunk(name, content, checksum=None):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content) if checksum is None else checksum)


def png(*chunks):
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def png_header(width=4, height=4, depth=8, colour=0, interlace=0):
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace))


ROWS, END = zlib.compress(b"\0abcd" * 4), chunk(b"IEND", b"")
LYING_PNGS = {
    "checksum": png(png_header(), chunk(b"IDAT", ROWS, 1), END),
    "too few rows": png(png_header(height=5), chunk(b"IDAT", ROWS), END),
    "too many rows": png(png_header(height=3), chunk(b"IDAT", ROWS), END),
    "no header": png(chunk(b"IDAT", ROWS), END),
    "chunk of 4 GiB": png(png_header(), struct.pack(">I", 0xFFFFFFFF) + b"tEXt"),
    "huge": png(png_header(width=0xFFFF, height=0xFFFF), chunk(b"IDAT", ROWS), END),
    "bomb": png(png_header(width=4, height=4), chunk(b"IDAT", zlib.compress(bytes(50 << 20), 9)), END),
    "no deflate": png(png_header(), chunk(b"IDAT", b"x" * 40), END),
    "filter": png(png_header(), chunk(b"IDAT", zlib.compress(b"\x09abcd" * 4)), END),
    "interlaced": png(png_header(interlace=1), chunk(b"IDAT", ROWS), END),
    "palette": png(png_header(colour=3), chunk(b"PLTE", b"abc"), chunk(b"IDAT", ROWS), END),
    "transparent": png(png_header(), chunk(b"tRNS", b"\0\1"), chunk(b"IDAT", ROWS), END),
    "half transparent": png(png_header(width=2, colour=4), chunk(b"IDAT", ROWS), END),
}


@pytest.mark.parametrize("case", LYING_PNGS)
def test_png_that_lies(server, case):
    instance = bare()
    answer = post(server, [metadata(instance, PixelData=("OB", "p"))], [("image/png", "p", LYING_PNGS[case])])
    assert answer.status_code == 409, f"{answer.status_code} {answer.text}"
    assert "PNG" in attributes(failure(answer))["7FE00010"]
    assert left_over(server) == []


def rle(*words):
    return struct.pack("<16I", *(words + (0,) * (16 - len(words)))) + b"\x03abcd"


@pytest.mark.parametrize("frame", [b"", b"short", rle(0), rle(16, 64), rle(1, 63), rle(2, 64, 64), rle(2, 64, 0xFFFFFFFF)])
def test_rle_that_lies(server, frame):
    image = objects.image()
    answer = post(server, [metadata(image, PixelData=("OB", "p"))], [("image/dicom-rle", "p", frame)])
    assert answer.status_code == 409 and "7FE00010" in attributes(failure(answer))


def test_large_bulk_data_is_not_held_in_memory(new_server):
    server = new_server()
    rows, columns, frames = 4096, 4096, 8
    image = bare(sop_class="1.2.840.10008.5.1.4.1.1.7.3", modality="OT", Rows=rows, Columns=columns, NumberOfFrames=frames, SamplesPerPixel=1,
                 PhotometricInterpretation="MONOCHROME2", BitsAllocated=16, BitsStored=16, HighBit=15, PixelRepresentation=0)
    model = json.dumps([metadata(image, PixelData=("OW", "p"))]).encode()
    frame = np.arange(rows * columns, dtype="<u2").tobytes()

    def pieces():
        yield b"--b\r\nContent-Type: application/dicom+json\r\n\r\n" + model
        yield b"\r\n--b\r\nContent-Type: application/octet-stream\r\nContent-Location: p\r\n\r\n"
        for _ in range(frames):
            for start in range(0, len(frame), 1 << 20):
                yield frame[start:start + (1 << 20)]
        yield b"\r\n--b--\r\n"

    before = server.peak_memory
    answer = server.session.post(server.url("studies"), data=pieces(), timeout=600,
                                 headers={"Content-Type": 'multipart/related; type="application/dicom+json"; boundary=b', "Accept": web.DICOM_JSON})
    assert answer.status_code == 200, answer.text
    assert server.peak_memory - before < 100 << 20, f"{(server.peak_memory - before) >> 20} MiB for {frames * len(frame) >> 20} MiB"
    assert left_over(server) == []
