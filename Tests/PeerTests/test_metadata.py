"""Metadata (PS3.18 §10.4.1.1.2) in JSON and XML: values from pydicom and DCMTK, XML read by expat, gzip by zlib."""
import gzip
import json
import re
import sqlite3
import subprocess
import time
import xml.etree.ElementTree as ET
import zlib

import pytest
from dicomweb_client import DICOMwebClient
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from peer import objects, web
from peer.dimse import send

XML = 'multipart/related; type="application/dicom+xml"'
NAMESPACE = "{http://dicom.nema.org/PS3.19/models/NativeDICOM}"
NAMES = ("FamilyName", "GivenName", "MiddleName", "NamePrefix", "NameSuffix")


@pytest.fixture(scope="module")
def sent(server):
    item = Dataset()
    item.RequestedProcedureID, item.ScheduledProcedureStepID = "RP1", "SPS1"
    images = objects.study(PatientName="Yamada^Tarou=山田^太郎=やまだ^たろう", PatientComments="a < b & c\r\n\td", ImageType=["ORIGINAL", "", "AXIAL"],
                           RequestAttributesSequence=Sequence([item]))
    for image in images:
        image.private_block(0x0029, "ACME <1>", create=True).add_new(0x10, "LO", "secret")
        image.RequestAttributesSequence[0].private_block(0x0029, "ACME", create=True).add_new(0x10, "LO", "secret")
        image.add_new(0x00282000, "OB", bytes(range(256)) * 8)
        image.add_new(0x00189087, "FD", [1000.5, 1e-7])
    assert web.store(server, [objects.file_bytes(i) for i in images]).status_code == 200
    return images


def path(image, level="instance"):
    where = ["studies", image.StudyInstanceUID, "series", image.SeriesInstanceUID, "instances", image.SOPInstanceUID]
    return where[:{"study": 2, "series": 4, "instance": 6}[level]] + ["metadata"]


def get(server, where, accept="application/dicom+json", params=None, **headers):
    return server.session.get(server.url(*where), params=params, timeout=60, headers={"Accept": accept, "Accept-Encoding": "identity", **headers})


def of_xml(element):
    """A NativeDicomModel, or an Item, as DICOM JSON would have it, with text for numbers."""
    model = {}
    for attribute in element:
        assert attribute.tag == NAMESPACE + "DicomAttribute"
        entry = {"vr": attribute.get("vr")}
        for child in attribute:
            kind = child.tag.removeprefix(NAMESPACE)
            if kind == "BulkData":
                entry["BulkDataURI"] = child.get("uri")
            elif kind == "InlineBinary":
                entry["InlineBinary"] = child.text
            else:
                values = entry.setdefault("Value", [])
                assert int(child.get("number")) == len(values) + 1
                if kind == "Item":
                    values.append(of_xml(child))
                elif kind == "PersonName":
                    groups = {}
                    for group in child:
                        parts = {c.tag.removeprefix(NAMESPACE): c.text or "" for c in group}
                        groups[group.tag.removeprefix(NAMESPACE)] = "^".join(parts.get(n, "") for n in NAMES).rstrip("^")
                    values.append(groups)
                else:
                    values.append(child.text)
        model[attribute.get("tag")] = entry
    return model


def plain(model):
    """Both forms with all numbers as numbers."""
    def value(vr, v):
        if vr == "SQ":
            return plain(v)
        return float(v) if v is not None and vr in ("DS", "IS", "US", "SS", "UL", "SL", "FL", "FD", "SV", "UV") else v
    return {tag: {k: [value(e["vr"], v) for v in c] if k == "Value" else c for k, c in e.items()} for tag, e in model.items()}


def documents(answer):
    return [ET.fromstring(body) for _, body in web.parts(answer)]


@pytest.mark.parametrize("level, count", (("study", 6), ("series", 3), ("instance", 1)))
def test_xml_says_what_json_says(server, sent, level, count):
    answer = get(server, path(sent[0], level), XML)
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("multipart/related; type=\"application/dicom+xml\"")
    assert all(headers["content-type"] == "application/dicom+xml" for headers, _ in web.parts(answer))
    models = [of_xml(d) for d in documents(answer)]
    assert len(models) == count
    expected = get(server, path(sent[0], level)).json()
    assert [plain(m) for m in models] == [plain(m) for m in expected]


