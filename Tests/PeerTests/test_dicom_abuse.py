"""The DICOM port under broken and hostile peers: an answer where the protocol has one, a word in the log, nothing lost."""
import socket
import struct
import time

import pytest

from peer import objects, web, wire
from peer.dimse import SUCCESS
from peer.part10 import split

CONTEXTS = {1: (objects.CT, [wire.EXPLICIT]), 3: (wire.VERIFICATION, [wire.IMPLICIT])}
REQUEST = wire.associate_rq(CONTEXTS)
LIES = {"zero": 0, "one": 1, "odd": 207, "2^31": 1 << 31, "2^32-1": (1 << 32) - 1}


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    from peer.server import Server
    server = Server(tmp_path_factory.mktemp("abuse")).start().add_administrator()
    yield server
    assert server.alive, server.log[-3000:]
    assert server.peak_memory < 400 << 20
    assert server.stop() == 0


@pytest.fixture(autouse=True)
def lives(archive):
    yield
    assert archive.alive, archive.log[-3000:]
    peer = wire.Association(archive.dimse, CONTEXTS)
    assert peer.echo(3) == SUCCESS
    peer.release()


def send_and_see(server, data, timeout=15):
    """Sends, ends our half, and returns what the server says before it closes."""
    with wire.Connection(server.dimse, timeout) as connection:
        try:
            connection.send(data)
            connection.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        return connection.drain()


def object_stream():
    image = objects.image(objects.ramp(8, 8))
    file = split(objects.file_bytes(image))
    stream = wire.p_data(1, wire.store_rq(file.sop_class, file.sop_instance), True, 256) + wire.p_data(1, file.data_set, False, 256)
    return image, stream


def test_association_request_cut_at_every_byte(archive):
    for length in range(len(REQUEST)):
        assert send_and_see(archive, REQUEST[:length])[:1] in (b"", bytes([wire.ABORT])), f"cut at byte {length}"


def test_object_cut_at_every_byte(archive):
    """Nothing of a data set that did not arrive whole is kept."""
    image, stream = object_stream()
    for length in range(len(stream)):
        with wire.Association(archive.dimse, CONTEXTS) as peer:
            peer.send(stream[:length])
            peer.socket.shutdown(socket.SHUT_WR)
            peer.drain()
    assert archive.search("instances", SOPInstanceUID=image.SOPInstanceUID) == []
    with wire.Association(archive.dimse, CONTEXTS) as peer:
        peer.send(stream)
        assert peer.status() == SUCCESS
    assert len(archive.search("instances", SOPInstanceUID=image.SOPInstanceUID)) == 1


@pytest.mark.parametrize("length", LIES.values(), ids=LIES)
@pytest.mark.parametrize("kind", range(0, 9))
def test_pdu_length_lies_before_an_association(archive, kind, length):
    mark = len(archive.lines)
    answer = send_and_see(archive, struct.pack(">BBI", kind, 0, length) + REQUEST[6:])
    assert answer[:1] in (b"", bytes([wire.ABORT]), bytes([wire.RJ])), answer[:20]
    archive.wait_for_log(r".", since=mark)


@pytest.mark.parametrize("length", LIES.values(), ids=LIES)
@pytest.mark.parametrize("kind", range(0, 9))
def test_pdu_length_lies_in_an_association(archive, kind, length):
    with wire.Association(archive.dimse, CONTEXTS) as peer:
        peer.send(struct.pack(">BBI", kind, 0, length) + bytes(1000))
        try:
            peer.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        peer.drain()


@pytest.mark.parametrize("length", LIES.values(), ids=LIES)
def test_pdv_length_lies(archive, length):
    data = struct.pack(">IBB", length, 3, 3) + wire.echo_rq()
    with wire.Association(archive.dimse, CONTEXTS) as peer:
        peer.send(wire.pdu(wire.DATA, data))
        kind, _ = peer.read_pdu()
        assert kind == wire.ABORT


@pytest.mark.parametrize("offset", range(74, len(REQUEST) - 3, 4))
@pytest.mark.parametrize("length", (0, 0xFFFF))
def test_item_lengths_lie(archive, offset, length):
    """Two bytes of the variable items overwritten: every item's length gets its turn."""
    changed = bytearray(REQUEST)
    struct.pack_into(">H", changed, offset, length)
    assert send_and_see(archive, bytes(changed))[:1] in (b"", bytes([wire.AC]), bytes([wire.RJ]), bytes([wire.ABORT]))


@pytest.mark.parametrize("length", (0, 1, 0xFFFFFFFF, 0x80000000, 0xFFFFFFFE))
def test_command_element_length_lies(archive, length):
    lying = bytearray(wire.echo_rq())
    struct.pack_into("<I", lying, 12 + 4, length)  # (0000,0002)
    with wire.Association(archive.dimse, CONTEXTS) as peer:
        peer.send(wire.p_data(3, bytes(lying), True))
        try:
            peer.response()
        except (wire.Aborted, wire.Closed):
            pass


