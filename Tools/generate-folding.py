#!/usr/bin/env python3
"""Writes Sources/DICOM/Matching/Fold+Rows.swift: what each character becomes when case, accents and width do not matter.

    Tools/generate-folding.py

A row is a character and what it folds to: compatibility decomposition, case folding, marks taken off (Unicode, as this
Python's unicodedata has it), and the letters below, which people type without their strokes and ligatures.
"""
import pathlib
import sys
import unicodedata

target = pathlib.Path(__file__).resolve().parent.parent / "Sources/DICOM/Matching/Fold+Rows.swift"

letters = {
    "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th",
    "\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
}

# Accents of Latin, Greek and Cyrillic; points of Hebrew; vowel signs of Arabic. Marks of kana, Thai and Indic scripts make other letters.
marks = [(0x0300, 0x036F), (0x0591, 0x05C7), (0x064B, 0x065F), (0x0670, 0x0670), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F)]


def is_mark(character):
    code = ord(character)
    return unicodedata.category(character) == "Mn" and any(first <= code <= last for first, last in marks)


def fold(character):
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    text = "".join(letters.get(c, c) for c in text)
    return "".join(c for c in text if not is_mark(c))


lines = []
for code in range(0x80, sys.maxunicode + 1):
    # Surrogates are none; Hangul syllables are decomposed by arithmetic.
    if 0xD800 <= code <= 0xDFFF or 0xAC00 <= code <= 0xD7A3:
        continue
    character = chr(code)
    folded = fold(character)
    if folded != character:
        lines.append(f"{code:X}\t" + " ".join(f"{ord(c):X}" for c in folded))

target.write_text(
    "// Written by Tools/generate-folding.py: change that, not this.\n"
    "extension Fold {\n"
    f"    /// Unicode {unicodedata.unidata_version}. Tab-separated: character, what it folds to; all as hexadecimal code points.\n"
    '    static let rows: StaticString = #"""\n' + "\n".join(lines) + '\n"""#\n}\n'
)
print(f"Fold: {len(lines)} rows")
