"""Who may open an association, by which title, for what: peers, titles, unknown callers, users, certificates."""
import json
import re
import ssl
import threading

import pytest
from pydicom import Dataset
from pynetdicom import AE, evt
from pynetdicom.pdu_primitives import UserIdentityNegotiation

from peer import objects
from peer.certificates import Authority, fingerprint
from peer.dimse import VERIFICATION, dcmtk, needs_dcmtk, send
from peer.server import PASSWORD, USER, DidNotStart, Server

CT = objects.CT
STUDY_FIND = "1.2.840.10008.5.1.4.1.2.2.1"
STUDY_MOVE = "1.2.840.10008.5.1.4.1.2.2.2"
COMMITMENT = "1.2.840.10008.1.20.1"
IMPLICIT = "1.2.840.10008.1.2"
STRICT = ("--set", "dimse.loopbackPeers=no")

# (result, source, reason) of A-ASSOCIATE-RJ (PS3.8 §9.3.4).
CALLING_NOT_RECOGNIZED = (1, 1, 3)
CALLED_NOT_RECOGNIZED = (1, 1, 7)
NO_REASON = (1, 1, 1)
LIMIT_EXCEEDED = (2, 3, 2)


class Call:
    """What came of asking for an association, with contexts for all that there is."""

    def __init__(self, port, calling="CT1", called="ISOCENTER", source=None, tls=None, identity=None, hold=False):
        ae = AE(ae_title=calling)
        ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = 20
        for sop_class in (VERIFICATION, CT, STUDY_FIND, STUDY_MOVE, COMMITMENT):
            ae.add_requested_context(sop_class, IMPLICIT)
        self.response = None

        def acse(event):
            if type(event.pdu).__name__ in ("A_ASSOCIATE_RJ", "A_ASSOCIATE_AC"):
                self.response = event.pdu

        self.association = ae.associate(
            "127.0.0.1", port, ae_title=called, bind_address=(source, 0) if source else None, tls_args=tls,
            ext_neg=[identity] if identity else None, evt_handlers=[(evt.EVT_PDU_RECV, acse)])
        self.rejection = None
        self.results = {}
        if self.association.is_rejected:
            self.rejection = (self.response.result, self.response.source, self.response.reason_diagnostic)
        elif self.association.is_established:
            self.results = {c.abstract_syntax: c.result for c in self.association.accepted_contexts + self.association.rejected_contexts}
            if not hold:
                assert self.association.send_c_echo().Status == 0
                self.association.release()

    @property
    def accepted(self):
        return self.rejection is None and bool(self.results)

    def allowed(self, sop_class):
        """True, False, or None where the class is not served at all (result 3)."""
        return {0: True, 1: False, 3: None}[self.results[sop_class]]


@pytest.fixture(scope="module")
def strict(tmp_path_factory):
    """A server that knows nobody but whom a test makes known."""
    server = Server(tmp_path_factory.mktemp("strict"), *STRICT).start().add_administrator()
    yield server
    assert server.stop() == 0


def peers(server, *words, fails=False):
    done = server.command("peers", *words)
    assert (done.returncode != 0) == fails, done.stdout + done.stderr
    return done.stdout if not fails else done.stderr


@needs_dcmtk
def test_a_peer_added_beside_the_running_server_is_known_at_once(strict):
    def echo():
        return dcmtk("echoscu", "-v", "-aet", "ADDED", "-aec", "ISOCENTER", "127.0.0.1", strict.dimse)

    refused = echo()
    assert refused.returncode != 0 and "Calling AE Title Not Recognized" in refused.stdout
    peers(strict, "add", "added", "--aet", "ADDED")
    assert echo().returncode == 0
    peers(strict, "remove", "added")
    assert echo().returncode != 0


@pytest.mark.parametrize("flags, allowed", [
    ([], {CT}), (["--store"], {CT}), (["--query"], {STUDY_FIND}), (["--retrieve"], {STUDY_MOVE}), (["--commit"], {COMMITMENT}),
    (["--query", "--retrieve"], {STUDY_FIND, STUDY_MOVE}), (["--no-store"], set()),
])
def test_services_are_allowed_one_by_one(strict, flags, allowed):
    peers(strict, "add", "services", "--aet", "SERVICES", *flags)
    try:
        call = Call(strict.dimse, "SERVICES")
        assert call.allowed(VERIFICATION)
        for sop_class in (CT, STUDY_FIND, STUDY_MOVE, COMMITMENT):
            # A class that this server does not serve yet is refused to all alike.
            assert call.allowed(sop_class) in ((True, None) if sop_class in allowed else (False, None)), sop_class
        assert call.allowed(CT) is (CT in allowed)
    finally:
        peers(strict, "remove", "services")


