"""Uploading: what was dropped or chosen, looked at before it goes, told of file by file, through lost connections and reloads; what came of it read by pydicom."""
import io
import os
import random
import shutil
import subprocess
import zipfile

import generated
import numpy as np
import pytest
import requests
from conftest import eventually
from PIL import Image
from pydicom import dcmread
from pydicom.encaps import generate_frames

from peer import objects, web
from peer.server import PASSWORD, USER

HOSTILE = "<img src=x onerror=document.title='broken'>&\"' " + "n" * 160


@pytest.fixture(scope="module")
def session(own_server):
    session = requests.Session()
    session.auth = (USER, PASSWORD)
    return session


@pytest.fixture
def found(own_server, session):
    """The instances of a study as the archive gives them out."""
    def instances(**keys):
        listed = session.get(f"{own_server.http}/dicom-web/instances", params=keys, headers={"Accept": web.DICOM_JSON}, timeout=30)
        return [dcmread(io.BytesIO(session.get(
            f"{own_server.http}/dicom-web/studies/{one['0020000D']['Value'][0]}/series/{one['0020000E']['Value'][0]}/instances/{one['00080018']['Value'][0]}",
            headers={"Accept": "application/dicom; transfer-syntax=*"}, timeout=30).content)) for one in (listed.json() if listed.status_code == 200 else [])]
    return instances


def opened(own_page, **options):
    return own_page("#/studies", "studies", **options)


def lines(page, state):
    return page.locator(f".upload-lines [data-state={state}]").count()


def send(page):
    page.locator(".upload-check footer .primary:enabled").click()


def summary(page):
    return page.inner_text(".upload-summary")


def image(name, study, number=1, **attributes):
    data_set = objects.image(**attributes)
    data_set.PatientName, data_set.PatientID = name, name.split("^")[0].upper()[:60]
    data_set.StudyInstanceUID, data_set.SeriesInstanceUID, data_set.SOPInstanceUID = study, f"{study}.1", f"{study}.1.{number}"
    data_set.file_meta.MediaStorageSOPInstanceUID = data_set.SOPInstanceUID
    return data_set


def noise(rows, columns):
    return np.frombuffer(random.Random(7).randbytes(rows * columns * 2), "<u2").reshape(rows, columns)


