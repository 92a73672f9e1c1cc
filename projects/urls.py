"""Addresses of projects and batches; their pages with figures of executions are in `analytics.urls`."""

from django.urls import include, path

from projects.views import batches, folders, projects, tags, versions

urlpatterns = [
    path("", include("projects.importing.urls")),
    path("", include("projects.api_keys.urls")),
    path("", include("projects.access.urls")),
    path("o/<slug:slug>/projects/new/", projects.project_create, name="project_create"),
    path("o/<slug:slug>/projects/<uuid:project_id>/settings/", projects.project_edit, name="project_edit"),
    path("o/<slug:slug>/projects/<uuid:project_id>/instructions/new/", versions.version_create, name="version_create"),
    path("o/<slug:slug>/projects/<uuid:project_id>/instructions/<int:number>/", versions.version, name="version"),
    path(
        "o/<slug:slug>/projects/<uuid:project_id>/instructions/<int:number>/production/",
        versions.version_set_production,
        name="version_set_production",
    ),
    path("o/<slug:slug>/batches/<uuid:batch_id>/settings/", batches.batch_edit, name="batch_edit"),
    path("o/<slug:slug>/batches/<uuid:batch_id>/columns/", batches.batch_columns, name="batch_columns"),
    path("o/<slug:slug>/projects/<uuid:project_id>/folders/new/", folders.folder_create, name="folder_create"),
    path("o/<slug:slug>/folders/<uuid:folder_id>/rename/", folders.folder_rename, name="folder_rename"),
    path("o/<slug:slug>/folders/<uuid:folder_id>/move/", folders.folder_move, name="folder_move"),
    path("o/<slug:slug>/folders/<uuid:folder_id>/delete/", folders.folder_delete, name="folder_delete"),
    path("o/<slug:slug>/projects/<uuid:project_id>/arrange/", folders.batches_arrange, name="batches_arrange"),
    path("o/<slug:slug>/tags/", tags.tag_list, name="tag_list"),
    path("o/<slug:slug>/tags/new/", tags.tag_create, name="tag_create"),
    path("o/<slug:slug>/tags/<uuid:tag_id>/", tags.tag_change, name="tag_change"),
    path("o/<slug:slug>/tags/<uuid:tag_id>/delete/", tags.tag_delete, name="tag_delete"),
]
