"""C-FIND (PS3.4 Annex C) as asked by pynetdicom, DCMTK's findscu and GDCM's gdcmscu. Expected answers are read off the objects sent."""
import re
import socket
import subprocess
import threading
import time
from contextlib import contextmanager

import pytest
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag
from pynetdicom import AE
from pynetdicom.pdu_primitives import SOPClassExtendedNegotiation

from peer import dimse, objects
from peer.dimse import DCMTK, dcmtk, needs_dcmtk
from peer.server import Server

PATIENT_ROOT, STUDY_ROOT, PATIENT_STUDY = (f"1.2.840.10008.5.1.4.1.2.{n}.1" for n in (1, 2, 3))
SYNTAXES = ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2"]
SUCCESS, CANCELLED, PENDING, WARNING, MISMATCH, MALFORMED = 0x0000, 0xFE00, 0xFF00, 0xFF01, 0xA900, 0xC000
RELATIONAL, DATETIME, FUZZY, TIMEZONE = b"\1\0\0\0\0", b"\0\1\0\0\0", b"\0\0\1\0\0", b"\0\0\0\1\0"

PEOPLE = [  # name, id, other id, birth date, sex, study date, time, description, accession, modality, physician, reader
    ("Seacole^Mary", "F-001", "X-1", "18051123", "F", "20240131", "101530", "CT Chest", "FA1", "CT", "Lister^Joseph", "Osler^William"),
    ("Nightingale^Florence", "F-002", "X-2", "18200512", "F", "20240201", "235959", "MR Brain", "FA2", "MR", "Lister^Joseph", ""),
    ("Pirogov^Nikolay", "F-003", "X-3", "18101125", "M", "20231231", "000000", "CT Abdomen", "FA3", "CT", "Koch^Robert", ""),
    ("Sjöström^Håkan", "F-004", "X-4", "19000101", "M", "20240215", "120000", "Æther façade", "FA4", "CR", "", ""),
    ("Chen^Wei=陳^偉", "F-005", "X-5", "19700101", "O", "20240301", "080000.250000", "", "FA5", "US", "", ""),
    ("Smythe^John", "F-006", "X-6", "", "F", "20240229", "0930", "100% _wild_", "FA6", "CT", "", ""),
]

NAMES = [  # Specific Character Set, a name that it can say, and what finds it in any case
    ("ISO_IR 100", "Müller^Jörg", "MULLER*"), ("ISO_IR 101", "Dvořák^Antonín", "DVORAK^*"), ("ISO_IR 144", "Люкceмбypг^Анна", "люк*"),
    ("ISO_IR 126", "Διονυσιος^Ανδρεας", "διονυσ*"), ("ISO_IR 127", "قباني^لنزار", "قباني*"), ("ISO_IR 138", "שרון^דבורה", "שרון^דבורה"),
    ("ISO_IR 166", "สมชาย^ใจดี", "สมชาย*"), ("ISO_IR 148", "Çelik^Gökçe", "celik*"), ("ISO_IR 192", "Wang^XiaoDong=王^小東", "=王^*"),
    ("GB18030", "Zhang^XiaoDong=张^小东", "张*"), ("GBK", "Li^Na=李^娜", "=李^娜"),
    (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎=やまだ^たろう", "山田*"), (["ISO 2022 IR 13", "ISO 2022 IR 87"], "ﾔﾏﾀﾞ^ﾊﾅｺ=山田^花子", "=山田^花*"),
    (["", "ISO 2022 IR 149"], "Hong^Gildong=洪^吉洞=홍^길동", "홍*"), (["", "ISO 2022 IR 58"], "Zhao^Min=赵^敏", "赵^敏"),
]


def code(value, meaning):
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "99T", meaning
    return item


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("find"), env={"TZ": "UTC"}).start()
    server.sent = []
    for n, (name, patient, other, birth, sex, date, time_, description, accession, modality, physician, reader) in enumerate(PEOPLE):
        item, request = Dataset(), Dataset()
        item.PatientID, item.TypeOfPatientID = other + "Q", "TEXT"
        request.RequestedProcedureID, request.ScheduledProcedureStepID, request.AccessionNumber = f"RP{n}", f"SPS{n}", f"RA{n}"
        images = objects.study(series=2, instances=n + 1, PatientName=name, PatientID=patient, PatientBirthDate=birth, PatientSex=sex,
                               StudyDate=date, StudyTime=time_, StudyDescription=description, AccessionNumber=accession, Modality=modality,
                               StudyID=f"FID{n}", ReferringPhysicianName=physician, NameOfPhysiciansReadingStudy=reader, BodyPartExamined="CHEST",
                               OtherPatientIDs=other, OtherPatientIDsSequence=[item], InstitutionName=f"House {n % 2}", StationName=f"ST{n}",
                               Manufacturer="Maker", ManufacturerModelName=f"Model {n}", ProtocolName=f"Protocol {n}", OperatorsName="Op^Era",
                               SeriesDate=date, SeriesTime=time_, ProcedureCodeSequence=[code(f"PC{n}", f"Procedure {n}")],
                               RequestAttributesSequence=[request], ImageType=["ORIGINAL", "PRIMARY", "AXIAL"], AcquisitionDate=date,
                               PatientComments="walks" if n == 0 else "")
        for number, image in enumerate(images):
            image.AcquisitionNumber = number
        server.sent.append(images)
    assert set(dimse.send(server.dimse, [image for images in server.sent for image in images])) == {SUCCESS}
    named = []
    for n, (terms, name, _) in enumerate(NAMES):
        named.append(objects.image(SpecificCharacterSet=terms, PatientName=name, PatientID=f"N-{n:02}", AccessionNumber=f"NA{n}", StudyDescription="Names"))
    assert set(dimse.send(server.dimse, named)) == {SUCCESS}
    yield server
    assert server.alive and server.stop() == 0


