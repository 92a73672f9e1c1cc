"""Writes what scoring anew came to: cells, jobs, statistics of columns and counters of executions."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from executions.engine.tally import score_counts
from executions.evaluation.verdict import EvaluationResult, Outcome
from executions.models import ColumnStatistic, Execution, FieldResult, Job
from executions.rescoring.scoring import Rescored
from executions.rescoring.stored import score_values, verdict_values
from mino.common.bulk import update_many

OUTCOMES = tuple(outcome.value for outcome in Outcome)


def write_rescored(rescored: Sequence[Rescored]) -> None:
    """Replace the verdicts of stored results. The caller holds the locks of their executions and jobs."""
    update_many(FieldResult, [row for one in rescored for row in _cells(one)], match=("job_id", "column"))
    update_many(Job, [_job(one) for one in rescored])
    update_many(ColumnStatistic, _statistics(rescored), match=("execution_id", "column"), add=OUTCOMES)
    counters = _counters(rescored)
    added = set(counters[0]) - {"id", "updated_at"} if counters else ()
    update_many(Execution, counters, add=added)


def _cells(one: Rescored) -> Iterable[dict[str, Any]]:
    for name, cell in one.cells.items():
        yield {"job_id": one.stored.id, "column": name, **verdict_values(one.stored.truth.get(name), cell)}


def _job(one: Rescored) -> dict[str, Any]:
    return {"id": one.stored.id, **score_values(one.score, one.outcomes)}


def _statistics(rescored: Iterable[Rescored]) -> list[dict[str, Any]]:
    """By how much the outcomes of each column change."""
    changes: dict[tuple[uuid.UUID, str], Counter[str]] = {}
    for one in rescored:
        for name, cell in one.cells.items():
            counts = changes.setdefault((one.stored.execution_id, name), Counter(dict.fromkeys(OUTCOMES, 0)))
            counts[one.stored.outcomes[name]] -= 1
            counts[cell.outcome.value] += 1
    return [{"execution_id": execution, "column": name, **counts} for (execution, name), counts in changes.items()]


def _counters(rescored: Iterable[Rescored]) -> list[dict[str, Any]]:
    """By how much the counters of each execution change; all name the same ones."""
    changes: dict[uuid.UUID, Counter[str]] = {}
    for one in rescored:
        stored, counts = one.stored, changes.setdefault(one.stored.execution_id, Counter())
        before = EvaluationResult(stored.evaluation_result)
        counts.subtract(score_counts(before, stored.good_fields, stored.gradable_fields, is_first=stored.is_first))
        counts.update(score_counts(one.score.result, one.score.good, one.score.gradable, is_first=stored.is_first))
    names = sorted({name for counts in changes.values() for name in counts})
    now = timezone.now()
    return [
        {"id": execution, "updated_at": now, **{name: counts[name] for name in names}}
        for execution, counts in changes.items()
    ]
