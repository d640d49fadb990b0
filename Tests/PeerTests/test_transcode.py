"""`isocenter transcode`: what it writes is read by other hands, sample for sample."""
import csv
import hashlib
import subprocess
import sys
import warnings

import pydicom
import pytest
from pydicom.pixels import pixel_array

from peer import corpus
from peer.dimse import DCMTK, needs_dcmtk
from peer.server import BINARY, isocenter

NATIVE = ("implicit", "explicit", "bigendian", "deflated")
# Those whose foreign decoder may be missing here are decoded by DCMTK to a file of native pixel data first.
BY_DCMTK = {"rle": "dcmdrle", "jpeg-lossless": "dcmdjpeg", "jpegls": "dcmdjpls"}
BY_PLUGIN = {"j2k": "openjpeg", "htj2k": "openjpeg", "htj2k-rpcl": "openjpeg"}
LOSSY = {"jpeg": "ISO_10918_1", "jpegls-near": "ISO_14495_1", "j2k-lossy": "ISO_15444_1", "htj2k-lossy": "ISO_15444_15", "jxl-lossy": "ISO_18181_1"}

needs_corpus = pytest.mark.skipif(not corpus.MANIFEST.exists(), reason="no corpus beside the repository")


def said(run):
    return run.stdout + run.stderr


def transcode(syntax, source, target, *flags, code=0):
    run = isocenter("transcode", "--syntax", syntax, *flags, str(source), str(target), timeout=600)
    assert run.returncode == code, said(run)
    return run


def references():
    """By file: (frame, SHA-256 of its samples) of what lost nothing."""
    rows = {}
    with open(corpus.FOLDER / "references.tsv", newline="") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            if row["path"].startswith("derived/") and row["lossy"] == "no" and row["sha256"]:
                rows.setdefault(row["path"], []).append((int(row["frame"]), row["sha256"]))
    return rows


def hashes(dataset, frames):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for frame in frames:
            samples = pixel_array(dataset, index=frame, raw=True)
            yield hashlib.sha256(samples.astype(samples.dtype.newbyteorder("<")).tobytes()).hexdigest()


@needs_corpus
@needs_dcmtk
@pytest.mark.parametrize("syntax", [*NATIVE, *BY_DCMTK, *BY_PLUGIN])
def test_foreign_decoders_see_the_same_samples(syntax, tmp_path):
    if syntax in BY_PLUGIN:
        pytest.importorskip(BY_PLUGIN[syntax], reason="no decoder of JPEG 2000 for pydicom")
    transcode(syntax, corpus.FOLDER / "derived", tmp_path / "out")
    compared = 0
    for path, rows in references().items():
        file = tmp_path / "out" / path.removeprefix("derived/")
        if syntax in BY_DCMTK:
            native = tmp_path / "native.dcm"
            subprocess.run([f"{DCMTK}/{BY_DCMTK[syntax]}", str(file), str(native)], check=True, capture_output=True)
            file = native
        dataset = pydicom.dcmread(file)
        assert list(hashes(dataset, [frame for frame, _ in rows])) == [digest for _, digest in rows], path
        compared += len(rows)
    assert compared >= 60


@needs_corpus
@pytest.mark.parametrize("syntax", LOSSY)
def test_loss_is_said(syntax, tmp_path):
    source = corpus.FOLDER / "derived" / "implicit-rgb.dcm"
    transcode(syntax, source, tmp_path / "out.dcm")
    before, after = pydicom.dcmread(source), pydicom.dcmread(tmp_path / "out.dcm")
    assert after.LossyImageCompression == "01"
    methods = after.LossyImageCompressionMethod
    assert (methods if isinstance(methods, str) else methods[-1]) == LOSSY[syntax]
    assert after.SOPInstanceUID != before.SOPInstanceUID and after.file_meta.MediaStorageSOPInstanceUID == after.SOPInstanceUID
    assert after.ImageType[0] == "DERIVED" and after.SeriesInstanceUID == before.SeriesInstanceUID
    assert after.SourceImageSequence[-1].ReferencedSOPInstanceUID == before.SOPInstanceUID
    assert after.DerivationCodeSequence[-1].CodeValue == "113040"


@needs_corpus
def test_what_cannot_be_written_is_said_and_nothing_is_left(tmp_path):
    video = corpus.FOLDER / "synthetic" / "video" / "mpeg4-high41-102.dcm"
    run = transcode("explicit", video, tmp_path / "video.dcm", code=1)
    assert "video" in run.stderr and str(video) in run.stderr
    run = transcode("jpegls", corpus.FOLDER / "pydicom-data" / "parametric_map_float.dcm", tmp_path / "float.dcm", code=1)
    assert "(7FE0,0008)" in run.stderr
    assert list(tmp_path.iterdir()) == []


@needs_corpus
def test_files_that_are_there_stay(tmp_path):
    source = corpus.FOLDER / "derived" / "implicit-mr.dcm"
    target = tmp_path / "there.dcm"
    target.write_bytes(b"mine")
    transcode("rle", source, target, code=1)
    assert target.read_bytes() == b"mine"
    transcode("rle", source, target, "--replace")
    assert pydicom.dcmread(target).file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.5"


@pytest.mark.parametrize("words", [["--syntax", "nonsense"], ["--syntax", "jpeg", "--quality", "0"], ["--syntax", "j2k-lossy", "--ratio", "0.5"], []], ids=" ".join)
def test_wrong_use(words, tmp_path):
    assert isocenter("transcode", *words, str(tmp_path), str(tmp_path / "out")).returncode == 64


def test_memory_holds_a_frame_not_the_instance(tmp_path):
    """128 frames of 2 MiB: the file is sparse, its frames are noughts."""
    dataset = pydicom.Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID = pydicom.uid.SecondaryCaptureImageStorage, "1.2.3"
    dataset.Rows = dataset.Columns = 1024
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit, dataset.PixelRepresentation, dataset.SamplesPerPixel = 15, 0, 1
    dataset.PhotometricInterpretation, dataset.NumberOfFrames = "MONOCHROME2", 128
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    large = tmp_path / "large.dcm"
    dataset.save_as(large, enforce_file_format=True)
    size = 128 << 21
    with open(large, "ab") as file:
        file.write(b"\xe0\x7f\x10\x00OW\x00\x00" + size.to_bytes(4, "little"))
        file.truncate(file.tell() + size)
    # Of a small process, since what a process has when it begins another one counts as that one's.
    measure = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    words = [sys.executable, "-c", measure, BINARY, "transcode", "--syntax", "rle", "--no-verify", str(large), str(tmp_path / "out.dcm")]
    kilobytes = int(subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()[-1])
    assert kilobytes < 160 << 10, f"{kilobytes >> 10} MiB"
    result = pydicom.dcmread(tmp_path / "out.dcm", stop_before_pixels=True)
    assert result.NumberOfFrames == 128
