"""Studies made by formula, so that every pixel's value is known. Each function gives a list of pydicom data sets."""

import io
import zlib
from functools import lru_cache

import numpy as np
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID

ROOT = "1.2.826.0.1.3680043.8.498.77."
EXPLICIT_LITTLE, EXPLICIT_BIG = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"
JPEG_BASELINE, JPEG_2000_LOSSLESS, RLE = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.5"
SOP = {
    "CT": "1.2.840.10008.5.1.4.1.1.2",
    "MR": "1.2.840.10008.5.1.4.1.1.4",
    "CR": "1.2.840.10008.5.1.4.1.1.1",
    "US": "1.2.840.10008.5.1.4.1.1.3.1",
    "OT": "1.2.840.10008.5.1.4.1.1.7",
    "SR": "1.2.840.10008.5.1.4.1.1.88.11",
    "PT": "1.2.840.10008.5.1.4.1.1.128",
}


def uid(*names):
    """The same names give the same UID."""
    return ROOT + ".".join(str(zlib.crc32(str(name).encode())) for name in names)


def base(study, series, number, modality, patient, **values):
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = UID(values.pop("syntax", EXPLICIT_LITTLE))
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.SOPClassUID = SOP[modality]
    ds.SOPInstanceUID = uid(study, series, number)
    ds.StudyInstanceUID = uid(study)
    ds.SeriesInstanceUID = uid(study, series)
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    name, identity, birth, sex = patient
    ds.PatientName, ds.PatientID, ds.PatientBirthDate, ds.PatientSex = name, identity, birth, sex
    ds.StudyDate, ds.StudyTime, ds.StudyID = "20260503", "101500", "1"
    ds.AccessionNumber = "A" + str(zlib.crc32(study.encode()))[:6]
    ds.Modality = modality
    ds.SeriesNumber, ds.InstanceNumber = 1, number
    for name, value in values.items():
        setattr(ds, name, value)
    return ds


def grey(ds, array, stored=16, signed=False, high=None, photometric="MONOCHROME2"):
    allocated = array.dtype.itemsize * 8
    ds.Rows, ds.Columns = array.shape[-2:]
    if array.ndim == 3:
        ds.NumberOfFrames = array.shape[0]
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, photometric
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = allocated, stored, stored - 1 if high is None else high
    ds.PixelRepresentation = int(signed)
    big = ds.file_meta.TransferSyntaxUID == EXPLICIT_BIG
    ds.PixelData = array.astype(array.dtype.newbyteorder(">" if big else "<")).tobytes()
    ds["PixelData"].VR = "OB" if allocated == 8 else "OW"
    if len(ds.PixelData) % 2:
        ds.PixelData += b"\0"
    return ds


CARLA = ("Phantom^Carla^Maria", "PH-0001", "19610214", "F")
TARO = ("Yamada^Tarou=山田^太郎=やまだ^たろう", "JP-4711", "19780903", "M")
RAY = ("Röntgen^Élodie", "XR-0815", "19490527", "F")
TEST = ("Pattern^Test", "QA-1", "", "O")


@lru_cache
def ct_volume(size=256, slices=48):
    """Hounsfield values of a chest-like phantom, slices x rows x columns; -2000 outside the field of view."""
    z, y, x = np.meshgrid(np.linspace(-1, 1, slices), np.linspace(-1, 1, size), np.linspace(-1, 1, size), indexing="ij")
    volume = np.full(z.shape, -1000.0)

    def ellipsoid(cx, cy, cz, rx, ry, rz, value, power=2):
        volume[(np.abs((x - cx) / rx) ** power + np.abs((y - cy) / ry) ** power + np.abs((z - cz) / rz) ** power) < 1] = value

    ellipsoid(0, 0, 0, 0.86, 0.64, 2.2, -95, 2.4)
    ellipsoid(0, 0, 0, 0.80, 0.58, 2.2, 45, 2.4)
    for side in (-1, 1):
        ellipsoid(side * 0.42, -0.02, -0.1, 0.31, 0.44, 0.95, -830)
        ellipsoid(side * 0.40, 0.12, 0.2, 0.03, 0.03, 0.8, -60)
        ellipsoid(side * 0.33, -0.1, 0.1, 0.022, 0.022, 0.9, 20)
        for rib in range(-4, 5):
            shell = (np.abs((x / 0.77) ** 2 + (y / 0.55) ** 2 - 1) < 0.05) & (np.abs(z - rib * 0.22 - 0.16 * y) < 0.035) & (np.sign(x) == side)
            volume[shell] = 640
    ellipsoid(0.10, -0.14, 0.25, 0.25, 0.22, 0.42, 55)
    ellipsoid(0.07, -0.14, 0.25, 0.11, 0.10, 0.25, 190)
    ellipsoid(0.10, 0.26, 0, 0.07, 0.07, 2, 210)
    ellipsoid(0, 0.40, 0, 0.13, 0.10, 2, 320)
    ellipsoid(0, 0.40, 0, 0.10, 0.075, 2, 170)
    ellipsoid(0, 0.52, 0, 0.05, 0.05, 2, 30)
    ellipsoid(0, -0.50, 0, 0.09, 0.03, 1.2, 520)
    ellipsoid(-0.02, 0.08, -0.6, 0.05, 0.05, 0.5, -990)
    ellipsoid(-0.5, -0.1, 0.05, 0.055, 0.055, 0.06, 38)
    ellipsoid(-0.36, 0.05, 1.1, 0.44, 0.42, 0.5, 110)
    noise = np.random.default_rng(7).normal(0, 9, volume.shape)
    volume = np.rint(volume + np.where(volume > -1000, noise, 4 * noise / 9)).astype(np.int16)
    volume[(x**2 + y**2) > 0.995] = -2000
    return volume


