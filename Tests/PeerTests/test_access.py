"""Who may ask: nothing without credentials, and the three ways of giving them."""
import base64
import re

import pytest
import requests

from peer import objects, web
from peer.server import PASSWORD, USER

S, R, I = "1.2.3", "1.2.3.4", "1.2.3.4.5"
PROTECTED = [
    ("GET", "/dicom-web/studies"), ("GET", "/dicom-web/series"), ("GET", "/dicom-web/instances"), ("POST", "/dicom-web/studies"),
    ("POST", f"/dicom-web/studies/{S}"), ("GET", f"/dicom-web/studies/{S}"), ("GET", f"/dicom-web/studies/{S}/metadata"),
    ("GET", f"/dicom-web/studies/{S}/series"), ("GET", f"/dicom-web/studies/{S}/instances"), ("GET", f"/dicom-web/studies/{S}/thumbnail"),
    ("GET", f"/dicom-web/studies/{S}/rendered"), ("GET", f"/dicom-web/studies/{S}/series/{R}"),
    ("GET", f"/dicom-web/studies/{S}/series/{R}/metadata"), ("GET", f"/dicom-web/studies/{S}/series/{R}/instances"),
    ("GET", f"/dicom-web/studies/{S}/series/{R}/thumbnail"), ("GET", f"/dicom-web/studies/{S}/series/{R}/instances/{I}"),
    ("GET", f"/dicom-web/studies/{S}/series/{R}/instances/{I}/metadata"), ("GET", f"/dicom-web/studies/{S}/series/{R}/instances/{I}/frames/1"),
    ("GET", f"/dicom-web/studies/{S}/series/{R}/instances/{I}/rendered"), ("GET", f"/dicom-web/studies/{S}/series/{R}/instances/{I}/thumbnail"),
    ("GET", "/dicom-web/"), ("GET", "/dicom-web/nothing"), ("DELETE", f"/dicom-web/studies/{S}"),
    ("GET", "/api/info"), ("GET", "/api/studies"), ("GET", f"/api/studies/{S}"), ("GET", f"/api/studies/{S}/series/{R}/manifest"),
    ("GET", "/api/events"), ("GET", "/api/nothing"),
]
OPEN = [("GET", "/"), ("GET", "/health/live"), ("GET", "/health/ready")]


def ask(server, method, path, **kwargs):
    return requests.request(method, server.http + path, timeout=30, **kwargs)


@pytest.mark.parametrize("method, path", PROTECTED)
def test_nothing_without_credentials(server, method, path):
    answer = ask(server, method, path)
    assert answer.status_code == 401, f"{answer.status_code} {answer.text[:200]}"
    assert "PatientName" not in answer.text


@pytest.mark.parametrize("method, path", OPEN)
def test_what_is_open(server, method, path):
    assert ask(server, method, path).status_code == 200


WRONG = {
    "no such token": {"Authorization": "Bearer 0123456789abcdef"},
    "empty token": {"Authorization": "Bearer "},
    "no scheme": {"Authorization": "letmein"},
    "wrong password": {"Authorization": "Basic " + base64.b64encode(f"{USER}:wrong".encode()).decode()},
    "no such user": {"Authorization": "Basic " + base64.b64encode(b"nobody:" + PASSWORD.encode()).decode()},
    "not base 64": {"Authorization": "Basic %%%"},
    "no colon": {"Authorization": "Basic " + base64.b64encode(b"nightingale").decode()},
    "made-up cookie": {"Cookie": "isocenter_session=AAAAAAAAAAAAAAAAAAAAAA"},
    "SQL as token": {"Authorization": "Bearer ' OR '1'='1"},
    "long token": {"Authorization": "Bearer " + "a" * 8000},
}


@pytest.mark.parametrize("headers", WRONG.values(), ids=WRONG)
def test_wrong_credentials(new_server_once, headers):
    assert ask(new_server_once, "GET", "/dicom-web/studies", headers=headers).status_code in (401, 429)


@pytest.fixture(scope="module")
def new_server_once(tmp_path_factory):
    """Wrong passwords may slow down what comes after: not on the shared server."""
    from peer.server import Server
    server = Server(tmp_path_factory.mktemp("access")).start().add_administrator()
    yield server
    assert server.alive and server.stop() == 0