def test_one_document_alone(server, sent):
    answer = get(server, path(sent[0]), "application/dicom+xml")
    assert answer.headers["Content-Type"] == "application/dicom+xml"
    root = ET.fromstring(answer.content)
    assert root.tag == NAMESPACE + "NativeDicomModel" and root.get("{http://www.w3.org/XML/1998/namespace}space") == "preserve"
    private = [a for a in root if a.get("tag") == "00291010"]
    assert private[0].get("privateCreator") == "ACME <1>" and private[0].get("keyword") is None
    assert [a.get("keyword") for a in root if a.get("tag") == "00100010"] == ["PatientName"]


def test_accept_of_the_query(server, sent):
    assert get(server, path(sent[0]), "application/dicom+json", {"accept": "application/dicom+xml"}).headers["Content-Type"] == "application/dicom+xml"
    answer = get(server, path(sent[0]), "image/png")
    assert answer.status_code == 406 and "dicom+xml" in answer.text and "dicom+json" in answer.text


def test_dcmtk_says_the_same(server, sent, scratch):
    file = objects.save(sent[0], scratch / "a.dcm")
    theirs = subprocess.run(["/usr/bin/dcm2xml", "--native-format", "+Xn", "+U8", "+Eb", "+M", "+R", "4000", str(file)], capture_output=True, check=True).stdout
    # DCMTK leaves quotes of attributes alone, and takes the private block out of tags.
    theirs = of_xml(ET.fromstring(theirs.replace(b'privateCreator="ACME <1>"', b'privateCreator="ACME"')))
    ours = of_xml(ET.fromstring(get(server, path(sent[0]), "application/dicom+xml").content))
    compared = 0
    for tag, entry in ours.items():
        if int(tag[:4], 16) % 2 or "BulkDataURI" in entry or tag in ("00400275", "00100010"):
            continue
        mine, other = plain({tag: entry})[tag], plain({tag: theirs[tag]})[tag]
        mine["Value"], other["Value"] = [v or "" for v in mine.get("Value", [])], [v or "" for v in other.get("Value", [])]
        assert mine == other
        compared += 1
    assert compared > 25
    assert ours["00100010"]["Value"] == theirs["00100010"]["Value"]
    assert plain(ours["00400275"]["Value"][0])["00401001"] == plain(theirs["00400275"]["Value"][0])["00401001"]


def test_private_and_large_values_of_a_pydicom_reader(server, sent):
    """BulkDataURIs are followed by pydicom's own reader."""
    followed = []

    def follow(tag, vr, uri):
        followed.append(tag)
        answer = server.session.get(uri, headers={"Accept": "application/octet-stream"}, timeout=60)
        assert answer.status_code == 200
        return answer.content

    [model] = get(server, path(sent[0])).json()
    read = Dataset.from_json(json.dumps(model), bulk_data_uri_handler=follow)
    assert read.PixelData == sent[0].PixelData and read[0x00282000].value == sent[0][0x00282000].value
    assert str(read.PatientName) == str(sent[0].PatientName) and len(followed) == 2
    assert read[0x00291010].value == "secret"


# Parts of it

def test_includefield(server, sent):
    [model] = get(server, path(sent[0]), params={"includefield": "PatientID,00080060,RequestAttributesSequence.RequestedProcedureID"}).json()
    assert set(model) == {"00080005", "00080018", "00080060", "00100020", "00400275"}
    assert set(model["00400275"]["Value"][0]) == {"00401001"}
    models = get(server, path(sent[0], "series"), params={"includefield": "PatientID"}).json()
    assert [set(m) for m in models] == [{"00080005", "00080018", "00100020"}] * 3
    documents_ = documents(get(server, path(sent[0], "study"), XML, {"includefield": "Modality"}))
    assert [len(d) for d in documents_] == [3] * 6


def test_without_private(server, sent):
    for model in get(server, path(sent[0], "series"), params={"excludeprivate": "true"}).json():
        assert "secret" not in json.dumps(model) and len(model) > 25