def identifier(level, **keys):
    data_set = Dataset()
    if level:
        data_set.QueryRetrieveLevel = level
    for keyword, value in keys.items():
        setattr(data_set, keyword, value)
    return data_set


def find(server, data_set, model=STUDY_ROOT, agreed=None, message=1):
    """(statuses, answers, the final status data set)."""
    extended = []
    if agreed:
        item = SOPClassExtendedNegotiation()
        item.sop_class_uid, item.service_class_application_information = model, agreed
        extended = [item]
    ae = AE(ae_title="PYNETDICOM")
    ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = 30
    ae.add_requested_context(model, SYNTAXES)
    assoc = ae.associate("127.0.0.1", server.dimse, ae_title="ISOCENTER", ext_neg=extended)
    assert assoc.is_established
    try:
        statuses, answers, last = [], [], None
        for status, answer in assoc.send_c_find(data_set, model, msg_id=message):
            assert status and "Status" in status, "the association ended"
            statuses.append(status.Status)
            last = status
            if answer is not None:
                answers.append(answer)
        return statuses, answers, last
    finally:
        assoc.release()


def who(answers):
    return sorted(str(a.PatientID) for a in answers)


def ids(*numbers):
    return [f"F-{n:03}" for n in numbers]


EVERYONE = ids(1, 2, 3, 4, 5, 6)


def item(**keys):
    data_set = Dataset()
    for keyword, value in keys.items():
        setattr(data_set, keyword, value)
    return Sequence([data_set])


# Matching, PS3.4 C.2.2.2

