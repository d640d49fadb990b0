"""C-GET (PS3.4 §C.4.3, Annexes Y and Z): what comes back over the requestor's own association."""
import threading
import time

import pytest
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from peer import objects
from peer.dimse import dcmtk, needs_dcmtk
from peer.objects import CT
from peer.rendering import samples
from peer.retrieve import (INSTANCE_ROOT_GET, NATIVE, PATIENT_ROOT_GET, PATIENT_STUDY_GET, STUDY_ROOT_GET, WITHOUT_BULK_DATA, add_peer, counts,
                           data_sets, free_port, identifier, pixels, requestor, responses)
from test_move import COMPRESSED, as_file, corpus_image, stored

MODELS = [PATIENT_ROOT_GET, STUDY_ROOT_GET, PATIENT_STUDY_GET, INSTANCE_ROOT_GET, WITHOUT_BULK_DATA]


def get(server, data, model=STUDY_ROOT_GET, roles=((CT, NATIVE),), status=lambda number: 0, calling="PYNETDICOM", cancel_after=None):
    """The responses, and what was received: [(transfer syntax, bytes)] by SOP Instance UID."""
    got = {}

    def receive(event):
        got[str(event.request.AffectedSOPInstanceUID)] = (event.context.transfer_syntax, event.request.DataSet.getvalue())
        if cancel_after == len(got):
            event.assoc.send_c_cancel(5, query_model=model)
        return status(len(got) - 1)

    assoc = requestor(server.dimse, MODELS, roles, calling=calling, handler=receive)
    try:
        return responses(assoc.send_c_get(data, model, msg_id=5)), got
    finally:
        assoc.release()


@needs_dcmtk
@pytest.mark.parametrize("flags", [["-P", "-k", "PatientID={p}"], ["-S"]])
def test_getscu(server, scratch, flags):
    images = objects.study(PatientID=objects.uid()[-16:])
    sent = stored(server, images)
    run = dcmtk("getscu", "-v", *[f.format(p=images[0].PatientID) for f in flags], "-aec", "ISOCENTER", "+B", "-od", scratch,
                "-k", "QueryRetrieveLevel=STUDY", "-k", f"StudyInstanceUID={images[0].StudyInstanceUID}", "127.0.0.1", server.dimse)
    assert run.returncode == 0, run.stdout
    assert {u: b for u, (_, b) in data_sets(scratch).items()} == sent


def test_counts_and_bytes(server):
    images = objects.study()
    sent = stored(server, images)
    (*pending, (final, data)), got = get(server, identifier("STUDY", StudyInstanceUID=images[0].StudyInstanceUID))
    assert {u: b for u, (_, b) in got.items()} == sent
    assert pending and all(sum(counts(s)) == 6 for s, _ in pending)
    assert final.Status == 0 and counts(final)[1:] == (6, 0, 0)


def test_without_the_role_nothing_comes(server):
    images = objects.study()
    stored(server, images)
    (*_, (final, data)), got = get(server, identifier("STUDY", StudyInstanceUID=images[0].StudyInstanceUID), roles=())
    assert final.Status == 0xA702 and not got and len(data.FailedSOPInstanceUIDList) == 6
    assert "no presentation context" in final.ErrorComment


@pytest.mark.parametrize("syntax", NATIVE)
def test_transcoded_to_the_context_that_is_there(server, syntax):
    images = objects.study()
    stored(server, images)
    (*_, (final, _)), got = get(server, identifier("STUDY", StudyInstanceUID=images[0].StudyInstanceUID), roles=[(CT, [syntax])])
    assert final.Status == 0 and len(got) == 6 and all(s == syntax for s, _ in got.values())


@pytest.mark.parametrize("name", COMPRESSED)
def test_decompressed_where_the_requestor_takes_no_compression(server, tmp_path, name):
    image = corpus_image(name)
    stored(server, [image])
    (*_, (final, _)), got = get(
        server, identifier("STUDY", StudyInstanceUID=image.StudyInstanceUID), roles=[(image.SOPClassUID, [ImplicitVRLittleEndian])])
    assert final.Status == 0, final
    (syntax, data), = got.values()
    assert (pixels(as_file(tmp_path, image, syntax, data)) == samples(image)).all()


def test_failures_and_warnings(server):
    images = objects.study(3, 3)
    stored(server, images)
    study = identifier("STUDY", StudyInstanceUID=images[0].StudyInstanceUID)
    (*_, (final, data)), got = get(server, study, status=lambda n: [0, 0xB000, 0xA700][n % 3])
    assert final.Status == 0xB000 and counts(final)[1:] == (3, 3, 3) and len(data.FailedSOPInstanceUIDList) == 3
    (*_, (final, data)), got = get(server, study, status=lambda n: 0xC123)
    assert final.Status == 0xA702 and counts(final)[1:] == (0, 9, 0)


def test_cancel(server):
    images = objects.study(4, 20)
    stored(server, images)
    (*_, (final, _)), got = get(server, identifier("STUDY", StudyInstanceUID=images[0].StudyInstanceUID), cancel_after=3)
    assert final.Status == 0xFE00 and sum(counts(final)) == 80 and len(got) < 10 and counts(final)[1] == len(got)


def test_instances_alone(server):
    images = objects.study()
    sent = stored(server, images)
    wanted = [images[1].SOPInstanceUID, images[4].SOPInstanceUID]
    (*_, (final, _)), got = get(server, identifier("IMAGE", SOPInstanceUID=wanted), INSTANCE_ROOT_GET)
    assert final.Status == 0 and {u: b for u, (_, b) in got.items()} == {u: sent[u] for u in wanted}
    ((final, _),), got = get(server, identifier("FRAME", SOPInstanceUID=wanted[0]), INSTANCE_ROOT_GET)
    assert final.Status == 0xAA02 and not got


@pytest.mark.parametrize("syntax", NATIVE)
def test_without_bulk_data(server, tmp_path, syntax):
    from pydicom import dcmread
    images = objects.study(1, 2)
    images[0].add_new(0x60003000, "OW", b"\0\0")
    images[0].add_new(0x60000010, "US", 1)
    stored(server, images)
    (*_, (final, _)), got = get(server, identifier("IMAGE", SOPInstanceUID=[i.SOPInstanceUID for i in images]), WITHOUT_BULK_DATA, roles=[(CT, [syntax])])
    assert final.Status == 0 and len(got) == 2
    for image in images:
        back = dcmread(as_file(tmp_path, image, syntax, got[image.SOPInstanceUID][1]))
        expected = {e.tag: e.value for e in image if e.tag not in (0x7FE00010, 0x60003000)}
        assert {e.tag: e.value for e in back} == expected


def test_who_may_not_retrieve(server):
    images = objects.study()
    stored(server, images)
    add_peer(server, "stores only", "STORESONLY", free_port(), services=["store"])
    with pytest.raises(ValueError, match="context"):
        get(server, identifier("STUDY", StudyInstanceUID=images[0].StudyInstanceUID), calling="STORESONLY")


def test_who_may_only_retrieve_stores_nothing(server):
    from peer.dimse import send
    images = objects.study()
    sent = stored(server, images)
    add_peer(server, "retrieves only", "RETRIEVES", free_port(), services=["retrieve"])
    (*_, (final, _)), got = get(server, identifier("STUDY", StudyInstanceUID=images[0].StudyInstanceUID), calling="RETRIEVES")
    assert final.Status == 0 and {u: b for u, (_, b) in got.items()} == sent
    try:
        statuses = send(server.dimse, [objects.image()], calling="RETRIEVES")
    except (AssertionError, ValueError, TypeError):
        return
    assert all(s != 0 for s in statuses)
