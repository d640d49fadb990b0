"""The commands beside the server: what they print, what they leave, how they exit."""
import os
import re
import signal
import subprocess
import time
import zipfile

import pytest

from peer import corpus, objects, web
from peer.dimse import DCMTK, dcmtk, make_dicomdir, send, needs_dcmtk
from peer.part10 import split
from peer.server import BINARY, ENVIRONMENT, PASSWORD, USER, Server, isocenter

COMMANDS = ("serve", "import", "export", "echo", "send", "verify", "rebuild-index", "users", "tokens", "settings", "demo", "transcode")


def said(run):
    return run.stdout + run.stderr


def number(run, word):
    """The count the closing line gives for a word: "stored 12, already there 0, not DICOM 1, refused 0"."""
    match = re.search(rf"\b{word} (\d+)", run.stdout)
    assert match, f"no number of {word} in\n{said(run)}"
    return int(match.group(1))


# Help, exit status, completions

def test_help():
    run = isocenter("--help")
    assert run.returncode == 0
    for command in COMMANDS:
        assert re.search(rf"^\s+{command}\b", run.stdout, re.M), f"{command} is not in --help"


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_each_command(command):
    run = isocenter(command, "--help")
    assert run.returncode == 0 and "USAGE" in run.stdout.upper() and len(run.stdout) > 150


@pytest.mark.parametrize("words", [["nonsense"], ["serve", "--no-such-flag"], ["import"], ["serve", "--http-port", "x"], ["users", "add"]], ids=" ".join)
def test_wrong_use(words):
    run = isocenter(*words)
    assert run.returncode == 64, said(run)  # EX_USAGE
    assert run.stderr.strip()


@pytest.mark.parametrize("shell", ("bash", "zsh", "fish"))
def test_completions(shell):
    run = isocenter("--generate-completion-script", shell)
    assert run.returncode == 0 and "rebuild-index" in run.stdout


def test_version():
    assert re.search(r"\d+\.\d+", isocenter("--version", check=True).stdout)


# Settings

def test_settings_are_listed_with_where_they_come_from(tmp_path):
    config = tmp_path / "isocenter.yaml"
    config.write_text("dimse:\n  aet: FROMFILE\n")
    run = isocenter("settings", "--config", config, env={**ENVIRONMENT, "ISOCENTER_HTTP_PORT": "8099"})
    assert run.returncode == 0, said(run)
    # key = value, and on the line below what it means and where it came from.
    assert re.search(r"^dimse\.aet = FROMFILE\n.*isocenter\.yaml", run.stdout, re.M)
    assert re.search(r"^http\.port = 8099\n.*ISOCENTER_HTTP_PORT", run.stdout, re.M)
    assert re.search(r"^dimse\.port = 11112\n.*default", run.stdout, re.M)


def test_settings_as_a_file_are_a_settings_file(tmp_path):
    config = tmp_path / "isocenter.yaml"
    config.write_text(isocenter("settings", "--yaml", "--set", "dimse.aet=WRITTEN", check=True).stdout)
    assert "dimse.aet = WRITTEN" in isocenter("settings", "--config", config, check=True).stdout


@pytest.mark.parametrize("text, words", {
    "dimse:\n  aett: X\n": ("dimse.aett",),
    "http:\n  port: lots\n": ("http.port", "lots"),
    "http:\n  port: 70000\n": ("http.port", "70000"),
    "dimse:\n  aet: THIS_IS_MUCH_TOO_LONG\n": ("dimse.aet", "THIS_IS_MUCH_TOO_LONG"),
    "nonsense: 1\nhttp:\n  prot: 1\n": ("nonsense", "http.prot"),
    "{{{": ("isocenter.yaml",),
    "- a\n- b\n": ("isocenter.yaml",),
}.items())
def test_wrong_settings_are_named_at_start(tmp_path, text, words):
    config = tmp_path / "isocenter.yaml"
    config.write_text(text)
    run = isocenter("serve", "--data", tmp_path / "data", "--config", config, "--http-port", "0", "--dimse-port", "0", timeout=30)
    assert run.returncode not in (0, None) and run.returncode > 0
    assert all(word in said(run) for word in words), said(run)
    assert "ready " not in run.stdout and not (tmp_path / "data" / "objects").exists()


def test_settings_file_that_is_not_there(tmp_path):
    run = isocenter("serve", "--data", tmp_path / "data", "--config", tmp_path / "none.yaml", timeout=30)
    assert run.returncode > 0 and "none.yaml" in said(run)


def test_wrong_environment_variable_is_named(tmp_path):
    run = isocenter("serve", "--data", tmp_path / "data", env={**ENVIRONMENT, "ISOCENTER_HTTP_PROT": "1"}, timeout=30)
    assert run.returncode > 0 and "ISOCENTER_HTTP_PROT" in said(run)


