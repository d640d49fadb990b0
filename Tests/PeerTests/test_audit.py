"""The audit trail: what peers and browsers do becomes the messages of PS3.15 A.5.3, bound in a chain, kept through a crash, sent to syslog."""
import os
import random
import sqlite3
import subprocess
import threading
import time
import xml.etree.ElementTree as ET

import pytest
from pynetdicom import AE

from peer import audit, dimse, objects, web
from peer.audit import APPLICATION, DESTINATION, SOURCE, of
from peer.certificates import Authority
from peer.objects import CT
from peer.retrieve import NATIVE, Receiver, STUDY_ROOT_GET, add_peer, free_port, identifier, requestor, responses
from test_get import get
from test_move import move, stored

STUDY_ROOT_FIND = "1.2.840.10008.5.1.4.1.2.2.1"
HOST = "127.0.0.1"


def find(server, calling="PYNETDICOM", **keys):
    assoc = requestor(server.dimse, [STUDY_ROOT_FIND], calling=calling)
    try:
        return responses(assoc.send_c_find(identifier("STUDY", **keys), STUDY_ROOT_FIND))
    finally:
        assoc.release()


def verified(server, *words):
    return server.command("audit", "verify", *words)


def test_what_dicom_nodes_do(new_server):
    server = new_server()
    images = objects.study(PatientID="P-17", PatientName="Müller^Änne")
    study = images[0].StudyInstanceUID
    stored(server, images)
    stored(server, images[:2])
    find(server, PatientID="P-17")
    get(server, identifier("STUDY", StudyInstanceUID=study))
    with Receiver([(CT, NATIVE)]) as receiver:
        add_peer(server, "receiver", "RECEIVER", receiver.port)
        move(server, identifier("STUDY", StudyInstanceUID=study))
    move(server, identifier("STUDY", StudyInstanceUID=study), to="NOBODY")
    found = audit.messages(server)
    name = ("P-17", "Müller^Änne")

    start, attach = found[0], found[1]
    assert start.event == audit.EVENTS["application start"] and start.role(APPLICATION)[0] == "ISOCENTER"
    assert attach.event == audit.EVENTS["attach"] and attach.role(APPLICATION)

    received, = of(found, "instances received", study)
    assert received.patient == name and received.classes == {CT: 6} and received.outcome == "0"
    assert received.role(SOURCE) == ("PYNETDICOM", True, HOST) and received.role(DESTINATION)[:2] == ("ISOCENTER", False)
    # What was here already is told as read by us: the receiver held it (Table A.5.3.7-1).
    again, = [one for one in of(found, "instances sent", study) if one.role(DESTINATION)[0] == "ISOCENTER"]
    assert again.classes == {CT: 2} and again.role(SOURCE)[0] == "PYNETDICOM"

    query, = of(found, "query")
    assert query.role(SOURCE) == ("PYNETDICOM", True, HOST) and query.role(DESTINATION)[0] == "ISOCENTER"
    assert "PatientID=P-17" in query.query and query.objects("110181")[0].get("ParticipantObjectID") == STUDY_ROOT_FIND

    to_itself, to_other = of(found, "begin transferring", study)
    assert to_itself.role(SOURCE)[0] == "ISOCENTER" and to_itself.role(DESTINATION)[0] == "PYNETDICOM"
    assert to_other.role(DESTINATION)[0] == "RECEIVER" and to_other.users == {"ISOCENTER", "RECEIVER", "PYNETDICOM"}
    assert to_other.patient == to_itself.patient == name
    got, moved = [one for one in of(found, "instances sent", study) if one.role(SOURCE)[0] == "ISOCENTER"]
    assert got.classes == moved.classes == {CT: 6} and moved.role(DESTINATION)[0] == "RECEIVER" and got.outcome == moved.outcome == "0"

    refused, = of(found, "restricted function")
    assert refused.outcome == "4" and "NOBODY" in refused.words and "PYNETDICOM" in refused.users
    ended = [one.event for one in found].index(received.event)
    assert ended < [one.event for one in found].index(query.event), "a record stands before what it followed"
    assert verified(server).returncode == 0


def test_who_is_not_let_in(new_server):
    server = new_server("--set", "dimse.loopbackPeers=false")
    ae = AE(ae_title="STRANGER")
    ae.add_requested_context(CT)
    assert not ae.associate(HOST, server.dimse).is_established
    wrong = server.session
    wrong.headers.pop("Authorization")
    assert wrong.get(server.url("studies"), auth=("nightingale", "lamp")).status_code == 401
    server.command("users", "add", "mary", stdin="wonderful-adventures-1857\n", check=True)
    assert wrong.get(f"{server.http}/api/audit", auth=("mary", "wonderful-adventures-1857")).status_code == 403
    page = wrong
    assert page.post(f"{server.http}/api/session", json={"name": "mary", "password": "hospital"}).status_code == 401
    assert page.post(f"{server.http}/api/session", json={"name": "mary", "password": "wonderful-adventures-1857"}).ok
    assert page.delete(f"{server.http}/api/session").ok
    found = audit.messages(server)
    node, = of(found, "node authentication")
    assert node.users == {"ISOCENTER", "STRANGER"} and node.outcome == "4"
    logins = [(one.participants[0].get("UserID"), one.outcome) for one in of(found, "login")]
    assert logins == [("nightingale", "4"), ("mary", "4"), ("mary", "0")]
    assert [one.participants[0].get("UserID") for one in of(found, "logout")] == ["mary"]
    refused, = of(found, "restricted function")
    assert "mary" in refused.users and refused.outcome == "4"


