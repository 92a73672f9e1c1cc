"""What a cell of truth and an extracted value hold: how many values, which ones, or none."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

from mino.common.values.columns import ColumnType
from mino.common.values.options import MatchingOptions
from mino.common.values.text import MAX_TEXT

MAX_BLANK_DEPTH = 4
NOTHING_WORDS = frozenset({"null", "none", "nil", "n/a", "na", "nan", "undefined", "-", "–", "—"})
"""Words that mean "nothing" in columns of every type but text, where they may be the value itself."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What a cell of truth says: the `values` that are right; `absent` if nothing is right, too; neither if unknown."""

    values: tuple[str, ...]
    absent: bool

    @property
    def is_unknown(self) -> bool:
        return not self.values and not self.absent


def read_truth(options: MatchingOptions, expected: str | None) -> Truth:
    """Return what the cell says. One alternative may be the text for absent: "5|(absent)" accepts 5 and nothing."""
    if expected is None or not expected.strip():
        return Truth((), options.blank_means == "absent")
    values = split_values(expected, options.alternatives) or (expected.strip(),)
    present = tuple(value for value in values if not _says_absent(options, value))
    return Truth(present, len(present) < len(values))


def _says_absent(options: MatchingOptions, value: str) -> bool:
    return bool(options.absent_text) and value.strip().casefold() == options.absent_text.strip().casefold()


def split_values(cell: str, separator: str) -> tuple[str, ...]:
    r"""Return the values of a cell, trimmed, without blank ones; `\` before the separator makes it part of a value."""
    if not separator or separator not in cell:
        return (cell.strip(),) if cell.strip() else ()
    # NUL can't be in a cell (it is cleaned away at every door), so it can stand for an escaped separator meanwhile.
    protected = cell.replace("\0", "").replace(f"\\{separator}", "\0")
    values = (value.replace("\0", separator).strip() for value in protected.split(separator))
    return tuple(value for value in values if value)


def extracted_values(column_type: ColumnType, options: MatchingOptions, extracted: Any) -> list[Any]:
    """Return the values that an agent gave, without those that say nothing; an empty list if it gave nothing.

    A list gives its items. Where the whole list is wanted, a text is read as a JSON array or split at the separator.
    """
    if options.multiple == "all" and isinstance(extracted, str):
        extracted = _split_extracted(extracted, options.alternatives)
    values = extracted if isinstance(extracted, (list, tuple)) else [extracted]
    return [value for value in values if not _is_nothing(column_type, options, value)]


def _split_extracted(text: str, separator: str) -> list[Any]:
    if text.lstrip().startswith("["):
        try:
            array = json.loads(text)
        except (ValueError, RecursionError):
            array = None
        if isinstance(array, list):
            return array
    return list(split_values(text[:MAX_TEXT], separator))


def _is_nothing(column_type: ColumnType, options: MatchingOptions, value: Any) -> bool:
    if isinstance(value, str):
        if options.exact:
            return value == ""
        text = value[:MAX_TEXT].strip()
        return not text or (column_type is not ColumnType.TEXT and text.casefold() in NOTHING_WORDS)
    return is_blank(value)


def is_blank(value: Any, depth: int = 0) -> bool:
    """Return whether a JSON value holds nothing at all: null, "", NaN, and containers of nothing but these."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return True
    if isinstance(value, str):
        return not value.strip()
    if depth >= MAX_BLANK_DEPTH or not isinstance(value, (dict, list, tuple)):
        return False
    return all(is_blank(item, depth + 1) for item in (value.values() if isinstance(value, dict) else value))


def as_text(value: Any) -> str | None:
    """Return a JSON value as the text that a person would write, None for objects, lists and unprintable numbers."""
    if isinstance(value, str):
        return value[:MAX_TEXT]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**300 else None
    if isinstance(value, float) and math.isfinite(value):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return None
