"""Writes the frames that codecs are measured on: codec_frames.py CORPUS FOLDER -> FOLDER/frames.tsv and a file of native bytes each."""
import os
import sys
import warnings

import numpy as np
import pydicom

warnings.simplefilter("ignore")
FRAMES = [  # name, file of the corpus
    ("ct-512", "derived/rle-5-16bit.dcm"),
    ("mammography-3062", "fo-dicom/GH133.dcm"),
    ("radiography-1024", "pydicom-data/JPEG-LL.dcm"),
    ("colour-640", "cornerstone3D/packages/dicomImageLoader/testImages/TestPattern_JPEG-Lossless_RGB.dcm"),
]
corpus, folder = sys.argv[1:]
with open(f"{folder}/frames.tsv", "w") as out:
    for name, path in FRAMES:
        ds = pydicom.dcmread(os.path.join(corpus, path))
        frame = ds.pixel_array
        native = f"{folder}/{name}.native"
        np.ascontiguousarray(frame).tofile(native)
        print(name, native, ds.Rows, ds.Columns, ds.SamplesPerPixel, ds.BitsAllocated, ds.BitsStored, ds.PixelRepresentation,
              "RGB" if ds.SamplesPerPixel == 3 else "MONOCHROME2", sep="\t", file=out)
