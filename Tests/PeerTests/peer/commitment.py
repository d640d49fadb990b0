"""Storage commitment (PS3.4 Annex J) from both sides, by pynetdicom."""
import json
import queue
import sqlite3
import threading
import time
from contextlib import contextmanager

from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, generate_uid
from pynetdicom import AE, build_role, evt

PUSH_MODEL = "1.2.840.10008.1.20.1"
PUSH_INSTANCE = "1.2.840.10008.1.20.1.1"
SYNTAXES = [ExplicitVRLittleEndian, ImplicitVRLittleEndian]


def request(objects, transaction=None):
    """Action Information; objects: [(SOP class, SOP instance)]."""
    data = Dataset()
    data.TransactionUID = transaction or generate_uid()
    data.ReferencedSOPSequence = [reference(*o) for o in objects]
    return data


def reference(sop_class, sop_instance, reason=None):
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class, sop_instance
    if reason is not None:
        item.FailureReason = reason
    return item


class Report:
    """An N-EVENT-REPORT as a peer receives it."""

    def __init__(self, event):
        data = event.event_information
        self.type = event.event_type
        self.transaction = data.TransactionUID
        self.retrieve_title = data.get("RetrieveAETitle")
        self.committed = [i.ReferencedSOPInstanceUID for i in data.get("ReferencedSOPSequence", [])]
        self.failed = {i.ReferencedSOPInstanceUID: i.FailureReason for i in data.get("FailedSOPSequence", [])}


class Reports:
    """Takes reports and answers them with the next of the statuses, then with success."""

    def __init__(self, *statuses):
        self.queue, self.statuses = queue.Queue(), list(statuses)
        self.handlers = [(evt.EVT_N_EVENT_REPORT, self.take)]

    def take(self, event):
        report = Report(event)
        report.association = event.assoc
        status = self.statuses.pop(0) if self.statuses else 0x0000
        report.status = status
        self.queue.put(report)
        return status, None

    def next(self, timeout=20):
        try:
            return self.queue.get(timeout=timeout)
        except queue.Empty:
            raise AssertionError(f"no report within {timeout} s") from None


def entity(title):
    ae = AE(ae_title=title)
    ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = 30
    return ae


@contextmanager
def asking(port, reports=None, title="MODALITY"):
    """An association of a requester; it takes reports on it where `reports` is given."""
    ae = entity(title)
    ae.add_requested_context(PUSH_MODEL, SYNTAXES)
    assoc = ae.associate("127.0.0.1", port, ae_title="ISOCENTER", evt_handlers=reports.handlers if reports else [])
    assert assoc.is_established, "association refused"
    try:
        yield assoc
    finally:
        if assoc.is_established:
            assoc.release()


def ask(assoc, data, action=1, sop_class=PUSH_MODEL, instance=PUSH_INSTANCE):
    """N-ACTION; the status as a number, and the error comment."""
    status, _ = assoc.send_n_action(data, action, sop_class, instance, meta_uid=PUSH_MODEL if sop_class != PUSH_MODEL else None)
    return status.get("Status"), str(status.get("ErrorComment", "") or "")


@contextmanager
def listening(handlers, title="MODALITY", port=0, roles=True):
    """A peer that listens; the port. With roles it lets whoever calls it be the provider of storage commitment."""
    ae = entity(title)
    ae.add_supported_context(PUSH_MODEL, SYNTAXES, **({"scu_role": True, "scp_role": True} if roles else {}))
    ae.add_supported_context("1.2.840.10008.1.1")
    server = ae.start_server(("127.0.0.1", port), block=False, evt_handlers=handlers)
    try:
        yield server.socket.getsockname()[1]
    finally:
        server.shutdown()


class Provider:
    """A provider that answers requests by `status`, and reports as `answer` says:
    "same" association, "later" by a new one to `report_port`, or "never"."""

    def __init__(self, answer="same", status=0x0000, failed=(), report_port=None, title="VAULT", transaction=None):
        self.answer, self.status, self.failed, self.report_port, self.title = answer, status, set(failed), report_port, title
        self.transaction = transaction
        self.requests, self.report_statuses = queue.Queue(), queue.Queue()
        self.handlers = [(evt.EVT_N_ACTION, self.take)]

    def take(self, event):
        data = event.action_information
        data.caller = event.assoc.requestor.ae_title
        self.requests.put(data)
        if self.status == 0x0000 and self.answer == "same":
            threading.Thread(target=self.report, args=(data, event.assoc), daemon=True).start()
        if self.status == 0x0000 and self.answer == "later":
            threading.Thread(target=self.call, args=(data,), daemon=True).start()
        return self.status, None

    def report(self, data, assoc):
        time.sleep(0.1)  # After the response to the request.
        report = Dataset()
        report.TransactionUID = self.transaction or data.TransactionUID
        items = [(i.ReferencedSOPClassUID, i.ReferencedSOPInstanceUID) for i in data.ReferencedSOPSequence]
        bad = [reference(*i, reason=0x0112) for i in items if i[1] in self.failed]
        good = [reference(*i) for i in items if i[1] not in self.failed]
        if good:
            report.ReferencedSOPSequence = good
        if bad:
            report.FailedSOPSequence = bad
        status, _ = assoc.send_n_event_report(report, 2 if bad else 1, PUSH_MODEL, PUSH_INSTANCE)
        self.report_statuses.put(status.get("Status"))

    def call(self, data):
        ae = entity(self.title)
        ae.add_requested_context(PUSH_MODEL, SYNTAXES)
        assoc = ae.associate("127.0.0.1", self.report_port, ae_title="ISOCENTER",
                             ext_neg=[build_role(PUSH_MODEL, scu_role=False, scp_role=True)])
        if not assoc.is_established:
            self.report_statuses.put("refused")
            return
        self.report(data, assoc)
        assoc.release()


def add_peer(server, name, title, port=None, services=("store", "commit")):
    """Makes a peer known to a server."""
    definition = {"name": name, "aeTitle": title, "services": list(services)}
    if port is not None:
        definition |= {"host": "127.0.0.1", "port": port}
    with sqlite3.connect(server.folder / "index.sqlite", timeout=20) as database:
        database.execute("INSERT OR REPLACE INTO peer (name, ae_title, definition) VALUES (?, ?, ?)", (name, title, json.dumps(definition)))
    database.close()


def object_path(server, instance):
    """Where the bytes of an instance lie in the server's data folder."""
    database = sqlite3.connect(server.folder / "index.sqlite", timeout=20)
    name = database.execute("SELECT hex(object) FROM instance WHERE sop_uid = ?", (instance,)).fetchone()[0].lower()
    database.close()
    return server.folder / "objects" / name[:2] / name[2:4] / name


def api(server, path, method="GET"):
    answer = server.session.request(method, f"{server.http}/api/{path}", timeout=30)
    return answer.status_code, answer.json() if answer.content else None


def wait_for(what, condition, timeout=20):
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"{what}: not within {timeout} s")
