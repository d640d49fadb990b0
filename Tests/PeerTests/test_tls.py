"""DICOM over TLS (PS3.15 §B.12, BCP 195): DCMTK, pynetdicom with Python's ssl, and OpenSSL's client."""
import re
import socket
import ssl
import subprocess

import pytest
from pydicom.uid import ImplicitVRLittleEndian
from pynetdicom import AE

from peer import objects
from peer.dimse import SUCCESS, VERIFICATION, dcmtk, needs_dcmtk
from peer.server import Server


class Authority:
    """Certificates in a folder: ca.pem, and NAME.pem with NAME.key for each name."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        for name in ("ca", "other"):
            self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-subj", f"/CN={name}", "-days", "30", "-out", f"{name}.pem")
        for name, issuer, days in (("server", "ca", 30), ("ct1", "ca", 30), ("late", "ca", -1), ("stranger", "other", 30)):
            self.issue(name, issuer, days)

    def openssl(self, *words):
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)

    def issue(self, name, issuer="ca", days=30):
        self.openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-subj", f"/CN={name}", "-out", f"{name}.csr")
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key", "-CAcreateserial",
                     "-days", str(days), "-extfile", "names", "-out", f"{name}.pem")

    def path(self, name):
        return str(self.folder / name)

    def context(self, name=None, version=None, ciphers=None):
        context = ssl.create_default_context(cafile=self.path("ca.pem"))
        if name:
            context.load_cert_chain(self.path(f"{name}.pem"), self.path(f"{name}.key"))
        if version:
            context.minimum_version = context.maximum_version = version
        if ciphers:
            context.set_ciphers(ciphers)
        return context


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(folder, authority, clients):
    return Server(folder, env={
        "ISOCENTER_DIMSE_TLS_PORT": str(free_port()), "ISOCENTER_DIMSE_TLS_CERTIFICATE": authority.path("server.pem"),
        "ISOCENTER_DIMSE_TLS_KEY": authority.path("server.key"), "ISOCENTER_DIMSE_TLS_AUTHORITIES": authority.path("ca.pem"),
        "ISOCENTER_DIMSE_TLS_CLIENT_CERTIFICATES": clients}).start().add_administrator()


@pytest.fixture(scope="module")
def secured(tmp_path_factory, authority):
    """Client certificates are required."""
    server = start(tmp_path_factory.mktemp("secured"), authority, "required")
    yield server
    assert server.stop() == 0


@pytest.fixture(scope="module")
def lenient(tmp_path_factory, authority):
    """Client certificates are looked at where they are shown."""
    server = start(tmp_path_factory.mktemp("lenient"), authority, "optional")
    yield server
    assert server.stop() == 0


def echo(port, context, called="ISOCENTER"):
    """Status of a C-ECHO, or None where no association came about."""
    ae = AE(ae_title="PYNETDICOM")
    ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = 20
    ae.add_requested_context(VERIFICATION, [ImplicitVRLittleEndian])
    assoc = ae.associate("127.0.0.1", port, ae_title=called, tls_args=(context, "localhost"))
    if not assoc.is_established:
        return None
    status = assoc.send_c_echo()
    assoc.release()
    return status.Status if status else None


def said(server, words, since=0):
    return server.wait_for_log(re.escape(words), since=since)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_both_versions_with_certificates_on_both_sides(secured, authority, version):
    since = len(secured.lines)
    assert echo(secured.dimse_tls, authority.context("ct1", version)) == SUCCESS
    assert said(secured, "over TLS 1.2" if version == ssl.TLSVersion.TLSv1_2 else "over TLS 1.3", since)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("name, words", [
    (None, "the peer shows no certificate, and one is required"),
    ("late", "the peer's certificate has expired"),
    ("stranger", "the peer's certificate was not issued by an authority that is trusted here"),
])
def test_callers_that_are_not_believed(secured, authority, version, name, words):
    since = len(secured.lines)
    assert echo(secured.dimse_tls, authority.context(name, version)) is None
    assert said(secured, words, since)


def test_a_certificate_is_optional_where_it_is(lenient, authority):
    assert echo(lenient.dimse_tls, authority.context()) == SUCCESS
    assert echo(lenient.dimse_tls, authority.context("ct1")) == SUCCESS
    assert echo(lenient.dimse_tls, authority.context("stranger")) is None


def s_client(port, *words):
    return subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", *words], input="", text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60).stdout


@pytest.mark.parametrize("words, spoken", [
    (["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], False),
    (["-tls1_2", "-cipher", "AES128-GCM-SHA256"], False),
    (["-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA256"], False),
    (["-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256"], False),
    (["-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"], True),
    (["-tls1_2", "-cipher", "ECDHE-RSA-AES256-GCM-SHA384"], True),
    (["-tls1_2", "-cipher", "ECDHE-RSA-CHACHA20-POLY1305"], True),
    (["-tls1_3"], True),
], ids=lambda value: " ".join(value) if isinstance(value, list) else None)
def test_versions_and_suites_of_bcp_195(lenient, words, spoken):
    text = s_client(lenient.dimse_tls, *words)
    assert ("Cipher is (NONE)" not in text and "Cipher    : 0000" not in text and "BEGIN CERTIFICATE" in text) == spoken, text


def test_plain_dicom_on_the_tls_port_and_tls_on_the_plain_port(lenient, authority):
    ae = AE(ae_title="PYNETDICOM")
    ae.acse_timeout = ae.network_timeout = 20
    ae.add_requested_context(VERIFICATION, [ImplicitVRLittleEndian])
    assert not ae.associate("127.0.0.1", lenient.dimse_tls, ae_title="ISOCENTER").is_established
    assert said(lenient, "this port speaks DICOM over TLS; the peer speaks DICOM without TLS")
    assert echo(lenient.dimse, authority.context()) is None
    assert said(lenient, "this port speaks DICOM; the peer sent a TLS handshake")


@needs_dcmtk
def test_dcmtk_echo_and_store(secured, authority, scratch):
    flags = ["+tls", authority.path("ct1.key"), authority.path("ct1.pem"), "+cf", authority.path("ca.pem")]
    done = dcmtk("echoscu", "-v", *flags, "-aec", "ISOCENTER", "127.0.0.1", secured.dimse_tls)
    assert done.returncode == 0, done.stdout
    images = objects.study()
    for number, image in enumerate(images):
        image.save_as(scratch / f"{number}.dcm", write_like_original=False)
    done = dcmtk("storescu", *flags, "+sd", "-aec", "ISOCENTER", "127.0.0.1", secured.dimse_tls, scratch)
    assert done.returncode == 0, done.stdout
    assert len(secured.search("studies", images[0].StudyInstanceUID, "instances", limit=500)) == len(images)


@needs_dcmtk
def test_dcmtk_without_a_certificate(secured, lenient, authority):
    flags = ["+tla", "+cf", authority.path("ca.pem"), "-aec", "ISOCENTER", "127.0.0.1"]
    assert dcmtk("echoscu", *flags, secured.dimse_tls).returncode != 0
    assert dcmtk("echoscu", *flags, lenient.dimse_tls).returncode == 0


def test_a_renewed_certificate_needs_no_restart(tmp_path, authority):
    own = tmp_path / "own"
    own.mkdir()
    mine = Authority(own)
    server = start(tmp_path / "data", mine, "none")
    try:
        first = ssl.get_server_certificate(("127.0.0.1", server.dimse_tls))
        mine.issue("renewed")
        (own / "renewed.key").replace(own / "server.key")
        (own / "renewed.pem").replace(own / "server.pem")
        second = ssl.get_server_certificate(("127.0.0.1", server.dimse_tls))
        assert first != second
        assert echo(server.dimse_tls, mine.context()) == SUCCESS
    finally:
        assert server.stop() == 0
