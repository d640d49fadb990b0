"""Our pictures beside those of DCMTK and pydicom: at most one grey level of difference on 99.9 % of the pixels."""
import shutil
from collections import defaultdict
from pathlib import PurePosixPath

import numpy
import pytest

from peer import corpus, rendering

pytestmark = [
    pytest.mark.skipif(not corpus.present(), reason=f"no corpus at {corpus.FOLDER}"),
    pytest.mark.skipif(not shutil.which("/usr/bin/dcm2pnm"), reason="no dcm2pnm"),
]

# Slices of one volume: a few stand for all.
STACKS = ("fnndsc-sag-mr/", "ibsi-sts/", "dcm_qa_ct-ge-head/", "covid-ny-sbu/", "dicom2nifti/", "pydicom/test_files/dicomdirtests/")

LOSSY = "compressed with loss: decoders differ by 1 in the stored value, and the window spreads that over several greys"

# (path or its beginning, peer) -> why its picture is another one. Every larger difference is here.
EXPLAINED = {
    ("synthetic/pixels/gray12-highbit15.dcm", "pydicom"): "pydicom does not shift samples down whose High Bit is not Bits Stored - 1",
    ("cornerstone/CT0012.fragmented_no_bot_jpeg_baseline.51.dcm", "pydicom"): LOSSY,
    ("cornerstone/CTImage.dcm_JPEGProcess2_4TransferSyntax_1.2.840.10008.1.2.4.51.dcm", "pydicom"): LOSSY,
    ("derived/htj2k-203-lossy.dcm", "pydicom"): LOSSY,
    ("fo-dicom/GH195.dcm", "dcmtk"): "labelled RGB, but its JPEG stream holds Y, CB, CR: DCMTK believes the label",
    ("pydicom/test_files/JPGExtended.dcm", "pydicom"): LOSSY,
    ("pydicom/test_files/rtdose_expb.dcm", "dcmtk"): "DCMTK swaps the two words of 32 bits in big endian OW",
    ("pydicom/test_files/rtdose_expb_1frame.dcm", "dcmtk"): "DCMTK swaps the two words of 32 bits in big endian OW",
    ("synthetic/pixels/voi-lut.dcm", "pydicom"): "pydicom counts the entries of an 8 bit table in 8 bits: what lies above the last entry wraps around",
    ("synthetic/pixels/ybr-full.dcm", "dcmtk"): "DCMTK rounds each chroma product by itself: differences of 2",
}


def chosen():
    if not corpus.present():
        return []
    folders, paths = defaultdict(list), []
    for file in corpus.files():
        if file.path.startswith(STACKS):
            folders[PurePosixPath(file.path).parent].append(file.path)
        else:
            paths.append(file.path)
    for stack in folders.values():
        paths += sorted({stack[0], stack[len(stack) // 2], stack[-1]})
    return sorted(paths)


def explanation(path, peer):
    return next((why for (start, who), why in EXPLAINED.items() if who == peer and path.startswith(start)), None)


def difference(a, b, mask):
    """Part of the pixels that differ by more than one level, and the largest difference; in words where the shapes differ."""
    if a.shape != b.shape:
        # Greys drawn as colours are greys.
        if a.ndim == 2 and b.ndim == 3 and b.shape[:2] == a.shape and (b == b[..., :1]).all():
            b = b[..., 0]
        elif b.ndim == 2 and a.ndim == 3 and a.shape[:2] == b.shape and (a == a[..., :1]).all():
            a = a[..., 0]
        else:
            return f"shapes {a.shape} and {b.shape}"
    apart = numpy.abs(a - b)
    if apart.ndim == 3:
        apart = apart.max(axis=2)
    if mask is not None:
        apart = apart[~mask]
    part = (apart > 1).mean() if apart.size else 0
    return None if part <= 0.001 else f"{part:.2%} of the pixels differ by more than 1, at most by {apart.max()}"


@pytest.fixture(scope="module")
def tally():
    counts = defaultdict(int)
    yield counts
    print("\npictures compared:", dict(counts))


@pytest.mark.parametrize("path", chosen())
def test_as_the_peers_show_it(path, tmp_path, tally):
    location = corpus.FOLDER / path
    try:
        picture, facts = rendering.ours(location, tmp_path)
    except rendering.NoPicture as reason:
        # That every image has a picture or a reason is tested where the codecs are.
        pytest.skip(str(reason))
    mask = rendering.padding_mask(location, facts)
    if mask is not None and picture.ndim == 2 and mask.shape == picture.shape:
        assert (picture[mask] == 0).all(), "padding is not black"
    else:
        mask = None
    found, without = [], []
    for peer, make in (("dcmtk", lambda: rendering.dcmtk(location, tmp_path, facts)), ("pydicom", lambda: rendering.pydicom_picture(location, facts))):
        try:
            other = make()
        except rendering.NoPicture as reason:
            without.append(str(reason))
            continue
        apart = difference(picture, other, mask)
        tally[peer] += 1
        if apart and not explanation(path, peer):
            found.append(f"{peer}: {apart}")
    assert not found, f"{'; '.join(found)}\n{facts}"
    if len(without) == 2:
        pytest.skip(f"no peer shows it: {'; '.join(without)}")


def test_the_table_names_files():
    unknown = [start for start, _ in EXPLAINED if not any(path.startswith(start) for path in chosen())]
    assert not unknown
