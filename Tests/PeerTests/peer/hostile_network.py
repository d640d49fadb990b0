"""Class A (PDU) and class B (DIMSE) of hostile input: tables of cases, made here and nowhere else.

A case is (name, bytes to send, whether an association stands first). What the server may do is the test's matter.
"""
import struct

from . import objects, wire
from .part10 import split

STUDY_ROOT_FIND = "1.2.840.10008.5.1.4.1.2.2.1"
STUDY_ROOT_MOVE = "1.2.840.10008.5.1.4.1.2.2.2"
STUDY_ROOT_GET = "1.2.840.10008.5.1.4.1.2.2.3"
COMMITMENT = "1.2.840.10008.1.20.1"

#: Every service class that is served, one context each.
CONTEXTS = {
    1: (objects.CT, [wire.EXPLICIT]), 3: (wire.VERIFICATION, [wire.IMPLICIT]), 5: (STUDY_ROOT_FIND, [wire.EXPLICIT]),
    7: (STUDY_ROOT_MOVE, [wire.EXPLICIT]), 9: (STUDY_ROOT_GET, [wire.EXPLICIT]), 11: (COMMITMENT, [wire.EXPLICIT]),
}

LENGTHS = {"0": 0, "1": 1, "3": 3, "2^31": 1 << 31, "2^32-1": (1 << 32) - 1}
KINDS = {wire.RQ: "A-ASSOCIATE-RQ", wire.AC: "A-ASSOCIATE-AC", wire.RJ: "A-ASSOCIATE-RJ", wire.DATA: "P-DATA-TF",
         wire.RELEASE_RQ: "A-RELEASE-RQ", wire.RELEASE_RP: "A-RELEASE-RP", wire.ABORT: "A-ABORT"}
GREETINGS = {
    "HTTP": b"GET / HTTP/1.1\r\nHost: archive\r\n\r\n", "HTTP POST": b"POST /dicom-web/studies HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9), "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(505),
    "SSH": b"SSH-2.0-OpenSSH_9.2\r\n", "SMB": b"\x00\x00\x00\x54\xffSMBr" + bytes(75), "HL7": b"\x0bMSH|^~\\&|A|B\r\x1c\r",
    "RDP": b"\x03\x00\x00\x13\x0e\xe0" + bytes(13), "LDAP": b"0\x0c\x02\x01\x01`\x07\x02\x01\x03\x04\x00\x80\x00",
}


def full_request():
    """A request with every kind of item and sub-item (PS3.8 §9.3.2, PS3.7 §D.3.3)."""
    counted = lambda data: struct.pack(">H", len(data)) + data
    ct = objects.CT.encode()
    information = b"".join([
        wire.item(0x51, struct.pack(">I", 16384)), wire.item(0x52, b"1.2.826.0.1.3680043.10.1"), wire.item(0x53, struct.pack(">HH", 1, 1)),
        wire.item(0x54, counted(ct) + b"\1\1"), wire.item(0x55, b"PEERTESTS"),
        wire.item(0x56, counted(STUDY_ROOT_FIND.encode()) + b"\1\1\1"),
        wire.item(0x57, counted(ct) + counted(b"1.2.840.10008.4.2") + counted(counted(b"1.2.840.10008.5.1.4.1.1.2.1"))),
        wire.item(0x58, b"\1\1" + counted(b"anna") + counted(b"")),
    ])
    items = [wire.item(0x10, wire.APPLICATION_CONTEXT.encode())]
    for identifier, (abstract, syntaxes) in CONTEXTS.items():
        items.append(wire.item(0x20, bytes([identifier, 0, 0, 0]) + wire.item(0x30, abstract.encode())
                               + b"".join(wire.item(0x40, s.encode()) for s in syntaxes)))
    items.append(wire.item(0x50, information))
    return request(b"".join(items))


def request(items):
    return wire.pdu(wire.RQ, struct.pack(">HH", 1, 0) + b"ISOCENTER".ljust(16) + b"HOSTILE".ljust(16) + bytes(32) + items)


