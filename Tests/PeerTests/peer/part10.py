"""PS3.10 files taken apart without a DICOM library, so that what is compared is the bytes."""
import struct
from dataclasses import dataclass

LONG_VRS = {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"}


@dataclass
class Part10:
    transfer_syntax: str  # "" where the file does not say
    sop_class: str
    sop_instance: str
    data_set: bytes       # everything after the file meta information
    has_meta: bool


def split(data):
    """The data set's bytes of a file with or without preamble and meta information (PS3.10 §7.1).

    The meta information ends where group 0002 ends, whatever (0002,0000) says.
    """
    at = 132 if data[128:132] == b"DICM" else 0
    start = at
    values = {}
    while at + 8 <= len(data):
        group, element, vr, length = struct.unpack_from("<HH2sH", data, at)
        if group != 0x0002:
            break
        header = 8
        if vr in LONG_VRS:
            if at + 12 > len(data):
                break
            length, header = struct.unpack_from("<I", data, at + 8)[0], 12
        values[element] = data[at + header:at + header + length]
        at += header + length
    text = lambda element: values.get(element, b"").rstrip(b"\0 ").decode("ascii", "replace")
    return Part10(text(0x0010), text(0x0002), text(0x0003), data[at:], at > start)
