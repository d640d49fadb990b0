"""Every real file: in by each door, found, and out again with the bytes of its data set as they were."""
import re
from collections import defaultdict
from dataclasses import dataclass, field

import pytest

from peer import corpus, objects, web
from peer.dimse import VERIFICATION, association, context_for, dcmtk, needs_dcmtk, store_raw
from peer.part10 import split
from peer.server import Server

pytestmark = pytest.mark.skipif(not corpus.present(), reason=f"no corpus at {corpus.FOLDER}")
FILES = corpus.files() if corpus.present() else ()


@dataclass
class Outcome:
    """What became of one file: what the door said, whether a search finds it, and what comes back."""
    said: str = ""
    accepted: bool = False
    sop_instance: str = ""  # under which it is looked for
    found: int = 0
    retrieved: bytes = b""
    notes: list = field(default_factory=list)


def look_up(server, file, outcome):
    """Finds the instance under the UID it was announced with; an object without a study is filed under one of the archive's."""
    if not outcome.sop_instance:
        return
    try:
        answers = server.search("instances", SOPInstanceUID=outcome.sop_instance)
    except AssertionError as error:
        outcome.notes.append(f"search: {error}")
        return
    outcome.found = len(answers)
    for category in web.CATEGORIES if not answers else ():
        for answer in server.search(category, SOPInstanceUID=outcome.sop_instance):
            outcome.found += 1
            outcome.retrieved = server.get(category, outcome.sop_instance, accept="application/dicom").content
    if not answers:
        return
    study, series = web.value(answers[0], "0020000D"), web.value(answers[0], "0020000E")
    if not (study and series):
        outcome.notes.append(f"the search does not name study and series: {answers[0].get('0020000D')} {answers[0].get('0020000E')}")
        return
    answer = server.get("studies", study, "series", series, "instances", outcome.sop_instance, accept=web.ANY_SYNTAX)
    if answer.status_code != 200:
        outcome.notes.append(f"retrieve: {answer.status_code} {answer.text[:200]}")
        return
    pieces = web.parts(answer)
    outcome.notes += [f"{len(pieces)} parts"] if len(pieces) != 1 else []
    outcome.retrieved = pieces[0][1]


def each_layer(tmp_path_factory, name, send):
    """Sends each layer of the corpus to an archive of its own; {path: Outcome}."""
    outcomes = {}
    for number, layer in enumerate(corpus.layers(FILES)):
        server = Server(tmp_path_factory.mktemp(f"{name}{number}")).start().add_administrator()
        try:
            results = send(server, layer)
            for file in layer:
                look_up(server, file, results[file.path])
            outcomes.update(results)
            assert server.alive, server.log[-3000:]
        finally:
            status = server.stop()
        assert status == 0
    return outcomes


def by_import(server, files):
    """One run of `isocenter import` on the data folder while nobody serves it, and its report."""
    assert server.stop() == 0
    report = server.folder.parent / f"{server.folder.name}.tsv"
    # A DICOMDIR would bring in the files it names: test_commands.py looks at that.
    named = [file.location for file in files if file.location.name != "DICOMDIR"]
    run = server.command("import", "--report", report, *named, timeout=600)
    rows = dict((name, (result, reason)) for result, name, reason in
                (line.split("\t") for line in report.read_text().splitlines()[1:]))
    outcomes = {}
    for file in files:
        result, reason = rows.get(str(file.location), ("", f"not in the report: {run.stdout} {run.stderr[-300:]}"))
        outcomes[file.path] = Outcome(said=f"{result} {reason}", accepted=result == "stored", sop_instance=file.sop_instance)
    server.start()
    return outcomes


