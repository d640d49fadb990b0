"""C-MOVE (PS3.4 §C.4.2): DCMTK and pynetdicom ask, DCMTK and pynetdicom receive; every object is compared at the other end."""
import threading
import time

import pytest
from pydicom import dcmread
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEG2000Lossless, JPEGLSLossless
from pynetdicom import AE

from peer import corpus, objects
from peer.dimse import dcmtk, needs_dcmtk, send
from peer.objects import CT
from peer.part10 import split
from peer.rendering import samples
from peer.retrieve import (INSTANCE_ROOT_MOVE, NATIVE, PATIENT_ROOT_MOVE, PATIENT_STUDY_MOVE, STUDY_ROOT_MOVE, Receiver, add_peer, counts,
                           data_sets, free_port, identifier, pixels, requestor, responses, storescp)

MODELS = [PATIENT_ROOT_MOVE, STUDY_ROOT_MOVE, PATIENT_STUDY_MOVE, INSTANCE_ROOT_MOVE]


def stored(server, images):
    assert all(s == 0 for s in send(server.dimse, images))
    return {i.SOPInstanceUID: split(objects.file_bytes(i)).data_set for i in images}


def move(server, data, model=STUDY_ROOT_MOVE, to="RECEIVER", calling="PYNETDICOM", **kwargs):
    assoc = requestor(server.dimse, MODELS, calling=calling)
    try:
        return responses(assoc.send_c_move(data, to, model, **kwargs))
    finally:
        assoc.release()


@pytest.fixture
def receiver(server):
    with Receiver([(CT, NATIVE)]) as receiver:
        add_peer(server, "receiver", "RECEIVER", receiver.port)
        yield receiver


@needs_dcmtk
@pytest.mark.parametrize("flags, level", [
    (["-P"], ["QueryRetrieveLevel=PATIENT", "PatientID={p}"]),
    (["-P"], ["QueryRetrieveLevel=STUDY", "PatientID={p}", "StudyInstanceUID={s}"]),
    (["-P"], ["QueryRetrieveLevel=SERIES", "PatientID={p}", "StudyInstanceUID={s}", "SeriesInstanceUID={e}"]),
    (["-S"], ["QueryRetrieveLevel=STUDY", "StudyInstanceUID={s}"]),
    (["-S"], ["QueryRetrieveLevel=SERIES", "StudyInstanceUID={s}", "SeriesInstanceUID={e}"]),
    (["-S"], ["QueryRetrieveLevel=IMAGE", "StudyInstanceUID={s}", "SeriesInstanceUID={e}", "SOPInstanceUID={i}"]),
    (["-S"], ["QueryRetrieveLevel=SERIES", "SeriesInstanceUID={e}"]),
    (["-O"], ["QueryRetrieveLevel=STUDY", "PatientID={p}", "StudyInstanceUID={s}"]),
])
def test_movescu_at_every_level(server, scratch, flags, level):
    patient = objects.uid()[-16:]
    images = objects.study(PatientID=patient)
    sent = stored(server, images)
    first = images[0]
    names = dict(p=patient, s=first.StudyInstanceUID, e=first.SeriesInstanceUID, i=first.SOPInstanceUID)
    keys = [w for k in level for w in ("-k", k.format(**names))]
    with storescp(scratch) as port:
        add_peer(server, "storescp", "STORESCP", port)
        run = dcmtk("movescu", "-v", *flags, "-aec", "ISOCENTER", "-aem", "STORESCP", *keys, "127.0.0.1", server.dimse)
        assert run.returncode == 0, run.stdout
    expected = sent
    if "SERIES" in level[0]:
        expected = {u: b for u, b in sent.items() if u in [i.SOPInstanceUID for i in images if i.SeriesInstanceUID == first.SeriesInstanceUID]}
    if "IMAGE" in level[0]:
        expected = {first.SOPInstanceUID: sent[first.SOPInstanceUID]}
    assert {u: b for u, (_, b) in data_sets(scratch).items()} == expected


