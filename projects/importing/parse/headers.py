"""The names of a table's columns, from its first record."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .exported import has_mark
from .limits import Limits
from .problems import ProblemCode, ProblemLog, refused

# Nobody calls a column like this: an address, an e-mail address, a day, a number with decimals or a sign.
DATA_CELL = re.compile(
    r"\s*(?:https?://\S+|[^\s@]+@[^\s@]+\.[a-z]{2,}|\d{4}-\d\d-\d\d.*|[-+]\d[\d.,]*|\d+[.,]\d+|[$€£¥] ?\d[\d.,]*)\s*",
    re.IGNORECASE,
)
SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """A column of the file: `header` is what stands there, `name` is unique, not empty and not too long."""

    index: int
    name: str
    header: str


def looks_like_data(record: Sequence[str]) -> bool:
    """Whether the first record can't be a header: it has an address, a day or a number with decimals in it."""
    return not has_mark(record) and any(DATA_CELL.fullmatch(cell) for cell in record)


def name_columns(record: Sequence[str], line: int, limits: Limits, log: ProblemLog) -> tuple[SourceColumn, ...]:
    """The columns named by a header record; empty, repeated and overlong names are changed, with a warning.

    Raises ImportRefused when there are more columns than the limit.
    """
    check_width(len(record), limits, line)
    taken: set[str] = set()
    columns = []
    for index, cell in enumerate(record):
        header = SPACE.sub(" ", cell).strip()
        name = _free_name(_fitting_name(header, index, line, limits, log), taken)
        if header and name != header[: limits.name_characters]:
            log.warning(
                line,
                name,
                ProblemCode.DUPLICATE_HEADER,
                f"Two columns are called “{header}”; column {index + 1} became “{name}”.",
                header,
                "Give each column its own name if that is not what you want.",
            )
        taken.add(name.casefold())
        columns.append(SourceColumn(index, name, header))
    return tuple(columns)


def numbered_columns(width: int, limits: Limits) -> tuple[SourceColumn, ...]:
    """The columns of a table without a header: column_1, column_2 ..."""
    check_width(width, limits, 1)
    return tuple(SourceColumn(index, f"column_{index + 1}", "") for index in range(width))


def check_width(width: int, limits: Limits, line: int) -> None:
    """Raise ImportRefused when there are more columns than the limit."""
    if width > limits.columns:
        raise refused(
            ProblemCode.TOO_MANY_COLUMNS,
            f"The table has {width:,} columns; at most {limits.columns:,} can be imported.",
            "Leave out columns that neither the agent nor the evaluation needs.",
            line=line,
        )


def _fitting_name(header: str, index: int, line: int, limits: Limits, log: ProblemLog) -> str:
    if not header:
        name = f"column_{index + 1}"
        log.warning(
            line,
            name,
            ProblemCode.EMPTY_HEADER,
            f"Column {index + 1} has no name; it is called “{name}”.",
            "",
            "Name it in the file, or below.",
        )
        return name
    if len(header) > limits.name_characters:
        log.warning(
            line,
            header[: limits.name_characters],
            ProblemCode.LONG_HEADER,
            f"The name of column {index + 1} has {len(header)} characters; it was cut to {limits.name_characters}.",
            header,
            "Shorten it if you want another name.",
        )
    return header[: limits.name_characters]


def _free_name(name: str, taken: set[str]) -> str:
    free, number = name, 2
    while free.casefold() in taken:
        free = f"{name[:90]}_{number}"
        number += 1
    return free
