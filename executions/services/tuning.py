"""Changes the limits of an execution while it runs."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.audit import record
from accounts.permissions import Principal
from executions.costs.freezing import check_budget
from executions.engine.waking import wake_slots
from executions.models import Execution, Job, JobStatus, Retry, RetryStatus
from executions.models.execution import MAX_CONCURRENCY, MAX_RETRIES
from executions.services.completion import complete_if_done
from executions.services.ending import JOBS_AT_ONCE, cancel_retries
from executions.services.locking import Controlled, lock_execution
from executions.telling import given_up_tell
from executions.transitions import move
from mino.common.errors import Detail, InvalidInput, InvalidState


def execution_set_concurrency(execution_id: uuid.UUID, concurrency: int, *, user: Principal | None) -> Controlled:
    """Let so many jobs (1-50) run at once from now on; what runs beyond a lower number ends by itself.

    While the agent throttles, a higher number is reached step by step. `affected_jobs` counts the slots more or less.
    Raises InvalidInput, InvalidState when the execution has ended, PermissionDenied.
    """
    _check("concurrency", concurrency, 1, MAX_CONCURRENCY)
    with transaction.atomic():
        execution, _ = lock_execution(execution_id, user)
        _refuse_ended(execution)
        before, is_throttled = execution.concurrency, execution.effective_concurrency < execution.concurrency
        execution.concurrency = concurrency
        if not is_throttled or concurrency < execution.effective_concurrency:
            execution.effective_concurrency = concurrency
        execution.save(update_fields=["concurrency", "effective_concurrency", "updated_at"])
        _record("concurrency", execution, before, concurrency, user)
        wake_slots(min(concurrency - before, execution.queued_jobs + execution.retrying_jobs))
        return Controlled(execution, abs(concurrency - before))


def execution_set_max_retries(execution_id: uuid.UUID, max_retries: int, *, user: Principal | None) -> Controlled:
    """Allow so many retries (0-10) a job from now on; waiting ones beyond a lower number become dead letters.

    Jobs that have a number of their own keep it. `affected_jobs` counts the jobs that will not be retried after all.
    Raises InvalidInput, InvalidState when the execution has ended, PermissionDenied.
    """
    _check("max_retries", max_retries, 0, MAX_RETRIES)
    with transaction.atomic():
        execution, _ = lock_execution(execution_id, user)
        _refuse_ended(execution)
        before, execution.max_retries = execution.max_retries, max_retries
        execution.save(update_fields=["max_retries", "updated_at"])
        _record("max_retries", execution, before, max_retries, user)
    given_up = 0
    while some := _give_up_retries(execution_id):
        given_up += some
    execution.refresh_from_db()
    return Controlled(execution, given_up)


def execution_set_budget(execution_id: uuid.UUID, budget: Decimal | None, *, user: Principal | None) -> Controlled:
    """Spend at most so much on the agent, or without a limit (None).

    Raises InvalidInput, InvalidState when the execution has ended, PermissionDenied.
    """
    with transaction.atomic():
        execution, _ = lock_execution(execution_id, user)
        _refuse_ended(execution)
        check_budget(budget, execution.agent, timezone.now())
        before, execution.budget = execution.budget, budget
        execution.save(update_fields=["budget", "updated_at"])
        _record("budget", execution, before, budget, user)
        wake_slots(min(execution.effective_concurrency - execution.running_jobs, execution.queued_jobs))
        return Controlled(execution)


@transaction.atomic
def _give_up_retries(execution_id: uuid.UUID) -> int:
    """Turn some of the jobs whose waiting retry is one too many into errors. Answers how many."""
    execution = Execution.objects.select_for_update().get(pk=execution_id)
    if execution.is_finished:
        return 0
    too_many = Retry.objects.filter(
        execution=execution,
        status=RetryStatus.PENDING,
        attempt_number__gt=execution.max_retries,
        job__max_retries__isnull=True,
    )
    job_ids = list(too_many.values_list("job_id", flat=True)[:JOBS_AT_ONCE])
    jobs = Job.objects.filter(pk__in=job_ids, status=JobStatus.RETRYING).order_by("pk")
    codes = list(jobs.select_for_update().values_list("error_code", flat=True))
    now = timezone.now()
    # Their last attempt has ended already: only the hope for another is given up.
    move(jobs, JobStatus.ERROR, source=JobStatus.RETRYING, next_retry_at=None, finished_at=now, processed_at=now)
    cancel_retries(Retry.objects.filter(job__in=job_ids, execution=execution), now)
    given_up_tell(execution, job_ids)
    counts = execution.error_counts
    for code in codes:
        counts[code] = counts.get(code, 0) + 1
    Execution.objects.filter(pk=execution.pk).update(
        retrying_jobs=F("retrying_jobs") - len(codes), error_jobs=F("error_jobs") + len(codes), error_counts=counts
    )
    complete_if_done(execution_id, now)
    return len(codes)


def _record(name: str, execution: Execution, before: object, after: object, user: Principal | None) -> None:
    record(
        f"execution.{name}_changed",
        execution,
        organization=execution.organization_id,
        before={name: before},
        after={name: after},
        by=user,
    )


def _check(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        message = f"Choose a number from {low} to {high}."
        raise InvalidInput(message, details=[Detail(name, message)])


def _refuse_ended(execution: Execution) -> None:
    if execution.is_finished:
        raise InvalidState(f"Execution {execution.number} is {execution.status}. Its limits can't be changed any more.")
