"""Sending as a job and by command: what is acknowledged is not sent again, whatever happens in between."""
import json
import sqlite3
import time

import pytest
from pydicom.uid import ImplicitVRLittleEndian

from peer import objects
from peer.dimse import needs_dcmtk
from peer.objects import CT
from peer.part10 import split
from peer.retrieve import NATIVE, Receiver, add_peer, data_sets, free_port, storescp
from peer.server import isocenter
from test_move import stored


def folder_of(path, images):
    for number, image in enumerate(images):
        objects.save(image, path / "in" / f"{number}.dcm")
    return path / "in"


@needs_dcmtk
@pytest.mark.parametrize("flags", ["+xa", "+xe", "+xi", "+xs", "+xv"])
def test_files_to_a_receiver_of_some_syntaxes(tmp_path, scratch, flags):
    """storescp takes what it prefers; each object is there, and unchanged where nothing had to change."""
    images = objects.study()
    with storescp(scratch, flags) as port:
        run = isocenter("send", f"STORESCP@127.0.0.1:{port}", folder_of(tmp_path, images), "--json")
        assert run.returncode == 0, run.stdout + run.stderr
    got = data_sets(scratch)
    assert set(got) == {i.SOPInstanceUID for i in images}
    for image in images:
        syntax, data = got[image.SOPInstanceUID]
        assert syntax != image.file_meta.TransferSyntaxUID or data == split(objects.file_bytes(image)).data_set
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert [line["result"] for line in lines] == ["stored"] * 6


def test_implicit_only(tmp_path):
    images = objects.study()
    with Receiver([(CT, [ImplicitVRLittleEndian])]) as receiver:
        run = isocenter("send", f"RECEIVER@127.0.0.1:{receiver.port}", folder_of(tmp_path, images))
        assert run.returncode == 0, run.stdout + run.stderr
        assert len(receiver.objects) == 6 and receiver.associations == 1


def test_failures_in_words(tmp_path):
    folder = folder_of(tmp_path, objects.study())
    run = isocenter("send", f"NOBODY@127.0.0.1:{free_port()}", folder)
    assert run.returncode == 1 and "refused" in run.stderr
    run = isocenter("send", "NOBODY@no-such-host.invalid:104", folder)
    assert run.returncode == 1 and "no-such-host.invalid" in run.stderr and "not known" in run.stderr
    with Receiver([("1.2.840.10008.5.1.4.1.1.7", NATIVE)]) as receiver:
        run = isocenter("send", f"RECEIVER@127.0.0.1:{receiver.port}", folder)
        assert run.returncode == 1 and "no presentation context for CT Image Storage" in run.stderr and "Implicit VR" in run.stderr
    with Receiver([(CT, NATIVE)], status=lambda number, _: 0xA700) as receiver:
        run = isocenter("send", f"RECEIVER@127.0.0.1:{receiver.port}", folder)
        assert run.returncode == 1 and "A700H" in run.stderr and "Out of Resources" in run.stderr


def test_a_study_as_a_job(new_server):
    server = new_server()
    images = objects.study()
    sent = stored(server, images)
    with Receiver([(CT, NATIVE)]) as receiver:
        add_peer(server, "target", "TARGET", receiver.port)
        run = server.command("send", "target", "--study", images[0].StudyInstanceUID)
        assert run.returncode == 0, run.stdout + run.stderr
        assert {u: b for u, (_, b) in receiver.objects.items()} == sent
        receiver.objects.clear()
        body = {"peer": "target", "study": images[0].StudyInstanceUID, "series": [images[0].SeriesInstanceUID]}
        answer = server.session.post(f"{server.http}/api/send", json=body)
        assert answer.status_code == 202 and answer.json()["job"] > 0, answer.text
        wait(lambda: len(receiver.objects) == 3)
    assert server.session.post(f"{server.http}/api/send", json={"peer": "nobody", "study": "1.2"}).status_code == 404
    assert server.session.post(f"{server.http}/api/send", json={"peer": "target", "study": "x"}).status_code == 400