def ct(size=256, slices=48):
    """An axial CT with padding, two windows, rescale; instance numbers run against the file order."""
    volume, spacing, step = ct_volume(size, slices), 340 / size, 5.0
    files = []
    for n in range(slices):
        ds = base("ct", "axial", n + 1, "CT", CARLA, StudyDescription="CT chest", SeriesDescription="Axial 5.0 soft", BodyPartExamined="CHEST")
        grey(ds, volume[n] + np.int16(1024), 16, signed=True)
        ds.RescaleSlope, ds.RescaleIntercept, ds.RescaleType = 1, -1024, "HU"
        ds.WindowCenter, ds.WindowWidth = [40, -600], [400, 1500]
        ds.WindowCenterWidthExplanation = ["Mediastinum", "Lung"]
        ds.PixelPaddingValue = -976
        ds.PixelSpacing, ds.SliceThickness = [spacing, spacing], step
        ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        ds.ImagePositionPatient = [-170, -170, 300 - n * step]
        ds.FrameOfReferenceUID = uid("ct", "frame")
        files.append(ds)
    return files[::-1]


def mr():
    """The same body as three planes of MR, one of them oblique, without a window: it must be found from the pixels."""
    volume = ct_volume()
    tissue = np.clip(np.interp(volume.astype(float), [-1000, -100, 0, 60, 200, 700], [6, 900, 320, 420, 620, 80]), 0, 4095)
    planes = {
        "sagittal": (tissue[:, :, 64:192:8].transpose(2, 0, 1), [0, 1, 0, 0, 0, -1], lambda n: [-80 + 10 * n, -170, 300]),
        "coronal": (tissue[:, 64:192:8, :].transpose(1, 0, 2), [1, 0, 0, 0, 0, -1], lambda n: [-170, -80 + 10 * n, 300]),
        "oblique": (tissue[12:36:2], [0.866025, 0.5, 0, -0.25, 0.433013, -0.866025], lambda n: [-100 + 2.165 * n, -100 - 3.75 * n, 100 - 2.5 * n]),
    }
    files = []
    for number, (name, (slices, orientation, position)) in enumerate(planes.items(), 2):
        for n, plane in enumerate(slices):
            ds = base("ct", name, n + 1, "MR", CARLA, StudyDescription="CT chest", SeriesNumber=number, SeriesDescription=f"T1 {name}")
            grey(ds, np.repeat(plane, 4, axis=0).astype(np.uint16) if name != "oblique" else plane.astype(np.uint16), 12)
            ds.PixelSpacing = [1.25, 1.328] if name != "oblique" else [1.328, 1.328]
            ds.ImageOrientationPatient, ds.ImagePositionPatient = orientation, [round(v, 3) for v in position(n)]
            ds.SliceThickness = 10
            files.append(ds)
    return files


