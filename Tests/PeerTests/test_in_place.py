"""Folders taken over where they lie: found and given out by every door, kept in step, never written."""
import hashlib
import json
import os
import time

from dicomweb_client.api import DICOMwebClient

from peer import objects
from peer.part10 import split
from peer.retrieve import identifier
from test_get import get


def until(done, seconds=90):
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, done
        time.sleep(0.2)


def checksum(folder):
    """Of every name, mode, time and byte below a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        digest.update(f"{path.relative_to(folder)} {status.st_mode} {status.st_mtime_ns} {status.st_size}\n".encode())
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()


def folder(server):
    return json.loads(server.command("folders", "list", "--json", check=True).stdout)[0]


def filled(root, images, age=10):
    """Files with and without preamble, written some time ago; their data sets by SOP Instance UID."""
    for number, image in enumerate(images):
        path = objects.save(image, root / f"{number % 3}" / f"{number}.dcm")
        if number % 2:
            path.write_bytes(split(path.read_bytes()).data_set)
        os.utime(path, (time.time() - age,) * 2)
    return {i.SOPInstanceUID: split(objects.file_bytes(i)).data_set for i in images}


def followed(server, indexed):
    until(lambda: (f := folder(server))["state"] == "followed" and f["files"]["indexed"] == indexed)


def over(server, images):
    (*_, (final, _)), got = get(server, identifier("STUDY", StudyInstanceUID=images[0].StudyInstanceUID))
    return final.Status, {uid: data for uid, (_, data) in got.items()}


def test_every_door_and_not_a_byte_written(new_server, tmp_path):
    root, images = tmp_path / "old", objects.study()
    sent = filled(root, images)
    (root / "notes.txt").write_text("no object")
    for path in root.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    root.chmod(0o555)
    before = checksum(root)
    server = new_server()
    server.command("folders", "add", root, "--name", "OLDPACS", check=True)
    followed(server, 6)
    until(lambda: folder(server)["files"]["refused"] == 1)
    assert server.session.get(f"{server.http}/api/folders").json() == [folder(server)]
    assert over(server, images) == (0, sent)
    client = DICOMwebClient(f"{server.http}/dicom-web", session=server.session)
    assert len(client.search_for_instances(images[0].StudyInstanceUID)) == 6
    answer = server.get("studies", images[0].StudyInstanceUID, "series", images[0].SeriesInstanceUID, "instances", images[0].SOPInstanceUID,
                        accept="application/dicom")
    assert split(answer.content).data_set == sent[images[0].SOPInstanceUID]
    assert not [p for p in (server.folder / "objects").rglob("*") if p.is_file()]
    assert server.command("verify").returncode == 0
    # Deleted and gone for good here; there nothing happens.
    deletion = server.session.delete(server.url("studies", images[0].StudyInstanceUID)).json()
    assert over(server, images)[1] == {}
    server.session.post(f"{server.http}/api/deletions/{deletion['id']}/purge")
    until(lambda: folder(server)["files"]["hidden"] == 6)
    server.command("folders", "scan", "OLDPACS", check=True)
    assert over(server, images)[1] == {}
    assert checksum(root) == before
    root.chmod(0o755)


def test_in_step(new_server, tmp_path):
    root, images = tmp_path / "old", objects.study()
    sent = filled(root, images[:4])
    server = new_server("--set", "folders.grace=0")
    server.command("folders", "add", root, "--name", "OLDPACS", check=True)
    followed(server, 4)
    # New, changed, removed, while it runs.
    objects.save(images[4], root / "new" / "deep" / "4.dcm")
    sent[images[4].SOPInstanceUID] = split(objects.file_bytes(images[4])).data_set
    images[0].PatientComments = "changed"
    objects.save(images[0], root / "0" / "0.dcm")
    sent[images[0].SOPInstanceUID] = split(objects.file_bytes(images[0])).data_set
    (root / "1" / "1.dcm").unlink()
    del sent[images[1].SOPInstanceUID]
    until(lambda: over(server, images) == (0, sent))
    # The share goes and comes back: nothing is lost meanwhile, and who asks is told why.
    root.rename(tmp_path / "elsewhere")
    server.command("folders", "scan", "OLDPACS", check=True)
    until(lambda: folder(server)["state"] == "away")
    assert len(server.search("studies", images[0].StudyInstanceUID, "instances")) == 4
    status, got = over(server, images)
    assert status != 0 and got == {}
    # A status in words, not an answer that is broken off.
    study = images[0].StudyInstanceUID
    for accept in ('multipart/related; type="application/dicom"', 'multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2.4.90', "application/zip"):
        answer = server.get("studies", study, accept=accept)
        assert answer.status_code == 503 and "folder OLDPACS is away" in answer.text and answer.headers["Retry-After"] == "60", accept
    check = server.command("verify")
    assert check.returncode == 1 and "folder OLDPACS is away" in check.stderr
    (tmp_path / "elsewhere").rename(root)
    until(lambda: folder(server)["state"] == "followed")
    assert over(server, images) == (0, sent)


def test_killed_in_the_middle(new_server, tmp_path):
    root = tmp_path / "old"
    images = [image for _ in range(200) for image in objects.study(series=1, instances=10)]
    filled(root, images)
    server = new_server("--set", "folders.readers=1")
    server.command("folders", "add", root, "--name", "OLDPACS", check=True)
    until(lambda: folder(server)["files"]["indexed"] > 0)
    server.kill()
    done = folder(server)["files"]["indexed"]
    assert done < len(images), "it was too quick to be killed"
    mark = len(server.lines)
    server.start()
    followed(server, len(images))
    line = server.wait_for_log(r"folder OLDPACS: 2000 files looked at, \d+ read", since=mark)
    assert f"{len(images) - done} read" in line
    assert server.command("verify").returncode == 0
