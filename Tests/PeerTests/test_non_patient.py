"""The Non-Patient Instance service (PS3.18 §12): hanging protocols, colour palettes, implant templates; by HTTP and by C-STORE."""
import copy
import io

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from peer import dimse, objects, web

HANGING, PALETTE, IMPLANT, INVENTORY = (
    "1.2.840.10008.5.1.4.38.1", "1.2.840.10008.5.1.4.39.1", "1.2.840.10008.5.1.4.43.1", "1.2.840.10008.5.1.4.1.1.201.1")
CLASSES = {
    "hanging-protocols": [HANGING],
    "color-palettes": [PALETTE],
    "implant-templates": [IMPLANT, "1.2.840.10008.5.1.4.44.1", "1.2.840.10008.5.1.4.45.1"],
    "defined-procedure-protocols": ["1.2.840.10008.5.1.4.1.1.200.1", "1.2.840.10008.5.1.4.1.1.200.7"],
    "protocol-approvals": ["1.2.840.10008.5.1.4.1.1.200.3"],
    "inventories": [INVENTORY],
}


def thing(sop_class, **attributes):
    data_set = Dataset()
    data_set.SpecificCharacterSet = "ISO_IR 192"
    data_set.SOPClassUID, data_set.SOPInstanceUID = sop_class, objects.uid()
    data_set.InstanceCreationDate, data_set.InstanceCreationTime = "20240131", "101530"
    for keyword, value in attributes.items():
        setattr(data_set, keyword, value)
    return objects.with_meta(data_set)


def hanging(name, **attributes):
    definition = Dataset()
    definition.Modality = attributes.pop("modality", "CT")
    definition.Laterality = ""
    return thing(HANGING, HangingProtocolName=name, HangingProtocolDescription=f"Shows {name}", HangingProtocolLevel="SITE",
                 HangingProtocolCreator="Nightingale", HangingProtocolCreationDateTime="20240131101530",
                 HangingProtocolDefinitionSequence=[definition], NumberOfPriorsReferenced=1, **attributes)


def palette(label):
    return thing(PALETTE, ContentLabel=label, ContentDescription="Greens", ContentCreatorName="Seacole^Mary",
                 RedPaletteColorLookupTableDescriptor=[256, 0, 8], RedPaletteColorLookupTableData=bytes(range(256)))


def post(server, category, data_sets):
    body, kind = web.multipart([objects.file_bytes(d) for d in data_sets])
    return server.session.post(server.url(category), data=body, timeout=60, headers={"Content-Type": kind, "Accept": web.DICOM_JSON})


def uids(found):
    return {web.value(i, "00080018") for i in found}


@pytest.mark.parametrize("category, sop_class", [(c, s) for c, classes in CLASSES.items() for s in classes])
def test_each_class_in_its_category(server, category, sop_class):
    one = thing(sop_class)
    answer = post(server, category, [one])
    assert answer.status_code == 200, answer.text
    reference = answer.json()["00081199"]["Value"][0]
    assert web.value(reference, "00081190") == server.url(category, one.SOPInstanceUID)
    back = server.get(category, one.SOPInstanceUID, accept="application/dicom")
    assert back.status_code == 200 and back.headers["Content-Type"].startswith("application/dicom;")
    assert dcmread(io.BytesIO(back.content)) == one
    assert one.SOPInstanceUID in uids(server.search(category, SOPInstanceUID=one.SOPInstanceUID))
    # It is of no study.
    assert server.search("instances", SOPInstanceUID=one.SOPInstanceUID) == []
    for other in CLASSES:
        if other != category:
            assert server.get(other, one.SOPInstanceUID).status_code == 404
            assert server.search(other, SOPInstanceUID=one.SOPInstanceUID) == []


def test_search_by_what_the_modules_have(server):
    mark = objects.uid()[-8:]
    chest, head = hanging(f"Chest {mark}"), hanging(f"Tête {mark}", modality="MR")
    assert post(server, "hanging-protocols", [chest, head]).status_code == 200
    find = lambda **keys: uids(server.search("hanging-protocols", **keys)) & {chest.SOPInstanceUID, head.SOPInstanceUID}
    assert find(HangingProtocolName=f"Chest {mark}") == {chest.SOPInstanceUID}
    assert find(HangingProtocolName=f"*{mark}") == {chest.SOPInstanceUID, head.SOPInstanceUID}
    assert find(**{"00720002": f"T?te {mark}"}) == {head.SOPInstanceUID}
    assert find(**{"HangingProtocolDefinitionSequence.Modality": "MR"}) == {head.SOPInstanceUID}
    assert find(HangingProtocolCreationDateTime="20240101-20240201", HangingProtocolName=f"Chest {mark}") == {chest.SOPInstanceUID}
    assert find(HangingProtocolCreationDateTime="20250101-") == set()
    assert find(SOPInstanceUID=f"{chest.SOPInstanceUID},{head.SOPInstanceUID}") == {chest.SOPInstanceUID, head.SOPInstanceUID}
    assert find(NumberOfPriorsReferenced="2") == set()
    answer = server.search("hanging-protocols", SOPInstanceUID=head.SOPInstanceUID)[0]
    assert web.value(answer, "00720002") == f"Tête {mark}" and web.value(answer, "00720006") == "SITE"


