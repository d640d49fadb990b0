"""What the documents claim: every "yes" names a test that exists, every link leads somewhere."""
import re
from pathlib import Path

import pytest

from peer.server import ROOT

TESTS = ROOT / "Tests" / "PeerTests"
ROWS = re.findall(r"^\| ([A-Z]\d\d) \| (.*?) \| (\w+) \| (.*?) \|$", (ROOT / "docs" / "features.md").read_text(), re.M)
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def exists(test):
    file, name = test.split("::")
    return (TESTS / file).is_file() and re.search(rf"^def {name}\(", (TESTS / file).read_text(), re.M)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_feature_is_proven(row):
    _, feature, state, proof = row
    assert state in ("yes", "partial", "no")
    tests = re.findall(r"[\w/]+\.py::\w+", proof)
    assert tests or state != "yes", f"{feature}: a yes without a test"
    assert proof or state != "partial", f"{feature}: which part?"
    assert not [t for t in tests if not exists(t)]


def test_features_are_listed_once():
    assert len(ROWS) > 250 and len({row[0] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document):
    for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", document.read_text()):
        assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_readme_is_short():
    assert len((ROOT / "README.md").read_text().splitlines()) < 150
