"""Destinations and requestors of C-MOVE and C-GET."""
import json
import socket
import sqlite3
import subprocess
import threading
import time
from contextlib import contextmanager

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import AE, build_role, evt

from .dimse import DCMTK, dcmtk
from .part10 import split

PATIENT_ROOT_MOVE, PATIENT_ROOT_GET = "1.2.840.10008.5.1.4.1.2.1.2", "1.2.840.10008.5.1.4.1.2.1.3"
STUDY_ROOT_MOVE, STUDY_ROOT_GET = "1.2.840.10008.5.1.4.1.2.2.2", "1.2.840.10008.5.1.4.1.2.2.3"
PATIENT_STUDY_MOVE, PATIENT_STUDY_GET = "1.2.840.10008.5.1.4.1.2.3.2", "1.2.840.10008.5.1.4.1.2.3.3"
INSTANCE_ROOT_MOVE, INSTANCE_ROOT_GET = "1.2.840.10008.5.1.4.1.2.4.2", "1.2.840.10008.5.1.4.1.2.4.3"
WITHOUT_BULK_DATA = "1.2.840.10008.5.1.4.1.2.5.3"
NATIVE = [ExplicitVRLittleEndian, ImplicitVRLittleEndian]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def add_peer(server, name, aet, port, **fields):
    """Makes a peer known to a running server."""
    definition = {"name": name, "aeTitle": aet, "host": "127.0.0.1", "port": port, **fields}
    with sqlite3.connect(server.folder / "index.sqlite", timeout=10) as db:
        db.execute("INSERT OR REPLACE INTO peer (name, ae_title, definition) VALUES (?, ?, ?)", (name, aet, json.dumps(definition)))
    db.close()


@contextmanager
def storescp(folder, *flags, aet="STORESCP"):
    """DCMTK's storescp, which writes what it receives bit for bit; its port."""
    port = free_port()
    process = subprocess.Popen([f"{DCMTK}/storescp", "-aet", aet, "+B", "-od", str(folder), *flags, str(port)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 20
        while dcmtk("echoscu", "-aec", aet, "127.0.0.1", port).returncode != 0:
            assert time.monotonic() < end
        yield port
    finally:
        process.terminate()
        process.wait()


class Receiver:
    """A storage provider of pynetdicom: what it received, by SOP Instance UID, as (context, bytes of the data set)."""

    def __init__(self, contexts, status=lambda number, event: 0x0000, aet="RECEIVER", window=None):
        self.objects, self.order, self.requests, self.associations = {}, [], [], 0
        self.lock = threading.Lock()
        self.status = status
        ae = AE(ae_title=aet)
        ae.maximum_associations = 20
        for abstract, syntaxes in contexts:
            ae.add_supported_context(abstract, syntaxes)
        self.server = ae.start_server(("127.0.0.1", 0), block=False, evt_handlers=[
            (evt.EVT_C_STORE, self.stored), (evt.EVT_ACCEPTED, self.accepted),
            *([(evt.EVT_ASYNC_OPS, lambda event: (event.nr_invoked if window > event.nr_invoked else window, 1))] if window else [])])
        self.port = self.server.socket.getsockname()[1]

    def accepted(self, event):
        with self.lock:
            self.associations += 1

    def stored(self, event):
        with self.lock:
            number = len(self.order)
            self.order.append(event.request.AffectedSOPInstanceUID)
            self.requests.append(event.request)
        status = self.status(number, event)
        if status is None:
            event.assoc.abort()
            return 0xC000
        code = status if isinstance(status, int) else status.Status
        if code == 0 or code >> 12 == 0xB:
            with self.lock:
                self.objects[str(event.request.AffectedSOPInstanceUID)] = (event.context.transfer_syntax, event.request.DataSet.getvalue())
        return status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()


def identifier(level, **keys):
    data = Dataset()
    data.QueryRetrieveLevel = level
    for name, value in keys.items():
        setattr(data, name, value)
    return data


def requestor(port, models, roles=(), calling="PYNETDICOM", called="ISOCENTER", handler=None):
    """roles: [(SOP class, [syntax…])] that we take as SCP."""
    ae = AE(ae_title=calling)
    ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = 60
    for model in models:
        ae.add_requested_context(model)
    negotiated = []
    for sop_class, syntaxes in roles:
        for syntax in syntaxes:
            ae.add_requested_context(sop_class, syntax)
        negotiated.append(build_role(sop_class, scp_role=True))
    handlers = [(evt.EVT_C_STORE, handler)] if handler else []
    assoc = ae.associate("127.0.0.1", port, ae_title=called, ext_neg=negotiated, evt_handlers=handlers)
    assert assoc.is_established
    return assoc


def responses(answers):
    """[(status data set, identifier)] of a C-MOVE or C-GET."""
    return [(status, data) for status, data in answers]


def counts(status):
    return tuple(getattr(status, f"NumberOf{kind}Suboperations", None) for kind in ("Remaining", "Completed", "Failed", "Warning"))


def data_sets(folder):
    """SOP Instance UID to (transfer syntax, bytes) of the files in a folder."""
    files = [split(p.read_bytes()) for p in folder.iterdir()]
    return {f.sop_instance: (f.transfer_syntax, f.data_set) for f in files}


def pixels(path_or_file):
    return dcmread(path_or_file, force=True).pixel_array