def test_a_peer_calls_from_its_addresses_only(strict):
    peers(strict, "add", "here", "--aet", "HERE", "--address", "127.0.1.0/24", "::1")
    assert Call(strict.dimse, "HERE", source="127.0.1.7").accepted
    assert Call(strict.dimse, "HERE", source="127.0.2.7").rejection == CALLING_NOT_RECOGNIZED
    peers(strict, "set", "here", "--any-address")
    assert Call(strict.dimse, "HERE", source="127.0.2.7").accepted


def test_two_of_one_title_must_differ_in_address(strict):
    peers(strict, "add", "twin 1", "--aet", "TWIN", "--address", "127.0.3.1", "--store")
    assert "overlap" in peers(strict, "add", "twin 2", "--aet", "TWIN", "--address", "127.0.3.0/24", fails=True)
    assert "which addresses" in peers(strict, "add", "twin 2", "--aet", "TWIN", fails=True)
    peers(strict, "add", "twin 2", "--aet", "TWIN", "--address", "127.0.3.2", "--no-store")
    assert Call(strict.dimse, "TWIN", source="127.0.3.1").allowed(CT) is True
    assert Call(strict.dimse, "TWIN", source="127.0.3.2").allowed(CT) is False


def test_what_a_command_cannot_mean_is_said(strict):
    assert "no AE title" in peers(strict, "add", "wrong", "--aet", "SEVENTEEN_LETTERS", fails=True)
    assert "numeric address" in peers(strict, "add", "wrong", "--aet", "W", "--address", "10.0.0.1/8", fails=True)
    assert "no peer 'nobody'" in peers(strict, "add", "wrong", "--aet", "W", "--to", "nobody", fails=True)
    assert "there is no peer" in peers(strict, "remove", "wrong", fails=True)
    assert "wrong" not in peers(strict, "list")


def test_a_peer_has_no_more_associations_than_it_may(strict):
    peers(strict, "add", "limited", "--aet", "LIMITED", "--max-inbound", 2)
    held = [Call(strict.dimse, "LIMITED", hold=True) for _ in range(2)]
    try:
        assert all(call.accepted for call in held)
        assert Call(strict.dimse, "LIMITED").rejection == LIMIT_EXCEEDED
    finally:
        for call in held:
            call.association.release()
    # Released ones count no longer: a moment may pass until the server knows.
    assert any(Call(strict.dimse, "LIMITED").accepted for _ in range(20))


def test_a_host_is_checked_where_that_is_asked_for(new_server):
    server = new_server(*STRICT, "--set", "dimse.checkCallingHost=yes")
    peers(server, "add", "resolved", "--aet", "RESOLVED", "--host", "localhost", "--port", 104)
    peers(server, "add", "elsewhere", "--aet", "ELSEWHERE", "--host", "10.255.255.1", "--port", 104)
    assert Call(server.dimse, "RESOLVED", source="127.0.0.1").accepted
    assert Call(server.dimse, "RESOLVED", source="127.0.0.9").rejection == CALLING_NOT_RECOGNIZED
    assert Call(server.dimse, "ELSEWHERE").rejection == CALLING_NOT_RECOGNIZED


# Our own titles

def test_several_titles_each_with_its_services(new_server):
    server = new_server(*STRICT)
    peers(server, "add", "ct", "--aet", "CT1", "--store", "--query")
    peers(server, "add", "mr", "--aet", "MR1", "--store", "--called", "ISOCENTER")
    server.command("titles", "add", "RESEARCH", "--services", "query", "--view", "Modality=CT", check=True)
    server.command("titles", "add", "PRIVATE", "--callers", "mr", check=True)
    assert Call(server.dimse, "CT1").allowed(CT) is True
    research = Call(server.dimse, "CT1", "RESEARCH")
    assert research.allowed(CT) is False and research.allowed(STUDY_FIND) is not False
    # One that nobody has is the default one, as long as titles are not checked.
    assert Call(server.dimse, "CT1", "SOMETHING").allowed(CT) is True
    assert Call(server.dimse, "CT1", "PRIVATE").rejection == CALLED_NOT_RECOGNIZED
    assert Call(server.dimse, "MR1", "RESEARCH").rejection == CALLED_NOT_RECOGNIZED
    listed = server.command("titles", "list", check=True).stdout
    assert "ISOCENTER" in listed and "default" in listed and "Modality=CT" in listed
    server.command("titles", "remove", "RESEARCH", check=True)
    assert Call(server.dimse, "CT1", "RESEARCH").allowed(CT) is True


