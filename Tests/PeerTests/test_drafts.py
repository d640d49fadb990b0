"""Drafts of a reader's marks (/api/drafts): each account its own, saved over the version that was read, gone with the purged study."""
import json
import time

import requests
from peer import objects
from peer.server import PASSWORD, USER
from test_move import stored

EMPTY = {"marks": [], "removed": []}
OTHER, OTHERS_PASSWORD = "reader", "lamps-and-numbers-1858"


def login(server, user=USER, password=PASSWORD):
    session = requests.Session()
    session.headers["Origin"] = server.http
    answer = session.post(f"{server.http}/api/session", json={"name": user, "password": password})
    assert answer.ok, answer.text
    return session


def url(server, study):
    return f"{server.http}/api/drafts/{study}"


def put(session, server, study, document, version):
    return session.put(url(server, study), json=document, headers={"If-Match": f'"{version}"'})


def study(server, **values):
    images = objects.study(**values)
    stored(server, images)
    return images[0].StudyInstanceUID


def test_saved_over_the_version_that_was_read(new_server):
    server = new_server()
    uid, session = study(server), login(server)
    first = session.get(url(server, uid))
    assert (first.status_code, first.headers["ETag"]) == (200, '"0"') and first.json() == {"version": 0, "updated": None, "others": [], "document": None}
    mine = {"marks": [{"id": "2.25.1", "text": "Größe \U0001fac0"}], "removed": []}
    answer = put(session, server, uid, mine, 0)
    assert (answer.status_code, answer.json(), answer.headers["ETag"]) == (200, {"version": 1}, '"1"')
    again = session.get(url(server, uid)).json()
    assert (again["version"], again["document"]) == (1, mine)
    for stale in (0, 7):
        conflict = put(session, server, uid, EMPTY, stale)
        assert conflict.status_code == 412 and conflict.json()["document"] == mine and conflict.headers["ETag"] == '"1"'
    assert put(session, server, uid, EMPTY, 1).json() == {"version": 2}
    assert session.get(url(server, uid)).json()["document"] == EMPTY
    server.stop(), server.start()
    assert login(server).get(url(server, uid)).json()["version"] == 2
    assert server.stop() == 0


def test_each_account_has_its_own_and_is_told_of_others(new_server):
    server = new_server()
    server.command("users", "add", OTHER, stdin=OTHERS_PASSWORD + "\n", check=True)
    uid = study(server)
    mine, theirs = login(server), login(server, OTHER, OTHERS_PASSWORD)
    assert put(mine, server, uid, {"marks": [{"id": "2.25.1"}, {"id": "2.25.2"}]}, 0).ok
    seen = theirs.get(url(server, uid)).json()
    assert seen["document"] is None and [(o["account"], o["marks"]) for o in seen["others"]] == [(USER, 2)]
    assert put(theirs, server, uid, {"marks": [{"id": "2.25.9"}]}, 0).ok
    assert [m["id"] for m in mine.get(url(server, uid)).json()["document"]["marks"]] == ["2.25.1", "2.25.2"]
    assert [o["account"] for o in mine.get(url(server, uid)).json()["others"]] == [OTHER]


def test_refusals(new_server):
    server = new_server()
    uid, session = study(server), login(server)
    assert requests.get(url(server, uid)).status_code == 401
    assert requests.put(url(server, uid), json=EMPTY).status_code == 401
    assert session.get(url(server, "1.2.3.4")).status_code == 404
    assert put(session, server, "1.2.3.4", EMPTY, 0).status_code == 404
    assert session.get(url(server, "not-a-uid")).status_code == 400
    assert session.put(url(server, uid), json=EMPTY).status_code == 428
    assert session.put(url(server, uid), json=EMPTY, headers={"If-Match": "*"}).status_code == 400
    for body in (b"", b"[]", b"{", b'{"marks": 7}', b"\xff\xfe", b"[" * 100_000):
        assert session.put(url(server, uid), data=body, headers={"If-Match": '"0"'}).status_code == 400, body[:20]
    large = json.dumps({"marks": ["x" * (1 << 20)]})
    assert session.put(url(server, uid), data=large, headers={"If-Match": '"0"'}).status_code == 413
    assert session.put(url(server, uid), json=EMPTY, headers={"If-Match": '"0"', "Origin": "https://elsewhere.example"}).status_code == 403
    assert session.get(url(server, uid)).json()["version"] == 0, "nothing of all that was saved"


def test_comes_back_with_a_restored_study_and_goes_with_a_purged_one(new_server):
    server = new_server()
    uid, session = study(server), login(server)
    assert put(session, server, uid, {"marks": [{"id": "2.25.1"}]}, 0).ok
    gone = session.delete(f"{server.http}/dicom-web/studies/{uid}").json()
    assert session.get(url(server, uid)).status_code == 404
    assert session.post(f"{server.http}/api/deletions/{gone['id']}/restore").ok
    assert session.get(url(server, uid)).json()["version"] == 1
    gone = session.delete(f"{server.http}/dicom-web/studies/{uid}").json()
    assert session.post(f"{server.http}/api/deletions/{gone['id']}/purge").status_code == 202
    end = time.monotonic() + 20
    while session.get(f"{server.http}/api/deletions/{gone['id']}").json()["state"] != "purged" and time.monotonic() < end:
        time.sleep(0.1)
    assert session.get(f"{server.http}/api/deletions/{gone['id']}").json()["state"] == "purged"
    images = objects.study(StudyInstanceUID=uid)
    stored(server, images)
    assert session.get(url(server, images[0].StudyInstanceUID)).json()["version"] == 0
