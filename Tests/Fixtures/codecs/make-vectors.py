#!/usr/bin/env python3
"""Writes vectors.tsv: small frames as other programs encode them, and the SHA-256 of the samples they were made from.

Needs pydicom, DCMTK (dcmcjpeg, dcmcrle) and GDCM (gdcmconv). The vectors are decoded by the unit tests natively and by
the viewer's tests in WebAssembly. Columns: name, transfer syntax, rows, columns, samples, bits allocated, SHA-256 of the
native frame (interleaved, little endian, single bits packed), frame in base64.
"""
import base64
import hashlib
import os
import subprocess
import tempfile

import numpy as np
import pydicom
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import generate_frames
from pydicom.uid import ExplicitVRLittleEndian, RLELossless, generate_uid

ROWS, COLUMNS = 23, 36
DCMTK = "/usr/bin/"  # other programs of the same names may lie in front


def noise(low, high, samples=1):
    """A slope with noise, so that codes of every length occur."""
    random = np.random.default_rng(ROWS * COLUMNS * samples + high)
    y, x = np.mgrid[0:ROWS, 0:COLUMNS]
    slope = (x / COLUMNS + y / ROWS) / 2 * (high - low) + low
    image = np.stack([np.clip(slope + random.normal(0, (high - low) / 90, slope.shape) + 9 * s, low, high) for s in range(samples)], -1)
    image[:3] = random.integers(low, high + 1, image[:3].shape)
    image[ROWS // 2, :, :] = low
    image[ROWS // 2, ::2, :] = high
    image[-4:, :20] = high
    return np.rint(image).astype(np.int64)


IMAGES = {  # name: samples, bits allocated, bits stored, signed, lowest, highest
    "grey8": (1, 8, 8, 0, 0, 255),
    "grey12": (1, 16, 12, 0, 0, 4095),
    "grey16": (1, 16, 16, 0, 0, 65535),
    "signed16": (1, 16, 16, 1, -32768, 32767),
    "rgb8": (3, 8, 8, 0, 0, 255),
}
ENCODERS = {
    "pydicom-rle": (RLELossless, None),
    "dcmtk-rle": ("1.2.840.10008.1.2.5", [DCMTK + "dcmcrle", "+ua", "IN", "OUT"]),
    "gdcm-rle": ("1.2.840.10008.1.2.5", ["gdcmconv", "--rle", "IN", "OUT"]),
    "gdcm-lossless": ("1.2.840.10008.1.2.4.70", ["gdcmconv", "--jpeg", "IN", "OUT"]),
    "dcmtk-sv1": ("1.2.840.10008.1.2.4.70", [DCMTK + "dcmcjpeg", "+e1", "IN", "OUT"]),
    **{f"dcmtk-{n}": ("1.2.840.10008.1.2.4.57", [DCMTK + "dcmcjpeg", "+el", "+sv", str(n), "IN", "OUT"]) for n in range(1, 8)},
}


def dataset(samples, allocated, stored, signed, values):
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    meta.MediaStorageSOPInstanceUID = generate_uid()
    ds = FileDataset(None, {}, file_meta=meta, preamble=bytes(128))
    ds.SOPClassUID, ds.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    ds.StudyInstanceUID, ds.SeriesInstanceUID = generate_uid(), generate_uid()
    ds.PatientName, ds.PatientID, ds.Modality = "", "1", "OT"
    ds.Rows, ds.Columns, ds.SamplesPerPixel = ROWS, COLUMNS, samples
    ds.PhotometricInterpretation = "RGB" if samples == 3 else "MONOCHROME2"
    if samples == 3:
        ds.PlanarConfiguration = 0
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = allocated, stored, stored - 1, signed
    ds.PixelData = values
    ds["PixelData"].VR = "OB" if allocated == 8 else "OW"
    return ds


def encoded(ds, command, folder):
    plain, packed = f"{folder}/plain.dcm", f"{folder}/packed.dcm"
    ds.save_as(plain, enforce_file_format=True)
    if command is None:
        ds = pydicom.dcmread(plain)
        ds.compress(RLELossless, encoding_plugin="pydicom")
        return next(generate_frames(ds.PixelData, number_of_frames=1)), str(RLELossless)
    subprocess.run([{"IN": plain, "OUT": packed}.get(word, word) for word in command], check=True, capture_output=True)
    ds = pydicom.dcmread(packed)
    return next(generate_frames(ds.PixelData, number_of_frames=1)), ds.file_meta.TransferSyntaxUID


def packbits(data):
    """Literal runs alone, of which a segment may consist (PS3.5 §G.3)."""
    runs = b"".join(bytes([len(data[at:at + 128]) - 1]) + data[at:at + 128] for at in range(0, len(data), 128))
    return runs + bytes(len(runs) % 2)


def wide():
    """Shapes that encoders above do not write: their segments are literal runs, put together here."""
    for name, kind, samples in [("words32", "<u4", 1), ("rgb16", "<u2", 3), ("rgb32", "<u4", 3), ("double64", "<f8", 1)]:
        data = (np.random.default_rng(7).normal(1e4, 2e3, (ROWS, COLUMNS, samples))).astype(kind)
        size = data.itemsize
        planes = data.view(np.uint8).reshape(-1, samples, size)[:, :, ::-1]
        yield name, samples, size * 8, data.tobytes(), [planes[:, s, b].tobytes() for s in range(samples) for b in range(size)]
    bits = np.random.default_rng(8).integers(0, 2, ROWS * COLUMNS).astype(np.uint8)
    packed = np.packbits(bits, bitorder="little").tobytes()
    yield "bits1", 1, 1, packed, [packed]


def main():
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for image, (samples, allocated, stored, signed, low, high) in IMAGES.items():
            native = noise(low, high, samples).astype(("<i" if signed else "<u") + str(allocated // 8)).tobytes()
            padded = native + bytes(len(native) % 2)
            for encoder, (syntax, command) in ENCODERS.items():
                frame, written = encoded(dataset(samples, allocated, stored, signed, padded), command, folder)
                assert written == syntax, (encoder, written)
                rows.append((f"{image}-{encoder}", syntax, samples, allocated, native, frame))
    for name, samples, allocated, native, planes in wide():
        segments = [packbits(plane) for plane in planes]
        offsets = [64 + sum(map(len, segments[:n])) for n in range(len(segments))]
        header = np.array([len(segments)] + offsets + [0] * (15 - len(segments)), "<u4").tobytes()
        rows.append((f"{name}-literal", str(RLELossless), samples, allocated, native, header + b"".join(segments)))
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "vectors.tsv"), "w") as out:
        print("name\ttransfer_syntax\trows\tcolumns\tsamples\tbits_allocated\tsha256\tframe", file=out)
        for name, syntax, samples, allocated, native, frame in rows:
            print(name, syntax, ROWS, COLUMNS, samples, allocated, hashlib.sha256(native).hexdigest(), base64.b64encode(frame).decode(), sep="\t", file=out)
    print(len(rows), "vectors")


if __name__ == "__main__":
    main()
