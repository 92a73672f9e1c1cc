"""What must hold when all executions of a trial have ended."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Mapping, Sequence

from django.db.models import Model

from executions.models import (
    AgentCredential,
    Execution,
    ExecutionStatus,
    FieldResult,
    Job,
    JobStatus,
    Retry,
    RetryStatus,
    Session,
    SessionStatus,
)
from executions.tests.engine.counting import assert_counters_equal_jobs

OPEN_RETRIES = (RetryStatus.PENDING, RetryStatus.PROCESSING)


def violations_of(executions: Sequence[Execution], jobs: Sequence[Job]) -> list[str]:
    """What is wrong, in sentences. `jobs` are those of the executions, with their sessions fetched."""
    return [
        *_of_executions(executions),
        *(f"{job.url}: {what}" for job in jobs for what in _of_job(job)),
        *_of_field_results(jobs, Counter(FieldResult.objects.values_list("job_id", flat=True))),
        *_left_over(),
        *_of_counters(),
    ]


def _of_executions(executions: Sequence[Execution]) -> list[str]:
    found = []
    for execution in executions:
        if execution.status != ExecutionStatus.COMPLETED:
            found.append(f"Execution {execution.number} is {execution.status}.")
        if execution.completed_jobs + execution.error_jobs != execution.total_jobs:
            found.append(f"Execution {execution.number} has {execution.total_jobs} jobs, but not as many results.")
    return found


def _of_job(job: Job) -> list[str]:
    sessions = list(job.sessions.all())
    statuses = Counter(session.status for session in sessions)
    current = job.current_session
    found = []
    if job.status not in (JobStatus.COMPLETED, JobStatus.ERROR):
        found.append(f"it is {job.status}.")
    if [session.number for session in sessions] != list(range(1, job.attempts + 1)):
        found.append(f"it counts {job.attempts} attempts, but has {len(sessions)}.")
    if statuses[SessionStatus.COMPLETED] != (job.status == JobStatus.COMPLETED):
        found.append(f"it is {job.status}, but {statuses[SessionStatus.COMPLETED]} of its attempts are completed.")
    if current is None or not sessions or current.pk != sessions[-1].pk:
        found.append("its last attempt is not its current one.")
    elif job.status == JobStatus.ERROR and current.error_code != job.error_code:
        found.append(f"it failed by {job.error_code}, its last attempt by {current.error_code or 'nothing'}.")
    if job.status == JobStatus.COMPLETED and job.result is None:
        found.append("it is completed without a result.")
    return found


def _of_field_results(jobs: Sequence[Job], counts: Counter[object]) -> list[str]:
    found = []
    for job in jobs:
        wanted = len(job.outcomes) if job.status == JobStatus.COMPLETED else 0
        if counts[job.pk] != wanted or (job.status == JobStatus.COMPLETED and not wanted):
            found.append(f"{job.url}: it has {counts[job.pk]} cells instead of {wanted}.")
    return found


def _left_over() -> list[str]:
    """What is still open though everything has ended."""
    counts = {
        "attempts still run": Session.objects.filter(status=SessionStatus.RUNNING).count(),
        "attempts still hold a lease": Session.objects.filter(lease_expires_at__isnull=False).count(),
        "runs are still to be called off": Session.objects.filter(needs_cancel=True).count(),
        "retries are still open": Retry.objects.filter(status__in=OPEN_RETRIES).count(),
        "accounts still count running jobs": AgentCredential.objects.exclude(running_jobs=0).count(),
    }
    return [f"{count} {what}." for what, count in counts.items() if count]


def _of_counters() -> list[str]:
    try:
        assert_counters_equal_jobs()
    except AssertionError:
        return [f"The counters are not those of the rows: {_what_failed()}"]
    return []


def _what_failed() -> str:
    """The claim that does not hold, with the values of the function that makes it."""
    made = inspect.trace()[-1]
    values = {name: value for name, value in made.frame.f_locals.items() if isinstance(value, (Mapping, Model))}
    return f"{(made.code_context or ['?'])[0].strip()} with {values}"
