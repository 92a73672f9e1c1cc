"""Addresses of projects and batches; their pages with figures of executions are in `analytics.urls`."""

from django.urls import include, path

from projects.views import batches, projects, versions

urlpatterns = [
    path("", include("projects.importing.urls")),
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
    path("o/<slug:slug>/batches/<uuid:batch_id>/options/", batches.batch_options, name="batch_options"),
]
