"""The DICOM port under a crowd: connections beyond the limits are told or closed, and who is served does not notice."""
import resource
import socket
import statistics
import time

import pytest

from peer import objects, wire
from peer.dimse import SUCCESS
from peer.part10 import split

CONTEXTS = {1: (objects.CT, [wire.EXPLICIT]), 3: (wire.VERIFICATION, [wire.IMPLICIT])}


@pytest.fixture(scope="module", autouse=True)
def many_descriptors():
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    yield before[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def descriptors(server):
    import os
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


def resident(server):
    from pathlib import Path
    return int(next(line.split()[1] for line in Path(f"/proc/{server.process.pid}/status").read_text().splitlines() if line.startswith("VmRSS"))) << 10


def echo_times(peer, count=40):
    times = []
    for _ in range(count):
        began = time.perf_counter()
        assert peer.echo(3) == SUCCESS
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def test_ten_thousand_idle_connections(new_server, many_descriptors):
    """They are refused or closed; an association that stands, and one made meanwhile from those the limit leaves, are served as before."""
    count = min(10_000, many_descriptors - 500)
    server = new_server("--set", "dimse.artimTimeout=3", "--set", "dimse.maxAssociations=100", "--set", "dimse.maxAssociationsPerPeer=60")
    with wire.Association(server.dimse, CONTEXTS) as peer:
        before, files, memory = echo_times(peer), descriptors(server), resident(server)
        crowd = []
        try:
            for _ in range(count):
                idle = socket.socket()
                idle.settimeout(10)
                idle.connect(("127.0.0.1", server.dimse))
                crowd.append(idle)
            during = echo_times(peer)
            assert descriptors(server) - files < 300, "every idle connection keeps a descriptor"
            assert resident(server) - memory < 64 << 20
            # A tenth of a millisecond is the scheduler's.
            assert during < before * 3 + 0.002, f"echo took {before * 1000:.2f} ms, then {during * 1000:.2f} ms"
            image = split(objects.file_bytes(objects.image()))
            assert peer.store(1, image.sop_class, image.sop_instance, image.data_set) == SUCCESS
        finally:
            for idle in crowd:
                idle.close()
    # Once they are gone a new caller is served again.
    deadline = time.monotonic() + 10
    while True:
        try:
            with wire.Association(server.dimse, CONTEXTS) as peer:
                assert peer.echo(3) == SUCCESS
                break
        except (wire.Rejected, wire.Closed, ConnectionError):
            assert time.monotonic() < deadline, "no association after the crowd had left"
            time.sleep(0.1)


def test_two_hundred_associations_at_once(new_server):
    """All of them are served, each in its turn and all together; the one beyond is told that it is one too many."""
    server = new_server("--set", "dimse.maxAssociationsPerPeer=200")
    peers = [wire.Association(server.dimse, CONTEXTS, calling=f"PEER{n}") for n in range(200)]
    try:
        with pytest.raises(wire.Rejected) as refused:
            wire.Association(server.dimse, CONTEXTS)
        assert refused.value.args[0] == (2, 3, 2)  # transient, presentation related, local limit exceeded
        files = [split(objects.file_bytes(objects.image())) for _ in peers]
        for peer, file in zip(peers, files):
            peer.send(peer.store_bytes(1, file.sop_class, file.sop_instance, file.data_set))
        assert [peer.status() for peer in peers] == [SUCCESS] * 200
        for peer in peers:
            assert peer.echo(3) == SUCCESS
    finally:
        for peer in peers:
            peer.release()
    assert len(server.search("instances", limit=300)) == 200


def test_a_slow_crowd_does_not_hold_up_a_sender(new_server):
    """Fifty callers in the middle of an object, silent: another's objects are stored as quickly as without them."""
    server = new_server("--set", "dimse.maxAssociationsPerPeer=100")
    files = [split(objects.file_bytes(objects.image(objects.ramp(256, 256)))) for _ in range(40)]

    def seconds(peer, part):
        began = time.perf_counter()
        for file in part:
            assert peer.store(1, file.sop_class, file.sop_instance, file.data_set) == SUCCESS
        return time.perf_counter() - began

    with wire.Association(server.dimse, CONTEXTS) as peer:
        alone = seconds(peer, files[:20])
        slow = [wire.Association(server.dimse, CONTEXTS) for _ in range(50)]
        for other in slow:
            one = split(objects.file_bytes(objects.image()))
            other.send(other.store_bytes(1, one.sop_class, one.sop_instance, one.data_set)[:2000])
        crowded = seconds(peer, files[20:])
        for other in slow:
            other.close()
    assert crowded < alone * 3 + 0.5, f"{alone:.2f} s alone, {crowded:.2f} s beside fifty slow callers"
