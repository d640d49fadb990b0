"""SIGKILL at random moments under eight sending associations: nothing acknowledged is lost, nothing partial is seen.

ISOCENTER_KILL_ROUNDS sets the number of rounds (100), ISOCENTER_SEED the randomness.
"""
import hashlib
import os
import random
import threading
import time

import pytest

from peer import objects, web, wire
from peer.part10 import split
from peer.server import BINARY, Server

ROUNDS = int(os.environ.get("ISOCENTER_KILL_ROUNDS", "100"))
SEED = int(os.environ.get("ISOCENTER_SEED") or random.SystemRandom().randrange(1 << 32))
SENDERS = 8
RESTART = 2.0 if "/release/" in BINARY else 10.0  # seconds; the debug build starts slower
SIZES = (64, 128, 256, 512)


class Sender(threading.Thread):
    """One association after the other; writes down what was acknowledged only after the answer has come."""

    def __init__(self, number, rounds_seed, journal):
        super().__init__(daemon=True)
        self.number, self.random, self.journal = number, random.Random(rounds_seed), journal
        self.stop_now = threading.Event()

    def point_at(self, port):
        self.port = port

    def run(self):
        while not self.stop_now.is_set():
            try:
                self.send_some()
            except (OSError, wire.Closed, wire.Aborted, wire.Rejected):
                time.sleep(0.01)

    def send_some(self):
        with wire.Association(self.port, {1: (objects.CT, [wire.EXPLICIT])}, calling=f"SENDER{self.number}", timeout=10) as peer:
            while not self.stop_now.is_set():
                identity, data = make(self.random)
                self.journal.attempted[identity.instance] = identity
                if peer.store(1, objects.CT, identity.instance, data) == 0:
                    self.journal.acknowledged[identity.instance] = identity


class Identity:
    def __init__(self, study, series, instance, digest):
        self.study, self.series, self.instance, self.digest = study, series, instance, digest
        self.checked = False


class Journal:
    def __init__(self):
        self.acknowledged, self.attempted = {}, {}


TEMPLATES = {}


def make(chance):
    """A data set with fresh UIDs and random pixels: a template's bytes with its UIDs (all of one length) replaced."""
    size = chance.choice(SIZES)
    if size not in TEMPLATES:
        names = [f"1.2.826.0.1.3680043.10.1511.{n}{'0' * 19}" for n in (1, 2, 3)]
        image = objects.image(objects.ramp(size, size), study=names[0], series=names[1], SOPInstanceUID=names[2], FrameOfReferenceUID=None)
        TEMPLATES[size] = split(objects.file_bytes(image)).data_set, names
    data, names = TEMPLATES[size]
    fresh = [f"1.2.826.0.1.3680043.10.1511.{n}{chance.randrange(10 ** 18, 10 ** 19)}" for n in (1, 2, 3)]
    for old, new in zip(names, fresh):
        data = data.replace(old.encode(), new.encode())
    data = data[:-2 * size * size] + chance.randbytes(2 * size * size)
    return Identity(*fresh, hashlib.sha256(data).hexdigest()), data


def retrieved(server, identity):
    answer = server.get("studies", identity.study, "series", identity.series, "instances", identity.instance, accept=web.ANY_SYNTAX)
    if answer.status_code != 200:
        return None
    return hashlib.sha256(split(web.parts(answer)[0][1]).data_set).hexdigest()


def listed(server):
    """Every SOP Instance UID a search shows, page by page."""
    found, offset = set(), 0
    while True:
        page = server.search("instances", limit=500, offset=offset)
        found |= {web.value(i, "00080018") for i in page}
        offset += len(page)
        if not page:
            return found


def test_nothing_acknowledged_is_lost(tmp_path):
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    server = Server(tmp_path / "data").start().add_administrator()
    journal, starts = Journal(), []
    for number in range(ROUNDS):
        senders = [Sender(n, chance.random(), journal) for n in range(SENDERS)]
        for sender in senders:
            sender.point_at(server.dimse)
            sender.start()
        time.sleep(chance.uniform(0.02, 0.6))  # the random moment: the only sleep that decides nothing
        server.kill()
        for sender in senders:
            sender.stop_now.set()
        for sender in senders:
            sender.join(15)
        server.start(timeout=60)
        starts.append(server.seconds_to_ready)
        where = f"round {number}, seed {SEED}"
        lost = [i.instance for i in journal.acknowledged.values() if not i.checked and retrieved(server, i) != i.digest]
        assert not lost, f"{where}: {len(lost)} acknowledged objects are lost or changed, e.g. {lost[0]}\n{server.log[-2000:]}"
        for identity in journal.acknowledged.values():
            identity.checked = True
        for identity in [i for i in journal.attempted.values() if i.instance not in journal.acknowledged]:
            # Sent but never acknowledged: whole or absent, in search and retrieve alike.
            seen = bool(server.search("instances", SOPInstanceUID=identity.instance))
            digest = retrieved(server, identity)
            assert digest == (identity.digest if seen else None), f"{where}: {identity.instance} is partly there"
        journal.attempted = {}
        assert server.seconds_to_ready < RESTART, f"{where}: {server.seconds_to_ready:.1f} s to ready"
    print(f"{ROUNDS} kills, {len(journal.acknowledged)} acknowledged, start {min(starts):.2f} to {max(starts):.2f} s")
    assert len(journal.acknowledged) > ROUNDS, "hardly anything was sent: this proves nothing"

    # At the end, all of it once more, and the archive's own check.
    missing = set(journal.acknowledged) - listed(server)
    assert not missing, f"{len(missing)} acknowledged objects are not listed, seed {SEED}"
    changed = [i for i in journal.acknowledged.values() if retrieved(server, i) != i.digest]
    assert not changed, f"{len(changed)} objects changed since they were checked, seed {SEED}"
    assert server.stop() == 0
    assert not server.incoming, "what was cut off stays behind"
    verified = server.command("verify", timeout=600)
    assert verified.returncode == 0, verified.stdout + verified.stderr
