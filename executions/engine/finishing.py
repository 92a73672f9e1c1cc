"""Writes what came of attempts: jobs, sessions, retries, field results and statistics of a locked execution."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import F
from django.db.models.functions import Coalesce

from executions.engine.attempt import Ending, Finished
from executions.engine.breaker import Breaker
from executions.engine.retrying import Further, further_attempt, write_retries
from executions.engine.tally import Tally
from executions.evaluation.verdict import Outcome
from executions.models import ColumnStatistic, Execution, FieldResult, Job, JobScore, JobStatus, Session, SessionStatus
from executions.rescoring.meanwhile import Staged, scored_now
from executions.rescoring.stored import NO_SCORE, cells_of, row_values, scores_of
from executions.transitions import move_each
from mino.common.bulk import insert_many, update_many

SESSION_STATUS = {
    Ending.COMPLETED: SessionStatus.COMPLETED,
    Ending.ERROR: SessionStatus.ERROR,
    Ending.HANDED_BACK: SessionStatus.HANDED_BACK,
    Ending.LOST: SessionStatus.LOST,
}
OUTCOMES = tuple(outcome.value for outcome in Outcome)


@dataclass(frozen=True, slots=True)
class Settled:
    """An attempt that ended, the state that its job goes to, and the further attempt if there is one.

    `staged` is the verdict under the next scoring generation while results are scored anew in the background.
    """

    finished: Finished
    status: JobStatus
    cost: Decimal | None
    job_cost: Decimal | None
    further: Further | None = None
    staged: Staged | None = None


def write_finished(
    execution: Execution, finished: Sequence[Finished], *, breaker: Breaker, now: datetime
) -> tuple[Tally, list[Settled]]:
    """Write the results of attempts of one execution and answer what they add to its counters.

    The caller holds the execution's lock. Attempts that no longer hold their job are left out: a worker that lost its
    lease writes nothing. What an attempt that was stopped has cost is kept all the same.
    """
    tally = Tally()
    held = _held_jobs(finished)
    current = [one for one in finished if one.attempt.session_id in held]
    _release([one for one in current if one.ending is Ending.RELEASED], now)
    settled = [
        _settle(one, held[one.attempt.session_id], execution, breaker, now)
        for one in current
        if one.ending is not Ending.RELEASED
    ]
    for one in settled:
        tally.add(one.finished, one.status, one.cost)
    _write(execution, settled)
    _keep_late_costs([one for one in finished if one.attempt.session_id not in held], tally)
    return tally, settled


class Held(NamedTuple):
    """What is known of a job that an attempt still holds: what it has cost so far, and the truth of its row now."""

    cost: Decimal | None
    truth: Mapping[str, str | None]


def _held_jobs(finished: Sequence[Finished]) -> Mapping[uuid.UUID, Held]:
    """The jobs by the sessions that still hold them; they are locked from here on."""
    jobs = Job.objects.select_for_update(of=("self",)).filter(pk__in=[one.attempt.job_id for one in finished])
    values = jobs.order_by("pk").values_list("current_session_id", "status", "cost", "row__truth")
    return {session_id: Held(cost, truth) for session_id, status, cost, truth in values if status == JobStatus.RUNNING}


def _settle(one: Finished, held: Held, execution: Execution, breaker: Breaker, now: datetime) -> Settled:
    """Decide where the job goes."""
    one, staged = scored_now(one, held.truth, execution)
    cost = one.cost
    total = held.cost if cost is None else (held.cost or Decimal(0)) + cost
    hand_back = breaker.hear(one)
    if one.ending is Ending.COMPLETED:
        return Settled(one, JobStatus.COMPLETED, cost, total, staged=staged)
    if hand_back or one.ending is Ending.HANDED_BACK:
        return Settled(one, JobStatus.QUEUED, cost, total)
    further = further_attempt(one, execution.max_retries, now)
    return Settled(one, JobStatus.RETRYING if further else JobStatus.ERROR, cost, total, further)


def _release(finished: Sequence[Finished], now: datetime) -> None:
    """Let the leases end at once, so that another worker adopts the runs without waiting."""
    update_many(
        Session,
        [
            {"id": one.attempt.session_id, "lease_expires_at": now, "agent_run_id": one.run_id, "worker": ""}
            for one in finished
        ],
        where={"status": SessionStatus.RUNNING},
    )


def _write(execution: Execution, settled: Sequence[Settled]) -> None:
    for status in (JobStatus.COMPLETED, JobStatus.QUEUED, JobStatus.RETRYING, JobStatus.ERROR):
        rows = [_job_values(one) for one in settled if one.status is status]
        move_each(Job, rows, status, source=JobStatus.RUNNING)
    update_many(Session, [_session_values(one) for one in settled])
    write_retries(execution.pk, [(one.finished, one.further) for one in settled])
    generation = execution.scoring_generation
    scored = [(one.finished, one.staged) for one in settled]
    insert_many(FieldResult, [cell for one in scored for cell in cells_of(*one, generation)])
    insert_many(JobScore, [score for one in scored for score in scores_of(*one, generation)])
    _count_outcomes(execution.pk, [one.finished for one in settled])


def _keep_late_costs(late: Sequence[Finished], tally: Tally) -> None:
    """A stopped attempt was paid for until its agent heard of it: its session gets what it took, its job the cost."""
    if not late:
        return
    stopped = Session.objects.filter(
        pk__in=[one.attempt.session_id for one in late], status=SessionStatus.STOPPED, cost=None
    )
    pending = set(stopped.select_for_update().values_list("pk", flat=True))
    for one in late:
        if one.attempt.session_id in pending and one.ending is not Ending.RELEASED:
            tally.add_cost(one.cost, is_first=one.attempt.is_first)
            add_cost_to_job(one.attempt.job_id, one.cost)
            Session.objects.filter(pk=one.attempt.session_id).update(
                needs_cancel=False,
                cost=one.cost,
                agent_run_id=one.run_id,
                agent_seconds=one.agent_seconds,
                step_count=one.step_count,
                steps=list(one.steps),
            )


def add_cost_to_job(job_id: uuid.UUID, cost: Decimal | None) -> None:
    """Add what an attempt cost that was not settled with its job; the caller holds the execution's lock."""
    if cost is not None:
        Job.objects.filter(pk=job_id).update(cost=Coalesce(F("cost"), Decimal(0)) + cost)