def test_a_crash_does_not_send_twice(new_server):
    """Killed in the middle of a job and started again: the rest is sent, and nothing that was acknowledged."""
    server = new_server()
    images = objects.study(2, 20)
    sent = stored(server, images)

    def status(number, event):
        time.sleep(0.05)
        return 0

    with Receiver([(CT, NATIVE)], status=status) as receiver:
        add_peer(server, "target", "TARGET", receiver.port)
        run = server.command("send", "target", "--study", images[0].StudyInstanceUID, "--detach")
        assert run.returncode == 0, run.stdout + run.stderr
        wait(lambda: len(receiver.objects) >= 10)
        server.kill()
        time.sleep(0.2)
        known = acknowledged(server)
        before = len(receiver.order)
        server.start()
        wait(lambda: len(receiver.objects) == 40)
        assert not known & set(map(str, receiver.order[before:]))
        assert {u: b for u, (_, b) in receiver.objects.items()} == sent
        assert len(receiver.order) <= 41
    assert len(known) >= 9


def test_a_target_that_is_away_is_tried_again(new_server):
    server = new_server()
    images = objects.study(1, 3)
    stored(server, images)
    add_peer(server, "target", "TARGET", free_port())
    run = server.command("send", "target", "--study", images[0].StudyInstanceUID, "--detach", "--json")
    job = int(json.loads(run.stdout)["job"])
    wait(lambda: "refused" in (state(server, job)[1] or ""))
    assert state(server, job)[0] == "waiting"


def test_bandwidth(new_server):
    import numpy as np
    server = new_server()
    image = objects.image(np.zeros((1024, 1024), "<i2"))
    stored(server, [image])
    with Receiver([(CT, NATIVE)]) as receiver:
        add_peer(server, "slow", "SLOW", receiver.port, bandwidth=1_000_000)
        begin = time.monotonic()
        run = server.command("send", "slow", "--study", image.StudyInstanceUID)
        assert run.returncode == 0, run.stderr
        assert 1.8 < time.monotonic() - begin < 10 and len(receiver.objects) == 1


@pytest.mark.parametrize("dies", [False, True])
def test_a_window(new_server, dies):
    """Several outstanding where the peer grants it; what was outstanding when it went away is sent once more."""
    server = new_server()
    images = objects.study(2, 10)
    sent = stored(server, images)

    def status(number, event):
        time.sleep(0.02)
        return None if dies and number == 5 else 0

    with Receiver([(CT, NATIVE)], status=status, window=4) as receiver:
        add_peer(server, "window", "WINDOW", receiver.port, window=4)
        run = server.command("send", "window", "--study", images[0].StudyInstanceUID)
        assert run.returncode == 0, run.stdout + run.stderr + server.log[-2000:]
        assert {u: b for u, (_, b) in receiver.objects.items()} == sent
        assert receiver.associations == (2 if dies else 1)


def test_another_archive_is_asked_for_what_is_not_here(new_server):
    from peer.retrieve import identifier
    from test_get import get
    from test_move import move
    here, there = new_server(), new_server()
    a, b = objects.study(), objects.study()
    sent = {**stored(there, a), **stored(there, b)}
    add_peer(there, "here", "ISOCENTER", here.dimse, services=["retrieve"])
    (*_, (final, _)), got = get(here, identifier("STUDY", StudyInstanceUID=a[0].StudyInstanceUID))
    assert final.Status == 0 and not got  # nobody is marked
    add_peer(here, "there", "THERE", there.dimse, isFallback=True)
    with sqlite3.connect(here.folder / "index.sqlite", timeout=10) as db:
        db.execute("UPDATE peer SET ae_title = 'ISOCENTER', definition = replace(definition, 'THERE', 'ISOCENTER')")
    (*_, (final, _)), got = get(here, identifier("STUDY", StudyInstanceUID=a[0].StudyInstanceUID))
    assert final.Status == 0 and {u: d for u, (_, d) in got.items()} == {i.SOPInstanceUID: sent[i.SOPInstanceUID] for i in a}
    with Receiver([(CT, NATIVE)]) as receiver:
        add_peer(here, "receiver", "RECEIVER", receiver.port)
        *_, (final, _) = move(here, identifier("STUDY", StudyInstanceUID=b[0].StudyInstanceUID))
        assert final.Status == 0 and {u: d for u, (_, d) in receiver.objects.items()} == {i.SOPInstanceUID: sent[i.SOPInstanceUID] for i in b}
    assert len(here.search("instances", limit=100)) == 12


def state(server, job):
    with sqlite3.connect(server.folder / "index.sqlite", timeout=10) as db:
        return db.execute("SELECT state, message FROM job WHERE id = ?", (job,)).fetchone()


def acknowledged(server):
    with sqlite3.connect(server.folder / "index.sqlite", timeout=10) as db:
        return {row[0] for row in db.execute("SELECT sop_uid FROM send_acknowledged")}


def wait(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)
