"""Storage commitment (PS3.4 Annex J) against pynetdicom, in both roles: what is promised is true, and the promise arrives."""
import json
import os
import threading
import time

import pytest

from pydicom.uid import generate_uid
from pynetdicom import build_role

from peer import objects
from peer.commitment import (PUSH_INSTANCE, PUSH_MODEL, SYNTAXES, Provider, Reports, add_peer, api, ask, asking, entity, listening,
                             object_path, reference, request, wait_for)
from peer.dimse import send
from peer.server import isocenter


def stored(server, count=1):
    """Images that the server has: [(SOP class, SOP instance)]."""
    images = [objects.image() for _ in range(count)]
    assert send(server.dimse, images) == [0x0000] * count
    return [(str(i.SOPClassUID), str(i.SOPInstanceUID)) for i in images]


def title():
    """An AE title that no other test uses."""
    return f"M{generate_uid()[-12:]}"


def commitment(server, transaction):
    status, body = api(server, f"commitments/{transaction}")
    return body["commitments"][0] if status == 200 else None


# Provider

def test_the_report_comes_on_the_association_that_stands(server):
    held, reports = stored(server, 3), Reports()
    with asking(server.dimse, reports) as assoc:
        data = request(held)
        assert ask(assoc, data) == (0x0000, "")
        report = reports.next()
        assert report.association is assoc
    assert report.type == 1 and report.transaction == data.TransactionUID
    assert sorted(report.committed) == sorted(i for _, i in held) and report.failed == {}
    assert report.retrieve_title == "ISOCENTER"
    known = wait_for("reported", lambda: (c := commitment(server, data.TransactionUID)) and c["state"] == "reported" and c)
    assert known["role"] == "provider" and known["committed"] == 3 and known["failed"] == 0
    assert {i["result"] for i in known["instances"]} == {"committed"}


def test_what_is_not_here_and_what_is_of_another_class_is_refused(server):
    [held], reports = stored(server), Reports()
    missing, other = (objects.CT, objects.uid()), (objects.SC, held[1])
    with asking(server.dimse, reports) as assoc:
        assert ask(assoc, request([held, missing]))[0] == 0x0000
        report = reports.next()
        assert report.type == 2 and report.committed == [held[1]] and report.failed == {missing[1]: 0x0112}
        assert ask(assoc, request([other]))[0] == 0x0000
        report = reports.next()
        assert report.type == 2 and report.committed == [] and report.failed == {held[1]: 0x0119}


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    overwrite(path, data)


def cut(path):
    overwrite(path, path.read_bytes()[:-1])


def overwrite(path, data):
    path.chmod(0o600)
    path.write_bytes(data)


def test_what_was_damaged_on_the_disk_is_never_promised(server):
    held, reports = stored(server, 12), Reports()
    damage = {0: flip, 3: cut, 6: os.remove, 9: flip}
    for index, change in damage.items():
        change(object_path(server, held[index][1]))
    mark = len(server.lines)
    with asking(server.dimse, reports) as assoc:
        assert ask(assoc, request(held))[0] == 0x0000
        report = reports.next()
    assert report.failed == {held[index][1]: 0x0110 for index in damage}
    assert sorted(report.committed) == sorted(i for n, (_, i) in enumerate(held) if n not in damage)
    for index in damage:
        server.wait_for_log(f"{held[index][1]}.*refused", since=mark)


def test_the_report_comes_on_an_association_of_ours_when_the_requester_has_gone(server):
    name, reports = title(), Reports()
    held = stored(server, 2)
    with listening(reports.handlers, name) as port:
        add_peer(server, name, name, port)
        with asking(server.dimse, title=name) as assoc:
            data = request(held)
            assert ask(assoc, data)[0] == 0x0000
        report = reports.next()
        assert report.transaction == data.TransactionUID and len(report.committed) == 2
        # We call as provider, by the title that was called.
        requestor = report.association.requestor
        assert requestor.ae_title == "ISOCENTER"
        assert (requestor.role_selection[PUSH_MODEL].scp_role, requestor.role_selection[PUSH_MODEL].scu_role) == (True, False)


def test_a_peer_that_knows_no_roles_gets_its_report(server):
    name, reports = title(), Reports()
    [held] = stored(server)
    with listening(reports.handlers, name, roles=False) as port:
        add_peer(server, name, name, port)
        with asking(server.dimse, title=name) as assoc:
            assert ask(assoc, request([held]))[0] == 0x0000
        assert reports.next().committed == [held[1]]