def clip(frames=90, size=240):
    """A colour ultrasound clip at 40 ms a frame; the frame's number is the red value of its first row."""
    y, x = np.mgrid[0:size, 0:320]
    depth, angle = np.hypot(x - 160, y + 20), np.arctan2(x - 160, y + 20)
    speckle = np.random.default_rng(3).normal(1, 0.35, (size, 320))
    data = np.zeros((frames, size, 320, 3), np.uint8)
    fan = (np.abs(angle) < 0.7) & (depth > 45) & (depth < 235)
    for n in range(frames):
        beat = np.sin(2 * np.pi * n / 30)
        tissue = 90 * np.exp(-depth / 260) * speckle + 60 * (np.abs(depth - 140 - 14 * beat * np.cos(3 * angle)) < 7)
        chamber = np.hypot((x - 160) / (52 + 8 * beat), (y - 120) / (40 + 8 * beat)) < 1
        tissue = np.where(chamber, tissue * 0.18, tissue)
        picture = np.clip(np.where(fan, tissue + 22, 0), 0, 255).astype(np.uint8)
        data[n] = picture[..., None]
        flow = chamber & fan & (np.hypot(x - 160, y - 120 - 12 * beat) < 18)
        data[n][flow] = [30, 60, 200] if beat < 0 else [210, 70, 20]
        data[n, 0] = [n, 255 - n, 0]
    return data


def ultrasound():
    ds = base("us", "clip", 1, "US", TARO, StudyDescription="Echocardiography", SeriesDescription="4 chamber", StudyDate="20260504", FrameTime="40.0")
    data = clip()
    ds.Rows, ds.Columns, ds.NumberOfFrames = data.shape[1], data.shape[2], data.shape[0]
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PlanarConfiguration = 3, "RGB", 0
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 8, 8, 7, 0
    ds.FrameIncrementPointer = 0x00181063
    ds.PixelData = data.tobytes()
    ds["PixelData"].VR = "OB"
    return [ds]


def radiograph():
    """MONOCHROME1, spacing known at the detector only, orientation by Patient Orientation."""
    y, x = np.mgrid[-1:1:640j, -1:1:512j]
    body = 1500 * np.exp(-((x / 0.8) ** 4) - ((y / 1.1) ** 6)) - 900 * sum(np.exp(-(((x - s * 0.38) / 0.24) ** 4) - ((y / 0.55) ** 4)) for s in (-1, 1))
    ribs = 180 * sum(np.exp(-(((y - 0.15 * k + 0.25 * np.abs(x)) / 0.028) ** 2)) for k in range(-4, 6)) * (np.abs(x) < 0.72)
    spine = 700 * np.exp(-((x / 0.08) ** 2))
    noise = np.random.default_rng(5).normal(0, 12, x.shape)
    stored = np.clip(3300 - body - ribs - spine + noise, 0, 4095).astype(np.uint16)
    ds = base("cr", "pa", 1, "CR", RAY, StudyDescription="Chest PA", SeriesDescription="PA", StudyDate="20260502", BodyPartExamined="CHEST")
    grey(ds, stored, 12, photometric="MONOCHROME1")
    ds.ImagerPixelSpacing, ds.PatientOrientation, ds.ViewPosition = [0.7, 0.7], ["L", "F"], "PA"
    ds.WindowCenter, ds.WindowWidth = 2048, 3000
    ds.LossyImageCompression = "01"
    return [ds]


def ramp(dtype=np.uint16, low=0, high=4095, size=128):
    """A ramp from left to right with steps from top to bottom, within low…high."""
    values = np.linspace(low, high, size)[None, :] + np.arange(size)[:, None] * ((high - low) / 512)
    return np.clip(np.rint(values), low, high).astype(dtype)


#: name → (series number, make(ds) -> None); one series each
PATTERNS = {}


def pattern(function):
    PATTERNS[function.__name__] = function
    return function


def windowed(ds, center, width, function="LINEAR"):
    ds.WindowCenter, ds.WindowWidth, ds.VOILUTFunction = center, width, function


@pattern
def linear(ds):
    grey(ds, ramp(), 12)
    windowed(ds, 2048, 1001)


@pattern
def linear_exact(ds):
    grey(ds, ramp(), 12)
    windowed(ds, 2048, 1000, "LINEAR_EXACT")


@pattern
def sigmoid(ds):
    grey(ds, ramp(), 12)
    windowed(ds, 2000, 900, "SIGMOID")


@pattern
def width_one(ds):
    grey(ds, ramp(), 12)
    windowed(ds, 1500, 1)