def item_offsets(data, start=74):
    """Where the headers of all items and sub-items lie in a request."""
    offsets, at = [], start
    while at + 4 <= len(data):
        kind, length = data[at], struct.unpack_from(">H", data, at + 2)[0]
        offsets.append(at)
        if kind == 0x20:
            offsets += item_offsets(data[:at + 4 + length], at + 8)
        elif kind == 0x50:
            offsets += item_offsets(data[:at + 4 + length], at + 4)
        at += 4 + length
    return offsets


def requests():
    """A-ASSOCIATE-RQs that are wrong, or only strange."""
    whole = full_request()
    for offset in item_offsets(whole):
        length = struct.unpack_from(">H", whole, offset + 2)[0]
        for lie in {0, length - 1, length + 1, 0xFFFF} - {length}:
            changed = bytearray(whole)
            struct.pack_into(">H", changed, offset + 2, lie & 0xFFFF)
            yield f"item {changed[offset]:02X}H at {offset}: length {lie} for {length}", bytes(changed)
        changed = bytearray(whole)
        changed[offset] = 0xEE
        yield f"item {whole[offset]:02X}H at {offset} of an unknown kind", bytes(changed)
    application = wire.item(0x10, wire.APPLICATION_CONTEXT.encode())
    user = wire.item(0x50, wire.item(0x51, struct.pack(">I", 16384)))
    context = lambda number, abstract=objects.CT, syntaxes=(wire.EXPLICIT,): wire.item(
        0x20, bytes([number, 0, 0, 0]) + wire.item(0x30, abstract.encode()) + b"".join(wire.item(0x40, s.encode()) for s in syntaxes))
    yield "nothing but the header", request(b"")
    yield "no application context", request(context(1) + user)
    yield "two application contexts", request(application * 2 + context(1) + user)
    yield "no presentation context", request(application + user)
    yield "no user information", request(application + context(1))
    yield "16,000 user sub-items", request(application + context(1) + wire.item(0x50, wire.item(0xAB, b"") * 16_000))
    yield "sub-items that each claim 65,535 bytes", request(application + context(1) + struct.pack(">BBH", 0x50, 0, 40000) + b"\x54\x00\xff\xff" * 10000)
    yield "130 contexts", request(application + b"".join(context(n * 2 + 1 & 0xFF) for n in range(130)) + user)
    yield "255 contexts, odd and even", request(application + b"".join(context(n) for n in range(1, 256)) + user)
    yield "one number for all contexts", request(application + context(1) * 5 + user)
    for number in (0, 2, 128, 254):
        yield f"context number {number}", request(application + context(number) + user)
    yield "no transfer syntax", request(application + context(1, syntaxes=()) + user)
    yield "1,000 transfer syntaxes", request(application + context(1, syntaxes=[f"1.2.3.{n}" for n in range(1000)]) + user)
    yield "no abstract syntax", request(application + wire.item(0x20, bytes([1, 0, 0, 0]) + wire.item(0x40, wire.EXPLICIT.encode())) + user)
    yield "two abstract syntaxes", request(application + wire.item(0x20, bytes([1, 0, 0, 0]) + wire.item(0x30, b"1.2") * 2) + user)
    for name, uid in {"empty": "", "65 characters": "1." + "2" * 63, "letters": "CT", "path": "../../etc/passwd", "leading zero": "1.02", "NUL": "1.2\0.3", "spaces": "1.2 .3"}.items():
        yield f"abstract syntax: {name}", request(application + context(1, abstract=uid) + user)
        yield f"transfer syntax: {name}", request(application + context(1, syntaxes=(uid,)) + user)
        yield f"application context: {name}", request(wire.item(0x10, uid.encode()) + context(1) + user)
    for version in (0, 2, 0xFFFE, 0xFFFF):
        yield f"protocol version {version:04X}H", wire.associate_rq(CONTEXTS, version=version)
    for name, title in {"empty": b"", "NUL": bytes(16), "backslash": b"A\\B", "line feed": b"A\nB", "8 bit": b"\xc4\xd6\xdc"}.items():
        changed = bytearray(whole)
        changed[26:42] = title.ljust(16)
        yield f"calling title: {name}", bytes(changed)
        changed = bytearray(whole)
        changed[10:26] = title.ljust(16)
        yield f"called title: {name}", bytes(changed)
    for first, second in ((0, 0xFFFF), (0xFFFF, 0), (5, 0xFFFF)):
        identity = b"\2\1" + struct.pack(">H", first) + b"anna!" + struct.pack(">H", second)
        yield f"user identity of lengths {first} and {second}", request(application + context(1) + wire.item(0x50, wire.item(0x58, identity)))
    for kind in (0, 1, 2, 3, 4, 5, 6, 255):
        identity = bytes([kind, 1]) + struct.pack(">H", 4) + b"anna" + struct.pack(">H", 0)
        yield f"user identity of type {kind}", request(application + context(1) + wire.item(0x50, wire.item(0x58, identity)))
    for scu, scp in ((0, 0), (2, 2), (255, 1)):
        role = struct.pack(">H", len(objects.CT)) + objects.CT.encode() + bytes([scu, scp])
        yield f"role selection {scu}, {scp}", request(application + context(1) + wire.item(0x50, wire.item(0x54, role) * 3))
    for invoked, performed in ((0, 0), (0xFFFF, 0xFFFF), (0, 1)):
        window = wire.item(0x53, struct.pack(">HH", invoked, performed))
        yield f"window of {invoked}, {performed}", request(application + context(1) + wire.item(0x50, window))
    for length in (0, 1, 2, 5, 7, 4095, 0xFFFFFFFF):
        yield f"maximum length {length}", wire.associate_rq(CONTEXTS, max_pdu=length)