def job_of(server, transaction):
    _, job = api(server, f"jobs/{commitment(server, transaction)['job']}")
    return job


def test_a_report_that_finds_nobody_waits_and_arrives(server):
    name, reports = title(), Reports(0x0110)
    [held] = stored(server)
    with listening([], name) as port:
        pass  # The port is free again.
    add_peer(server, name, name, port)
    with asking(server.dimse, title=name) as assoc:
        data = request([held])
        assert ask(assoc, data)[0] == 0x0000
    job = wait_for("a failed attempt", lambda: (j := job_of(server, data.TransactionUID))["attempts"] == 1 and j["state"] == "waiting" and j)
    assert "connect" in job["message"] and job["due"] > job["created"]
    assert commitment(server, data.TransactionUID)["state"] == "reporting"
    with listening(reports.handlers, name, port=port):
        server.command("jobs", "retry", job["id"], check=True)
        assert reports.next().status == 0x0110
        # It was not taken: it is made again.
        wait_for("another attempt to come", lambda: job_of(server, data.TransactionUID)["state"] == "waiting")
        assert api(server, f"jobs/{job['id']}/retry", "POST")[0] == 200
        report = reports.next()
    assert report.status == 0x0000 and report.committed == [held[1]]
    wait_for("reported", lambda: commitment(server, data.TransactionUID)["state"] == "reported")
    assert api(server, f"jobs/{job['id']}/retry", "POST")[0] == 409
    assert api(server, f"jobs/{job['id']}", "DELETE")[0] == 204
    assert api(server, f"jobs/{job['id']}")[0] == 404


def test_a_requester_without_address_is_told_of_and_its_job_cancelled(server):
    name = title()
    [held] = stored(server)
    with asking(server.dimse, title=name) as assoc:
        data = request([held])
        assert ask(assoc, data)[0] == 0x0000
    job = wait_for("an attempt", lambda: (j := job_of(server, data.TransactionUID))["attempts"] == 1 and j["state"] == "waiting" and j)
    assert name in job["message"] and "host and port" in job["message"]
    status, body = api(server, f"jobs/{job['id']}/cancel", "POST")
    assert status == 200 and body["state"] == "cancelled"
    assert api(server, f"jobs/{job['id']}/cancel", "POST")[0] == 409
    assert commitment(server, data.TransactionUID)["state"] == "failed"


def test_the_same_request_once_more_gets_the_same_result(server):
    [held], reports = stored(server), Reports()
    data = request([held, (objects.CT, objects.uid())])
    with asking(server.dimse, reports) as assoc:
        assert ask(assoc, data)[0] == 0x0000
        first = reports.next()
        wait_for("reported", lambda: commitment(server, data.TransactionUID)["state"] == "reported")
        assert ask(assoc, data)[0] == 0x0000
        again = reports.next()
        assert (again.type, again.committed, again.failed) == (first.type, first.committed, first.failed)
        status, words = ask(assoc, request([held], data.TransactionUID))
        assert status == 0x0131 and words
    assert reports.queue.empty()


@pytest.mark.parametrize("change, status", [
    ("no transaction", 0x0115), ("no references", 0x0115), ("an item without instance", 0x0115), ("another action", 0x0123), ("another instance", 0x0112),
])
def test_a_request_that_is_none_is_refused_with_words(server, change, status):
    data = request([(objects.CT, objects.uid())])
    with asking(server.dimse) as assoc:
        words = {}
        if change == "no transaction":
            del data.TransactionUID
        elif change == "no references":
            data.ReferencedSOPSequence = []
        elif change == "an item without instance":
            del data.ReferencedSOPSequence[0].ReferencedSOPInstanceUID
        elif change == "another action":
            words = {"action": 2}
        else:
            words = {"instance": "1.2.3"}
        answered, comment = ask(assoc, data, **words)
    assert answered == status and comment