def test_called_titles_are_checked_where_that_is_asked_for(new_server):
    server = new_server("--set", "dimse.checkCalledAET=yes")
    server.command("titles", "add", "RESEARCH", check=True)
    assert Call(server.dimse, "CT1", "ISOCENTER").accepted
    assert Call(server.dimse, "CT1", "RESEARCH").accepted
    assert Call(server.dimse, "CT1", "SOMETHING").rejection == CALLED_NOT_RECOGNIZED


def test_a_title_shows_its_view_and_no_more(new_server):
    server = new_server()
    studies = {modality: objects.image(modality=modality) for modality in ("CT", "MR")}
    for data_set in studies.values():
        assert send(server.dimse, [data_set]) == [0]
    server.command("titles", "add", "CTONLY", "--view", "Modality=CT", check=True)

    def found(called):
        ae = AE(ae_title="READER")
        ae.add_requested_context(STUDY_FIND)
        association = ae.associate("127.0.0.1", server.dimse, ae_title=called)
        if not association.accepted_contexts:
            association.release()
            pytest.skip("this server answers no C-FIND")
        query = Dataset()
        query.QueryRetrieveLevel, query.StudyInstanceUID = "STUDY", ""
        try:
            return {str(answer.StudyInstanceUID) for status, answer in association.send_c_find(query, STUDY_FIND) if status.Status in (0xFF00, 0xFF01)}
        finally:
            association.release()

    uids = {modality: str(d.StudyInstanceUID) for modality, d in studies.items()}
    assert found("ISOCENTER") >= set(uids.values())
    assert found("CTONLY") == {uids["CT"]}


# Unknown callers

def test_an_unknown_caller_is_listed_and_can_be_added(new_server):
    server = new_server(*STRICT)
    for _ in range(3):
        assert Call(server.dimse, "STRANGER", "SOMEBODY").rejection == CALLING_NOT_RECOGNIZED
    server.wait_for_log("unknown caller STRANGER at 127.0.0.1")
    url = f"{server.http}/api/callers"
    caller = None
    for _ in range(200):
        callers = server.session.get(url, timeout=10).json()["callers"]
        caller = next((c for c in callers if c["aeTitle"] == "STRANGER"), None)
        if caller and caller["count"] == 3:
            break
        threading.Event().wait(0.05)
    assert caller and caller["count"] == 3
    assert caller["address"] == "127.0.0.1" and caller["calledAETitle"] == "SOMEBODY"
    assert "CT Image Storage" in caller["proposed"] and set(caller["services"]) == {"store", "query", "retrieve", "commit"}
    assert "STRANGER@127.0.0.1" in peers(server, "callers")
    peers(server, "add", "no longer", "--from", "STRANGER", "--store")
    assert Call(server.dimse, "STRANGER").allowed(CT) is True
    shown = json.loads(peers(server, "show", "no longer"))
    assert shown["addresses"] == ["127.0.0.1"] and shown["services"] == ["store"]
    assert server.session.get(url, timeout=10).json() == {"callers": []}


# The API

