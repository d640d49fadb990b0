"""The promise by the system calls: file synced, named, folder synced, index synced, and only then the answer (strace)."""
import os
import re
import shutil
import subprocess
import time

import pytest

from peer import objects, wire
from peer.dimse import SUCCESS
from peer.part10 import split

CT = {1: (objects.CT, [wire.EXPLICIT])}


def is_allowed():
    strace = shutil.which("strace")
    return strace and subprocess.run([strace, "-f", "-e", "trace=none", "true"], capture_output=True).returncode == 0


pytestmark = pytest.mark.skipif(not is_allowed(), reason="strace is not installed, or may not trace")


class Trace:
    """strace on a running server; the calls as (name, rest of the line) in their order, each where it returned."""

    def __init__(self, server, path):
        self.path = path
        self.process = subprocess.Popen(
            ["strace", "-f", "-y", "-s", "0", "-e", "trace=fsync,fdatasync,link,linkat,rename,renameat2,write,writev,sendto,sendmsg", "-o", str(path),
             "-p", str(server.process.pid)], stderr=subprocess.PIPE, text=True)
        assert "attached" in self.process.stderr.readline()

    def stop(self):
        self.process.terminate()
        self.process.wait(10)
        begun, calls = {}, []
        for line in self.path.read_text(errors="replace").splitlines():
            thread, _, text = line.partition(" ")
            text = text.strip()
            if text.endswith("<unfinished ...>"):
                begun[thread] = text.removesuffix("<unfinished ...>")
                continue
            if resumed := re.match(r"<\.\.\. \w+ resumed>(.*)", text):
                text = begun.pop(thread, "") + resumed[1]
            if call := re.match(r"(\w+)\((.*)", text):
                calls.append((call[1], call[2]))
        return calls


def place(calls, name, pattern, after):
    """The first such call after another one."""
    for index in range(after + 1, len(calls)):
        if re.fullmatch(name, calls[index][0]) and re.search(pattern, calls[index][1]):
            return index
    raise AssertionError(f"no {name} of {pattern} after call {after}:\n" + "\n".join(f"{n}({rest}" for n, rest in calls))


@pytest.mark.parametrize("size", (16, 512), ids=("small", "large"))
def test_nothing_is_answered_before_it_is_durable(new_server, tmp_path, size):
    server = new_server()
    with wire.Association(server.dimse, CT) as peer:
        # The first object makes folders and opens the log; the promise is the same for the second.
        for number in range(2):
            file = split(objects.file_bytes(objects.image(objects.ramp(size, size))))
            trace = Trace(server, tmp_path / f"trace{number}")
            assert peer.store(1, file.sop_class, file.sop_instance, file.data_set) == SUCCESS
            time.sleep(0.05)  # strace writes what it saw a moment later; what comes late fails the test, never passes it
            calls = trace.stop()
            synced = place(calls, "fsync|fdatasync", r"incoming/[\w-]+\.part", -1)
            named = place(calls, "link|linkat|rename|renameat2", r"objects/../../", synced)
            folder = place(calls, "fsync", r"objects/../..>", named)
            indexed = place(calls, "fsync|fdatasync", r"index\.sqlite-wal", folder)
            place(calls, "write|writev|sendto|sendmsg", r"TCP|socket:", indexed)
            answers = [n for n, (name, rest) in enumerate(calls) if name in ("write", "writev", "sendto", "sendmsg") and re.search(r"^\d+<(TCP|socket:)", rest)]
            assert answers and min(answers) > indexed, "something was said to the sender before the index was durable"
        peer.release()
