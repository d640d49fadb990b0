"""Files that are broken on purpose: each is stored or refused with the reason, and the server lives in bounded memory."""
import logging
import re

import pydicom
import pytest

from peer import corpus, web, wire
from peer.part10 import split
from peer.server import Server, isocenter

pytestmark = pytest.mark.skipif(not corpus.present(), reason=f"no corpus at {corpus.FOLDER}")
BROKEN = corpus.broken() if corpus.present() else ()
MEMORY = 400 << 20  # bytes resident, debug build
ACCEPTED = re.compile(r"^(0000|B[0-9A-F]{3})H")


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    # Many of these files share one SOP Instance UID: all are to be kept, so that each is judged for itself.
    server = Server(tmp_path_factory.mktemp("malformed"), "--set", "storage.onConflict=keepBoth").start().add_administrator()
    yield server
    assert server.alive, server.log[-3000:]
    assert server.peak_memory < MEMORY
    assert server.stop() == 0


def identifiers(path):
    """(SOP class, SOP instance, transfer syntax) as a sender would take them: from the meta information, else the data set."""
    logging.getLogger("pydicom").setLevel(logging.CRITICAL)
    meta = split((corpus.FOLDER / path).read_bytes())
    sop_class, instance = meta.sop_class, meta.sop_instance
    if not (sop_class and instance):
        try:
            data_set = pydicom.dcmread(corpus.FOLDER / path, force=True, stop_before_pixels=True)
            sop_class = sop_class or str(data_set.get("SOPClassUID", ""))
            instance = instance or str(data_set.get("SOPInstanceUID", ""))
        except Exception:
            pass
    valid = lambda uid: bool(re.fullmatch(r"[0-9.]{1,64}", uid))
    return (sop_class if valid(sop_class) else wire.CT, instance or "1.2.3.4",
            meta.transfer_syntax if valid(meta.transfer_syntax) else wire.EXPLICIT)


@pytest.mark.parametrize("path", BROKEN)
def test_import(tmp_path, path):
    report = tmp_path / "report.tsv"
    run = isocenter("import", "--data", tmp_path / "data", "--report", report, corpus.FOLDER / path)
    assert "Fatal error" not in run.stderr, run.stderr
    [row] = report.read_text().splitlines()[1:]
    result, _, reason = row.split("\t")
    assert result in ("stored", "not DICOM") or result == "refused" and len(reason) > 10, row
    assert run.returncode == (1 if result == "refused" else 0), run.stdout + run.stderr


@pytest.mark.parametrize("path", BROKEN)
def test_c_store(archive, path):
    sop_class, instance, syntax = identifiers(path)
    data = split((corpus.FOLDER / path).read_bytes()).data_set
    mark = len(archive.lines)
    with wire.Association(archive.dimse, {1: (sop_class, [syntax])}) as association:
        if 1 not in association.accepted:
            assert association.results[1] in (3, 4), "refused without saying whether abstract or transfer syntax is the reason"
            return
        try:
            status = association.store(1, sop_class, instance, data)
        except (wire.Aborted, wire.Closed):
            assert archive.log_since(mark).strip(), "ended the association without a word in the log"
        else:
            assert status == 0 or status >> 12 == 0xB or association.comment, f"{status:04X}H without an error comment"
            association.release()
    assert archive.alive and archive.peak_memory < MEMORY


@pytest.mark.parametrize("path", BROKEN)
def test_stow(archive, path):
    answer = web.store(archive, [(corpus.FOLDER / path).read_bytes()])
    assert answer.status_code in (200, 202, 400, 409), f"{answer.status_code} {answer.text[:300]}"
    if answer.status_code == 409:
        assert all(reason for reason in web.failures(answer).values()), answer.text[:500]
    assert archive.alive and archive.peak_memory < MEMORY


def test_what_was_kept_can_be_listed_and_shown(archive):
    studies = archive.search("studies", limit=500)
    for study in studies:
        uid = web.value(study, "0020000D")
        assert archive.get("studies", uid, "metadata", accept=web.DICOM_JSON).status_code == 200, uid
        for instance in archive.search("studies", uid, "instances", limit=500):
            rendered = archive.get("studies", uid, "series", web.value(instance, "0020000E"), "instances",
                                   web.value(instance, "00080018"), "rendered", accept="image/png")
            assert rendered.status_code < 500 or rendered.status_code == 501, f"{uid}: {rendered.status_code} {rendered.text[:200]}"
    assert archive.alive and archive.peak_memory < MEMORY