def test_a_folder_and_a_zip_are_checked_sent_and_told_of(own_page, found, tmp_path):
    folder = tmp_path / "disc"
    (folder / "DICOM").mkdir(parents=True)
    one, two = image("Folder^Anna", "1.2.826.0.1.77.1"), image("Folder^Anna", "1.2.826.0.1.77.1", 2)
    (folder / "DICOM" / "IM1").write_bytes(objects.file_bytes(one))
    (folder / "DICOM" / "IM2").write_bytes(objects.file_bytes(two))
    (folder / "README.TXT").write_text("no image")
    (folder / "empty").write_bytes(b"")
    other = image("Packed^Bert", "1.2.826.0.1.77.2")
    with zipfile.ZipFile(folder / "more.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a/IM9", objects.file_bytes(other))
        packed.writestr(HOSTILE, b"text")
    (folder / "cut.zip").write_bytes((folder / "more.zip").read_bytes()[:-40])
    with zipfile.ZipFile(folder / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("zeros", b"\0" * (24 << 20))

    page = opened(own_page)
    page.set_input_files("#upload-folder", folder)
    page.wait_for_selector(".upload-check footer .primary:enabled")
    text = page.locator(".upload-check").inner_text()
    assert "Folder, Anna" in text and "Packed, Bert" in text and "Several patients: 2." in text
    assert page.locator("[data-check-study]").count() == 2
    left = {line.locator(".file").text_content().split("/", 1)[1]: line.locator("span").text_content() for line in page.locator(".check-left li").all()}
    assert left["README.TXT"].startswith("neither DICOM") and left["empty"] == "empty" and left["cut.zip"] == "the ZIP file is cut off"
    assert left["bomb.zip"] == "unpacks to more than is believed"
    assert f"more.zip/{HOSTILE}" in left and page.locator(".upload-check img[src=x]").count() == 0, "a name is no markup"
    page.shot("upload-check")
    assert page.evaluate("document.querySelectorAll('.upload-lines li').length") == 0, "nothing is sent before it is answered"
    send(page)
    assert eventually(lambda: "All 3 files are in the archive" in summary(page)), summary(page)
    assert {i.SOPInstanceUID for i in found(StudyInstanceUID=one.StudyInstanceUID)} == {one.SOPInstanceUID, two.SOPInstanceUID}
    back, = found(StudyInstanceUID=other.StudyInstanceUID)
    assert back.PixelData == other.PixelData and back.PatientName == "Packed^Bert"
    page.shot("upload")

    # Once more: all is there. And the same identity with other pixels: the archive refuses it in its own words, and says so again when it is tried again.
    changed = image("Folder^Anna", "1.2.826.0.1.77.1", 2)
    changed.PixelData = bytes(len(changed.PixelData))
    (tmp_path / "changed").write_bytes(objects.file_bytes(changed))
    page.set_input_files("#upload-files", [folder / "DICOM" / "IM1", tmp_path / "changed"])
    page.wait_for_selector("[data-warning=allThere]")
    send(page)
    assert eventually(lambda: lines(page, "present") == 1 and lines(page, "refused") == 1), summary(page)
    assert "another object" in page.locator(".upload-lines [data-state=refused]").inner_text()
    assert eventually(lambda: "Not complete: 1 of 5" in summary(page)), summary(page)
    page.click("#upload-retry")
    assert eventually(lambda: lines(page, "refused") == 1 and "Not complete" in summary(page))
    assert found(SOPInstanceUID=two.SOPInstanceUID)[0].PixelData == two.PixelData

    # A study that the archive has of somebody else is not sent unless somebody says so.
    wrong = image("Folder^Zoe", "1.2.826.0.1.77.1", 3)
    (tmp_path / "wrong").write_bytes(objects.file_bytes(wrong))
    page.set_input_files("#upload-files", tmp_path / "wrong")
    page.wait_for_selector("[data-warning=otherPatientInArchive]")
    assert "Folder, Anna" in page.inner_text("[data-warning=otherPatientInArchive]")
    assert page.locator(".upload-check footer .primary").is_disabled()
    page.keyboard.press("Escape")
    assert page.locator(".upload-check").count() == 0 and not found(SOPInstanceUID=wrong.SOPInstanceUID)


def test_a_large_file_goes_on_after_lost_connections_a_reload_and_a_session_that_ended(own_page, own_server, found, tmp_path):
    """40 MB in pieces: the line breaks, the page is loaded anew, the session ends; no byte is sent twice that the server has, and nothing is called done before it is."""
    large = image("Large^Carl", "1.2.826.0.1.77.3", pixels=noise(4096, 4096))
    path = tmp_path / "large.dcm"
    path.write_bytes(objects.file_bytes(large))
    page = opened(own_page)
    sent = []
    page.on("request", lambda request: sent.append(int(request.headers["upload-offset"])) if request.method == "PATCH" else None)
    stopped = {"at": 8 << 20}

    def piece(route):
        if int(route.request.headers["upload-offset"]) >= stopped["at"]:
            route.abort()
        else:
            route.continue_()

    page.route("**/dicom-web/uploads/*", lambda route: piece(route) if route.request.method == "PATCH" else route.continue_())
    page.set_input_files("#upload-files", path)
    send(page)
    page.wait_for_selector(".upload-lines [data-state=waiting]", timeout=30000)
    assert "the connection broke" in page.inner_text(".upload-lines [data-state=waiting]") and "in the archive" not in summary(page)
    stopped["at"] = 16 << 20
    assert eventually(lambda: max(sent) >= 16 << 20, timeout=20, page=page), sent
    assert not found(SOPInstanceUID=large.SOPInstanceUID)

    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.ready("studies")
    assert "1 upload was interrupted" in summary(page)
    # Another file of the same name, size and date begins at its own beginning: nobody gets half of each.
    stopped["at"] = 1 << 40
    sent.clear()
    page.set_input_files("#upload-files", path)
    # The session ends in the middle: what is sent waits for the same person, unseen.
    ended = []

    def end(route):
        if not ended and int(route.request.headers["upload-offset"]) >= 24 << 20:
            ended.append(page.context.request.delete("api/session", headers={"Origin": own_server.http}).status)
        route.continue_()

    page.route("**/dicom-web/uploads/*", lambda route: end(route) if route.request.method == "PATCH" else route.continue_())
    send(page)
    page.ready("signIn")
    assert ended == [204] and page.locator(".upload-panel").is_hidden()
    assert min(sent) >= 16 << 20, "what the server has is not sent again"
    page.fill("[name=name]", USER)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.ready("studies")
    assert eventually(lambda: "The file is in the archive" in summary(page), timeout=30, page=page), summary(page)
    back, = found(SOPInstanceUID=large.SOPInstanceUID)
    assert back.PixelData == large.PixelData
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('isocenter.uploads')).length") == 0