def test_what_the_web_does(new_server):
    server = new_server()
    images = objects.study(series=1, instances=2, PatientID="P-18")
    study = images[0].StudyInstanceUID
    assert web.store(server, [objects.file_bytes(i) for i in images]).status_code == 200
    user, path = "nightingale", ("studies", study)
    assert server.search("studies", PatientID="P-18")
    for _ in range(3):
        assert server.get(*path, "metadata").ok
        assert server.get(*path, "series", images[0].SeriesInstanceUID, "instances", images[0].SOPInstanceUID, "frames", "1").ok
    assert server.get(*path, accept=web.ANY_SYNTAX).ok
    assert server.get(*path, accept="application/zip").ok
    assert server.get("studies", "1.2.3.4.5", "metadata").status_code == 404
    assert server.session.put(f"{server.http}/api/peers/ws", json={"aeTitle": "WS"}).ok
    assert server.session.delete(server.url(*path, "series", images[0].SeriesInstanceUID)).ok
    found = audit.messages(server)
    received, = of(found, "instances received", study)
    assert received.role(SOURCE)[0] == user and received.classes == {CT: 2}
    query, = of(found, "query")
    assert query.query == "PatientID=P-18" and query.role(SOURCE) == (user, True, HOST)
    # However often it was read: one event within five minutes.
    accessed, = [one for one in of(found, "instances accessed", study) if one.outcome == "0"]
    assert accessed.users == {user} and accessed.patient[0] == "P-18"
    hidden, = of(found, "instances accessed", "1.2.3.4.5")
    assert hidden.outcome == "4" and user in hidden.users
    sent, = of(found, "instances sent", study)
    assert sent.role(DESTINATION)[0] == user and sent.role(SOURCE)[0] == "ISOCENTER"
    exported, = of(found, "export", study)
    assert user in exported.users
    changed, = of(found, "network configuration")
    assert user in changed.users
    deleted, = of(found, "instances deleted", study)
    assert user in deleted.users and deleted.patient[0] == "P-18"
    # "Who saw this patient", and the look at the trail is in it.
    who = audit.records(server, patient="P-18", access="true")
    assert {one["kind"] for one in who} == {"accessed", "sent", "exported", "received", "instancesDeleted"}
    assert len(of(audit.messages(server), "audit log used")) >= 2
    first = audit.records(server, limit=2)
    page = server.session.get(f"{server.http}/api/audit", params={"limit": 2}).json()
    later = audit.records(server, limit=2, before=page["next"])
    assert [one["sequence"] for one in page["records"] + later] == list(range(page["records"][0]["sequence"], page["records"][0]["sequence"] - 4, -1)) and first
    assert server.session.get(f"{server.http}/api/audit", params={"kind": "dance"}).status_code == 400
    lines = server.session.get(f"{server.http}/api/audit/export", params={"format": "csv"}).text.splitlines()
    assert lines[0].startswith("sequence,time,event") and len(lines) > 10
    listed = server.command("audit", "list", "--patient", "P-18", "--access", check=True).stdout.splitlines()
    assert len(listed) == len(who)


def tampered(server, sql, *words):
    """What `audit verify` says after this."""
    database = sqlite3.connect(server.folder / "index.sqlite")
    with database:
        database.executescript(sql)
    database.close()
    run = verified(server, *words)
    return run.returncode, run.stderr


def test_whoever_changes_it_is_found(new_server):
    server = new_server()
    stored(server, objects.study())
    server.stop()
    whole = verified(server)
    assert whole.returncode == 0 and "2 noted heads" in whole.stdout, whole.stdout + whole.stderr
    last = int(whole.stdout.split()[1])
    keep = sqlite3.connect(server.folder / "index.sqlite").execute("SELECT * FROM audit_record WHERE sequence = 3").fetchone()
    code, said = tampered(server, "UPDATE audit_record SET ae_title = 'CT9' WHERE sequence = 3")
    assert code == 1 and "record 3 is not as it was written" in said
    code, said = tampered(server, f"UPDATE audit_record SET ae_title = '{keep[6]}' WHERE sequence = 3")
    assert code == 0, said
    # Cut off, and the head with it: what was noted outside the database finds it.
    code, said = tampered(server, f"""DELETE FROM audit_record WHERE sequence > 3;
        UPDATE audit_head SET sequence = 3, hash = (SELECT hash FROM audit_record WHERE sequence = 3)""")
    assert code == 1 and str(last) in said


