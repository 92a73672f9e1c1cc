"""Acts on single jobs: queues them again, skips them, cancels them."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.audit import record, summed
from accounts.permissions import Principal
from executions.agents.registry import AGENTS
from executions.credentials.availability import missing_key
from executions.engine.waking import wake_slots
from executions.models import Execution, ExecutionStatus, Job, JobStatus, Retry
from executions.services.completion import complete_if_done
from executions.services.ending import JOBS_AT_ONCE, cancel_retries, end_sessions, end_some
from executions.services.locking import Controlled, give_back, lock_execution
from executions.telling import execution_tell
from executions.transitions import move
from mino.common.errors import InvalidState
from projects.models import BatchStatus

FINAL = (ExecutionStatus.STOPPED, ExecutionStatus.FAILED)
IN_A_NEW_ONE = "Run its failed or stopped rows in a new execution."
MOST_AT_ONCE = 10_000
"""Failed jobs that one request of a program takes on: it ends in time, also where all of it is one transaction."""


def jobs_requeue(
    execution_id: uuid.UUID,
    *,
    user: Principal | None,
    jobs: Collection[uuid.UUID] | None = None,
    error_code: str = "",
    most: int | None = None,
) -> Controlled:
    """Run jobs that failed or were skipped again, within the same execution: all failed ones, or those of `jobs`.

    `error_code` narrows all failed ones to those with that code, `most` to the first so many. Jobs in another state are
    left alone. Each gets its full number of retries anew; a completed execution runs again. `affected_jobs` counts
    them. Many jobs take several transactions, unless the caller has one open. Raises InvalidState when the execution
    was stopped or has failed, is run by a command, or has completed and could not run any more, PermissionDenied.
    """
    if jobs is None:
        return _requeue_all_failed(execution_id, user, error_code, most)
    affected = 0
    with summed():
        for part in _parts(jobs):
            chosen = Q(pk__in=part, status__in=[JobStatus.ERROR, JobStatus.SKIPPED])
            execution, positions = _requeue_some(execution_id, user, chosen, JOBS_AT_ONCE)
            affected += len(positions)
    return Controlled(execution, affected)


def _requeue_all_failed(
    execution_id: uuid.UUID, user: Principal | None, error_code: str, most: int | None
) -> Controlled:
    """Go through them by their position, so that one that fails again meanwhile is not met twice."""
    affected, after = 0, 0
    with summed():
        while True:
            failed = Q(status=JobStatus.ERROR, position__gt=after)
            chosen = failed & Q(error_code=error_code) if error_code else failed
            portion = JOBS_AT_ONCE if most is None else min(JOBS_AT_ONCE, most - affected)
            execution, positions = _requeue_some(execution_id, user, chosen, portion)
            affected += len(positions)
            if len(positions) < portion or affected == most:
                return Controlled(execution, affected)
            after = positions[-1]


def job_skip(job_id: uuid.UUID, *, user: Principal | None) -> Controlled:
    """Leave a job out that waits or has failed. Raises InvalidState when it runs or is done, PermissionDenied."""
    execution_id = Job.objects.values_list("execution_id", flat=True).get(pk=job_id)
    result = jobs_skip(execution_id, user=user, jobs=[job_id])
    status = Job.objects.values_list("status", flat=True).get(pk=job_id)
    if status != JobStatus.SKIPPED:
        raise InvalidState(f"This row is in the state {status}: only rows that wait or have failed can be skipped.")
    return result


def jobs_skip(execution_id: uuid.UUID, *, user: Principal | None, jobs: Collection[uuid.UUID]) -> Controlled:
    """Leave jobs out that wait or have failed; those in another state are left alone. `affected_jobs` counts them."""
    with summed():
        parts = [_skip_some(execution_id, user, part) for part in _parts(jobs)]
    return Controlled(parts[-1].execution, sum(part.affected_jobs for part in parts))


def _skip_some(execution_id: uuid.UUID, user: Principal | None, jobs: Collection[uuid.UUID]) -> Controlled:
    with transaction.atomic():
        execution, _ = lock_execution(execution_id, user)
        now = timezone.now()
        chosen = Job.objects.filter(execution=execution, pk__in=jobs)
        failed = Counter(_lock(chosen.filter(status=JobStatus.ERROR)).values_list("error_code", flat=True))
        retrying = list(_lock(chosen.filter(status=JobStatus.RETRYING)).values_list("pk", flat=True))
        cancel_retries(Retry.objects.filter(job__in=retrying), now)
        skipped = sum(
            end_some(execution, chosen.filter(status=status), JobStatus.SKIPPED, source=status, now=now)
            for status in (JobStatus.QUEUED, JobStatus.RETRYING, JobStatus.ERROR)
        )
        _uncount_errors(execution, failed)
        complete_if_done(execution_id, now)
        execution.refresh_from_db()
        _record("job.skipped", execution, user, skipped, chosen)
        return Controlled(execution, skipped)


def job_cancel(job_id: uuid.UUID, *, user: Principal | None) -> Controlled:
    """Stop one job that waits or runs, also remotely. One that is stopped already stays so.

    Raises InvalidState when it has ended otherwise, PermissionDenied.
    """
    with transaction.atomic():
        execution_id = Job.objects.values_list("execution_id", flat=True).get(pk=job_id)
        execution, credential = lock_execution(execution_id, user)
        mine = Job.objects.filter(pk=job_id)
        status = mine.select_for_update().values_list("status", flat=True).get()
        if status == JobStatus.STOPPED:
            return Controlled(execution)
        if status not in (JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.RETRYING):
            raise InvalidState(f"This row is in the state {status}: only rows that wait or run can be cancelled.")
        now = timezone.now()
        if status == JobStatus.RUNNING:
            end_sessions(mine, execution.agent, now)
            give_back(credential, 1)
        end_some(execution, mine, JobStatus.STOPPED, source=status, now=now)
        cancel_retries(Retry.objects.filter(job=job_id), now)
        complete_if_done(execution_id, now)
        execution.refresh_from_db()
        _record("job.cancelled", execution, user, 1, mine)
        wake_slots(min(1, execution.queued_jobs))
        return Controlled(execution, 1)


def _parts(jobs: Collection[uuid.UUID]) -> list[list[uuid.UUID]]:
    """The ids in portions that fit into a statement and a short transaction; one empty portion when there are none."""
    ids = list(jobs)
    return [ids[start : start + JOBS_AT_ONCE] for start in range(0, len(ids), JOBS_AT_ONCE)] or [[]]


def _requeue_some(
    execution_id: uuid.UUID, user: Principal | None, chosen: Q, portion: int
) -> tuple[Execution, list[int]]:
    """Queue the first `portion` of the chosen jobs again, in a transaction of its own. Answers their positions."""
    with transaction.atomic():
        execution, _ = lock_execution(execution_id, user)
        _check_can_go_on(execution)
        jobs = Job.objects.filter(chosen, execution=execution).order_by("position").select_for_update()
        found = list(jobs.values_list("pk", "status", "error_code", "position")[:portion])
        if found:
            _queue_again(execution, [pk for pk, *_ in found], Counter(status for _, status, *_ in found))
            _uncount_errors(execution, Counter(code for _, status, code, _ in found if status == JobStatus.ERROR))
        execution.refresh_from_db()
        _record("job.requeued", execution, user, len(found), Job.objects.filter(pk__in=[pk for pk, *_ in found]))
        return execution, [position for *_, position in found]


def _record(action: str, execution: Execution, user: Principal | None, count: int, jobs: QuerySet[Job]) -> None:
    """An entry of the audit trail; a single row is named."""
    if count:
        row = jobs.values_list("row_position", flat=True).first() if count == 1 else None
        after = {"row": row} if row else None
        record(action, execution, organization=execution.organization_id, after=after, by=user, count=count)


def refuse_own_worker(execution: Execution) -> None:
    """Raise InvalidState when no worker would take rows of the execution: only the command that started it does."""
    if execution.has_own_worker:
        raise InvalidState(f"Only the command that started execution {execution.number} runs its rows. {IN_A_NEW_ONE}")


def _check_can_go_on(execution: Execution) -> None:
    if execution.status in FINAL:
        raise InvalidState(f"Execution {execution.number} is {execution.status}, which is final. {IN_A_NEW_ONE}")
    refuse_own_worker(execution)
    if execution.status != ExecutionStatus.COMPLETED:
        return
    if execution.batch.status != BatchStatus.READY:
        raise InvalidState(f"The batch of execution {execution.number} is being deleted.")
    kind = AGENTS.get(execution.agent)
    gone = f"There is no agent “{execution.agent}” any more."
    missing = missing_key(kind, execution.organization_id) if kind else gone
    if missing:
        raise InvalidState(missing)


def _queue_again(execution: Execution, job_ids: Sequence[uuid.UUID], statuses: Counter[str]) -> None:
    now = timezone.now()
    jobs = Job.objects.filter(pk__in=job_ids)
    for status in statuses:
        move(jobs.filter(status=status), JobStatus.QUEUED, source=status, **_fresh())
    Execution.objects.filter(pk=execution.pk).update(
        queued_jobs=F("queued_jobs") + len(job_ids),
        error_jobs=F("error_jobs") - statuses[JobStatus.ERROR],
        skipped_jobs=F("skipped_jobs") - statuses[JobStatus.SKIPPED],
        updated_at=now,
    )
    _go_on(execution, now)
    wake_slots(min(execution.effective_concurrency - execution.running_jobs, len(job_ids)))


def _fresh() -> dict[str, object]:
    """What a job forgets when a person queues it again; its attempts stay."""
    return {
        "requeue_count": F("requeue_count") + 1,
        "retry_count": 0,
        "next_retry_at": None,
        "retry_reason": "",
        "failure_type": "",
        "error_code": "",
        "error_message": "",
        "finished_at": None,
        "processed_at": None,
        "progress": None,
    }


def _go_on(execution: Execution, now: datetime) -> None:
    """Let a completed execution run again; the time in between is no run time."""
    rested = (now - execution.finished_at).total_seconds() if execution.finished_at else 0.0
    mine = Execution.objects.filter(pk=execution.pk)
    seconds = execution.paused_seconds + max(0.0, rested)
    moved = move(
        mine,
        ExecutionStatus.RUNNING,
        source=ExecutionStatus.COMPLETED,
        finished_at=None,
        paused_seconds=seconds,
        is_metering=True,
    )
    if moved:
        execution_tell(execution.pk, "execution.resumed")


def _uncount_errors(execution: Execution, codes: Counter[str]) -> None:
    if not codes:
        return
    left = {code: count - codes[code] for code, count in execution.error_counts.items() if count > codes[code]}
    Execution.objects.filter(pk=execution.pk).update(error_counts=left)


def _lock(jobs: QuerySet[Job]) -> QuerySet[Job]:
    return jobs.order_by("pk").select_for_update()
