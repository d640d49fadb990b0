"""Full disk, read-only folder, two servers in one folder: clear words, and nothing lost."""
import contextlib
import os
import subprocess
import time

import pytest

from peer import objects, web, wire
from peer.dimse import SUCCESS
from peer.part10 import split
from peer.server import DidNotStart, Server, isocenter

root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root for mount")


@contextlib.contextmanager
def mounted(folder, options):
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, text=True)
    if made.returncode != 0:
        pytest.skip(f"no tmpfs here: {made.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def big(n):
    """About 1 MiB that does not compress."""
    image = objects.image(objects.ramp(720, 720))
    image.PixelData = os.urandom(720 * 720 * 2)
    return image, split(objects.file_bytes(image))


@root
def test_full_disk(tmp_path):
    with mounted(tmp_path / "small", "size=16m") as disk:
        server = Server(disk / "data", env={"ISOCENTER_STORAGE_RESERVE": "0"}).start().add_administrator()
        try:
            kept, status = [], SUCCESS
            with wire.Association(server.dimse, {1: (objects.CT, [wire.EXPLICIT]), 3: (wire.VERIFICATION, [wire.IMPLICIT])}) as peer:
                for n in range(40):
                    image, file = big(n)
                    status = peer.store(1, file.sop_class, file.sop_instance, file.data_set)
                    if status != SUCCESS:
                        break
                    kept.append((image, file))
                assert status >> 8 == 0xA7, f"{status:04X}H where out of resources is A7xxH (PS3.4 B.2.3)"
                assert peer.comment, "no error comment"
                assert peer.echo(3) == SUCCESS, "the association does not survive"
            assert len(kept) >= 3
            server.wait_for_log(r"no space|full|space left|ENOSPC")
            body = web.store(server, [objects.file_bytes(big(99)[0])])
            assert body.status_code in (409, 503, 507), f"{body.status_code} {body.text[:300]}"

            def check(image, file):
                answer = server.get("studies", image.StudyInstanceUID, accept=web.ANY_SYNTAX)
                assert answer.status_code == 200, answer.text[:300]
                assert split(web.parts(answer)[0][1]).data_set == file.data_set

            for one in kept:
                check(*one)
            assert server.search("instances", SOPInstanceUID=image.SOPInstanceUID) == [], "a refused object is visible"

            # Space returns: it works again without a restart.
            subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
            end = time.monotonic() + 10
            while True:
                with wire.Association(server.dimse, {1: (objects.CT, [wire.EXPLICIT])}) as peer:
                    status = peer.store(1, file.sop_class, file.sop_instance, file.data_set)
                if status == SUCCESS or time.monotonic() > end:
                    break
                time.sleep(0.2)
            assert status == SUCCESS, f"{status:04X}H with space again"
            for one in [*kept, (image, file)]:
                check(*one)
            assert server.stop() == 0
            # Nothing of the refused attempts is left over.
            assert not server.incoming
        finally:
            if server.alive:
                server.kill()


@root
def test_space_held_in_reserve(tmp_path):
    """Before the disk is full nothing new is accepted: the index and the log still have room (2 % of the volume here)."""
    with mounted(tmp_path / "small", "size=64m") as disk:
        server = Server(disk / "data").start().add_administrator()
        try:
            with wire.Association(server.dimse, {1: (objects.CT, [wire.EXPLICIT])}) as peer:
                for n in range(80):
                    image, file = big(n)
                    status = peer.store(1, file.sop_class, file.sop_instance, file.data_set)
                    if status != SUCCESS:
                        break
            assert status >> 8 == 0xA7 and peer.comment, f"{status:04X}H {peer.comment}"
            free = os.statvfs(disk)
            # The last one was begun while as much was free, and took its own place and its rows' in the index and its log.
            taken = len(file.data_set) + (256 << 10)
            assert free.f_bavail * free.f_frsize > 0.02 * 64 * (1 << 20) - taken
            assert len(server.search("instances", limit=100)) == n
        finally:
            assert server.stop() == 0


@root
def test_read_only_data_folder(tmp_path):
    with mounted(tmp_path / "readonly", "size=16m") as disk:
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        with pytest.raises(DidNotStart) as refusal:
            Server(disk / "data").start()
        said = str(refusal.value)
        assert "exit status 0" not in said
        assert "read-only" in said.lower() or "permission" in said.lower() or "cannot" in said.lower(), said
        assert str(disk) in said, f"the message does not name the folder: {said}"
        assert "Fatal error" not in said


@root
def test_data_folder_that_becomes_read_only(tmp_path):
    with mounted(tmp_path / "turning", "size=32m") as disk:
        server = Server(disk / "data", env={"ISOCENTER_STORAGE_RESERVE": "0"}).start().add_administrator()
        try:
            before, first = big(0)
            contexts = {1: (objects.CT, [wire.EXPLICIT])}
            with wire.Association(server.dimse, contexts) as peer:
                assert peer.store(1, first.sop_class, first.sop_instance, first.data_set) == SUCCESS
            # A bind of the folder on itself can be made read-only while files in it are open for writing.
            subprocess.run(["mount", "--bind", disk, disk], check=True)
            try:
                changed = subprocess.run(["mount", "-o", "remount,ro,bind", disk], capture_output=True, text=True)
                after, second = big(1)
                with wire.Association(server.dimse, contexts) as peer:
                    status = peer.store(1, second.sop_class, second.sop_instance, second.data_set)
                if changed.returncode != 0:
                    pytest.skip(changed.stderr.strip())
            finally:
                subprocess.run(["umount", "-l", disk], check=True)
            assert status == SUCCESS or status >> 8 == 0xA7 or status >> 12 == 0xC or status == 0x0110, f"{status:04X}H"
            if status == SUCCESS:
                assert server.search("instances", SOPInstanceUID=after.SOPInstanceUID)
            answer = server.get("studies", before.StudyInstanceUID, accept=web.ANY_SYNTAX)
            assert split(web.parts(answer)[0][1]).data_set == first.data_set
        finally:
            if server.alive:
                server.stop()


def test_data_folder_that_is_a_file(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(DidNotStart) as refusal:
        Server(tmp_path / "file").start()
    assert str(tmp_path / "file") in str(refusal.value) and "exit status 0" not in str(refusal.value)


def test_second_server_in_the_same_folder(new_server):
    first = new_server()
    with pytest.raises(DidNotStart) as refusal:
        Server(first.folder).start()
    said = str(refusal.value)
    assert "exit status 0" not in said and "Fatal error" not in said
    assert str(first.folder) in said and any(word in said.lower() for word in ("in use", "another", "already", "lock")), said
    assert first.get("studies").status_code in (200, 204), "the first server suffers"


def test_a_killed_server_leaves_no_lock(new_server):
    server = new_server()
    server.kill()
    server.start()
    assert server.get("studies").status_code in (200, 204)


def test_port_that_is_taken(new_server, tmp_path):
    first = new_server()
    run = isocenter("serve", "--data", tmp_path / "other", "--http-port", first.http.rsplit(":", 1)[1], "--dimse-port", "0", timeout=30)
    said = run.stdout + run.stderr
    assert run.returncode != 0
    assert first.http.rsplit(":", 1)[1] in said and "ready http" not in said, said
    run = isocenter("serve", "--data", tmp_path / "other", "--http-port", "0", "--dimse-port", first.dimse, timeout=30)
    assert run.returncode != 0 and str(first.dimse) in run.stdout + run.stderr


def test_sigterm_in_the_middle_of_a_transfer(new_server):
    server = new_server()
    image, file = big(0)
    with wire.Association(server.dimse, {1: (objects.CT, [wire.EXPLICIT])}) as peer:
        request = peer.store_bytes(1, file.sop_class, file.sop_instance, file.data_set)
        peer.send(request[:len(request) // 2])
        assert server.stop(timeout=30) == 0
    server.start()
    assert server.search("instances", SOPInstanceUID=image.SOPInstanceUID) == []


def test_a_damaged_object_is_not_served(new_server):
    server = new_server()
    image, file = big(0)
    with wire.Association(server.dimse, {1: (objects.CT, [wire.EXPLICIT])}) as peer:
        assert peer.store(1, file.sop_class, file.sop_instance, file.data_set) == SUCCESS
    [blob] = [p for p in (server.folder / "objects").rglob("*") if p.is_file()]
    blob.chmod(0o644)
    with open(blob, "r+b") as stream:
        stream.seek(blob.stat().st_size // 2)
        byte = stream.read(1)
        stream.seek(-1, os.SEEK_CUR)
        stream.write(bytes([byte[0] ^ 1]))
    try:
        answer = server.get("studies", image.StudyInstanceUID, accept=web.ANY_SYNTAX)
        whole = answer.status_code == 200 and bool(web.parts(answer))
    except Exception:
        whole = False  # the transfer was broken off: also an answer
    assert not whole, "bytes that do not match their hash were delivered as good"
    server.wait_for_log(r"hash|damaged|corrupt|integrity")


def test_empty_start_and_end(new_server):
    server = new_server()
    assert server.search("studies") == []
    assert server.stop() == 0
    assert {p.name for p in server.folder.iterdir()} <= {"index.sqlite", "index.sqlite-wal", "index.sqlite-shm", "objects", "incoming", "keys"}
