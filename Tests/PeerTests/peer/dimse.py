"""The DICOM peers: DCMTK's programs and pynetdicom, which sends data sets as the bytes they are."""
import io
import os
import subprocess
from contextlib import contextmanager

import pytest

from pynetdicom import AE
from pynetdicom.dimse_primitives import C_STORE

from .part10 import split

VERIFICATION = "1.2.840.10008.1.1"
SUCCESS = 0x0000

# pynetdicom installs programs of the same names into the environment: DCMTK's are named by their path.
DCMTK = "/usr/bin"
needs_dcmtk = pytest.mark.skipif(not os.access(f"{DCMTK}/storescu", os.X_OK), reason="DCMTK is not installed")


def dcmtk(program, *words, timeout=120, env=None):
    """Runs a DCMTK program; a CompletedProcess with what it printed in `stdout`."""
    return subprocess.run([f"{DCMTK}/{program}", *map(str, words)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", timeout=timeout, env=env)


def make_dicomdir(folder, names):
    """A DICOMDIR in the folder that names these files of it."""
    made = dcmtk("dcmmkdir", "-Nxc", "+I", "+id", folder, "+D", folder / "DICOMDIR", *names)
    assert made.returncode == 0 and (folder / "DICOMDIR").is_file(), made.stdout


@contextmanager
def association(port, contexts, calling="PYNETDICOM", called="ISOCENTER", max_pdu=16382):
    """contexts: [(abstract syntax, [transfer syntax…])]. Released at the end where it still stands."""
    ae = AE(ae_title=calling)
    ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = 30
    ae.maximum_pdu_size = max_pdu
    for abstract, syntaxes in contexts:
        ae.add_requested_context(abstract, syntaxes)
    assoc = ae.associate("127.0.0.1", port, ae_title=called, max_pdu=max_pdu)
    try:
        yield assoc
    finally:
        if assoc.is_established:
            assoc.release()


def context_for(assoc, sop_class, syntax):
    """The id of the accepted presentation context, or None."""
    return next((c.context_id for c in assoc.accepted_contexts
                 if c.abstract_syntax == sop_class and c.transfer_syntax[0] == syntax), None)


def store_raw(assoc, context, sop_class, sop_instance, data, message=1):
    """C-STORE of bytes that pynetdicom neither reads nor changes; (status, error comment)."""
    request = C_STORE()
    request.MessageID = message
    request.AffectedSOPClassUID = sop_class
    request.AffectedSOPInstanceUID = sop_instance
    request.Priority = 2
    request.DataSet = io.BytesIO(data)
    assoc._reactor_checkpoint.clear()
    try:
        assoc.dimse.send_msg(request, context)
        _, response = assoc.dimse.get_msg(block=True)
    finally:
        assoc._reactor_checkpoint.set()
    if response is None or response.Status is None:
        return None, "no answer"
    return response.Status, str(getattr(response, "ErrorComment", "") or "")


def send(port, data_sets, **kwargs):
    """Sends pydicom Datasets, each in its own transfer syntax; the list of statuses."""
    from .objects import file_bytes
    files = [split(file_bytes(d)) for d in data_sets]
    contexts = sorted({(f.sop_class, f.transfer_syntax) for f in files})
    with association(port, [(c, [s]) for c, s in contexts], **kwargs) as assoc:
        assert assoc.is_established, "association refused"
        return [store_raw(assoc, context_for(assoc, f.sop_class, f.transfer_syntax), f.sop_class, f.sop_instance,
                          f.data_set, n)[0] for n, f in enumerate(files, 1)]
