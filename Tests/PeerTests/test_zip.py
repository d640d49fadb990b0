"""ZIP files with a DICOMDIR (PS3.18 §10.4, PS3.10 §8, PS3.3 Annex F), read by zipfile, unzip, bsdtar, pydicom and DCMTK."""
import io
import shutil
import subprocess
import zipfile
from collections import Counter

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.fileset import FileSet
from pydicom.uid import UID

from peer import objects, web
from peer.part10 import split

ZIP = "application/zip"
DCMDUMP = shutil.which("dcmdump", path="/usr/bin") or shutil.which("dcmdump")
KINDS = {"1.2.840.10008.5.1.4.1.1.104.1": "ENCAP DOC", "1.2.840.10008.5.1.4.1.1.88.11": "SR DOCUMENT", "1.2.840.10008.5.1.4.1.1.66": "RAW DATA"}


def other(sop_class, study, **attributes):
    """An object without pixels."""
    item = objects.image(study=study, sop_class=sop_class, modality="OT")
    for keyword in ("PixelData", "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "SamplesPerPixel",
                    "PhotometricInterpretation", "WindowCenter", "WindowWidth"):
        if keyword in item:
            del item[keyword]
    item.ContentDate, item.ContentTime = "20240131", "101112"
    for keyword, value in attributes.items():
        setattr(item, keyword, value)
    return item


@pytest.fixture(scope="module")
def sent(server):
    images = objects.study()
    study = images[0].StudyInstanceUID
    name = Dataset()
    name.CodeValue, name.CodingSchemeDesignator, name.CodeMeaning = "18748-4", "LN", "Diagnostic imaging report"
    images += [
        other("1.2.840.10008.5.1.4.1.1.104.1", study, MIMETypeOfEncapsulatedDocument="application/pdf", EncapsulatedDocument=b"%PDF-1.4 \n", DocumentTitle="Brief"),
        other("1.2.840.10008.5.1.4.1.1.88.11", study, ValueType="CONTAINER", CompletionFlag="COMPLETE", VerificationFlag="UNVERIFIED", ConceptNameCodeSequence=[name]),
        other("1.2.840.10008.5.1.4.1.1.66", study),
    ]
    for image in images:
        image.PatientName = "Müller^Jürgen"
    assert web.store(server, [objects.file_bytes(i) for i in images]).status_code == 200
    return images


def unpacked(server, folder, *path, **headers):
    answer = server.get(*path, accept=ZIP)
    assert answer.status_code == 200, answer.text[:300]
    assert answer.headers["Content-Type"] == ZIP and "attachment" in answer.headers["Content-Disposition"]
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    (folder / "study.zip").write_bytes(answer.content)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist()[0] == "DICOMDIR"
        archive.extractall(folder / "set")
    return folder / "set"


def test_a_study_is_a_file_set(server, sent, scratch):
    folder = unpacked(server, scratch, "studies", sent[0].StudyInstanceUID)
    file_set = FileSet(folder / "DICOMDIR")
    assert len(file_set) == len(sent)
    assert {i.SOPInstanceUID for i in file_set} == {i.SOPInstanceUID for i in sent}
    for instance in file_set:
        ours = next(i for i in sent if i.SOPInstanceUID == instance.SOPInstanceUID)
        assert split((folder / instance.path).read_bytes()).data_set == split(objects.file_bytes(ours)).data_set
        assert instance.ReferencedSOPClassUIDInFile == ours.SOPClassUID
        assert instance.ReferencedTransferSyntaxUIDInFile == ours.file_meta.TransferSyntaxUID