def data_values():
    """P-DATA-TF that break PS3.8 §9.3.5 and Annex E, in an association."""
    echo = wire.echo_rq()
    for length in (0, 1, 2, 3, len(echo) + 1, len(echo) + 3, 1 << 31, 0xFFFFFFFF):
        yield f"value length {length}", wire.pdu(wire.DATA, struct.pack(">IBB", length, 3, 3) + echo)
    for context in (0, 2, 4, 13, 254, 255):
        yield f"context {context}", wire.p_data(context, echo, True)
    for flags in range(256):
        if flags not in (3,):
            yield f"control header {flags:02X}H", wire.pdu(wire.DATA, struct.pack(">IBB", len(echo) + 2, 3, flags) + echo)
    yield "empty P-DATA-TF", wire.pdu(wire.DATA, b"")
    yield "1,000 empty values", wire.pdu(wire.DATA, wire.pdv(3, b"", True, False) * 1000)
    yield "a command that never ends", b"".join(wire.pdu(wire.DATA, wire.pdv(3, b"x" * 8000, True, False)) for _ in range(20))
    yield "a data set without a command", wire.p_data(1, bytes(100), False)
    store = wire.store_rq(objects.CT, objects.uid())
    yield "a data set before the command ends", wire.pdu(wire.DATA, wire.pdv(1, store, True, False) + wire.pdv(1, bytes(10), False, True))
    yield "a command after the data set began", wire.p_data(1, store, True) + wire.pdu(wire.DATA, wire.pdv(1, bytes(10), False, False)) + wire.p_data(1, store, True)
    yield "another context in mid message", wire.p_data(1, store, True) + wire.pdu(wire.DATA, wire.pdv(3, bytes(10), False, True))
    yield "release in mid message", wire.p_data(1, store, True) + wire.pdu(wire.RELEASE_RQ, bytes(4))
    yield "abort in mid message", wire.p_data(1, store, True) + wire.pdu(wire.ABORT, bytes(4))
    yield "a request in mid message", wire.p_data(1, store, True) + wire.associate_rq(CONTEXTS)
    yield "two releases", wire.pdu(wire.RELEASE_RQ, bytes(4)) * 2
    yield "data after release", wire.pdu(wire.RELEASE_RQ, bytes(4)) + wire.p_data(3, echo, True)
    yield "release response unasked", wire.pdu(wire.RELEASE_RP, bytes(4))
    yield "64 requests outstanding where 1 is granted", b"".join(wire.p_data(3, wire.echo_rq(n), True) for n in range(1, 65))


