"""Projects, their instructions and batches for platform staff.

Versions are immutable, batches come from imports, and what is deleted goes in the background: most of it can only be
looked at.
"""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from mino.common.admin import CappedPaginator, ModelAdmin, ReadOnlyAdmin, ReadOnlyInline
from projects import admin_records  # noqa: F401 - registers the other models
from projects.models import Batch, Column, InstructionVersion, Project, Row, TruthRevision


@admin.register(Project)
class ProjectAdmin(ModelAdmin):
    """Projects: their name, description and whether they are private can be changed."""

    list_display = ["name", "organization", "is_private", "is_deleted", "last_version_number", "created_at"]
    list_filter = ["is_private", "is_deleted"]
    list_select_related = ["organization"]
    search_fields = ["=id", "name", "=organization__slug"]
    fields = ["organization", "name", "description", "is_private", "production_version", "created_by", "created_at"]
    readonly_fields = ["organization", "production_version", "created_by", "created_at"]
    paginator = CappedPaginator
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never: a project needs instructions, which its own page asks for."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never: its own page deletes all that belongs to it as well."""
        return False


@admin.register(InstructionVersion)
class InstructionVersionAdmin(ReadOnlyAdmin):
    """Versions of instructions."""

    list_display = ["project", "number", "change_description", "created_by", "created_at"]
    list_select_related = ["project", "created_by"]
    search_fields = ["=id", "=project__id", "project__name"]


class ColumnInline(ReadOnlyInline):
    """The columns of a batch."""

    model = Column
    fields = ["position", "name", "header", "type", "role", "options"]


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    """Batches with their columns. The rows are a list of their own: there may be a million."""

    list_display = ["name", "project", "organization", "status", "row_count", "created_at"]
    list_filter = ["status"]
    list_select_related = ["project", "organization"]
    search_fields = ["=id", "name", "=project__id", "=organization__slug"]
    fields = ["organization", "project", "name", "description", "status", "source_name", "row_count", "rows_link"]
    readonly_fields = ["rows_link"]
    inlines = [ColumnInline]

    @admin.display(description="rows")
    def rows_link(self, batch: Batch) -> SafeString:
        """The way to the rows."""
        address = reverse("admin:projects_row_changelist")
        return format_html('<a href="{}?q={}">{} rows</a>', address, batch.pk, batch.row_count)


@admin.register(Column)
class ColumnAdmin(ReadOnlyAdmin):
    """Columns. A search by the id of a batch finds its columns."""

    list_display = ["name", "batch", "position", "type", "role"]
    list_select_related = ["batch"]
    search_fields = ["=id", "=batch__id", "name"]


@admin.register(Row)
class RowAdmin(ReadOnlyAdmin):
    """Rows. A search by the id of a batch finds its rows."""

    list_display = ["id", "position", "url", "key", "has_truth"]
    search_fields = ["=id", "=batch__id"]
    raw_id_fields = ["batch"]


@admin.register(TruthRevision)
class TruthRevisionAdmin(ReadOnlyAdmin):
    """Changes of the truth. A search by the id of a batch or a row finds its changes."""

    list_display = ["column", "batch", "user", "reason", "created_at"]
    list_select_related = ["batch", "user"]
    search_fields = ["=id", "=batch__id", "=row__id"]
    raw_id_fields = ["batch", "row"]
