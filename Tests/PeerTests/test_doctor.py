"""The connection doctor: each step that can fail, really made to fail."""
import json
import socket
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from pynetdicom import AE, evt
from pynetdicom.sop_class import CTImageStorage, SecondaryCaptureImageStorage, StudyRootQueryRetrieveInformationModelFind, Verification

from peer.server import BINARY, ENVIRONMENT, isocenter


def doctor(peer, *words, timeout=60):
    run = isocenter("doctor", peer, "--json", *words, timeout=timeout)
    document = json.loads(run.stdout)
    assert document["ok"] == (run.returncode == 0)
    return document, {step["step"]: step for step in document["steps"]}


@pytest.fixture
def node():
    """Makes pynetdicom nodes: node(classes, title=…, handlers…) gives the port."""
    servers = []

    def make(classes, title="NODE", handlers=(), require_calling=None, require_called=False):
        ae = AE(ae_title=title)
        for sop_class in classes:
            ae.add_supported_context(sop_class)
        if require_calling:
            ae.require_calling_aet = require_calling
        ae.require_called_aet = require_called
        servers.append(ae.start_server(("127.0.0.1", 0), block=False, evt_handlers=list(handlers)))
        return servers[-1].socket.getsockname()[1]

    yield make
    for server in servers:
        server.shutdown()


@pytest.fixture
def listener():
    """A TCP server that does this with each connection; gives the port."""
    sockets = []

    def make(serve):
        server = socket.create_server(("127.0.0.1", 0))
        sockets.append(server)

        def run():
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

        threading.Thread(target=run, daemon=True).start()
        return server.getsockname()[1]

    yield make
    for server in sockets:
        server.close()


def nothing_found(event):
    yield 0x0000, None


def test_a_good_node(node):
    stored = []
    port = node([Verification, CTImageStorage, SecondaryCaptureImageStorage, StudyRootQueryRetrieveInformationModelFind],
                handlers=[(evt.EVT_C_FIND, nothing_found), (evt.EVT_C_STORE, lambda event: stored.append(event.dataset) or 0)])
    document, steps = doctor(f"NODE@localhost:{port}", "--store")
    assert document["ok"], document
    assert list(dict.fromkeys(step["step"] for step in document["steps"])) == ["name", "port", "association", "echo", "contexts", "store", "query"]
    assert any("CT Image Storage" in line for line in steps["contexts"]["details"])
    assert stored[0].PatientID == "ISOCENTER-TEST" and "Test" in stored[0].PatientName


def test_nothing_is_sent_without_being_asked_for(node):
    stored = []
    port = node([Verification, SecondaryCaptureImageStorage], handlers=[(evt.EVT_C_STORE, lambda event: stored.append(1) or 0)])
    _, steps = doctor(f"NODE@127.0.0.1:{port}")
    assert not stored and "store" not in steps


def test_a_name_that_is_not_known():
    document, steps = doctor("NODE@no-such-host.invalid:104")
    assert not document["ok"] and list(steps) == ["name"] and "Check the spelling" in steps["name"]["remedy"]


def test_a_closed_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        _, steps = doctor(f"NODE@127.0.0.1:{free.getsockname()[1]}")
    assert list(steps) == ["name", "port"] and "nothing listens" in steps["port"]["remedy"]


def test_a_web_server():
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        document, steps = doctor(f"NODE@127.0.0.1:{server.server_port}", "--timeout", "2")
        assert not document["ok"] and "web server" in steps["protocol"]["summary"]
    finally:
        server.shutdown()


def test_a_tls_server(listener, tmp_path):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost", "-keyout", tmp_path / "key", "-out", tmp_path / "cert"],
                   check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert", tmp_path / "key")

    def serve(connection):
        try:
            context.wrap_socket(connection, server_side=True).recv(10)
        except OSError:
            connection.close()

    _, steps = doctor(f"NODE@127.0.0.1:{listener(serve)}")
    assert "TLS" in steps["protocol"]["summary"] and "--tls" in steps["protocol"]["remedy"]


def certificate(folder, name):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}",
                    "-keyout", folder / "key", "-out", folder / "cert"], check=True, capture_output=True)
    return folder / "cert", folder / "key"


