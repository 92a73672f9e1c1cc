"""Cells without the characters that a database or a spreadsheet can't keep."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .lines import SUSPICIOUS
from .problems import ProblemCode, ProblemLog

REPLACEMENT = "\ufffd"
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
SURROGATES = re.compile("[\ud800-\udfff]")


def clean_record(line: int, cells: list[str], names: Sequence[str], encoding: str, log: ProblemLog) -> list[str]:
    """The cells of one record without such characters; what was taken out is noted with its line and column."""
    return [
        clean_cell(line, names[index] if index < len(names) else f"column {index + 1}", cell, encoding, log)
        if SUSPICIOUS.search(cell)
        else cell
        for index, cell in enumerate(cells)
    ]


def clean_cell(line: int, column: str, cell: str, encoding: str, log: ProblemLog) -> str:
    """One cell without control characters and half characters; see `clean_record`."""
    undecodable = SURROGATES.findall(cell)
    if undecodable or (REPLACEMENT in cell and not encoding.startswith("utf-8")):
        found = " ".join(f"0x{ord(character) - 0xDC00:02X}" for character in undecodable[:8]) or cell
        log.error(
            line,
            column,
            ProblemCode.UNDECODABLE,
            f"The cell has bytes that are no text in {encoding}.",
            found,
            "Choose the right encoding, or mend the cell.",
        )
        return CONTROLS.sub("", SURROGATES.sub(REPLACEMENT, cell))
    if REPLACEMENT in cell:
        log.warning(
            line,
            column,
            ProblemCode.LOST_CHARACTER,
            "The cell has a replacement character (�): a letter was lost before the file was saved.",
            cell,
            "Export the file again as UTF-8 if the letter matters.",
        )
    if controls := CONTROLS.findall(cell):
        log.warning(
            line,
            column,
            ProblemCode.CONTROL_CHARACTER,
            "Control characters were removed from the cell.",
            " ".join(f"U+{ord(character):04X}" for character in controls[:8]),
            "Nothing, unless the cell looks wrong.",
        )
    return CONTROLS.sub("", cell)
