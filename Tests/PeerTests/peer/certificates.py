"""An authority and the certificates it signs, made by OpenSSL for one test run."""
import hashlib
import ssl
import subprocess
from pathlib import Path


def openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


class Authority:
    """`authority.pem`, and `issue(name)` for pairs of files."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.certificate = self.folder / "authority.pem"
        self.key = self.folder / "authority.key"
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", self.key, "-out", self.certificate, "-days", 2, "-subj", "/CN=Test Authority")

    def issue(self, name, alternatives="DNS:localhost,IP:127.0.0.1"):
        """(certificate, key) for this common name."""
        base = self.folder / name
        request, certificate, key, extensions = (base.with_suffix(s) for s in (".csr", ".pem", ".key", ".ext"))
        extensions.write_text(f"subjectAltName={alternatives}\n")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request, "-subj", f"/CN={name}")
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial", "-out", certificate, "-days", 2, "-extfile", extensions)
        return certificate, key

    def client(self, pair=None):
        """What pynetdicom's tls_args take."""
        context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=str(self.certificate))
        if pair:
            context.load_cert_chain(*map(str, pair))
        return context, "localhost"


def fingerprint(certificate):
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(Path(certificate).read_text())).hexdigest()