@pytest.mark.parametrize("keys, expected", [
    # Single value, case told apart but in names.
    ({"PatientID": "F-002"}, ids(2)), ({"PatientID": "f-002"}, []), ({"AccessionNumber": "FA3"}, ids(3)), ({"StudyID": "FID4"}, ids(5)),
    ({"PatientID": "F-002  "}, ids(2)),
    # Universal.
    ({"PatientID": "F-*", "PatientName": ""}, EVERYONE), ({"PatientID": "F-*", "PatientName": "*"}, EVERYONE), ({"PatientID": "F-*", "StudyDate": ""}, EVERYONE),
    # Wildcards, whose signs in SQL mean themselves.
    ({"PatientID": "F-00?"}, EVERYONE), ({"PatientID": "?-00[1]"}, []), ({"StudyDescription": "CT*"}, ids(1, 3)), ({"StudyDescription": "*_wild_"}, ids(6)),
    ({"StudyDescription": "100%*"}, ids(6)), ({"StudyDescription": "1?0% *"}, ids(6)), ({"StudyDescription": "%*"}, []), ({"AccessionNumber": "*FA4"}, ids(4)),
    # Names.
    ({"PatientName": "seacole^mary"}, ids(1)), ({"PatientName": "SJOSTROM^HAKAN"}, ids(4)), ({"PatientName": "Sj*"}, ids(4)), ({"PatientName": "*^F*"}, ids(2)),
    ({"PatientName": "Seacole"}, []), ({"PatientName": "seacole^mary^^"}, ids(1)), ({"PatientName": "Chen^Wei"}, ids(5)),
    ({"ReferringPhysicianName": "lister*"}, ids(1, 2)), ({"NameOfPhysiciansReadingStudy": "OSLER*"}, ids(1)),
    # Ranges.
    ({"PatientID": "F-*", "StudyDate": "20240131"}, ids(1)), ({"PatientID": "F-*", "StudyDate": "20240131-20240215"}, ids(1, 2, 4)),
    ({"PatientID": "F-*", "StudyDate": "20240216-"}, ids(5, 6)), ({"PatientID": "F-*", "StudyDate": "-20240131"}, ids(1, 3)),
    ({"PatientID": "F-*", "StudyDate": "20240131-20240229", "StudyTime": "100000-130000"}, ids(1, 4)),
    ({"PatientID": "F-*", "StudyTime": "0800-0930"}, ids(5, 6)), ({"PatientID": "F-*", "StudyTime": "-000000"}, ids(3)), ({"PatientID": "F-*", "StudyTime": "12"}, ids(4)),
    ({"PatientID": "F-*", "PatientBirthDate": "18000101-18991231"}, ids(1, 2, 3)),
    # Empty value matching, and several values.
    ({"PatientID": "F-*", "PatientBirthDate": '""'}, ids(6)), ({"PatientID": "F-*", "StudyDescription": '""'}, ids(5)), ({"PatientID": "F-*", "ReferringPhysicianName": '""'}, ids(4, 5, 6)),
    ({"AccessionNumber": ["FA1", "FA4"]}, ids(1, 4)), ({"PatientID": "F-*", "ModalitiesInStudy": ["MR", "US"]}, ids(2, 5)),
    # Sequences: what one item has.
    ({"ProcedureCodeSequence": item(CodeValue="PC2")}, ids(3)), ({"ProcedureCodeSequence": item(CodeMeaning="Procedure 4", CodeValue="")}, ids(5)),
    ({"ProcedureCodeSequence": item(CodeValue="PC2", CodeMeaning="Procedure 3")}, []),
    # Keys people use.
    ({"PatientID": "F-*", "ModalitiesInStudy": "CT"}, ids(1, 3, 6)), ({"PatientID": "F-*", "SOPClassesInStudy": objects.CT}, EVERYONE), ({"PatientID": "F-*", "PatientSex": "M"}, ids(3, 4)),
    ({"OtherPatientIDs": "X-3"}, ids(3)), ({"OtherPatientIDs": "X-3Q"}, ids(3)), ({"OtherPatientIDsSequence": item(PatientID="X-2Q")}, ids(2)),
    ({"OtherPatientIDsSequence": item(PatientID="X-2Q", TypeOfPatientID="TEXT")}, ids(2)), ({"OtherPatientIDsSequence": item(PatientID="X-2Q", TypeOfPatientID="RFID")}, []),
    ({"PatientID": "F-*", "PatientComments": "walk*"}, ids(1)), ({"PatientID": "F-001", "NumberOfStudyRelatedInstances": "2"}, ids(1)),
])
def test_matching(archive, keys, expected):
    keys = {"PatientID": "", **keys}
    statuses, answers, _ = find(archive, identifier("STUDY", **keys))
    assert who(answers) == expected
    assert statuses == [PENDING] * len(expected) + [SUCCESS]


@pytest.mark.parametrize("keys, expected", [
    ({"Modality": "CT"}, 2), ({"Modality": "MR"}, 0), ({"SeriesNumber": 1}, 1), ({"StationName": "ST0"}, 2), ({"StationName": "ST1"}, 0),
    ({"InstitutionName": "House*"}, 2), ({"OperatorsName": "OP^*"}, 2), ({"SeriesDate": "20240101-20240201"}, 2), ({"SeriesDate": "20240101"}, 0),
    ({"Manufacturer": "Maker"}, 2), ({"Manufacturer": "Other"}, 0), ({"ManufacturerModelName": "Model ?"}, 2), ({"ProtocolName": "Proto* 0"}, 2),
    ({"RequestAttributesSequence": item(RequestedProcedureID="RP0", ScheduledProcedureStepID="SPS0")}, 2),
    ({"RequestAttributesSequence": item(RequestedProcedureID="RP0", ScheduledProcedureStepID="SPS1")}, 0),
    ({"RequestAttributesSequence": item(AccessionNumber="RA0")}, 2),
])
def test_series_keys(archive, keys, expected):
    study = archive.sent[0][0].StudyInstanceUID
    statuses, answers, _ = find(archive, identifier("SERIES", StudyInstanceUID=study, SeriesInstanceUID="", **keys))
    assert len(answers) == expected
    assert statuses == [PENDING] * expected + [SUCCESS]


