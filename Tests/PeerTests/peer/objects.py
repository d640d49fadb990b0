"""Objects to send, made with pydicom: small, valid, and with pixels that can be checked."""
import io
import itertools
import os

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import UID, ExplicitVRLittleEndian

ROOT = "1.2.826.0.1.3680043.10.1511"
CT = "1.2.840.10008.5.1.4.1.1.2"
SC = "1.2.840.10008.5.1.4.1.1.7"
SC_MULTIFRAME_GRAY8 = "1.2.840.10008.5.1.4.1.1.7.2"

_counter = itertools.count(1)
_run = int.from_bytes(os.urandom(6), "big")


def uid():
    """A UID that no other test and no other run has."""
    return f"{ROOT}.{_run}.{next(_counter)}"


def ramp(rows=32, columns=48, dtype="<i2", start=-1000, step=1):
    """Pixels that are all different from their neighbours: a wrong row, column or byte shows."""
    return (np.arange(rows * columns).reshape(rows, columns) * step + start).astype(dtype)


def image(pixels=None, *, study=None, series=None, sop_class=CT, modality="CT", number=1, frames=None, **attributes):
    """A grey-scale image as a pydicom Dataset with its file meta information; attributes by keyword."""
    pixels = ramp() if pixels is None else pixels
    data_set = Dataset()
    data_set.SpecificCharacterSet = "ISO_IR 192"
    data_set.SOPClassUID = sop_class
    data_set.SOPInstanceUID = uid()
    data_set.StudyDate, data_set.StudyTime = "20240131", "101530"
    data_set.AccessionNumber = "A100"
    data_set.Modality = modality
    data_set.StudyDescription = "Peer test"
    data_set.PatientName, data_set.PatientID = "Seacole^Mary", "PT-1"
    data_set.PatientBirthDate, data_set.PatientSex = "18051123", "F"
    data_set.StudyInstanceUID = study or uid()
    data_set.SeriesInstanceUID = series or uid()
    data_set.StudyID, data_set.SeriesNumber, data_set.InstanceNumber = "1", 1, number
    data_set.SamplesPerPixel, data_set.PhotometricInterpretation = 1, "MONOCHROME2"
    if frames:
        data_set.NumberOfFrames = frames
    data_set.Rows, data_set.Columns = pixels.shape[-2:]
    data_set.BitsAllocated = data_set.BitsStored = pixels.dtype.itemsize * 8
    data_set.HighBit = data_set.BitsStored - 1
    data_set.PixelRepresentation = 1 if pixels.dtype.kind == "i" else 0
    if sop_class == CT:
        data_set.ImagePositionPatient, data_set.ImageOrientationPatient = [0, 0, float(number)], [1, 0, 0, 0, 1, 0]
        data_set.PixelSpacing, data_set.SliceThickness = [0.5, 0.5], 1
        data_set.FrameOfReferenceUID = f"{data_set.StudyInstanceUID}.9"
        data_set.RescaleIntercept, data_set.RescaleSlope = 0, 1
    data_set.WindowCenter, data_set.WindowWidth = 40, 400
    data_set.add_new(0x7FE00010, "OW" if pixels.dtype.itemsize > 1 else "OB", padded(pixels.tobytes()))
    for keyword, value in attributes.items():
        if value is None:
            delattr(data_set, keyword)
        else:
            setattr(data_set, keyword, value)
    return with_meta(data_set)


def padded(data):
    return data + b"\0" if len(data) % 2 else data


def with_meta(data_set, syntax=ExplicitVRLittleEndian):
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(str(data_set.get("SOPClassUID", "")))
    meta.MediaStorageSOPInstanceUID = UID(str(data_set.get("SOPInstanceUID", "")))
    meta.TransferSyntaxUID = UID(syntax)
    data_set.file_meta = meta
    return data_set


def file_bytes(data_set):
    """The PS3.10 file."""
    buffer = io.BytesIO()
    dcmwrite(buffer, data_set, enforce_file_format=True)
    return buffer.getvalue()


def save(data_set, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(file_bytes(data_set))
    return path


def study(series=2, instances=3, **attributes):
    """The images of one study, a list of pydicom Datasets."""
    identifier = uid()
    images = []
    for s in range(1, series + 1):
        series_uid = uid()
        for n in range(1, instances + 1):
            images.append(image(ramp(start=n * 10), study=identifier, series=series_uid, number=n, SeriesNumber=s,
                                SeriesDescription=f"Series {s}", **attributes))
    return images