def test_peers_by_the_api(new_server):
    server = new_server(*STRICT)
    api, session = f"{server.http}/api", server.session
    Call(server.dimse, "PAGE")
    made = session.post(f"{api}/peers", json={"name": "Röntgen 1", "aeTitle": "PAGE", "services": ["store", "query"], "addresses": ["127.0.0.0/8"]})
    assert made.status_code == 201 and made.json()["associations"] == 0, made.text
    assert Call(server.dimse, "PAGE").allowed(CT) is True
    one = f"{api}/peers/R%C3%B6ntgen%201"
    peer = session.get(one).json()
    assert peer["lastCalled"] and set(peer["services"]) == {"store", "query"}
    assert session.post(f"{api}/peers", json={"name": "Röntgen 1", "aeTitle": "X"}).status_code == 409
    # What was got can be put, changed.
    assert session.put(one, json={**peer, "services": []}).status_code == 200
    assert Call(server.dimse, "PAGE").allowed(CT) is False
    for wrong, word in [({"aeTitle": "PAGE", "usesTls": True}, "usesTls"), ({"aeTitle": "PAGE", "services": ["print"]}, "services"), ({"aeTitle": ""}, "AE title"),
                        ({"services": []}, "aeTitle"), ({"aeTitle": "PAGE", "port": "104"}, "port"), ({"name": "other", "aeTitle": "PAGE"}, "keeps its name")]:
        answer = session.put(one, json=wrong)
        assert answer.status_code == 400 and word in answer.json()["error"], answer.text
    listed = session.get(f"{api}/peers").json()
    assert [p["name"] for p in listed["peers"]] == ["Röntgen 1"] and listed["loopback"] is False
    assert session.delete(one).status_code == 204 and session.get(one).status_code == 404
    assert Call(server.dimse, "PAGE").rejection == CALLING_NOT_RECOGNIZED

    title = session.post(f"{api}/titles", json={"title": "RESEARCH", "view": ["Modality=CT", "Modality=MR"], "description": "for studies"})
    assert title.status_code == 201 and title.json()["isDefault"] is False
    assert session.put(f"{api}/titles/RESEARCH", json={"view": ["Modality"]}).status_code == 400
    titles = session.get(f"{api}/titles").json()
    assert [t["title"] for t in titles["titles"]] == ["ISOCENTER", "RESEARCH"] and titles["port"] == server.dimse
    assert session.delete(f"{api}/titles/RESEARCH").status_code == 204


def test_only_an_administrator_sees_or_changes_peers(new_server):
    server = new_server()
    server.command("users", "add", "reader", "--role", "user", stdin=PASSWORD + "\n", check=True)
    session = server.session
    session.headers["Authorization"] = "Bearer " + server.command("tokens", "add", "--user", "reader", check=True).stdout.split()[-1]
    for method, path in [("GET", "peers"), ("POST", "peers"), ("GET", "peers/x"), ("PUT", "peers/x"), ("DELETE", "peers/x"), ("POST", "peers/x/echo"), ("GET", "callers"),
                         ("DELETE", "callers/x"), ("GET", "titles"), ("POST", "titles"), ("GET", "titles/x"), ("PUT", "titles/x"), ("DELETE", "titles/x")]:
        assert session.request(method, f"{server.http}/api/{path}", json={}).status_code == 403, path
        assert session.request(method, f"{server.http}/api/{path}", json={}, headers={"Authorization": ""}).status_code == 401, path


def test_a_peer_is_called_from_the_page(new_server):
    server = new_server()
    ae = AE(ae_title="ANSWERS")
    ae.add_supported_context(VERIFICATION)
    ae.require_called_aet = True
    scp = ae.start_server(("127.0.0.1", 0), block=False)
    try:
        port = scp.socket.getsockname()[1]
        for name, words in [("answers", ["--aet", "ANSWERS", "--host", "127.0.0.1", "--port", port]), ("other", ["--aet", "OTHER", "--host", "127.0.0.1", "--port", port]),
                            ("nowhere", ["--aet", "NOWHERE"])]:
            peers(server, "add", name, *words)

        def echo(name):
            return server.session.post(f"{server.http}/api/peers/{name}/echo", timeout=30).json()

        assert echo("answers")["ok"] is True
        assert "called AE title not recognized" in echo("other")["words"] and echo("other")["ok"] is False
        assert "never called" in echo("nowhere")["words"]
    finally:
        scp.shutdown()


# TLS: certificates and users

@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def secured(authority, tmp_path_factory):
    """A server with both ports; `authority` has signed its certificate, and it wants one of callers where they have one."""
    certificate, key = authority.issue("isocenter")
    server = Server(
        tmp_path_factory.mktemp("secured"), *STRICT, "--set", "dimse.tls.port=0", "--set", f"dimse.tls.certificate={certificate}", "--set",
        f"dimse.tls.key={key}", "--set", f"dimse.tls.authorities={authority.certificate}", "--set", "dimse.tls.clientCertificates=optional",
    ).start().add_administrator()
    yield server
    assert server.stop() == 0


