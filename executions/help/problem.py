"""All that the page of a failed or waiting job says about what went wrong."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from accounts.http import WorkspaceRequest
from executions.help.buttons import buttons_for
from executions.help.elsewhere import same_error
from executions.help.situation import Situation, answered_by
from executions.models import Job, JobStatus, Screenshot, Session
from executions.views.error_words import meaning_of

LONGEST_TRACE = 20_000


def problem_of(request: WorkspaceRequest, job: Job, *, same_row: Iterable[Job]) -> dict[str, Any]:
    """The context of the problem card; empty for a job that has none.

    `same_row` are the jobs of the same row, the latest first.
    """
    if job.status not in (JobStatus.ERROR, JobStatus.RETRYING):
        return {}
    may_run = request.user.has_perm("projects.run_execution", job.project)
    context: dict[str, Any] = {"trace": _trace(job) if may_run else ""}
    if job.status == JobStatus.RETRYING:
        return {**context, "is_due": job.next_retry_at is not None and job.next_retry_at <= timezone.now()}
    situation = Situation(
        job,
        request.organization.slug,
        timezone.now(),
        may_run=may_run,
        may_change=request.user.has_perm("projects.change", job.project),
        may_set_keys=request.user.has_perm("accounts.manage_credentials", request.organization),
        picture=Screenshot.objects.filter(session__job=job).order_by("-taken_at", "-id").first(),
        answered=answered_by(same_row, job),
    )
    return {
        **context,
        "buttons": buttons_for(meaning_of(job.error_code), situation),
        "can_go_on": situation.can_go_on,
        "elsewhere": same_error(job, situation.now),
    }


def _trace(job: Job) -> str:
    """Where the last attempt failed in the code; it may name inner things, so only those who may run see it."""
    traces = Session.objects.filter(job=job).exclude(stack_trace="").order_by("-number")
    return (traces.values_list("stack_trace", flat=True).first() or "")[:LONGEST_TRACE]