@pattern
def signed_overlay(ds):
    """12 bits stored, two's complement, and an old overlay in bit 15: it must not reach the value."""
    values = ramp(np.int16, -1000, 1000)
    overlay = (np.indices(values.shape).sum(0) % 16 == 0).astype(np.uint16) << 15
    grey(ds, (values.view(np.uint16) & 0x0FFF) | overlay, 12, signed=True)
    windowed(ds, 0, 1500)


@pattern
def high_bit_15(ds):
    grey(ds, ramp() << 4, 12, high=15)
    windowed(ds, 2048, 3000)


@pattern
def big_endian(ds):
    grey(ds, ramp(np.uint16, 0, 60000), 16)
    windowed(ds, 30000, 50001)


@pattern
def eight_bits(ds):
    grey(ds, ramp(np.uint8, 0, 255, 127), 8)


@pattern
def slope(ds):
    grey(ds, ramp(), 12)
    ds.RescaleSlope, ds.RescaleIntercept = "0.3", "-200.25"
    windowed(ds, 400, 700)


@pattern
def inverse_padding(ds):
    array = ramp(np.uint16, 100, 4000)
    array[40:60, 40:60] = 0
    grey(ds, array, 12, photometric="MONOCHROME1")
    ds.PixelPaddingValue = 0
    windowed(ds, 2048, 3000)


