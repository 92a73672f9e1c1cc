"""What executions leave behind and what they need, for platform staff.

All of it can only be looked at, but for how many runs of an agent an organization may have at once.
"""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from executions.models import (
    AgentCredential,
    ColumnStatistic,
    ExecutionDefaults,
    ExecutionEvent,
    FieldResult,
    Heartbeat,
    JobScore,
    PairedRun,
    Rescoring,
    RescoringPart,
    Screenshot,
    ScreenshotUsage,
)
from mino.common.admin import ModelAdmin, ReadOnlyAdmin, ReadOnlyInline
from mino.common.admin_search import IndexedAdmin

HEAVY_OF_EXECUTION = ["execution__instructions", "execution__columns", "execution__selection"]


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

    fields = ["organization", "agent", "concurrency", "running_jobs", "ending", "set_at", "set_by", "tested_at"]
    list_display = ["organization", "agent", "concurrency", "running_jobs", "set_at"]
    list_select_related = ["organization"]
    search_fields = ["=organization__slug", "agent"]
    readonly_fields = ["organization", "agent", "running_jobs", "ending", "set_at", "set_by", "tested_at"]
    list_filter = ["agent"]
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never: the organization's page makes them, and counts what runs already."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never: what runs is counted there. The organization's page removes the key."""
        return False


@admin.register(ExecutionDefaults)
class ExecutionDefaultsAdmin(ReadOnlyAdmin):
    """What the runs of organizations begin with."""

    list_display = ["organization", "agent", "concurrency", "max_retries", "timeout", "budget"]
    list_select_related = ["organization"]
    search_fields = ["=organization__slug"]


@admin.register(PairedRun)
class PairedRunAdmin(IndexedAdmin):
    """Pairs of executions that are run in turn."""

    list_display = ["id", "project", "organization", "seed", "idle_slots", "created_at"]
    list_select_related = ["project", "organization"]
    search_help_text = "The id of a pair."


class RescoringPartInline(ReadOnlyInline):
    """The changes that one scoring anew takes in."""

    model = RescoringPart
    fields = ["number", "cursor", "is_done"]


@admin.register(Rescoring)
class RescoringAdmin(IndexedAdmin):
    """Scoring anew of stored results, and how far it is."""

    list_display = ["id", "execution", "status", "generation", "jobs_done", "jobs_total", "claims", "created_at"]
    list_filter = ["status"]
    list_select_related = ["execution"]
    heavy_fields = HEAVY_OF_EXECUTION
    id_fields = ["pk", "execution", "batch"]
    search_help_text = "The id of a scoring, an execution or a batch."
    raw_id_fields = ["organization", "batch", "execution"]
    inlines = [RescoringPartInline]


@admin.register(RescoringPart)
class RescoringPartAdmin(IndexedAdmin):
    """The changes that are scored anew."""

    list_display = ["id", "rescoring_id", "number", "cursor", "is_done"]
    heavy_fields = ["columns", "rows"]
    id_fields = ["pk", "rescoring"]
    search_help_text = "The id of a part or of its scoring."
    raw_id_fields = ["rescoring"]


@admin.register(JobScore)
class JobScoreAdmin(IndexedAdmin):
    """Verdicts that wait to be shown."""

    list_display = ["id", "execution_id", "job_id", "generation", "evaluation_result", "accuracy"]
    heavy_fields = ["outcomes"]
    id_fields = ["execution", "job"]
    search_help_text = "The id of an execution or a job."
    raw_id_fields = ["execution", "job"]


@admin.register(ExecutionEvent)
class ExecutionEventAdmin(IndexedAdmin):
    """What happened in executions lately, as programs are told it."""

    list_display = ["id", "execution_id", "sequence", "type", "created_at"]
    heavy_fields = ["data"]
    id_fields = ["pk", "execution"]
    search_help_text = "The id of an event or an execution."
    raw_id_fields = ["execution"]
