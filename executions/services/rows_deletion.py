"""Takes the results of deleted rows out of all executions of their batch.

An execution then counts the rows that stay: its counters equal its jobs at every commit. What was spent stays spent
(cost, the agent's seconds), and the figures kept from its first completion stay as they were measured.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils import timezone

from executions.engine.tally import score_counts
from executions.evaluation.verdict import EvaluationResult, Outcome
from executions.models import (
    ColumnStatistic,
    Execution,
    FieldResult,
    Job,
    JobScore,
    JobStatus,
    Retry,
    SampleMethod,
    Screenshot,
    Session,
)
from executions.pictures.removing import remove_in_chunks
from executions.rescoring.ordering import locked_executions
from executions.services.deletion import refuse_unfinished
from mino.common.bulk import update_many
from mino.common.errors import InvalidState
from mino.common.hooks import execution_rescored
from projects.models import Row

OUTCOMES = tuple(outcome.value for outcome in Outcome)
COUNTED = (
    *("execution_id", "status", "error_code", "evaluation_result", "good_fields", "gradable_fields"),
    *("retry_count", "requeue_count", "outcomes"),
)


def pictures_of_rows_remove(batch_id: uuid.UUID, rows: Collection[uuid.UUID]) -> None:
    """Remove what agents pictured of rows that are about to be deleted: before the transaction, since the use of
    storage is locked before anything else. Raises InvalidState while an execution is under way."""
    refuse_unfinished([batch_id])
    remove_in_chunks(Screenshot.objects.filter(session__job__row__in=rows))


def results_of_rows_remove(batch_id: uuid.UUID, rows: Collection[uuid.UUID]) -> None:
    """Remove jobs, attempts and cells of these rows and what they count, in the caller's transaction.

    Raises InvalidState while an execution of the batch is under way, or is scored anew.
    """
    executions = locked_executions(batch_id)
    refuse_unfinished([batch_id])
    if any(one.staged_options is not None for one in executions):
        raise InvalidState("Results of this batch are being scored anew. Delete rows when that is done.")
    jobs = list(Job.objects.filter(row__in=rows).values("pk", *COUNTED))
    _uncount({one.pk: one for one in executions}, jobs)
    ids = [job["pk"] for job in jobs]
    found: list[QuerySet[Any]] = [
        JobScore.objects.filter(job__in=ids),
        FieldResult.objects.filter(job__in=ids),
        Retry.objects.filter(job__in=ids),
        Session.objects.filter(job__in=ids),
        Job.objects.filter(pk__in=ids),
    ]
    for queryset in found:
        queryset._raw_delete(queryset.db)
    if changed := {job["execution_id"] for job in jobs}:
        execution_rescored.call(changed)


def jobs_follow_rows(batch_id: uuid.UUID, rows: Collection[uuid.UUID]) -> None:
    """Let jobs know the new positions of their rows."""
    position = Row.objects.filter(pk=OuterRef("row_id")).values("position")[:1]
    Job.objects.filter(row__in=rows).update(row_position=Subquery(position))


def selections_follow_rows(batch_id: uuid.UUID) -> None:
    """Let executions over chosen rows name them by their positions of today, so that they can be started again."""
    chosen = Execution.objects.filter(batch=batch_id, sample_method=SampleMethod.SELECTION)
    for execution_id in list(chosen.values_list("pk", flat=True)):
        with transaction.atomic():
            mine = Execution.objects.filter(pk=execution_id)
            mine.select_for_update().get()
            positions = Job.objects.filter(execution=execution_id).values_list("row_position", flat=True)
            mine.update(selection=sorted(set(positions)))


def _uncount(executions: Mapping[uuid.UUID, Execution], jobs: Collection[Mapping[str, Any]]) -> None:
    """Take the jobs out of the counters of their executions and columns."""
    counters: dict[uuid.UUID, Counter[str]] = defaultdict(Counter)
    errors: dict[uuid.UUID, Counter[str]] = defaultdict(Counter)
    columns: dict[tuple[uuid.UUID, str], Counter[str]] = defaultdict(Counter)
    for job in jobs:
        execution_id = job["execution_id"]
        counters[execution_id].subtract({f"{job['status']}_jobs": 1, "total_jobs": 1, "prepared_jobs": 1})
        if job["status"] == JobStatus.ERROR:
            errors[execution_id][job["error_code"]] += 1
        if job["evaluation_result"]:
            counters[execution_id].subtract(_score_of(job))
            for name, outcome in job["outcomes"].items():
                columns[execution_id, name][outcome] -= 1
    now = timezone.now()
    for execution_id, counts in counters.items():
        codes, gone = executions[execution_id].error_counts, errors[execution_id]
        left = {code: count - gone[code] for code, count in codes.items() if count > gone[code]}
        lowered = {name: F(name) + count for name, count in counts.items()}
        Execution.objects.filter(pk=execution_id).update(error_counts=left, updated_at=now, **lowered)
    statistics = [
        {"execution_id": execution_id, "column": name, **{outcome: counts[outcome] for outcome in OUTCOMES}}
        for (execution_id, name), counts in columns.items()
    ]
    update_many(ColumnStatistic, statistics, match=("execution_id", "column"), add=OUTCOMES)


def _score_of(job: Mapping[str, Any]) -> Counter[str]:
    is_first = job["retry_count"] == 0 and job["requeue_count"] == 0
    result = EvaluationResult(job["evaluation_result"])
    return score_counts(result, job["good_fields"], job["gradable_fields"], is_first=is_first)