@pytest.mark.parametrize("length", (1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF))
def test_data_element_length_lies(archive, length):
    image, _ = object_stream()
    file = split(objects.file_bytes(image))
    lying = bytearray(file.data_set)
    at = lying.index(b"\xe0\x7f\x10\x00OW")
    struct.pack_into("<I", lying, at + 8, length)
    with wire.Association(archive.dimse, CONTEXTS) as peer:
        status = peer.store(1, file.sop_class, file.sop_instance, bytes(lying))
        assert status >> 12 in (0xA, 0xC) or status in (0x0110, 0x0106), f"{status:04X}H"
        assert peer.comment, "a failure without an error comment"
        assert peer.echo(3) == SUCCESS, "the association suffers from one bad object"
    assert archive.search("instances", SOPInstanceUID=image.SOPInstanceUID) == []


def test_data_set_cut_in_the_middle_but_said_to_be_whole(archive):
    image = objects.image()
    file = split(objects.file_bytes(image))
    with wire.Association(archive.dimse, CONTEXTS) as peer:
        for share in (0.1, 0.5, 0.9):
            status = peer.store(1, file.sop_class, file.sop_instance, file.data_set[:int(len(file.data_set) * share)])
            assert status >> 12 in (0xA, 0xC) or status == 0x0110, f"{status:04X}H"
        assert peer.store(1, file.sop_class, file.sop_instance, file.data_set) == SUCCESS
    assert len(archive.search("instances", SOPInstanceUID=image.SOPInstanceUID)) == 1


STRANGERS = {
    "HTTP": b"GET / HTTP/1.1\r\nHost: archive\r\nUser-Agent: curl\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(505),
    "SSH": b"SSH-2.0-OpenSSH_9.2\r\n",
    "HL7": b"\x0bMSH|^~\\&|A|B|C|D|20240101||ADT^A01|1|P|2.5\r\x1c\r",
    "zeros": bytes(1000),
    "ones": b"\xff" * 1000,
}


@pytest.mark.parametrize("name", STRANGERS)
def test_another_protocol_on_the_dicom_port(archive, name):
    mark = len(archive.lines)
    answer = send_and_see(archive, STRANGERS[name])
    # A browser or curl is told in its own words; nobody gets an association.
    assert answer[:1] in (b"", bytes([wire.ABORT])) or name == "HTTP" and answer.startswith(b"HTTP/1.1 4"), answer[:20]
    archive.wait_for_log(name if name in ("HTTP", "TLS", "SSH", "HL7") else r"received", since=mark)


def test_a_second_request_in_an_association(archive):
    with wire.Association(archive.dimse, CONTEXTS) as peer:
        peer.send(REQUEST)
        assert peer.read_pdu()[0] == wire.ABORT  # PS3.8 Table 9-10, AA-8


def test_data_before_an_association(archive):
    answer = send_and_see(archive, wire.p_data(3, wire.echo_rq(), True))
    assert answer[:1] in (b"", bytes([wire.ABORT]))


@pytest.mark.parametrize("context", (0, 2, 5, 255))
def test_a_context_that_was_not_negotiated(archive, context):
    with wire.Association(archive.dimse, CONTEXTS) as peer:
        peer.send(wire.p_data(context, wire.echo_rq(), True))
        assert peer.read_pdu()[0] == wire.ABORT


@pytest.mark.parametrize("data", {
    "no elements": b"", "not a command": b"\xff" * 40, "no command field": wire.command((0x0002, wire.VERIFICATION.encode())),
    "unknown command": wire.command((0x0100, wire.us(0x7777)), (0x0110, wire.us(1)), (0x0800, wire.us(0x0101))),
    "a response": wire.command((0x0100, wire.us(0x8030)), (0x0120, wire.us(1)), (0x0800, wire.us(0x0101)), (0x0900, wire.us(0))),
    "200 KiB": wire.command(*[(n, b"x" * 1000) for n in range(1, 200)]),
}.items(), ids=lambda data: data[0])
def test_commands_that_are_none(archive, data):
    with wire.Association(archive.dimse, CONTEXTS) as peer:
        peer.send(wire.p_data(3, data[1], True))
        try:
            peer.socket.settimeout(5)
            peer.response()
        except (wire.Aborted, wire.Closed, TimeoutError, KeyError):
            pass


def test_version_that_does_not_exist(archive):
    with pytest.raises((wire.Rejected, wire.Aborted)):
        wire.Association(archive.dimse, CONTEXTS, version=2)


def test_unknown_application_context(archive):
    with pytest.raises(wire.Rejected) as refusal:
        wire.Association(archive.dimse, CONTEXTS, application="1.2.3.4")
    assert refusal.value.args[0] == (1, 1, 2)  # PS3.8 Table 9-21: application context name not supported


UIDS = {"traversal": b"../../../../tmp/escaped", "absolute": b"/etc/passwd", "NUL": b"1.2.\x003", "65 characters": b"1." * 32 + b"1",
        "1,000 characters": b"1" * 1000, "empty": b"", "letters": b"hello.dcm", "SQL": b"1.2' OR '1'='1", "markup": b"<b>1</b>",
        "line end": b"1.2\r\n3", "UTF-8": "１.２".encode(), "dots": b"...."}


