"""The index in PostgreSQL: every door as with SQLite, restarts and crashes of both servers, and what is said while it is away."""
import random
import signal
import time

import pytest

from peer import objects, postgresql, web
from peer.dimse import association, context_for, send, store_raw
from peer.part10 import split
from peer.retrieve import STUDY_ROOT_GET, identifier, requestor, responses
from test_get import get
from test_kill import Journal, Sender, retrieved

pytestmark = pytest.mark.skipif(not postgresql.present(), reason="PostgreSQL is not installed (Debian: postgresql)")
STUDY_ROOT_FIND = "1.2.840.10008.5.1.4.1.2.2.1"


@pytest.fixture
def cluster():
    cluster = postgresql.Cluster()
    yield cluster
    cluster.remove()


@pytest.fixture
def server(cluster, new_server):
    server = new_server(env={"ISOCENTER_DATABASE": cluster.url})
    yield server
    assert cluster.password not in server.log, "a password is in the log"


def found(server, image):
    """SOP Instance UIDs of its study, as C-FIND and as QIDO-RS tell them."""
    assoc = requestor(server.dimse, [STUDY_ROOT_FIND])
    try:
        keys = identifier("IMAGE", StudyInstanceUID=image.StudyInstanceUID, SeriesInstanceUID=image.SeriesInstanceUID, SOPInstanceUID="")
        by_dimse = {data.SOPInstanceUID for status, data in responses(assoc.send_c_find(keys, STUDY_ROOT_FIND)) if data}
    finally:
        assoc.release()
    by_web = {web.value(i, "00080018") for i in server.search("studies", image.StudyInstanceUID, "series", image.SeriesInstanceUID, "instances")}
    assert by_dimse == by_web
    return by_web


def wado(server, image):
    answer = server.get("studies", image.StudyInstanceUID, "series", image.SeriesInstanceUID, "instances", image.SOPInstanceUID, accept=web.ANY_SYNTAX)
    return split(web.parts(answer)[0][1]).data_set if answer.status_code == 200 else None


def test_every_door(server, cluster):
    sent, posted = objects.study(series=1, instances=3, PatientName="Snow^John"), objects.study(series=1, instances=2)
    assert send(server.dimse, sent) == [0, 0, 0]
    assert web.store(server, [objects.file_bytes(i) for i in posted]).status_code == 200
    for images in (sent, posted):
        assert found(server, images[0]) == {i.SOPInstanceUID for i in images}
        for image in images:
            assert wado(server, image) == split(objects.file_bytes(image)).data_set
        (*_, (final, _)), got = get(server, identifier("STUDY", StudyInstanceUID=images[0].StudyInstanceUID))
        assert final.Status == 0 and len(got) == len(images)
    metadata = server.get("studies", sent[0].StudyInstanceUID, "metadata", accept=web.DICOM_JSON)
    assert metadata.status_code == 200 and len(metadata.json()) == 3
    assert {web.value(s, "0020000D") for s in server.search("studies", PatientName="snow*")} == {sent[0].StudyInstanceUID}
    # The rows are there, and nowhere else.
    assert cluster.psql("SELECT instances FROM total") == [["5"]]
    assert not (server.folder / "index.sqlite").exists()
    assert server.command("verify").returncode == 0


def test_deletion_and_restart(server):
    images = objects.study(series=1, instances=2)
    assert send(server.dimse, images) == [0, 0]
    deletion = server.session.delete(server.url("studies", images[0].StudyInstanceUID)).json()
    assert found(server, images[0]) == set() and wado(server, images[0]) is None
    assert server.stop() == 0
    server.start()
    assert found(server, images[0]) == set()
    back = server.session.post(f"{server.http}/api/deletions/{deletion['id']}/restore")
    assert back.json() == {"restored": 2, "refused": []}
    assert found(server, images[0]) == {i.SOPInstanceUID for i in images}
    assert wado(server, images[1]) == split(objects.file_bytes(images[1])).data_set


