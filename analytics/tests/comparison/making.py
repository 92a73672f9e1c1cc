"""Executions with results, told in a few letters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from executions.models import ColumnStatistic, Execution, FieldResult, Job
from mino.tests.factories import ExecutionFactory
from projects.models import Batch, Row

COLUMNS = ("title", "price")
OUTCOMES = {"g": "correct", "w": "wrong", "m": "missed", "n": "not_gradable"}


def make_run(batch: Batch, rows: Sequence[str], *, attempts: Sequence[int] = (), **values: Any) -> Execution:
    """An execution over the rows of the batch, one word for each: two letters for title and price (g: good, w: wrong,
    m: missed, n: no truth), or `error`, `queued`, or `-` for a row that is not in it."""
    number = Execution.objects.filter(organization=batch.organization).count() + 1
    execution: Execution = ExecutionFactory(batch=batch, **{"number": number, "status": "completed", **values})
    for row, word in zip(Row.objects.filter(batch=batch).order_by("position"), rows, strict=False):
        if word != "-":
            _make_job(execution, row, word, attempts[row.position - 1] if attempts else 1)
    _count(execution)
    return execution


def _make_job(execution: Execution, row: Row, word: str, attempts: int) -> None:
    same = {"batch": execution.batch, "project": execution.project, "organization": execution.organization}
    place = {"position": row.position, "row_position": row.position, "url": row.url}
    job = Job(execution=execution, row=row, status="completed", attempts=attempts, agent_seconds=2.0, **same, **place)
    if word in ("error", "queued"):
        job.status, job.error_code, job.error_message = word, "TIMEOUT" if word == "error" else "", ""
        job.save()
        return
    job.outcomes = {name: OUTCOMES[letter] for name, letter in zip(COLUMNS, word, strict=True)}
    job.result = {name: _value(row, name, job.outcomes[name]) for name in COLUMNS}
    graded = [one for one in job.outcomes.values() if one != "not_gradable"]
    job.gradable_fields, job.good_fields = len(graded), graded.count("correct")
    passed = "pass" if job.good_fields == len(graded) else "fail"
    job.evaluation_result = passed if graded else "not_gradable"
    job.save()
    FieldResult.objects.bulk_create(
        FieldResult(
            execution=execution,
            job=job,
            column=name,
            expected=row.truth.get(name),
            extracted=job.result[name],
            outcome=job.outcomes[name],
        )
        for name in COLUMNS
    )


def _value(row: Row, name: str, outcome: str) -> str | None:
    values: dict[str, str | None] = {"correct": row.truth.get(name), "wrong": f"not {name}", "missed": None}
    return values.get(outcome, "something")


def _count(execution: Execution) -> None:
    """Set the counters as the engine would have."""
    jobs = list(Job.objects.filter(execution=execution))
    execution.total_jobs = execution.prepared_jobs = len(jobs)
    for status in ("completed", "error", "queued"):
        setattr(execution, f"{status}_jobs", sum(job.status == status for job in jobs))
    execution.passed_jobs = sum(job.evaluation_result == "pass" for job in jobs)
    execution.failed_jobs = sum(job.evaluation_result == "fail" for job in jobs)
    graded = [job for job in jobs if job.gradable_fields]
    execution.graded_rows = len(graded)
    execution.good_fields = execution.first_attempt_good_fields = sum(job.good_fields for job in graded)
    execution.gradable_fields = execution.first_attempt_gradable_fields = sum(job.gradable_fields for job in graded)
    execution.good_fields_squared = sum(job.good_fields**2 for job in graded)
    execution.gradable_fields_squared = sum(job.gradable_fields**2 for job in graded)
    execution.good_times_gradable = sum(job.good_fields * job.gradable_fields for job in graded)
    execution.save()
    for position, name in enumerate(COLUMNS, 2):
        found = [job.outcomes.get(name) for job in jobs]
        counts = {outcome: found.count(outcome) for outcome in OUTCOMES.values()}
        ColumnStatistic.objects.create(execution=execution, column=name, position=position, **counts)
