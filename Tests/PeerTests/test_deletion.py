"""Deletion in two steps: by DICOMweb, API and command; gone from every door at once, back by restoring, gone for good when its time is over."""
import pytest
from dicomweb_client.api import DICOMwebClient

from peer import dimse, objects
from peer.retrieve import STUDY_ROOT_GET, identifier, responses
from test_get import get
from test_move import stored


def delete(server, *path, **query):
    return server.session.delete(server.url(*path), params=query, timeout=60)


def of(image):
    return "studies", image.StudyInstanceUID, "series", image.SeriesInstanceUID, "instances", image.SOPInstanceUID


@pytest.mark.parametrize("depth, left", [(2, 0), (4, 3), (6, 5)])
def test_gone_from_every_door_and_back(server, depth, left):
    images = objects.study()
    stored(server, images)
    path = of(images[0])[:depth]
    answer = delete(server, *path, reason="quality", comment="moved")
    assert answer.status_code == 200, answer.text
    deletion = answer.json()
    assert deletion["state"] == "deleted" and deletion["instances"] == 6 - left and deletion["comment"] == "moved"
    assert server.get(*path).status_code == 404 and server.get(*path, "metadata").status_code == 404
    found = server.session.get(f"{server.url('studies', images[0].StudyInstanceUID, 'instances')}")
    assert len(found.json() if found.status_code == 200 else []) == left
    (*_, (final, _)), got = get(server, identifier("STUDY", StudyInstanceUID=images[0].StudyInstanceUID))
    assert final.Status == 0 and len(got) == left
    # The modality that sends it again is told.
    with pytest.raises(AssertionError):
        stored(server, [images[0]])
    assert "can be restored" in server.log()
    back = server.session.post(f"{server.http}/api/deletions/{deletion['id']}/restore")
    assert back.json() == {"restored": 6 - left, "refused": []}
    (*_, (final, _)), got = get(server, identifier("STUDY", StudyInstanceUID=images[0].StudyInstanceUID))
    assert final.Status == 0 and len(got) == 6
    assert server.session.post(f"{server.http}/api/deletions/{deletion['id']}/restore").status_code == 409


def test_dicomweb_client(server):
    images = objects.study()
    stored(server, images)
    client = DICOMwebClient(f"{server.http}/dicom-web", session=server.session)
    client.delete_instance(images[0].StudyInstanceUID, images[0].SeriesInstanceUID, images[0].SOPInstanceUID)
    client.delete_series(images[5].StudyInstanceUID, images[5].SeriesInstanceUID)
    assert len(client.search_for_instances(images[0].StudyInstanceUID)) == 2
    client.delete_study(images[0].StudyInstanceUID)
    assert client.search_for_studies(search_filters={"StudyInstanceUID": images[0].StudyInstanceUID}) == []


def test_purged(new_server):
    server = new_server("--set", "deletion.keep=0")
    images = objects.study()
    stored(server, images)
    files = lambda: [p for p in (server.folder / "objects").rglob("*") if p.is_file()]
    assert len(files()) == 6
    deletion = delete(server, "studies", images[0].StudyInstanceUID).json()
    assert server.session.post(f"{server.http}/api/deletions/{deletion['id']}/purge").status_code == 202
    assert server.wait_for_log("6 deleted objects are gone for good")
    assert files() == []
    assert server.session.get(f"{server.http}/api/deletions/{deletion['id']}").json()["state"] == "purged"
    assert server.command("verify").returncode == 0
    assert server.session.post(f"{server.http}/api/deletions/{deletion['id']}/purge").status_code == 409


def test_bad_requests(server):
    image = objects.study()[0]
    stored(server, [image])
    assert delete(server, "studies", "1.2.3").status_code == 404
    assert delete(server, "studies", "x").status_code == 400
    assert delete(server, "studies", image.StudyInstanceUID, reason="boredom").status_code == 400
    assert delete(server, "studies", image.StudyInstanceUID, why="quality").status_code == 400
    assert server.session.get(f"{server.http}/api/deletions", params={"state": "lost"}).status_code == 400
    assert server.session.get(f"{server.http}/api/deletions/99999").status_code == 404
    server.command("users", "add", "reader", stdin="a-reader-may-read-1858\n", check=True)
    token = server.command("tokens", "add", "--user", "reader", check=True).stdout.split()[-1]
    answer = server.session.delete(server.url("studies", image.StudyInstanceUID), headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 403 and "may not delete" in answer.text


def test_commands(server):
    images = objects.study()
    stored(server, images)
    said = server.command("delete", images[0].StudyInstanceUID, "--reason", "duplicate", "--comment", "twice", check=True).stdout
    number = said.split()[1].rstrip(":")
    listed = server.command("deletions", check=True).stdout.splitlines()[0].split("\t")
    assert listed[:4] == [number, "deleted", "duplicate", "6 instances"]
    assert server.command("deletions", "purge", number).returncode != 0
    assert "6 instances are back" in server.command("deletions", "restore", number, check=True).stdout
    assert server.get("studies", images[0].StudyInstanceUID, "metadata").status_code == 200
