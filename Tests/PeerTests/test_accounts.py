"""Accounts: sessions and tokens that can be taken back, second factors, passkeys, and what an outsider gets to see."""
import base64
import json
import sqlite3
import struct
import threading
import time

import pyotp
import pytest
import requests
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.utils import sha256
from soft_webauthn import SoftWebauthnDevice

from peer.audit import messages, of
from peer import objects, web
from peer.server import PASSWORD, USER, Server

READER, READERS_PASSWORD = "seacole", "hotel-near-balaclava-1855"


@pytest.fixture(scope="module")
def accounts(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("accounts")).start().add_administrator()
    server.command("users", "add", READER, stdin=READERS_PASSWORD + "\n", check=True)
    server.images = {}
    for modality in ("CT", "MR"):
        server.images[modality] = objects.image(Modality=modality)
        assert web.store(server, [objects.file_bytes(server.images[modality])]).status_code == 200
    yield server
    assert server.alive and server.stop() == 0


class Person(requests.Session):
    """A browser, as far as cookies and origin are concerned; each at an address of its own: wrong passwords of one hold up no other."""

    number = 0

    def __init__(self, server, host="127.0.0.1", agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"):
        super().__init__()
        self.trust_env = False
        self.root = server.http.replace("127.0.0.1", host)
        Person.number += 1
        self.address = f"192.0.2.{Person.number % 250 + 1}"
        self.headers.update({"Origin": self.root, "User-Agent": agent, "X-Forwarded-For": self.address})

    def request(self, method, path, **kwargs):
        return super().request(method, self.root + path, timeout=30, **kwargs)

    def log_in(self, name=USER, password=PASSWORD, expect=200, **more):
        answer = self.post("/api/session", json={"name": name, "password": password, **more})
        assert answer.status_code == expect, f"{answer.status_code} {answer.text}"
        return self if expect == 200 else answer

    @property
    def sessions(self):
        return self.get("/api/account/sessions").json()["sessions"]

    @property
    def current(self):
        return next(s["id"] for s in self.sessions if s["current"])


def bearer(server, token, method, path, **kwargs):
    return requests.request(method, server.http + path, headers={"Authorization": f"Bearer {token}"}, timeout=30, **kwargs)


def make_user(server, name, password="a-password-nobody-else-has"):
    server.command("users", "add", name, stdin=password + "\n", check=True)
    return name, password


# Sessions


def test_sessions_are_listed_and_ended(accounts):
    here, there = Person(accounts).log_in(), Person(accounts, agent="Mozilla/5.0 (iPhone) Safari/600").log_in()
    listed = {s["id"]: s for s in here.sessions}
    assert listed[here.current]["device"].endswith("Firefox/140.0") and listed[there.current]["device"].endswith("Safari/600")
    assert (listed[here.current]["address"], listed[there.current]["address"]) == (here.address, there.address)
    assert all(s["user"] == USER and s["created"] and s["lastUsed"] for s in listed.values())
    ended = there.current
    assert here.delete(f"/api/account/sessions/{ended}").status_code == 204
    assert there.get("/api/info").status_code == 401 and here.get("/api/info").status_code == 200
    assert here.delete(f"/api/account/sessions/{ended}").status_code == 404
    more = [Person(accounts).log_in() for _ in range(3)]
    assert here.delete("/api/account/sessions").json()["ended"] >= 3
    assert [p.get("/api/info").status_code for p in more] == [401] * 3 and here.get("/api/info").status_code == 200


def test_another_users_session_is_out_of_reach(accounts):
    admin, reader = Person(accounts).log_in(), Person(accounts).log_in(READER, READERS_PASSWORD)
    assert reader.delete(f"/api/account/sessions/{admin.current}").status_code == 404
    for method, path in [("GET", "/api/sessions"), ("DELETE", f"/api/sessions/{admin.current}"), ("GET", "/api/users"), ("GET", "/api/tokens"), ("POST", "/api/tokens"), ("PATCH", f"/api/users/{READER}")]:
        assert reader.request(method, path, json={"role": "administrator"} if method != "GET" else None).status_code == 403, path
    assert {s["user"] for s in reader.sessions} == {READER}
    assert admin.get("/api/info").status_code == 200
    assert any(s["user"] == READER for s in admin.get("/api/sessions").json()["sessions"])
    assert admin.delete(f"/api/sessions/{reader.current}").status_code == 204
    assert reader.get("/api/info").status_code == 401


def test_a_stream_ends_with_its_session(accounts):
    person, other = Person(accounts).log_in(), Person(accounts).log_in()
    stream = person.get("/api/events", stream=True)
    lines = stream.iter_lines()
    assert next(lines)
    ended = threading.Event()
    threading.Thread(target=lambda: (list(lines), ended.set()), daemon=True).start()
    begin = time.monotonic()
    assert other.delete(f"/api/account/sessions/{person.current}").status_code == 204
    assert ended.wait(10) and time.monotonic() - begin < 5


def test_a_new_password_logs_out_everywhere_else(accounts):
    name, password = make_user(accounts, "changes")
    here, there = Person(accounts).log_in(name, password), Person(accounts).log_in(name, password)
    change = lambda old, new: here.put("/api/account/password", json={"password": old, "newPassword": new})
    assert change("wrong wrong wrong", "quite another long one").status_code == 403
    for weak in ("short", "Password12345", "changes changes"):
        answer = change(password, weak)
        assert answer.status_code == 400 and answer.json()["error"], weak
    assert change(password, "quite another long one").status_code == 204
    assert here.get("/api/info").status_code == 200 and there.get("/api/info").status_code == 401
    Person(accounts).log_in(name, password, expect=401)
    Person(accounts).log_in(name, "quite another long one")


def test_what_locks_out_needs_a_fresh_proof(accounts):
    name, password = make_user(accounts, "lingers")
    person = Person(accounts).log_in(name, password)
    with sqlite3.connect(accounts.folder / "index.sqlite", timeout=30) as database:
        database.execute("UPDATE session SET proven = proven - 601 WHERE account = ?", (name,))
    for method, path in [("POST", "/api/account/codes"), ("POST", "/api/account/tokens"), ("POST", "/api/account/passkeys/options")]:
        answer = person.request(method, path, json={})
        assert answer.status_code == 403 and answer.json()["needs"] == ["proof"], path
    assert person.post("/api/account/proof", json={"password": "wrong"}).status_code == 401
    assert person.post("/api/account/proof", json={"password": password}).status_code == 204
    assert person.post("/api/account/codes").status_code == 201


def test_sessions_end_by_themselves(new_server):
    server = new_server("--set", "sessions.idle=30", "--set", "sessions.lifetime=1")
    for column, seconds in (("last_used", 1801), ("created", 3601)):
        person = Person(server).log_in()
        assert person.get("/api/info").status_code == 200
        with sqlite3.connect(server.folder / "index.sqlite", timeout=30) as database:
            database.execute(f"UPDATE session SET {column} = {column} - {seconds}")
        assert person.get("/api/info").status_code == 401, column


def test_the_cookie_writes_with_origin_or_token(accounts):
    person = Person(accounts).log_in()
    token = person.get("/api/session").json()["token"]
    del person.headers["Origin"]
    assert person.delete("/api/account/sessions").status_code == 403
    assert person.delete("/api/account/sessions", headers={"X-CSRF-Token": token[:-1] + "A" * (token[-1] != "A") + "B" * (token[-1] == "A")}).status_code == 403
    assert person.delete("/api/account/sessions", headers={"X-CSRF-Token": token}).status_code == 200
    for origin in ("https://evil.example", "null", accounts.http + ".evil.example"):
        assert person.delete("/api/account/sessions", headers={"X-CSRF-Token": token, "Origin": origin}).status_code == 403, origin


def test_over_tls_the_cookie_is_bound_to_the_host(accounts):
    proxied = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "pacs.example.org", "Origin": "https://pacs.example.org"}
    answer = requests.post(accounts.http + "/api/session", json={"name": USER, "password": PASSWORD}, headers=proxied, timeout=30)
    cookie, *words = answer.headers["Set-Cookie"].split("; ")
    name, secret = cookie.split("=", 1)
    assert name == "__Host-isocenter_session" and {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"} <= set(words) and not any(w.startswith("Domain") for w in words)
    ask = lambda name: requests.get(accounts.http + "/api/info", headers={**proxied, "Cookie": f"{name}={secret}"}, timeout=30).status_code
    assert ask(name) == 200 and ask("isocenter_session") == 401, "a cookie that another host could have set is not believed"


# Tokens


def test_a_token_may_what_it_was_given(accounts):
    admin = Person(accounts).log_in()
    make = lambda **scope: admin.post("/api/account/tokens", json=scope).json()["token"]
    reads, stores, ct = make(actions=["read"]), make(actions=["store"]), make(actions=["read"], view=["Modality=CT"])
    body, kind = web.multipart([objects.file_bytes(objects.image())])
    store = lambda token: requests.post(accounts.url("studies"), data=body, headers={"Authorization": f"Bearer {token}", "Content-Type": kind}, timeout=30).status_code
    assert bearer(accounts, reads, "GET", "/dicom-web/studies").status_code == 200 and store(reads) == 403
    assert bearer(accounts, stores, "GET", "/dicom-web/studies").status_code == 403 and store(stores) == 200
    study = {modality: image.StudyInstanceUID for modality, image in accounts.images.items()}
    assert {s["00080061"]["Value"][0] for s in bearer(accounts, ct, "GET", "/dicom-web/studies").json()} == {"CT"}
    for path in ("", "/metadata", "/series", "/thumbnail", "/rendered"):
        hidden, shown = (bearer(accounts, ct, "GET", f"/dicom-web/studies/{study[m]}{path}", stream=True) for m in ("MR", "CT"))
        assert hidden.status_code in (204, 404) and shown.status_code == 200, path
    assert bearer(accounts, ct, "GET", f"/api/studies/{study['MR']}").status_code == 404
    assert bearer(accounts, ct, "GET", "/api/studies").json()["total"] < bearer(accounts, reads, "GET", "/api/studies").json()["total"]
    assert bearer(accounts, reads, "GET", "/api/peers").status_code == 403, "it was not given to administer"
    assert bearer(accounts, ct, "GET", "/api/info").status_code == 403, "how much there is tells of what it does not see"
    assert bearer(accounts, reads, "PUT", "/api/preferences/x", json=1).status_code == 403 and bearer(accounts, reads, "PUT", f"/api/drafts/{study['CT']}", json={"marks": []}).status_code == 403
    assert bearer(accounts, make(actions=["administer"]), "GET", "/api/peers").status_code == 200


def test_a_token_changes_no_account(accounts):
    """One that is limited gets nothing of accounts; one that is not acts for its administrator, but never on the account itself."""
    admin = Person(accounts).log_in()
    everything = ["store", "query", "retrieve", "commit", "read", "delete", "administer"]
    limited = admin.post("/api/account/tokens", json={"actions": everything}).json()["token"]
    for method, path in [("GET", "/api/users"), ("POST", "/api/users"), ("GET", "/api/tokens"), ("POST", "/api/tokens"), ("GET", "/api/sessions"), ("DELETE", f"/api/users/{READER}")]:
        assert bearer(accounts, limited, method, path, json={"user": USER, "name": "x"}).status_code == 403, path
    assert admin.post("/api/account/tokens", json={"actions": ["manageAccounts"]}).status_code == 400
    for token in (limited, accounts.token):
        for method, path in [("GET", "/api/account"), ("PUT", "/api/account/password"), ("POST", "/api/account/tokens"), ("POST", "/api/account/codes"), ("DELETE", "/api/account/codes"), ("POST", "/api/account/passkeys/options"), ("DELETE", "/api/account/sessions")]:
            assert bearer(accounts, token, method, path, json={}).status_code == 403, path


def test_a_token_from_elsewhere_expired_or_taken_back(accounts):
    admin = Person(accounts).log_in()
    make = lambda **scope: admin.post("/api/account/tokens", json=scope).json()["token"]
    ask = lambda token: bearer(accounts, token, "GET", "/api/info").status_code
    assert ask(make(sources=["10.0.0.0/8", "fd00::/8"])) == 401 and ask(make(sources=["127.0.0.1"])) == 200
    proxied = lambda token, client: requests.get(accounts.http + "/api/info", headers={"Authorization": f"Bearer {token}", "X-Forwarded-For": client}, timeout=30).status_code
    bound = make(sources=["10.0.0.0/8"])
    assert proxied(bound, "10.1.2.3") == 200 and proxied(bound, "10.1.2.3, 192.0.2.1") == 401, "what a client says before the proxy is not believed"
    ends = make(days=1, label="ends")
    assert ask(ends) == 200
    with sqlite3.connect(accounts.folder / "index.sqlite", timeout=30) as database:
        database.execute("UPDATE token SET expires = expires - 86401 WHERE label = 'ends'")
    assert ask(ends) == 401
    taken = make(label="taken")
    row = next(t for t in admin.get("/api/account/tokens").json()["tokens"] if t["label"] == "taken")
    assert "lastUsed" not in row and ask(taken) == 200
    row = next(t for t in admin.get("/api/account/tokens").json()["tokens"] if t["label"] == "taken")
    assert row["lastUsed"] and row["lastAddress"] == "127.0.0.1" and taken not in json.dumps(row)
    reader = Person(accounts).log_in(READER, READERS_PASSWORD)
    assert reader.delete(f"/api/account/tokens/{row['id']}").status_code == 404 and ask(taken) == 200
    assert admin.delete(f"/api/account/tokens/{row['id']}").status_code == 204 and ask(taken) == 401
    for wrong in ({"sources": ["somewhere"]}, {"view": ["Nonsense=1"]}, {"actions": []}, {"days": 0}, {"actions": ["fly"]}):
        answer = admin.post("/api/account/tokens", json=wrong)
        assert answer.status_code == 400 and answer.json()["error"], wrong


def test_a_service_account_comes_by_tokens_only(accounts):
    admin = Person(accounts).log_in()
    assert admin.post("/api/users", json={"name": "robot", "kind": "service", "password": PASSWORD}).status_code == 400
    assert admin.post("/api/users", json={"name": "robot", "kind": "service"}).json()["kind"] == "service"
    token = admin.post("/api/tokens", json={"user": "robot", "actions": ["read"]}).json()["token"]
    assert bearer(accounts, token, "GET", "/dicom-web/studies").status_code == 200
    for password in ("", "-", PASSWORD):
        Person(accounts).log_in("robot", password, expect=401)
    assert requests.get(accounts.url("studies"), auth=("robot", "-"), timeout=30).status_code == 401
    assert admin.patch("/api/users/robot", json={"blocked": True}).json()["blocked"] is True
    assert bearer(accounts, token, "GET", "/dicom-web/studies").status_code == 401


def test_users_are_administered(accounts):
    admin = Person(accounts).log_in()
    assert admin.post("/api/users", json={"name": "fresh", "password": "short"}).status_code == 400
    assert admin.post("/api/users", json={"name": "fresh", "password": "quite a long password", "role": "node"}).status_code == 400
    assert admin.post("/api/users", json={"name": "fresh", "password": "quite a long password"}).status_code == 201
    assert admin.post("/api/users", json={"name": "fresh", "password": "quite a long password"}).status_code == 409
    fresh = Person(accounts).log_in("fresh", "quite a long password")
    assert fresh.get("/api/peers").status_code == 403
    assert admin.patch("/api/users/fresh", json={"role": "administrator"}).status_code == 200
    assert fresh.get("/api/peers").status_code == 200, "a role holds at once"
    assert admin.patch("/api/users/fresh", json={"role": "user", "password": "quite another password"}).status_code == 200
    assert fresh.get("/api/info").status_code == 401
    assert admin.delete("/api/users/fresh").status_code == 204 and admin.delete("/api/users/fresh").status_code == 404
    for answer in (admin.delete(f"/api/users/{USER}"), admin.patch(f"/api/users/{USER}", json={"role": "user"}), admin.patch(f"/api/users/{USER}", json={"blocked": True})):
        assert answer.status_code == 409 and "last administrator" in answer.json()["error"]


# Second factors


def settled():
    """Now, with some seconds left of the step, so that a code is not overtaken by the clock."""
    while time.time() % 30 > 24:
        time.sleep(0.2)
    return time.time()


def set_up_codes(person):
    begun = person.post("/api/account/codes").json()
    totp = pyotp.parse_uri(begun["uri"])
    assert totp.secret == begun["secret"] and totp.digits == 6 and totp.interval == 30
    now = settled()
    assert person.put("/api/account/codes", json={"code": "000000"}).status_code == 409
    answer = person.put("/api/account/codes", json={"code": totp.at(now - 30)})
    assert answer.status_code == 200, answer.text
    return totp, now, answer.json()["recoveryCodes"]


def test_one_time_codes(accounts):
    name, password = make_user(accounts, "codes")
    person, before = Person(accounts).log_in(name, password), Person(accounts).log_in(name, password)
    totp, now, recovery = set_up_codes(person)
    assert len(set(recovery)) == 10 and before.get("/api/info").status_code == 401 and person.get("/api/info").status_code == 200
    assert person.get("/api/account").json()["codes"] is True
    needed = Person(accounts).log_in(name, password, expect=401)
    assert needed.json()["needs"] == ["code", "recovery"] and "Set-Cookie" not in needed.headers
    assert "needs" not in Person(accounts).log_in(name, "wrong", expect=401).json(), "who does not know the password learns nothing"
    Person(accounts).log_in(name, password, expect=401, code=totp.at(now - 30))  # used to set it up
    Person(accounts).log_in(name, password, expect=401, code=totp.at(now + 90))
    again = Person(accounts).log_in(name, password, code=totp.at(now))
    assert next(s["proof"] for s in again.sessions if s["current"]) == "code"
    Person(accounts).log_in(name, password, expect=401, code=totp.at(now))  # a replay
    assert requests.get(accounts.url("studies"), auth=(name, password), timeout=30).status_code == 401, "a password alone is not enough"
    Person(accounts).log_in(name, password, code=recovery[0].lower())
    Person(accounts).log_in(name, password, expect=401, code=recovery[0])
    assert person.get("/api/account").json()["recoveryCodes"] == 9
    renewed = person.post("/api/account/recovery-codes").json()["recoveryCodes"]
    Person(accounts).log_in(name, password, expect=401, code=recovery[1])
    Person(accounts).log_in(name, password, code=renewed[1])
    for file in accounts.folder.rglob("*.sqlite*"):
        assert base64.b32decode(totp.secret) not in file.read_bytes() and renewed[2].replace("-", "").encode() not in file.read_bytes()
    assert person.delete("/api/account/codes").status_code == 204
    Person(accounts).log_in(name, password)


def test_guessing_codes_is_slowed_down(new_server):
    server = new_server()
    totp, now, _ = set_up_codes(Person(server).log_in())
    guesser = Person(server)
    statuses = [guesser.post("/api/session", json={"name": USER, "password": PASSWORD, "code": f"{n:06}"}).status_code for n in range(12)]
    assert statuses[0] == 401 and 429 in statuses
    assert Person(server).post("/api/session", json={"name": USER, "password": PASSWORD, "code": totp.at(now)}).status_code == 429


def test_a_second_factor_can_be_asked_of_a_role(new_server):
    server = new_server("--set", "accounts.secondFactor=administrators")
    server.command("users", "add", READER, stdin=READERS_PASSWORD + "\n", check=True)
    assert Person(server).log_in(READER, READERS_PASSWORD).get("/api/info").status_code == 200
    person = Person(server).log_in()
    assert person.get("/api/session").json()["lacksSecondFactor"] is True
    for path in ("/api/info", "/api/users", "/api/peers", "/dicom-web/studies", "/api/preferences", "/api/openapi.json"):
        assert person.get(path).status_code == 403, path
    assert person.post("/api/account/tokens", json={}).status_code == 403
    assert requests.get(server.url("studies"), auth=(USER, PASSWORD), timeout=30).status_code == 401
    assert server.get("studies").status_code in (200, 204), "a token was made by somebody who was let in"
    totp, now, recovery = set_up_codes(person)
    assert person.get("/api/info").status_code == 200 and person.get("/api/session").json()["lacksSecondFactor"] is False
    assert person.delete("/api/account/codes").status_code == 409, "the last one stays"
    assert Person(server).log_in(code=totp.at(now)).get("/api/info").status_code == 200
    server.command("users", "reset-second-factors", USER, check=True)
    assert person.get("/api/info").status_code == 401
    assert Person(server).log_in().get("/api/session").json()["lacksSecondFactor"] is True


# Passkeys


def unpadded(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def padded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Device(SoftWebauthnDevice):
    """soft-webauthn, and a finger on it: it says that the person was verified."""

    verifies = True

    def register(self, person, label="device", **changes):
        options = person.post("/api/account/passkeys/options").json()
        options["challenge"], options["user"]["id"] = padded(options["challenge"]), padded(options["user"]["id"])
        assert options["authenticatorSelection"]["userVerification"] == "required" and options["attestation"] == "none"
        options["pubKeyCredParams"] = [{"alg": -7, "type": "public-key"}]
        made = self.create({"publicKey": options}, changes.pop("origin", person.root))
        attestation = made["response"]["attestationObject"]
        if self.verifies:
            attestation = attestation.replace(sha256(self.rp_id.encode()) + b"\x41", sha256(self.rp_id.encode()) + b"\x45")
        body = {"label": label, "clientDataJSON": unpadded(made["response"]["clientDataJSON"]), "attestationObject": unpadded(attestation), **changes}
        self.last = body
        return person.post("/api/account/passkeys", json=body)

    def assertion(self, person, origin=None, rp_id=None, flags=0x05, options=None):
        options = options or person.post("/api/session/passkey/options").json()
        self.sign_count += 1
        client = json.dumps({"type": "webauthn.get", "challenge": options["challenge"], "origin": origin or person.root}).encode()
        data = sha256((rp_id or options["rpId"]).encode()) + bytes([flags]) + struct.pack(">I", self.sign_count)
        signature = self.private_key.sign(data + sha256(client), ec.ECDSA(hashes.SHA256()))
        return {"id": unpadded(self.credential_id), "clientDataJSON": unpadded(client), "authenticatorData": unpadded(data), "signature": unpadded(signature)}

    def log_in(self, person, **kwargs):
        return person.post("/api/session/passkey", json=self.assertion(person, **kwargs))


def test_passkeys(new_server):
    server = new_server()
    person, device = Person(server, "localhost").log_in(), Device()
    refused = Device()
    refused.verifies = False
    assert refused.register(person).status_code == 400, "nobody made sure that it is the person"
    assert Device().register(person, origin="https://evil.example").status_code == 400
    made = device.register(person, "key")
    assert made.status_code == 201 and len(made.json()["recoveryCodes"]) == 10, made.text
    assert person.post("/api/account/passkeys", json=device.last).status_code == 400, "a challenge is good once"
    assert [p["label"] for p in person.get("/api/account").json()["passkeys"]] == ["key"]

    visitor = Person(server, "localhost")
    answer = device.log_in(visitor)
    assert answer.status_code == 200 and answer.json()["user"]["name"] == USER, answer.text
    assert next(s["proof"] for s in visitor.sessions if s["current"]) == "passkey"
    logins = of(messages(server), "login")
    assert logins and logins[-1].participants[0].get("UserID") == USER and logins[-1].outcome == "0"

    stranger = Person(server, "localhost")
    known = device.assertion(stranger)
    assert stranger.post("/api/session/passkey", json=known).status_code == 200
    assert Person(server, "localhost").post("/api/session/passkey", json=known).status_code == 401, "a replay"
    ours = stranger.post("/api/session/passkey/options").json()
    assert device.log_in(Person(server, "localhost"), options={**ours, "challenge": unpadded(b"x" * 32)}).status_code == 401
    assert device.log_in(stranger, flags=0x01).status_code == 401, "not verified"
    for wrong in ({"origin": "https://localhost"}, {"rp_id": "example.org"}, {"origin": stranger.root + ".evil.example"}):
        assert device.log_in(Person(server, "localhost"), **wrong).status_code == 401, wrong
    copy = Device()
    copy.credential_id, copy.private_key, copy.sign_count = device.credential_id, device.private_key, 0
    assert copy.log_in(Person(server, "localhost")).status_code == 401, "a counter that goes back is a copy"
    other = Device()
    other.cred_init("localhost", b"x")
    assert other.log_in(Person(server, "localhost")).status_code == 401
    by_number = Person(server)
    assert by_number.post("/api/session/passkey/options").status_code == 409
    device.sign_count += 10
    admin = Person(server, "localhost")
    assert device.log_in(admin).status_code == 200
    passkey = admin.get("/api/account").json()["passkeys"][0]
    assert passkey["lastUsed"] and admin.delete(f"/api/account/passkeys/{passkey['id']}").status_code == 204
    assert device.log_in(Person(server, "localhost")).status_code == 401


# As an outsider


def operations(server):
    document = server.session.get(server.http + "/api/openapi.json", timeout=30).json()
    sample = {"study": "1.2.3", "series": "1.2.3.4", "instance": "1.2.3.4.5", "id": "1", "frames": "1"}
    for path, item in document["paths"].items():
        for name, text in sample.items():
            path = path.replace("{" + name + "}", text)
        for method, operation in item.items():
            yield method.upper(), path.replace("{", "").replace("}", ""), operation


ANYONE = {"/api/session", "/api/session/passkey/options", "/api/session/passkey", "/api/setup", "/health/live", "/health/ready"}


def test_an_outsider_sees_the_login_and_health_alone(accounts, new_server):
    """Every route of the OpenAPI document: without a login, with a session that was ended, with one of another server, as a user who may not."""
    ended = Person(accounts).log_in()
    cookie = ended.cookies["isocenter_session"]
    assert ended.delete("/api/session").status_code == 204
    foreign = Person(new_server()).log_in().cookies["isocenter_session"]
    gone = Person(accounts).log_in().post("/api/account/tokens", json={"label": "gone"}).json()["token"]
    assert accounts.command("tokens", "list").stdout.count("gone") == 1
    accounts.command("tokens", "remove", next(line.split("\t")[0] for line in accounts.command("tokens", "list").stdout.splitlines() if "\tgone\t" in line), check=True)
    reader = Person(accounts).log_in(READER, READERS_PASSWORD)
    outside = [{}, {"Cookie": f"isocenter_session={cookie}"}, {"Cookie": f"isocenter_session={foreign}"}, {"Authorization": f"Bearer {gone}"}, {"Cookie": f"__Host-isocenter_session={reader.cookies['isocenter_session']}"}]
    seen, session = set(), requests.Session()
    session.trust_env = False
    for method, path, operation in operations(accounts):
        if path in ANYONE:
            seen.add(path)
            continue
        for headers in outside:
            answer = session.request(method, accounts.http + path, headers=headers, timeout=30)
            assert answer.status_code == 401 and set(answer.json()) == {"error"}, (method, path, list(headers), answer.status_code)
        if operation["responses"].get("403", {}).get("description") == "for administrators only":
            answer = reader.request(method, path, json={} if method in ("POST", "PUT", "PATCH") else None)
            assert answer.status_code == 403, (method, path, answer.status_code, answer.text[:100])
    assert seen == ANYONE