def test_paging(server):
    mark = objects.uid()[-8:]
    many = [palette(f"P{mark[-4:]}{n}") for n in range(5)]
    assert post(server, "color-palettes", many).status_code == 200
    seen = []
    for start in range(0, 5, 2):
        answer = server.get("color-palettes", params={"ContentLabel": f"P{mark[-4:]}*", "limit": 2, "offset": start}, accept=web.DICOM_JSON)
        seen += [web.value(i, "00080018") for i in answer.json()]
        assert ("Warning" in answer.headers) == (start + 2 < 5)
    assert sorted(seen) == sorted(m.SOPInstanceUID for m in many)


def test_includefield(server):
    one = palette("FIELDS")
    assert post(server, "color-palettes", [one]).status_code == 200
    plain = server.search("color-palettes", SOPInstanceUID=one.SOPInstanceUID)[0]
    assert "00281101" not in plain and web.value(plain, "00700080") == "FIELDS"
    assert "00281101" in server.search("color-palettes", SOPInstanceUID=one.SOPInstanceUID, includefield="RedPaletteColorLookupTableDescriptor")[0]
    assert "00281101" in server.search("color-palettes", SOPInstanceUID=one.SOPInstanceUID, includefield="all")[0]


@pytest.mark.parametrize("keys", [{"nonsense": "1"}, {"limit": "x"}, {"offset": "-1"}])
def test_parameters_without_meaning(server, keys):
    answer = server.get("hanging-protocols", params=keys, accept=web.DICOM_JSON)
    assert answer.status_code == 400 and next(iter(keys)) in answer.json()["error"]


def test_fuzzy_matching_is_said_not_to_be_done(server):
    one = palette("FUZZY")
    assert post(server, "color-palettes", [one]).status_code == 200
    answer = server.get("color-palettes", params={"ContentLabel": "FUZZY", "fuzzymatching": "true"}, accept=web.DICOM_JSON)
    assert answer.status_code == 200 and "fuzzymatching parameter is not supported" in answer.headers["Warning"]
    assert server.get("color-palettes", params={"fuzzymatching": "perhaps"}).status_code == 400


def test_at_its_own_address(server):
    one, other = palette("OWN"), palette("OTHER")
    body, kind = web.multipart([objects.file_bytes(one), objects.file_bytes(other)])
    answer = server.session.post(server.url("color-palettes", one.SOPInstanceUID), data=body, timeout=60, headers={"Content-Type": kind, "Accept": web.DICOM_JSON})
    assert answer.status_code == 202 and web.stored(answer) == [one.SOPInstanceUID]
    assert web.failures(answer)[other.SOPInstanceUID] == 0xA900
    assert server.get("color-palettes", other.SOPInstanceUID).status_code == 404
    alone = server.session.post(server.url("color-palettes", other.SOPInstanceUID), data=objects.file_bytes(other), timeout=60,
                                headers={"Content-Type": "application/dicom", "Accept": web.DICOM_JSON})
    assert alone.status_code == 200 and server.get("color-palettes", other.SOPInstanceUID).status_code == 200


@pytest.mark.parametrize("name", ["..%2F..", "x", "1.2.%00", "1" * 100])
def test_addresses_that_are_none(server, name):
    for path in (server.url("color-palettes") + "/" + name, server.url("nonsense") + "/1.2.3"):
        assert server.session.get(path, timeout=60).status_code in (400, 404)


def test_deleting_and_restoring(new_server):
    server = new_server()
    one = palette("GONE")
    assert post(server, "color-palettes", [one]).status_code == 200
    path = server.url("color-palettes", one.SOPInstanceUID)
    gone = server.session.delete(path, params={"reason": "quality", "comment": "Wrong greens"}, timeout=60)
    assert gone.status_code == 200 and gone.json()["instances"] == 1, gone.text
    assert server.session.delete(path, timeout=60).status_code == 404
    assert server.get("color-palettes", one.SOPInstanceUID).status_code == 404
    assert server.search("color-palettes") == []
    # What was rejected does not come back by sending it again, nor by an index made anew.
    assert post(server, "color-palettes", [one]).status_code == 409
    server.stop()
    assert server.command("rebuild-index").returncode == 0
    assert server.command("verify").returncode == 0
    server.start()
    assert server.search("color-palettes") == []
    back = server.session.post(server.http + f"/api/deletions/{gone.json()['id']}/restore", timeout=60)
    assert back.status_code == 200 and back.json()["restored"] == 1, back.text
    assert dcmread(io.BytesIO(server.get("color-palettes", one.SOPInstanceUID, accept="application/dicom").content)) == one


