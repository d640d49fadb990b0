"""QIDO-RS (PS3.18 §10.6): keys, matching, levels, paging. Expected answers are read off the objects sent."""
import csv
import io
import xml.etree.ElementTree as ElementTree

import pytest
from dicomweb_client import DICOMwebClient
from pydicom import Dataset

from peer import objects, web

PEOPLE = [  # name, id, birth date, sex, study date, time, description, accession, modality
    ("Seacole^Mary", "S-001", "18051123", "F", "20240131", "101530", "CT Chest", "ACC1", "CT"),
    ("Nightingale^Florence", "S-002", "18200512", "F", "20240201", "235959", "MR Brain", "ACC2", "MR"),
    ("Pirogov^Nikolay", "S-003", "18101125", "M", "20231231", "000000", "CT Abdomen", "ACC3", "CT"),
    ("Sjöström^Håkan", "S-004", "19000101", "M", "20240215", "120000", "Æther façade", "ACC4", "CR"),
    ("Chen^Wei=陳^偉", "S-005", "19700101", "O", "20240301", "080000.250000", "Ça 東", "ACC5", "US"),
    ("O'Brien-Smith^Jo^A^Dr^Jr", "S-006", "19800229", "F", "20240229", "", "100% _wild_", "ACC6", "CT"),
    ("Robert'); DROP TABLE study;--", "S-007", "", "", "", "", "<script>alert(1)</script>", "ACC7", "CT"),
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    from peer.server import Server
    server = Server(tmp_path_factory.mktemp("search")).start().add_administrator()
    server.sent = []
    for n, (name, patient, birth, sex, date, time, description, accession, modality) in enumerate(PEOPLE):
        images = objects.study(series=2, instances=n + 1, PatientName=name, PatientID=patient, PatientBirthDate=birth, PatientSex=sex,
                               StudyDate=date, StudyTime=time, StudyDescription=description, AccessionNumber=accession,
                               Modality=modality, StudyID=f"ID{n}", ReferringPhysicianName="Lister^Joseph",
                               BodyPartExamined="CHEST")
        answer = web.store(server, [objects.file_bytes(i) for i in images])
        assert answer.status_code == 200, answer.text[:500]
        server.sent.append(images)
    yield server
    assert server.alive and server.stop() == 0


def who(answers):
    return sorted(web.value(a, "00100020") for a in answers)


def ids(*numbers):
    return [f"S-{n:03}" for n in numbers]


EVERYONE = ids(1, 2, 3, 4, 5, 6, 7)


@pytest.mark.parametrize("keys, expected", [
    # Nothing asked for: everything (universal matching).
    ({}, EVERYONE),
    ({"PatientID": ""}, EVERYONE),
    ({"PatientName": "*"}, EVERYONE),
    # Single value, by keyword and by tag.
    ({"PatientID": "S-002"}, ids(2)),
    ({"00100020": "S-002"}, ids(2)),
    ({"PatientID": "s-002"}, []),
    ({"AccessionNumber": "ACC3"}, ids(3)),
    ({"StudyID": "ID4"}, ids(5)),
    ({"PatientSex": "M"}, ids(3, 4)),
    ({"ReferringPhysicianName": "Lister^Joseph"}, EVERYONE),
    # Names: PS3.4 C.2.2.2.1 lets an SCP ignore case and accents.
    ({"PatientName": "Seacole^Mary"}, ids(1)),
    ({"PatientName": "SEACOLE^MARY"}, ids(1)),
    ({"PatientName": "Se*"}, ids(1)),
    ({"PatientName": "*gale*"}, ids(2)),
    ({"PatientName": "P?rogov*"}, ids(3)),
    ({"PatientName": "Sjöström*"}, ids(4)),
    ({"PatientName": "陳*"}, ids(5)),
    ({"PatientName": "O'Brien-Smith*"}, ids(6)),
    ({"PatientName": "Nobody*"}, []),
    # Wildcards elsewhere; % and _ are no wildcards.
    ({"PatientID": "S-00?"}, EVERYONE),
    ({"StudyDescription": "CT*"}, ids(1, 3)),
    ({"StudyDescription": "*100%*"}, ids(6)),
    ({"StudyDescription": "%"}, []),
    ({"StudyDescription": "*_*"}, ids(6)),
    ({"PatientID": "S_001"}, []),
    # Markup and SQL are letters like others.
    ({"PatientName": "Robert'); DROP TABLE study;--"}, ids(7)),
    ({"StudyDescription": "<script>*"}, ids(7)),
    ({"PatientID": "' OR 1=1 --"}, []),
    # Ranges of dates.
    ({"StudyDate": "20240131"}, ids(1)),
    ({"StudyDate": "20240101-20240131"}, ids(1)),
    ({"StudyDate": "20240201-"}, ids(2, 4, 5, 6)),
    ({"StudyDate": "-20231231"}, ids(3)),
    ({"StudyDate": "20240229-20240301"}, ids(5, 6)),
    # Ranges of times.
    ({"StudyTime": "101530"}, ids(1)),
    ({"StudyTime": "100000-130000"}, ids(1, 4)),
    ({"StudyTime": "1015-1016"}, ids(1)),
    # Several keys: all must match.
    ({"StudyDescription": "CT*", "StudyDate": "2024-"}, None),
    ({"StudyDescription": "CT*", "PatientName": "Seacole*"}, ids(1)),
    ({"StudyDescription": "CT*", "PatientName": "Nightingale*"}, []),
    # ModalitiesInStudy lives at the series.
    ({"ModalitiesInStudy": "MR"}, ids(2)),
    ({"ModalitiesInStudy": "CT"}, ids(1, 3, 6, 7)),
    ({"ModalitiesInStudy": "MR\\US"}, ids(2, 5)),
    ({"ModalitiesInStudy": "MR,US"}, ids(2, 5)),
    ({"ModalitiesInStudy": "C*"}, ids(1, 3, 4, 6, 7)),
    ({"ModalitiesInStudy": "PT"}, []),
    # Empty values (PS3.4 C.2.2.2.7), a date and a time as one moment (C.2.2.2.5.3).
    ({"PatientSex": '""', "emptyvaluematching": "true"}, ids(7)),
    ({"StudyDate": "20240131-20240201", "StudyTime": "110000-235959"}, ids(2)),
    ({"StudyTime": "-080000"}, ids(3, 5)),
    ({"PatientBirthDate": "18000101-18491231", "PatientSex": "F"}, ids(1, 2)),
    # Component groups of a name.
    ({"PatientName": "=陳*"}, ids(5)),
    ({"PatientName": "Chen*=陳*"}, ids(5)),
    ({"PatientName": "陳*="}, []),
    # Fuzzy: single words in any order, by sound, in other scripts.
    ({"PatientName": "mary seacole", "fuzzymatching": "true"}, ids(1)),
    ({"PatientName": "Sicole", "fuzzymatching": "true"}, ids(1)),
    ({"PatientName": "Пирогов", "fuzzymatching": "true"}, ids(3)),
    ({"PatientName": "sjostrom", "fuzzymatching": "true"}, ids(4)),
    ({"PatientName": "nobody", "fuzzymatching": "true"}, []),
    # As somebody types.
    ({"search": "sea"}, ids(1)),
    ({"search": "acc3"}, ids(3)),
    ({"search": "ct chest"}, ids(1)),
    ({"search": "2024-02"}, ids(2, 4, 6)),
    ({"search": "facade"}, ids(4)),
    ({"search": "s-00"}, EVERYONE),
    ({"search": "nothing of the kind"}, []),
], ids=str)
def test_studies(archive, keys, expected):
    if expected is None:  # not defined by the standard: an answer or a 400, never a failure
        assert archive.get("studies", accept=web.DICOM_JSON, params=keys).status_code in (200, 204, 400)
    else:
        assert who(archive.search("studies", **keys)) == expected


@pytest.mark.parametrize("separator", (",", "\\"))
def test_list_of_study_uids(archive, separator):
    uids = [archive.sent[n][0].StudyInstanceUID for n in (0, 4)]
    assert who(archive.search("studies", StudyInstanceUID=separator.join(uids))) == ids(1, 5)


STUDY_KEYS = {  # PS3.18 Table 10.6.3-3
    "00080005", "00080020", "00080030", "00080050", "00080061", "00080090", "00081190", "00100010", "00100020", "00100030",
    "00100040", "0020000D", "00200010", "00201206", "00201208"}
SERIES_KEYS = {"00080060", "0008103E", "0020000E", "00200011", "00201209", "00081190"}
INSTANCE_KEYS = {"00080016", "00080018", "00200013", "00280010", "00280011", "00280100", "00081190"}


def test_study_attributes(archive):
    [study] = archive.search("studies", PatientID="S-003")
    assert STUDY_KEYS - {"00080005"} <= set(study)
    image = archive.sent[2][0]
    assert study["00100010"] == {"vr": "PN", "Value": [{"Alphabetic": "Pirogov^Nikolay"}]}
    assert study["0020000D"] == {"vr": "UI", "Value": [image.StudyInstanceUID]}
    assert study["00201206"] == {"vr": "IS", "Value": [2]}
    assert study["00201208"] == {"vr": "IS", "Value": [6]}
    assert study["00080061"] == {"vr": "CS", "Value": ["CT"]}
    assert study["00080020"] == {"vr": "DA", "Value": ["20231231"]}


def test_ideographic_name(archive):
    [study] = archive.search("studies", PatientID="S-005")
    assert study["00100010"]["Value"] == [{"Alphabetic": "Chen^Wei", "Ideographic": "陳^偉"}]


def test_empty_values_are_empty_or_absent(archive):
    [study] = archive.search("studies", PatientID="S-007")
    assert study.get("00100030") in (None, {"vr": "DA"}) and study.get("00100040") in (None, {"vr": "CS"})


def test_series_of_a_study(archive):
    study = archive.sent[1][0].StudyInstanceUID
    series = archive.search("studies", study, "series")
    assert len(series) == 2
    assert all(SERIES_KEYS <= set(s) for s in series)
    assert {web.value(s, "00201209") for s in series} == {2}
    assert {web.value(s, "00200011") for s in series} == {1, 2}
    assert len(archive.search("studies", study, "series", SeriesNumber="2")) == 1
    assert len(archive.search("studies", study, "series", Modality="MR")) == 2
    assert archive.search("studies", study, "series", Modality="CT") == []


def test_all_series(archive):
    assert len(archive.search("series", limit=100)) == 14
    assert len(archive.search("series", Modality="MR")) == 2
    assert len(archive.search("series", PatientID="S-001")) == 2
    [found] = archive.search("series", SeriesInstanceUID=archive.sent[0][0].SeriesInstanceUID)
    assert "0020000D" in found, "a search over all series names the study"


def test_instances(archive):
    images = archive.sent[3]
    study, series = images[0].StudyInstanceUID, images[0].SeriesInstanceUID
    of_series = archive.search("studies", study, "series", series, "instances")
    assert {web.value(i, "00080018") for i in of_series} == {i.SOPInstanceUID for i in images if i.SeriesInstanceUID == series}
    assert len(archive.search("studies", study, "instances")) == 8
    [one] = archive.search("instances", SOPInstanceUID=images[0].SOPInstanceUID)
    assert INSTANCE_KEYS <= set(one)
    assert web.value(one, "00280010") == images[0].Rows and web.value(one, "00280011") == images[0].Columns
    assert len(archive.search("studies", study, "instances", InstanceNumber="2")) == 2
    assert len(archive.search("instances", SOPClassUID=objects.CT, PatientID="S-004")) == 8


def test_nested_search_of_what_is_not_there(archive):
    answer = archive.get("studies", "1.2.3.4.5", "series", accept=web.DICOM_JSON)
    assert answer.status_code in (200, 204, 404)
    assert answer.status_code != 200 or answer.json() == []


@pytest.mark.parametrize("field", ("BodyPartExamined", "00180015"))
def test_includefield(archive, field):
    study = archive.sent[0][0].StudyInstanceUID
    [one, *_] = archive.search("studies", study, "series", includefield=field)
    assert web.value(one, "00180015") == "CHEST"


def test_includefield_all(archive):
    [study] = archive.search("studies", PatientID="S-001", includefield="all")
    assert web.value(study, "00081030") == "CT Chest"


def test_paging_is_complete_and_without_doubles(archive):
    seen = []
    for offset in range(0, 10, 2):
        seen += [web.value(s, "0020000D") for s in archive.search("studies", limit=2, offset=offset)]
    assert len(seen) == 7 and len(set(seen)) == 7


def test_more_results_are_announced(archive):
    """PS3.18 §8.3.4.4: a 200 with a Warning header when there is more than was sent."""
    answer = archive.get("studies", accept=web.DICOM_JSON, params={"limit": 2})
    assert len(answer.json()) == 2
    assert answer.headers.get("Warning", "").startswith("299"), dict(answer.headers)


def test_limit_nothing_and_beyond_the_end(archive):
    assert archive.search("studies", offset=1000) == []
    assert len(archive.search("studies", limit=100000)) == 7


@pytest.mark.parametrize("keys", [
    {"limit": "-1"}, {"limit": "many"}, {"offset": "-1"}, {"offset": "99999999999999999999"}, {"StudyDate": "yesterday"},
    {"NoSuchKeyword": "1"}, {"0010": "1"}, {"StudyInstanceUID": "1.2.a"}, {"StudyDate": "20240101-20230101"},
], ids=str)
def test_nonsense_is_answered_with_words(archive, keys):
    answer = archive.get("studies", accept=web.DICOM_JSON, params=keys)
    assert answer.status_code in (200, 204, 400), f"{answer.status_code} {answer.text[:200]}"
    if answer.status_code == 400:
        assert answer.text.strip() or answer.headers.get("Warning")


def test_the_warning_counts_what_is_left_where_it_was_counted(archive):
    answer = archive.get("studies", accept=web.DICOM_JSON, params={"limit": 2, "offset": 1, "includecount": "true"})
    assert answer.headers["X-Total-Count"] == "7"
    assert answer.headers["Warning"].endswith("There are 4 additional results that can be requested")


def test_nothing_left_is_no_warning_and_beyond_the_end_is_204(archive):
    assert "Warning" not in archive.get("studies", accept=web.DICOM_JSON, params={"limit": 7}).headers
    for keys in ({"offset": 7}, {"limit": 0}, {"PatientID": "nobody"}):
        answer = archive.get("studies", accept=web.DICOM_JSON, params=keys)
        assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("order, expected", [
    ("PatientID", ids(1, 2, 3, 4, 5, 6, 7)), ("-PatientID", ids(7, 6, 5, 4, 3, 2, 1)), ("-00100020", ids(7, 6, 5, 4, 3, 2, 1)),
    ("-StudyDate", ids(5, 6, 4, 2, 1, 3, 7)), ("StudyDate", ids(7, 3, 1, 2, 4, 6, 5)), ("ModalitiesInStudy,-PatientID", ids(4, 7, 6, 3, 1, 2, 5)),
])
@pytest.mark.parametrize("limit", (None, 2))
def test_orderby(archive, order, expected, limit):
    """In whole, and page by page along the Link headers."""
    answer = archive.get("studies", accept=web.DICOM_JSON, params={"orderby": order, **({"limit": limit} if limit else {})})
    found = [web.value(a, "00100020") for a in answer.json()]
    while "next" in answer.links:
        answer = archive.session.get(answer.links["next"]["url"], headers={"Accept": web.DICOM_JSON}, timeout=60)
        found += [web.value(a, "00100020") for a in answer.json()]
    assert found == expected


@pytest.mark.parametrize("path, keys, expected", [
    (("studies",), {}, 7), (("studies",), {"ModalitiesInStudy": "CT"}, 4), (("studies",), {"PatientID": "nobody"}, 0), (("series",), {}, 14),
    (("series",), {"Modality": "MR"}, 2), (("instances",), {}, 56), (("instances",), {"PatientID": "S-004"}, 8), (("patients",), {}, 7),
    (("patients",), {"PatientSex": "M"}, 2), (("patients", "S-001", "studies"), {}, 1), (("studies",), {"search": "ct"}, 4),
])
def test_counts_are_the_number_of_answers(archive, path, keys, expected):
    assert archive.get(*path, "count", params=keys).json() == {"count": expected}
    assert len(archive.search(*path, **keys)) == expected


def test_patients(archive):
    [patient] = archive.search("patients", PatientName="seacole*")
    assert web.value(patient, "00100020") == "S-001" and web.value(patient, "00201200") == 1 and web.value(patient, "00201204") == 2
    assert [web.value(s, "0020000D") for s in archive.search("patients", "S-003", "studies")] == [archive.sent[2][0].StudyInstanceUID]
    assert archive.search("patients", "nobody", "studies") == []


ANSWERS = [(("studies",), {}), (("studies",), {"PatientID": "S-005", "includefield": "all"}), (("series",), {"Modality": "CT"}), (("instances",), {"PatientID": "S-002"})]


@pytest.mark.parametrize("path, keys", ANSWERS, ids=str)
def test_xml_says_what_json_says(archive, path, keys):
    """PS3.19 §A.1, read by xml.etree; one part an answer."""
    expected = archive.search(*path, **keys)
    answer = archive.get(*path, accept='multipart/related; type="application/dicom+xml"', params=keys)
    assert answer.status_code == 200
    found = []
    for _, body in web.parts(answer):
        found.append({
            attribute.get("tag"): [value.text for value in attribute if value.tag.rpartition("}")[2] == "Value"]
            for attribute in ElementTree.fromstring(body)})
    assert [set(f) for f in found] == [set(e) for e in expected]
    for one, other in zip(found, expected):
        for tag, attribute in other.items():
            if attribute["vr"] not in ("PN", "SQ"):
                assert one[tag] == [str(v) for v in attribute.get("Value", [])], tag


@pytest.mark.parametrize("path, keys", ANSWERS, ids=str)
def test_csv_says_what_json_says(archive, path, keys):
    """RFC 4180, read by Python's csv."""
    expected = archive.search(*path, **keys)
    answer = archive.get(*path, accept="text/csv", params=keys)
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8"), newline="")))
    assert [row["StudyInstanceUID"] for row in rows] == [web.value(e, "0020000D") for e in expected]
    for row, other in zip(rows, expected):
        assert row["PatientID"] == web.value(other, "00100020")
        assert row["RetrieveURL"] == web.value(other, "00081190")
        assert row.get("StudyDescription", web.value(other, "00081030", "")) == web.value(other, "00081030", "")
        for text in row.values():
            assert text[:1] not in "=+@" or not text


def test_csv_by_the_query_and_not_carried_out(archive):
    rows = list(csv.reader(io.StringIO(archive.get("studies", params={"accept": "text/csv", "includefield": "StudyDescription"}).text, newline="")))
    assert len(rows) == 8 and all(len(row) == len(rows[0]) for row in rows)


def test_includefield_of_a_path_gives_that_alone(archive):
    images = objects.study(series=1, instances=1, PatientID="S-100", PatientName="Path^Find", Modality="CT")
    item, other = Dataset(), Dataset()
    item.ScheduledProcedureStepID, item.RequestedProcedureID = "SPS9", "RP9"
    other.CodeValue, other.CodingSchemeDesignator, other.CodeMeaning = "C", "99X", "Knee"
    for image in images:
        image.RequestAttributesSequence, image.ProcedureCodeSequence = [item], [other]
    answer = web.store(archive, [objects.file_bytes(i) for i in images])
    assert answer.status_code == 200, answer.text[:300]
    try:
        [series] = archive.search("series", **{"RequestAttributesSequence.ScheduledProcedureStepID": "SPS9"})
        assert web.value(series, "0020000D") == images[0].StudyInstanceUID
        assert archive.search("series", **{"00400275.00400009": "SPS9", "00400275.00401001": "RP8"}) == []
        [study] = archive.search("studies", PatientID="S-100", includefield="ProcedureCodeSequence.CodeMeaning")
        assert study["00081032"]["Value"] == [{"00080104": {"vr": "LO", "Value": ["Knee"]}}]
    finally:
        gone = archive.session.delete(archive.url("studies", images[0].StudyInstanceUID), timeout=60)
        assert gone.status_code < 300, gone.text


def test_a_list_of_five_hundred_uids(archive):
    uids = [images[0].StudyInstanceUID for images in archive.sent] + [f"1.2.826.0.1.3680043.2.1143.{n}" for n in range(493)]
    assert who(archive.search("studies", StudyInstanceUID=",".join(uids))) == EVERYONE


@pytest.mark.parametrize("keys, words", [
    ({"orderby": "PixelData"}, "orderby"), ({"cursor": "nonsense"}, "cursor"), ({"page": "2"}, "page"), ({"limit": ["1", "2"]}, "limit"),
    ({"TimezoneOffsetFromUTC": "noon"}, "noon"), ({"cursor": "t00.i1", "offset": "1"}, "cursor"),
], ids=str)
def test_what_has_no_meaning_is_refused_by_name(archive, keys, words):
    answer = archive.get("studies", accept=web.DICOM_JSON, params=keys)
    assert answer.status_code == 400 and words in answer.text


def test_what_cannot_be_matched_is_said(archive):
    answer = archive.get("studies", accept=web.DICOM_JSON, params={"PatientID": "S-001", "ConvolutionKernel": "B30f"})
    assert answer.status_code == 200 and who(answer.json()) == ids(1)
    assert "ConvolutionKernel" in answer.headers["Warning"]


def test_dicomweb_client_searches(archive):
    client = DICOMwebClient(url=f"{archive.http}/dicom-web", session=archive.session)
    assert len(client.search_for_studies()) == 7
    assert len(client.search_for_studies(search_filters={"PatientID": "S-002"}, fields=["StudyDescription"])) == 1
    assert len(client.search_for_studies(limit=3, offset=5)) == 2
    study = archive.sent[0][0].StudyInstanceUID
    assert len(client.search_for_series(study_instance_uid=study)) == 2
    assert len(client.search_for_instances(study_instance_uid=study)) == 2


@pytest.mark.parametrize("accept, status", {
    "application/dicom+json": 200, "application/json": 200, "*/*": 200, "": 200, "application/*": 200,
    "application/dicom+json;q=0.5, text/html": 200,
    "text/html": 406, "image/png": 406,
}.items())
def test_accept(archive, accept, status):
    answer = archive.get("studies", accept=accept)
    assert answer.status_code == status
    if status == 200:
        assert answer.headers["Content-Type"].split(";")[0] in ("application/dicom+json", "application/json")


def report(text, code):
    """A Basic Text SR (PS3.3 §A.35.1) that says one sentence under a heading."""
    image = objects.image(PatientID="S-200", PatientName="Report^Reader", Modality="SR")
    for keyword in ("PixelData", "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "SamplesPerPixel", "PhotometricInterpretation"):
        delattr(image, keyword)
    image.SOPClassUID = "1.2.840.10008.5.1.4.1.1.88.11"
    heading, sentence = Dataset(), Dataset()
    heading.CodeValue, heading.CodingSchemeDesignator, heading.CodeMeaning = "F1", "99X", code
    sentence.RelationshipType, sentence.ValueType, sentence.ConceptNameCodeSequence, sentence.TextValue = "CONTAINS", "TEXT", [heading], text
    image.ValueType, image.ContinuityOfContent, image.ContentSequence = "CONTAINER", "SEPARATE", [sentence]
    return objects.with_meta(image)


def test_words_of_reports(archive):
    """What somebody types is found in what reports say, until the report is gone."""
    one = report("Kein Anhalt für Spondylolisthesis, zwei Rundherde", "Befundtext")
    assert web.store(archive, [objects.file_bytes(one)]).status_code == 200
    found = lambda words: [web.value(a, "0020000D") for a in archive.search("studies", search=words)]
    listed = lambda words: [s["studyInstanceUID"] for s in archive.session.get(f"{archive.http}/api/studies", params={"search": words}).json()["studies"]]
    for words in ("spondylo", "RUNDHERDE kein", "befundtext", "fur spond", "report rundherde"):
        assert found(words) == listed(words) == [one.StudyInstanceUID], words
    assert found("olisthesis") == [] and found("spondylo nothing") == []
    assert archive.session.delete(archive.url("studies", one.StudyInstanceUID)).status_code == 200
    assert found("spondylo") == listed("rundherde") == []