@pytest.mark.parametrize("keys, expected", [
    ({}, 3), ({"InstanceNumber": 2}, 1), ({"SOPClassUID": objects.CT}, 3), ({"ImageType": "AXIAL"}, 3), ({"ImageType": "LOCALIZER"}, 0),
    ({"AcquisitionDate": "20231201-20240101"}, 3), ({"AcquisitionDate": "20240101"}, 0), ({"AcquisitionNumber": 1}, 1), ({"Rows": 32}, 3),
])
def test_image_keys(archive, keys, expected):
    image = archive.sent[2][0]
    data_set = identifier("IMAGE", StudyInstanceUID=image.StudyInstanceUID, SeriesInstanceUID=image.SeriesInstanceUID, SOPInstanceUID="", **keys)
    statuses, answers, _ = find(archive, data_set)
    assert len(answers) == expected and statuses == [PENDING] * expected + [SUCCESS]


def test_list_of_uids(archive):
    uids = [archive.sent[n][0].StudyInstanceUID for n in (0, 2)] + [objects.uid()]
    assert who(find(archive, identifier("STUDY", StudyInstanceUID=uids, PatientID=""))[1]) == ids(1, 3)
    image = archive.sent[2][0]
    wanted = [i.SOPInstanceUID for i in archive.sent[2][:2]]
    answers = find(archive, identifier("IMAGE", StudyInstanceUID=image.StudyInstanceUID, SeriesInstanceUID=image.SeriesInstanceUID, SOPInstanceUID=wanted))[1]
    assert sorted(a.SOPInstanceUID for a in answers) == sorted(wanted)


# Answers, PS3.4 C.4.1.1.3.2

def test_answer_has_what_was_asked(archive):
    data_set = identifier("STUDY", PatientID="F-001", PatientName="", StudyInstanceUID="", StudyTime="", AccessionNumber="", ModalitiesInStudy="", SOPClassesInStudy="",
                          NumberOfStudyRelatedSeries="", NumberOfStudyRelatedInstances="", AdmittingDiagnosesDescription="",
                          ProcedureCodeSequence=item(CodeMeaning="", CodeValue=""), OtherPatientIDsSequence=[])
    statuses, (answer,), _ = find(archive, data_set)
    assert statuses == [PENDING, SUCCESS]
    asked = {e.tag for e in data_set}
    assert asked <= {e.tag for e in answer}
    assert {e.tag for e in answer} - asked <= {0x00080005, 0x00080054, 0x00080056}
    assert (answer.QueryRetrieveLevel, answer.RetrieveAETitle, answer.InstanceAvailability) == ("STUDY", "ISOCENTER", "ONLINE")
    assert (answer.PatientName, answer.StudyTime, answer.AccessionNumber) == ("Seacole^Mary", "101530", "FA1")
    assert (answer.ModalitiesInStudy, answer.SOPClassesInStudy) == ("CT", objects.CT)
    assert (answer.NumberOfStudyRelatedSeries, answer.NumberOfStudyRelatedInstances) == (2, 2)
    assert not answer.AdmittingDiagnosesDescription
    assert {e.keyword for e in answer.ProcedureCodeSequence[0]} == {"CodeMeaning", "CodeValue"} and answer.ProcedureCodeSequence[0].CodeMeaning == "Procedure 0"
    assert answer.OtherPatientIDsSequence[0].PatientID == "X-1Q"


def test_keys_that_are_not_matched_are_told(archive):
    statuses, answers, _ = find(archive, identifier("STUDY", PatientID="F-001", KVP="120"))
    assert statuses == [WARNING, SUCCESS] and answers[0].KVP is None
    assert find(archive, identifier("STUDY", PatientID="F-001", SeriesDescription=""))[0] == [WARNING, SUCCESS]


# Models, levels, hierarchy, PS3.4 C.4.1.3, C.6