# Users and tokens beside a running server

def test_users_and_tokens_beside_a_running_server(new_server):
    import requests
    server = new_server()
    server.command("users", "add", "koch", "--role", "user", stdin="bacillus-of-1882\n", check=True)
    assert requests.get(server.url("studies"), auth=("koch", "bacillus-of-1882"), timeout=30).status_code in (200, 204)
    listed = server.command("users", "list", check=True).stdout
    assert "koch" in listed and USER in listed and "bacillus" not in listed
    token = server.command("tokens", "add", "--user", "koch", check=True).stdout.split()[-1]
    bearer = {"Authorization": f"Bearer {token}"}
    assert requests.get(server.url("studies"), headers=bearer, timeout=30).status_code in (200, 204)
    assert token not in server.command("tokens", "list", check=True).stdout
    server.command("users", "remove", "koch", check=True)
    assert requests.get(server.url("studies"), headers=bearer, timeout=30).status_code == 401
    # A name and password that were right a moment ago are wrong now.
    assert requests.get(server.url("studies"), auth=("koch", "bacillus-of-1882"), timeout=30).status_code in (401, 429)


@pytest.mark.parametrize("words, stdin", [
    (("users", "add", USER, "--role", "administrator"), PASSWORD),           # taken
    (("users", "add", "weak", "--role", "user"), "1234"),                    # weak
    (("users", "add", "silent", "--role", "user"), ""),                      # no password
    (("users", "add", "emperor", "--role", "emperor"), PASSWORD),            # no such role
    (("users", "add", "a/b", "--role", "user"), PASSWORD),                   # no fit name
    (("users", "remove", "nobody"), ""), (("tokens", "add", "--user", "nobody"), ""),
], ids=lambda words: " ".join(words) if isinstance(words, tuple) else "")
def test_users_refuse_with_words(server, words, stdin):
    run = server.command(*words, stdin=stdin + "\n" if stdin else "")
    assert run.returncode > 0 and run.stderr.strip() and "Fatal error" not in run.stderr


# Import

def folder_of(tmp_path, images, name="folder"):
    for n, image in enumerate(images):
        objects.save(image, tmp_path / name / f"deep{n % 3}" / f"{n}.dcm")
    return tmp_path / name


def test_import_a_folder(new_server, tmp_path):
    server = new_server()
    images = objects.study(series=2, instances=10)
    folder = folder_of(tmp_path, images)
    (folder / "notes.txt").write_text("not DICOM")
    (folder / "cut.dcm").write_bytes(objects.file_bytes(objects.image())[:-50])
    run = server.command("import", folder)
    assert number(run, "stored") == 20
    assert re.search(r"not DICOM", said(run)) and "cut.dcm" in said(run)
    again = server.command("import", folder)
    assert number(again, "stored") == 0 and number(again, "already there") == 20
    assert len(server.search("instances", limit=100)) == 20
    # What was refused has to show in the exit status.
    assert run.returncode != 0 and server.command("import", folder / "deep0").returncode == 0


def test_import_into_a_folder_that_nobody_serves(tmp_path):
    server = Server(tmp_path / "data")
    images = objects.study(series=1, instances=4)
    run = server.command("import", folder_of(tmp_path, images), check=True)
    assert number(run, "stored") == 4
    server.start().add_administrator()
    assert len(server.search("instances", limit=100)) == 4
    assert server.stop() == 0


