"""Pictures of DICOM files as peers make them: DCMTK's dcm2pnm and dcmj2pnm, and pydicom's functions."""
import json
import subprocess
import warnings

import numpy
import pydicom
from PIL import Image
from pydicom.pixels import apply_color_lut, apply_modality_lut, apply_voi_lut, pixel_array

from .server import BINARY


class NoPicture(Exception):
    """A peer that makes none, and why."""


def load(path):
    return numpy.asarray(Image.open(path)).astype(numpy.int32)


def ours(path, folder, *flags):
    """Our picture as an array, and the facts about it."""
    target = folder / "ours.png"
    run = subprocess.run([BINARY, "render", "--facts", "--no-overlays", "--no-shutter", "--iccprofile", "no", *flags, path, target],
                         capture_output=True, text=True, timeout=120)
    if run.returncode:
        raise NoPicture(run.stderr.strip())
    return load(target), json.loads(run.stdout)


# MARK: DCMTK

def dcmtk_selection(facts):
    """The flags of dcm2pnm that ask for the values of interest that we showed."""
    voi = facts.get("voi")
    if voi is None:
        return []
    span = voi.get("width", voi.get("high", 0) - voi.get("low", 0))
    if voi["kind"] != "table" and span < 1024 and not float(facts["modality"].get("slope", 1)).is_integer():
        raise NoPicture("DCMTK rounds the values of the modality to integers")
    if voi["kind"] == "table":
        return ["+Wl", 1]
    if voi["kind"] == "range":
        # From low to high: LINEAR counts its edges half a value off (PS3.3 C.11.2.1.2.1).
        low, high = voi["low"], voi["high"]
        return ["+Ww", (low + high) / 2 + 0.5, high - low + 1]
    if voi["function"] == "LINEAR_EXACT":
        raise NoPicture("DCMTK 3.6.7 knows no LINEAR_EXACT")
    return ["+Wi", 1]


def dcmtk(path, folder, facts):
    """As dcm2pnm shows it, or dcmj2pnm where it is compressed with JPEG."""
    target = folder / "dcmtk.png"
    reasons = []
    for tool in ("dcm2pnm", "dcmj2pnm"):
        run = subprocess.run([f"/usr/bin/{tool}", "--write-png", "--no-overlays", *map(str, dcmtk_selection(facts)), path, target],
                             capture_output=True, text=True, timeout=120)
        if run.returncode == 0:
            return load(target)
        reasons.append(f"{tool}: {run.stderr.strip()[-200:]}")
    raise NoPicture("; ".join(reasons))


# MARK: pydicom

def pydicom_picture(path, facts):
    """By pydicom's functions, then spread over 8 bits."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data_set = pydicom.dcmread(path, force=True)
        try:
            pixels = pixel_array(data_set, index=0, decoding_plugin=plugin(data_set))
        except Exception as error:  # whatever its decoders raise
            raise NoPicture(f"pydicom: {error}") from error
        if data_set.PhotometricInterpretation == "PALETTE COLOR":
            colours = apply_color_lut(pixels, data_set)
            return (colours >> 8 if colours.dtype == numpy.uint16 else colours).astype(numpy.int32)
        if data_set.SamplesPerPixel == 3:
            return spread(pixels.astype(float), 0, 2 ** data_set.BitsStored - 1)
        levels = grey(pixels, data_set, facts)
        if facts.get("colourFrom") is None:
            return levels
        # Colours from the palette's first value on, greys below (PS3.3 C.8.16.2.1.1.1).
        del data_set.PixelPresentation  # which apply_color_lut refuses
        colours = apply_color_lut(pixels, data_set).astype(numpy.int32) >> 8
        return numpy.where((pixels >= facts["colourFrom"])[..., None], colours, levels[..., None])


def plugin(data_set):
    """Lossy JPEG of 8 bits by the library that browsers use, whatever else is installed: others round and spread chroma in their own way."""
    is_jpeg = data_set.file_meta.get("TransferSyntaxUID") in ("1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51")
    return "pillow" if is_jpeg and data_set.BitsStored == 8 else ""


def samples(data_set):
    """All samples, as pydicom decodes them."""
    return pixel_array(data_set, decoding_plugin=plugin(data_set))


def grey(pixels, data_set, facts):
    source = functional_groups(data_set)
    voi = facts["voi"]
    if pixels.dtype.kind == "f" and voi["kind"] == "window":
        raise NoPicture("pydicom's windows spread over Bits Stored, which floating point has not")
    values = apply_modality_lut(pixels, source)
    if voi["kind"] == "range":
        levels = spread(values.astype(float), voi["low"], voi["high"])
    elif voi["kind"] == "table":
        bits = source.VOILUTSequence[0].LUTDescriptor[2]
        levels = spread(apply_voi_lut(values, source).astype(float), 0, 2 ** bits - 1)
    else:
        levels = spread(apply_voi_lut(values, source, prefer_lut=True).astype(float), *window_range(source))
    if data_set.PhotometricInterpretation == "MONOCHROME1" or data_set.get("PresentationLUTShape") == "INVERSE":
        levels = 255 - levels
    return levels


def window_range(source):
    """Lowest and highest value that pydicom's windows give: those of the stored values, after the modality transformation."""
    if source.get("ModalityLUTSequence"):
        return 0, 2 ** source.ModalityLUTSequence[0].LUTDescriptor[2] - 1
    signed = source.PixelRepresentation == 1
    low, high = (-(2 ** (source.BitsStored - 1)), 2 ** (source.BitsStored - 1) - 1) if signed else (0, 2 ** source.BitsStored - 1)
    slope, intercept = float(source.get("RescaleSlope", 1)), float(source.get("RescaleIntercept", 0))
    return low * slope + intercept, high * slope + intercept


def functional_groups(data_set):
    """A data set with the macros of the first frame where pydicom looks for them."""
    flat = pydicom.Dataset(data_set)
    flat.file_meta = data_set.get("file_meta")
    flat.set_original_encoding(*data_set.original_encoding)
    groups = [*data_set.get("SharedFunctionalGroupsSequence", [])[:1], *data_set.get("PerFrameFunctionalGroupsSequence", [])[:1]]
    for group in groups:
        for name in ("PixelValueTransformationSequence", "FrameVOILUTSequence"):
            for item in group.get(name, [])[:1]:
                flat.update(item)
    return flat


def spread(values, low, high):
    """From 0 for low to 255 for high, to the nearest."""
    if high <= low:
        return numpy.zeros(values.shape, dtype=numpy.int32)
    values = numpy.nan_to_num(values, nan=low)
    return numpy.floor(numpy.clip((values - low) / (high - low), 0, 1) * 255 + 0.5).astype(numpy.int32)


def padding_mask(path, facts):
    """Where pixel padding lies: black with us, drawn as any other value by the peers."""
    if not facts.get("padding"):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            pixels = pixel_array(pydicom.dcmread(path, force=True), index=0, raw=True)
        except Exception:  # no decoder: then there is no peer to compare with
            return None
    low, high = facts["padding"]
    return (pixels >= low) & (pixels <= high)
