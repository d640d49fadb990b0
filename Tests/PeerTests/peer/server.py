"""The server under test: the real binary on free ports with a data folder of its own."""
import os
import re
import signal
import subprocess
import threading
import time
import urllib.parse
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[3]
BINARY = os.environ.get("ISOCENTER_BINARY", str(ROOT / ".build" / "debug" / "isocenter"))
USER = "nightingale"
PASSWORD = "lamp-and-statistics-1858"

# Variables that are meant for us, or for a developer's own server, are not meant for the one under test.
ENVIRONMENT = {name: text for name, text in os.environ.items() if not name.startswith("ISOCENTER_")}
# A password costs as little as it can: hundreds of servers are made here.
ENVIRONMENT |= {"ISOCENTER_ACCOUNTS_HASH_MEMORY": "16", "ISOCENTER_ACCOUNTS_HASH_PASSES": "1"}


class DidNotStart(Exception):
    """The server ended, or said nothing, before its ready line; the text is what it printed."""


def is_spare(path):
    """One of the empty files that are held ready for the next objects, or gone meanwhile."""
    try:
        return not path.is_file() or path.suffix == ".part" and path.stat().st_size == 0
    except FileNotFoundError:
        return True


class Server:
    """One data folder and the process that serves it. Start, stop, kill and start again.

    `http` is the origin ("http://127.0.0.1:8042"), `dimse` the port of the DICOM door.
    """

    def __init__(self, folder, *flags, aet="ISOCENTER", env=None):
        self.folder = Path(folder)
        self.flags = flags
        self.aet = aet
        self.env = {**ENVIRONMENT, "SWIFT_BACKTRACE": "enable=no", **(env or {})}
        self.process = None
        self.lines = []
        self.token = None
        self.http = self.dimse = self.dimse_tls = self.seconds_to_ready = None

    # Life

    def start(self, timeout=30):
        """Starts and waits for the ready line; `seconds_to_ready` is how long that took."""
        begin = time.monotonic()
        ready = threading.Event()
        first = len(self.lines)
        self.process = subprocess.Popen(
            [BINARY, "serve", "--data", str(self.folder), "--http-port", "0", "--dimse-port", "0", "--aet", self.aet, *self.flags],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", env=self.env)

        def read(stream):
            for line in stream:
                self.lines.append(line.rstrip("\n"))
                if line.startswith("ready "):
                    ready.said = line
                    ready.set()
            ready.set()

        self.reader = threading.Thread(target=read, args=(self.process.stdout,), daemon=True)
        self.reader.start()
        in_time = ready.wait(timeout)
        said = getattr(ready, "said", None)
        if said is None:
            if in_time:
                self.process.wait(10)
            else:
                self.kill()
            raise DidNotStart(f"exit status {self.process.returncode}\n" + "\n".join(self.lines[first:]))
        self.seconds_to_ready = time.monotonic() - begin
        values = dict(word.partition("=")[::2] for word in said.split()[1:])
        self.http = values["http"].rstrip("/")
        self.dimse = int(re.search(r"(\d+)$", values["dimse"]).group(1))
        self.dimse_tls = int(values["dimse-tls"]) if "dimse-tls" in values else None
        return self

    def stop(self, timeout=20):
        """SIGTERM; the exit status, 0 for a clean end."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"still running {timeout} s after SIGTERM\n{self.log[-3000:]}")
        self.reader.join(5)
        self.process = None
        return status

    def kill(self):
        """SIGKILL: what a crash or a power cut leaves behind, as far as the process is concerned."""
        self.process.kill()
        self.process.wait()
        self.reader.join(5)

    @property
    def alive(self):
        return self.process is not None and self.process.poll() is None

    @property
    def log(self):
        return "\n".join(self.lines)

    def log_since(self, mark):
        return "\n".join(self.lines[mark:])

    def wait_for_log(self, pattern, since=0, timeout=10):
        """The first line from `since` on that matches; the log arrives by its own thread."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            for line in self.lines[since:]:
                if re.search(pattern, line, re.I):
                    return line
            time.sleep(0.02)
        raise AssertionError(f"no line matches {pattern!r} in\n{self.log_since(since)[-3000:]}")

    @property
    def peak_memory(self):
        """Most resident memory so far, in bytes (VmHWM)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) * 1024

    @property
    def incoming(self):
        """Files of transfers that are under way, or were left over."""
        return [p for p in (self.folder / "incoming").rglob("*") if p.name != "lock" and not is_spare(p)]

    def settled(self, seconds=20):
        """Waits until what has been stored has its durable name in the store: within about a second."""
        end = time.monotonic() + seconds
        while any(path.suffix == ".part" for path in self.incoming) and time.monotonic() < end:
            time.sleep(0.05)

    # Commands

    def command(self, *words, stdin="", timeout=120, check=False):
        """Runs `isocenter WORDS --data FOLDER`; a CompletedProcess with text output."""
        return isocenter(*words, "--data", str(self.folder), stdin=stdin, timeout=timeout, check=check, env=self.env)

    def add_administrator(self):
        self.command("users", "add", USER, "--role", "administrator", stdin=PASSWORD + "\n", check=True)
        added = self.command("tokens", "add", "--user", USER, check=True)
        self.token = added.stdout.split()[-1]
        return self

    # HTTP

    @property
    def session(self):
        """A requests session that carries the administrator's token."""
        session = requests.Session()
        session.trust_env = False
        session.headers["Authorization"] = f"Bearer {self.token}"
        return session

    def url(self, *path):
        """A DICOMweb URL: url("studies", uid)."""
        return "/".join([self.http, "dicom-web", *(urllib.parse.quote(str(p), safe="") for p in path)])

    def get(self, *path, accept=None, **kwargs):
        headers = {"Accept": accept} if accept else {}
        return self.session.get(self.url(*path), headers=headers, timeout=60, **kwargs)

    def search(self, *path, **keys):
        """A DICOMweb search: the list of DICOM JSON data sets."""
        answer = self.get(*path, accept="application/dicom+json", params=keys)
        assert answer.status_code in (200, 204), f"{answer.status_code} {answer.text[:500]}"
        return answer.json() if answer.status_code == 200 else []


def isocenter(*words, stdin="", timeout=120, check=False, env=None):
    result = subprocess.run([BINARY, *map(str, words)], input=stdin, capture_output=True, text=True, errors="replace",
                            timeout=timeout, env=env or ENVIRONMENT)
    if check:
        assert result.returncode == 0, f"isocenter {' '.join(map(str, words))}: exit status {result.returncode}\n{result.stdout}{result.stderr}"
    return result
