"""What was guessed and what was found, as plain values that an import keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from mino.common.errors import Detail, InvalidInput
from mino.common.values.columns import ColumnRole, ColumnType
from projects.importing.parse.check import Report
from projects.importing.parse.choices import ColumnChoice
from projects.importing.parse.guess import ColumnGuess
from projects.importing.parse.problems import Problem, ProblemCode

API_CODES = {ProblemCode.BATCH_EMPTY: "BATCH_EMPTY", ProblemCode.BATCH_TOO_LARGE: "PAYLOAD_TOO_LARGE"}


def code_of(problem: Problem) -> str:
    """The code of an error over a file that can't be imported because of `problem`; empty where it has none."""
    return API_CODES.get(problem.code, "")


def column_as_json(guess: ColumnGuess) -> dict[str, Any]:
    """A guess, which is the choice until somebody chooses otherwise."""
    return {**asdict(guess), "role": guess.role.value, "type": guess.type.value, "confidence": guess.confidence.value}


def choices_of(columns: list[dict[str, Any]]) -> list[ColumnChoice]:
    """The choices in an import's `columns`."""
    return [
        ColumnChoice(
            column["index"],
            column["header"],
            column["name"],
            ColumnRole(column["role"]),
            ColumnType(column["type"]),
            column.get("options", {}),
        )
        for column in columns
    ]


def problem_as_json(problem: Problem) -> dict[str, Any]:
    """A problem as plain values."""
    return {**asdict(problem), "severity": problem.severity.value, "code": problem.code.value}


def report_as_json(report: Report, sample: list[Mapping[str, Any]]) -> dict[str, Any]:
    """A report and the rows to show with it, as plain values."""
    return {
        "rows": report.rows,
        "good_rows": report.good_rows,
        "bad_rows": report.bad_rows,
        "truth_rows": report.truth_rows,
        "blank_lines": report.blank_lines,
        "duplicate_urls": report.duplicate_urls,
        "errors": report.log.errors,
        "warnings": report.log.warnings,
        "truth": [asdict(share) for share in report.truth],
        "counts": {code.value: count for code, count in report.log.counts.items()},
        "problems": [problem_as_json(problem) for problem in report.problems],
        "fatal": problem_as_json(report.fatal) if report.fatal else None,
        "sample": sample,
    }


def refusal_of(report: Mapping[str, Any], *, leave_out_errors: bool) -> InvalidInput | None:
    """Why a checked file can't be loaded, as its import's `report` tells; None where it can."""
    if fatal := report.get("fatal"):
        return InvalidInput(f"{fatal['message']} {fatal['remedy']}")
    if not report.get("good_rows"):
        return InvalidInput("There is no row without an error. Mend the file and upload it again.", code="BATCH_EMPTY")
    bad = report.get("bad_rows", 0)
    if not bad or leave_out_errors:
        return None
    what = "1 line has errors. Mend it, or choose to leave it out."
    if bad > 1:
        what = f"{bad:,} lines have errors. Mend them, or choose to leave them out."
    return InvalidInput(what, details=[Detail("leave_out_errors", "Choose this to import the other lines.")])
