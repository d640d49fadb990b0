"""Attributes coerced by rules: pynetdicom and DCMTK send, every door answers with the correction, the object stays as it came."""
import hashlib
import io
import json
import sqlite3
import subprocess

import numpy
import pytest
from pydicom import dcmread
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from peer import dimse, objects, web
from peer.part10 import split
from peer.server import isocenter

RULES = [
    {"name": "issuer of the north", "when": {"CallingAETitle": "NORTH*", "Modality": ["CT", "MR"]},
     "issuer": {"patientID": "NORTH", "prefix": "N-", "accessionNumber": "RIS-N"}},
    {"name": "house names", "set": {"InstitutionName": "Häuser im Norden", "StudyID": "${AccessionNumber:1-8}"}, "upperCase": ["PatientName"],
     "map": {"StudyDescription": {"values": {"Peer test": "Abdomen"}}}, "remove": ["PatientBirthDate", "(0009,ACME)"]},
]


def know(server, name, **rules):
    """Makes a node known with its rules, as the program keeps it."""
    definition = {"name": name, "aeTitle": name, "services": ["store", "query", "retrieve"], **rules}
    with sqlite3.connect(server.folder / "index.sqlite", timeout=30) as database:
        database.execute("INSERT OR REPLACE INTO peer (name, ae_title, definition) VALUES (?, ?, ?)", (name, name, json.dumps(definition)))


def instance_url(image):
    return "studies", image.StudyInstanceUID, "series", image.SeriesInstanceUID, "instances", image.SOPInstanceUID


def store(server, image, calling):
    file = split(objects.file_bytes(image))
    with dimse.association(server.dimse, [(file.sop_class, [file.transfer_syntax])], calling=calling) as assoc:
        assert assoc.is_established
        context = dimse.context_for(assoc, file.sop_class, file.transfer_syntax)
        return dimse.store_raw(assoc, context, file.sop_class, file.sop_instance, file.data_set)


def coming(number=1, **attributes):
    image = objects.image(objects.ramp(64, 48), number=number, **attributes)
    block = image.private_block(0x0009, "ACME", create=True)
    block.add_new(0x10, "LO", "secret")
    return image


def whole(server, image, accept="application/dicom; transfer-syntax=*"):
    answer = server.get(*instance_url(image), accept=accept)
    assert answer.status_code == 200, answer.text
    return answer


def check(data_set):
    """The correction, as a reader of files or of DICOM JSON sees it."""
    assert str(data_set.PatientName) == "SEACOLE^MARY"
    assert data_set.PatientID == "N-PT-1" and data_set.IssuerOfPatientID == "NORTH"
    assert data_set.IssuerOfAccessionNumberSequence[0].LocalNamespaceEntityID == "RIS-N"
    assert data_set.InstitutionName == "Häuser im Norden" and data_set.StudyID == "A100" and data_set.StudyDescription == "Abdomen"
    assert "PatientBirthDate" not in data_set and (0x0009, 0x0010) not in data_set
    item, = data_set.OriginalAttributesSequence
    assert item.ReasonForTheAttributeModification == "COERCE" and item.SourceOfPreviousValues == "NORTH1" and item.ModifyingSystem == "ISOCENTER"
    previous, = item.ModifiedAttributesSequence
    assert str(previous.PatientName) == "Seacole^Mary" and previous.PatientID == "PT-1" and previous.PatientBirthDate == "18051123"
    assert previous.StudyDescription == "Peer test" and not previous.IssuerOfPatientID


