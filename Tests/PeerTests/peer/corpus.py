"""The corpus of real files, where it is present: ISOCENTER_CORPUS or ../shared/data beside the repository."""
import csv
import functools
import logging
import os
import warnings
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pydicom

from .part10 import split
from .server import ROOT

FOLDER = Path(os.environ.get("ISOCENTER_CORPUS") or ROOT.parent / "shared" / "data")
MANIFEST = FOLDER / "manifest.tsv"
BROKEN = ("malformed/", "pwnlab/")

# Files that the archive refuses, and why. A file that is not in this table has to be stored.
REFUSED = {
    # No SOP Instance UID in the data set: there is nothing to file the object under.
    "dwv/dwv-test_bad.zip/dwv-test_bad/dwv-test-simple.dcm": "no UIDs",
    "dwv/dwv-test_bad.zip/dwv-test_bad/dwv-test_no-number-rows.dcm": "no UIDs",
    **{f"dwv/tests/annotation/dwv034/sr-{name}.dcm": "no SOP Instance UID"
       for name in ("arrow", "circle", "ellipse", "protractor", "rectangle", "roi", "ruler")},
    "fo-dicom/GH340.dcm": "ACR-NEMA 1.0, no UIDs",
    **{f"pydicom-data/{name}.dcm": "no SOP Instance UID"
       for name in ("JLSL_RGB_ILV0", "JLSL_RGB_ILV1", "JLSL_RGB_ILV2", "JLSN_RGB_ILV0")},
    "pydicom/charset_files/chrSQEncoding.dcm": "no UIDs in the data set",
    "pydicom/charset_files/chrSQEncoding1.dcm": "no UIDs in the data set",
    "pydicom/test_files/UN_sequence.dcm": "no UIDs in the data set",
    "pydicom/test_files/empty_charset_LEI.dcm": "no UIDs in the data set",
    "pydicom/test_files/meta_missing_tsyntax.dcm": "no transfer syntax, no UIDs",
    "pydicom/test_files/nested_priv_SQ.dcm": "no UIDs in the data set",
    "pydicom/test_files/no_meta.dcm": "one private sequence, no UIDs",
    "pydicom/test_files/no_meta_group_length.dcm": "no UIDs in the data set",
    "pydicom/test_files/priv_SQ.dcm": "no UIDs in the data set",
    # No SOP Class UID.
    "dwv/dwv-test-anonymise.dcm": "no SOP Class UID",
    "dwv/dwv-test-sequence.dcm": "no SOP Class UID",
    "dwv/dwv-test-simple.dcm": "no SOP Class UID",
    "dwv/dwv-test_no-number-rows.dcm": "no SOP Class UID",
    # UIDs that are hashes in hexadecimal.
    "pydicom-data/bad_sequence.dcm": "UIDs with letters",
    # No study and no series: nothing to find them under.
    "fo-dicom/multiframe.dcm": "no Study Instance UID",
    **{f"pydicom-data/{name}.dcm": "no study, no series"
       for name in ("HTJ2KLossless_08_RGB", "HTJ2K_08_RGB", "JLSL_08_07_0_1F", "JLSL_16_15_1_1F")},
    **{f"pydicom/palettes/{name}.dcm": "Color Palette Storage has neither patient nor study"
       for name in ("fall", "hotiron", "hotmetalblue", "pet", "pet20step", "spring", "summer", "winter")},
    **{f"pydicom/test_files/{name}.dcm": "no study, no series"
       for name in ("JPEGLSNearLossless_08", "JPEGLSNearLossless_16", "SC_rgb_jls_lossy_line", "SC_rgb_jls_lossy_sample")},
    # DICOMDIR is an index of a medium, not an object to archive.
    **{f"pydicom/test_files/dicomdirtests/{name}": "DICOMDIR"
       for name in ("DICOMDIR", "DICOMDIR-bigEnd", "DICOMDIR-empty.dcm", "DICOMDIR-implicit", "DICOMDIR-nooffset",
                    "DICOMDIR-nopatient", "DICOMDIR-reordered", "TINY_ALPHA/DICOMDIR")},
    # Cut off.
    "pydicom/test_files/MR_truncated.dcm": "ends inside Pixel Data",
    "pydicom/test_files/rtplan_truncated.dcm": "ends inside a sequence",
}


@dataclass(frozen=True)
class File:
    path: str             # as in the manifest
    transfer_syntax: str  # of the meta information, or what a file without one turns out to be
    sop_class: str
    sop_instance: str
    study: str
    series: str

    @property
    def location(self):
        return FOLDER / self.path

    @property
    def bytes(self):
        return self.location.read_bytes()

    @property
    def data_set(self):
        return split(self.bytes).data_set

    @property
    def refused(self):
        return REFUSED.get(self.path)


def present():
    return MANIFEST.is_file()


@functools.cache
def paths():
    if not present():
        return ()
    with open(MANIFEST, newline="", encoding="utf-8", errors="replace") as manifest:
        return tuple(row["path"] for row in csv.DictReader(manifest, delimiter="\t", quoting=csv.QUOTE_NONE))


def broken():
    """Files that are broken on purpose: stored or refused with the reason."""
    return [path for path in paths() if path.startswith(BROKEN)]


@functools.cache
def files():
    """Every other file, with the identifiers that pydicom reads from it."""
    return tuple(describe(path) for path in paths() if not path.startswith(BROKEN))


def describe(path):
    logging.getLogger("pydicom").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data_set = pydicom.dcmread(FOLDER / path, force=True, stop_before_pixels=True)
        meta = split((FOLDER / path).read_bytes())
        syntax = meta.transfer_syntax
        if not syntax:
            implicit, little = data_set.original_encoding
            syntax = "1.2.840.10008.1.2" if implicit else "1.2.840.10008.1.2.1" if little else "1.2.840.10008.1.2.2"
        uid = lambda keyword: str(data_set.get(keyword, "") or "")
        return File(path, syntax, uid("SOPClassUID"), uid("SOPInstanceUID"), uid("StudyInstanceUID"), uid("SeriesInstanceUID"))


def layers(files):
    """The files in groups in which no SOP Instance UID stands twice: the corpus holds one image in many encodings."""
    count, layered = defaultdict(int), defaultdict(list)
    for file in files:
        layered[count[file.sop_instance]].append(file)
        count[file.sop_instance] += 1
    return [layered[n] for n in sorted(layered)]