def test_a_peer_that_may_not_ask_is_refused(new_server):
    server = new_server("--set", "dimse.loopbackPeers=false")
    add_peer(server, "store only", "STOREONLY", services=["store"])
    # Its context is refused; where it offers to report, as whoever was asked by us does, it may still not ask.
    ae = entity("STOREONLY")
    ae.add_requested_context(PUSH_MODEL, SYNTAXES)
    assert not ae.associate("127.0.0.1", server.dimse, ae_title="ISOCENTER").is_established
    assoc = ae.associate("127.0.0.1", server.dimse, ae_title="ISOCENTER", ext_neg=[build_role(PUSH_MODEL, scu_role=True, scp_role=True)])
    assert assoc.is_established
    assert not assoc.accepted_contexts[0].as_scu
    assoc.abort()



def test_the_report_survives_a_crash(new_server):
    server = new_server()
    reports = Reports()
    held = stored(server, 3)
    with listening(reports.handlers, "MODALITY") as port:
        add_peer(server, "modality", "MODALITY", port)
        ae = entity("MODALITY")
        ae.add_requested_context(PUSH_MODEL, SYNTAXES)
        assoc = ae.associate("127.0.0.1", server.dimse, ae_title="ISOCENTER")
        data = request(held)
        # While it stands nothing is sent for half a second: the crash comes between request and report.
        assert ask(assoc, data)[0] == 0x0000
        server.kill()
        assert reports.queue.empty()
        server.start()
        report = reports.next()
    assert report.transaction == data.TransactionUID and len(report.committed) == 3


# User

def ask_archive(server, peer, *words):
    """`isocenter commit` of archive content; the transaction UIDs."""
    return server.command("commit", peer, *words, check=True).stdout.split()


def archived(server, count=2):
    study = objects.uid()
    images = [objects.image(study=study) for _ in range(count)]
    assert send(server.dimse, images) == [0x0000] * count
    return study, [str(i.SOPInstanceUID) for i in images]


def answered(server, transaction):
    return wait_for("the answer", lambda: (c := commitment(server, transaction)) and c["state"] == "answered" and c)


def test_we_ask_and_take_the_report_on_our_association(server):
    name = title()
    study, instances = archived(server, 3)
    provider = Provider(failed=[instances[1]], title=name)
    with listening(provider.handlers, name) as port:
        add_peer(server, name, name, port)
        [transaction] = ask_archive(server, name, "--study", study)
        asked = provider.requests.get(timeout=20)
        assert asked.TransactionUID == transaction and asked.caller == "ISOCENTER"
        assert [i.ReferencedSOPInstanceUID for i in asked.ReferencedSOPSequence] == instances
        assert provider.report_statuses.get(timeout=20) == 0x0000
    known = answered(server, transaction)
    assert (known["committed"], known["failed"]) == (2, 1)
    assert [i["result"] for i in known["instances"]] == ["committed", "failed", "committed"]
    assert known["instances"][1]["reason"] == "0112" and known["instances"][1]["words"] == "no such object"
    shown = server.command("commit", "--show", transaction)
    assert shown.returncode == 1 and f"{instances[1]}\tfailed: no such object" in shown.stdout and f"{instances[0]}\tcommitted" in shown.stdout
    listed = json.loads(server.command("commit", "--list", "--json", check=True).stdout)
    assert any(c["transactionUID"] == transaction and c["state"] == "answered" for c in listed)


def test_we_take_the_report_on_an_association_of_the_peer(new_server):
    server = new_server("--set", "commitment.wait=0", "--set", "dimse.loopbackPeers=false", "--set", "dimse.peers=PYNETDICOM")
    study, instances = archived(server)
    provider = Provider("later", report_port=server.dimse)
    with listening(provider.handlers, "VAULT") as port:
        # That it may not ask us does not keep it from answering.
        add_peer(server, "vault", "VAULT", port, services=["store"])
        [transaction] = ask_archive(server, "vault", "--instance", instances[0])
        assert provider.report_statuses.get(timeout=20) == 0x0000
    known = answered(server, transaction)
    assert known["instances"][0]["sopInstanceUID"] == instances[0] and known["committed"] == 1


def test_a_report_of_what_was_not_asked_is_refused(server):
    name = title()
    study, _ = archived(server)
    provider = Provider(title=name, transaction=generate_uid())
    with listening(provider.handlers, name) as port:
        add_peer(server, name, name, port)
        [transaction] = ask_archive(server, name, "--study", study)
        assert provider.report_statuses.get(timeout=20) == 0x0115
        # Nor may another peer answer in its place.
        liar = Provider("later", report_port=server.dimse, title=title(), transaction=transaction)
        liar.call(provider.requests.get(timeout=5))
        assert liar.report_statuses.get(timeout=20) == 0x0115
        assert commitment(server, transaction)["state"] == "pending"