@pytest.fixture
def knowing(server):
    know(server, "NORTH1", coercionIn=RULES)
    return server


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian])
def test_every_door_gives_the_correction(knowing, scratch, syntax):
    server, image = knowing, coming()
    pixels = objects.ramp(64, 48)
    if syntax == ExplicitVRBigEndian:
        image.PixelData = pixels.astype(">i2").tobytes()
    image = objects.with_meta(image, syntax)
    sent = objects.file_bytes(image)
    status, words = store(server, image, "NORTH1")
    assert (status, words) == (0, "")

    # Search.
    found, = server.search("studies", PatientID="N-PT-1", StudyInstanceUID=image.StudyInstanceUID, includefield="all")
    assert web.value(found, "00100021") == "NORTH" and web.value(found, "00081030") == "Abdomen"
    assert server.search("studies", PatientID="PT-1", StudyInstanceUID=image.StudyInstanceUID) == []

    # Metadata.
    metadata, = server.get(*instance_url(image), "metadata", accept="application/dicom+json").json()
    assert web.value(metadata, "00100020") == "N-PT-1" and web.value(metadata, "00080080") == "Häuser im Norden" and "00100030" not in metadata
    assert web.value(metadata, "04000561")["04000565"]["Value"] == ["COERCE"]

    # The whole object, in its own syntax and in others.
    answer = whole(server, image)
    shown = dcmread(io.BytesIO(answer.content))
    assert shown.file_meta.TransferSyntaxUID == syntax
    check(shown)
    assert numpy.array_equal(shown.pixel_array, pixels)
    for other in ("1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.80"):
        transcoded = dcmread(io.BytesIO(whole(server, image, f"application/dicom; transfer-syntax={other}").content))
        check(transcoded)
    multipart = server.get("studies", image.StudyInstanceUID, accept='multipart/related; type="application/dicom"; transfer-syntax=*')
    (_, part), = web.parts(multipart)
    check(dcmread(io.BytesIO(part)))
    path = scratch / "shown.dcm"
    path.write_bytes(answer.content)
    for program in ("/usr/bin/dcmdump", "/usr/bin/gdcmdump"):
        run = subprocess.run([program, str(path)], capture_output=True, timeout=60)
        assert run.returncode == 0 and not run.stderr, run.stderr

    # Frames and pictures.
    frame = server.get(*instance_url(image), "frames", "1", accept="application/octet-stream")
    assert frame.content == pixels.astype("<i2").tobytes()
    picture = server.get(*instance_url(image), "rendered", accept="image/png")
    assert picture.status_code == 200 and picture.content[:4] == b"\x89PNG"

    # The object itself.
    name, = server_objects(server, image)
    stored = (server.folder / "objects" / name[:2] / name[2:4] / name).read_bytes()
    assert hashlib.sha256(stored).hexdigest() == name
    assert split(stored).data_set == split(sent).data_set

    # What is written out.
    server.command("export", scratch / "out", "--study", image.StudyInstanceUID, check=True)
    file, = (scratch / "out").rglob("*.dcm")
    check(dcmread(file))


def server_objects(server, image):
    with sqlite3.connect(f"file:{server.folder / 'index.sqlite'}?mode=ro", uri=True, timeout=30) as database:
        return [row[0].hex() for row in database.execute("SELECT object FROM instance WHERE sop_uid = ?", (image.SOPInstanceUID,))]


def test_dcmtk_sends_and_others_are_left_alone(knowing, scratch):
    server, image = knowing, coming()
    other = coming(study=image.StudyInstanceUID + ".1")
    for data_set, calling in ((image, "NORTH1"), (other, "SOUTH")):
        run = dimse.dcmtk("storescu", "-aet", calling, "-aec", "ISOCENTER", "127.0.0.1", server.dimse, objects.save(data_set, scratch / f"{calling}.dcm"))
        assert run.returncode == 0, run.stderr
    check(dcmread(io.BytesIO(whole(server, image).content)))
    assert "OriginalAttributesSequence" not in dcmread(io.BytesIO(whole(server, other).content))


def test_a_resend_and_other_rules(knowing):
    server, image = knowing, coming()
    assert store(server, image, "NORTH1")[0] == 0
    tag = whole(server, image).headers["ETag"]
    assert store(server, image, "NORTH1")[0] == 0
    assert whole(server, image).headers["ETag"] == tag
    know(server, "NORTH1", coercionIn=[{"name": "other", "set": {"PatientID": "X-1"}}])
    assert store(server, image, "NORTH1")[0] == 0
    answer = whole(server, image)
    assert answer.headers["ETag"] != tag and dcmread(io.BytesIO(answer.content)).PatientID == "X-1"
    found, = server.search("studies", StudyInstanceUID=image.StudyInstanceUID)
    assert web.value(found, "00100020") == "X-1"


def test_corrections_are_listed_and_taken_back(knowing):
    server, image = knowing, coming()
    assert store(server, image, "NORTH1")[0] == 0
    url = f"{server.http}/api/instances/{image.SOPInstanceUID}/correction"
    told = server.session.get(url, timeout=30).json()
    assert told["rules"] == ["issuer of the north", "house names"] and told["source"].startswith("dimse NORTH1@")
    change, = [c for c in told["changes"] if c["tag"] == "00100020"]
    assert (change["before"], change["after"], change["name"]) == ("PT-1", "N-PT-1", "Patient ID")
    listed = [json.loads(line) for line in server.command("corrections", "list", "--json", check=True).stdout.splitlines()]
    assert image.SOPInstanceUID in [c["sopInstanceUID"] for c in listed]

    server.command("corrections", "undo", image.SOPInstanceUID, check=True)
    assert server.session.get(url, timeout=30).status_code == 404
    shown = dcmread(io.BytesIO(whole(server, image).content))
    assert shown.PatientID == "PT-1" and "OriginalAttributesSequence" not in shown
    found, = server.search("studies", StudyInstanceUID=image.StudyInstanceUID)
    assert web.value(found, "00100020") == "PT-1"
    assert server.search("studies", PatientID="N-PT-1", StudyInstanceUID=image.StudyInstanceUID) == []