@pytest.mark.parametrize("uid", UIDS.values(), ids=UIDS)
@pytest.mark.parametrize("where", ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"))
def test_hostile_uids_in_the_data_set(archive, tmp_path, where, uid):
    image = objects.image(objects.ramp(8, 8))
    file = split(objects.file_bytes(image))
    value = getattr(image, where).encode()
    value += b"\0" * (len(value) % 2)
    new = uid + b"\0" * (len(uid) % 2)
    at = file.data_set.index(value) - 2
    data = file.data_set[:at] + struct.pack("<H", len(new)) + new + file.data_set[at + 2 + len(value):]
    with wire.Association(archive.dimse, CONTEXTS) as peer:
        status = peer.store(1, file.sop_class, uid if where == "SOPInstanceUID" else file.sop_instance, data)
        assert status == SUCCESS or status >> 12 == 0xB or peer.comment, f"{status:04X}H without a word"
    inside = {p for p in archive.folder.rglob("*")}
    assert not any("escaped" in p.name or "passwd" in p.name or ".." in p.parts for p in inside)
    import os
    assert not os.path.exists("/tmp/escaped")


TEXTS = ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "Robert'); DROP TABLE study;--", "a\" onmouseover=\"b", "100%_*?",
         "Ünïcödé 漢字 😀", "$(reboot) `id`", "${jndi:ldap://x}", "../../etc/passwd", "=cmd|' /C calc'!A0"]


@pytest.mark.parametrize("text", TEXTS)
def test_names_with_markup_and_sql_are_text(archive, text):
    image = objects.image(PatientName=text, PatientID=f"T{TEXTS.index(text)}", StudyDescription=text)
    file = split(objects.file_bytes(image))
    with wire.Association(archive.dimse, CONTEXTS) as peer:
        assert peer.store(1, file.sop_class, file.sop_instance, file.data_set) == SUCCESS
    found = archive.search("studies", PatientID=f"T{TEXTS.index(text)}", includefield="StudyDescription")
    assert len(found) == 1
    name = found[0]["00100010"]["Value"][0]
    assert "=".join(name.get(g, "") for g in ("Alphabetic", "Ideographic", "Phonetic")).rstrip("=") == text.rstrip("=")
    assert found[0]["00081030"]["Value"] == [text]
    literal = text.replace("*", "?")
    assert image.StudyInstanceUID in {web.value(s, "0020000D") for s in archive.search("studies", StudyDescription=literal)}


def test_idle_peers_do_not_hold_the_port(archive):
    """150 connections that say nothing, from 10 addresses: the next sender is served all the same."""
    idle = [socket.create_connection(("127.0.0.1", archive.dimse), source_address=(f"127.0.1.{n % 10 + 1}", 0)) for n in range(150)]
    try:
        begin = time.monotonic()
        peer = wire.Association(archive.dimse, CONTEXTS)
        assert peer.echo(3) == SUCCESS and time.monotonic() - begin < 10
        peer.release()
    finally:
        for connection in idle:
            connection.close()


def test_associations_from_one_address_are_limited(archive):
    """20 at once; the next is told that it is for now (PS3.8 Table 9-21: transient, local limit exceeded)."""
    held = [wire.Association(archive.dimse, CONTEXTS) for _ in range(20)]
    try:
        with pytest.raises(wire.Rejected) as refusal:
            held.append(wire.Association(archive.dimse, CONTEXTS))
        assert refusal.value.args[0] == (2, 3, 2)
    finally:
        for peer in held:
            peer.release()


def test_a_message_that_stalls_is_ended(new_server):
    server = new_server(env={"ISOCENTER_DIMSE_TIMEOUT": "2", "ISOCENTER_DIMSE_ARTIM_TIMEOUT": "2"})
    image, stream = object_stream()
    with wire.Association(server.dimse, CONTEXTS, timeout=40) as peer:
        peer.send(stream[:len(stream) // 2])
        begin = time.monotonic()
        assert peer.read_pdu()[0] == wire.ABORT and time.monotonic() - begin < 15
        peer.drain()
        assert time.monotonic() - begin < 30
    assert server.search("instances", SOPInstanceUID=image.SOPInstanceUID) == []


def test_an_association_that_never_ends_is_ended(new_server):
    """A peer that stops talking is let go after the idle limit, which a setting shortens here."""
    server = new_server(env={"ISOCENTER_DIMSE_IDLE_TIMEOUT": "2", "ISOCENTER_DIMSE_ARTIM_TIMEOUT": "2", "ISOCENTER_DIMSE_TIMEOUT": "2"})
    mark = len(server.lines)
    with wire.Association(server.dimse, CONTEXTS, timeout=40) as peer, wire.Connection(server.dimse, 40) as silent:
        begin = time.monotonic()
        peer.drain()
        silent.drain()
        assert time.monotonic() - begin < 30
    server.wait_for_log(r"no association was requested within 2 s", since=mark)
    server.wait_for_log(r"nothing was heard for 2 s", since=mark)