def test_counts_originator_and_priority(server, receiver):
    images = objects.study()
    sent = stored(server, images)
    answers = move(server, identifier("STUDY", StudyInstanceUID=images[0].StudyInstanceUID), msg_id=77, priority=1)
    assert {u: b for u, (_, b) in receiver.objects.items()} == sent
    *pending, (final, data) = answers
    assert pending and all(s.Status == 0xFF00 and sum(counts(s)) == 6 for s, _ in pending)
    assert final.Status == 0x0000 and counts(final)[1:] == (6, 0, 0) and not data
    request = receiver.requests[0]
    assert request.MoveOriginatorApplicationEntityTitle.strip() == "PYNETDICOM" and request.MoveOriginatorMessageID == 77 and request.Priority == 1
    # By series, then by instance number.
    assert receiver.order == [i.SOPInstanceUID for i in images]


def test_lists_of_uids(server, receiver):
    a, b = objects.study(), objects.study()
    stored(server, a + b)
    move(server, identifier("STUDY", StudyInstanceUID=[a[0].StudyInstanceUID, b[0].StudyInstanceUID]))
    assert set(receiver.objects) == {i.SOPInstanceUID for i in a + b}
    receiver.objects.clear()
    wanted = [a[0].SOPInstanceUID, b[5].SOPInstanceUID, objects.uid()]
    move(server, identifier("IMAGE", SOPInstanceUID=wanted), INSTANCE_ROOT_MOVE)
    assert set(receiver.objects) == set(wanted[:2])


def test_nothing_matches_is_success(server, receiver):
    (final, _), = move(server, identifier("STUDY", StudyInstanceUID=objects.uid()))
    assert final.Status == 0 and counts(final)[1:] == (0, 0, 0)


@pytest.mark.parametrize("data, model, status, offending", [
    (identifier("STUDY"), STUDY_ROOT_MOVE, 0xA900, 0x0020000D),
    (identifier("STUDY", StudyInstanceUID="1.2.3"), PATIENT_STUDY_MOVE, 0x0000, None),
    (identifier("SERIES", StudyInstanceUID="1.2.3", SeriesInstanceUID="1.2.4"), PATIENT_STUDY_MOVE, 0xA900, 0x00080052),
    (identifier("PATIENT", PatientID="1"), STUDY_ROOT_MOVE, 0xA900, 0x00080052),
    (identifier("PATIENT"), PATIENT_ROOT_MOVE, 0xA900, 0x00100020),
    (identifier("PATIENT", PatientID="*"), PATIENT_ROOT_MOVE, 0xA900, 0x00100020),
    (identifier("SERIES", StudyInstanceUID="1.2.3"), STUDY_ROOT_MOVE, 0xA900, 0x0020000E),
    (identifier("NOWHERE", StudyInstanceUID="1.2.3"), STUDY_ROOT_MOVE, 0xA900, 0x00080052),
    (identifier("FRAME", SOPInstanceUID="1.2.3"), INSTANCE_ROOT_MOVE, 0xAA02, 0x00080052),
])
def test_identifiers(server, receiver, data, model, status, offending):
    (final, _), = move(server, data, model)
    assert final.Status == status
    if offending:
        assert final.OffendingElement == offending and final.ErrorComment


def test_destinations(server, new_server, receiver):
    images = objects.study()
    stored(server, images)
    study = identifier("STUDY", StudyInstanceUID=images[0].StudyInstanceUID)
    (final, _), = move(server, study, to="NOBODY")
    assert final.Status == 0xA801 and "NOBODY" in final.ErrorComment
    add_peer(server, "restricted", "RESTRICTED", free_port(), services=["query", "retrieve"], destinations=["elsewhere"])
    (final, _), = move(server, study, calling="RESTRICTED")
    assert final.Status == 0xA801
    add_peer(server, "restricted", "RESTRICTED", free_port(), services=["query", "retrieve"], destinations=["receiver"])
    assert move(server, study, calling="RESTRICTED")[-1][0].Status == 0


def test_a_destination_that_is_not_there(server):
    images = objects.study()
    stored(server, images)
    add_peer(server, "gone", "GONE", free_port())
    *_, (final, data) = move(server, identifier("STUDY", StudyInstanceUID=images[0].StudyInstanceUID), to="GONE")
    assert final.Status == 0xA702 and counts(final)[1:] == (0, 6, 0) and "refused" in final.ErrorComment
    assert sorted(data.FailedSOPInstanceUIDList) == sorted(i.SOPInstanceUID for i in images)