def test_import_a_zip(new_server, tmp_path):
    server = new_server()
    images = objects.study(series=2, instances=5)
    with zipfile.ZipFile(tmp_path / "study.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        for n, image in enumerate(images):
            packed.writestr(f"a/{n}.dcm", objects.file_bytes(image), zipfile.ZIP_STORED if n % 2 else zipfile.ZIP_DEFLATED)
        packed.writestr("readme.txt", "not DICOM")
    run = server.command("import", tmp_path / "study.zip")
    assert number(run, "stored") == 10, said(run)
    back = server.get("studies", images[0].StudyInstanceUID, accept=web.ANY_SYNTAX)
    assert sorted(split(b).data_set for _, b in web.parts(back)) == sorted(split(objects.file_bytes(i)).data_set for i in images)


@pytest.mark.parametrize("name, make", {
    "path outside": lambda z: z.writestr("../../../tmp/isocenter-escaped.dcm", objects.file_bytes(objects.image())),
    "absolute path": lambda z: z.writestr("/tmp/isocenter-escaped.dcm", objects.file_bytes(objects.image())),
    "bomb": lambda z: z.writestr("bomb.dcm", bytes(300 << 20)),
    "empty": lambda z: None,
}.items())
def test_hostile_zip(new_server, tmp_path, name, make):
    server = new_server()
    with zipfile.ZipFile(tmp_path / "hostile.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        make(packed)
    run = server.command("import", tmp_path / "hostile.zip")
    assert run.returncode >= 0, said(run)
    assert not os.path.exists("/tmp/isocenter-escaped.dcm")
    assert server.alive and server.get("studies").status_code in (200, 204)


@pytest.mark.parametrize("damage", (lambda b: b[:-200], lambda b: b[:len(b) // 2], lambda b: b"PK\x03\x04" + os.urandom(1000)), ids=("no end", "half", "noise"))
def test_damaged_zip_is_named(new_server, tmp_path, damage):
    server = new_server()
    with zipfile.ZipFile(tmp_path / "whole.zip", "w") as packed:
        packed.writestr("1.dcm", objects.file_bytes(objects.image()))
    (tmp_path / "damaged.zip").write_bytes(damage((tmp_path / "whole.zip").read_bytes()))
    run = server.command("import", tmp_path / "damaged.zip")
    assert run.returncode > 0 and "damaged.zip" in said(run)


@needs_dcmtk
def test_import_what_a_dicomdir_names(new_server, tmp_path):
    server = new_server()
    images = objects.study(series=1, instances=4)
    medium = tmp_path / "medium"
    for n, image in enumerate(images):
        objects.save(image, medium / f"IM{n}")
    make_dicomdir(medium, [f"IM{n}" for n in range(4)])
    objects.save(objects.image(), medium / "UNLISTED")
    (medium / "IM3").unlink()
    run = server.command("import", medium / "DICOMDIR")
    assert number(run, "stored") == 3, said(run)
    assert "IM3" in said(run), "a file that the DICOMDIR names and the medium lacks is not reported"
    assert run.returncode > 0


def test_import_interrupted_and_repeated(new_server, tmp_path):
    server = new_server()
    images = [objects.image(objects.ramp(256, 256), number=n) for n in range(1, 401)]
    folder = folder_of(tmp_path, images)
    process = subprocess.Popen([BINARY, "import", str(folder), "--data", str(server.folder)], stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, env=server.env)
    end = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < end and len(server.search("instances", limit=5)) < 5:
        pass
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert "Fatal error" not in output
    kept = {web.value(i, "00080018") for i in server.search("instances", limit=500)}
    run = server.command("import", folder, check=True)
    assert number(run, "already there") >= len(kept)
    assert number(run, "stored") + number(run, "already there") == 400
    assert len(server.search("instances", limit=500)) == 400


def test_import_what_is_not_there(server, tmp_path):
    run = server.command("import", tmp_path / "nothing")
    assert run.returncode > 0 and "nothing" in said(run)


def test_import_reports_progress_and_a_summary(server, tmp_path):
    run = server.command("import", folder_of(tmp_path, objects.study(series=1, instances=3)), check=True)
    for word in ("stored", "already there", "not DICOM", "refused"):
        assert re.search(word, said(run)), f"the report lacks '{word}':\n{said(run)}"


# Export, verify, rebuild

@pytest.fixture
def filled(new_server):
    server = new_server()
    server.images = objects.study(series=2, instances=5)
    assert send(server.dimse, server.images) == [0] * 10
    return server


def dicom_files(folder):
    return [p for p in folder.rglob("*") if p.is_file() and p.name != "DICOMDIR"]


def test_export_a_study(filled, tmp_path):
    run = filled.command("export", "--study", filled.images[0].StudyInstanceUID, tmp_path / "out")
    assert run.returncode == 0, said(run)
    exported = sorted(split(p.read_bytes()).data_set for p in dicom_files(tmp_path / "out"))
    assert exported == sorted(split(objects.file_bytes(i)).data_set for i in filled.images)


def test_export_of_what_is_not_there(filled, tmp_path):
    run = filled.command("export", "--study", "1.2.3.4", tmp_path / "out")
    assert run.returncode > 0 and "1.2.3.4" in said(run)


def blobs(server):
    return [p for p in (server.folder / "objects").rglob("*") if p.is_file()]


def test_verify_finds_nothing_wrong(filled):
    run = filled.command("verify")
    assert run.returncode == 0 and re.search(r"\b10\b", said(run)), said(run)


@pytest.mark.parametrize("place", ("first", "middle", "last"))
def test_verify_finds_a_flipped_bit(filled, place):
    victim = blobs(filled)[3]
    victim.chmod(0o644)
    data = bytearray(victim.read_bytes())
    data[{"first": 0, "middle": len(data) // 2, "last": -1}[place]] ^= 0x10
    victim.write_bytes(data)
    run = filled.command("verify")
    assert run.returncode > 0
    assert victim.name[:16] in said(run) or any(i.SOPInstanceUID in said(run) for i in filled.images), said(run)


def test_verify_finds_a_missing_and_a_cut_file(filled):
    gone, cut = blobs(filled)[:2]
    gone.unlink()
    cut.chmod(0o644)
    cut.write_bytes(cut.read_bytes()[:-1])
    run = filled.command("verify")
    assert run.returncode > 0 and re.search(r"missing", said(run), re.I), said(run)


def answers(server):
    """What a peer sees of the archive, in full."""
    order = lambda found: sorted((sorted(f.items(), key=lambda e: e[0]) for f in found), key=str)
    return {
        "studies": order(server.search("studies", limit=500)), "series": order(server.search("series", limit=500)),
        "instances": order(server.search("instances", limit=500)),
        "metadata": [order(server.get("studies", web.value(s, "0020000D"), "metadata", accept=web.DICOM_JSON).json())
                     for s in sorted(server.search("studies", limit=500), key=lambda s: web.value(s, "0020000D"))],
    }


def strip_address(found, server):
    return str(found).replace(server.http, "")


def test_rebuild_index_gives_the_same_answers(filled):
    if corpus.present():
        filled.command("import", corpus.FOLDER / "synthetic", timeout=300)
    before = strip_address(answers(filled), filled)
    assert filled.stop() == 0
    for name in ("index.sqlite", "index.sqlite-wal", "index.sqlite-shm"):
        (filled.folder / name).unlink(missing_ok=True)
    run = filled.command("rebuild-index", timeout=300)
    assert run.returncode == 0, said(run)
    filled.start()
    if filled.get("studies").status_code == 401:  # users live in the index file: they are part of backup
        filled.add_administrator()
    assert strip_address(answers(filled), filled) == before


def test_rebuild_index_over_an_index_that_is_whole(filled):
    before = strip_address(answers(filled), filled)
    assert filled.stop() == 0
    assert filled.command("rebuild-index").returncode == 0
    filled.start()
    assert strip_address(answers(filled), filled) == before, "users, tokens or answers changed"


def test_rebuild_index_beside_a_running_server_is_refused(filled):
    run = filled.command("rebuild-index")
    assert run.returncode > 0 and said(run).strip()
    assert len(filled.search("instances", limit=100)) == 10


# echo, send, demo

def test_echo(server):
    run = isocenter("echo", f"ISOCENTER@127.0.0.1:{server.dimse}")
    assert run.returncode == 0, said(run)


def test_echo_of_a_port_where_nobody_listens():
    run = isocenter("echo", "127.0.0.1:1", "--called", "ISOCENTER", timeout=60)
    assert run.returncode > 0 and run.stderr.strip()


@needs_dcmtk
def test_send_to_storescp(tmp_path):
    import socket
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    received = tmp_path / "received"
    received.mkdir()
    process = subprocess.Popen([f"{DCMTK}/storescp", "-aet", "STORESCP", "-od", received, "+xa", "+B", str(port)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 10
        while dcmtk("echoscu", "-aec", "STORESCP", "127.0.0.1", port).returncode != 0:
            assert time.monotonic() < end
        images = objects.study()
        run = isocenter("send", f"STORESCP@127.0.0.1:{port}", folder_of(tmp_path, images))
        assert run.returncode == 0, said(run)
    finally:
        process.terminate()
        process.wait()
    got = sorted(split(p.read_bytes()).data_set for p in received.iterdir())
    assert got == sorted(split(objects.file_bytes(i)).data_set for i in images)


def test_send_from_one_to_another(new_server, tmp_path):
    server = new_server()
    images = objects.study()
    run = isocenter("send", f"ISOCENTER@127.0.0.1:{server.dimse}", folder_of(tmp_path, images))
    assert run.returncode == 0, said(run)
    assert len(server.search("instances", limit=100)) == 6


def test_demo_without_a_server_says_so(tmp_path):
    run = isocenter("demo", "--data", tmp_path / "data", "--set", "dimse.port=1", timeout=60)
    assert run.returncode > 0 and "isocenter serve" in said(run)


def test_demo_fills_the_archive(new_server):
    server = new_server()
    run = server.command("demo", "--scale", "8", timeout=300)
    assert run.returncode == 0, said(run)
    studies = server.search("studies", limit=100)
    modalities = {m for s in studies for m in s["00080061"]["Value"]}
    assert {"CT", "MR", "US"} <= modalities and modalities & {"DX", "CR"}
    patients = [web.value(s, "00100020") for s in studies if "CT" in s["00080061"]["Value"]]
    assert len(patients) > len(set(patients)), "no follow-up of the same patient"
    study = next(s for s in studies if "CT" in s["00080061"]["Value"])
    picture = server.get("studies", web.value(study, "0020000D"), "thumbnail")
    assert picture.status_code == 200 and len(picture.content) > 500
