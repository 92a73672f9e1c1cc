"""Executions and what belongs to them, for platform staff.

The engine owns their state, so that they can only be looked at, and acted on by the services that the pages use.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from executions import admin_records  # noqa: F401 - registers the other models
from executions.admin_acts import ExecutionActs, JobActs
from executions.models import Execution, Job, Retry, Session, SessionStatus
from mino.common.admin_search import IndexedAdmin


@admin.register(Execution)
class ExecutionAdmin(ExecutionActs, IndexedAdmin):
    """Executions with their counters; pause, resume, stop, retry what failed."""

    list_display = [
        *("number", "organization", "project", "status", "status_code", "type", "agent"),
        *("total_jobs", "running_jobs", "error_jobs", "effective_concurrency", "cost", "created_at"),
    ]
    list_select_related = ["organization", "project"]
    list_filter = ["status", "type", "agent"]
    heavy_fields = [
        "instructions",
        "columns",
        "selection",
        "agent_settings",
        "completion_figures",
    ]
    id_fields = ["pk", "project", "batch"]
    number_fields = ["number"]
    word_fields = ["organization__slug"]
    search_help_text = "The id of an execution, a project or a batch, a number, or the short name of an organization."
    raw_id_fields = ["organization", "project", "batch", "instruction_version", "created_by", "api_key"]


@admin.register(Job)
class JobAdmin(JobActs, IndexedAdmin):
    """Jobs; queue again, skip, cancel."""

    list_display = [
        *("id", "execution", "row_position", "status", "evaluation_result", "error_code"),
        *("attempts", "next_retry_at", "finished_at"),
    ]
    list_select_related = ["execution__organization"]
    heavy_fields = [
        "result",
        "sources",
        "outcomes",
        "error_message",
        "execution__instructions",
        "execution__columns",
        "execution__selection",
    ]
    id_fields = ["pk", "execution", "row", "current_session"]
    search_help_text = "The id of a job, an execution, a row or the current attempt."
    raw_id_fields = ["organization", "project", "batch", "execution", "row", "current_session"]


class OpenAttempts(admin.SimpleListFilter):
    """Attempts that the engine still has to do with: each choice has an index of its own."""

    title = "open"
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The choices."""
        return [("running", "Running"), ("to_cancel", "To be called off")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Session]) -> QuerySet[Session]:
        """Those that were chosen."""
        if self.value() == "running":
            return queryset.filter(status=SessionStatus.RUNNING)
        return queryset.filter(needs_cancel=True) if self.value() == "to_cancel" else queryset


@admin.register(Session)
class SessionAdmin(IndexedAdmin):
    """Attempts, also with what the pages do not show: worker, lease and stack trace."""

    list_display = [
        *("id", "job", "number", "status", "worker", "lease_expires_at", "agent_run_id", "error_code"),
        *("is_adopted", "may_be_charged_twice", "cost", "started_at"),
    ]
    list_select_related = ["job"]
    list_filter = [OpenAttempts]
    heavy_fields = [
        "steps",
        "extracted_data",
        "raw_result",
        "stack_trace",
        "error_message",
        "job__result",
        "job__sources",
    ]
    id_fields = ["pk", "job"]
    word_fields = ["agent_run_id"]
    search_help_text = "The id of an attempt or a job, or the agent's id of the run."
    raw_id_fields = ["organization", "job", "retry"]


@admin.register(Retry)
class RetryAdmin(IndexedAdmin):
    """The retry queue, the latest due first."""

    list_display = ["id", "job", "execution", "attempt_number", "status", "error_code", "scheduled_for", "processed_at"]
    list_select_related = ["job", "execution"]
    list_filter = ["status"]
    ordering = ["-scheduled_for"]
    heavy_fields = [
        "stack_trace",
        "error_message",
        "job__result",
        "job__sources",
        "execution__instructions",
        "execution__columns",
        "execution__selection",
    ]
    id_fields = ["pk", "job", "execution"]
    search_help_text = "The id of a retry, a job or an execution."
    raw_id_fields = ["job", "execution"]