def test_every_third_fails(server):
    images = objects.study(3, 3)
    stored(server, images)
    with Receiver([(CT, NATIVE)], status=lambda number, _: 0xA700 if number % 3 == 2 else 0) as receiver:
        add_peer(server, "third", "THIRD", receiver.port)
        *_, (final, data) = move(server, identifier("STUDY", StudyInstanceUID=images[0].StudyInstanceUID), to="THIRD")
        assert final.Status == 0xB000 and counts(final)[1:] == (6, 3, 0)
        assert set(data.FailedSOPInstanceUIDList) == {i.SOPInstanceUID for i in images} - set(receiver.objects)
    with Receiver([(CT, NATIVE)], status=lambda number, _: 0xB000 if number == 0 else 0) as receiver:
        add_peer(server, "third", "THIRD", receiver.port)
        *_, (final, data) = move(server, identifier("STUDY", StudyInstanceUID=images[0].StudyInstanceUID), to="THIRD")
        assert final.Status == 0 and counts(final)[1:] == (8, 0, 1)


def test_an_association_that_dies_is_replaced_once(server):
    images = objects.study()
    sent = stored(server, images)
    with Receiver([(CT, NATIVE)], status=lambda number, _: None if number == 2 else 0) as receiver:
        add_peer(server, "dies", "DIES", receiver.port)
        *_, (final, _) = move(server, identifier("STUDY", StudyInstanceUID=images[0].StudyInstanceUID), to="DIES")
        assert final.Status == 0 and {u: b for u, (_, b) in receiver.objects.items()} == sent


def test_a_class_that_is_not_taken(server):
    images = objects.study()
    other = objects.image(sop_class="1.2.840.10008.5.1.4.1.1.7", modality="OT", study=images[0].StudyInstanceUID)
    stored(server, images + [other])
    with Receiver([(CT, NATIVE)]) as receiver:
        add_peer(server, "ctonly", "CTONLY", receiver.port)
        *_, (final, data) = move(server, identifier("STUDY", StudyInstanceUID=images[0].StudyInstanceUID), to="CTONLY")
        assert final.Status == 0xB000 and data.FailedSOPInstanceUIDList == other.SOPInstanceUID and len(receiver.objects) == 6


@pytest.mark.parametrize("hangs", [False, True])
def test_cancel(server, hangs):
    images = objects.study(4, 10)
    stored(server, images)
    wait = threading.Event()

    def status(number, _):
        wait.wait(20 if hangs and number == 1 else 0.05)
        return 0

    with Receiver([(CT, NATIVE)], status=status) as receiver:
        add_peer(server, "slow", "SLOW", receiver.port)
        assoc = requestor(server.dimse, [STUDY_ROOT_MOVE])
        answers = assoc.send_c_move(identifier("STUDY", StudyInstanceUID=images[0].StudyInstanceUID), "SLOW", STUDY_ROOT_MOVE, msg_id=9)
        first, _ = next(answers)
        assert first.Status == 0xFF00
        if hangs:
            time.sleep(0.3)
        assoc.send_c_cancel(9, query_model=STUDY_ROOT_MOVE)
        begin = time.monotonic()
        *_, (final, _) = list(answers)
        took = time.monotonic() - begin
        wait.set()
        assert final.Status == 0xFE00 and sum(counts(final)) == 40 and counts(final)[0] > 20
        assert took < 0.5  # of which this peer takes most
        assert assoc.send_c_move(identifier("STUDY", StudyInstanceUID="1.2.3"), "SLOW", STUDY_ROOT_MOVE).__next__()[0].Status == 0
        assoc.release()


COMPRESSED = ["derived/jpeg-lossless-70-16bit.dcm", "derived/jpegls-80-16bit.dcm", "derived/j2k-90-16bit.dcm", "derived/rle-5-16bit.dcm",
              "derived/htj2k-201-16bit.dcm", "derived/jpeg-baseline-50-gray8.dcm", "derived/deflated-mr.dcm", "derived/bigendian-mr.dcm"]


