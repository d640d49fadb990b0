"""PS3.8 and PS3.7 over a plain socket: PDUs as bytes, so that they can also be made wrong.

Nothing here is shared with the server or with pynetdicom: it is written from PS3.8 §9.3 and PS3.7 Annex E.
"""
import socket
import struct

APPLICATION_CONTEXT = "1.2.840.10008.3.1.1.1"
VERIFICATION = "1.2.840.10008.1.1"
CT = "1.2.840.10008.5.1.4.1.1.2"
IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"

RQ, AC, RJ, DATA, RELEASE_RQ, RELEASE_RP, ABORT = range(1, 8)


def pdu(kind, body):
    return struct.pack(">BBI", kind, 0, len(body)) + body


def item(kind, body):
    return struct.pack(">BBH", kind, 0, len(body)) + body


def associate_rq(contexts, calling="PEER", called="ISOCENTER", max_pdu=16384, version=1, application=APPLICATION_CONTEXT, provides=()):
    """contexts: {id: (abstract syntax, [transfer syntax…])}. provides: SOP classes for which the requestor is service class provider."""
    items = item(0x10, application.encode())
    for identifier, (abstract, syntaxes) in contexts.items():
        body = bytes([identifier, 0, 0, 0]) + item(0x30, abstract.encode())
        items += item(0x20, body + b"".join(item(0x40, s.encode()) for s in syntaxes))
    roles = b"".join(item(0x54, struct.pack(">H", len(uid)) + uid.encode() + b"\0\1") for uid in provides)
    items += item(0x50, item(0x51, struct.pack(">I", max_pdu)) + item(0x52, b"1.2.826.0.1.3680043.10.1") + roles + item(0x55, b"PEERTESTS"))
    title = lambda name: name.encode().ljust(16)
    return pdu(RQ, struct.pack(">HH", version, 0) + title(called) + title(calling) + bytes(32) + items)


def element(group, number, value):
    if len(value) % 2:
        value += b"\0"
    return struct.pack("<HHI", group, number, len(value)) + value


def us(value):
    return struct.pack("<H", value)


def command(*elements):
    """A command set with its group length (PS3.7 §6.3.1)."""
    body = b"".join(element(0, number, value) for number, value in elements)
    return element(0, 0, struct.pack("<I", len(body))) + body


def echo_rq(message=1):
    return command((0x0002, VERIFICATION.encode()), (0x0100, us(0x0030)), (0x0110, us(message)), (0x0800, us(0x0101)))


def store_rq(sop_class, sop_instance, message=1):
    uid = lambda u: u if isinstance(u, bytes) else u.encode()
    return command((0x0002, uid(sop_class)), (0x0100, us(0x0001)), (0x0110, us(message)), (0x0700, us(0)),
                   (0x0800, us(0x0000)), (0x1000, uid(sop_instance)))


def pdv(context, data, is_command, last):
    return struct.pack(">IBB", len(data) + 2, context, (1 if is_command else 0) | (2 if last else 0)) + data


def p_data(context, data, is_command, max_pdu=16384):
    """P-DATA-TF PDUs that carry one command or data set, in pieces that fit the peer's maximum length."""
    size = max(2, (max_pdu or 1 << 20) - 6)
    pieces = [data[i:i + size] for i in range(0, len(data), size)] or [b""]
    return b"".join(pdu(DATA, pdv(context, piece, is_command, i == len(pieces) - 1)) for i, piece in enumerate(pieces))


def read_command(data):
    """{element number: value} of a command set."""
    values, at = {}, 0
    while at + 8 <= len(data):
        _, number, length = struct.unpack_from("<HHI", data, at)
        values[number] = data[at + 8:at + 8 + length]
        at += 8 + length
    return values


class Closed(Exception):
    """The peer closed the connection."""


class Rejected(Exception):
    """A-ASSOCIATE-RJ: (result, source, reason)."""


class Aborted(Exception):
    """A-ABORT: (source, reason)."""


class Connection:
    """A TCP connection that can send anything and reads whole PDUs."""

    def __init__(self, port, timeout=30, host="127.0.0.1"):
        self.socket = socket.create_connection((host, port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def exactly(self, count):
        data = b""
        while len(data) < count:
            try:
                piece = self.socket.recv(count - len(data))
            except ConnectionError:
                piece = b""
            if not piece:
                raise Closed(data)
            data += piece
        return data

    def read_pdu(self):
        kind, _, length = struct.unpack(">BBI", self.exactly(6))
        return kind, self.exactly(length)

    def drain(self):
        """Everything until the peer closes."""
        data = b""
        while True:
            try:
                piece = self.socket.recv(65536)
            except ConnectionError:
                return data
            if not piece:
                return data
            data += piece


class Association(Connection):
    """An accepted association: `accepted` is {context id: transfer syntax}, `max_pdu` the server's limit (0: none)."""

    def __init__(self, port, contexts, timeout=30, **request):
        super().__init__(port, timeout)
        self.message = 0
        self.send(associate_rq(contexts, **request))
        kind, body = self.read_pdu()
        if kind == RJ:
            self.close()
            raise Rejected(tuple(body[1:4]))
        if kind == ABORT:
            self.close()
            raise Aborted(tuple(body[2:4]))
        assert kind == AC, f"PDU type {kind} answers A-ASSOCIATE-RQ"
        self.accepted, self.results, self.max_pdu = {}, {}, 0
        at = 68
        while at + 4 <= len(body):
            item_type, length = body[at], struct.unpack_from(">H", body, at + 2)[0]
            content = body[at + 4:at + 4 + length]
            if item_type == 0x21:
                self.results[content[0]] = content[2]
                if content[2] == 0:
                    syntax_length = struct.unpack_from(">H", content, 6)[0]
                    self.accepted[content[0]] = content[8:8 + syntax_length].rstrip(b"\0").decode()
            elif item_type == 0x50 and content[:1] == b"\x51":
                self.max_pdu = struct.unpack_from(">I", content, 4)[0]
            at += 4 + length

    def response(self):
        """The next command set, as {element number: value}."""
        data = b""
        while True:
            kind, body = self.read_pdu()
            if kind == ABORT:
                raise Aborted(tuple(body[2:4]))
            assert kind == DATA, f"PDU type {kind} where P-DATA-TF should be"
            at = 0
            while at < len(body):
                length, _, flags = struct.unpack_from(">IBB", body, at)
                data += body[at + 6:at + 4 + length]
                at += 4 + length
                if flags & 2:
                    return read_command(data)

    def status(self):
        values = self.response()
        self.comment = values.get(0x0902, b"").decode("ascii", "replace").strip("\0 ")
        return struct.unpack("<H", values[0x0900])[0]

    def echo(self, context=1):
        self.message += 1
        self.send(p_data(context, echo_rq(self.message), True, self.max_pdu))
        return self.status()

    def store_bytes(self, context, sop_class, sop_instance, data):
        """The PDUs of one C-STORE request, command and data set."""
        self.message += 1
        return (p_data(context, store_rq(sop_class, sop_instance, self.message), True, self.max_pdu)
                + p_data(context, data, False, self.max_pdu))

    def store(self, context, sop_class, sop_instance, data):
        self.send(self.store_bytes(context, sop_class, sop_instance, data))
        return self.status()

    def release(self):
        self.send(pdu(RELEASE_RQ, bytes(4)))
        kind, _ = self.read_pdu()
        assert kind == RELEASE_RP, f"PDU type {kind} answers A-RELEASE-RQ"
        self.close()

    def abort(self):
        self.send(pdu(ABORT, bytes(4)))
        self.close()