def test_an_answer_that_is_lost_is_asked_for_again(own_page, found, tmp_path):
    """The last piece is stored and its answer never comes: what became of it is asked, not assumed."""
    large = image("Lost^Dora", "1.2.826.0.1.77.4", pixels=noise(2048, 2400))
    (tmp_path / "lost.dcm").write_bytes(objects.file_bytes(large))
    page = opened(own_page)
    lost = []

    def last(route):
        if route.request.method == "PATCH" and int(route.request.headers["upload-offset"]) >= 8 << 20 and not lost:
            lost.append(route.fetch().status)
            return route.abort()
        route.continue_()

    page.route("**/dicom-web/uploads/*", last)
    page.set_input_files("#upload-files", tmp_path / "lost.dcm")
    send(page)
    assert eventually(lambda: "The file is in the archive" in summary(page), timeout=30, page=page), summary(page)
    assert lost == [200] and len(found(SOPInstanceUID=large.SOPInstanceUID)) == 1


def test_stop_and_try_again(own_page, found, tmp_path):
    files = []
    for number in range(1, 9):
        path = tmp_path / f"IM{number}"
        path.write_bytes(objects.file_bytes(image("Stop^Emil", "1.2.826.0.1.77.5", number)))
        files.append(path)
    page = opened(own_page)
    held = []
    page.route("**/dicom-web/studies", lambda route: held.append(route) if route.request.method == "POST" else route.continue_())
    page.set_input_files("#upload-files", files)
    send(page)
    assert eventually(lambda: len(held) == 4, page=page), "four at a time"
    page.get_by_role("button", name="Stop", exact=True).click()
    assert eventually(lambda: "8 stopped" in summary(page) and "Not complete: 8 of 8" in summary(page)), summary(page)
    page.unroute("**/dicom-web/studies")
    page.click("#upload-retry")
    assert eventually(lambda: "All 8 files are in the archive" in summary(page)), summary(page)
    assert len(found(StudyInstanceUID="1.2.826.0.1.77.5")) == 8


