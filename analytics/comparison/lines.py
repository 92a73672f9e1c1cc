"""The flips of a page as people read them: the row, both answers, the truth, and why."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from analytics.comparison.flips import ROW, Flips, Way, Why
from executions.addresses import Site, site
from executions.evaluation.values import as_text, is_blank
from executions.models import Execution, FieldResult, Job, JobStatus
from mino.common.ui.difference import marked_extracted
from mino.common.ui.signs import strip

LONGEST_SHOWN = 160
WAY_WORDS = {
    Way.RIGHT: "Became right",
    Way.WRONG: "Became wrong",
    Way.GAINED: "Only the other answered",
    Way.LOST: "Only the baseline answered",
}
WHY_WORDS = {
    Why.OUTPUT: "Output changed",
    Why.TRUTH: "Truth changed",
    Why.OPTIONS: "Matching changed",
    Why.RETRY: "Retry",
    Why.ERROR: "Error",
    Why.MISSING: "Missing row",
    Why.UNFINISHED: "Not done",
}
FIELDS = ("position", "row", "row_position", "url", "status", "evaluation_result", "outcomes", "attempts", "error_code")


@dataclass(frozen=True, slots=True)
class Side:
    """What one execution made of it. `outcome` is that of a cell; `strip` shows the cells of a row; `extracted` is what
    was extracted, `value` that as a short text (empty: nothing), `marked` the same as HTML with what the truth lacks.
    """

    job_id: uuid.UUID | None = None
    status: str = ""
    error_code: str = ""
    verdict: str | None = None
    outcome: str = ""
    extracted: Any = None
    value: str = ""
    marked: SafeString | str = ""
    truth: str | None = None
    strip: SafeString | str = ""


@dataclass(frozen=True, slots=True)
class FlipLine:
    """One flip: the row, the column (empty: the whole row), both sides, and why in words."""

    row_id: uuid.UUID | None
    position: int
    site: Site
    url: str
    column: str
    way: Way
    reason: Why
    why: str
    about: str
    first: Side
    second: Side

    @property
    def is_good(self) -> bool:
        """Whether it is a change for the better."""
        return self.way in (Way.RIGHT, Way.GAINED)

    @property
    def truth(self) -> str | None:
        """The truth as the other execution has it; None where it is not known."""
        return self.second.truth if self.second.job_id else self.first.truth


def flip_lines(
    entries: Flips, columns: Sequence[str], first: Execution, second: Execution, letter: str = "B"
) -> list[FlipLine]:
    """The lines of these entries, with four queries however many they are. `letter` is that of the second."""
    found = entries.tolist()
    before = _Answers(first, [entry[0] for entry in found])
    after = _Answers(second, [entry[1] for entry in found])
    return [_line(entry, columns, before, after, letter) for entry in found]


UNKNOWN = (None, None, "not_gradable")


class _Answers:
    """The jobs of an execution at some positions, with their cells."""

    def __init__(self, execution: Execution, positions: Sequence[int]) -> None:
        wanted = {position for position in positions if position}
        jobs = Job.objects.filter(execution=execution, position__in=wanted).only(*FIELDS)
        self.jobs: Mapping[int, Job] = {job.position: job for job in jobs}
        cells = FieldResult.objects.current().filter(job__in=[job.pk for job in self.jobs.values()])
        values = cells.values_list("job_id", "column", "expected", "extracted", "outcome")
        self.cells: Mapping[tuple[uuid.UUID, str], tuple[str | None, Any, str]] = {
            (job_id, column): (expected, extracted, outcome) for job_id, column, expected, extracted, outcome in values
        }

    def side(self, position: int, column: str) -> Side:
        job = self.jobs.get(position)
        if job is None:
            return Side()
        same: dict[str, Any] = {
            "job_id": job.pk,
            "status": job.status,
            "error_code": job.error_code,
            "verdict": job.evaluation_result,
        }
        if job.status != JobStatus.COMPLETED:
            return Side(**same)
        if not column:
            return Side(**same, strip=strip(list(job.outcomes.items())))
        expected, extracted, outcome = self.cells.get((job.pk, column), UNKNOWN)
        value, truth = shown(extracted), clipped(expected or "")
        marked = marked_extracted(truth, value) if value and outcome in ("wrong", "invented") else value
        return Side(**same, outcome=outcome, extracted=extracted, value=value, marked=marked, truth=expected)


def _line(entry: tuple[int, ...], columns: Sequence[str], before: _Answers, after: _Answers, letter: str) -> FlipLine:
    first_position, second_position, number, way, why = entry
    column = "" if number == ROW else columns[number]
    job = before.jobs.get(first_position) or after.jobs.get(second_position)
    first, second = before.side(first_position, column), after.side(second_position, column)
    return FlipLine(
        row_id=job.row_id if job else None,
        position=job.row_position if job else 0,
        site=site(job.url if job else ""),
        url=job.url if job else "",
        column=column,
        way=Way(way),
        reason=Why(why),
        why=WHY_WORDS[Why(why)],
        about=_about(Why(why), before.jobs.get(first_position), after.jobs.get(second_position), letter),
        first=first,
        second=second,
    )


def _about(why: Why, first: Job | None, second: Job | None, letter: str) -> str:
    """What stands behind a reason, in a few words."""
    if why is Why.RETRY and first and second:
        return f"A took {first.attempts}, {letter} {second.attempts} attempts"
    if why is Why.ERROR:
        failed = next((job for job in (first, second) if job and job.status == JobStatus.ERROR), None)
        return failed.error_code if failed else ""
    if why is Why.MISSING:
        return "not in A" if first is None else f"not in {letter}"
    return "the values are the same" if why is Why.OPTIONS else ""


def shown(value: Any) -> str:
    """An extracted value as a short text; empty for nothing."""
    if is_blank(value):
        return ""
    text = as_text(value)
    return clipped(text if text is not None else json.dumps(value, ensure_ascii=False))


def clipped(text: str) -> str:
    """The text, cut where it is too long for a line."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"
