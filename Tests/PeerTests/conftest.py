"""Fixtures: the server under test, alone or shared."""
import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from peer import corpus
from peer.server import BINARY, Server


def pytest_report_header():
    return [f"isocenter: {BINARY}",
            f"corpus: {corpus.FOLDER}" if corpus.present() else f"corpus: not at {corpus.FOLDER}, its tests are skipped"]


def pytest_collection_finish(session):
    # The browser's tests know a stand-in; all others need the real thing.
    if any("browser" not in item.path.parts for item in session.items) and not os.access(BINARY, os.X_OK):
        pytest.exit(f"no binary at {BINARY}: swift build first", returncode=3)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """One server for all tests that get along in one archive: each makes its own UIDs."""
    server = Server(tmp_path_factory.mktemp("shared")).start().add_administrator()
    yield server
    assert server.alive, f"the server died, exit status {server.process.returncode}\n{server.log[-5000:]}"
    assert server.stop() == 0, f"SIGTERM did not end it cleanly\n{server.log[-3000:]}"


@pytest.fixture
def new_server(tmp_path):
    """Makes servers that belong to one test: new_server(*flags, folder=…, start=True, env={})."""
    made = []

    def make(*flags, folder=None, start=True, **kwargs):
        server = Server(folder or tmp_path / f"data{len(made)}", *flags, **kwargs)
        made.append(server)
        return server.start().add_administrator() if start else server

    yield make
    for server in made:
        if server.alive:
            assert server.stop() == 0, f"SIGTERM did not end it cleanly\n{server.log[-3000:]}"


@pytest.fixture
def scratch(tmp_path):
    """A folder for files that peers read and write."""
    folder = tmp_path / "files"
    folder.mkdir()
    return folder
