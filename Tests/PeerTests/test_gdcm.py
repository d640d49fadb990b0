"""GDCM's gdcmscu against every service it speaks: C-ECHO, C-STORE and C-MOVE to itself (C-FIND: test_find.py).

Debian's build ends by an exception of its own whenever it releases an association: what it did is read off the server and its files.
"""
import shutil
import subprocess

import pytest

from peer import objects
from peer.retrieve import add_peer, free_port
from test_move import stored

GDCMSCU = shutil.which("gdcmscu", path="/usr/bin")
pytestmark = pytest.mark.skipif(GDCMSCU is None, reason="gdcmscu is not installed")


def gdcmscu(server, *words):
    return subprocess.run([GDCMSCU, *map(str, words), "127.0.0.1", str(server.dimse), "--call", server.aet],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=60).stdout


def test_echo(server):
    gdcmscu(server, "--echo")
    assert server.wait_for_log("association GDCMSCU .*released; 1 messages")


def test_store(server, tmp_path):
    images = objects.study()
    for number, image in enumerate(images):
        objects.save(image, tmp_path / f"{number}.dcm")
    gdcmscu(server, "--store", "-r", "-i", tmp_path)
    assert server.wait_for_log(f"association GDCMSCU .*released; {len(images)} messages")
    found = server.session.get(f"{server.http}/dicom-web/studies/{images[0].StudyInstanceUID}/instances").json()
    assert {f["00080018"]["Value"][0] for f in found} == {i.SOPInstanceUID for i in images}


def test_move(server, tmp_path):
    """As far as Debian's gdcmscu goes: the first sub-operation reaches it, and it ends by its exception. It knows C-GET by name alone."""
    image = objects.study()[0]
    stored(server, [image])
    port = free_port()
    add_peer(server, "gdcmscu", "GDCMSCU", port, services=["store", "retrieve"], transferSyntaxes=["1.2.840.10008.1.2"])
    said = gdcmscu(server, "-D", "--move", "--studyroot", "--study", "--key", f"20,d,{image.StudyInstanceUID}", "-o", tmp_path, "--port-scp", port)
    assert f"(0000,1000) ?? (UI) [{image.SOPInstanceUID}" in said and "(0000,1030) ?? (AE) [GDCMSCU ]" in said
