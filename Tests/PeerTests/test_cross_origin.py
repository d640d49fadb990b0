"""Pages of other origins (Fetch Standard §3.3), and reverse proxies that say where the client sees us."""
import pytest
import requests

from peer import objects, web
from peer.server import PASSWORD, USER

VIEWER = "https://viewer.example.org"


def preflight(server, origin, path="/dicom-web/studies", method="GET"):
    return requests.options(server.http + path, headers={"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": "authorization"}, timeout=30)


def test_no_other_origin_by_default(new_server):
    server = new_server()
    assert preflight(server, VIEWER).status_code == 401
    answer = server.session.get(server.url("studies"), headers={"Origin": VIEWER}, timeout=30)
    assert answer.status_code in (200, 204) and not [name for name in answer.headers if name.lower().startswith("access-control")]


def test_a_named_origin(new_server):
    server = new_server("--set", f"http.origins={VIEWER},http://localhost:3000")
    answer = preflight(server, VIEWER, method="POST")
    assert answer.status_code == 204 and not answer.content
    assert answer.headers["Access-Control-Allow-Origin"] == VIEWER and answer.headers["Access-Control-Allow-Credentials"] == "true"
    assert "POST" in answer.headers["Access-Control-Allow-Methods"] and "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    for path, expected in (("/dicom-web/studies", (200, 204)), ("/dicom-web/studies/1.2.3", (404,)), ("/api/nothing", (404,))):
        answer = server.session.get(server.http + path, headers={"Origin": VIEWER}, timeout=30)
        assert answer.status_code in expected
        assert answer.headers["Access-Control-Allow-Origin"] == VIEWER and "ETag" in answer.headers["Access-Control-Expose-Headers"] and "Origin" in answer.headers["Vary"]
    refused = requests.get(server.url("studies"), headers={"Origin": VIEWER}, timeout=30)
    assert refused.status_code == 401 and refused.headers["Access-Control-Allow-Origin"] == VIEWER


@pytest.mark.parametrize("origin", ("https://evil.example.org", "http://viewer.example.org", "https://viewer.example.org.evil.org", "https://viewer.example.org:8443", "null"))
def test_another_origin_is_none(new_server, origin):
    server = new_server("--set", f"http.origins={VIEWER}")
    assert preflight(server, origin).status_code == 401
    answer = server.session.get(server.url("studies"), headers={"Origin": origin}, timeout=30)
    assert "Access-Control-Allow-Origin" not in answer.headers and "Origin" in answer.headers["Vary"]


def test_all_origins_without_credentials(new_server):
    server = new_server("--set", "http.origins=*")
    answer = preflight(server, VIEWER)
    assert answer.status_code == 204 and answer.headers["Access-Control-Allow-Origin"] == "*" and "Access-Control-Allow-Credentials" not in answer.headers


def test_the_cookie_does_not_write_for_another_origin(new_server):
    server = new_server("--set", f"http.origins={VIEWER}")
    with requests.Session() as session:
        assert session.post(server.http + "/api/session", json={"name": USER, "password": PASSWORD}, timeout=30).status_code == 200
        assert session.delete(server.http + "/api/peers/x", headers={"Origin": VIEWER}, timeout=30).status_code == 403


def roots(server, **headers):
    """Where answers say that objects are retrieved."""
    found = server.session.get(server.url("studies"), headers={"Accept": web.DICOM_JSON, **headers}, timeout=30).json()
    return {web.value(each, "00081190").split("/dicom-web/")[0] for each in found}


FORWARDED = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "pacs.example.org", "X-Forwarded-Prefix": "/images/"}


def test_what_a_known_proxy_says_is_believed(new_server):
    server = new_server()
    assert web.store(server, [objects.file_bytes(objects.image())]).status_code == 200
    assert roots(server) == {server.http}
    assert roots(server, **FORWARDED) == {"https://pacs.example.org/images"}
    assert roots(server, **{"X-Forwarded-Host": "pacs.example.org"}) == {"http://pacs.example.org"}
    # The prefix may still be there: proxies differ in whether they take it off.
    assert server.session.get(server.http + "/images/dicom-web/studies", headers=FORWARDED, timeout=30).status_code == 200
    answer = requests.get(server.http + "/images", headers=FORWARDED, timeout=30, allow_redirects=False)
    assert answer.status_code == 308 and answer.headers["Location"] == "/images/"
    for name, wrong in {"X-Forwarded-Host": "a\"><b", "X-Forwarded-Prefix": "//evil.example.org", "X-Forwarded-Proto": "javascript"}.items():
        assert server.session.get(server.url("studies"), headers={name: wrong}, timeout=30).status_code == 400, name


def test_what_others_say_is_not(new_server):
    server = new_server("--set", "http.proxies=10.0.0.0/8")
    assert web.store(server, [objects.file_bytes(objects.image())]).status_code == 200
    assert roots(server, **FORWARDED) == {server.http}


def test_the_public_url_of_the_settings(new_server):
    server = new_server("--set", "http.publicURL=https://pacs.example.org/images/")
    assert web.store(server, [objects.file_bytes(objects.image())]).status_code == 200
    assert roots(server) == roots(server, **{"X-Forwarded-Host": "other.example.org"}) == {"https://pacs.example.org/images"}
    assert server.session.get(server.http + "/images/dicom-web/studies", timeout=30).status_code == 200
    document = server.session.get(server.http + "/images/api/openapi.json", timeout=30).json()
    assert document["servers"] == [{"url": "https://pacs.example.org/images"}]


def test_the_cookie_is_for_the_prefix_and_for_tls(new_server):
    server = new_server()
    answer = requests.post(server.http + "/api/session", json={"name": USER, "password": PASSWORD}, headers={**FORWARDED, "Origin": "https://pacs.example.org"}, timeout=30)
    words = answer.headers["Set-Cookie"].split("; ")
    assert "Path=/images/" in words and "Secure" in words and "HttpOnly" in words and "SameSite=Strict" in words
    plain = requests.post(server.http + "/api/session", json={"name": USER, "password": PASSWORD}, timeout=30).headers["Set-Cookie"].split("; ")
    assert "Path=/" in plain and "Secure" not in plain


def test_the_client_behind_a_proxy_is_slowed_down_alone(new_server):
    """Wrong passwords of one client do not lock out another that comes through the same proxy."""
    server = new_server()

    def log_in(client, name="nobody"):
        return requests.post(server.http + "/api/session", json={"name": name, "password": "wrong"}, headers={"X-Forwarded-For": client}, timeout=30).status_code

    assert 429 in [log_in("203.0.113.7", f"n{n}") for n in range(12)]
    assert log_in("203.0.113.8", "another") == 401
    # What the client itself wrote before the proxy's entry counts for nothing.
    assert log_in("203.0.113.99, 203.0.113.7", "yet-another") == 429


@pytest.mark.parametrize("setting", ("http.origins=viewer.example.org", "http.origins=https://a/b", "http.publicURL=pacs", "http.publicURL=https://a/?b", "http.proxies=proxy.example.org"))
def test_wrong_settings_are_named(new_server, setting):
    from peer.server import DidNotStart
    with pytest.raises(DidNotStart) as raised:
        new_server("--set", setting, start=False).start()
    assert setting.split("=")[0] in str(raised.value)
