"""Mixed load for a while, clients killed at random: no growth of memory, descriptors, threads or associations, nothing acknowledged lost.

ISOCENTER_SOAK_SECONDS sets how long (30; before a release 1800), ISOCENTER_SEED the randomness. What was measured is printed at the end.
"""
import json
import multiprocessing
import os
import random
import re
import signal
import struct
import time
from pathlib import Path

import pytest
import requests

from peer import objects, wire
from peer.dimse import DCMTK, needs_dcmtk
from peer.part10 import split
from peer.server import Server

SECONDS = int(os.environ.get("ISOCENTER_SOAK_SECONDS", "30"))
SEED = int(os.environ.get("ISOCENTER_SEED") or random.SystemRandom().randrange(1 << 32))
CLIENTS = 6
CT = {1: (objects.CT, [wire.EXPLICIT]), 3: (wire.VERIFICATION, [wire.IMPLICIT])}


# MARK: What clients do. Each runs in a process of its own, which is killed at any moment.

def storing(dimse, _http, _token, journal, chance):
    with wire.Association(dimse, CT, calling="SOAK") as peer, open(journal, "a") as written:
        for _ in range(chance.randrange(1, 200)):
            file = split(objects.file_bytes(objects.image(objects.ramp(chance.choice((16, 64, 256)), 64))))
            if peer.store(1, file.sop_class, file.sop_instance, file.data_set) == 0:
                written.write(f"{file.sop_instance}\n")
                written.flush()
        peer.release()


def half_an_object(dimse, _http, _token, _journal, chance):
    for _ in range(20):
        with wire.Association(dimse, CT, calling="SOAK") as peer:
            file = split(objects.file_bytes(objects.image(objects.ramp(256, 256))))
            data = peer.store_bytes(1, file.sop_class, file.sop_instance, file.data_set)
            peer.send(data[:chance.randrange(len(data))])
            if chance.random() < 0.5:  # RST
                peer.socket.setsockopt(__import__("socket").SOL_SOCKET, __import__("socket").SO_LINGER, struct.pack("ii", 1, 0))


def echoing(dimse, _http, _token, _journal, chance):
    for _ in range(50):
        with wire.Association(dimse, CT, calling="SOAK") as peer:
            peer.echo(3)
            peer.release() if chance.random() < 0.7 else peer.abort()


def searching(dimse, http, token, _journal, chance):
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {token}"
    for _ in range(30):
        studies = session.get(f"{http}/dicom-web/studies", params={"limit": 20}, headers={"Accept": "application/dicom+json"}, timeout=20)
        for study in studies.json()[:3] if studies.status_code == 200 else []:
            uid = study["0020000D"]["Value"][0]
            with session.get(f"{http}/dicom-web/studies/{uid}", headers={"Accept": 'multipart/related; type="application/dicom"'}, stream=True, timeout=20) as answer:
                for n, _ in enumerate(answer.iter_content(65536)):
                    if chance.random() < 0.05:
                        break


def dcmtk(program, *words):
    def run(dimse, _http, _token, _journal, _chance):
        os.chdir(os.environ["SOAK_SCRATCH"])
        os.execv(f"{DCMTK}/{program}", [program, "-aet", "SOAK", "-aec", "ISOCENTER", "127.0.0.1", str(dimse), *words])
    return run


WORK = [storing, storing, storing, half_an_object, echoing, searching,
        dcmtk("findscu", "-S", "-k", "QueryRetrieveLevel=STUDY", "-k", "PatientName=*", "-k", "StudyInstanceUID"),
        dcmtk("getscu", "-S", "-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID=1.2.3.4")]


def client(dimse, http, token, journal, seed, kinds):
    chance = random.Random(seed)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, 1)
    os.dup2(devnull, 2)
    while True:
        try:
            chance.choice([WORK[n] for n in kinds])(dimse, http, token, journal, chance)
        except Exception:  # The server may say no, or close: that is load too.
            time.sleep(0.05)


# MARK: What is watched

def state(server):
    process = Path(f"/proc/{server.process.pid}")
    status = process.joinpath("status").read_text()
    targets = [_target(entry) for entry in process.joinpath("fd").iterdir() if os.path.islink(entry)]
    spare = sum("/incoming/" in target and target.endswith(".part") for target in targets)  # files held ready for objects that come
    return {"resident": int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) << 10, "descriptors": len(targets) - spare, "spare": spare,
            "sockets": sum(target.startswith("socket:") for target in targets), "threads": int(re.search(r"Threads:\s+(\d+)", status).group(1))}


def _target(entry):
    try:
        return os.readlink(entry)
    except OSError:
        return ""


def at_rest(server):
    """The state once nobody calls any more: the server has noticed that everyone is gone."""
    last = state(server)
    for _ in range(100):
        time.sleep(0.2)
        now = state(server)
        if now["sockets"] == last["sockets"] and now["descriptors"] == last["descriptors"] and now["resident"] <= last["resident"]:
            return now
        last = now
    return last


def load(server, seconds, journal, chance):
    """Clients for so long, killed and replaced at random."""
    context = multiprocessing.get_context("fork")
    kinds = list(range(len(WORK)))

    def start():
        process = context.Process(target=client, args=(server.dimse, server.http, server.token, journal, chance.randrange(1 << 30), kinds), daemon=True)
        process.start()
        return process

    clients, killed = [start() for _ in range(CLIENTS)], 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(chance.uniform(0.05, 0.5))
        place = chance.randrange(CLIENTS)
        clients[place].kill()
        clients[place].join()
        clients[place] = start()
        killed += 1
    for process in clients:
        process.kill()
        process.join()
    return killed


@needs_dcmtk
def test_soak(tmp_path):
    chance = random.Random(SEED)
    journal = str(tmp_path / "acknowledged")
    Path(journal).touch()
    os.environ["SOAK_SCRATCH"] = str(tmp_path)
    server = Server(tmp_path / "data", "--set", "dimse.maxAssociationsPerPeer=60").start().add_administrator()
    try:
        load(server, max(5, SECONDS // 6), journal, chance)
        warm = at_rest(server)
        samples, killed = [warm], 0
        for _ in range(3):
            killed += load(server, max(5, SECONDS * 5 // 18), journal, chance)
            samples.append(at_rest(server))
        print(json.dumps({"seed": SEED, "seconds": SECONDS, "clients killed": killed, "at rest": samples,
                          "peak": server.peak_memory, "acknowledged": len(Path(journal).read_text().split())}))
        assert server.alive
        last = samples[-1]
        assert last["sockets"] <= warm["sockets"] + 2, samples
        assert last["spare"] < 100, samples
        assert last["descriptors"] <= warm["descriptors"] + 12, samples  # connections of the database come as they are needed
        assert last["threads"] <= warm["threads"] + 4, samples
        # The allocator keeps what it once had: growth that goes on is a leak, a step is not.
        growth = last["resident"] - samples[1]["resident"]
        assert growth < 24 << 20, samples
        # Every answer of Success was true.
        acknowledged = set(Path(journal).read_text().split())
        chosen = acknowledged if len(acknowledged) < 400 else chance.sample(sorted(acknowledged), 400)
        missing = [uid for uid in chosen if not server.search("instances", SOPInstanceUID=uid)]
        assert not missing, f"{len(missing)} acknowledged objects are not found"
        server.settled()
        assert server.incoming == []
    finally:
        assert server.stop() == 0, server.log[-3000:]
