"""What those who follow an execution and other systems are told: noted in the transactions in which it happens.

Live events (`executions.events`) are always kept; nothing is gathered for webhooks that nobody has subscribed to.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse

from executions.costs.figures import as_number
from executions.engine.attempt import Ending
from executions.engine.finishing import Settled
from executions.events.recording import given_up_note, state_note
from executions.models import Execution, Job, JobStatus
from executions.services.ending import ENDED_EARLY
from mino.common.values.share import Share
from webhooks.events import MOST_JOBS
from webhooks.services.publishing import Happening, event_publish, events_note, events_wanted

LARGEST_RESULT = 16_384
"""Characters of a job's result as JSON; a larger one is left out, and said to be."""
JOB_EVENTS: Mapping[JobStatus, Sequence[str]] = {
    JobStatus.COMPLETED: ("job.completed",),
    JobStatus.RETRYING: ("job.failed",),
    JobStatus.ERROR: ("job.failed", "job.dead_lettered"),
}
"""What an attempt that ended tells, by the state that its job goes to."""


def execution_tell(execution_id: uuid.UUID, *names: str) -> None:
    """Have these events of an execution told, which are one change of its state. The caller holds its lock."""
    state_note(execution_id)
    organization_id = Execution.objects.values_list("organization_id", flat=True).get(pk=execution_id)
    for name in names:
        event_publish(
            name,
            organization_id=organization_id,
            subject_id=execution_id,
            data=lambda: execution_data(Execution.objects.select_related("organization").get(pk=execution_id)),
        )


def execution_data(execution: Execution) -> Mapping[str, Any]:
    """What is told of an execution."""
    page = reverse("execution", args=[execution.organization.slug, execution.pk])
    return {
        **_of_execution(execution),
        "type": execution.type,
        "agent": execution.agent,
        "instruction_version": execution.instruction_version.number,
        "status": execution.status,
        "status_code": execution.status_code,
        "status_reason": execution.status_reason,
        "accuracy": _share(execution.accuracy),
        "pass_rate": _share(execution.pass_rate),
        "jobs": {"total": execution.total_jobs, **_counts(execution)},
        "cost": as_number(execution.cost),
        "budget": as_number(execution.budget),
        "currency": execution.currency,
        "started_at": execution.started_at,
        "finished_at": execution.finished_at,
        "page": settings.PUBLIC_URL + page,
    }


def _counts(execution: Execution) -> Mapping[str, int]:
    """How many jobs are in each state. What still waits when an execution ends early is stopped for good."""
    counts = {status.value: getattr(execution, f"{status.value}_jobs") for status in JobStatus}
    if execution.status in ENDED_EARLY:
        for waiting in (JobStatus.QUEUED.value, JobStatus.RETRYING.value):
            counts[JobStatus.STOPPED.value] += counts[waiting]
            counts[waiting] = 0
    return counts


def jobs_tell(ended: Sequence[tuple[Execution, Sequence[Settled]]]) -> None:
    """Have the attempts told that end in this transaction. The caller holds the locks of their executions.

    Executions that were read with `has_listeners` (`is_anything_wanted`) cost no question when nobody listens.
    """
    heard = [(execution, settled) for execution, settled in ended if settled and _is_heard(execution)]
    wanted = events_wanted({execution.organization_id for execution, _ in heard})
    if not wanted:
        return
    happenings: list[Happening] = []
    for execution, settled in heard:
        by_name: dict[str, list[Mapping[str, Any]]] = {}
        names = wanted.get(execution.organization_id, frozenset())
        for one in settled:
            for name in JOB_EVENTS.get(one.status, ()):
                if name in names:
                    by_name.setdefault(name, []).append(_settled_job(one))
        happenings += _happenings(execution, by_name)
    events_note(happenings)


def _is_heard(execution: Execution) -> bool:
    return bool(getattr(execution, "has_listeners", True))


def given_up_tell(execution: Execution, job_ids: Collection[uuid.UUID]) -> None:
    """Have jobs told that became dead letters without a further attempt. The caller holds the execution's lock."""
    given_up_note(execution, job_ids)
    name = "job.dead_lettered"
    if name in events_wanted([execution.organization_id]).get(execution.organization_id, ()):
        jobs = Job.objects.filter(pk__in=job_ids).select_related("row").defer("result").order_by("position")
        events_note(_happenings(execution, {name: [_given_up_job(job) for job in jobs]}))


def _happenings(execution: Execution, by_name: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Happening]:
    return [
        Happening(
            execution.organization_id,
            name,
            execution.pk,
            {**_of_execution(execution), "jobs": list(jobs[start : start + MOST_JOBS])},
        )
        for name, jobs in by_name.items()
        for start in range(0, len(jobs), MOST_JOBS)
    ]


def _of_execution(execution: Execution) -> dict[str, Any]:
    return {
        "execution_id": execution.pk,
        "number": execution.number,
        "project_id": execution.project_id,
        "batch_id": execution.batch_id,
    }


def _settled_job(settled: Settled) -> Mapping[str, Any]:
    one, further = settled.finished, settled.further
    is_done = one.ending is Ending.COMPLETED
    data, is_omitted = _result(one.data) if is_done else (None, False)
    verdict = one.verdict.result.value if one.verdict and is_done else None
    return {
        "job_id": one.attempt.job_id,
        "url": one.attempt.task.url,
        "key": one.attempt.task.row_key,
        "status": settled.status.value,
        "evaluation_result": verdict,
        "result": data,
        "result_omitted": is_omitted,
        "error": None if is_done else {"code": one.error_code, "message": one.error_message},
        "attempts": one.attempt.number,
        "will_retry": further is not None,
        "retry_at": further.scheduled_for if further else None,
        "cost": as_number(settled.job_cost),
        "finished_at": one.finished_at,
    }


def _given_up_job(job: Job) -> Mapping[str, Any]:
    return {
        "job_id": job.pk,
        "url": job.url,
        "key": job.row.key,
        "status": job.status,
        "evaluation_result": None,
        "result": None,
        "result_omitted": False,
        "error": {"code": job.error_code, "message": job.error_message},
        "attempts": job.attempts,
        "will_retry": False,
        "retry_at": None,
        "cost": as_number(job.cost),
        "finished_at": job.finished_at,
    }


def _result(data: Mapping[str, Any]) -> tuple[Mapping[str, Any] | None, bool]:
    """The result, or None when it is too large; and whether it is."""
    is_large = len(json.dumps(data)) > LARGEST_RESULT
    return (None, True) if is_large else (dict(data), False)


def _share(share: Share) -> Mapping[str, Any]:
    return {"value": share.value, "n": share.n, "low": share.low, "high": share.high}