def test_purging(new_server):
    server = new_server()
    one = palette("PURGE")
    assert post(server, "color-palettes", [one]).status_code == 200
    files = lambda: [f for f in (server.folder / "objects").rglob("*") if f.is_file()]
    assert len(files()) == 1
    gone = server.session.delete(server.url("color-palettes", one.SOPInstanceUID), timeout=60).json()
    assert len(files()) == 1
    assert server.session.post(f"{server.http}/api/deletions/{gone['id']}/purge", timeout=60).status_code == 202
    assert server.wait_for_log("1 deleted objects? (is|are) gone for good")
    assert files() == []


def test_metadata(server):
    one = palette("META")
    assert post(server, "color-palettes", [one]).status_code == 200
    for answer in (server.get("color-palettes", one.SOPInstanceUID, "metadata", accept=web.DICOM_JSON),
                   server.get("color-palettes", one.SOPInstanceUID, accept=web.DICOM_JSON)):
        assert answer.status_code == 200, answer.text
        assert Dataset.from_json(answer.json()[0]).ContentCreatorName == "Seacole^Mary"


def test_in_multipart(server):
    one = palette("MULTI")
    assert post(server, "color-palettes", [one]).status_code == 200
    answer = server.get("color-palettes", one.SOPInstanceUID, accept='multipart/related; type="application/dicom"')
    assert dcmread(io.BytesIO(web.parts(answer)[0][1])) == one


def test_of_metadata(server):
    """Made of JSON, without a study."""
    import json
    one = hanging("From JSON")
    boundary = "b"
    body = b"--b\r\nContent-Type: application/dicom+json\r\n\r\n" + json.dumps([json.loads(one.to_json())]).encode() + b"\r\n--b--\r\n"
    answer = server.session.post(server.url("hanging-protocols"), data=body, timeout=60, headers={
        "Content-Type": f'multipart/related; type="application/dicom+json"; boundary={boundary}', "Accept": web.DICOM_JSON})
    assert answer.status_code == 200, answer.text
    back = dcmread(io.BytesIO(server.get("hanging-protocols", one.SOPInstanceUID, accept="application/dicom").content))
    assert back == one and "StudyInstanceUID" not in back and "PatientName" not in back


def test_c_store_puts_it_there(server):
    one = hanging("By C-STORE")
    studies = {web.value(s, "0020000D") for s in server.search("studies", limit=1000)}
    assert dimse.send(server.dimse, [one]) == [dimse.SUCCESS]
    assert uids(server.search("hanging-protocols", SOPInstanceUID=one.SOPInstanceUID)) == {one.SOPInstanceUID}
    assert {web.value(s, "0020000D") for s in server.search("studies", limit=1000)} == studies


def test_of_the_wrong_category(server):
    answer = post(server, "color-palettes", [hanging("Lost")])
    assert answer.status_code == 409 and "color-palettes" in answer.text
    image = objects.image()
    assert post(server, "color-palettes", [image]).status_code == 409
    assert server.search("instances", SOPInstanceUID=image.SOPInstanceUID) == []


def test_into_a_study_it_does_not_go(server):
    one = palette("STUDY")
    answer = web.store(server, [objects.file_bytes(one)], study=objects.uid())
    assert answer.status_code == 409 and "no study" in answer.text
    assert web.store(server, [objects.file_bytes(one)]).status_code == 200
    assert server.get("color-palettes", one.SOPInstanceUID).status_code == 200


def test_again_and_other_content(server):
    one = palette("TWICE")
    other = copy.deepcopy(one)
    other.ContentDescription = "Blues"
    assert post(server, "color-palettes", [one]).status_code == 200
    assert post(server, "color-palettes", [one]).status_code == 200
    answer = post(server, "color-palettes", [other])
    assert answer.status_code == 409 and web.failures(answer)[one.SOPInstanceUID] == 0x0111
    assert dcmread(io.BytesIO(server.get("color-palettes", one.SOPInstanceUID, accept="application/dicom").content)) == one


def test_rebuild_and_verify_know_them(new_server):
    server = new_server()
    ones, image = [hanging("Kept"), palette("KEPT")], objects.image()
    assert dimse.send(server.dimse, ones + [image]) == [dimse.SUCCESS] * 3
    server.stop()
    (server.folder / "index.sqlite").unlink()
    for suffix in ("-wal", "-shm"):
        (server.folder / f"index.sqlite{suffix}").unlink(missing_ok=True)
    rebuilt = server.command("rebuild-index", check=True)
    assert "3" in rebuilt.stdout
    verified = server.command("verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    server.start().add_administrator()
    assert uids(server.search("hanging-protocols")) == {ones[0].SOPInstanceUID}
    assert uids(server.search("color-palettes")) == {ones[1].SOPInstanceUID}
    assert len(server.search("instances")) == 1


def test_a_kill_after_success_loses_nothing(new_server):
    server = new_server()
    one = palette("KILL")
    assert post(server, "color-palettes", [one]).status_code == 200
    server.kill()
    server.start()
    assert uids(server.search("color-palettes")) == {one.SOPInstanceUID}
