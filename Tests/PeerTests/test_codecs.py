"""What we compress, others decode: every depth, sign and layout of each lossless syntax, the same samples bit by bit."""
import shutil
import subprocess
import zlib

import numpy
import pydicom
import pytest
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import generate_frames
from pydicom.pixels import get_decoder
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

from peer.server import isocenter

ROWS, COLUMNS = 37, 53

# Bits Allocated, Bits Stored, signed, samples per pixel.
LAYOUTS = [(allocated, stored, signed, 1)
           for allocated, stored in [(8, 2), (8, 7), (8, 8), (16, 8), (16, 9), (16, 10), (16, 12), (16, 15), (16, 16)]
           for signed in (False, True)] + [(8, 8, False, 3), (16, 12, False, 3), (16, 16, False, 3)]

PREFIX = "1.2.840.10008.1.2."

# Transfer syntax -> who decodes it.
PEERS = {
    "4.57": ["pylibjpeg", "gdcmconv", "dcmdjpeg"],
    "4.70": ["pylibjpeg", "gdcmconv", "dcmdjpeg"],
    "4.80": ["pylibjpeg", "gdcmconv", "imagecodecs", "dcmdjpls"],
    "4.90": ["pylibjpeg", "gdcmconv", "imagecodecs"],
    "4.110": ["imagecodecs"],
    "4.201": ["pylibjpeg"],
    "4.202": ["pylibjpeg"],
    "5": ["pylibjpeg", "gdcmconv", "dcmdrle", "pydicom"],
    "8.1": ["zlib"],
}

# (peer, transfer syntax or *, condition of the layout) -> why it cannot be asked.
UNABLE = [
    ("pylibjpeg", "4.57", lambda allocated, stored, signed, samples: stored == 8 < allocated, "hands out bytes where words are described"),
    ("pylibjpeg", "4.70", lambda allocated, stored, signed, samples: stored == 8 < allocated, "hands out bytes where words are described"),
    ("gdcmconv", "4.57", lambda allocated, stored, signed, samples: stored < 8, "ends by an assertion that bytes are full"),
    ("gdcmconv", "4.70", lambda allocated, stored, signed, samples: stored < 8, "ends by an assertion that bytes are full"),
    ("gdcmconv", "5", lambda allocated, stored, signed, samples: stored < 8, "ends by an assertion that bytes are full"),
    ("gdcmconv", "5", lambda allocated, stored, signed, samples: samples == 3 and allocated == 16, "puts segments together as if samples were bytes; all others agree with us"),
    ("dcmdjpls", "4.80", lambda allocated, stored, signed, samples: stored < 8, "its CharLS 1 knows no depth below 8 bits"),
]


def name(layout):
    allocated, stored, signed, samples = layout
    return f"{stored}-in-{allocated}-{'signed' if signed else 'unsigned'}-{'rgb' if samples == 3 else 'grey'}"