def class_a():
    whole = full_request()
    for at in range(0, len(whole)):
        yield f"request cut at byte {at}", whole[:at], False
    for name, data in GREETINGS.items():
        yield f"greeting of {name}", data, False
        yield f"greeting of {name} in an association", data, True
    for kind, name in KINDS.items():
        for text, length in LENGTHS.items():
            yield f"{name} of length {text}", struct.pack(">BBI", kind, 0, length) + whole[6:], False
            yield f"{name} of length {text} in an association", struct.pack(">BBI", kind, 0, length) + bytes(64), True
    for kind in (0, 8, 9, 0x16, 0x50, 0x80, 0xFF):
        yield f"PDU type {kind:02X}H", wire.pdu(kind, bytes(20)), False
        yield f"PDU type {kind:02X}H in an association", wire.pdu(kind, bytes(20)), True
    for name, data in requests():
        yield name, data, False
    image = objects.image(objects.ramp(8, 8))
    file = split(objects.file_bytes(image))
    stream = wire.p_data(1, wire.store_rq(file.sop_class, file.sop_instance), True, 128) + wire.p_data(1, file.data_set, False, 128)
    for at in range(0, len(stream), 7):
        yield f"an object cut at byte {at}", stream[:at], True
    for name, data in data_values():
        yield name, data, True


# MARK: Class B

def _value(text):
    return text.encode() if isinstance(text, str) else text


def _query(level="STUDY"):
    text = lambda group, number, vr, value: struct.pack("<HH2sH", group, number, vr, len(value) + len(value) % 2) + value + b" " * (len(value) % 2)
    return text(8, 0x0052, b"CS", level.encode()) + text(0x20, 0x000D, b"UI", b"1.2.3.4\0")


def commands():
    """Context, command elements and data set of one right request of each service."""
    uid = objects.uid()
    instance = split(objects.file_bytes(objects.image(objects.ramp(8, 8))))
    return {
        "C-ECHO": (3, [(2, wire.VERIFICATION), (0x100, wire.us(0x30)), (0x110, wire.us(7)), (0x800, wire.us(0x101))], None),
        "C-STORE": (1, [(2, objects.CT), (0x100, wire.us(1)), (0x110, wire.us(7)), (0x700, wire.us(0)), (0x800, wire.us(0)), (0x1000, instance.sop_instance)], instance.data_set),
        "C-FIND": (5, [(2, STUDY_ROOT_FIND), (0x100, wire.us(0x20)), (0x110, wire.us(7)), (0x700, wire.us(0)), (0x800, wire.us(0))], _query()),
        "C-MOVE": (7, [(2, STUDY_ROOT_MOVE), (0x100, wire.us(0x21)), (0x110, wire.us(7)), (0x600, "NOWHERE"), (0x700, wire.us(0)), (0x800, wire.us(0))], _query()),
        "C-GET": (9, [(2, STUDY_ROOT_GET), (0x100, wire.us(0x10)), (0x110, wire.us(7)), (0x700, wire.us(0)), (0x800, wire.us(0))], _query()),
        "N-ACTION": (11, [(3, COMMITMENT), (0x100, wire.us(0x130)), (0x110, wire.us(7)), (0x800, wire.us(0)), (0x1001, "1.2.840.10008.1.20.1.1"), (0x1008, wire.us(1))],
                     struct.pack("<HH2sH", 8, 0x1195, b"UI", len(uid) + len(uid) % 2) + uid.encode() + b"\0" * (len(uid) % 2)),
    }


def message(context, elements, data_set):
    command = wire.command(*((number, _value(value)) for number, value in elements))
    return wire.p_data(context, command, True) + (wire.p_data(context, data_set, False) if data_set is not None else b"")


