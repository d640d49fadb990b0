"""STOW-RS (PS3.18 §10.5): dicomweb-client, requests and curl as senders."""
import json
import subprocess

import pytest
from dicomweb_client import DICOMwebClient

from peer import objects, web
from peer.part10 import split


def client(server):
    return DICOMwebClient(url=f"{server.http}/dicom-web", session=server.session)


def listed(server, study):
    return {web.value(i, "00080018") for i in server.search("studies", study, "instances", limit=500)}


def test_one_instance(server):
    image = objects.image()
    answer = web.store(server, [objects.file_bytes(image)])
    assert answer.status_code == 200, answer.text
    assert web.stored(answer) == [image.SOPInstanceUID]
    retrieve = answer.json()["00081199"]["Value"][0]["00081190"]["Value"][0]
    assert image.SOPInstanceUID in retrieve
    assert listed(server, image.StudyInstanceUID) == {image.SOPInstanceUID}


def test_dicomweb_client_stores_a_study(server):
    images = objects.study(series=2, instances=4)
    answer = client(server).store_instances(images)
    assert len(answer.ReferencedSOPSequence) == 8
    assert listed(server, images[0].StudyInstanceUID) == {i.SOPInstanceUID for i in images}


def test_curl_stores(server, scratch):
    image = objects.image()
    body, kind = web.multipart([objects.file_bytes(image)])
    (scratch / "body").write_bytes(body)
    run = subprocess.run(["/usr/bin/curl", "-sS", "-o", "-", "-w", "\n%{http_code}", "-X", "POST", "-H", f"Content-Type: {kind}",
                          "-H", f"Authorization: Bearer {server.token}", "-H", "Accept: application/dicom+json",
                          "--data-binary", f"@{scratch / 'body'}", server.url("studies")], capture_output=True, text=True, timeout=60)
    assert run.stdout.endswith("\n200"), run.stdout + run.stderr
    assert listed(server, image.StudyInstanceUID) == {image.SOPInstanceUID}


def test_chunked_body(server):
    image = objects.image(objects.ramp(256, 256))
    body, kind = web.multipart([objects.file_bytes(image)])
    pieces = (body[i:i + 1000] for i in range(0, len(body), 1000))
    answer = server.session.post(server.url("studies"), data=pieces, timeout=60,
                                 headers={"Content-Type": kind, "Accept": web.DICOM_JSON})
    assert answer.status_code == 200, answer.text


def test_stored_bytes_come_back(server):
    image = objects.image()
    file = objects.file_bytes(image)
    assert web.store(server, [file]).status_code == 200
    answer = server.get("studies", image.StudyInstanceUID, accept=web.ANY_SYNTAX)
    assert split(web.parts(answer)[0][1]).data_set == split(file).data_set


def test_again_is_a_success(server):
    file = objects.file_bytes(objects.image())
    assert web.store(server, [file]).status_code == 200
    assert web.store(server, [file]).status_code == 200


def test_good_and_bad_together(server):
    good, nameless = objects.image(), objects.image(SOPInstanceUID=objects.uid())
    lacking = objects.file_bytes(objects.image())[:-100]  # cut off in its pixels
    answer = web.store(server, [objects.file_bytes(good), lacking, b"not DICOM at all", objects.file_bytes(nameless)])
    assert answer.status_code == 202, answer.text
    assert set(web.stored(answer)) == {good.SOPInstanceUID, nameless.SOPInstanceUID}
    failed = answer.json()["00081198"]["Value"]  # named by their UIDs
    others = answer.json()["0008119A"]["Value"]  # Other Failures: those that say no UIDs
    assert [len(failed), len(others)] == [1, 1], answer.text
    assert web.value(failed[0], "00081197") and web.value(others[0], "00081197")


def test_all_bad_is_409(server):
    answer = web.store(server, [b"not DICOM at all"])
    assert answer.status_code in (400, 409), answer.text


def test_cut_off_instance_is_refused(server):
    image = objects.image()
    file = objects.file_bytes(image)
    answer = web.store(server, [file[:-100]])
    assert answer.status_code == 409, answer.text
    assert server.search("instances", SOPInstanceUID=image.SOPInstanceUID) == []