@pytest.mark.parametrize("params, word", (({"includefield": "Nope"}, "Nope"), ({"fields": "Modality"}, "fields"), ({"excludeprivate": "1"}, "excludeprivate")))
def test_what_has_no_meaning_is_refused(server, sent, params, word):
    for level in ("study", "instance"):
        answer = get(server, path(sent[0], level), params=params)
        assert answer.status_code == 400 and word in answer.text


# States

@pytest.mark.parametrize("level", ("study", "series", "instance"))
@pytest.mark.parametrize("accept", ("application/dicom+json", XML))
def test_entity_tags(server, sent, level, accept):
    answer = get(server, path(sent[0], level), accept)
    tag = answer.headers["ETag"]
    assert "no-cache" in answer.headers["Cache-Control"] and "private" in answer.headers["Cache-Control"]
    again = get(server, path(sent[0], level), accept, **{"If-None-Match": f'"x", {tag}'})
    assert again.status_code == 304 and again.content == b"" and again.headers["ETag"] == tag
    assert get(server, path(sent[0], level), accept, **{"If-None-Match": '"x"'}).status_code == 200
    other = get(server, path(sent[0], level), XML if accept != XML else "application/dicom+json").headers["ETag"]
    assert other != tag
    assert get(server, path(sent[0], level), accept, {"includefield": "Modality"}).headers["ETag"] != tag
    assert server.session.head(server.url(*path(sent[0], level)), headers={"Accept": accept}, timeout=60).headers["ETag"] == tag


def test_a_new_instance_is_a_new_state(server):
    images = objects.study(series=2, instances=1)
    assert web.store(server, [objects.file_bytes(i) for i in images]).status_code == 200
    tags = [get(server, path(i, level)).headers["ETag"] for i in images for level in ("study", "series", "instance")]
    more = objects.image(study=images[0].StudyInstanceUID, series=images[0].SeriesInstanceUID, number=2)
    assert web.store(server, [objects.file_bytes(more)]).status_code == 200
    after = [get(server, path(i, level)).headers["ETag"] for i in images for level in ("study", "series", "instance")]
    assert [a == b for a, b in zip(tags, after)] == [False, False, True, False, True, True]
    assert len(get(server, path(images[0], "study")).json()) == 3
    assert [web.value(m, "00200013") for m in get(server, path(images[0], "series")).json()] == [1, 2]


# Compressed

@pytest.mark.parametrize("level", ("study", "series", "instance"))
def test_gzip(server, sent, level):
    """Twice: what was made just now, and what is kept."""
    whole = get(server, path(sent[1], level))
    assert "Content-Encoding" not in whole.headers and "Accept-Encoding" in whole.headers["Vary"]
    for _ in range(2):
        headers = {"Accept": "application/dicom+json", "Accept-Encoding": "gzip"}
        with server.session.get(server.url(*path(sent[1], level)), headers=headers, stream=True, timeout=60) as answer:
            assert answer.status_code == 200 and answer.headers["Content-Encoding"] == "gzip"
            raw = answer.raw.read(decode_content=False)
        # One stream, to its end: some readers know no more.
        reader = zlib.decompressobj(31)
        assert reader.decompress(raw) + reader.flush() == whole.content and reader.eof and not reader.unused_data
        assert gzip.decompress(raw) == whole.content
        assert len(raw) < len(whole.content) / 2