def test_a_peer_that_refuses_says_why(server):
    name = title()
    study, _ = archived(server)
    provider = Provider(status=0x0124)
    with listening(provider.handlers, name) as port:
        add_peer(server, name, name, port)
        [transaction] = ask_archive(server, name, "--study", study)
        known = wait_for("refused", lambda: (c := commitment(server, transaction)) and c["state"] == "failed" and c)
    assert "0124H" in known["message"]


def test_a_peer_that_is_down_is_asked_when_it_is_up(server):
    name = title()
    study, _ = archived(server)
    with listening([], name) as port:
        pass
    add_peer(server, name, name, port)
    [transaction] = ask_archive(server, name, "--study", study)
    job = wait_for("an attempt", lambda: (j := job_of(server, transaction))["attempts"] == 1 and j["state"] == "waiting" and j)
    assert commitment(server, transaction)["state"] == "asking"
    provider = Provider()
    with listening(provider.handlers, name, port=port):
        server.command("jobs", "retry", job["id"], check=True)
        answered(server, transaction)
    jobs = json.loads(server.command("jobs", "list", "--kind", "commitment.request", "--json", check=True).stdout)
    assert next(j for j in jobs if j["id"] == job["id"])["state"] == "done"


# The command with files

@pytest.fixture
def files(scratch):
    images = [objects.image() for _ in range(3)]
    for index, image in enumerate(images):
        image.save_as(scratch / f"{index}.dcm", enforce_file_format=True)
    return scratch, [str(i.SOPInstanceUID) for i in images]


def test_the_command_asks_for_files_and_waits(files):
    folder, instances = files
    provider = Provider(failed=[instances[2]])
    with listening(provider.handlers, "VAULT") as port:
        result = isocenter("commit", f"VAULT@127.0.0.1:{port}", folder, "--wait", "20")
        assert result.returncode == 1 and "committed 2, failed 1, without an answer 0" in result.stdout
        assert f"{instances[2]}\tfailed: no such object" in result.stdout
        provider.failed = set()
        result = isocenter("commit", f"VAULT@127.0.0.1:{port}", folder, "--json")
        assert result.returncode == 0
        assert {i["sopInstanceUID"]: i["result"] for i in json.loads(result.stdout)} == dict.fromkeys(instances, "committed")


def test_the_command_takes_the_report_on_a_port(files):
    folder, _ = files
    with listening([], "ISOCENTER") as own:
        pass
    provider = Provider("later", report_port=own)
    with listening(provider.handlers, "VAULT") as port:
        result = isocenter("commit", f"VAULT@127.0.0.1:{port}", folder, "--port", own, "--wait", "20")
    assert result.returncode == 0 and "committed 3" in result.stdout, result.stdout + result.stderr
    assert provider.report_statuses.get(timeout=5) == 0x0000


def test_the_command_says_that_no_answer_came(files):
    folder, _ = files
    with listening(Provider("never").handlers, "VAULT") as port:
        begun = time.monotonic()
        result = isocenter("commit", f"VAULT@127.0.0.1:{port}", folder, "--wait", "1")
        assert result.returncode == 1 and "without an answer 3" in result.stdout
        assert time.monotonic() - begun < 15
    with listening(Provider(status=0x0110).handlers, "VAULT") as port:
        result = isocenter("commit", f"VAULT@127.0.0.1:{port}", folder)
        assert result.returncode == 1 and "0110H" in result.stderr


def test_between_two_of_us(new_server, server):
    """The server asks another Isocenter, and reports to it as it reports to others."""
    other = new_server("--aet", "SECOND", "--set", "commitment.wait=0")
    study, instances = archived(server)
    assert server.command("send", f"SECOND@127.0.0.1:{other.dimse}", object_path(server, instances[0])).returncode == 0
    add_peer(server, "second", "SECOND", other.dimse)
    add_peer(other, "first", "ISOCENTER", server.dimse)
    [transaction] = ask_archive(server, "second", "--study", study)
    known = answered(server, transaction)
    assert {i["sopInstanceUID"]: i["result"] for i in known["instances"]} == {instances[0]: "committed", instances[1]: "failed"}
