"""Hostile PDUs and commands: an answer or an end within a second, nothing kept that is not whole, the next caller served."""
import socket
import time

import pytest

from peer import hostile_network, wire
from peer.dimse import SUCCESS

CLASS_A = list(hostile_network.class_a())
CLASS_B = list(hostile_network.class_b())


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    from peer.server import Server
    # A caller may have as many connections as these tests make: what is closed is not counted at once.
    server = Server(tmp_path_factory.mktemp("hostile"), "--set", "dimse.maxAssociationsPerPeer=200").start().add_administrator()
    yield server
    assert server.alive, server.log[-3000:]
    assert server.peak_memory < 400 << 20
    assert server.stop() == 0


def is_served(server):
    peer = wire.Association(server.dimse, hostile_network.CONTEXTS)
    assert peer.echo(3) == SUCCESS
    peer.release()


def groups(cases, size=50):
    return [pytest.param(cases[at:at + size], id=f"{at}-{min(at + size, len(cases)) - 1}") for at in range(0, len(cases), size)]


def test_there_are_as_many_as_there_should_be():
    assert len(CLASS_A) >= 600
    assert len(CLASS_B) >= 150
    assert len({name for name, *_ in CLASS_A}) == len(CLASS_A) and len({name for name, *_ in CLASS_B}) == len(CLASS_B)


@pytest.mark.parametrize("cases", groups(CLASS_A))
def test_class_a(archive, cases):
    for name, data, in_association in cases:
        began = time.monotonic()
        connection = wire.Association(archive.dimse, hostile_network.CONTEXTS) if in_association else wire.Connection(archive.dimse)
        with connection:
            connection.socket.settimeout(10)
            try:
                connection.send(data)
                connection.socket.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            answer = connection.drain()
        assert time.monotonic() - began < 2, f"{name}: {time.monotonic() - began:.1f} s"
        # What comes back is a PDU of the protocol, or for a browser words of HTTP.
        assert answer[:1] in [bytes([kind]) for kind in (wire.AC, wire.RJ, wire.DATA, wire.RELEASE_RP, wire.ABORT)] + [b""] or answer.startswith(b"HTTP/1.1 4"), name
        assert archive.alive, name
    is_served(archive)


@pytest.mark.parametrize("cases", groups(CLASS_B))
def test_class_b(archive, cases):
    """Each is answered with a failure or a success that the protocol allows, or the association is aborted; either way the next one is served."""
    peer = None
    for name, context, data in cases:
        peer = peer or wire.Association(archive.dimse, hostile_network.CONTEXTS)
        peer.socket.settimeout(5)
        try:
            peer.send(data)
            # Behind it an echo: whatever the server said before, this one is answered, or the association has ended.
            peer.send(wire.p_data(3, wire.echo_rq(99), True))
            while True:
                answer = peer.response()
                if answer.get(0x0120, b"")[:2] == wire.us(99):
                    break
        except (wire.Aborted, wire.Closed, ConnectionError, BrokenPipeError):
            peer.close()
            peer = None
        except TimeoutError:
            # In the middle of a message the server waits for its rest: the protocol asks for that.
            peer.close()
            peer = None
            assert "no data set" not in name, f"{name}: neither answered nor ended"
        assert archive.alive, name
    if peer:
        peer.release()
    is_served(archive)