@pytest.mark.parametrize("status", ["A700", "A900", "C000", "0122", "0124"])
def test_refusals_give_status_and_words(server, status):
    rule = {"name": "no CT", "when": {"SOPClassUID": "CTImageStorage"}, "refuse": {"status": status, "words": "no CT from this node"}}
    know(server, "REFUSED", acceptance=[rule])
    image = coming()
    assert store(server, image, "REFUSED") == (int(status, 16), "no CT from this node")
    assert server.search("studies", StudyInstanceUID=image.StudyInstanceUID) == []
    image = coming(modality="MR", sop_class="1.2.840.10008.5.1.4.1.1.4")
    assert store(server, image, "REFUSED") == (0, "")


def test_wrongly_labelled_text(server):
    know(server, "CYRILLIC", coercionIn=[{"name": "really ISO 8859-5", "characterSet": {"declare": "ISO_IR 144", "convert": "ISO_IR 192"}}])
    image = coming(SpecificCharacterSet="ISO_IR 100", PatientName="Иванов^Иван".encode("iso8859_5").decode("latin-1"))
    assert store(server, image, "CYRILLIC")[0] == 0
    found, = server.search("studies", PatientName="иванов*", StudyInstanceUID=image.StudyInstanceUID)
    assert web.value(found, "00100010")["Alphabetic"] == "Иванов^Иван"
    shown = dcmread(io.BytesIO(whole(server, image).content))
    assert str(shown.PatientName) == "Иванов^Иван" and shown.SpecificCharacterSet == "ISO_IR 192"
    assert shown.OriginalAttributesSequence[0].ModifiedAttributesSequence[0].SpecificCharacterSet == "ISO_IR 100"


def test_dry_run(scratch):
    rules = scratch / "rules.json"
    rules.write_text(json.dumps(RULES))
    file = objects.save(coming(), scratch / "a.dcm")
    run = isocenter("coerce", rules, file, "--calling", "NORTH1", check=True)
    assert "(0010,0020) Patient ID: 'PT-1' → 'N-PT-1'" in run.stdout and "(0010,0030) Patient's Birth Date: '18051123' → removed" in run.stdout
    answer = json.loads(isocenter("coerce", rules, file, "--calling", "SOUTH", "--json", check=True).stdout)
    assert answer["rules"] == ["house names"] and not [c for c in answer["changes"] if c["tag"] == "00100020"]
    rules.write_text('[{"name": "wrong", "set": {"StudyInstanceUID": "1.2"}}]')
    run = isocenter("coerce", rules, file)
    assert run.returncode == 2 and "rule 'wrong': StudyInstanceUID names the object" in run.stderr


def test_rules_by_command_and_what_is_sent(server, scratch):
    rules = scratch / "in.json"
    rules.write_text(json.dumps(RULES))
    out = scratch / "out.json"
    out.write_text(json.dumps([{"name": "old viewer", "characterSet": {"convert": "ISO_IR 100"}, "set": {"PatientID": "OUT-${PatientID}"}}]))
    server.command("peers", "add", "north", "--aet", "NORTH1C", "--retrieve", "--store", "--coercion-in", rules, "--coercion-out", out, check=True)
    image = coming(PatientID="PT-2")
    assert store(server, image, "NORTH1C")[0] == 0
    for words in ((), ("+xi",)):
        folder = scratch / f"got{len(words)}"
        folder.mkdir()
        run = dimse.dcmtk("getscu", *words, "-S", "-aet", "NORTH1C", "-aec", "ISOCENTER", "-k", "QueryRetrieveLevel=STUDY",
                          "-k", f"StudyInstanceUID={image.StudyInstanceUID}", "-od", folder, "127.0.0.1", server.dimse)
        assert run.returncode == 0, run.stderr
        file, = folder.iterdir()
        got = dcmread(file)
        assert got.PatientID == "OUT-N-PT-2" and got.InstitutionName == "Häuser im Norden" and got.SpecificCharacterSet == "ISO_IR 100"
        assert len(got.OriginalAttributesSequence) == 2
        assert numpy.array_equal(got.pixel_array, objects.ramp(64, 48))
    assert dcmread(io.BytesIO(whole(server, image).content)).PatientID == "N-PT-2"