def samples_of(layout):
    """Smooth with noise, and every extreme value."""
    allocated, stored, signed, samples = layout
    random = numpy.random.default_rng(stored * 100 + samples)
    count = ROWS * COLUMNS * samples
    lowest, highest = (-(1 << stored - 1), (1 << stored - 1) - 1) if signed else (0, (1 << stored) - 1)
    values = numpy.arange(count) // 7 + random.integers(0, 3, count)
    values = lowest + values % (highest - lowest + 1)
    for at, value in enumerate((lowest, highest, 0, -1 if signed else highest // 2, highest // 2 + 1)):
        values[at::11] = value
    shape = (ROWS, COLUMNS, samples) if samples > 1 else (ROWS, COLUMNS)
    return values.astype(f"<{'i' if signed else 'u'}{allocated // 8}").reshape(shape)


def write(path, layout):
    allocated, stored, signed, samples = layout
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    ds = FileDataset(str(path), {}, file_meta=meta, preamble=bytes(128))
    ds.SOPClassUID, ds.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    ds.StudyInstanceUID, ds.SeriesInstanceUID = generate_uid(), generate_uid()
    ds.PatientName, ds.PatientID, ds.Modality, ds.ConversionType = "Codec^Test", name(layout)[:64], "OT", "SYN"
    ds.Rows, ds.Columns, ds.SamplesPerPixel = ROWS, COLUMNS, samples
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = allocated, stored, stored - 1, int(signed)
    ds.PhotometricInterpretation = "RGB" if samples == 3 else "MONOCHROME2"
    if samples == 3:
        ds.PlanarConfiguration = 0
    data = samples_of(layout).tobytes()
    ds.PixelData = data + bytes(len(data) % 2)
    ds["PixelData"].VR = "OW" if allocated > 8 else "OB"
    ds.save_as(path, enforce_file_format=True)


@pytest.fixture(scope="module")
def transcoded(tmp_path_factory):
    """Folders of the same files, by transfer syntax."""
    folder = tmp_path_factory.mktemp("codecs")
    (folder / "native").mkdir()
    for layout in LAYOUTS:
        write(folder / "native" / f"{name(layout)}.dcm", layout)
    made = {}

    def get(syntax):
        if syntax not in made:
            run = isocenter("transcode", "--syntax", PREFIX + syntax, str(folder / "native"), str(folder / syntax), timeout=300)
            made[syntax] = (folder / syntax, run.stdout + run.stderr)
        return made[syntax]

    return get


# Decoders: path of a file -> array of its samples, or of their bit patterns.

def by_pydicom(plugin):
    def decode(path, scratch):
        ds = pydicom.dcmread(path)
        array, _ = get_decoder(ds.file_meta.TransferSyntaxUID).as_array(ds, raw=True, decoding_plugin=plugin)
        return array
    return decode


def by_program(name, *flags):
    """In a process of its own: some end by abort() where they do not understand."""
    def decode(path, scratch):
        native = scratch / "native.dcm"
        run = subprocess.run([f"/usr/bin/{name}", *flags, str(path), str(native)], capture_output=True, text=True, errors="replace")
        assert run.returncode == 0, f"exit status {run.returncode} {run.stdout}{run.stderr}"
        return pydicom.dcmread(native).pixel_array
    return decode


def frame_of(path):
    ds = pydicom.dcmread(path)
    return ds, next(generate_frames(ds.PixelData, number_of_frames=1))


def by_imagecodecs(path, scratch):
    imagecodecs = pytest.importorskip("imagecodecs")
    ds, frame = frame_of(path)
    decode = {"4.80": imagecodecs.jpegls_decode, "4.90": imagecodecs.jpeg2k_decode,
              "4.110": imagecodecs.jpegxl_decode}[ds.file_meta.TransferSyntaxUID.removeprefix(PREFIX)]
    return decode(frame)


def by_zlib(path, scratch):
    ds, frame = frame_of(path)
    return numpy.frombuffer(zlib.decompress(frame, wbits=-15), f"<u{ds.BitsAllocated // 8}")


PROGRAMS = ("dcmdjpeg", "dcmdjpls", "dcmdrle", "gdcmconv")

DECODERS = {
    "pylibjpeg": by_pydicom("pylibjpeg"), "gdcmconv": by_program("gdcmconv", "--raw"), "pydicom": by_pydicom("pydicom"),
    "dcmdjpeg": by_program("dcmdjpeg"), "dcmdjpls": by_program("dcmdjpls"), "dcmdrle": by_program("dcmdrle"),
    "imagecodecs": by_imagecodecs, "zlib": by_zlib,
}


def needs(peer):
    if peer in PROGRAMS and not shutil.which(f"/usr/bin/{peer}"):
        pytest.skip(f"no {peer}")


def reason(peer, syntax, layout):
    return next((why for who, where, condition, why in UNABLE if who == peer and where in (syntax, "*") and condition(*layout)), None)


@pytest.mark.parametrize("syntax, peer", [(syntax, peer) for syntax, peers in PEERS.items() for peer in peers])
def test_lossless_frames_are_the_same_to_others(syntax, peer, transcoded, scratch):
    needs(peer)
    folder, words = transcoded(syntax)
    compared, wrong = 0, []
    for layout in LAYOUTS:
        path = folder / f"{name(layout)}.dcm"
        if reason(peer, syntax, layout):
            continue
        if not path.exists():
            wrong.append(f"{name(layout)} was not written: {words}")
            continue
        try:
            theirs = DECODERS[peer](path, scratch)
        except (pytest.skip.Exception, KeyboardInterrupt):
            raise
        except Exception as error:
            wrong.append(f"{name(layout)}: {type(error).__name__} {str(error)[-300:]}")
            continue
        mask = (1 << layout[1]) - 1
        ours = samples_of(layout)
        same = theirs.size == ours.size and (theirs.reshape(-1).astype(numpy.int64) & mask == ours.reshape(-1).astype(numpy.int64) & mask).all()
        compared += 1
        if not same:
            wrong.append(f"{name(layout)}: other samples")
    assert not wrong, "\n".join(wrong)
    assert compared >= 10


@pytest.mark.parametrize("near", [1, 4])
@pytest.mark.parametrize("peer", ["pylibjpeg", "gdcmconv", "dcmdjpls"])
def test_near_lossless_frames_keep_their_bound(near, peer, transcoded, scratch):
    needs(peer)
    for layout in [(8, 8, False, 1), (16, 12, False, 1), (16, 16, False, 1), (8, 8, False, 3)]:
        native = transcoded("4.80")[0].parent / "native" / f"{name(layout)}.dcm"
        path = scratch / f"{name(layout)}.dcm"
        run = isocenter("transcode", "--syntax", "jpegls-near", "--near", str(near), str(native), str(path), timeout=60)
        assert run.returncode == 0, run.stdout + run.stderr
        theirs = DECODERS[peer](path, scratch).reshape(-1).astype(numpy.int64)
        difference = numpy.abs(theirs - samples_of(layout).reshape(-1)).max()
        assert 0 < difference <= near, f"{name(layout)}: {difference}"


@pytest.mark.parametrize("peer", ["pylibjpeg", "gdcmconv", "dcmdjpeg"])
@pytest.mark.parametrize("syntax, layout", [("jpeg", (8, 8, False, 1)), ("jpeg", (8, 8, False, 3)), ("jpeg-extended", (16, 12, False, 1))])
def test_lossy_jpeg_is_what_its_label_says(syntax, layout, peer, scratch):
    """A ramp comes back as a ramp, in the colours that the label names."""
    needs(peer)
    allocated, stored, _, samples = layout
    ramp = numpy.linspace(0, (1 << stored) - 1, ROWS * COLUMNS).astype(f"<u{allocated // 8}").reshape(ROWS, COLUMNS)
    native, path = scratch / "ramp.dcm", scratch / "ramp-jpeg.dcm"
    write(native, layout)
    ds = pydicom.dcmread(native)
    pixels = numpy.stack([ramp, ramp[::-1], ramp[:, ::-1]], axis=-1) if samples == 3 else ramp
    data = numpy.ascontiguousarray(pixels).tobytes()
    ds.PixelData = data + bytes(len(data) % 2)
    ds.save_as(native)
    run = isocenter("transcode", "--syntax", syntax, "--quality", "95", str(native), str(path), timeout=60)
    assert run.returncode == 0, run.stdout + run.stderr
    made = pydicom.dcmread(path)
    if peer == "pylibjpeg":
        # To RGB by the label.
        theirs, _ = get_decoder(made.file_meta.TransferSyntaxUID).as_array(made, decoding_plugin=peer)
    else:
        theirs = DECODERS[peer](path, scratch)
    assert made.PhotometricInterpretation == ("YBR_FULL" if samples == 3 else "MONOCHROME2")
    assert numpy.abs(theirs.astype(int) - pixels.astype(int)).mean() < (1 << stored) / 100