def test_to_its_study(server):
    image, stranger = objects.image(), objects.image()
    answer = web.store(server, [objects.file_bytes(image), objects.file_bytes(stranger)], study=image.StudyInstanceUID)
    assert answer.status_code == 202, answer.text
    assert web.stored(answer) == [image.SOPInstanceUID]
    assert list(web.failures(answer)) == [stranger.SOPInstanceUID]
    assert server.search("instances", SOPInstanceUID=stranger.SOPInstanceUID) == []


def test_to_another_study_is_409(server):
    image = objects.image()
    answer = web.store(server, [objects.file_bytes(image)], study=objects.uid())
    assert answer.status_code == 409, answer.text
    assert listed(server, image.StudyInstanceUID) == set()


def test_other_content_under_a_known_uid_is_a_conflict(server):
    first = objects.image(objects.ramp(start=0))
    second = objects.image(objects.ramp(start=9), study=first.StudyInstanceUID, series=first.SeriesInstanceUID,
                           SOPInstanceUID=first.SOPInstanceUID)
    assert web.store(server, [objects.file_bytes(first)]).status_code == 200
    answer = web.store(server, [objects.file_bytes(second)])
    assert answer.status_code in (202, 409), answer.text
    back = server.get("studies", first.StudyInstanceUID, accept=web.ANY_SYNTAX)
    assert split(web.parts(back)[0][1]).data_set == split(objects.file_bytes(first)).data_set


def test_many_instances(server):
    images = objects.study(series=4, instances=50)
    answer = web.store(server, [objects.file_bytes(i) for i in images])
    assert answer.status_code == 200, answer.text[:500]
    assert len(web.stored(answer)) == 200


@pytest.mark.parametrize("kind, status", {
    "text/plain": (415, 400),
    "application/json": (415, 400),
    'multipart/related; type="application/dicom"': (400, 415),           # no boundary
    'multipart/related; type="text/html"; boundary=x': (415, 400),
    "multipart/form-data; boundary=x": (415, 400),
    "": (415, 400),
}.items())
def test_unsupported_content_types(server, kind, status):
    body, _ = web.multipart([objects.file_bytes(objects.image())], boundary="x")
    answer = server.session.post(server.url("studies"), data=body, headers={"Content-Type": kind}, timeout=60)
    assert answer.status_code in status, f"{answer.status_code} {answer.text[:300]}"


def test_answer_without_an_accept_header(server):
    body, kind = web.multipart([objects.file_bytes(objects.image())])
    session = server.session
    session.headers["Accept"] = None
    answer = session.post(server.url("studies"), data=body, headers={"Content-Type": kind}, timeout=60)
    assert answer.status_code == 200 and json.loads(answer.text)


@pytest.mark.parametrize("form", {
    "preamble": lambda b, boundary: b"hello, this is ignored\r\n" + b,
    "epilogue": lambda b, boundary: b + b"ignored too\r\n",
    "spaces after the boundary": lambda b, boundary: b.replace(b"--" + boundary + b"\r\n", b"--" + boundary + b" \t\r\n"),
}.items(), ids=lambda form: form[0])
def test_multipart_as_rfc_2046_allows(server, form):
    image = objects.image()
    body, kind = web.multipart([objects.file_bytes(image)], boundary="gauze")
    answer = server.session.post(server.url("studies"), data=form[1](body, b"gauze"), timeout=60,
                                 headers={"Content-Type": kind.replace("=gauze", '="gauze"'), "Accept": web.DICOM_JSON})
    assert answer.status_code == 200, answer.text


def test_the_boundary_inside_the_pixels(server):
    """Bytes that look like the boundary but do not stand at a line's start are content."""
    pixels = objects.ramp(64, 64, "<u1", 0)
    image = objects.image(pixels, sop_class=objects.SC, modality="OT")
    image.PixelData = (b"--gauze--" + b"gauze-- gauze" + image.PixelData)[:64 * 64]
    file = objects.file_bytes(image)
    body, kind = web.multipart([file], boundary="gauze")
    answer = server.session.post(server.url("studies"), data=body, timeout=60, headers={"Content-Type": kind, "Accept": web.DICOM_JSON})
    assert answer.status_code == 200, answer.text
    back = server.get("studies", image.StudyInstanceUID, accept=web.ANY_SYNTAX)
    assert split(web.parts(back)[0][1]).data_set == split(file).data_set
