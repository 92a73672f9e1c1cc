"""What hangs on projects and batches, for platform staff: to look at only."""

from __future__ import annotations

from django.contrib import admin

from mino.common.admin import ReadOnlyAdmin
from mino.common.admin_search import IndexedAdmin
from projects.models import (
    BatchImport,
    Folder,
    InvitedGrant,
    ProjectUserObjectPermission,
    Tag,
    TaggedBatch,
    TaggedRow,
    TruthNote,
)


@admin.register(ProjectUserObjectPermission)
class GrantAdmin(ReadOnlyAdmin):
    """What single people may do with single projects."""

    list_display = ["content_object", "user", "permission"]
    list_select_related = ["content_object", "user", "permission__content_type"]
    search_fields = ["=user__email", "=content_object__id"]


@admin.register(InvitedGrant)
class InvitedGrantAdmin(ReadOnlyAdmin):
    """What invited guests get once they accept."""

    list_display = ["invitation", "project", "level"]
    list_filter = ["level"]
    list_select_related = ["invitation", "invitation__organization", "project"]
    search_fields = ["=invitation__email", "=project__id"]


@admin.register(Folder)
class FolderAdmin(ReadOnlyAdmin):
    """The folders of projects."""

    list_display = ["name", "project", "parent", "organization", "created_at"]
    list_select_related = ["project", "parent", "organization"]
    search_fields = ["=id", "name", "=project__id", "=organization__slug"]


@admin.register(Tag)
class TagAdmin(ReadOnlyAdmin):
    """The tags of organizations."""

    list_display = ["name", "colour", "organization", "created_at"]
    list_select_related = ["organization"]
    search_fields = ["=id", "name", "=organization__slug"]


@admin.register(TaggedBatch)
class TaggedBatchAdmin(IndexedAdmin):
    """Which batches have which tags."""

    list_display = ["id", "tag", "batch"]
    list_select_related = ["tag", "batch"]
    id_fields = ["tag", "batch"]
    search_help_text = "The id of a tag or a batch."


@admin.register(TaggedRow)
class TaggedRowAdmin(IndexedAdmin):
    """Which rows have which tags."""

    list_display = ["id", "tag", "batch_id", "row_id"]
    list_select_related = ["tag"]
    id_fields = ["batch", "row", "tag"]
    search_help_text = "The id of a batch, a row or a tag."
    raw_id_fields = ["tag", "batch", "row"]


@admin.register(TruthNote)
class TruthNoteAdmin(IndexedAdmin):
    """Notes on the truth."""

    list_display = ["id", "column", "batch", "user", "created_at"]
    list_select_related = ["batch", "user"]
    id_fields = ["pk", "row"]
    search_help_text = "The id of a note or a row."
    raw_id_fields = ["batch", "row"]


@admin.register(BatchImport)
class BatchImportAdmin(IndexedAdmin):
    """Files that were uploaded, and how far they are."""

    list_display = ["id", "project", "source_name", "size", "status", "rows_done", "rows_total", "created_at"]
    list_filter = ["status"]
    list_select_related = ["project"]
    heavy_fields = ["report", "columns", "reading"]
    id_fields = ["pk", "project", "batch"]
    search_help_text = "The id of an import, a project or a batch."
    raw_id_fields = ["organization", "project", "batch"]
