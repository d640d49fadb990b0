"""Resident memory while eight clients at once retrieve large studies, upload large objects and list the metadata of a long series.

ISOCENTER_MEMORY_MIB is the size of an object (and of a study), ISOCENTER_MEMORY_INSTANCES the length of the series: 2048 and 20000 is what is promised.
"""
import http.client
import itertools
import os
import struct
import threading
import time
import urllib.parse
import zlib

from peer import objects

SIZE = int(os.environ.get("ISOCENTER_MEMORY_MIB", "24")) << 20
INSTANCES = int(os.environ.get("ISOCENTER_MEMORY_INSTANCES", "2000"))
CLIENTS = 8
MOST = 150 << 20
#: of a release build; the code of a debug build alone takes some 18 MiB more
IDLE = 82 << 20
DICOM = 'multipart/related; type="application/dicom"'
BOUNDARY = "memory"
MULTIFRAME, EXPLICIT, SECONDARY = "1.2.840.10008.5.1.4.1.1.7.3", "1.2.840.10008.1.2.1", "1.2.840.10008.5.1.4.1.1.7"
BLOCK = bytes(range(256)) * 4096


# Objects that are made while they are sent

def element(group, number, vr, value):
    value = value.encode() if isinstance(value, str) else value
    value += (b"\0" if vr == "UI" else b" ") * (len(value) % 2)
    return struct.pack("<HH2sH", group, number, vr.encode(), len(value)) + value


def head(sop_class, study, series, instance, number, rows, columns, frames):
    us = lambda value: struct.pack("<H", value)
    meta = (struct.pack("<HH2s2xI", 2, 1, b"OB", 2) + b"\0\1" + element(2, 2, "UI", sop_class) + element(2, 3, "UI", instance)
            + element(2, 0x10, "UI", EXPLICIT) + element(2, 0x12, "UI", "1.2.826.0.1.3680043.10.1511.9"))
    length = rows * columns * 2 * frames
    return (bytes(128) + b"DICM" + element(2, 0, "UL", struct.pack("<I", len(meta))) + meta + b"".join([
        element(8, 0x16, "UI", sop_class), element(8, 0x18, "UI", instance), element(8, 0x20, "DA", "20240131"), element(8, 0x60, "CS", "OT"),
        element(0x10, 0x10, "PN", "Memory^Web"), element(0x10, 0x20, "LO", "MEMORY"), element(0x20, 0xD, "UI", study), element(0x20, 0xE, "UI", series),
        element(0x20, 0x11, "IS", "1"), element(0x20, 0x13, "IS", str(number)), element(0x28, 2, "US", us(1)), element(0x28, 4, "CS", "MONOCHROME2"),
        element(0x28, 8, "IS", str(frames)), element(0x28, 0x10, "US", us(rows)), element(0x28, 0x11, "US", us(columns)), element(0x28, 0x100, "US", us(16)),
        element(0x28, 0x101, "US", us(16)), element(0x28, 0x102, "US", us(15)), element(0x28, 0x103, "US", us(0)),
        struct.pack("<HH2s2xI", 0x7FE0, 0x10, b"OW", length)])), length


def large(study, size):
    """Pieces of one object of about `size` bytes: frames of 1 MiB."""
    first, length = head(MULTIFRAME, study, objects.uid(), objects.uid(), 1, 512, 1024, size >> 20)
    return itertools.chain([first], itertools.repeat(BLOCK, length // len(BLOCK))), len(first) + length


def small(study, series, number):
    first, length = head(SECONDARY, study, series, objects.uid(), number, 4, 4, 1)
    return first + number.to_bytes(4, "little") * (length // 4)


class Client:
    """One kept connection; what comes is counted and thrown away."""

    def __init__(self, server):
        place = urllib.parse.urlsplit(server.http)
        self.base = urllib.parse.urlsplit(server.url()).path.rstrip("/")
        self.connection = http.client.HTTPConnection(place.hostname, place.port, timeout=600)
        self.headers = {"Authorization": f"Bearer {server.token}"}

    def get(self, path, accept, **headers):
        self.connection.request("GET", f"{self.base}/{path}", headers={**self.headers, "Accept": accept, **headers})
        answer = self.connection.getresponse()
        assert answer.status == 200, (path, answer.status)
        inflate = zlib.decompressobj(31) if answer.headers.get("Content-Encoding") == "gzip" else None
        size, last, buffer = 0, b"", bytearray(1 << 18)
        while count := answer.readinto(buffer):
            piece = bytes(memoryview(buffer)[:count]) if inflate else memoryview(buffer)[:count]
            piece = inflate.decompress(piece) if inflate else piece
            size += len(piece)
            last = bytes(piece[-64:]) or last
        return size, last

    def store(self, pieces, length):
        lead, end = f"--{BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n".encode(), f"\r\n--{BOUNDARY}--\r\n".encode()
        self.send(itertools.chain([lead], pieces, [end]), len(lead) + length + len(end))

    def send(self, body, length):
        self.connection.request("POST", f"{self.base}/studies", body=body, headers={
            **self.headers, "Content-Type": f"{DICOM}; boundary={BOUNDARY}", "Accept": "application/dicom+json", "Content-Length": str(length)})
        answer = self.connection.getresponse()
        text = answer.read()
        assert answer.status == 200, text[:500]


def at_once(works):
    """All of them in threads of their own; the first error is raised."""
    errors = []

    def run(work):
        try:
            work()
        except Exception as error:  # Told by the test's own thread.
            errors.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def test_eight_clients_at_once(new_server, record_property):
    server = new_server()
    begin, idle = time.monotonic(), server.peak_memory
    steps = {}

    def step(name):
        steps[name] = (round(time.monotonic() - begin, 1), server.peak_memory >> 20)

    # A study of some size to be retrieved, and a long series.
    study, listed, series = objects.uid(), objects.uid(), objects.uid()
    for part in range(4):
        Client(server).store(*large(study, SIZE // 4))
    step("study stored")
    client = Client(server)
    for start in range(0, INSTANCES, 500):
        parts = [small(listed, series, number + 1) for number in range(start, min(start + 500, INSTANCES))]
        body = b"".join(f"\r\n--{BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n".encode() + part for part in parts) + f"\r\n--{BOUNDARY}--\r\n".encode()
        client.send(body, len(body))
    step("series stored")

    metadata = []

    def retrieve():
        size, last = Client(server).get(f"studies/{study}", f"{DICOM}; transfer-syntax=*")
        assert size > SIZE // (4 << 20) * (4 << 20) and last.endswith(b"--\r\n")

    def upload():
        Client(server).store(*large(objects.uid(), SIZE))

    def listing(*encoding):
        size, last = Client(server).get(f"studies/{listed}/series/{series}/metadata", "application/dicom+json", **dict(encoding))
        assert last.rstrip().endswith(b"]")
        metadata.append(size)

    at_once([retrieve] * CLIENTS)
    step("retrieved")
    at_once([upload] * CLIENTS)
    step("uploaded")
    at_once([listing] * CLIENTS)
    step("listed")
    at_once([work for _ in range(CLIENTS) for work in (retrieve, upload, listing, lambda: listing(("Accept-Encoding", "gzip")))])
    step("all together")
    assert len(set(metadata)) == 1 and metadata[0] > 300 * INSTANCES
    print(f"idle {idle >> 20} MiB; seconds and MiB after each step: {steps}")
    record_property("peak", server.peak_memory)
    assert server.peak_memory - idle < MOST - IDLE, f"{server.peak_memory >> 20} MiB resident at most; idle {idle >> 20}; seconds and MiB after each step: {steps}"
