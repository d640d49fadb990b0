"""
Stored values of every native grey image of the corpus, unpacked by the viewer's code, against the corpus' reference
hashes, which come from other decoders. The corpus: ISOCENTER_CORPUS, else ../shared/data beside the repository.
"""

import csv
import json
import os
import shutil
import subprocess
from pathlib import Path

import pydicom
import pytest
import standin

HERE = Path(__file__).parent
CORPUS = Path(os.environ.get("ISOCENTER_CORPUS", HERE.parents[3] / "shared" / "data"))
#: cut off in the pixel data: the references fill it up, the viewer refuses to
REFUSED = {"pydicom/test_files/MR_truncated.dcm"}


def test_stored_values_equal_the_references(tmp_path):
    if not (CORPUS / "references.tsv").is_file():
        pytest.skip(f"no corpus at {CORPUS}")
    if not shutil.which("node"):
        pytest.skip("no node")
    cases, lines, data = [], [], tmp_path / "frames"
    with open(CORPUS / "references.tsv", newline="") as table, data.open("wb") as frames:
        for row in csv.DictReader(table, delimiter="\t"):
            if row["agreement"] not in ("agree", "single"):
                continue
            try:
                ds = pydicom.dcmread(CORPUS / row["path"])
                if ds.file_meta.TransferSyntaxUID.is_encapsulated or ds.get("SamplesPerPixel", 1) != 1 or "PixelData" not in ds:
                    continue
                image = standin.image(ds)
                content = standin.frame(ds, int(row["frame"]) + 1)  # the table counts from 0
            except Exception:
                continue  # a file the stand-in cannot read proves nothing here
            lines.append(json.dumps({"file": str(data), "offset": frames.tell(), "length": len(content), "image": image, "bigEndian": ds.file_meta.TransferSyntaxUID == pydicom.uid.ExplicitVRBigEndian}))
            frames.write(content)
            cases.append(row)
    result = subprocess.run(["node", HERE / "unpack.mjs"], input="\n".join(lines) + "\n", text=True, capture_output=True, check=True)
    hashes = result.stdout.split("\n")[: len(cases)]
    wrong = [(case["path"], case["frame"], found) for case, found in zip(cases, hashes) if found != case["sha256"] and case["path"] not in REFUSED]
    assert len(cases) > 300
    assert {case["path"] for case, found in zip(cases, hashes) if found.startswith("error")} == REFUSED
    assert wrong == []