def test_pictures_documents_and_films_become_objects_of_a_study(own_page, own_server, found, tmp_path, new_film):
    y, x = np.mgrid[0:40, 0:61]
    photo = Image.fromarray(np.dstack([x * 4, y * 6, x + y]).astype("u1"))
    photo.save(tmp_path / "wound.jpg", quality=90)
    photo.save(tmp_path / "scan.png")
    turned = Image.Exif()
    turned[0x0112] = 6
    photo.save(tmp_path / "turned.jpeg", exif=turned)
    photo.save(tmp_path / "letter.pdf")
    (tmp_path / "broken.jpg").write_bytes((tmp_path / "wound.jpg").read_bytes()[:-200])
    files = [tmp_path / name for name in ("wound.jpg", "scan.png", "turned.jpeg", "letter.pdf", "broken.jpg")] + new_film

    page = opened(own_page)
    base = image("Picture^Fay", "1.2.826.0.1.77.6")
    (tmp_path / "base.dcm").write_bytes(objects.file_bytes(base))
    page.set_input_files("#upload-files", tmp_path / "base.dcm")
    send(page)
    assert eventually(lambda: "The file is in the archive" in summary(page))

    # To a study that is there: found, chosen, and said what will be made.
    page.set_input_files("#upload-files", files)
    page.wait_for_selector(".check-documents")
    send(page)
    assert "Find and choose the study" in page.inner_text(".upload-check footer"), "nobody's pictures are not sent"
    page.fill("#check-search", "picture fay")
    page.locator("[data-take]").click()
    outcome = page.inner_text(".check-outcome")
    assert "Picture, Fay" in outcome and "PICTURE" in outcome and "4 photographs" in outcome and "1 document" in outcome
    assert page.locator(".check-files .warning").count() == 1, "what the camera only marked as turned"
    assert eventually(lambda: page.locator(".check-picture img").count() >= 3)
    page.shot("upload-pictures")
    send(page)
    count = len(files) - 1
    assert eventually(lambda: lines(page, "refused") == 1 and lines(page, "stored") == count + 1), summary(page)
    assert "cut off" in page.inner_text(".upload-lines [data-state=refused]")
    made = [i for i in found(StudyInstanceUID=base.StudyInstanceUID) if i.SOPInstanceUID != base.SOPInstanceUID]
    assert {(i.PatientName, i.PatientID, i.StudyInstanceUID, i.get("StudyDate"), i.get("AccessionNumber")) for i in made} == {(base.PatientName, base.PatientID, base.StudyInstanceUID, base.get("StudyDate"), base.get("AccessionNumber"))}
    by_kind = {}
    for one in made:
        by_kind.setdefault(one.SOPClassUID.name, []).append(one)
    assert {name: len(all_) for name, all_ in by_kind.items() if "Video" not in name} == {"VL Photographic Image Storage": 3, "Encapsulated PDF Storage": 1}
    document, = by_kind["Encapsulated PDF Storage"]
    assert bytes(document.EncapsulatedDocument).rstrip(b"\0") == (tmp_path / "letter.pdf").read_bytes() and document.Modality == "DOC" and document.BurnedInAnnotation == "YES"
    photos = by_kind["VL Photographic Image Storage"]
    png = next(i for i in photos if i.ImageComments == "scan")
    assert np.array_equal(png.pixel_array, np.asarray(photo)), "what was lossless stays so"
    jpeg = next(i for i in photos if i.ImageComments == "wound")
    assert next(generate_frames(jpeg.PixelData, number_of_frames=1)).rstrip(b"\0") == (tmp_path / "wound.jpg").read_bytes().rstrip(b"\0") and jpeg.LossyImageCompression == "01"
    assert {i.Modality for i in photos} == {"XC"} and len({i.SeriesInstanceUID for i in photos}) == 1
    if shutil.which("dciodvfy"):
        for one in photos[:1] + [document]:
            one.save_as(tmp_path / "check.dcm")
            errors = [line for line in subprocess.run(["dciodvfy", tmp_path / "check.dcm"], capture_output=True, text=True).stderr.splitlines() if line.startswith("Error")]
            assert errors == [], errors

    # To a new one: what is missing is said, what was entered is what is stored, whatever letters it has.
    page.set_input_files("#upload-files", tmp_path / "scan.png")
    page.wait_for_selector(".check-documents")
    page.check("[name=where][value=new]")
    send(page)
    assert "Give the family name." in page.inner_text(".upload-check footer") and "Give the patient ID." in page.inner_text(".upload-check footer")
    page.fill("#new-family", "<b>قباني</b>")
    page.fill("#new-given", "نزار")
    page.fill("#new-patientID", "P 2026/7")
    page.fill("#new-birthDate", "1923-03-21")
    page.select_option("#new-sex", "M")
    page.fill("#new-description", "Referral")
    page.select_option("#check-kind", "scan")
    send(page)
    assert eventually(lambda: lines(page, "stored") == count + 2), summary(page)
    new, = found(PatientID="P 2026/7")
    assert (str(new.PatientName), new.PatientBirthDate, new.PatientSex, new.StudyDescription, new.Modality) == ("<b>قباني</b>^نزار", "19230321", "M", "Referral", "OT")
    assert new.SOPClassUID.name == "Secondary Capture Image Storage" and new.StudyDate and np.array_equal(new.pixel_array, np.asarray(photo))
    assert page.title() != "broken"


@pytest.fixture
def new_film(tmp_path):
    """A short MP4 where ffmpeg can make one."""
    path = tmp_path / "film.mp4"
    if shutil.which("ffmpeg") and subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=1", "-c:v", "libx264", "-pix_fmt", "yuv420p", path], capture_output=True).returncode == 0:
        return [path]
    return []


def test_another_patient_than_the_one_on_screen(own_page, own_server, session, tmp_path):
    """What belongs to somebody else than the open study is said, and not sent by itself."""
    shown, other = image("Screen^Gus", "1.2.826.0.1.77.8"), image("Other^Hal", "1.2.826.0.1.77.9")
    answer = session.post(f"{own_server.http}/dicom-web/studies", data=objects.file_bytes(shown), headers={"Content-Type": "application/dicom"}, timeout=30)
    assert answer.status_code == 200
    (tmp_path / "other").write_bytes(objects.file_bytes(other))
    page = own_page(f"#/study/{shown.StudyInstanceUID}", "viewer")
    page.set_input_files("#upload-files", tmp_path / "other")
    page.wait_for_selector("[data-warning=otherPatientOpen]")
    assert "Screen, Gus" in page.inner_text("[data-warning=otherPatientOpen]")
    assert not page.locator("[data-check-study] input").is_checked()
    page.get_by_role("button", name="Send nothing").last.click()