@pytest.fixture
def tls_receiver(tmp_path):
    cert, key = certificate(tmp_path, "localhost")
    process = subprocess.Popen([BINARY, "receive", "--host", "127.0.0.1", "--port", "0", "--tls-certificate", cert, "--tls-key", key],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=ENVIRONMENT)
    yield int(process.stdout.readline().split("=")[1]), cert
    process.terminate()
    process.wait()


def test_a_good_node_with_tls(tls_receiver):
    port, cert = tls_receiver
    _, steps = doctor(f"NODE@localhost:{port}", "--tls", "--tls-authorities", str(cert))
    assert steps["tls"]["ok"] and steps["tls"]["summary"].startswith("TLS 1.") and steps["echo"]["ok"]
    assert any("localhost" in line for line in steps["tls"]["details"]) and any("renew it soon" in line for line in steps["tls"]["details"])


def test_a_certificate_of_nobody_we_know(tls_receiver):
    _, steps = doctor(f"NODE@localhost:{tls_receiver[0]}", "--tls")
    assert not steps["tls"]["ok"] and "authority" in steps["tls"]["summary"] and "--tls-authorities" in steps["tls"]["remedy"]


def test_tls_where_there_is_none(node):
    _, steps = doctor(f"NODE@127.0.0.1:{node([Verification])}", "--tls")
    assert not steps["tls"]["ok"]


def test_an_ssh_server(listener):
    def serve(connection):
        connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
        connection.recv(1000)
        connection.close()

    _, steps = doctor(f"NODE@127.0.0.1:{listener(serve)}")
    assert "SSH" in steps["protocol"]["summary"]


def test_a_node_that_hangs(listener):
    held = []
    _, steps = doctor(f"NODE@127.0.0.1:{listener(held.append)}", "--timeout", "2")
    assert "says nothing" in steps["association"]["summary"] and "hangs" in steps["association"]["remedy"]


def test_a_node_that_closes_at_once(listener):
    _, steps = doctor(f"NODE@127.0.0.1:{listener(lambda connection: connection.close())}")
    assert not steps["association"]["ok"] and "broke off" in steps["association"]["summary"]


def test_a_node_that_does_not_know_us(node):
    port = node([Verification], require_calling=["SOMEBODY"])
    _, steps = doctor(f"NODE@127.0.0.1:{port}")
    assert "does not know us as ISOCENTER" in steps["association"]["summary"] and "ISOCENTER" in steps["association"]["remedy"]


def test_a_node_of_another_title(node):
    port = node([Verification], title="OTHER", require_called=True)
    _, steps = doctor(f"NODE@127.0.0.1:{port}")
    assert "not called NODE" in steps["association"]["summary"]


def test_a_node_that_takes_nothing(node):
    port = node([Verification])
    document, steps = doctor(f"NODE@127.0.0.1:{port}")
    assert steps["echo"]["ok"] and not steps["contexts"]["ok"] and not steps["query"]["ok"] and not document["ok"]
    assert "storage" in steps["contexts"]["remedy"]


def test_a_node_that_only_stores(node):
    document, steps = doctor(f"NODE@127.0.0.1:{node([Verification, CTImageStorage])}")
    assert document["ok"] and "ok" not in steps["query"]


def test_lines_for_people(node):
    port = node([Verification], require_calling=["SOMEBODY"])
    run = isocenter("doctor", f"NODE@127.0.0.1:{port}")
    assert run.returncode == 1
    said = run.stdout.splitlines()
    assert any(line.startswith("✓ port") for line in said) and any(line.startswith("✗ association") for line in said) and any("→" in line for line in said)


def test_our_own_side(new_server):
    server = new_server("--set", "dimse.loopbackPeers=false")
    ae = AE(ae_title="STRANGER")
    ae.add_requested_context(Verification)
    assert ae.associate("127.0.0.1", server.dimse).is_rejected
    run = server.command("doctor", "--json")
    document = json.loads(run.stdout)
    steps = {step["step"]: step for step in document["steps"]}
    assert list(steps) == ["folder", "server", "addresses", "peers", "associations"] and steps["server"]["ok"]
    assert any("STRANGER" in line for line in steps["associations"].get("details", []))


def test_our_own_side_without_a_server(tmp_path):
    run = isocenter("doctor", "--data", str(tmp_path / "none"), "--json")
    assert run.returncode == 1 and "isocenter serve" in json.loads(run.stdout)["steps"][0]["remedy"]
