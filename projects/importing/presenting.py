"""An import as its page shows it: figures, the head and the sample of the table, and a page of the problems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.forms import BoundField
from django.http import QueryDict

from mino.common.ui.formats import number, percent
from mino.common.values.columns import ColumnType
from projects.importing.forms import ColumnsForm

PROBLEMS_A_PAGE = 50
CONFIDENCE_ICONS = {"certain": "circle-check", "likely": "circle-half-2", "guess": "help"}


@dataclass(frozen=True, slots=True)
class ColumnHead:
    """The head of a column: its fields, and what was guessed."""

    name: BoundField
    role: BoundField
    type: BoundField
    header: str
    confidence: str
    icon: str
    reason: str

    @property
    def wrong_fields(self) -> list[BoundField]:
        """The fields with an error."""
        return [field for field in (self.name, self.role, self.type) if field.errors]


@dataclass(frozen=True, slots=True)
class SampleCell:
    """A cell of the sample."""

    text: str
    is_number: bool
    is_bad: bool


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A row of the sample; `is_bad` when the line as a whole has a problem."""

    line: int
    cells: list[SampleCell]
    is_bad: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """One tile."""

    label: str
    value: str
    about: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class ProblemPage:
    """Some of the problems that were kept, and the addresses of the pages beside."""

    problems: Sequence[Mapping[str, Any]]
    shown: str
    previous: str
    following: str
    chips: list[tuple[str, str, int, bool]]


def column_heads(form: ColumnsForm) -> list[ColumnHead]:
    """The heads of all columns."""
    return [
        ColumnHead(
            form[f"name-{column['index']}"],
            form[f"role-{column['index']}"],
            form[f"type-{column['index']}"],
            column["header"],
            column["confidence"],
            CONFIDENCE_ICONS[column["confidence"]],
            column["reason"],
        )
        for column in form.columns
    ]


def sample_rows(columns: Sequence[Mapping[str, Any]], report: Mapping[str, Any]) -> list[SampleRow]:
    """The rows to show: the first ones, and some with problems."""
    bad = {(problem["line"], problem["column"]) for problem in report.get("problems", [])}
    names = [column["source"] for column in columns]
    numbers = [column["type"] == ColumnType.NUMBER for column in columns]
    rows = []
    for row in report.get("sample", []):
        line, cells = row["line"], row["cells"][: len(columns)]
        padded = [*cells, *[""] * (len(columns) - len(cells))]
        shown = [SampleCell(text, numbers[index], (line, names[index]) in bad) for index, text in enumerate(padded)]
        rows.append(SampleRow(line, shown, (line, None) in bad))
    return rows


def figures(report: Mapping[str, Any]) -> list[Figure]:
    """The tiles over the table."""
    rows, bad = report.get("rows", 0), report.get("bad_rows", 0)
    filled = sum(share["filled"] for share in report.get("truth", []))
    cells = sum(share["rows"] for share in report.get("truth", []))
    repeated = report.get("duplicate_urls", 0)
    share = f"of {number(cells)}: {percent(min(1.0, filled / cells))} filled" if cells else "no column holds truth"
    return [
        Figure("Rows ready", number(report.get("good_rows", 0)), f"of {number(rows)} in the file"),
        Figure("Rows with an error", number(bad), "mend them, or leave them out" if bad else "none", "#problems"),
        Figure("Repeated URLs", number(repeated), "each stays a row of its own" if repeated else "none", "#problems"),
        Figure("Truth cells", number(filled), share),
    ]


def problem_page(report: Mapping[str, Any], query: QueryDict) -> ProblemPage:
    """The page of problems that the address asks for (`?severity=error&from=51`)."""
    kept = report.get("problems", [])
    severity = query.get("severity", "")
    chosen = [one for one in kept if one["severity"] == severity] if severity in ("error", "warning") else kept
    start = _start(query.get("from", "1"), len(chosen))
    end = min(start + PROBLEMS_A_PAGE, len(chosen))
    prefix = f"?severity={severity}&" if severity else "?"
    errors, warnings = report.get("errors", 0), report.get("warnings", 0)
    return ProblemPage(
        chosen[start:end],
        f"{number(start + 1)} to {number(end)} of {number(len(chosen))}" if chosen else "",
        f"{prefix}from={max(1, start + 1 - PROBLEMS_A_PAGE)}#problems" if start else "",
        f"{prefix}from={end + 1}#problems" if end < len(chosen) else "",
        [
            ("All", "?#problems", errors + warnings, severity == ""),
            ("Errors", "?severity=error#problems", errors, severity == "error"),
            ("Warnings", "?severity=warning#problems", warnings, severity == "warning"),
        ],
    )


def _start(wanted: str, total: int) -> int:
    start = int(wanted) - 1 if wanted.isascii() and wanted.isdigit() and len(wanted) < 8 else 0
    return start if 0 <= start < total else 0