@pattern
def one_bit(ds):
    array = (np.indices((65, 63)).sum(0) // 4 % 2).astype(np.uint8)
    grey(ds, array, 1)
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 1, 1, 0
    ds.PixelData = np.packbits(array.ravel(), bitorder="little").tobytes()
    if len(ds.PixelData) % 2:
        ds.PixelData += b"\0"
    windowed(ds, 0.5, 1, "LINEAR_EXACT")


@pattern
def thirty_two_bits(ds):
    grey(ds, ramp(np.int32, -2_000_000, 2_000_000), 32, signed=True)
    windowed(ds, 0, 3_000_001)


def colours():
    y, x = np.mgrid[0:96, 0:128]
    return np.stack([x * 2, y * 2, 255 - x], -1).astype(np.uint8)


def coloured(ds, array, photometric, planar):
    ds.Rows, ds.Columns = array.shape[:2]
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PlanarConfiguration = 3, photometric, planar
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 8, 8, 7, 0
    ds.PixelData = (array.transpose(2, 0, 1) if planar else array).tobytes()
    ds["PixelData"].VR = "OB"


@pattern
def rgb_planes(ds):
    coloured(ds, colours(), "RGB", 1)


@pattern
def ybr_full(ds):
    coloured(ds, colours(), "YBR_FULL", 0)


@pattern
def jpeg_grey(ds):
    grey(ds, ramp(np.uint8, 0, 255), 8)
    stream = io.BytesIO()
    Image.fromarray(ramp(np.uint8, 0, 255)).save(stream, "JPEG", quality=95)
    ds.PixelData = encapsulate([stream.getvalue()])
    ds.file_meta.TransferSyntaxUID = UID(JPEG_BASELINE)
    ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OB", True
    ds.LossyImageCompression = "01"


def packed(ds, streams, syntax):
    ds.PixelData = encapsulate(streams)
    ds.file_meta.TransferSyntaxUID = UID(syntax)
    ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OB", True


@pattern
def jpeg_2000(ds):
    """Decoded by the server."""
    grey(ds, ramp(np.uint8, 0, 255), 8)
    stream = io.BytesIO()
    Image.fromarray(ramp(np.uint8, 0, 255)).save(stream, "JPEG2000", irreversible=False, no_jp2=True)
    packed(ds, [stream.getvalue()], JPEG_2000_LOSSLESS)
    windowed(ds, 100, 150)


@pattern
def jpeg_2000_colour(ds):
    """Three components with the reversible transform, as the server delivers them: R, G, B."""
    coloured(ds, colours(), "YBR_RCT", 0)
    stream = io.BytesIO()
    Image.fromarray(colours()).save(stream, "JPEG2000", irreversible=False, no_jp2=True, mct=1)
    packed(ds, [stream.getvalue()], JPEG_2000_LOSSLESS)


@pattern
def jpeg_2000_broken(ds):
    """Only its label."""
    grey(ds, ramp(), 12)
    packed(ds, [b"\xff\x4f\xff\x51" + bytes(64)], JPEG_2000_LOSSLESS)


@pattern
def rle(ds):
    """Decoded by the page."""
    grey(ds, ramp(np.uint16, 0, 60000), 16)
    windowed(ds, 30000, 50001)
    ds.compress(UID(RLE), generate_instance_uid=False)


@pattern
def rle_colour(ds):
    coloured(ds, colours(), "RGB", 0)
    ds.compress(UID(RLE), generate_instance_uid=False)


def table(first, bits, entries, explanation=None):
    """An item of a table sequence."""
    item = Dataset()
    item.add_new(0x00283002, "US", [len(entries) % 65536, first, bits])
    if explanation:
        item.LUTExplanation = explanation
    item.add_new(0x00283006, "OW", np.asarray(entries, "<u2").tobytes())
    return item


@pattern
def modality_table(ds):
    grey(ds, ramp(), 12)
    item = table(0, 16, [n * n // 256 for n in range(4096)])
    item.ModalityLUTType = "OD"
    ds.ModalityLUTSequence = [item]
    windowed(ds, 20000, 30001)


@pattern
def voi_table(ds):
    """A table comes before the window that is there too."""
    grey(ds, ramp(), 12)
    ds.VOILUTSequence = [table(500, 10, [(n * n) >> 13 for n in range(2890)], "square")]
    windowed(ds, 2048, 100)


@pattern
def presentation_inverse(ds):
    grey(ds, ramp(), 12)
    ds.PresentationLUTShape = "INVERSE"
    windowed(ds, 2048, 4000)


@pattern
def padding_range(ds):
    array = ramp(np.uint16, 100, 4000)
    array[20:40, 40:60], array[40:60, 40:60] = 3, 9
    grey(ds, array, 12)
    ds.PixelPaddingValue, ds.PixelPaddingRangeLimit = 3, 10
    windowed(ds, 2048, 3000)


@pattern
def overlays(ds):
    """Begins above and left of the image; a second one in bit 13 of the words."""
    bit = (np.indices((128, 128))[0] % 32 == 7).astype(np.uint16) << 13
    grey(ds, ramp() | bit, 12)
    plane = np.zeros((100, 90), np.uint8)
    plane[::9], plane[:, ::11] = 1, 1
    for group, values in (0x6000, [("0010", "US", 100), ("0011", "US", 90), ("0040", "CS", "G"), ("0050", "SS", [-4, -9]), ("0100", "US", 1), ("0102", "US", 0)]), (
            0x6002, [("0010", "US", 128), ("0011", "US", 128), ("0040", "CS", "G"), ("0050", "SS", [1, 1]), ("0100", "US", 16), ("0102", "US", 13)]):
        for element, vr, value in values:
            ds.add_new((group, int(element, 16)), vr, value)
    bits = np.packbits(plane.ravel(), bitorder="little").tobytes()
    ds.add_new((0x6000, 0x3000), "OW", bits + b"\0" * (len(bits) % 2))
    windowed(ds, 2048, 4096)


@pattern
def shutters(ds):
    grey(ds, ramp(), 12)
    ds.ShutterShape = ["RECTANGULAR", "CIRCULAR", "POLYGONAL"]
    ds.ShutterLeftVerticalEdge, ds.ShutterRightVerticalEdge, ds.ShutterUpperHorizontalEdge, ds.ShutterLowerHorizontalEdge = 11, 118, 21, 110
    ds.CenterOfCircularShutter, ds.RadiusOfCircularShutter = [64, 60], 55
    ds.VerticesOfThePolygonalShutter = [1, 1, 128, 1, 128, 128, 40, 128]
    ds.ShutterPresentationValue = 32768
    windowed(ds, 2048, 4096)


def red_to_blue(count, bits):
    steps = np.arange(count) * ((1 << bits) - 1) // (count - 1)
    return steps, steps[::-1] // 2, (1 << bits) - 1 - steps


@pattern
def palette(ds):
    grey(ds, ramp(np.uint8, 0, 255), 8, photometric="PALETTE COLOR")
    for name, entries in zip(("Red", "Green", "Blue"), red_to_blue(200, 16)):
        setattr(ds, f"{name}PaletteColorLookupTableDescriptor", [200, 20, 16])
        setattr(ds, f"{name}PaletteColorLookupTableData", np.asarray(entries, "<u2").tobytes())


@pattern
def palette_segments(ds):
    """The whole range as one straight line a colour."""
    grey(ds, ramp(np.uint8, 0, 255), 8, photometric="PALETTE COLOR")
    for name, start, end in ("Red", 0, 0xFF00), ("Green", 0xFF00, 0), ("Blue", 0x4000, 0x8000):
        setattr(ds, f"{name}PaletteColorLookupTableDescriptor", [256, 0, 16])
        setattr(ds, f"Segmented{name}PaletteColorLookupTableData", np.array([0, 1, start, 1, 255, end], "<u2").tobytes())


@pattern
def float_pixels(ds):
    grey(ds, ramp(), 12)
    values = ramp(np.uint16, 0, 4095).astype("<f4") / 1024 - 1
    del ds.PixelData, ds.BitsStored, ds.HighBit, ds.PixelRepresentation
    ds.BitsAllocated, ds.FloatPixelData = 32, values.tobytes()
    windowed(ds, 1, 3, "LINEAR_EXACT")


@pattern
def enhanced(ds):
    """Three frames out of order; window, rescale and place are each frame's own."""
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.2.1"
    grey(ds, np.stack([ramp(np.uint16, 0, 1000), ramp(np.uint16, 0, 2000), ramp(np.uint16, 0, 4000)]), 12)
    one = lambda **values: [_with(Dataset(), **values)]
    ds.SharedFunctionalGroupsSequence = one(
        PixelMeasuresSequence=one(PixelSpacing=[0.5, 0.5]), PlaneOrientationSequence=one(ImageOrientationPatient=[1, 0, 0, 0, 1, 0]))
    ds.PerFrameFunctionalGroupsSequence = [
        _with(Dataset(), PlanePositionSequence=one(ImagePositionPatient=[0, 0, z]), FrameVOILUTSequence=one(WindowCenter=center, WindowWidth=width),
              PixelValueTransformationSequence=one(RescaleSlope=slope, RescaleIntercept=-10, RescaleType="US"))
        for z, slope, center, width in ((10, 1, 490, 1001), (0, 2, 1990, 4001), (20, 0.5, 990, 2001))]


def _with(ds, **values):
    for name, value in values.items():
        setattr(ds, name, value)
    return ds


def patterns():
    files = []
    for number, (name, make) in enumerate(PATTERNS.items(), 1):
        syntax = EXPLICIT_BIG if name == "big_endian" else EXPLICIT_LITTLE
        ds = base("patterns", name, 1, "OT", TEST, StudyDescription="Test patterns", SeriesNumber=number, SeriesDescription=name, StudyDate="20260401", syntax=syntax)
        make(ds)
        files.append(ds)
    ds = base("patterns", "report", 1, "SR", TEST, StudyDescription="Test patterns", SeriesNumber=90, SeriesDescription="Basic text", StudyDate="20260401")
    ds.CompletionFlag, ds.VerificationFlag, ds.ValueType = "COMPLETE", "UNVERIFIED", "CONTAINER"
    files.append(ds)
    return files


FAMILIES = "Abel Berg Costa Duarte Eriksen Fontaine García Hübner Ivanov Jansen Kowalski Lindqvist Moreau Nakamura Olsen Petrov Quist Rossi Sørensen Tanaka".split()
GIVEN = "Ada Bruno Clara Dario Elin Felix Greta Hugo Iris Jonas Karla Leo Mina Nils Olga Paul Rosa Sven Tilda Uwe".split()
KINDS = [("CT", "CT abdomen with contrast"), ("MR", "MR brain"), ("CR", "Chest PA and lateral"), ("US", "Ultrasound abdomen"), ("PT", "PET/CT whole body"), ("MR", "MR knee left")]


def crowd(count=240):
    """Many small studies, so that the list has pages."""
    files = []
    for n in range(count):
        modality, description = KINDS[n % len(KINDS)]
        patient = (f"{FAMILIES[n % 20]}^{GIVEN[(n * 7 + n // 20) % 20]}", f"P{10000 + 37 * n}", f"19{40 + n % 60}{1 + n % 12:02}{1 + n % 28:02}", "MF"[n % 2])
        ds = base(f"crowd{n}", "only", 1, modality, patient, StudyDescription=description, SeriesDescription=description, StudyDate=f"2025{1 + n % 12:02}{1 + (n * 5) % 28:02}", StudyTime=f"{7 + n % 12:02}{n % 60:02}00")
        grey(ds, ramp(np.uint16, 0, 4095, 16), 12)
        files.append(ds)
    return files


def everything():
    return [*ct(), *mr(), *ultrasound(), *radiograph(), *patterns(), *crowd()]


def written(ds):
    """The data set as a PS3.10 file."""
    stream = io.BytesIO()
    ds.save_as(stream, enforce_file_format=True)
    return stream.getvalue()