def corpus_image(name):
    if not corpus.present():
        pytest.skip("the corpus is not here")
    image = dcmread(corpus.FOLDER / name)
    image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = objects.uid()
    image.StudyInstanceUID = objects.uid()
    return image


@pytest.mark.parametrize("name", COMPRESSED)
@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian])
def test_decompressed_for_who_takes_no_compression(server, tmp_path, name, syntax):
    image = corpus_image(name)
    stored(server, [image])
    with Receiver([(image.SOPClassUID, [syntax])]) as receiver:
        add_peer(server, "plain", "PLAIN", receiver.port)
        *_, (final, _) = move(server, identifier("STUDY", StudyInstanceUID=image.StudyInstanceUID), to="PLAIN")
        assert final.Status == 0, final
        (got, data), = receiver.objects.values()
    assert got == syntax
    assert (pixels(as_file(tmp_path, image, syntax, data)) == samples(image)).all()


@pytest.mark.parametrize("name, wanted", [("derived/implicit-mr.dcm", JPEGLSLossless), ("derived/jpegls-80-16bit.dcm", JPEG2000Lossless),
                                          ("derived/j2k-90-16bit.dcm", JPEGLSLossless)])
def test_what_the_peer_prefers_without_loss(server, tmp_path, name, wanted):
    image = corpus_image(name)
    stored(server, [image])
    with Receiver([(image.SOPClassUID, [wanted]), ]) as receiver:
        add_peer(server, "prefers", "PREFERS", receiver.port, transferSyntaxes=[str(wanted)])
        *_, (final, _) = move(server, identifier("STUDY", StudyInstanceUID=image.StudyInstanceUID), to="PREFERS")
        assert final.Status == 0, final
        (got, data), = receiver.objects.values()
    assert got == wanted and (pixels(as_file(tmp_path, image, wanted, data)) == samples(image)).all()


def test_lossy_is_never_compressed_anew(server):
    image = corpus_image("derived/jpeg-baseline-50-gray8.dcm")
    sent = stored(server, [image])
    with Receiver([(image.SOPClassUID, [JPEGLSLossless, image.file_meta.TransferSyntaxUID])]) as receiver:
        add_peer(server, "lossy", "LOSSY", receiver.port, transferSyntaxes=[str(JPEGLSLossless)])
        *_, (final, _) = move(server, identifier("STUDY", StudyInstanceUID=image.StudyInstanceUID), to="LOSSY")
        (got, data), = receiver.objects.values()
    assert final.Status == 0 and got == image.file_meta.TransferSyntaxUID and data == sent[image.SOPInstanceUID]


def as_file(folder, image, syntax, data):
    """A file of what was received; the image is left as it is."""
    import copy
    from pydicom.filewriter import write_file_meta_info
    path = folder / "got.dcm"
    with open(path, "wb") as file:
        file.write(b"\0" * 128 + b"DICM")
        meta = copy.deepcopy(image.file_meta)
        meta.TransferSyntaxUID = syntax
        write_file_meta_info(file, meta)
        file.write(data)
    return path


def test_150_classes_and_reuse(server):
    """More contexts than one association holds."""
    from pynetdicom.presentation import AllStoragePresentationContexts
    classes = [c.abstract_syntax for c in AllStoragePresentationContexts if "1.2.840.10008.5.1.4.1.1" in c.abstract_syntax][:150]
    study = objects.uid()
    images = [objects.image(study=study, sop_class=c, modality="OT", number=n) for n, c in enumerate(classes)]
    for at in range(0, 150, 100):
        stored(server, images[at:at + 100])
    with Receiver([(c, NATIVE) for c in classes[:128]]) as a:
        add_peer(server, "many", "MANY", a.port)
        *_, (final, _) = move(server, identifier("STUDY", StudyInstanceUID=study), to="MANY")
        assert len(a.objects) == min(128, len(classes)) and 2 <= a.associations <= 4, final
        before = a.associations
        for image in images[:3]:
            move(server, identifier("IMAGE", SOPInstanceUID=images[-1].SOPInstanceUID), INSTANCE_ROOT_MOVE, to="MANY")
        assert a.associations <= before + 1