def test_a_peer_is_bound_to_its_certificate(secured, authority):
    ours, others = authority.issue("CT1"), authority.issue("MR1")
    peers(secured, "add", "bound", "--aet", "BOUND", "--tls", "--certificate", ours[0])
    assert json.loads(peers(secured, "show", "bound"))["certificate"] == fingerprint(ours[0])
    assert Call(secured.dimse_tls, "BOUND", tls=authority.client(ours)).accepted
    assert Call(secured.dimse_tls, "BOUND", tls=authority.client(others)).rejection == CALLING_NOT_RECOGNIZED
    assert Call(secured.dimse_tls, "BOUND", tls=authority.client()).rejection == CALLING_NOT_RECOGNIZED
    assert Call(secured.dimse, "BOUND").rejection == CALLING_NOT_RECOGNIZED
    secured.wait_for_log("'bound' has to call over TLS")
    assert Call(secured.dimse_tls, "UNKNOWN", tls=authority.client(ours)).rejection == CALLING_NOT_RECOGNIZED
    # Who need not use TLS may.
    peers(secured, "add", "either", "--aet", "EITHER")
    assert Call(secured.dimse_tls, "EITHER", tls=authority.client()).accepted
    assert Call(secured.dimse, "EITHER").accepted


@needs_dcmtk
def test_dcmtk_calls_over_tls(secured, authority):
    certificate, key = authority.issue("ECHOSCU")
    peers(secured, "add", "echoscu", "--aet", "ECHOSCU", "--tls")
    done = dcmtk("echoscu", "-aet", "ECHOSCU", "-aec", "ISOCENTER", "+tls", key, certificate, "+cf", authority.certificate, "127.0.0.1", secured.dimse_tls)
    assert done.returncode == 0, done.stdout


def test_titles_are_bound_to_the_names_of_certificates(new_server, authority):
    certificate, key = authority.issue("isocenter-2")
    server = new_server(
        *STRICT, "--set", "dimse.tls.port=0", "--set", f"dimse.tls.certificate={certificate}", "--set", f"dimse.tls.key={key}", "--set",
        f"dimse.tls.authorities={authority.certificate}", "--set", "dimse.tls.bindTitles=yes")
    peers(server, "add", "ct", "--aet", "CT9", "--tls")
    assert Call(server.dimse_tls, "CT9", tls=authority.client(authority.issue("CT9"))).accepted
    assert Call(server.dimse_tls, "CT9", tls=authority.client(authority.issue("by-san", "DNS:CT9"))).accepted
    assert Call(server.dimse_tls, "CT9", tls=authority.client(authority.issue("MR9"))).rejection == CALLING_NOT_RECOGNIZED
    # A certificate is required unless the settings say otherwise.
    assert not Call(server.dimse_tls, "CT9", tls=authority.client()).accepted


def test_a_peer_is_called_over_tls(secured, authority):
    """The server calls itself: its own certificate is what it shows and sees."""
    certificate = authority.folder / "isocenter.pem"
    peers(secured, "add", "caller", "--aet", "ISOCENTER", "--host", "localhost", "--port", secured.dimse_tls, "--tls", "--certificate", certificate)
    echo = secured.session.post(f"{secured.http}/api/peers/caller/echo", timeout=30).json()
    assert echo["ok"] is True, echo
    peers(secured, "set", "caller", "--certificate", "ab" * 32)
    echo = secured.session.post(f"{secured.http}/api/peers/caller/echo", timeout=30).json()
    assert echo["ok"] is False


