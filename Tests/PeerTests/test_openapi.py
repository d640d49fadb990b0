"""The server is what its OpenAPI document says: schemathesis asks every operation, rightly and wrongly, as an administrator, as a user and as nobody."""
import json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest

from peer import objects, web
from peer.server import Server

# An echo waits for hosts that do not exist; the events never end; an upload goes on only where it is. `test_peers.py`, `test_api.py` and `test_uploads.py` ask for those.
EXCLUDED = ["echoPeer", "followStudies", "appendToUpload"]


def of_several_parts(document):
    """Operations whose bodies are not made from a schema: `test_stow.py`, `test_hostile_web.py` and `test_non_patient.py` ask for those."""
    return [operation["operationId"] for item in document["paths"].values() for operation in item.values()
            if "multipart/related" in operation.get("requestBody", {}).get("content", {})]



CHECKS = ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance", "response_schema_conformance", "unsupported_method", "allow_header_conformance"]
SECONDS = 25  # of each of the runs: together well below three minutes


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("openapi")).start().add_administrator()
    server.image = objects.image()
    assert web.store(server, [objects.file_bytes(server.image)]).status_code == 200
    server.command("users", "add", "reader", "--role", "user", stdin="another-long-password-1858\n", check=True)
    server.users_token = server.command("tokens", "add", "--user", "reader", check=True).stdout.split()[-1]
    yield server
    assert server.alive, server.log[-3000:]
    assert server.stop() == 0


@pytest.fixture(scope="module")
def document(archive):
    answer = archive.session.get(archive.http + "/api/openapi.json", timeout=30)
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("application/json")
    return answer.json()


def schemathesis(archive, document, folder, *options, token=None, seed=1, checks=CHECKS):
    place = folder / "openapi.json"
    place.write_text(json.dumps(document))
    words = [sys.executable, "-m", "schemathesis.cli", "run", str(place), "--url", archive.http, "--no-color", "--seed", str(seed), "--max-time", str(SECONDS), "--request-timeout", "20",
             "--phases", "examples,coverage,fuzzing", "--max-examples", "8", "--generation-database", "none", "--warnings", "off", "--no-shrink", "--continue-on-failure", "--checks", ",".join(checks), *options]
    for identifier in EXCLUDED + of_several_parts(document):
        words += ["--exclude-operation-id", identifier]
    if token:
        words += ["--header", f"Authorization: Bearer {token}"]
    result = subprocess.run(words, capture_output=True, text=True, errors="replace", timeout=SECONDS * 4, cwd=folder)
    assert result.returncode == 0, f"{result.stdout[-12000:]}\n{result.stderr[-2000:]}"
    return result.stdout


def test_the_document_is_right(document):
    assert document["openapi"].startswith("3.1")
    operations = [(path, method) for path, item in document["paths"].items() for method in item]
    assert len(operations) > 60
    for (path, method) in operations:
        operation = document["paths"][path][method]
        assert operation["summary"] and operation["responses"], (path, method)
        named = {parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "path"}
        assert named == {part[1:-1] for part in path.split("/") if part.startswith("{")}, path


def test_as_an_administrator(archive, document, tmp_path):
    schemathesis(archive, document, tmp_path, token=archive.token)


def test_as_a_user(archive, document, tmp_path):
    schemathesis(archive, document, tmp_path, token=archive.users_token, seed=2)


def test_of_what_is_there(archive, document, tmp_path):
    """The UIDs of the paths are those of an object that is stored: answers have bodies."""
    image = archive.image
    known = {"study": image.StudyInstanceUID, "series": image.SeriesInstanceUID, "instance": image.SOPInstanceUID, "frames": "1", "studyUID": image.StudyInstanceUID, "seriesUID": image.SeriesInstanceUID, "objectUID": image.SOPInstanceUID}
    own = json.loads(json.dumps(document))
    for path, item in own["paths"].items():
        for operation in item.values():
            for parameter in operation.get("parameters", []):
                if parameter["name"] in known:
                    parameter["schema"] = {"type": "string", "enum": [str(known[parameter["name"]])]}
                    parameter.pop("example", None)
    schemathesis(archive, own, tmp_path, "--include-path-regex", r"\{study\}|/wado", "--exclude-method", "DELETE", "--mode", "positive", token=archive.token, seed=3)


