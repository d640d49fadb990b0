"""What the web page needs beside DICOMweb (docs/develop/http-api.md)."""
import json
import time

import pytest
import requests

from peer import objects, web
from peer.dimse import send

PEOPLE = [("Curie^Marie", "API-1", "20240105", "CT"), ("Röntgen^Wilhelm Conrad", "API-2", "20231108", "CR"),
          ("Hounsfield^Godfrey", "API-3", "20220919", "CT")]


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    from peer.server import Server
    server = Server(tmp_path_factory.mktemp("api")).start().add_administrator()
    server.sent = []
    for n, (name, patient, date, modality) in enumerate(PEOPLE):
        images = objects.study(series=2, instances=n + 1, PatientName=name, PatientID=patient, StudyDate=date, Modality=modality,
                               AccessionNumber=f"API{n}", StudyDescription=f"Examination {n}")
        assert web.store(server, [objects.file_bytes(i) for i in images]).status_code == 200
        server.sent.append(images)
    yield server
    assert server.alive and server.stop() == 0


def api(server, path, **keys):
    answer = server.session.get(f"{server.http}/api/{path}", params=keys, timeout=30)
    assert answer.status_code == 200, f"{answer.status_code} {answer.text[:300]}"
    return answer.json()


def test_info(archive):
    info = api(archive, "info")
    assert info["aeTitle"] == "ISOCENTER" and info["dimsePort"] == archive.dimse and info["version"]
    assert (info["studies"], info["series"], info["instances"]) == (3, 6, 12)
    assert info["bytes"] >= sum(len(objects.file_bytes(i)) for images in archive.sent for i in images) * 0.9


def test_studies(archive):
    answer = api(archive, "studies")
    assert answer["total"] == 3 and answer["next"] is None
    newest = answer["studies"][0]
    image = archive.sent[0][0]
    assert newest["studyInstanceUID"] == image.StudyInstanceUID
    assert newest["patientName"]["Alphabetic"] == "Curie^Marie"
    assert (newest["patientID"], newest["studyDate"], newest["modalities"]) == ("API-1", "20240105", ["CT"])
    assert (newest["seriesCount"], newest["instanceCount"]) == (2, 2)


@pytest.mark.parametrize("search, expected", {
    "cur": ["API-1"], "CURIE": ["API-1"], "marie cu": ["API-1"], "rontgen": ["API-2"], "Röntgen": ["API-2"], "conrad": ["API-2"],
    "API": ["API-1", "API-2", "API-3"], "API1": ["API-2"], "exam": ["API-1", "API-2", "API-3"], "cr": ["API-2"],
    "2024": ["API-1"], "202401": ["API-1"], "20240105": ["API-1"], "2024-01-05": ["API-1"], "ct 2022": ["API-3"],
    "arie": [], "%": [], "' OR 1=1": [], "": ["API-1", "API-2", "API-3"],
}.items())
def test_search(archive, search, expected):
    assert sorted(s["patientID"] for s in api(archive, "studies", search=search)["studies"]) == expected


@pytest.mark.parametrize("sort, order, expected", [
    ("date", "desc", [1, 2, 3]), ("date", "asc", [3, 2, 1]), ("patient", "asc", [1, 3, 2]), ("patientID", "desc", [3, 2, 1]),
    ("accession", "asc", [1, 2, 3]), ("description", "desc", [3, 2, 1]), ("received", "asc", [1, 2, 3]), ("modality", "asc", None)])
def test_sort(archive, sort, order, expected):
    found = [int(s["patientID"][-1]) for s in api(archive, "studies", sort=sort, order=order)["studies"]]
    assert found == expected or expected is None and len(found) == 3


def test_filters(archive):
    ids = lambda **keys: sorted(s["patientID"] for s in api(archive, "studies", **keys)["studies"])
    assert ids(modality="CR") == ["API-2"]
    assert ids(**{"from": "20231101", "to": "20231231"}) == ["API-2"]
    assert ids(**{"from": "20231101"}) == ["API-1", "API-2"]


