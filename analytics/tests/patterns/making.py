"""Executions with results that are told row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from accounts.models import Organization
from analytics.models import PatternAnalysis
from analytics.patterns.services import patterns_analyse, patterns_want
from executions.evaluation.evaluate import evaluate_row
from executions.models import ColumnStatistic, Execution, FieldResult, Job
from executions.models.session import Session
from mino.tests.factories import ExecutionFactory
from projects.models import Batch, Row

ERROR = "error:"


def play(batch: Batch, answers: Sequence[Mapping[str, Any] | str], **values: Any) -> Execution:
    """A completed execution: for each row of the batch an answer (what it lacks is as the truth says), or
    `error:CODE`; `page` in an answer is what the local agent told of the page."""
    number = Execution.objects.filter(organization=batch.organization).count() + 1
    Organization.objects.filter(pk=batch.organization_id).update(last_execution_number=number)
    now = timezone.now()
    execution: Execution = ExecutionFactory(
        batch=batch, **{"number": number, "status": "completed", "started_at": now, "finished_at": now, **values}
    )
    rows = list(Row.objects.filter(batch=batch).order_by("position"))
    _write(execution, [(row, answer) for row, answer in zip(rows, answers, strict=False)])
    jobs = Job.objects.filter(execution=execution)
    execution.total_jobs = execution.prepared_jobs = jobs.count()
    execution.completed_jobs = jobs.filter(status="completed").count()
    execution.error_jobs = jobs.filter(status="error").count()
    execution.passed_jobs = jobs.filter(evaluation_result="pass").count()
    execution.failed_jobs = jobs.filter(evaluation_result="fail").count()
    execution.save()
    return execution


def analysed(execution: Execution) -> Execution:
    """The same, with its patterns looked for."""
    patterns_want([execution.pk])
    assert patterns_analyse(execution.pk)
    assert PatternAnalysis.objects.get(pk=execution.pk).wanted_at is None
    return execution


def _write(execution: Execution, answers: Sequence[tuple[Row, Any]]) -> None:
    from analytics.patterns.gathering import specs_of

    columns = specs_of(execution)
    jobs, sessions, cells = [], [], []
    for row, answer in answers:
        job = Job(
            execution=execution, row=row, batch=execution.batch, project=execution.project,
            organization=execution.organization, position=row.position, row_position=row.position, url=row.url,
            status="completed", attempts=1, step_count=3,
        )  # fmt: skip
        jobs.append(job)
        if isinstance(answer, str):
            job.status, job.error_code = "error", answer.removeprefix(ERROR)
            continue
        session = Session(
            job=job, organization=execution.organization, number=1, status="completed", started_at=timezone.now(),
            raw_result={"values": {}, "page": answer.get("page", {})},
        )  # fmt: skip
        sessions.append(session)
        job.result = {column.name: answer.get(column.name, row.truth.get(column.name)) for column in columns}
        verdict = evaluate_row(columns, row.truth, job.result)
        job.outcomes = {name: cell.outcome.value for name, cell in verdict.cells.items()}
        job.evaluation_result = verdict.result.value
        job.good_fields, job.gradable_fields = verdict.good, verdict.gradable
        cells += [
            FieldResult(
                execution=execution, job=job, column=name, expected=row.truth.get(name), extracted=job.result[name],
                outcome=cell.outcome, reason=cell.reason or "", explanation=cell.explanation, score=cell.score,
            )
            for name, cell in verdict.cells.items()
        ]  # fmt: skip
    Job.objects.bulk_create(jobs)
    Session.objects.bulk_create(sessions)
    for session in sessions:
        session.job.current_session = session
    Job.objects.bulk_update([session.job for session in sessions], ["current_session"])
    FieldResult.objects.bulk_create(cells)
    _count(execution, cells)


def _count(execution: Execution, cells: Sequence[FieldResult]) -> None:
    names = dict.fromkeys(cell.column for cell in cells)
    for position, name in enumerate(names):
        outcomes = [str(cell.outcome) for cell in cells if cell.column == name]
        counts = {one: outcomes.count(one) for one in ("correct", "wrong", "missed", "invented")}
        ColumnStatistic.objects.create(execution=execution, column=name, position=position, **counts)
