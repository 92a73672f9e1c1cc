"""What executions leave behind and what they need, for platform staff.

All of it can only be looked at, but for how many runs of an agent an organization may have at once.
"""

from __future__ import annotations

from django.contrib import admin

from executions.models import AgentCredential, ColumnStatistic, FieldResult, Heartbeat, Screenshot, ScreenshotUsage
from mino.common.admin import ModelAdmin, ReadOnlyAdmin
from mino.common.admin_search import IndexedAdmin


@admin.register(Screenshot)
class ScreenshotAdmin(IndexedAdmin):
    """Pictures, the latest first."""

    list_display = ["id", "organization", "session_id", "caption", "bytes", "taken_at"]
    list_select_related = ["organization"]
    ordering = ["-taken_at"]
    id_fields = ["pk", "session"]
    search_help_text = "The id of a picture or an attempt."
    raw_id_fields = ["organization", "session"]


@admin.register(ScreenshotUsage)
class ScreenshotUsageAdmin(IndexedAdmin):
    """How many bytes of pictures organizations keep."""

    list_display = ["organization", "bytes"]
    list_select_related = ["organization"]
    ordering = ["organization"]
    word_fields = ["organization__slug"]
    search_help_text = "The short name of an organization."


@admin.register(FieldResult)
class FieldResultAdmin(IndexedAdmin):
    """Cells with their verdicts."""

    list_display = ["id", "column", "outcome", "score", "reason"]
    id_fields = ["pk", "job", "execution"]
    search_help_text = "The id of a cell, a job or an execution."
    raw_id_fields = ["execution", "job"]


@admin.register(ColumnStatistic)
class ColumnStatisticAdmin(IndexedAdmin):
    """The outcomes of columns, as counts."""

    list_display = [
        *("id", "execution_id", "column", "correct", "correctly_empty"),
        *("wrong", "missed", "invented", "not_gradable"),
    ]
    id_fields = ["pk", "execution"]
    search_help_text = "The id of an execution."
    raw_id_fields = ["execution"]


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    """When workers and beat were last seen."""

    list_display = ["name", "kind", "started_at", "seen_at", "details"]
    list_filter = ["kind"]
    ordering = ["kind", "name"]


@admin.register(AgentCredential)
class AgentCredentialAdmin(ModelAdmin):
    """How many runs of an agent an organization may have at once. Of its own key only the ending is shown."""

    fields = ["organization", "agent", "concurrency", "running_jobs", "ending", "set_at", "set_by"]
    list_display = ["organization", "agent", "concurrency", "running_jobs", "set_at"]
    list_select_related = ["organization"]
    search_fields = ["=organization__slug", "agent"]
    raw_id_fields = ["organization"]
    readonly_fields = ["running_jobs", "ending", "set_at", "set_by"]
    show_full_result_count = False