def test_paging(archive):
    first = api(archive, "studies", limit=2)
    assert len(first["studies"]) == 2 and first["next"] and first["total"] == 3
    rest = api(archive, "studies", limit=2, cursor=first["next"])
    assert len(rest["studies"]) == 1 and rest["next"] is None
    seen = [s["studyInstanceUID"] for s in first["studies"] + rest["studies"]]
    assert len(set(seen)) == 3


@pytest.mark.parametrize("keys", [{"limit": "0"}, {"limit": "501"}, {"limit": "x"}, {"sort": "shoesize"}, {"order": "sideways"},
                                  {"cursor": "forged"}, {"from": "yesterday"}], ids=str)
def test_nonsense_is_400_with_a_sentence(archive, keys):
    answer = archive.session.get(f"{archive.http}/api/studies", params=keys, timeout=30)
    assert answer.status_code == 400, f"{answer.status_code} {answer.text[:200]}"
    assert answer.json()["error"]


def test_study_and_series(archive):
    image = archive.sent[2][0]
    answer = api(archive, f"studies/{image.StudyInstanceUID}")
    assert answer["study"]["patientID"] == "API-3"
    assert [s["instanceCount"] for s in answer["series"]] == [3, 3]
    assert [s["seriesNumber"] for s in answer["series"]] == [1, 2]
    picture = requests.compat.urljoin(archive.http + "/", answer["series"][0]["thumbnail"])
    got = archive.session.get(picture, timeout=30)
    assert got.status_code == 200 and got.headers["Content-Type"].startswith("image/")


def test_study_that_is_not_there(archive):
    answer = archive.session.get(f"{archive.http}/api/studies/1.2.3", timeout=30)
    assert answer.status_code == 404 and answer.json()["error"]


def test_manifest(archive):
    image = archive.sent[2][0]
    rows = api(archive, f"studies/{image.StudyInstanceUID}/series/{image.SeriesInstanceUID}/manifest")["instances"]
    assert len(rows) == 3
    row = next(r for r in rows if r["sopInstanceUID"] == image.SOPInstanceUID)
    assert (row["rows"], row["columns"], row["bitsAllocated"], row["pixelRepresentation"]) == (32, 48, 16, 1)
    assert row["imagePosition"] == [0, 0, 1] and row["imageOrientation"] == [1, 0, 0, 0, 1, 0]
    assert row["pixelSpacing"] == [0.5, 0.5] and row["windowCenter"] == [40] and row["windowWidth"] == [400]
    assert (row["rescaleSlope"], row["rescaleIntercept"]) == (1, 0)
    assert row["frames"] == 1 and row["hasPixels"] is True and row["transferSyntax"] == "1.2.840.10008.1.2.1"
    assert row["imagerPixelSpacing"] is None and row["pixelPaddingValue"] is None and row["frameTime"] is None


def test_events_tell_of_a_study_that_arrives(archive):
    with archive.session.get(f"{archive.http}/api/events", stream=True, timeout=30, headers={"Accept": "text/event-stream"}) as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        image = objects.image(PatientID="API-4", PatientName="Live^Arrival")
        assert send(archive.dimse, [image]) == [0]
        kind, end = None, time.monotonic() + 20
        for line in stream.iter_lines(decode_unicode=True):
            assert time.monotonic() < end, "no event in 20 s"
            if line.startswith("event:"):
                kind = line[6:].strip()
            elif line.startswith("data:") and kind == "study":
                study = json.loads(line[5:])
                if study["studyInstanceUID"] == image.StudyInstanceUID:
                    assert study["patientID"] == "API-4" and study["instanceCount"] == 1
                    break


def test_page_and_its_safety_headers(archive):
    page = requests.get(archive.http + "/", timeout=30)
    assert page.headers["Content-Type"].startswith("text/html")
    assert "script-src" in page.headers.get("Content-Security-Policy", "") or "default-src" in page.headers.get("Content-Security-Policy", "")
    assert page.headers.get("X-Content-Type-Options") == "nosniff"