def test_objects_are_sent_over_tls_to_the_peer_whose_certificate_is_known(secured, authority):
    """C-MOVE to a destination with TLS: nothing goes to it in the clear, nor to one with another certificate."""
    pair, other = authority.issue("viewer"), authority.issue("impostor")
    received = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*map(str, pair))
    context.load_verify_locations(str(authority.certificate))
    context.verify_mode = ssl.CERT_REQUIRED
    ae = AE(ae_title="VIEWER")
    ae.add_supported_context(CT, [IMPLICIT, "1.2.840.10008.1.2.1"])
    scp = ae.start_server(("127.0.0.1", 0), block=False, ssl_context=context, evt_handlers=[(evt.EVT_C_STORE, lambda event: received.append(event) or 0)])
    try:
        port = scp.socket.getsockname()[1]
        peers(secured, "add", "viewer", "--aet", "VIEWER", "--host", "localhost", "--port", port, "--tls", "--certificate", pair[0])
        peers(secured, "add", "mover", "--aet", "MOVER", "--store", "--retrieve", "--to", "viewer")
        data_set = objects.image()
        assert send(secured.dimse, [data_set], calling="MOVER") == [0]

        def move():
            query = Dataset()
            query.QueryRetrieveLevel, query.StudyInstanceUID = "STUDY", data_set.StudyInstanceUID
            mover = AE(ae_title="MOVER")
            mover.add_requested_context(STUDY_MOVE)
            association = mover.associate("127.0.0.1", secured.dimse, ae_title="ISOCENTER")
            try:
                *_, (status, _) = association.send_c_move(query, "VIEWER", STUDY_MOVE)
                return status.get("NumberOfCompletedSuboperations", 0), status.get("NumberOfFailedSuboperations", 0)
            finally:
                association.release()

        assert move() == (1, 0) and len(received) == 1
        peers(secured, "set", "viewer", "--certificate", other[0])
        assert move() == (0, 1) and len(received) == 1
        peers(secured, "set", "viewer", "--no-tls")
        assert move() == (0, 1) and len(received) == 1
    finally:
        scp.shutdown()


def identity(kind, primary, secondary=""):
    item = UserIdentityNegotiation()
    item.user_identity_type = kind
    item.positive_response_requested = True
    item.primary_field = primary.encode()
    if secondary:
        item.secondary_field = secondary.encode()
    return item


def answered(call):
    return any(type(item).__name__ == "UserIdentitySubItemAC" for item in call.response.user_information.user_data)


def test_users_name_themselves_over_tls(secured, authority):
    peers(secured, "add", "reading", "--aet", "READING", "--query", "--retrieve")
    tls = authority.client()
    right = Call(secured.dimse_tls, "READING", tls=tls, identity=identity(2, USER, PASSWORD))
    assert right.accepted and answered(right)
    # A user may no more than the node through which it speaks.
    assert right.allowed(CT) is False
    token = Call(secured.dimse_tls, "READING", tls=tls, identity=identity(5, secured.token))
    assert token.accepted and answered(token)
    mark = len(secured.lines)
    assert Call(secured.dimse_tls, "READING", tls=tls, identity=identity(2, USER, "wrong-" + PASSWORD)).rejection == NO_REASON
    assert Call(secured.dimse_tls, "READING", tls=tls, identity=identity(2, "nobody", PASSWORD)).rejection == NO_REASON
    assert Call(secured.dimse_tls, "READING", tls=tls, identity=identity(5, "not-a-token")).rejection == NO_REASON
    assert Call(secured.dimse_tls, "READING", tls=tls, identity=identity(4, "<saml/>")).rejection == NO_REASON
    secured.wait_for_log("name or password is wrong", mark)
    assert PASSWORD not in secured.log and secured.token not in secured.log


def test_secrets_are_not_taken_without_tls(secured):
    peers(secured, "add", "plain", "--aet", "PLAIN")
    for item in (identity(2, USER, PASSWORD), identity(5, secured.token)):
        assert Call(secured.dimse, "PLAIN", identity=item).rejection == NO_REASON
    secured.wait_for_log("without TLS")
    # A name alone is no secret; of a name that is no user's nothing is answered.
    named = Call(secured.dimse, "PLAIN", identity=identity(1, USER))
    assert named.accepted and answered(named)
    claimed = Call(secured.dimse, "PLAIN", identity=identity(1, "technician"))
    assert claimed.accepted and not answered(claimed)
    assert PASSWORD not in secured.log and secured.token not in secured.log


def test_there_is_no_port_with_tls_without_a_certificate(new_server, authority):
    assert new_server().dimse_tls is None
    certificate, key = authority.issue("unfinished")
    for flags, word in [([f"dimse.tls.certificate={certificate}"], "needs its key"), ([f"dimse.tls.certificate={certificate}", f"dimse.tls.key={certificate}"], "no private key"),
                        ([f"dimse.tls.certificate={certificate}.not", f"dimse.tls.key={key}"], "cannot be read")]:
        wrong = new_server(*(word for flag in flags for word in ("--set", flag)), start=False)
        with pytest.raises(DidNotStart, match=re.escape(word)):
            wrong.start()
