"""Results of rows, told by what they answered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from executions.engine.plan import column_specs
from executions.evaluation.evaluate import evaluate_row
from executions.models import Execution, FieldResult, Job
from mino.tests.factories import ExecutionFactory, JobFactory
from projects.models import Batch, Row

COUNTED = (
    "total_jobs",
    "completed_jobs",
    "passed_jobs",
    "failed_jobs",
    "first_attempt_passed_jobs",
    "first_attempt_failed_jobs",
    "graded_rows",
    "good_fields",
    "gradable_fields",
    "first_attempt_good_fields",
    "first_attempt_gradable_fields",
    "good_fields_squared",
    "gradable_fields_squared",
    "good_times_gradable",
)
"""Enough of everything for results to be scored anew."""
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def make_execution(batch: Batch, **values: Any) -> Execution:
    """A completed execution without results yet."""
    number = Execution.objects.filter(organization=batch.organization).count() + 1
    counts = dict.fromkeys(COUNTED, 100)
    given = {"number": number, "status": "completed", "finished_at": NOON, **counts, **values}
    execution: Execution = ExecutionFactory(batch=batch, **given)
    return execution


def make_answer(execution: Execution, row: Row, hours: float = 0, **answers: Any) -> Job:
    """What the execution answered for a row so many hours after noon, scored as the engine does it; other columns are
    right."""
    result = {**row.truth, **answers}
    specs = column_specs(execution)
    verdict = evaluate_row(specs, row.truth, result)
    job: Job = JobFactory(
        execution=execution,
        row=row,
        status="completed",
        result=result,
        outcomes={name: cell.outcome.value for name, cell in verdict.cells.items()},
        evaluation_result=verdict.result.value,
        good_fields=verdict.good,
        gradable_fields=verdict.gradable,
        finished_at=NOON + timedelta(hours=hours),
    )
    FieldResult.objects.bulk_create(
        FieldResult(
            execution=execution,
            job=job,
            column=name,
            expected=row.truth.get(name),
            extracted=result.get(name),
            outcome=cell.outcome.value,
            score=cell.score,
            reason=cell.reason.value if cell.reason else "",
            explanation=cell.explanation,
        )
        for name, cell in verdict.cells.items()
    )
    return job
