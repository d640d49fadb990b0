"""isocenter as client of other servers' DICOMweb: a second isocenter, Orthanc, and servers that misbehave."""
import json
import ssl
import time

import pytest
from pydicom import dcmread

from peer import objects, orthanc
from peer.certificates import Authority
from peer.misbehaving_web import MisbehavingWeb, endless, says
from peer.server import USER, PASSWORD, isocenter
from peer.web import multipart


@pytest.fixture(scope="module")
def images():
    return objects.study(series=2, instances=3, PatientName="Curie^Marie", PatientID="WEB-1", StudyDate="20240105", Modality="CT")


@pytest.fixture(scope="module")
def study_uid(images):
    return str(images[0].StudyInstanceUID)


@pytest.fixture
def token(server, tmp_path):
    file = tmp_path / "token"
    file.write_text(server.token + "\n")
    return file


@pytest.fixture
def folder(images, tmp_path):
    files = tmp_path / "out-going"
    files.mkdir()
    for index, image in enumerate(images):
        objects.save(image, files / f"{index}.dcm")
    return files


@pytest.fixture
def web():
    made = []

    def make(*answers, tls=None):
        made.append(MisbehavingWeb(*answers, tls=tls))
        return made[-1]

    yield make
    for one in made:
        one.close()


def ask(server, token, command, *words, check=True):
    return isocenter(command, f"{server.http}/dicom-web", "--token-file", token, *words, check=check)


@pytest.fixture
def stored(server, token, folder):
    return ask(server, token, "send", folder)


