"""find, move, get, receive and echo against DCMTK and pynetdicom."""
import json
import os
import re
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pynetdicom import AE, evt
from pynetdicom.sop_class import (CTImageStorage, StudyRootQueryRetrieveInformationModelFind, StudyRootQueryRetrieveInformationModelGet,
                                  StudyRootQueryRetrieveInformationModelMove, Verification)

from peer import objects
from peer.dimse import DCMTK, dcmtk, needs_dcmtk
from peer.part10 import split
from peer.server import BINARY, ENVIRONMENT, isocenter


def free_port():
    import socket
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Receiver:
    """`isocenter receive` in a process of its own; `events` is what it said."""

    def __init__(self, *words):
        self.process = subprocess.Popen([BINARY, "receive", "--host", "127.0.0.1", "--json", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True, env=ENVIRONMENT)
        self.events = []
        first = json.loads(self.process.stdout.readline())
        assert first["event"] == "ready"
        self.port = first["port"]
        self.reader = threading.Thread(target=lambda: [self.events.append(json.loads(line)) for line in self.process.stdout], daemon=True)
        self.reader.start()

    def wait(self, event, count=1):
        end = time.monotonic() + 20
        while time.monotonic() < end:
            found = [e for e in self.events if e["event"] == event]
            if len(found) >= count:
                return found
            time.sleep(0.02)
        raise AssertionError(f"no {event}: {self.events}")

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(15) in (0, -signal.SIGINT)


@pytest.fixture
def receiver(request):
    made = []

    def make(*words):
        made.append(Receiver("--port", "0", *map(str, words)))
        return made[-1]

    yield make
    for one in made:
        if one.process.poll() is None:
            one.stop()


@pytest.fixture(scope="module")
def images():
    return objects.study(series=2, instances=3, PatientName="Curie^Marie", PatientID="SCU-1", StudyDate="20240105", Modality="CT",
                         AccessionNumber="A1", StudyDescription="Chest")


@pytest.fixture(scope="module")
def qrscp(tmp_path_factory, images):
    """DCMTK's archive with one study; (port, the port to which it sends as RECEIVER)."""
    folder = tmp_path_factory.mktemp("qrscp")
    store = folder / "db"
    store.mkdir()
    port, destination = free_port(), free_port()
    config = folder / "dcmqrscp.cfg"
    config.write_text(f"""NetworkTCPPort = {port}
MaxPDUSize = 16384
MaxAssociations = 16
HostTable BEGIN
receiver = (RECEIVER, 127.0.0.1, {destination})
HostTable END
VendorTable BEGIN
VendorTable END
AETable BEGIN
QRSCP {store} RW (200, 1024mb) ANY
AETable END
""")
    process = subprocess.Popen([f"{DCMTK}/dcmqrscp", "-c", config], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 15
        while dcmtk("echoscu", "-aec", "QRSCP", "127.0.0.1", port).returncode != 0:
            assert time.monotonic() < end
        files = tmp_path_factory.mktemp("files")
        for i, image in enumerate(images):
            (files / f"{i}.dcm").write_bytes(objects.file_bytes(image))
        sent = isocenter("send", f"QRSCP@127.0.0.1:{port}", str(files))
        assert sent.returncode == 0, sent.stderr
        yield port, destination
    finally:
        process.terminate()
        process.wait()


def lines(run):
    return [json.loads(line) for line in run.stdout.splitlines()]


# echo

@needs_dcmtk
def test_echo_says_what_the_peer_is(qrscp):
    run = isocenter("echo", f"QRSCP@127.0.0.1:{qrscp[0]}", "--count", "3", "--json")
    answer = json.loads(run.stdout)
    assert run.returncode == 0 and len(answer["milliseconds"]) == 3 and answer["implementationVersion"].startswith("OFFIS_DCMTK")
    assert answer["maximumLength"] == 16384


# find

@needs_dcmtk
def test_find_studies(qrscp, images):
    run = isocenter("find", f"QRSCP@127.0.0.1:{qrscp[0]}", "PatientID=SCU-1", "--json")
    assert run.returncode == 0, run.stderr
    study, = lines(run)
    assert study["0020000D"]["Value"] == [images[0].StudyInstanceUID] and study["00100010"]["Value"][0]["Alphabetic"] == "Curie^Marie"


@needs_dcmtk
@pytest.mark.parametrize("key", ["PatientName=Cur*", "00100010=Curie^Marie", "(0010,0010)=Curie?Marie", "0010,0020=SCU-1", "StudyDate=20240101-20240131"])
def test_keys_by_keyword_and_tag(qrscp, key):
    assert len(lines(isocenter("find", f"QRSCP@127.0.0.1:{qrscp[0]}", key, "--json"))) == 1
    assert lines(isocenter("find", f"QRSCP@127.0.0.1:{qrscp[0]}", key.split("=")[0] + "=nobody", "--json")) == [] or "Date" in key


@needs_dcmtk
@pytest.mark.parametrize("level, count", [("patient", 1), ("study", 1), ("series", 2), ("image", 6)])
def test_levels(qrscp, images, level, count):
    keys = {"patient": [], "study": [], "series": [f"StudyInstanceUID={images[0].StudyInstanceUID}"]}.get(level)
    if keys is None:
        found = 0
        for series in {i.SeriesInstanceUID for i in images}:
            run = isocenter("find", f"QRSCP@127.0.0.1:{qrscp[0]}", "--level", level, f"StudyInstanceUID={images[0].StudyInstanceUID}",
                            f"SeriesInstanceUID={series}", "--json")
            found += len(lines(run))
    else:
        found = len(lines(isocenter("find", f"QRSCP@127.0.0.1:{qrscp[0]}", "--level", level, *keys, "--json")))
    assert found == count


@needs_dcmtk
def test_the_table_for_people(qrscp, images):
    run = isocenter("find", f"QRSCP@127.0.0.1:{qrscp[0]}")
    head, rule, row = run.stdout.splitlines()
    assert head.startswith("PatientName") and set(rule) == {"─", " "} and images[0].StudyInstanceUID in row
    assert head.index("StudyInstanceUID") == row.index(images[0].StudyInstanceUID), "the columns do not stand under their heads"


@pytest.mark.parametrize("key, words", [("PatientNam=x", "PatientName"), ("StudyDate.AccessionNumber=1", "no sequence"), ("Nonsense=1", "no attribute"),
                                        ("RequestAttributesSequence=x", "no value of its own")])
def test_wrong_keys_are_named(key, words):
    run = isocenter("find", "127.0.0.1:1", key)
    assert run.returncode == 64 and words in run.stderr


class Answering:
    """A pynetdicom C-FIND provider that answers without end until it is cancelled, and keeps what was asked."""

    def __enter__(self):
        self.asked, self.cancelled = [], threading.Event()
        ae = AE(ae_title="ENDLESS")
        ae.add_supported_context(StudyRootQueryRetrieveInformationModelFind)
        ae.add_supported_context(Verification)

        def find(event):
            self.asked.append(event.identifier)
            for number in range(100_000):
                if event.is_cancelled:
                    self.cancelled.set()
                    yield 0xFE00, None
                    return
                answer = Dataset()
                answer.QueryRetrieveLevel = "STUDY"
                answer.StudyInstanceUID = f"1.2.{number}"
                answer.PatientName = "Evil\x1b[2J^Name"
                yield 0xFF00, answer
                time.sleep(0.005)
            yield 0x0000, None

        self.server = ae.start_server(("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_FIND, find)])
        self.port = self.server.socket.getsockname()[1]
        return self

    def __exit__(self, *_):
        self.server.shutdown()


def test_limit_cancels_and_sequences_are_asked_for():
    with Answering() as peer:
        run = isocenter("find", f"ENDLESS@127.0.0.1:{peer.port}", "RequestAttributesSequence.AccessionNumber=A7", "PatientName=Grün", "--limit", "3", "--json")
        assert run.returncode == 0, run.stderr
        assert len(lines(run)) == 3 and peer.cancelled.wait(5)
        asked = peer.asked[0]
        assert asked.RequestAttributesSequence[0].AccessionNumber == "A7" and asked.SpecificCharacterSet == "ISO_IR 192" and asked.PatientName == "Grün"


def test_an_answer_does_not_steer_the_terminal():
    with Answering() as peer:
        run = isocenter("find", f"ENDLESS@127.0.0.1:{peer.port}", "--limit", "2")
        assert "Evil" in run.stdout and "\x1b" not in run.stdout


def test_ctrl_c_cancels():
    with Answering() as peer:
        process = subprocess.Popen([BINARY, "find", f"ENDLESS@127.0.0.1:{peer.port}", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
        assert peer.cancelled.wait(5) and process.returncode == 0 and "stopped" in said


# move

@needs_dcmtk
def test_move(qrscp, images, receiver, tmp_path):
    arrived = receiver("--out", tmp_path / "arrived", "--port", qrscp[1])
    run = isocenter("move", f"QRSCP@127.0.0.1:{qrscp[0]}", "--to", "RECEIVER", f"StudyInstanceUID={images[0].StudyInstanceUID}", "--json")
    assert run.returncode == 0, run.stderr
    last = lines(run)[-1]
    assert last["completed"] == 6 and last["status"] == "0000"
    assert {e["sopInstance"] for e in arrived.wait("stored", 6)} == {i.SOPInstanceUID for i in images}


@needs_dcmtk
def test_move_to_a_destination_that_is_not_known(qrscp, images):
    run = isocenter("move", f"QRSCP@127.0.0.1:{qrscp[0]}", "--to", "NOWHERE", f"StudyInstanceUID={images[0].StudyInstanceUID}")
    assert run.returncode == 1 and "A801" in run.stderr and "There:" in run.stderr


@needs_dcmtk
def test_move_that_fails_in_part(qrscp, images, receiver):
    receiver("--fail-every", 2, "--port", qrscp[1])
    run = isocenter("move", f"QRSCP@127.0.0.1:{qrscp[0]}", "--to", "RECEIVER", f"StudyInstanceUID={images[0].StudyInstanceUID}", "--json")
    assert run.returncode == 1 and lines(run)[-1]["failed"] == 3, run.stdout


# get

@needs_dcmtk
def test_get_bit_for_bit(qrscp, images, tmp_path):
    run = isocenter("get", f"QRSCP@127.0.0.1:{qrscp[0]}", "--out", str(tmp_path), f"StudyInstanceUID={images[0].StudyInstanceUID}", "--json")
    assert run.returncode == 0, run.stderr
    assert lines(run)[-1]["received"] == 6
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(f"{i.SOPInstanceUID}.dcm" for i in images)
    for image in images:
        got = (tmp_path / f"{image.SOPInstanceUID}.dcm").read_bytes()
        assert dcmread(tmp_path / f"{image.SOPInstanceUID}.dcm").SOPInstanceUID == image.SOPInstanceUID
        assert split(got).data_set == split(objects.file_bytes(image)).data_set


def test_get_from_pynetdicom_with_a_name_that_is_a_path(images, tmp_path):
    """What the peer calls its objects does not choose where they are written."""
    ae = AE(ae_title="GETSCP")
    ae.add_supported_context(StudyRootQueryRetrieveInformationModelGet)
    ae.add_supported_context(CTImageStorage, scu_role=True, scp_role=True)

    def get(event):
        yield len(images)
        for image in images:
            yield 0xFF00, image

    server = ae.start_server(("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_GET, get)])
    try:
        port = server.socket.getsockname()[1]
        run = isocenter("get", f"GETSCP@127.0.0.1:{port}", "--out", str(tmp_path / "new"), f"StudyInstanceUID={images[0].StudyInstanceUID}", "--json")
        assert run.returncode == 0, run.stderr
        assert sorted(p.stem for p in (tmp_path / "new").iterdir()) == sorted(i.SOPInstanceUID for i in images)
    finally:
        server.shutdown()


# with our own archive

def test_with_our_own_archive(server, receiver, images, tmp_path):
    files = tmp_path / "files"
    files.mkdir()
    report = objects.image(sop_class="1.2.840.10008.5.1.4.1.1.88.22", modality="SR", study=images[0].StudyInstanceUID)
    for i, image in enumerate([*images, report]):
        (files / f"{i}.dcm").write_bytes(objects.file_bytes(image))
    peer = f"ISOCENTER@127.0.0.1:{server.dimse}"
    assert isocenter("send", peer, str(files)).returncode == 0
    study = f"StudyInstanceUID={images[0].StudyInstanceUID}"
    found = lines(isocenter("find", peer, study, "--json"))
    assert len(found) == 1 and found[0]["00201208"]["Value"] == [7]
    run = isocenter("get", peer, "--out", str(tmp_path / "got"), study, "--json")
    assert run.returncode == 0 and lines(run)[-1]["received"] == 7, run.stderr
    for image in images:
        assert split((tmp_path / "got" / f"{image.SOPInstanceUID}.dcm").read_bytes()).data_set == split(objects.file_bytes(image)).data_set
    one = receiver()
    name = f"SCU-RECEIVER-{one.port}"
    server.command("peers", "add", name, "--aet", "SCURECEIVER", "--host", "127.0.0.1", "--port", str(one.port), check=True)
    run = isocenter("move", peer, "--to", "SCURECEIVER", study, "--json")
    assert run.returncode == 0 and lines(run)[-1]["completed"] == 7, run.stdout + run.stderr
    assert len(one.wait("stored", 7)) == 7
    echo = server.command("echo", name, "--json")
    assert echo.returncode == 0 and json.loads(echo.stdout)["called"] == "SCURECEIVER"


# receive

@needs_dcmtk
def test_receive_from_dcmtk(receiver, images, tmp_path):
    files = tmp_path / "files"
    files.mkdir()
    for i, image in enumerate(images):
        (files / f"{i}.dcm").write_bytes(objects.file_bytes(image))
    one = receiver("--out", tmp_path / "arrived")
    assert dcmtk("echoscu", "127.0.0.1", one.port).returncode == 0
    assert dcmtk("dcmsend", "127.0.0.1", one.port, "+sd", files).returncode == 0
    got = sorted(split(p.read_bytes()).data_set for p in (tmp_path / "arrived").iterdir())
    assert got == sorted(split(objects.file_bytes(i)).data_set for i in images)
    end = one.wait("end", 2)[-1]
    assert end["objects"] == 6 and end["end"] == "released" and end["bytes"] > 0
    assert one.wait("association", 2)[-1]["implementation"].startswith("OFFIS_DCMTK")


def store(port, image, calling="PYNETDICOM"):
    ae = AE(ae_title=calling)
    ae.add_requested_context(CTImageStorage)
    association = ae.associate("127.0.0.1", port)
    if not association.is_established:
        return None
    try:
        if not association.accepted_contexts:
            return "no context"
        return association.send_c_store(image).Status
    finally:
        association.release()


@pytest.mark.parametrize("rules, answer", [
    ([], 0x0000), (["--refuse", "association"], None), (["--refuse", "caller=PYNETDICOM"], None), (["--refuse", "object"], 0xA700), (["--refuse", "object=C123"], 0xC123),
    (["--fail-every", "1"], 0xA700),
])
def test_what_a_receiver_refuses(receiver, images, rules, answer):
    assert store(receiver(*rules).port, images[0]) == answer


def test_a_receiver_refuses_a_class(receiver, images):
    ae = AE()
    ae.add_requested_context(CTImageStorage)
    ae.add_requested_context(Verification)
    association = ae.associate("127.0.0.1", receiver("--refuse", "class=CTImageStorage").port)
    assert [c.abstract_syntax for c in association.accepted_contexts] == [Verification]
    association.release()


def test_a_slow_receiver(receiver, images):
    one = receiver("--delay", 300)
    begin = time.monotonic()
    assert store(one.port, images[0]) == 0 and time.monotonic() - begin >= 0.3


def test_receive_says_what_comes_to_people(images):
    process = subprocess.Popen([BINARY, "receive", "--host", "127.0.0.1", "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=ENVIRONMENT)
    port = int(re.fullmatch(r"ready dimse=(\d+)\n", process.stdout.readline()).group(1))
    assert store(port, images[0]) == 0
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=15)[0]
    assert "PYNETDICOM at 127.0.0.1" in said and "CT Image Storage" in said and "1 objects" in said and "MB/s" in said