def class_b():
    """(name, context, bytes): commands that break PS3.7 §9, §10 and Annex E."""
    for name, (context, elements, data_set) in commands().items():
        for index, (number, value) in enumerate(elements):
            value = _value(value)
            other = elements[:index] + elements[index + 1:]
            place = lambda new: sorted(other + [(number, new)], key=lambda e: e[0])
            yield f"{name} without (0000,{number:04X})", context, message(context, other, data_set)
            yield f"{name} with (0000,{number:04X}) empty", context, message(context, place(b""), data_set)
            yield f"{name} with (0000,{number:04X}) twice", context, message(context, sorted(elements + [(number, value)], key=lambda e: e[0]), data_set)
            yield f"{name} with (0000,{number:04X}) of another VR", context, message(context, place(b"\xff\xff\xff\xff\xff\xff"), data_set)
            odd = wire.command(*((n, _value(v)) for n, v in elements if n < number)) + struct.pack("<HHI", 0, number, 3) + b"123"
            yield f"{name} with (0000,{number:04X}) of odd length", context, wire.p_data(context, odd, True)
            long = 1 << 16 if number not in (0x100, 0x800) else 64
            yield f"{name} with (0000,{number:04X}) of {long} bytes", context, message(context, place(b"1" * long), data_set)
        yield f"{name} with a status", context, message(context, elements + [(0x900, wire.us(0))], data_set)
        yield f"{name} with an element of another group", context, wire.p_data(context, wire.command(*((n, _value(v)) for n, v in elements)) + wire.element(8, 0x18, b"1.2"), True)
        changed = bytearray(wire.command(*((n, _value(v)) for n, v in elements)))
        struct.pack_into("<I", changed, 8, 4)
        yield f"{name} with a wrong group length", context, wire.p_data(context, bytes(changed), True)
        for other in (1, 3, 5, 7, 9, 11):
            if other != context:
                yield f"{name} in context {other}", other, message(other, elements, data_set)
        flag = [(n, wire.us(0x101) if n == 0x800 and data_set is not None else v) for n, v in elements]
        if data_set is not None:
            yield f"{name} that says it has no data set", context, message(context, flag, None)
            yield f"{name} with an empty data set", context, message(context, elements, b"")
            yield f"{name} with noise for a data set", context, message(context, elements, b"\xff" * 300)
            yield f"{name} with implicit data under explicit", context, message(context, elements, struct.pack("<HHI", 8, 0x52, 6) + b"STUDY ")
            yield f"{name} with half a data set", context, message(context, elements, data_set[:len(data_set) // 2])
        yield f"{name}: its message id twice", context, message(context, elements, data_set) * 2
    for number in (0, 7, 0xFFFF):
        yield f"C-CANCEL of message {number}", 5, wire.p_data(5, wire.command((0x100, wire.us(0xFFF)), (0x120, wire.us(number)), (0x800, wire.us(0x101))), True)
    yield "C-CANCEL with a data set", 5, wire.p_data(5, wire.command((0x100, wire.us(0xFFF)), (0x120, wire.us(1)), (0x800, wire.us(0))), True) + wire.p_data(5, b"", False)
    yield "300 C-CANCELs", 5, wire.p_data(5, wire.command((0x100, wire.us(0xFFF)), (0x120, wire.us(1)), (0x800, wire.us(0x101))), True) * 300
    for field in (0x8001, 0x8010, 0x8020, 0x8021, 0x8030, 0x8100, 0x8130, 0x0140, 0x0150, 0x0110, 0x0120, 0x0100, 0x0000, 0x7777, 0xFFFF):
        yield f"command field {field:04X}H", 3, wire.p_data(3, wire.command((2, wire.VERIFICATION.encode()), (0x100, wire.us(field)), (0x110, wire.us(1)), (0x120, wire.us(1)), (0x800, wire.us(0x101)), (0x900, wire.us(0))), True)
    context, elements, data_set = commands()["C-MOVE"]
    for destination in ("", "UNKNOWN", "../../etc", "A" * 17, "A\\B", "'; DROP TABLE peer; --"):
        yield f"C-MOVE to '{destination}'", context, message(context, [(n, destination if n == 0x600 else v) for n, v in elements], data_set)
    for level in ("", "NONSENSE", "PATIENT", "IMAGE", "SERIES", "STUDY\\SERIES", "study"):
        for service in ("C-FIND", "C-MOVE", "C-GET"):
            context, elements, _ = commands()[service]
            yield f"{service} at level '{level}'", context, message(context, elements, _query(level))
