"""What is found out about executions, for platform staff: to look at only, since all of it is computed or decided."""

from __future__ import annotations

from django.contrib import admin

from analytics.models import (
    BatchRollUp,
    Comparison,
    ExecutionRollUp,
    Export,
    FailurePattern,
    PatternAnalysis,
    PatternOccurrence,
    ProjectBaseline,
    ReviewDecision,
    ReviewReservation,
    RowHistory,
    SavedFilter,
    SiteGeneration,
    SiteStatistic,
    Suspect,
    SuspectScan,
)
from mino.common.admin import ReadOnlyAdmin
from mino.common.admin_search import IndexedAdmin


@admin.register(Comparison)
class ComparisonAdmin(IndexedAdmin):
    """What is kept of two executions."""

    list_display = [
        "id",
        "organization",
        "baseline_id",
        "candidate_id",
        "status",
        "rows_done",
        "rows_total",
        "computed_at",
    ]
    list_select_related = ["organization"]
    heavy_fields = ["figures", "flips"]
    exclude = ["flips"]  # packed bytes
    id_fields = ["pk", "baseline", "candidate"]
    search_help_text = "The id of a comparison or an execution."
    raw_id_fields = ["organization", "baseline", "candidate"]


@admin.register(Export)
class ExportAdmin(IndexedAdmin):
    """Files that are made in the background."""

    list_display = [
        *("id", "organization", "kind", "format", "status", "rows_done", "rows_total"),
        *("bytes", "created_by", "expires_at"),
    ]
    list_filter = ["status", "format"]
    list_select_related = ["organization", "created_by"]
    heavy_fields = ["parameters"]
    word_fields = ["organization__slug"]
    search_help_text = "The id of an export, or the short name of an organization."


@admin.register(FailurePattern)
class FailurePatternAdmin(IndexedAdmin):
    """What failures have in common."""

    list_display = ["id", "project", "kind", "column", "failing", "key", "state", "frequency", "lift", "trend"]
    list_select_related = ["project"]
    id_fields = ["pk", "project"]
    search_help_text = "The id of a pattern or a project."
    raw_id_fields = ["organization", "project", "cured_by", "last_execution"]


@admin.register(PatternOccurrence)
class PatternOccurrenceAdmin(IndexedAdmin):
    """A pattern in one execution."""

    list_display = ["id", "pattern_id", "execution_id", "is_found", "frequency", "n", "lift", "q", "at"]
    heavy_fields = ["examples", "details", "positions"]
    exclude = ["positions"]  # packed bytes
    id_fields = ["pk", "pattern", "execution"]
    search_help_text = "The id of an occurrence, a pattern or an execution."
    raw_id_fields = ["pattern", "execution"]


@admin.register(PatternAnalysis)
class PatternAnalysisAdmin(IndexedAdmin):
    """Searches for patterns, and how they went."""

    list_display = ["execution_id", "wanted_at", "attempts", "analysed_at", "jobs", "cells", "tests"]
    search_help_text = "The id of an execution."
    raw_id_fields = ["execution"]


@admin.register(ProjectBaseline)
class ProjectBaselineAdmin(IndexedAdmin):
    """What projects compare with."""

    list_display = ["id", "project", "execution_id", "margin", "set_by", "updated_at"]
    list_select_related = ["project", "set_by"]
    id_fields = ["pk", "project", "execution"]
    search_help_text = "The id of a project or an execution."
    raw_id_fields = ["organization", "project", "execution"]


@admin.register(ReviewDecision)
class ReviewDecisionAdmin(IndexedAdmin):
    """What reviewers decided."""

    list_display = ["id", "execution_id", "column", "decision", "user", "created_at", "undone_at"]
    list_select_related = ["user"]
    id_fields = ["pk", "execution", "job"]
    search_help_text = "The id of a decision, an execution or a job."
    raw_id_fields = ["execution", "job", "row", "revision"]


@admin.register(ReviewReservation)
class ReviewReservationAdmin(IndexedAdmin):
    """Cells that somebody reviews just now."""

    list_display = ["id", "execution_id", "row_id", "column", "user", "expires_at"]
    list_select_related = ["user"]
    id_fields = ["pk", "row"]
    search_help_text = "The id of a reservation or a row."
    raw_id_fields = ["execution", "row"]


@admin.register(ExecutionRollUp)
class ExecutionRollUpAdmin(IndexedAdmin):
    """The figures of executions that counters can't tell."""

    list_display = ["execution_id", "generation", "as_of", "seconds_taken", "sites", "wanted_at"]
    heavy_fields = ["latency"]
    search_help_text = "The id of an execution."
    raw_id_fields = ["execution"]


@admin.register(SiteGeneration)
class SiteGenerationAdmin(IndexedAdmin):
    """Versions of the figures by site."""

    list_display = ["id", "execution_id", "batch_id", "created_at"]
    number_fields = ["pk"]
    id_fields = ["execution_id", "batch_id"]
    search_help_text = "The id of an execution or a batch, or a number."


@admin.register(SiteStatistic)
class SiteStatisticAdmin(IndexedAdmin):
    """The figures of sites. A search by the number of a generation finds its sites."""

    list_display = ["id", "generation", "site", "jobs", "passed", "failed", "errors", "good", "gradable", "cost"]
    number_fields = ["generation"]
    id_fields = []
    search_help_text = "The number of a generation."


@admin.register(RowHistory)
class RowHistoryAdmin(IndexedAdmin):
    """What all results of a row tell."""

    list_display = ["row_id", "batch_id", "kind", "graded", "passes", "fails", "errors", "flips"]
    id_fields = ["pk", "batch", "project"]
    search_help_text = "The id of a row, a batch or a project."
    raw_id_fields = ["row", "batch", "project"]


@admin.register(BatchRollUp)
class BatchRollUpAdmin(IndexedAdmin):
    """The rows of batches by what their results tell."""

    list_display = ["batch_id", "as_of", "stable_right", "stable_wrong", "flaky", "few", "pairs", "agreeing"]
    search_help_text = "The id of a batch."
    raw_id_fields = ["batch"]


@admin.register(SavedFilter)
class SavedFilterAdmin(ReadOnlyAdmin):
    """Filters that projects keep."""

    list_display = ["name", "project", "query", "created_by", "created_at"]
    list_select_related = ["project", "created_by"]
    search_fields = ["=id", "name", "=project__id"]


@admin.register(Suspect)
class SuspectAdmin(IndexedAdmin):
    """Cells whose truth several results contradict."""

    list_display = ["id", "project", "column", "truth", "value", "support", "state", "decided_by", "last_seen"]
    list_select_related = ["project", "decided_by"]
    id_fields = ["pk", "project", "batch", "row"]
    search_help_text = "The id of a suspect, a project, a batch or a row."
    raw_id_fields = ["organization", "project", "batch", "row"]


@admin.register(SuspectScan)
class SuspectScanAdmin(IndexedAdmin):
    """Searches for suspects that are wanted or under way."""

    list_display = ["id", "batch_id", "execution_id", "is_wanted", "position", "heartbeat"]
    id_fields = ["batch", "execution"]
    search_help_text = "The id of a batch or an execution."
    raw_id_fields = ["batch", "execution"]