def test_nobody_is_let_in(archive, document):
    """Each operation that is not for anyone answers 401, and says nothing more."""
    import requests
    session = requests.Session()
    session.trust_env = False
    guarded = [(path, method) for path, item in document["paths"].items() for method, operation in item.items() if operation.get("security") != []]
    assert len(guarded) > 50
    for path, method in guarded:
        answer = session.request(method, archive.http + path.replace("{id}", "1").replace("{", "").replace("}", ""), timeout=30)
        assert answer.status_code == 401, (method, path, answer.status_code)
        assert set(answer.json()) == {"error"}
        for wrong in ("Bearer wrong", "Bearer", "Digest x", "Basic !"):
            answer = session.request(method, archive.http + path, headers={"Authorization": wrong}, timeout=30)
            assert answer.status_code == 401, (method, path, wrong, answer.status_code)


def test_as_nobody(archive, document, tmp_path):
    schemathesis(archive, document, tmp_path, seed=4)


WADL = "{http://wadl.dev.java.net/2009/02}"


@pytest.mark.parametrize("method, path", [("OPTIONS", "/dicom-web"), ("OPTIONS", "/dicom-web/"), ("GET", "/dicom-web/capabilities")])
def test_capabilities(archive, document, method, path):
    """PS3.18 §8.9: WADL unless JSON is asked for, with every resource of the service."""
    answer = archive.session.request(method, archive.http + path, headers={"Accept": "*/*"}, timeout=30)
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("application/vnd.sun.wadl+xml")
    base = ElementTree.fromstring(answer.content).find(f"{WADL}resources")
    assert base.get("base") == archive.http + "/dicom-web"

    def methods(resource, path):
        for each in resource.findall(f"{WADL}method"):
            yield path, each.get("name").lower()
        for inner in resource.findall(f"{WADL}resource"):
            yield from methods(inner, f"{path}/{inner.get('path')}")

    described = {(path, method) for path, item in document["paths"].items() for method in item if path.startswith("/dicom-web")}
    assert set(methods(base, "/dicom-web")) == described
    asked = archive.session.request(method, archive.http + path, headers={"Accept": "application/json"}, timeout=30)
    assert asked.json()["openapi"] and all(path.startswith("/dicom-web") for path in asked.json()["paths"])
    assert archive.session.request(method, archive.http + path, headers={"Accept": "image/png"}, timeout=30).status_code == 406


@pytest.mark.parametrize("path, allowed", [("/dicom-web/studies", {"GET", "HEAD", "POST", "OPTIONS"}), ("/api/jobs/1", {"GET", "HEAD", "DELETE", "OPTIONS"}), ("/api/send", {"POST", "OPTIONS"})])
def test_methods_of_a_resource(archive, path, allowed):
    answer = archive.session.options(archive.http + path, timeout=30)
    assert answer.status_code == 204 and set(answer.headers["Allow"].split(", ")) == allowed
    refused = archive.session.request("PATCH", archive.http + path, timeout=30)
    assert refused.status_code == 405 and set(refused.headers["Allow"].split(", ")) == allowed and refused.json()["error"]
    assert archive.session.options(archive.http + "/api/nothing", timeout=30).status_code == 404


def test_head_has_no_body(archive):
    for path in ("/dicom-web/studies", "/api/info", "/api/nothing", "/dicom-web/studies/1.2.3/metadata"):
        answer = archive.session.head(archive.http + path, timeout=30)
        assert answer.status_code in (200, 204, 404) and not answer.content, path
        assert archive.session.get(archive.http + path, timeout=30).status_code == answer.status_code
