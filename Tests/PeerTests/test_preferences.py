"""/api/preferences: each user's own values, with versions, bounds, and nobody else's in sight."""
import json

import pytest
import requests
from peer.server import Server

PASSWORDS = {"ida": "plates-and-developer-1896", "otto": "screens-and-grids-1913"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("preferences")).start().add_administrator()
    for name, password in PASSWORDS.items():
        server.command("users", "add", name, stdin=password + "\n", check=True)
    yield server
    assert server.stop() == 0


@pytest.fixture
def ida(server):
    session = requests.Session()
    session.auth = ("ida", PASSWORDS["ida"])
    for name in session.get(server.http + "/api/preferences").json()["preferences"]:
        session.delete(f"{server.http}/api/preferences/{name}")
    return session


@pytest.fixture
def otto(server):
    session = requests.Session()
    session.auth = ("otto", PASSWORDS["otto"])
    return session


def put(session, server, name, value, **headers):
    return session.put(f"{server.http}/api/preferences/{name}", data=value if isinstance(value, (str, bytes)) else json.dumps(value), headers=headers)


def test_kept_per_user_and_over_a_restart(server, ida, otto):
    value = {"theme": "light", "words": "Röntgen ☢", "list": [1, 2.5, None]}
    assert put(ida, server, "appearance", value).status_code == 201
    assert put(ida, server, "appearance", value).status_code == 204
    assert otto.get(server.http + "/api/preferences/appearance").status_code == 404
    assert otto.get(server.http + "/api/preferences").json() == {"preferences": {}}
    assert server.stop() == 0
    server.start()
    assert ida.get(server.http + "/api/preferences/appearance").json() == value
    listed = ida.get(server.http + "/api/preferences").json()["preferences"]
    assert list(listed) == ["appearance"] and listed["appearance"]["value"] == value


def test_nobody_without_a_login(server):
    assert requests.get(server.http + "/api/preferences").status_code == 401
    assert requests.put(server.http + "/api/preferences/a", data="1").status_code == 401


def test_versions_keep_two_screens_from_overwriting_each_other(server, ida):
    address = server.http + "/api/preferences/hanging"
    assert put(ida, server, "hanging", [1], **{"If-None-Match": "*"}).status_code == 201
    refused = put(ida, server, "hanging", [2], **{"If-None-Match": "*"})
    assert refused.status_code == 412 and "changed elsewhere" in refused.json()["error"]
    first = ida.get(address).headers["ETag"]
    assert refused.headers["ETag"] == first
    assert put(ida, server, "hanging", [3], **{"If-Match": first}).status_code == 204
    assert put(ida, server, "hanging", [4], **{"If-Match": first}).status_code == 412
    assert ida.get(address).json() == [3]
    second = ida.get(address).headers["ETag"]
    assert second != first and ida.get(address, headers={"If-None-Match": second}).status_code == 304
    assert ida.get(server.http + "/api/preferences").json()["preferences"]["hanging"]["version"] == second.strip('"')
    assert ida.delete(address, headers={"If-Match": first}).status_code == 412
    assert ida.delete(address, headers={"If-Match": second}).status_code == 204
    assert ida.delete(address).status_code == 404
    assert put(ida, server, "hanging", [5], **{"If-Match": second}).status_code == 412, "gone is not the same"
    assert put(ida, server, "hanging", [6]).status_code == 201
    assert put(ida, server, "hanging", [7], **{"If-Match": second}).status_code == 412, "a value set anew is another one"


@pytest.mark.parametrize("name", ["a/b", "a b", "ü", "a" * 65, "a_b", "%00"])
def test_names_are_plain(server, ida, name):
    assert put(ida, server, requests.utils.quote(name, safe="%"), 1).status_code in (400, 404)
    assert ida.get(server.http + "/api/preferences").json() == {"preferences": {}}


@pytest.mark.parametrize("value", [b"", b"{", b"{\"a\": }", b"\xff\xfe", b"nonsense", b"[" * 100_000])
def test_only_json_is_kept(server, ida, value):
    answer = put(ida, server, "broken", value)
    assert answer.status_code in (400, 413) and answer.json()["error"]
    assert ida.get(server.http + "/api/preferences/broken").status_code == 404
    assert server.alive


def test_bounds(server, ida):
    assert put(ida, server, "large", json.dumps("x" * (64 * 1024 - 2))).status_code == 201
    assert put(ida, server, "large", json.dumps("x" * (64 * 1024))).status_code == 413
    for n in range(99):
        assert put(ida, server, f"n{n}", n).status_code == 201
    refused = put(ida, server, "one-more", 1)
    assert refused.status_code == 409 and "100" in refused.json()["error"]
    assert put(ida, server, "n5", 5000).status_code == 204, "those that are there can be changed"


def test_another_site_cannot_write(server):
    session = requests.Session()
    session.post(server.http + "/api/session", json={"name": "otto", "password": PASSWORDS["otto"]}, headers={"Origin": server.http})
    assert session.put(server.http + "/api/preferences/a", data="1", headers={"Origin": "https://elsewhere.example"}).status_code == 403
    assert session.put(server.http + "/api/preferences/a", data="1", headers={"Origin": server.http}).status_code == 201


def test_they_go_with_the_account(server):
    server.command("users", "add", "guest", stdin="somebody who left 1900\n", check=True)
    session = requests.Session()
    session.auth = ("guest", "somebody who left 1900")
    assert put(session, server, "a", 1).status_code == 201
    server.command("users", "remove", "guest", check=True)
    server.command("users", "add", "guest", stdin="somebody who left 1900\n", check=True)
    assert session.get(server.http + "/api/preferences").json() == {"preferences": {}}