@pytest.mark.parametrize("model, level, keys, count", [
    (PATIENT_ROOT, "PATIENT", {"PatientID": "F-*", "NumberOfPatientRelatedStudies": "", "NumberOfPatientRelatedInstances": ""}, 6),
    (PATIENT_ROOT, "PATIENT", {"PatientID": "", "PatientName": "sea*"}, 1), (PATIENT_ROOT, "PATIENT", {"PatientID": "", "OtherPatientIDs": "X-4"}, 1),
    (PATIENT_STUDY, "PATIENT", {"PatientID": "F-001"}, 1), (PATIENT_ROOT, "STUDY", {"PatientID": "F-003"}, 1), (PATIENT_STUDY, "STUDY", {"PatientID": "F-003"}, 1),
    (STUDY_ROOT, "STUDY", {"PatientID": "F-003"}, 1),
])
def test_models(archive, model, level, keys, count):
    statuses, answers, _ = find(archive, identifier(level, **keys), model)
    assert len(answers) == count and statuses[-1] == SUCCESS
    assert all(a.QueryRetrieveLevel == level for a in answers)


def test_down_the_hierarchy(archive):
    image = archive.sent[1][0]
    keys = {"PatientID": "F-002", "StudyInstanceUID": image.StudyInstanceUID}
    assert len(find(archive, identifier("SERIES", SeriesInstanceUID="", **keys), PATIENT_ROOT)[1]) == 2
    assert len(find(archive, identifier("IMAGE", SeriesInstanceUID=image.SeriesInstanceUID, SOPInstanceUID="", **keys), PATIENT_ROOT)[1]) == 2


@pytest.mark.parametrize("model, level, keys, status, element", [
    (STUDY_ROOT, None, {"PatientID": "F-001"}, MISMATCH, 0x00080052), (STUDY_ROOT, "", {"PatientID": "F-001"}, MISMATCH, 0x00080052),
    (STUDY_ROOT, "FRAME", {}, MISMATCH, 0x00080052), (STUDY_ROOT, "PATIENT", {}, MISMATCH, 0x00080052), (PATIENT_STUDY, "SERIES", {}, MISMATCH, 0x00080052),
    (PATIENT_ROOT, "STUDY", {}, MISMATCH, 0x00100020), (PATIENT_ROOT, "STUDY", {"PatientID": ""}, MISMATCH, 0x00100020), (PATIENT_ROOT, "STUDY", {"PatientID": "F-*"}, MISMATCH, 0x00100020),
    (PATIENT_ROOT, "STUDY", {"PatientID": ["F-001", "F-002"]}, MISMATCH, 0x00100020), (STUDY_ROOT, "SERIES", {}, MISMATCH, 0x0020000D),
    (STUDY_ROOT, "SERIES", {"StudyInstanceUID": ["1.2", "1.3"]}, MISMATCH, 0x0020000D), (STUDY_ROOT, "IMAGE", {"StudyInstanceUID": "1.2"}, MISMATCH, 0x0020000E),
    (STUDY_ROOT, "STUDY", {"ProcedureCodeSequence": [code("1", "a"), code("2", "b")]}, MALFORMED, 0x00081032),
])
def test_identifiers_against_their_model(archive, model, level, keys, status, element):
    statuses, _, last = find(archive, identifier(level, **keys), model)
    assert statuses == [status]
    assert last.OffendingElement == element and last.ErrorComment


@pytest.mark.parametrize("tag, vr, value", [
    (0x00080020, "DA", b"yesterday "), (0x00080020, "DA", b"20240101-20240102-20240103"), (0x00080020, "DA", b"20240230"), (0x00080020, "DA", b"2024*"), (0x00080030, "TM", b"2500"),
    (0x0020000D, "UI", b"1.2.*\0"), (0x0020000D, "UI", b"one\0"), (0x00201208, "IS", b"many"), (0x00100010, "PN", b"\xff\xfe"),
])
def test_malformed_values(archive, tag, vr, value):
    data_set = identifier("STUDY", SpecificCharacterSet="ISO_IR 192")
    data_set = raw(data_set, tag, vr, value)
    statuses, _, last = find(archive, data_set)
    assert statuses == [MALFORMED] and last.OffendingElement == tag, last


def raw(data_set, tag, vr, value):
    """With an element whose bytes pydicom does not look at."""
    data_set._dict[Tag(tag)] = RawDataElement(Tag(tag), vr, len(value), value, 0, False, True)
    return data_set


# Extended negotiation, PS3.4 C.5.1.1

