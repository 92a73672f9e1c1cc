"""Reads the results of an execution for the search for patterns, some jobs at a time."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.db.models.fields.json import KT

from analytics.comparison.arms import site_of
from analytics.patterns.shapes import failure_of
from analytics.patterns.table import ERROR, FAILED, PASSED, UNGRADED, UNKNOWN, Attribute, Table, step_bucket
from executions.evaluation.evaluate import ColumnSpec
from executions.evaluation.verdict import GOOD_OUTCOMES, EvaluationResult, Outcome
from executions.models import Execution, FieldResult, Job, JobStatus, Session
from mino.common.values.columns import ColumnRole, ColumnType
from mino.common.values.options import MatchingOptions

MOST_JOBS, MOST_CELLS = 2_000, 10_000
"""How many jobs, and cells of them, are read at a time."""
STATES = {EvaluationResult.PASSED.value: PASSED, EvaluationResult.FAILED.value: FAILED}
LOCAL = "local"
NO_PAGE = (None, None)
LONGEST_VALUE = 255
FIELDS = (
    "pk", "position", "url", "status", "evaluation_result", "error_code", "step_count", "outcomes", "current_session_id"
)  # fmt: skip
_LANGUAGE = re.compile(r"[a-z]{2,3}(?=[-_]|$)", re.IGNORECASE)
_SYNTAXES = re.compile(r"[\w ,-]{1,60}")

Told = Callable[[int], None]
"""Called with the number of jobs read so far."""
Cells = Sequence[tuple[str, str | None, Any, str, str]]


def gather(execution: Execution, told: Told = lambda done: None) -> Table:
    """All jobs of the execution that have ended, in its order."""
    columns = specs_of(execution)
    table = Table([column.name for column in columns])
    done = 0
    for jobs in _chunks(execution, len(columns)):
        cells = _cells([job["pk"] for job in jobs if _has_failed_cell(job)])
        pages = _pages([job["current_session_id"] for job in jobs]) if execution.agent == LOCAL else {}
        for job in jobs:
            _add(table, columns, job, cells.get(job["pk"], ()), pages.get(job["current_session_id"], NO_PAGE))
        done += len(jobs)
        told(done)
    return table


def specs_of(execution: Execution) -> list[ColumnSpec]:
    """The columns of truth, with the options that today's verdicts use."""
    found = [one for one in execution.scored_columns if one["role"] == ColumnRole.GROUND_TRUTH]
    return [_spec(one) for one in found]


def _spec(column: Mapping[str, Any]) -> ColumnSpec:
    kind = ColumnType(column["type"])
    return ColumnSpec(column["name"], kind, MatchingOptions.from_mapping(kind, column.get("options") or {}))


def _chunks(execution: Execution, columns: int) -> Iterator[list[dict[str, Any]]]:
    """The ended jobs; between two chunks no query is open."""
    size = max(50, min(MOST_JOBS, MOST_CELLS // max(1, columns)))
    values = Job.objects.filter(execution=execution).order_by("position").values(*FIELDS)
    last = 0
    while found := list(values.filter(position__gt=last)[:size]):
        last = found[-1]["position"]
        yield [job for job in found if job["status"] in (JobStatus.COMPLETED, JobStatus.ERROR)]


def _has_failed_cell(job: Mapping[str, Any]) -> bool:
    return job["status"] == JobStatus.COMPLETED and any(
        outcome in (Outcome.WRONG, Outcome.MISSED, Outcome.INVENTED) for outcome in (job["outcomes"] or {}).values()
    )


def _cells(ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Cells]:
    """The cells of these jobs as they are scored today."""
    found: dict[uuid.UUID, list[tuple[str, str | None, Any, str, str]]] = {}
    if ids:
        cells = FieldResult.objects.current().filter(job__in=ids)
        for cell in cells.values_list("job_id", "column", "expected", "extracted", "outcome", "reason"):
            found.setdefault(cell[0], []).append(cell[1:])
    return found


def _pages(ids: Sequence[uuid.UUID | None]) -> Mapping[uuid.UUID | None, tuple[Any, Any]]:
    """What the local agent says of each page: its language, and the data in it."""
    told = Session.objects.filter(pk__in=[one for one in ids if one])
    values = told.values_list("pk", KT("raw_result__page__language"), KT("raw_result__page__embedded"))
    return {pk: (language, embedded) for pk, language, embedded in values}


def _add(
    table: Table, columns: Sequence[ColumnSpec], job: Mapping[str, Any], cells: Cells, page: tuple[Any, Any]
) -> None:
    is_error = job["status"] == JobStatus.ERROR
    table.positions.append(job["position"])
    table.states.append(ERROR if is_error else STATES.get(job["evaluation_result"] or "", UNGRADED))
    table.errors.add(job["error_code"] if is_error else "")
    table.attributes[Attribute.DOMAIN].add(site_of(job["url"])[:LONGEST_VALUE])
    table.attributes[Attribute.STEPS].add(step_bucket(job["step_count"]))
    table.attributes[Attribute.LANGUAGE].add(_language(page[0]))
    table.attributes[Attribute.METADATA].add(_syntaxes(page[1]))
    outcomes = {} if is_error else job["outcomes"] or {}
    marks = [_mark(outcomes.get(column.name)) for column in columns]
    by_name = {cell[0]: cell for cell in cells}
    siblings = {name: cell[1] for name, cell in by_name.items()}
    for place, column in enumerate(columns):
        cell = by_name.get(column.name)
        if marks[place] != 1 or cell is None:
            continue
        _, expected, extracted, outcome, reason = cell
        failure = failure_of(column, outcome, reason, expected, extracted, siblings)
        if failure is None:
            marks[place] = 0  # differs in case only
        else:
            table.add_failure(place, failure)
    table.bad += bytes(mark & 0xFF for mark in marks or [UNKNOWN])


def _mark(outcome: str | None) -> int:
    if outcome is None or outcome == Outcome.NOT_GRADABLE:
        return UNKNOWN
    return 0 if outcome in GOOD_OUTCOMES else 1


def _language(text: object) -> str:
    match = _LANGUAGE.match(text) if isinstance(text, str) else None
    return match[0].lower() if match else ""


def _syntaxes(text: object) -> str:
    match = _SYNTAXES.fullmatch(text) if isinstance(text, str) else None
    return match[0] if match else ""
