"""A private PostgreSQL server: Debian's programs, a cluster in a folder of its own, a port of its own, asking for a password."""
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

BINARIES = max(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]), default=None)
PASSWORD = "pump-handle-broad-street"


def present():
    return BINARIES is not None


class Cluster:
    """Start, stop, kill and start again. `url` names its only database; `password` must be in no log."""

    def __init__(self):
        # Not below pytest's folders: the user who runs it may not pass through those.
        self.folder = Path(tempfile.mkdtemp(prefix="isocenter-postgresql-", dir="/tmp"))
        self.data = self.folder / "data"
        self.process = None
        self.password = PASSWORD
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        # It refuses to be root, and then is the user whom the package has made.
        self.user = "postgres" if os.getuid() == 0 else None
        (self.folder / "password").write_text(PASSWORD)
        if self.user:
            entry = pwd.getpwnam(self.user)
            for path in (self.folder, self.folder / "password"):
                os.chown(path, entry.pw_uid, entry.pw_gid)
        self.run("initdb", "-D", self.data, "-U", "isocenter", "-A", "scram-sha-256", "--pwfile", self.folder / "password", "-E", "UTF8", "--locale=C")
        self.start()
        self.psql("CREATE DATABASE isocenter", database="postgres")

    @property
    def url(self):
        return f"postgresql://isocenter:{PASSWORD}@127.0.0.1:{self.port}/isocenter"

    def program(self, name):
        return str(BINARIES.parent / name)

    def run(self, name, *words):
        subprocess.run([self.program(name), *map(str, words)], check=True, capture_output=True, user=self.user, group=self.user,
                       extra_groups=[] if self.user else None, cwd="/")

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [self.program("postgres"), "-D", str(self.data), "-p", str(self.port), "-k", str(self.folder), "-c", "listen_addresses=127.0.0.1"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, user=self.user, group=self.user, extra_groups=[] if self.user else None, cwd="/")
        self.wait()
        return self

    def wait(self):
        """Until it answers."""
        end = time.monotonic() + 30
        while subprocess.run([self.program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]).returncode:
            assert self.process.poll() is None and time.monotonic() < end, (self.folder / "log").read_text()[-3000:]
            time.sleep(0.05)

    def stop(self, how=signal.SIGINT):
        """SIGINT ends every session at once and writes what there is; SIGQUIT is a crash."""
        self.process.send_signal(how)
        self.process.wait(30)

    def kill(self):
        """SIGKILL of the server. Its sessions end when they see that, and until then hold the memory that a new server needs."""
        sessions = self.sessions()
        self.process.kill()
        self.process.wait(30)
        end = time.monotonic() + 30
        while any(Path(f"/proc/{pid}").exists() for pid in sessions):
            assert time.monotonic() < end, "sessions outlive their server"
            time.sleep(0.02)

    def kill_session(self):
        """SIGKILL of one of its sessions of ours, upon which the server ends all others and recovers as from a crash."""
        sessions = self.sessions()
        assert sessions, "nobody is connected"
        os.kill(random.choice(sessions), signal.SIGKILL)

    def sessions(self):
        return [int(pid) for [pid] in self.psql("SELECT pid FROM pg_stat_activity WHERE application_name = 'isocenter'")]

    def psql(self, sql, database="isocenter"):
        """Rows as lists of text."""
        answer = subprocess.run([self.program("psql"), "-XAt", "-F", "\t", "-h", "127.0.0.1", "-p", str(self.port), "-U", "isocenter", "-d", database, "-c", sql],
                                env={**os.environ, "PGPASSWORD": PASSWORD}, capture_output=True, text=True, timeout=60)
        assert answer.returncode == 0, answer.stderr
        return [line.split("\t") for line in answer.stdout.splitlines()]

    def remove(self):
        if self.process.poll() is None:
            self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)
