"""Presentation states and moving pictures by `isocenter render`, looked at with other people's readers."""
import shutil
import subprocess

import numpy
import pydicom
import pytest
from PIL import Image, ImageSequence
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from peer.server import isocenter

GSPS = "1.2.840.10008.5.1.4.1.1.11.1"


def image(path, frames, **attributes):
    """A grey multi-frame image of 8 bits; its values are its greys."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.7.2"
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = FileDataset(str(path), {}, file_meta=meta, preamble=bytes(128))
    data.SOPClassUID, data.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    data.PatientName, data.PatientID, data.Modality = "Doe^Jane", "1", "OT"
    data.StudyInstanceUID, data.SeriesInstanceUID = generate_uid(), generate_uid()
    data.NumberOfFrames, data.Rows, data.Columns = frames.shape
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated = data.BitsStored = 8
    data.HighBit, data.PixelRepresentation = 7, 0
    for keyword, value in attributes.items():
        setattr(data, keyword, value)
    data.PixelData = frames.astype(numpy.uint8).tobytes()
    data.save_as(path)
    return data


def state(path, shown, **attributes):
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = GSPS
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = FileDataset(str(path), {}, file_meta=meta, preamble=bytes(128))
    data.SOPClassUID, data.SOPInstanceUID, data.Modality = GSPS, meta.MediaStorageSOPInstanceUID, "PR"
    reference, series = Dataset(), Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = shown.SOPClassUID, shown.SOPInstanceUID
    series.SeriesInstanceUID, series.ReferencedImageSequence = shown.SeriesInstanceUID, [reference]
    data.ReferencedSeriesSequence = [series]
    data.PresentationLUTShape = "IDENTITY"
    for keyword, value in attributes.items():
        setattr(data, keyword, value)
    data.save_as(path)
    return data


@pytest.fixture
def frames():
    return numpy.random.default_rng(7).integers(0, 256, (6, 40, 70))


def test_gif_is_the_frames(tmp_path, frames):
    image(tmp_path / "in.dcm", frames, FrameTime=40)
    run = isocenter("render", tmp_path / "in.dcm", tmp_path / "out.gif", check=True)
    assert run.stderr == ""
    gif = Image.open(tmp_path / "out.gif")
    shown = [numpy.array(frame.convert("L")) for frame in ImageSequence.Iterator(gif)]
    assert gif.info["loop"] == 0 and gif.info["duration"] == 40
    assert numpy.array_equal(shown, frames)


def test_gif_without_a_rate_says_so(tmp_path, frames):
    image(tmp_path / "in.dcm", frames)
    assert "assumed" in isocenter("render", tmp_path / "in.dcm", tmp_path / "out.gif", check=True).stderr


@pytest.mark.skipif(not shutil.which("ffprobe"), reason="no ffprobe")
def test_mp4(tmp_path, frames):
    image(tmp_path / "in.dcm", frames, FrameTimeVector=[0, 50, 100, 150, 200, 250])
    run = isocenter("render", tmp_path / "in.dcm", tmp_path / "out.mp4")
    if run.returncode:
        assert "libav" in run.stderr and not (tmp_path / "out.mp4").exists()
        pytest.skip("built without libav")
    answer = subprocess.run(
        ["ffprobe", "-v", "error", "-count_frames", "-show_entries", "stream=nb_read_frames,duration", "-of", "csv=p=0", tmp_path / "out.mp4"],
        capture_output=True, text=True, check=True).stdout.strip()
    assert answer == "1.000000,6"


@pytest.mark.parametrize("angle", (0, 90, 180, 270))
@pytest.mark.parametrize("flip", "NY")
def test_turns_are_numpys(tmp_path, frames, angle, flip):
    shown = image(tmp_path / "in.dcm", frames)
    state(tmp_path / "pr.dcm", shown, ImageRotation=angle, ImageHorizontalFlip=flip)
    isocenter("render", "--frame", 3, "--presentation", tmp_path / "pr.dcm", tmp_path / "in.dcm", tmp_path / "out.png", check=True)
    # numpy turns against the clock.
    expected = numpy.rot90(frames[2], -angle // 90)
    assert numpy.array_equal(numpy.array(Image.open(tmp_path / "out.png")), expected[:, ::-1] if flip == "Y" else expected)


def test_state_of_another_image(tmp_path, frames):
    image(tmp_path / "in.dcm", frames)
    other = image(tmp_path / "other.dcm", frames)
    state(tmp_path / "pr.dcm", other)
    run = isocenter("render", "--presentation", tmp_path / "pr.dcm", tmp_path / "in.dcm", tmp_path / "out.png")
    assert run.returncode != 0 and "not meant for" in run.stderr
    assert not (tmp_path / "out.png").exists()


def test_what_is_not_applied_is_said(tmp_path, frames):
    shown = image(tmp_path / "in.dcm", frames)
    mask = Dataset()
    mask.MaskOperation = "AVG_SUB"
    state(tmp_path / "pr.dcm", shown, MaskSubtractionSequence=[mask])
    assert "mask" in isocenter("render", "--presentation", tmp_path / "pr.dcm", tmp_path / "in.dcm", tmp_path / "out.png", check=True).stderr
