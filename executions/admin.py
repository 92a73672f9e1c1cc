"""Executions and what belongs to them, for platform staff.

The engine owns their state, so that they can only be looked at; how many runs of an agent an organization may have at
once can be changed.
"""

from __future__ import annotations

from django.contrib import admin

from executions.models import AgentCredential, Execution, FieldResult, Job, Retry, Session
from mino.common.admin import ModelAdmin, ReadOnlyAdmin


@admin.register(Execution)
class ExecutionAdmin(ReadOnlyAdmin):
    """Executions with their counters."""

    list_display = ["number", "organization", "project", "status", "type", "agent", "total_jobs", "created_at"]
    list_select_related = ["organization", "project"]
    list_filter = ["status", "type", "agent"]
    search_fields = ["=id", "=number", "=organization__slug"]
    raw_id_fields = ["organization", "project", "batch", "instruction_version", "created_by"]


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Jobs. A search by the id of an execution, a row or a job finds them at once."""

    list_display = ["id", "execution", "row_position", "status", "evaluation_result", "error_code", "attempts"]
    list_select_related = ["execution"]
    search_fields = ["=id", "=execution__id", "=row__id"]
    raw_id_fields = ["organization", "project", "batch", "execution", "row", "current_session"]


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    """Attempts, also with what the pages do not show: worker, lease and stack trace."""

    list_display = ["id", "job", "number", "status", "worker", "error_code", "started_at"]
    list_select_related = ["job"]
    search_fields = ["=id", "=job__id", "=agent_run_id"]
    raw_id_fields = ["organization", "job"]


@admin.register(Retry)
class RetryAdmin(ReadOnlyAdmin):
    """The retry queue."""

    list_display = ["id", "job", "attempt_number", "status", "scheduled_for"]
    list_select_related = ["job"]
    list_filter = ["status"]
    search_fields = ["=id", "=job__id"]
    raw_id_fields = ["job", "execution"]


@admin.register(FieldResult)
class FieldResultAdmin(ReadOnlyAdmin):
    """Cells with their verdicts."""

    list_display = ["id", "column", "outcome", "score", "reason"]
    search_fields = ["=id", "=job__id"]
    raw_id_fields = ["execution", "job"]


@admin.register(AgentCredential)
class AgentCredentialAdmin(ModelAdmin):
    """How many runs of an agent an organization may have at once."""

    list_display = ["organization", "agent", "concurrency", "running_jobs"]
    list_select_related = ["organization"]
    search_fields = ["=organization__slug", "agent"]
    raw_id_fields = ["organization"]
    readonly_fields = ["running_jobs"]
    show_full_result_count = False