def test_what_is_agreed(archive):
    item_ = SOPClassExtendedNegotiation()
    item_.sop_class_uid, item_.service_class_application_information = STUDY_ROOT, b"\1\1\1\1\1"
    ae = AE()
    ae.add_requested_context(STUDY_ROOT)
    assoc = ae.associate("127.0.0.1", archive.dimse, ext_neg=[item_])
    answered = [i for i in assoc.acceptor.user_information if isinstance(i, SOPClassExtendedNegotiation)]
    assert [i.service_class_application_information for i in answered] == [b"\1\1\1\1\0"]
    assoc.release()


def test_relational(archive):
    data_set = identifier("SERIES", PatientID="F-003", SeriesInstanceUID="", Modality="")
    assert find(archive, data_set)[0] == [MISMATCH]
    assert len(find(archive, data_set, agreed=RELATIONAL)[1]) == 2
    assert len(find(archive, identifier("IMAGE", PatientName="pirogov*", SOPInstanceUID=""), PATIENT_ROOT, RELATIONAL)[1]) == 6
    assert find(archive, identifier("FRAME"), agreed=RELATIONAL)[0] == [MISMATCH]


def test_date_and_time_as_one(archive):
    # From the last evening of the year to the last morning of January.
    data_set = identifier("STUDY", PatientID="F-*", StudyDate="20231230-20240201", StudyTime="200000-110000")
    assert who(find(archive, data_set, agreed=DATETIME)[1]) == ids(1, 3)
    assert who(find(archive, identifier("STUDY", PatientID="F-*", StudyDate="20240131-20240215", StudyTime="230000-130000"), agreed=DATETIME)[1]) == ids(2, 4)


@pytest.mark.parametrize("name, expected", [
    ("Mary", ids(1)), ("mary seacole", ids(1)), ("Smith", ids(6)), ("smith jon", ids(6)), ("Nightingail", ids(2)), ("Sjostrom", ids(4)), ("陳", ids(5)), ("nobody", []),
])
def test_fuzzy_names(archive, name, expected):
    assert who(find(archive, identifier("STUDY", SpecificCharacterSet="ISO_IR 192", PatientID="F-*", PatientName=name), agreed=FUZZY)[1]) == expected


def test_time_zones(archive):
    # Stored without a zone by a server in UTC: 23:59:59 is 01:59:59 of the next day two hours east.
    data_set = identifier("STUDY", PatientID="F-*", StudyDate="20240202", StudyTime="", TimezoneOffsetFromUTC="+0200")
    (answer,) = find(archive, data_set, agreed=TIMEZONE)[1]
    assert (answer.PatientID, answer.StudyDate, answer.StudyTime, answer.TimezoneOffsetFromUTC) == ("F-002", "20240202", "015959", "+0200")
    assert find(archive, data_set)[1] == []


# Character sets, PS3.5 6.1

@pytest.mark.parametrize("terms, name, key", NAMES, ids=[str(n[0]) for n in NAMES])
def test_character_sets(archive, terms, name, key):
    _, answers, _ = find(archive, identifier("STUDY", SpecificCharacterSet=terms, PatientID="N-*", PatientName=key, StudyDescription=""))
    # pydicom leaves the escape sequences of GB 2312 in what it decodes.
    mine = [a for a in answers if str(a.PatientName).replace("\x1b$)A", "") == name]
    assert len(mine) == 1, [str(a.PatientName) for a in answers]
    said = mine[0].SpecificCharacterSet
    assert (said if isinstance(said, str) else list(said)) == terms


def test_what_a_character_set_cannot_say_comes_in_utf8(archive):
    for asked in ({"SpecificCharacterSet": "ISO_IR 100"}, {}):
        _, (answer,), _ = find(archive, identifier("STUDY", PatientID="F-005", PatientName="", **asked))
        assert answer.SpecificCharacterSet == "ISO_IR 192" and str(answer.PatientName) == "Chen^Wei=陳^偉"
    _, (answer,), _ = find(archive, identifier("STUDY", PatientID="F-001", PatientName=""))
    assert "SpecificCharacterSet" not in answer


# Peers

