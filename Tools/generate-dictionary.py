#!/usr/bin/env python3
"""Writes the tables of Sources/DICOM/Dictionary from a folder of tab-separated facts of the DICOM standard.

    Tools/generate-dictionary.py FOLDER

FOLDER holds data-elements.tsv, uids.tsv, sop-classes.tsv and private-elements.tsv, each with its column names in the
first line. One row of a table is one fact of the standard; rows that are none are named on standard error.
"""
import csv
import pathlib
import re
import sys

target = pathlib.Path(__file__).resolve().parent.parent / "Sources/DICOM/Dictionary"


def rows(folder, name):
    with open(folder / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def left_out(name, row, why):
    print(f"{name}: left out {row}: {why}", file=sys.stderr)


def write(type_name, source, columns, lines):
    text = "\n".join(line.rstrip("\t") for line in lines)
    assert '"""#' not in text and "\r" not in text
    (target / f"{type_name}+Rows.swift").write_text(
        f"// Written by Tools/generate-dictionary.py from {source}: change those, not this.\n"
        f"extension {type_name} {{\n"
        f"    /// Tab-separated: {columns}. Ends of rows without content are left out.\n"
        f'    static let rows: StaticString = #"""\n{text}\n"""#\n'
        "}\n",
        encoding="utf-8",
    )
    print(f"{type_name}: {len(lines)} rows, {len(text.encode())} bytes")


def data_elements(folder):
    lines = [
        "\t".join([row["tag"], row["vr"].replace("NONE", ""), row["vm"], row["keyword"], row["name"], "R" if row["retired"] else ""])
        for row in rows(folder, "data-elements.tsv")
    ]
    write("DataElementTable", "data-elements.tsv", "tag (x = any digit), VRs, VM, keyword, name, R = retired", lines)


def uids(folder):
    lines = []
    for row in rows(folder, "uids.tsv"):
        if row["uid"].endswith("."):
            left_out("uids.tsv", row["uid"], "a prefix, not a UID")
            continue
        lines.append("\t".join([row["uid"], row["type"], row["keyword"], row["name"], "R" if row["retired"] else ""]))
    write("UIDTable", "uids.tsv", "UID, type, keyword, name, R = retired", lines)


def sop_classes(folder):
    lines = [
        "\t".join([row["uid"], "S" if row["storage"] else "", row["keyword"], row["name"], row["iod_name"], "R" if row["retired"] else ""])
        for row in rows(folder, "sop-classes.tsv")
    ]
    write("SOPClassTable", "sop-classes.tsv", "UID, S = storage, keyword, name, IOD, R = retired", lines)


def private_elements(folder):
    """A row with one field names the creator of the rows below it."""
    by_creator = {}
    for row in rows(folder, "private-elements.tsv"):
        # gggg xx ee: any block. Eight digits: this element only.
        if not re.fullmatch(r"[0-9A-F]{8}|[0-9A-F]{2}([0-9A-F]{2}|xx)xx[0-9A-F]{2}", row["tag"]):
            left_out("private-elements.tsv", f'{row["creator"]} {row["tag"]}', "names a block, not an element")
            continue
        vr = row["vr"].replace("OB_OW", "OB|OW").replace("US or SS", "US|SS")
        by_creator.setdefault(row["creator"], []).append("\t".join([row["tag"], vr, row["vm"], row["name"]]))
    lines = []
    for creator, elements in by_creator.items():
        lines += [creator] + elements
    write("PrivateElementTable", "private-elements.tsv", "creator alone, then its elements: tag (x = any digit), VRs, VM, name", lines)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    data_elements(folder)
    uids(folder)
    sop_classes(folder)
    private_elements(folder)