def test_killed_between(new_server):
    """Ended at any moment: as many instances are told as are there."""
    server = new_server()
    chance = random.Random(5)
    for _ in range(2):
        stop = threading.Event()

        def send():
            while not stop.is_set():
                try:
                    dimse.send(server.dimse, objects.study(series=1, instances=8))
                except (OSError, AssertionError, RuntimeError, ConnectionError):
                    return

        senders = [threading.Thread(target=send, daemon=True) for _ in range(3)]
        for one in senders:
            one.start()
        stop.wait(chance.uniform(0.3, 1.2))
        server.kill()
        stop.set()
        # Those who still wait for an answer of the dead one are left to it: the next one listens elsewhere.
        server.start()
    told = sum(one.get("instances", 0) for one in audit.records(server, kind="received", limit=500) if one["outcome"] == 0)
    here = server.session.get(f"{server.http}/api/info").json()["instances"]
    assert told == here > 0
    assert verified(server).returncode == 0


# Syslog

RSYSLOG = "/usr/sbin/rsyslogd"
needs_rsyslog = pytest.mark.skipif(not os.access(RSYSLOG, os.X_OK) or not any(os.path.exists(f"/usr/lib/{arch}/rsyslog/lmnsd_gtls.so") for arch in os.listdir("/usr/lib")),
                                   reason="rsyslog with GnuTLS is not installed (rsyslog-gnutls)")


class Rsyslog:
    """rsyslog on a port of its own with TLS; each message is a line of `lines`."""

    def __init__(self, folder, port, authority, pair):
        folder.mkdir(exist_ok=True)
        self.output, self.process = folder / "messages", None
        self.configuration = folder / "rsyslog.conf"
        self.configuration.write_text(f"""
            global(workDirectory="{folder}" maxMessageSize="64k" defaultNetstreamDriver="gtls" defaultNetstreamDriverCAFile="{authority.certificate}"
                   defaultNetstreamDriverCertFile="{pair[0]}" defaultNetstreamDriverKeyFile="{pair[1]}")
            module(load="imtcp" streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="anon")
            template(name="line" type="string" string="%pri%|%app-name%|%msgid%|%structured-data%|%msg%\\n")
            input(type="imtcp" address="127.0.0.1" port="{port}")
            action(type="omfile" file="{self.output}" template="line")
            """)
        self.folder = folder

    def start(self):
        self.process = subprocess.Popen([RSYSLOG, "-n", "-f", self.configuration, "-i", self.folder / "pid"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return self

    def stop(self):
        self.process.terminate()
        self.process.wait(10)

    def wait_for(self, found, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            lines = [line.split("|", 4) for line in self.output.read_text(errors="replace").splitlines()] if self.output.exists() else []
            if found(lines):
                return lines
            time.sleep(0.05)
        raise AssertionError(f"not arrived: {lines[-3:]}")


@needs_rsyslog
def test_syslog_over_tls(new_server, tmp_path):
    authority = Authority(tmp_path)
    port = free_port()
    receiver = Rsyslog(tmp_path / "rsyslog", port, authority, authority.issue("receiver")).start()
    server = new_server("--set", f"audit.syslog.receivers=tls://localhost:{port}", "--set", f"audit.syslog.authorities={authority.certificate}")
    try:
        images = objects.study(series=1, instances=1)
        stored(server, images)
        get(server, identifier("STUDY", StudyInstanceUID=images[0].StudyInstanceUID))
        lines = receiver.wait_for(lambda lines: any("110104" in line[4] for line in lines))
        # Severity 5 of facility 10, the name of the message, and the message itself (PS3.15 A.6).
        assert all(line[:3] == ["85", "isocenter", "DICOM+RFC3881"] for line in lines)
        start = audit.Message(ET.fromstring(lines[0][4].lstrip(" \ufeff")))
        assert start.event == audit.EVENTS["application start"]
        # While nobody receives, the trail grows; the server ends and begins anew meanwhile.
        receiver.stop()
        find(server, PatientID="while nobody listens")
        server.kill()
        server.start()
        find(server, PatientID="after the crash")
        receiver.start()

        def all_there(lines):
            numbers = [int(line[3].split('"')[1]) for line in lines]
            return numbers and max(numbers) >= audit.records(server, kind="query", limit=1)[0]["sequence"]

        lines = receiver.wait_for(all_there, 60)
        numbers = [int(line[3].split('"')[1]) for line in lines]
        seen = list(dict.fromkeys(numbers))
        # None is missing and none comes before another; only what was sent last before an end may come twice.
        assert seen == list(range(seen[0], seen[-1] + 1))
        assert "notice" in server.wait_for_log("audit", timeout=5)
    finally:
        receiver.stop()