@needs_dcmtk
@pytest.mark.parametrize("words, count", [
    (["-S", "-k", "QueryRetrieveLevel=STUDY", "-k", "PatientName=SEA*", "-k", "StudyInstanceUID"], 1), (["-S", "-k", "QueryRetrieveLevel=STUDY", "-k", "PatientID=F-*"], 6),
    (["-P", "-k", "QueryRetrieveLevel=PATIENT", "-k", "PatientID=F-*"], 6), (["-O", "-k", "QueryRetrieveLevel=PATIENT", "-k", "PatientID=F-001"], 1),
    (["-S", "-xi", "-k", "QueryRetrieveLevel=STUDY", "-k", "ProcedureCodeSequence[0].CodeValue=PC1"], 1),
])
def test_findscu(archive, words, count):
    run = dcmtk("findscu", "-v", *words, "127.0.0.1", archive.dimse)
    assert run.returncode == 0, run.stdout
    assert len(re.findall(r"Find Response: \d+ \(Pending", run.stdout)) == count, run.stdout
    assert "Final Find Response (Success)" in run.stdout


@needs_dcmtk
def test_findscu_hears_why(archive):
    run = dcmtk("findscu", "-d", "-S", "-k", "QueryRetrieveLevel=SERIES", "127.0.0.1", archive.dimse)
    assert "0xa900" in run.stdout and "unique key of level STUDY is missing" in run.stdout, run.stdout


def test_gdcmscu(archive):
    # It ends by an exception of its own after the release, before it prints: what it was sent is looked at on the way.
    with recording(archive.dimse) as (port, received):
        subprocess.run(["/usr/bin/gdcmscu", "--find", "--studyroot", "--study", "--key", "10,20,F-002", "--key", "10,10", "127.0.0.1", str(port), "--call", "ISOCENTER"],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
        assert archive.wait_for_log("association GDCMSCU .*released; 1 messages")
    assert b"Nightingale^Florence" in received and b"Seacole" not in received


@contextmanager
def recording(port):
    """A way to the port that keeps what comes back: (port, bytearray)."""
    listener, received = socket.create_server(("127.0.0.1", 0)), bytearray()

    def carry(source, target, keep):
        while data := source.recv(65536):
            if keep:
                received.extend(data)
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)

    def serve():
        peer, server = listener.accept()[0], socket.create_connection(("127.0.0.1", port))
        threading.Thread(target=carry, args=(peer, server, False), daemon=True).start()
        carry(server, peer, True)

    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1], received
    listener.close()


# Cancelling, PS3.4 C.4.1.2

def test_cancel(tmp_path):
    server = Server(tmp_path / "many").start()
    try:
        fill(server, 40000)
        with dimse.association(server.dimse, [(STUDY_ROOT, SYNTAXES)]) as assoc:
            begin, count, asked = time.monotonic(), 0, None
            for status, _ in assoc.send_c_find(identifier("STUDY", StudyInstanceUID="", PatientName=""), STUDY_ROOT, msg_id=7):
                count += 1
                if count == 20:
                    assoc.send_c_cancel(7, query_model=STUDY_ROOT)
                    asked = time.monotonic()
            assert status.Status == CANCELLED and count < 40000
            # What was on its way is read by Python too: the server's own part is far shorter.
            assert time.monotonic() - asked < 2, (count, begin)
        # The index is at work: rows that all are read and none of which match.
        with dimse.association(server.dimse, [(STUDY_ROOT, SYNTAXES)]) as assoc:
            threading.Timer(0.05, lambda: assoc.send_c_cancel(9, query_model=STUDY_ROOT)).start()
            statuses = [s.Status for s, _ in assoc.send_c_find(identifier("STUDY", StudyDate="19000101-20991231", PatientComments="*no such words*"), STUDY_ROOT, msg_id=9)]
            assert statuses == [CANCELLED]
    finally:
        assert server.stop() == 0


def fill(server, count):
    """Rows of studies without objects, straight into the index."""
    import sqlite3
    index = sqlite3.connect(server.folder / "index.sqlite", timeout=30)
    index.execute("INSERT INTO patient (issuer, patient_id, discriminator, name_folded, attributes) VALUES ('', 'FILL', '', '', x'')")
    patient = index.execute("SELECT max(id) FROM patient").fetchone()[0]
    index.executemany(
        "INSERT INTO study (patient, study_uid, patient_id, issuer, name_folded, date_key, date_sort, accession, accession_folded, description_folded, modalities, sop_classes, received, attributes)"
        " VALUES (?, ?, 'FILL', '', '', '20240101', '20240101', '', '', '', 'CT', '', 1, x'')", ((patient, f"1.2.3.{n}") for n in range(count)))
    index.commit()
    index.close()