def test_records_are_those_pydicom_makes(server, sent, scratch):
    folder = unpacked(server, scratch, "studies", sent[0].StudyInstanceUID)
    made = FileSet()
    for image in sent:
        made.add(image)
    made.write(scratch / "theirs")
    ours, theirs = (pydicom.dcmread(path / "DICOMDIR").DirectoryRecordSequence for path in (folder, scratch / "theirs"))
    assert Counter(r.DirectoryRecordType for r in ours) == Counter(r.DirectoryRecordType for r in theirs)
    assert {"PATIENT", "STUDY", "SERIES", "IMAGE", *KINDS.values()} == {r.DirectoryRecordType for r in ours}
    theirs = {r.get("ReferencedSOPInstanceUIDInFile") or r.get("SeriesInstanceUID") or r.get("StudyInstanceUID") or r.DirectoryRecordType: r for r in theirs}
    for record in ours:
        other = theirs[record.get("ReferencedSOPInstanceUIDInFile") or record.get("SeriesInstanceUID") or record.get("StudyInstanceUID") or record.DirectoryRecordType]
        for element in other:
            if element.tag.group != 4 and element.value not in (None, ""):
                assert record[element.tag].value == element.value, element
    assert next(r for r in ours if r.DirectoryRecordType == "PATIENT").PatientName == "Müller^Jürgen"


def test_file_ids(server, sent, scratch):
    folder = unpacked(server, scratch, "studies", sent[0].StudyInstanceUID)
    for record in pydicom.dcmread(folder / "DICOMDIR").DirectoryRecordSequence:
        for component in record.get("ReferencedFileID", []):
            assert 1 <= len(component) <= 8 and component == component.upper() and component.isalnum()


@pytest.mark.skipif(not DCMDUMP, reason="DCMTK is not installed")
def test_dcmtk_reads_the_directory(server, sent, scratch):
    folder = unpacked(server, scratch, "studies", sent[0].StudyInstanceUID)
    said = subprocess.run([DCMDUMP, "+L", str(folder / "DICOMDIR")], capture_output=True, text=True, errors="replace")
    assert said.returncode == 0 and not said.stderr.strip(), said.stderr
    assert said.stdout.count("ReferencedFileID") == len(sent)


@pytest.mark.parametrize("level, count", (("series", 3), ("instance", 1)))
def test_series_and_instance(server, sent, scratch, level, count):
    path = ["studies", sent[0].StudyInstanceUID, "series", sent[0].SeriesInstanceUID] + (["instances", sent[0].SOPInstanceUID] if level == "instance" else [])
    assert len(FileSet(unpacked(server, scratch, *path) / "DICOMDIR")) == count


@pytest.mark.parametrize("tool", (["unzip", "-tqq"], ["bsdtar", "-tf"], ["7z", "t"]), ids=lambda t: t[0])
def test_other_readers(server, sent, scratch, tool):
    if not shutil.which(tool[0]):
        pytest.skip(f"{tool[0]} is not installed")
    unpacked(server, scratch, "studies", sent[0].StudyInstanceUID)
    subprocess.run([*tool, str(scratch / "study.zip")], check=True, capture_output=True)


def test_in_another_syntax(server, sent, scratch):
    jls = "1.2.840.10008.1.2.4.80"
    answer = server.get("studies", sent[0].StudyInstanceUID, "series", sent[0].SeriesInstanceUID, accept=f"{ZIP}; transfer-syntax={jls}")
    assert answer.status_code == 200 and "Content-Length" not in answer.headers
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        for name in archive.namelist()[1:]:
            image = pydicom.dcmread(io.BytesIO(archive.read(name)))
            assert image.file_meta.TransferSyntaxUID == jls
        directory = pydicom.dcmread(io.BytesIO(archive.read("DICOMDIR")))
    assert {r.ReferencedTransferSyntaxUIDInFile for r in directory.DirectoryRecordSequence if "ReferencedFileID" in r} == {UID(jls)}


def test_by_the_query(server, sent):
    answer = server.get("studies", sent[0].StudyInstanceUID, accept="text/html", params={"accept": ZIP})
    assert answer.status_code == 200 and zipfile.is_zipfile(io.BytesIO(answer.content))


def test_head(server, sent):
    url = server.url("studies", sent[0].StudyInstanceUID)
    head = server.session.head(url, headers={"Accept": ZIP}, timeout=60)
    assert head.status_code == 200 and not head.content
    assert int(head.headers["Content-Length"]) == len(server.get("studies", sent[0].StudyInstanceUID, accept=ZIP).content)