def _job_values(settled: Settled) -> dict[str, Any]:
    one = settled.finished
    is_final = settled.status in (JobStatus.COMPLETED, JobStatus.ERROR)
    further = settled.further
    return {
        "id": one.attempt.job_id,
        "result": dict(one.data) if one.ending is Ending.COMPLETED else None,
        "sources": dict(one.sources),
        **(row_values(one.verdict) if one.verdict else NO_SCORE),
        "error_code": one.error_code,
        "error_message": one.error_message,
        "failure_type": one.failure_type,
        "retry_count": further.number if further else one.attempt.retry_count,
        "next_retry_at": further.scheduled_for if further else None,
        "retry_reason": further.reason if further else "",
        "agent_seconds": one.agent_seconds if is_final else None,
        "cost": settled.job_cost,
        "step": "",
        "step_count": one.step_count,
        "progress": 100 if is_final else None,
        "finished_at": one.finished_at if is_final else None,
        "processed_at": one.finished_at if is_final else None,
        "paused_at": one.finished_at if settled.status is JobStatus.QUEUED else None,
    }


def _session_values(settled: Settled) -> dict[str, Any]:
    one = settled.finished
    handed_back = settled.status is JobStatus.QUEUED
    return {
        "id": one.attempt.session_id,
        "status": SessionStatus.HANDED_BACK if handed_back else SESSION_STATUS[one.ending],
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
        "may_be_charged_twice": one.may_be_charged_twice,
        "cost": settled.cost,
        "agent_seconds": one.agent_seconds,
        "finished_at": one.finished_at,
    }


def _count_outcomes(execution_id: uuid.UUID, finished: Iterable[Finished]) -> None:
    """Add the outcomes to the statistics of their columns, in one statement."""
    by_column: dict[str, dict[str, int]] = {}
    for one in finished:
        for name, cell in one.verdict.cells.items() if one.verdict else ():
            by_column.setdefault(name, dict.fromkeys(OUTCOMES, 0))[cell.outcome.value] += 1
    rows = [{"execution_id": execution_id, "column": name, **counts} for name, counts in by_column.items()]
    update_many(ColumnStatistic, rows, match=("execution_id", "column"), add=OUTCOMES)
