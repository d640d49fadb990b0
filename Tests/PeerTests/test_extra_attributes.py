"""Attributes that are searched beside those that always are: private ones and those in sequences, for new and for older objects."""
import json
import time

import pytest
from pydicom.dataset import Dataset
from pynetdicom.sop_class import StudyRootQueryRetrieveInformationModelFind as FIND

from peer import dimse, objects, web

PRIVATE = "(0099,ACME,10)"


def with_private(color, **attributes):
    image = objects.image(**attributes)
    block = image.private_block(0x0099, "ACME", create=True)
    block.add_new(0x10, "LO", color)
    return image


def store(server, *images):
    answer = web.store(server, [objects.file_bytes(i) for i in images])
    assert answer.status_code == 200, answer.text


def listed(server):
    return {line["path"]: line for line in json.loads(server.command("index", "list", "--json", check=True).stdout)}


def until_filled(server, path, timeout=60):
    end = time.monotonic() + timeout
    while not listed(server)[path]["filled"]:
        assert time.monotonic() < end, server.command("jobs", "--json").stdout
        time.sleep(0.2)


def test_private_attribute_of_new_and_older_objects(new_server):
    server = new_server()
    old = [with_private(color) for color in ("grün", "rot", "rot")]
    store(server, *old)
    server.command("index", "add", PRIVATE, "--level", "instance", "--vr", "LO", check=True)
    until_filled(server, PRIVATE)
    new = with_private("rot")
    store(server, new)
    rot = server.search("instances", **{"00990010": "ACME", "00991010": "rot", "includefield": "00991010"})
    assert {web.value(a, "00080018") for a in rot} == {old[1].SOPInstanceUID, old[2].SOPInstanceUID, new.SOPInstanceUID}
    assert all(a["00991010"] == {"vr": "LO", "Value": ["rot"]} and a["00990010"]["Value"] == ["ACME"] for a in rot)
    assert [web.value(a, "00080018") for a in server.search("instances", **{"00991010": "gr*"})] == [old[0].SOPInstanceUID]
    assert server.search("instances", **{"00991010": "blau"}) == []


def test_in_a_sequence_by_qido_and_c_find(new_server):
    server = new_server()
    path = "PerformedProtocolCodeSequence.CodeValue"
    images = []
    for code in ("CT1", "CT2"):
        item = Dataset()
        item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code, "99X", code
        images.append(objects.image(PerformedProtocolCodeSequence=[item]))
    store(server, images[0])
    server.command("index", "add", path, "--level", "series", check=True)
    until_filled(server, path)
    store(server, images[1])
    for image, code in zip(images, ("CT1", "CT2")):
        found = server.search("series", **{path: code, "includefield": path})
        assert [web.value(a, "0020000E") for a in found] == [image.SeriesInstanceUID]
        assert found[0]["00400260"]["Value"][0]["00080100"]["Value"] == [code]
        identifier = Dataset()
        identifier.QueryRetrieveLevel, identifier.StudyInstanceUID, identifier.SeriesInstanceUID = "SERIES", image.StudyInstanceUID, ""
        key = Dataset()
        key.CodeValue = code
        identifier.PerformedProtocolCodeSequence = [key]
        with dimse.association(server.dimse, [(FIND, None)]) as association:
            answers = [(status.Status, answer) for status, answer in association.send_c_find(identifier, FIND)]
        assert [status for status, _ in answers] == [0xFF00, 0x0000]
        assert answers[0][1].SeriesInstanceUID == image.SeriesInstanceUID
        assert answers[0][1].PerformedProtocolCodeSequence[0].CodeValue == code


def test_what_is_not_filled_is_never_said_not_to_be_there(new_server):
    server = new_server()
    image = objects.image(PatientSpeciesDescription="Canine")
    store(server, image)
    assert server.stop() == 0
    # No server: nobody reads the older objects yet.
    server.command("index", "add", "PatientSpeciesDescription", "--level", "study", check=True)
    server.start()
    answer = server.get("studies", accept=web.DICOM_JSON, params={"PatientSpeciesDescription": "Canine"})
    # Either it was read by now, or the answer has the study and says that it was not matched.
    assert image.StudyInstanceUID in answer.text
    other = server.get("studies", accept=web.DICOM_JSON, params={"PatientSpeciesDescription": "Feline"})
    assert other.status_code == 204 or "PatientSpeciesDescription" in other.headers["Warning"]
    until_filled(server, "PatientSpeciesDescription")
    assert server.search("studies", PatientSpeciesDescription="Feline") == []
    assert len(server.search("studies", PatientSpeciesDescription="Canine")) == 1


def test_killed_while_it_fills(new_server):
    server = new_server()
    images = [objects.image(pixels=objects.ramp(2, 2), PatientSpeciesDescription=f"S{n % 4}") for n in range(600)]
    for start in range(0, 600, 100):
        store(server, *images[start:start + 100])
    server.command("index", "add", "PatientSpeciesDescription", "--level", "instance", check=True)
    for _ in range(3):
        time.sleep(0.7)
        server.kill()
        server.start()
        late = objects.image(pixels=objects.ramp(2, 2), PatientSpeciesDescription="S0")
        images.append(late)
        store(server, late)
    until_filled(server, "PatientSpeciesDescription", timeout=120)
    found = {web.value(a, "00080018") for a in server.search("instances", PatientSpeciesDescription="S0", limit=1000)}
    assert found == {i.SOPInstanceUID for i in images if i.PatientSpeciesDescription == "S0"}


def test_removed(new_server):
    server = new_server()
    store(server, objects.image(PatientSpeciesDescription="Canine"))
    server.command("index", "add", "PatientSpeciesDescription", "--level", "study", check=True)
    until_filled(server, "PatientSpeciesDescription")
    server.command("index", "remove", "PatientSpeciesDescription", check=True)
    assert listed(server) == {}
    end = time.monotonic() + 20
    while "not matched" not in server.get("studies", params={"PatientSpeciesDescription": "Feline"}).headers.get("Warning", ""):
        assert time.monotonic() < end
        time.sleep(0.2)


@pytest.mark.parametrize("words", [("PatientID", "--level", "study"), ("Nonsense", "--level", "study"), (PRIVATE, "--level", "study"), ("PixelData", "--level", "instance"), ("SliceThickness", "--level", "patient")])
def test_what_cannot_be_added_is_refused_in_words(server, words):
    result = server.command("index", "add", *words)
    assert result.returncode != 0 and result.stderr.strip()