def by_association(server, files):
    """C-STORE by pynetdicom: each data set's bytes, in the transfer syntax they are in."""
    outcomes = {}
    batches = defaultdict(list)
    for file in files:
        batches[(file.sop_class or objects.SC, file.transfer_syntax)].append(file)
    keys = sorted(batches)
    for first in range(0, len(keys), 100):
        chosen = keys[first:first + 100]
        with association(server.dimse, [(c, [s]) for c, s in chosen]) as assoc:
            assert assoc.is_established, f"association refused\n{server.log[-2000:]}"
            for key in chosen:
                context = context_for(assoc, *key)
                for number, file in enumerate(batches[key], 1):
                    if context is None:
                        outcomes[file.path] = Outcome(said=f"no presentation context for {key}")
                        continue
                    if not assoc.is_established:
                        outcomes[file.path] = Outcome(said="the association is gone")
                        continue
                    # Where the file has none, the sender has to make up a UID.
                    instance = file.sop_instance or objects.uid()
                    status, comment = store_raw(assoc, context, key[0], instance, file.data_set, number)
                    outcomes[file.path] = Outcome(said=f"{status} {comment}" if status is None else f"{status:04X}H {comment}",
                                                  accepted=status == 0 or (status or 0) >> 12 == 0xB, sop_instance=instance)
    return outcomes


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    return each_layer(tmp_path_factory, "import", by_import)


@pytest.fixture(scope="module")
def sent(tmp_path_factory):
    return each_layer(tmp_path_factory, "sent", by_association)


def check(file, outcome, refused):
    said = f"{file.path}: {outcome.said} {' '.join(outcome.notes)}"
    if file.path in refused:
        assert not outcome.accepted, f"stored, though it has {refused[file.path]}: {said}"
        assert outcome.said.strip() and outcome.found == 0, f"refused, yet found, or without a reason: {said}"
        return
    assert outcome.accepted, said
    assert outcome.found == 1, f"found {outcome.found} times: {said}"
    assert split(outcome.retrieved).data_set == file.data_set, f"comes back different: {said}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.path)
def test_imported_found_and_retrieved_as_it_was(imported, file):
    check(file, imported[file.path], corpus.REFUSED)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.path)
def test_sent_found_and_retrieved_as_it_was(sent, file):
    check(file, sent[file.path], corpus.REFUSED_EVERYWHERE)


# dcmsend reads what DCMTK reads; what is compressed without loss it decompresses on the way.

# Elements of these have VR OB where UI belongs, and dcmsend names SOP class "31" in the request: refused with A900H.
MISNAMED = ("cornerstone/CTImage.dcm_JPEG2000TransferSyntax_1.2.840.10008.1.2.4.91.dcm",
            "cornerstone/CTImage.dcm_JPEGLSLossyTransferSyntax_1.2.840.10008.1.2.4.81.dcm")
DCMSEND = [file for file in FILES if file.path not in corpus.REFUSED and split(file.bytes).has_meta]


@needs_dcmtk
def test_dcmsend_sends_what_it_can_read(tmp_path, new_server):
    layer = corpus.layers(DCMSEND)[0]
    server = new_server()
    report = tmp_path / "report.txt"
    run = dcmtk("dcmsend", "--no-halt", "--no-illegal-proposal", "--create-report-file", report, "-aec", "ISOCENTER", "127.0.0.1", server.dimse,
                *(file.location for file in layer), timeout=600)
    assert run.returncode in (0, 43), run.stdout[-2000:]  # 43: some input files were unusable for dcmsend
    blocks = re.split(r"^Number +: ", report.read_text(), flags=re.M)[1:]
    # By file: dcmsend names the UID of the meta information, the server that of the data set.
    uids = {str(file.location): file.sop_instance for file in layer}
    sent = {uids[re.search(r"^Filename +: (.*)", b, re.M).group(1)] for b in blocks if re.search(r"^DIMSE Status +: 0x", b, re.M)}
    wrong = [block for block in blocks if re.search(r"^DIMSE Status +: 0x(?!0000)", block, re.M) and not any(f in block for f in MISNAMED)]
    assert not wrong, wrong[0]
    sent -= {file.sop_instance for file in layer if file.path in MISNAMED}
    assert len(sent) > 100, report.read_text()[-1000:] + run.stdout[-1000:]
    print(f"dcmsend sent {len(sent)} of {len(layer)} files")
    kept = {web.value(i, "00080018") for start in range(0, 5000, 500) for i in server.search("instances", limit=500, offset=start)}
    kept |= {web.value(i, "00080018") for category in web.CATEGORIES for i in server.search(category)}
    assert kept == sent


def test_the_table_of_refused_files_names_files():
    assert set(corpus.REFUSED) <= {file.path for file in FILES}


def test_verification_after_all(server):
    with association(server.dimse, [(VERIFICATION, ["1.2.840.10008.1.2"])]) as assoc:
        assert assoc.is_established and assoc.send_c_echo().Status == 0
