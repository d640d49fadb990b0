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

# Files that every door refuses, and why.
REFUSED_EVERYWHERE = {
    "pydicom-data/bad_sequence.dcm": "UIDs with letters",
    # DICOMDIR is an index of a medium, not an object to archive.
    **{f"pydicom/test_files/dicomdirtests/{name}": "DICOMDIR"
       for name in ("DICOMDIR", "DICOMDIR-bigEnd", "DICOMDIR-empty.dcm", "DICOMDIR-implicit", "DICOMDIR-nooffset",
                    "DICOMDIR-nopatient", "DICOMDIR-reordered", "TINY_ALPHA/DICOMDIR")},
    # One private sequence, and nothing tells how it is encoded: a sender can only guess.
    "pydicom/test_files/no_meta.dcm": "no transfer syntax, no UIDs",
    # Cut off.
    "pydicom/test_files/MR_truncated.dcm": "ends inside Pixel Data",
    "pydicom/test_files/rtplan_truncated.dcm": "ends inside a sequence",
}

# Files that import refuses, and why. A file that is not in this table has to be stored.
REFUSED = {
    **REFUSED_EVERYWHERE,
    # Neither the data set nor the meta information says what the object is: no SOP Class or no SOP Instance UID.
    # Over DIMSE the sender has to name both, so these are stored there.
    **{f"dwv/dwv-test{name}.dcm": "no SOP Class UID" for name in
       ("_bad.zip/dwv-test_bad/dwv-test-simple", "_bad.zip/dwv-test_bad/dwv-test_no-number-rows",
        "-anonymise", "-sequence", "-simple", "_no-number-rows")},
    **{f"dwv/tests/annotation/dwv034/sr-{name}.dcm": "no SOP Instance UID"
       for name in ("arrow", "circle", "ellipse", "protractor", "rectangle", "roi", "ruler")},
    "fo-dicom/GH340.dcm": "ACR-NEMA 1.0, no UIDs",
    **{f"pydicom-data/{name}.dcm": "no SOP Instance UID"
       for name in ("JLSL_RGB_ILV0", "JLSL_RGB_ILV1", "JLSL_RGB_ILV2", "JLSN_RGB_ILV0")},
    "pydicom/test_files/empty_charset_LEI.dcm": "no UIDs",
    "pydicom/test_files/nested_priv_SQ.dcm": "no UIDs",
    # Nothing tells how this is encoded.
    "pydicom/test_files/meta_missing_tsyntax.dcm": "no transfer syntax, no UIDs",
}


@dataclass(frozen=True)
class File:
    path: str             # as in the manifest
    transfer_syntax: str  # of the meta information, or what a file without one turns out to be
    sop_class: str        # of the data set, else of the meta information
    sop_instance: str

    @property
    def location(self):
        return FOLDER / self.path

    @property
    def bytes(self):
        return self.location.read_bytes()

    @property
    def data_set(self):
        return split(self.bytes).data_set


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
        return File(path, syntax, uid("SOPClassUID") or meta.sop_class, uid("SOPInstanceUID") or meta.sop_instance)


def layers(files):
    """The files in groups in which no SOP Instance UID stands twice: the corpus holds one image in many encodings."""
    count, layered = defaultdict(int), defaultdict(list)
    for file in files:
        layered[count[file.sop_instance]].append(file)
        count[file.sop_instance] += 1
    return [layered[n] for n in sorted(layered)]
