"""The acts of Django admin on executions and jobs: each calls the service that the pages call, object by object."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse

from executions.models import Execution, Job
from executions.services.control import execution_pause, execution_resume, execution_stop
from executions.services.locking import Controlled
from executions.services.requeueing import job_cancel, job_skip, jobs_requeue
from mino.common.errors import InvalidState, ServiceError

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Any]
else:
    Base = object

MOST = 100
"""So many objects are acted on at once: each is a transaction of its own, and somebody waits for the page."""


class Operated(Base):
    """Lets superusers act on what they may not edit."""

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Whether the acts are offered."""
        return bool(request.user.is_active and getattr(request.user, "is_superuser", False))

    def carry_out(
        self, request: HttpRequest, chosen: QuerySet[Any], act: Callable[[Any], Controlled], done: str
    ) -> None:
        """Act on each of the first `MOST`; say how many were, and for each other why not."""
        objects = list(chosen[: MOST + 1])
        count = 0
        for one in objects[:MOST]:
            try:
                act(one)
                count += 1
            except ServiceError as error:
                self.message_user(request, f"{_name(one)}: {error.message}", messages.ERROR)
        if count:
            self.message_user(request, f"{count} {done}.", messages.SUCCESS)
        if len(objects) > MOST:
            self.message_user(request, f"Only the first {MOST} were touched. Choose fewer.", messages.WARNING)

    def ask_first(
        self, request: HttpRequest, chosen: QuerySet[Any], question: str, verb: str
    ) -> TemplateResponse | None:
        """The page that asks, None once it was answered."""
        if request.POST.get("sure"):
            return None
        objects = list(chosen[: MOST + 1])
        context = {
            **self.admin_site.each_context(request),
            "title": question,
            "objects": objects[:MOST],
            "names": [_name(one) for one in objects[:MOST]],
            "verb": verb,
            "action": request.POST.get("action", ""),
            "opts": self.opts,
        }
        return TemplateResponse(request, "executions/admin/ask.html", context)


class ExecutionActs(Operated):
    """What can be done with executions."""

    actions = ("pause", "resume", "stop", "retry_failed")

    @admin.action(description="Pause", permissions=["operate"])
    def pause(self, request: HttpRequest, queryset: QuerySet[Execution]) -> None:
        """Start nothing more; what runs ends."""
        self.carry_out(request, queryset, lambda one: execution_pause(one.pk, user=None), "paused")

    @admin.action(description="Resume", permissions=["operate"])
    def resume(self, request: HttpRequest, queryset: QuerySet[Execution]) -> None:
        """Go on with the rest."""
        self.carry_out(request, queryset, lambda one: execution_resume(one.pk, user=None), "resumed")

    @admin.action(description="Stop for good", permissions=["operate"])
    def stop(self, request: HttpRequest, queryset: QuerySet[Execution]) -> TemplateResponse | None:
        """Call off what runs, and never start the rest; asks first."""
        question = "Stop these executions for good? What waits in them will never run."
        if (asked := self.ask_first(request, queryset, question, "Stop for good")) is not None:
            return asked
        self.carry_out(request, queryset, lambda one: execution_stop(one.pk, user=None), "stopped")
        return None

    @admin.action(description="Retry all failed rows", permissions=["operate"])
    def retry_failed(self, request: HttpRequest, queryset: QuerySet[Execution]) -> None:
        """Queue the failed rows again."""
        self.carry_out(request, queryset, _requeue_failed, "queued again, with all failed rows")


class JobActs(Operated):
    """What can be done with jobs."""

    actions = ("requeue", "skip", "cancel")

    @admin.action(description="Queue again", permissions=["operate"])
    def requeue(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Run failed and skipped jobs again."""
        self.carry_out(request, queryset, _requeue, "queued again")

    @admin.action(description="Skip", permissions=["operate"])
    def skip(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Leave jobs out that wait or have failed."""
        self.carry_out(request, queryset, lambda one: job_skip(one.pk, user=None), "skipped")

    @admin.action(description="Cancel", permissions=["operate"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Job]) -> TemplateResponse | None:
        """Stop jobs that wait or run; asks first."""
        question = "Cancel these rows? They stay without a result in their execution."
        if (asked := self.ask_first(request, queryset, question, "Cancel these rows")) is not None:
            return asked
        self.carry_out(request, queryset, lambda one: job_cancel(one.pk, user=None), "cancelled")
        return None


def _requeue_failed(execution: Execution) -> Controlled:
    result = jobs_requeue(execution.pk, user=None)
    if not result.affected_jobs:
        raise InvalidState("No row has failed.")
    return result


def _requeue(job: Job) -> Controlled:
    result = jobs_requeue(job.execution_id, user=None, jobs=[job.pk])
    if not result.affected_jobs:
        raise InvalidState(f"It is {job.status}: only rows that failed or were skipped are queued again.")
    return result


def _name(one: Execution | Job) -> str:
    return f"Row {one.row_position} of {one.execution}" if isinstance(one, Job) else f"{one} of {one.organization}"