def test_gzip_of_xml_and_search(server, sent):
    answer = get(server, path(sent[0], "series"), XML, **{"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip" and len(documents(answer)) == 3
    found = get(server, ["studies"], params={"StudyInstanceUID": sent[0].StudyInstanceUID}, **{"Accept-Encoding": "gzip"})
    assert found.headers["Content-Encoding"] == "gzip" and len(found.json()) == 1


# Another host, another document

def test_links_follow_the_host(server, sent):
    models = {}
    for host in [f"pacs{n}.example" for n in range(6)] + ["pacs0.example"]:
        models[host] = get(server, path(sent[0], "series"), Host=host).json()
        links = [m["7FE00010"]["BulkDataURI"] for m in models[host]]
        assert all(link.startswith(f"http://{host}/dicom-web/studies/{sent[0].StudyInstanceUID}/") for link in links)


def test_dicomweb_client(server, sent):
    client = DICOMwebClient(url=f"{server.http}/dicom-web", session=server.session)
    study, series = sent[0].StudyInstanceUID, sent[0].SeriesInstanceUID
    assert {m["00080018"]["Value"][0] for m in client.retrieve_study_metadata(study)} == {i.SOPInstanceUID for i in sent}
    assert len(client.retrieve_series_metadata(study, series)) == 3
    model = client.retrieve_instance_metadata(study, series, sent[0].SOPInstanceUID)
    assert model["00080018"]["Value"] == [sent[0].SOPInstanceUID]
    # It asks for "Host: 127.0.0.1" without the port, which the link then lacks too.
    link = re.sub("http://[^/]+", server.http, model["00282000"]["BulkDataURI"])
    value = sent[0][0x00282000].value
    assert client.retrieve_bulkdata(link) == [value]
    assert b"".join(client.iter_bulkdata(link, byte_range=(5, 24))) == value[5:25]
    assert client.retrieve_bulkdata(link, media_types=("application/octet-stream",), byte_range=(5, 24)) == [value[5:25]]


# Deleted, restored, corrected

def test_what_is_deleted_and_restored_is_another_state(server):
    images = objects.study(series=1, instances=3)
    assert web.store(server, [objects.file_bytes(i) for i in images]).status_code == 200
    where = path(images[0], "series")

    def numbers(tag):
        answer = get(server, where, **{"If-None-Match": tag} if tag else {})
        assert answer.status_code == 200
        return [web.value(m, "00200013") for m in answer.json()], answer.headers["ETag"]

    found, first = numbers(None)
    assert found == [1, 2, 3] and get(server, where, **{"If-None-Match": first}).status_code == 304
    deletion = server.session.delete(server.url(*path(images[1])[:-1]), timeout=60).json()
    found, second = numbers(first)
    assert found == [1, 3]
    assert get(server, path(images[1])).status_code == 404
    assert server.session.post(f"{server.http}/api/deletions/{deletion['id']}/restore", timeout=60).json()["restored"] == 1
    found, third = numbers(second)
    assert found == [1, 2, 3] and len({first, second, third}) == 3


STABLE = ("--set", "studies.stableAfter=1")


def made(server):
    """Documents that are whole, as (root, instances)."""
    with sqlite3.connect(f"file:{server.folder}/index.sqlite?mode=ro", uri=True, timeout=10) as index:
        rows = index.execute("""
            SELECT document.root, document.instances FROM metadata_document document JOIN series ON series.id = document.series
            WHERE  document.received = series.received AND document.instances = series.instance_count ORDER BY document.root, document.instances
            """).fetchall()
    index.close()
    return rows


def comes(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_documents_are_there_before_anybody_asks(new_server):
    server = new_server(*STABLE)
    own, other = f"{server.http}/dicom-web", "http://pacs.example/dicom-web"
    images = objects.study(series=2, instances=3)
    assert send(server.dimse, images[:5]) == [0] * 5
    comes(lambda: made(server) == [(own, 2), (own, 3)])
    answer = get(server, path(images[0], "study"))
    assert {web.value(i, "00080018") for i in answer.json()} == {i.SOPInstanceUID for i in images[:5]}
    # One that grows is made again, under the roots that clients use.
    assert get(server, path(images[0], "series"), Host="pacs.example").status_code == 200
    assert send(server.dimse, images[5:]) == [0]
    comes(lambda: made(server) == [(own, 3), (own, 3), (other, 3), (other, 3)])
    before = objects.study(series=1, instances=1)
    assert send(server.dimse, before) == [0]
    comes(lambda: made(server) == [(own, 1), (own, 3), (own, 3), (other, 1), (other, 3), (other, 3)])
    links = get(server, path(before[0], "series"), Host="pacs.example").json()
    assert links[0]["7FE00010"]["BulkDataURI"].startswith(other)


def test_a_crash_while_documents_are_made_costs_no_more_than_their_making(new_server):
    server = new_server(*STABLE)
    images = objects.study(series=1, instances=40)
    assert send(server.dimse, images) == [0] * 40
    feed = f"{server.http}/api/changes"
    comes(lambda: server.session.get(feed, params={"kind": "stable"}).json()["changes"])
    server.kill()
    server.start()
    assert len(get(server, path(images[0], "series")).json()) == 40
    assert server.stop() == 0