def lines(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


# A second isocenter

def test_stow_stores_files_and_says_of_each(server, token, folder, images, study_uid):
    sent = lines(ask(server, token, "send", "--json", folder))
    assert {line["result"] for line in sent} == {"stored"}
    assert {line["sopInstance"] for line in sent} == {str(image.SOPInstanceUID) for image in images}
    assert len(server.search("studies", study_uid, "instances")) == len(images)


def test_echo(server, token):
    answer = json.loads(ask(server, token, "echo", "--json", "--count", "3").stdout)
    assert len(answer["milliseconds"]) == 3
    assert server.token not in json.dumps(answer)


@pytest.mark.parametrize("level, count", [("study", 1), ("series", 2), ("image", 6)])
def test_qido_finds_at_every_level(server, token, stored, study_uid, level, count):
    found = lines(ask(server, token, "find", "--json", "--level", level, f"StudyInstanceUID={study_uid}"))
    assert len(found) == count


def test_qido_pages_and_stops_at_the_limit(server, token, stored, study_uid):
    found = lines(ask(server, token, "find", "--json", "--level", "image", "--limit", "4", f"StudyInstanceUID={study_uid}"))
    assert len(found) == len({one["00080018"]["Value"][0] for one in found}) == 4


def test_qido_prints_the_table_of_find(server, token, stored):
    assert "Curie" in ask(server, token, "find", "PatientID=WEB-1").stdout


@pytest.mark.parametrize("keys", [["StudyInstanceUID={study}"], ["StudyInstanceUID={study}", "SeriesInstanceUID={series}"],
                                  ["StudyInstanceUID={study}", "SeriesInstanceUID={series}", "SOPInstanceUID={instance}"], ["SOPInstanceUID={instance}"]])
def test_wado_fetches_into_files(server, token, stored, images, tmp_path, keys):
    one = images[0]
    keys = [key.format(study=one.StudyInstanceUID, series=one.SeriesInstanceUID, instance=one.SOPInstanceUID) for key in keys]
    count = 1 if "SOPInstanceUID=" + str(one.SOPInstanceUID) in keys else 3 if len(keys) == 2 else 6
    ask(server, token, "get", "--out", tmp_path / "in", *keys)
    files = sorted((tmp_path / "in").iterdir())
    assert len(files) == count
    by_uid = {str(image.SOPInstanceUID): image for image in images}
    for file in files:
        assert dcmread(file).PixelData == by_uid[file.stem].PixelData


def test_a_user_and_password(server, tmp_path):
    password = tmp_path / "password"
    password.write_text(PASSWORD + "\n")
    result = isocenter("echo", f"{server.http}/dicom-web", "--user", USER, "--passcode-file", password)
    assert PASSWORD not in result.stdout + result.stderr
    assert result.returncode == 0 or "401" in result.stderr


def test_without_credentials_it_says_what_is_wanted(server):
    result = isocenter("echo", f"{server.http}/dicom-web")
    assert result.returncode == 1 and "401" in result.stderr and "--token-file" in result.stderr


def test_credentials_do_not_go_in_clear_to_another_machine(token):
    result = isocenter("echo", "http://pacs.invalid/dicom-web", "--token-file", token)
    assert result.returncode == 1 and "in clear" in result.stderr


def test_a_job_stores_at_a_peer(server, new_server, token, folder, study_uid):
    ours = new_server()
    ours.command("import", folder, check=True)
    ours.command("peers", "add", "cloud", "--url", f"{server.http}/dicom-web", "--token-file", token, check=True)
    shown = ours.command("peers", "show", "cloud", check=True).stdout
    assert server.token not in shown
    ours.command("send", "cloud", "--study", study_uid, check=True)
    assert len(server.search("studies", study_uid, "instances")) == 6
    assert ours.session.post(f"{ours.http}/api/peers/cloud/echo").json()["ok"]


def test_files_of_a_peer_are_not_named_by_the_api(new_server):
    ours = new_server()
    web = {"url": "https://elsewhere.invalid/dicom-web", "secretFile": "/etc/hostname"}
    answer = ours.session.post(f"{ours.http}/api/peers", json={"name": "cloud", "aeTitle": "", "web": web})
    assert answer.status_code == 400 and "isocenter peers" in answer.text


# Orthanc

@orthanc.needs_orthanc
def test_orthanc_stores_finds_and_gives(tmp_path, folder, images, study_uid):
    (tmp_path / "orthanc").mkdir()
    password = tmp_path / "password"
    password.write_text(orthanc.PASSWORD)
    other = orthanc.Orthanc(tmp_path / "orthanc")
    try:
        def ask(command, *words):
            return isocenter(command, other.url, "--user", orthanc.USER, "--passcode-file", password, *words, check=True)

        assert {line["result"] for line in lines(ask("send", "--json", folder))} == {"stored"}
        assert len(lines(ask("find", "--json", "--level", "image", f"StudyInstanceUID={study_uid}"))) == len(images)
        ask("get", "--out", tmp_path / "in", f"StudyInstanceUID={study_uid}")
        by_uid = {str(image.SOPInstanceUID): image.PixelData for image in images}
        assert {file.stem: dcmread(file).PixelData for file in (tmp_path / "in").iterdir()} == by_uid
    finally:
        other.stop()


# TLS

def test_an_authority_of_ones_own(tmp_path, web):
    authority = Authority(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*map(str, authority.issue("localhost")))
    secured = web(says(200, b"[]"), tls=context)
    assert isocenter("find", secured.url, "--tls-authorities", authority.certificate).returncode == 0
    unknown = isocenter("find", secured.url)
    assert unknown.returncode == 1 and "--tls-authorities" in unknown.stderr
    assert len(secured.requests) == 1


# Servers that misbehave

def get(web, tmp_path, study="1.2.3"):
    return isocenter("get", web.url, "--out", tmp_path / "in", f"StudyInstanceUID={study}")


def whole_files(tmp_path):
    return [path for path in (tmp_path / "in").iterdir()] if (tmp_path / "in").exists() else []


def test_truncated_multipart_leaves_no_half_file(web, images, tmp_path):
    body, kind = multipart([objects.file_bytes(image) for image in images[:2]], boundary="b")
    result = get(web(says(200, body[:-200], kind)), tmp_path)
    assert result.returncode == 1 and "ended before" in result.stderr
    assert [path.name for path in whole_files(tmp_path)] == [f"{images[0].SOPInstanceUID}.dcm"]


def test_a_lying_content_length(web, images, tmp_path):
    body, kind = multipart([objects.file_bytes(images[0])], boundary="b")
    result = get(web(says(200, body[:-300], kind, length=len(body))), tmp_path)
    assert result.returncode == 1
    assert whole_files(tmp_path) == []


def test_a_wrong_boundary(web, images, tmp_path):
    body, kind = multipart([objects.file_bytes(images[0])] * 20, boundary="b")
    result = get(web(says(200, body, kind.replace("boundary=b", "boundary=c"))), tmp_path)
    assert result.returncode == 1 and "boundary" in result.stderr
    assert whole_files(tmp_path) == []


def test_an_endless_preamble(web, tmp_path):
    begin = time.monotonic()
    result = get(web(endless('multipart/related; type="application/dicom"; boundary=b', b"x" * 65536)), tmp_path)
    assert result.returncode == 1 and "boundary" in result.stderr
    assert time.monotonic() - begin < 20


def test_an_endless_list_of_matches(web):
    result = isocenter("find", web(endless("application/dicom+json", b" " * 65536, b"[")).url)
    assert result.returncode == 1 and "exceeds" in result.stderr


def test_a_redirect_elsewhere_is_not_followed(web):
    other = web(says(200, b"[]"))
    first = web(says(302, b"", None, Location=other.url + "/studies"))
    result = isocenter("find", first.url)
    assert result.returncode == 1 and "another origin" in result.stderr
    assert other.requests == []


def test_a_redirect_within_the_origin_is_followed(web):
    first = web(says(307, b"", None, Location="/other/studies"), says(200, b"[]"))
    assert isocenter("find", first.url).returncode == 0
    assert [path.split("?")[0] for _, path, _, _ in first.requests] == ["/dicom-web/studies", "/other/studies"]


def test_redirects_in_a_circle_end(web):
    first = web(says(302, b"", None, Location="/dicom-web/studies"))
    assert isocenter("find", first.url).returncode == 1
    assert len(first.requests) <= 7


def outcome(stored=(), failed=()):
    def item(uid, **more):
        return {"00081155": {"vr": "UI", "Value": [uid]}, **more}
    answer = {}
    if stored:
        answer["00081199"] = {"vr": "SQ", "Value": [item(uid) for uid in stored]}
    if failed:
        answer["00081198"] = {"vr": "SQ", "Value": [item(uid, **{"00081197": {"vr": "US", "Value": [0xA900]}}) for uid in failed]}
    return json.dumps(answer).encode()


def send(web, folder):
    return isocenter("send", web.url, "--json", folder)


def test_503_then_200(web, folder, images):
    uids = [str(image.SOPInstanceUID) for image in images]
    busy = web(says(503, b"later", "text/plain", Retry_After="1"), says(200, outcome(uids)))
    begin = time.monotonic()
    result = send(busy, folder)
    assert result.returncode == 0, result.stderr
    assert time.monotonic() - begin >= 1 and len(busy.requests) == 2
    # What is sent again is whole.
    assert busy.requests[1][3].count(b"DICM") == len(images)


def test_409_in_part(web, folder, images):
    uids = [str(image.SOPInstanceUID) for image in images]
    result = send(web(says(409, outcome(uids[1:], uids[:1]))), folder)
    assert result.returncode == 1
    said = {line["sopInstance"]: line for line in lines(result)}
    assert said[uids[0]]["result"] == "refused" and "A900" in said[uids[0]]["message"]
    assert {said[uid]["result"] for uid in uids[1:]} == {"stored"}


@pytest.mark.parametrize("body, kind", [(b"", "application/dicom+json"), (b"{}", "application/dicom+json"), (b"OK", "text/plain"), (b"{", "application/dicom+json")])
def test_what_is_not_named_as_stored_is_not_said_to_be(web, folder, body, kind):
    result = send(web(says(200, body, kind)), folder)
    assert result.returncode == 1
    assert not any(line.get("result") == "stored" for line in lines(result))


def test_the_servers_words_are_told_and_cannot_steer_the_terminal(web):
    result = isocenter("find", web(says(500, b"\x1b[31mthe disk is full", "text/plain")).url)
    assert result.returncode == 1 and "the disk is full" in result.stderr and "\x1b" not in result.stderr


@pytest.mark.parametrize("body", [b"[{", b"<html>", b'[{"00100010":{"vr":"PN","Value":[7]}}]', b"[" * 100000])
def test_matches_that_cannot_be_read(web, body):
    result = isocenter("find", web(says(200, body)).url)
    assert result.returncode == 1 and "cannot be read" in result.stderr