def test_long_values_are_stored(server):
    """A B-tree of PostgreSQL holds entries of 2.7 kB: longer values, which compress badly, are stored and found all the same."""
    chance = random.Random(1)
    def text(length):
        return "".join(chance.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") for _ in range(length))
    for length in (800, 2800, 4000, 9000):
        long = {k: text(length) for k in ("PatientID", "PatientName", "StudyDescription", "SeriesDescription", "InstitutionName", "AccessionNumber",
                                          "StudyID", "StationName", "ReferringPhysicianName", "IssuerOfPatientID", "Modality", "BodyPartExamined", "PatientSex")}
        image = objects.image(**long)
        assert send(server.dimse, [image]) == [0], server.log[-2000:]
        assert found(server, image) == {image.SOPInstanceUID}
        other = objects.image(**{**long, "PatientID": long["PatientID"][:-1] + "?"})
        assert send(server.dimse, [other]) == [0]
        assert wado(server, other) == split(objects.file_bytes(other)).data_set


def test_away_and_back(server, cluster):
    images = objects.study(series=1, instances=4)
    assert send(server.dimse, images[:1]) == [0]
    files = [split(objects.file_bytes(i)) for i in images]
    finder = requestor(server.dimse, [STUDY_ROOT_FIND])
    keys = identifier("STUDY", PatientName="", StudyInstanceUID=images[0].StudyInstanceUID)
    find = lambda: responses(finder.send_c_find(keys, STUDY_ROOT_FIND))
    assert [status.Status for status, _ in find()] == [0xFF00, 0]
    with association(server.dimse, [(files[0].sop_class, [files[0].transfer_syntax])]) as assoc:
        context = context_for(assoc, files[0].sop_class, files[0].transfer_syntax)
        store = lambda n: store_raw(assoc, context, files[n].sop_class, files[n].sop_instance, files[n].data_set, n + 1)[0]
        cluster.stop()
        assert store(1) == 0xA700
        assert store(1) == 0xA700
        # A failure that says why, never "no such study".
        [(refusal, data)] = find()
        assert refusal.Status == 0xA700 and data is None and "PostgreSQL database" in refusal.ErrorComment, refusal  # 64 characters are all that it may have
        answer = web.store(server, [objects.file_bytes(images[2])])
        assert answer.status_code == 503 and "Retry-After" in answer.headers, answer.text
        for path in (["studies"], ["studies", images[0].StudyInstanceUID, "metadata"], ["studies", images[0].StudyInstanceUID]):
            answer = server.get(*path)
            assert answer.status_code == 503 and "Retry-After" in answer.headers, (path, answer.status_code, answer.text)
        assert server.session.get(f"{server.http}/health/ready").status_code == 503
        assert server.session.get(f"{server.http}/health/live").status_code == 200
        cluster.start()
        # The same associations, the same server.
        assert [status.Status for status, _ in find()] == [0xFF00, 0]
        assert store(1) == 0
        assert store(3) == 0
    finder.release()
    assert web.store(server, [objects.file_bytes(images[2])]).status_code == 200
    assert found(server, images[0]) == {i.SOPInstanceUID for i in images}
    assert server.command("verify").returncode == 0


def test_a_short_restart_is_noticed_by_nobody(server, cluster):
    images = objects.study(series=1, instances=2)
    assert send(server.dimse, images[:1]) == [0]
    cluster.stop()
    cluster.start()
    assert send(server.dimse, images[1:]) == [0]
    assert found(server, images[0]) == {i.SOPInstanceUID for i in images}


def check(server, journal, where):
    lost = [i.instance for i in journal.acknowledged.values() if not i.checked and retrieved(server, i) != i.digest]
    assert not lost, f"{where}: {len(lost)} acknowledged objects are lost or changed, e.g. {lost[0]}\n{server.log[-2000:]}"
    for identity in journal.acknowledged.values():
        identity.checked = True
    for identity in [i for i in journal.attempted.values() if i.instance not in journal.acknowledged]:
        seen = bool(server.search("instances", SOPInstanceUID=identity.instance))
        assert retrieved(server, identity) == (identity.digest if seen else None), f"{where}: {identity.instance} is partly there"
    journal.attempted = {}


@pytest.mark.parametrize("killed", ["isocenter", "postgresql", "session", "postgresql by SIGQUIT"])
def test_nothing_acknowledged_is_lost(server, cluster, killed):
    seed = random.SystemRandom().randrange(1 << 32)
    chance, journal = random.Random(seed), Journal()
    for number in range(4):
        senders = [Sender(n, chance.random(), journal) for n in range(4)]
        for sender in senders:
            sender.point_at(server.dimse)
            sender.start()
        time.sleep(chance.uniform(0.3, 1.2))  # the random moment: the only sleep that decides nothing
        if killed == "isocenter":
            server.kill()
        elif killed == "postgresql":
            cluster.kill()
        elif killed == "session":
            cluster.kill_session()
        else:
            cluster.stop(signal.SIGQUIT)
        for sender in senders:
            sender.stop_now.set()
        if killed.startswith("postgresql"):
            cluster.start()
        cluster.wait()
        for sender in senders:
            sender.join(30)
        if killed == "isocenter":
            server.start(timeout=60)
        check(server, journal, f"round {number}, seed {seed}")
    assert len(journal.acknowledged) > 8, "hardly anything was sent: this proves nothing"
    assert server.command("verify", timeout=600).returncode == 0


def test_one_database_belongs_to_one_folder(server, cluster, new_server, tmp_path):
    from peer.server import DidNotStart
    other = new_server(folder=tmp_path / "other", env={"ISOCENTER_DATABASE": cluster.url}, start=False)
    with pytest.raises(DidNotStart) as failure:
        other.start()
    assert "belongs to another data folder" in str(failure.value) and cluster.password not in str(failure.value)


def test_the_password_is_in_no_message(cluster, new_server, tmp_path):
    from peer.server import DidNotStart
    cluster.stop()
    for url in (cluster.url, cluster.url.replace("127.0.0.1", "no such host"), cluster.url + "?nonsense=1", cluster.url + "?port=x"):
        server = new_server(folder=tmp_path / "none", env={"ISOCENTER_DATABASE": url}, start=False)
        with pytest.raises(DidNotStart) as failure:
            server.start(timeout=60)
        assert cluster.password not in str(failure.value), url
        shown = server.command("settings")
        assert cluster.password not in shown.stdout + shown.stderr
