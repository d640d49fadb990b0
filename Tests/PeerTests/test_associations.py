"""The log of associations: what an administrator reads after a peer has failed."""
import json
import subprocess
import time

import pytest
import requests
from pynetdicom import AE
from pynetdicom.sop_class import CTImageStorage, Verification

from peer import objects
from peer.dimse import send
from peer.server import Server


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("associations"), "--set", "dimse.loopbackPeers=false", "--set", "dimse.peers=CT1",
                    "--set", "dimse.checkCalledAET=true").start().add_administrator()
    yield server
    assert server.alive and server.stop() == 0


def associate(server, calling="CT1", called="ISOCENTER", context=Verification, syntaxes=None):
    ae = AE(ae_title=calling)
    ae.add_requested_context(context, syntaxes)
    association = ae.associate("127.0.0.1", server.dimse, ae_title=called)
    if association.is_established:
        if context == Verification:
            assert association.send_c_echo().Status == 0
        association.release()
    return association


def newest(server, **keys):
    """The log is written a moment after the end: asked again until it is there."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        answer = server.session.get(f"{server.http}/api/associations", params={"limit": 1, **keys}, timeout=10)
        assert answer.status_code == 200, answer.text
        found = answer.json()["associations"]
        if found:
            return found[0]
        time.sleep(0.05)
    raise AssertionError("nothing in the log")


def test_a_good_association(archive):
    associate(archive)
    entry = newest(archive, peer="CT1")
    assert entry["end"] == "released" and not entry["failed"] and "remedy" not in entry
    assert entry["implementationVersion"].startswith("PYNETDICOM") and entry["contextsAccepted"] == 1
    whole = archive.session.get(f"{archive.http}/api/associations/{entry['id']}", timeout=10).json()
    assert whole["contexts"][0]["name"] == "Verification SOP Class" and whole["contexts"][0]["result"] == "accepted"


def test_an_unknown_caller_is_named_with_the_command_that_adds_it(archive):
    for _ in range(3):
        associate(archive, calling="NEWCT")
    entry = newest(archive, peer="NEWCT", failed="true")
    assert "NEWCT" in entry["summary"] and "isocenter peers add NEWCT --aet NEWCT --host 127.0.0.1" in entry["remedy"]
    end = time.monotonic() + 10
    while newest(archive, peer="NEWCT")["times"] < 3:
        assert time.monotonic() < end
    assert newest(archive, peer="NEWCT")["times"] == 3


def test_a_wrong_called_title(archive):
    associate(archive, called="OLDPACS")
    end = time.monotonic() + 10
    while "OLDPACS" not in newest(archive, peer="CT1")["summary"]:
        assert time.monotonic() < end, newest(archive, peer="CT1")
    assert newest(archive, peer="CT1")["failed"]


def test_a_browser_on_the_dicom_port(archive):
    with pytest.raises(requests.RequestException):
        requests.get(f"http://127.0.0.1:{archive.dimse}/", timeout=5).raise_for_status()
    end = time.monotonic() + 10
    while newest(archive, failed="true")["end"] != "foreignProtocol":
        assert time.monotonic() < end
    assert "HTTP" in newest(archive, failed="true")["summary"]


def test_only_for_administrators(archive):
    assert requests.get(f"{archive.http}/api/associations", timeout=5).status_code == 401


@pytest.mark.parametrize("keys", [{"limit": "x"}, {"limit": "0"}, {"before": "-1"}])
def test_wrong_questions(archive, keys):
    assert archive.session.get(f"{archive.http}/api/associations", params=keys, timeout=10).status_code == 400


def test_the_command_beside_the_server(archive):
    associate(archive)
    newest(archive, peer="CT1")
    run = archive.command("associations", "list", "--peer", "CT1", "--json")
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert run.returncode == 0 and lines and all(line["title"] == "CT1" for line in lines)
    run = archive.command("associations", "show", str(lines[-1]["id"]))
    assert run.returncode == 0 and "Verification SOP Class" in run.stdout
