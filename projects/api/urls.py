"""Addresses about projects and what is in them."""

from django.urls import path

from projects.api import (
    access,
    api_keys,
    batches,
    columns,
    folders,
    imports,
    notes,
    projects,
    rows,
    tags,
    truth,
    versions,
)

PROJECT = "projects/<str:project_id>"
BATCH = "batches/<str:batch_id>"
IMPORT = "imports/<str:import_id>"

urlpatterns = [
    path("api-keys", api_keys.ApiKeyList.as_view(), name="api_api_keys"),
    path("api-keys/<str:api_key_id>", api_keys.ApiKeyDetail.as_view(), name="api_api_key"),
    path("api-keys/<str:api_key_id>/rotate", api_keys.ApiKeyRotation.as_view(), name="api_api_key_rotate"),
    path("projects", projects.ProjectList.as_view(), name="api_projects"),
    path(PROJECT, projects.ProjectDetail.as_view(), name="api_project"),
    path(f"{PROJECT}/visibility", access.ProjectVisibility.as_view(), name="api_project_visibility"),
    path(f"{PROJECT}/grants", access.GrantList.as_view(), name="api_grants"),
    path(f"{PROJECT}/grants/<str:user_id>", access.GrantDetail.as_view(), name="api_grant"),
    path(f"{PROJECT}/promised-grants", access.PromisedGrantList.as_view(), name="api_promised_grants"),
    path(f"{PROJECT}/promised-grants/<str:grant_id>", access.PromisedGrantDetail.as_view(), name="api_promised_grant"),
    path(f"{PROJECT}/production-version", versions.ProductionVersion.as_view(), name="api_production_version"),
    path(f"{PROJECT}/versions", versions.VersionList.as_view(), name="api_versions"),
    path(f"{PROJECT}/versions/<int:number>", versions.VersionDetail.as_view(), name="api_version"),
    path(f"{PROJECT}/folders", folders.FolderList.as_view(), name="api_folders"),
    path(f"{PROJECT}/batches", batches.ProjectBatchList.as_view(), name="api_project_batches"),
    path(f"{PROJECT}/imports", imports.ProjectImportList.as_view(), name="api_project_imports"),
    path("folders/<str:folder_id>", folders.FolderDetail.as_view(), name="api_folder"),
    path("tags", tags.TagList.as_view(), name="api_tags"),
    path("tags/<str:tag_id>", tags.TagDetail.as_view(), name="api_tag"),
    path("imports", imports.ImportList.as_view(), name="api_imports"),
    path(IMPORT, imports.ImportDetail.as_view(), name="api_import"),
    path(f"{IMPORT}/reading", imports.ImportReadingDetail.as_view(), name="api_import_reading"),
    path(f"{IMPORT}/start", imports.ImportStarting.as_view(), name="api_import_start"),
    path(f"{IMPORT}/cancel", imports.ImportCancelling.as_view(), name="api_import_cancel"),
    path("batches", batches.BatchList.as_view(), name="api_batches"),
    path(BATCH, batches.BatchDetail.as_view(), name="api_batch"),
    path(f"{BATCH}/tags", batches.BatchTags.as_view(), name="api_batch_tags"),
    path(f"{BATCH}/tags/<str:tag_id>", batches.BatchTagDetail.as_view(), name="api_batch_tag"),
    path(f"{BATCH}/columns", columns.ColumnList.as_view(), name="api_columns"),
    path(f"{BATCH}/columns/<str:column_id>", columns.ColumnDetail.as_view(), name="api_column"),
    path(f"{BATCH}/rows", rows.RowList.as_view(), name="api_rows"),
    path(f"{BATCH}/rows/delete", rows.RowsDeletion.as_view(), name="api_rows_delete"),
    path(f"{BATCH}/rows/tag", rows.RowsTagging.as_view(), name="api_rows_tag"),
    path(f"{BATCH}/rows/<str:row_id>", rows.RowDetail.as_view(), name="api_row"),
    path(f"{BATCH}/ground-truth", truth.GroundTruth.as_view(), name="api_ground_truth"),
    path(f"{BATCH}/ground-truth/notes", notes.NoteList.as_view(), name="api_notes"),
    path("ground-truth/notes/<str:note_id>", notes.NoteDetail.as_view(), name="api_note"),
    path(f"{BATCH}/ground-truth/revisions", truth.RevisionList.as_view(), name="api_truth_revisions"),
    path(
        "ground-truth/revisions/<str:revision_id>/take-back",
        truth.RevisionTakingBack.as_view(),
        name="api_truth_revision_take_back",
    ),
    path("ground-truth/changes/<str:change_id>", truth.TruthChange.as_view(), name="api_truth_change"),
    path(
        "ground-truth/changes/<str:change_id>/take-back",
        truth.TruthChangeTakingBack.as_view(),
        name="api_truth_change_take_back",
    ),
]
