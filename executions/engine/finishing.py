"""Writes what came of attempts: jobs, sessions, field results and statistics of a locked execution."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from executions.engine.attempt import Ending, Finished
from executions.evaluation.verdict import EvaluationResult, Outcome
from executions.models import ColumnStatistic, Execution, FieldResult, Job, JobStatus, Session, SessionStatus
from executions.transitions import move_each
from mino.common.bulk import insert_many, update_many

JOB_STATUS = {
    Ending.COMPLETED: JobStatus.COMPLETED,
    Ending.ERROR: JobStatus.ERROR,
    Ending.HANDED_BACK: JobStatus.QUEUED,
}
SESSION_STATUS = {
    Ending.COMPLETED: SessionStatus.COMPLETED,
    Ending.ERROR: SessionStatus.ERROR,
    Ending.HANDED_BACK: SessionStatus.HANDED_BACK,
}
COUNTED = {
    EvaluationResult.PASSED: "passed_jobs",
    EvaluationResult.FAILED: "failed_jobs",
    EvaluationResult.NOT_GRADABLE: "not_gradable_jobs",
}
OUTCOMES = tuple(outcome.value for outcome in Outcome)


@dataclass(slots=True)
class Tally:
    """What a group of finished attempts adds to the counters of its execution."""

    ended: int = 0
    handed_back: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    agent_seconds: float = 0.0
    cost: Decimal = Decimal(0)

    def add(self, finished: Finished) -> None:
        """Count one attempt."""
        self.ended += 1
        self.agent_seconds += finished.agent_seconds
        self.cost += finished.cost or 0
        if finished.ending is Ending.HANDED_BACK:
            self.handed_back += 1
        elif finished.ending is Ending.ERROR:
            self.counts["error_jobs"] += 1
        else:
            self.counts["completed_jobs"] += 1
        if finished.verdict:
            self.counts[COUNTED[finished.verdict.result]] += 1
            self._add_fields(finished.verdict.good, finished.verdict.gradable)

    def _add_fields(self, good: int, gradable: int) -> None:
        if gradable:
            self.counts["graded_rows"] += 1
            self.counts["good_fields"] += good
            self.counts["gradable_fields"] += gradable
            self.counts["good_fields_squared"] += good * good
            self.counts["gradable_fields_squared"] += gradable * gradable
            self.counts["good_times_gradable"] += good * gradable

    def changes(self) -> dict[str, Any]:
        """The counters of the execution that change, and by how much."""
        return {**self.counts, "agent_seconds": self.agent_seconds, "cost": self.cost}


def write_finished(execution: Execution, finished: Sequence[Finished]) -> Tally:
    """Write the results of attempts of one execution and answer what they add to its counters.

    The caller holds the execution's lock. Attempts that no longer hold their job are left out: a worker that lost its
    lease writes nothing.
    """
    current = _holding(finished)
    tally = Tally()
    for one in current:
        tally.add(one)
    for ending, status in JOB_STATUS.items():
        rows = [_job_values(one) for one in current if one.ending is ending]
        move_each(Job, rows, status, source=JobStatus.RUNNING)
    update_many(Session, [_session_values(one) for one in current])
    insert_many(FieldResult, list(_field_results(current)))
    _count_outcomes(execution.pk, current)
    return tally


def _holding(finished: Sequence[Finished]) -> list[Finished]:
    """Those whose session is still the running job's current one; their jobs are locked from here on."""
    jobs = Job.objects.select_for_update().filter(pk__in=[one.attempt.job_id for one in finished]).order_by("pk")
    held = {
        (job_id, session_id)
        for job_id, session_id, status in jobs.values_list("pk", "current_session_id", "status")
        if status == JobStatus.RUNNING
    }
    return [one for one in finished if (one.attempt.job_id, one.attempt.session_id) in held]


def _job_values(one: Finished) -> dict[str, Any]:
    verdict = one.verdict
    is_final = one.ending is not Ending.HANDED_BACK
    return {
        "id": one.attempt.job_id,
        "result": dict(one.data) if one.ending is Ending.COMPLETED else None,
        "sources": dict(one.sources),
        "evaluation_result": verdict.result.value if verdict else None,
        "outcomes": {name: cell.outcome.value for name, cell in verdict.cells.items()} if verdict else {},
        "good_fields": verdict.good if verdict else 0,
        "gradable_fields": verdict.gradable if verdict else 0,
        "accuracy": verdict.good / verdict.gradable if verdict and verdict.gradable else None,
        "error_code": one.error_code,
        "error_message": one.error_message,
        "failure_type": one.failure_type,
        "agent_seconds": one.agent_seconds if is_final else None,
        "cost": one.cost,
        "step": "",
        "step_count": one.step_count,
        "progress": 100 if is_final else None,
        "finished_at": one.finished_at if is_final else None,
        "processed_at": one.finished_at if is_final else None,
    }


def _session_values(one: Finished) -> dict[str, Any]:
    return {
        "id": one.attempt.session_id,
        "status": SESSION_STATUS[one.ending],
        "lease_expires_at": None,
        "agent_run_id": one.run_id,
        "steps": list(one.steps),
        "step_count": one.step_count,
        "extracted_data": dict(one.data) if one.ending is Ending.COMPLETED else None,
        "raw_result": one.raw,
        "error_code": one.error_code,
        "error_message": one.error_message,
        "failure_type": one.failure_type,
        "stack_trace": one.stack_trace,
        "cost": one.cost,
        "agent_seconds": one.agent_seconds,
        "finished_at": one.finished_at,
    }


def _field_results(finished: Iterable[Finished]) -> Iterable[dict[str, Any]]:
    for one in finished:
        if one.verdict is None:
            continue
        for name, cell in one.verdict.cells.items():
            yield {
                "execution_id": one.attempt.plan.execution_id,
                "job_id": one.attempt.job_id,
                "column": name,
                "expected": one.attempt.truth.get(name),
                "extracted": one.data.get(name),
                "outcome": cell.outcome.value,
                "score": cell.score,
                "reason": cell.reason.value if cell.reason else "",
                "explanation": cell.explanation,
            }


def _count_outcomes(execution_id: uuid.UUID, finished: Iterable[Finished]) -> None:
    """Add the outcomes to the statistics of their columns, in one statement."""
    by_column: dict[str, dict[str, int]] = {}
    for one in finished:
        for name, cell in one.verdict.cells.items() if one.verdict else ():
            by_column.setdefault(name, dict.fromkeys(OUTCOMES, 0))[cell.outcome.value] += 1
    rows = [{"execution_id": execution_id, "column": name, **counts} for name, counts in by_column.items()]
    update_many(ColumnStatistic, rows, match=("execution_id", "column"), add=OUTCOMES)
