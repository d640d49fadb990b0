"""The promise by the system calls (strace): the file's name in incoming/ synced, the file synced, named, the index synced, and only then
the answer. The name in incoming/ goes only when that in the store is durable."""
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
            ["strace", "-f", "-y", "-s", "0", "-e", "trace=openat,fsetxattr,fsync,fdatasync,syncfs,link,linkat,rename,renameat2,unlink,unlinkat,write,writev,sendto,sendmsg", "-o", str(path),
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
        trace = Trace(server, tmp_path / "trace")
        # The first object makes folders and opens the log; the promise is the same for those that follow.
        for number in range(6):
            file = split(objects.file_bytes(objects.image(objects.ramp(size, size))))
            assert peer.store(1, file.sop_class, file.sop_instance, file.data_set) == SUCCESS
        # Until all have their names in the store and have lost the others.
        end = time.monotonic() + 20
        while server.incoming and time.monotonic() < end:
            time.sleep(0.05)
        assert not server.incoming
        time.sleep(0.05)  # strace writes what it saw a moment later; what comes late fails the test, never passes it
        calls = trace.stop()
        peer.release()
    answers = [n for n, (name, rest) in enumerate(calls) if name in ("write", "writev", "sendto", "sendmsg") and re.search(r"^\d+<(TCP|socket:)", rest)]
    assert len(answers) >= 6
    start = -1
    for _ in range(6):
        synced = place(calls, "fsync|fdatasync", r"incoming/[\w-]+\.part", start)
        path = re.search(r"incoming/[\w-]+\.part", calls[synced][1])[0]
        made = place(calls, "openat", rf"{path}.*O_CREAT", -1)
        noted = place(calls, "fsync", r"incoming>", made)
        assert noted < synced, "the file was written before its name was durable"
        assert place(calls, "fsetxattr", path, made) < synced, "the file was synced before it said which object it is"
        named = place(calls, "link|linkat", rf"{path}.*objects/../../", synced)
        name = re.search(r"objects/../../", calls[named][1])[0].rstrip("/")
        indexed = place(calls, "fsync|fdatasync", r"index\.sqlite-wal", named)
        answered = min(n for n in answers if n > start)
        assert answered > indexed, "something was said to the sender before the index was durable"
        settled = place(calls, "fsync|syncfs", rf"{name}>|objects>", named)
        assert place(calls, "unlink|unlinkat", path, named) > settled, "the durable name went before the other was durable"
        start = answered