def test_bearer(server):
    assert server.session.get(server.http + "/api/info", timeout=30).status_code == 200


def test_basic(server):
    assert ask(server, "GET", "/dicom-web/studies", auth=(USER, PASSWORD)).status_code in (200, 204)


def test_session_cookie(server):
    browser = requests.Session()
    opened = browser.post(server.http + "/api/session", json={"name": USER, "password": PASSWORD}, timeout=30)
    assert opened.status_code == 200, opened.text
    assert opened.json()["user"] == {"name": USER, "role": "administrator"} and opened.json()["lacksSecondFactor"] is False
    flags = opened.headers["Set-Cookie"].lower()
    assert "isocenter_session=" in flags and "httponly" in flags and "samesite=strict" in flags
    assert browser.get(server.http + "/api/session", timeout=30).json()["user"]["name"] == USER
    assert browser.get(server.http + "/dicom-web/studies", timeout=30).status_code in (200, 204)
    cookie = browser.cookies["isocenter_session"]
    assert browser.delete(server.http + "/api/session", timeout=30).status_code == 204
    again = ask(server, "GET", "/api/info", headers={"Cookie": f"isocenter_session={cookie}"})
    assert again.status_code == 401, "the session ended in the browser only"


@pytest.mark.parametrize("headers, allowed", [
    ({"Sec-Fetch-Site": "same-origin"}, True), ({"Sec-Fetch-Site": "cross-site"}, False), ({"Origin": "https://evil.example"}, False),
], ids=str)
def test_a_cookie_writes_from_the_same_origin_only(server, headers, allowed):
    browser = requests.Session()
    assert browser.post(server.http + "/api/session", json={"name": USER, "password": PASSWORD}, timeout=30).status_code == 200
    body, kind = web.multipart([objects.file_bytes(objects.image())])
    answer = browser.post(server.http + "/dicom-web/studies", data=body, headers={"Content-Type": kind, **headers}, timeout=30)
    assert (answer.status_code == 200) is allowed, f"{answer.status_code} {answer.text[:200]}"
    assert allowed or answer.status_code == 403


def test_no_administrator_yet(new_server):
    server = new_server(start=False).start()
    answer = ask(server, "GET", "/api/session")
    assert answer.status_code == 401 and answer.json()["setup"] is True
    assert ask(server, "GET", "/dicom-web/studies").status_code == 401
    link = server.wait_for_log(r"https?://\S*(setup|token)\S*")
    token = re.search(r"(?:token=|setup[/=#?]+(?:token=)?)([A-Za-z0-9_-]{16,})", link).group(1)
    wrong = ask(server, "POST", "/api/setup", json={"token": "x" * len(token), "name": "anna", "password": PASSWORD})
    assert wrong.status_code == 403
    weak = ask(server, "POST", "/api/setup", json={"token": token, "name": "anna", "password": "1234"})
    assert weak.status_code == 400 and weak.json()["error"]
    right = ask(server, "POST", "/api/setup", json={"token": token, "name": "anna", "password": PASSWORD})
    assert right.status_code == 201 and right.json()["user"] == {"name": "anna", "role": "administrator"}
    used = ask(server, "POST", "/api/setup", json={"token": token, "name": "eve", "password": PASSWORD})
    assert used.status_code == 403
    assert ask(server, "GET", "/api/session").json()["setup"] is False


def test_passwords_are_not_kept_readable(server):
    for file in server.folder.rglob("*"):
        if file.is_file() and "objects" not in file.parts:
            assert PASSWORD.encode() not in file.read_bytes(), file
            assert server.token.encode() not in file.read_bytes(), file
    assert PASSWORD not in server.log and server.token not in server.log


def test_guessing_is_slowed_down(new_server):
    server = new_server()
    statuses = [ask(server, "POST", "/api/session", json={"name": USER, "password": f"guess {n}"}) for n in range(40)]
    assert statuses[0].status_code == 401
    limited = [a for a in statuses if a.status_code == 429]
    assert limited and int(limited[0].headers["Retry-After"]) > 0
    assert server.get("studies").status_code in (200, 204), "a token suffers from guesses at a password"
