"""Addresses of analytics: all pages that show figures of executions beside what they belong to."""

from django.urls import path

from analytics.views import batch, deletion, executions, projects
from analytics.views.export import execution_export
from analytics.views.home import organization_home

urlpatterns = [
    path("o/<slug:slug>/", organization_home, name="organization_home"),
    path("o/<slug:slug>/projects/", projects.project_list, name="project_list"),
    path("o/<slug:slug>/projects/<uuid:project_id>/", projects.project, name="project"),
    path(
        "o/<slug:slug>/projects/<uuid:project_id>/instructions/",
        projects.project_instructions,
        name="project_instructions",
    ),
    path(
        "o/<slug:slug>/projects/<uuid:project_id>/executions/", projects.project_executions, name="project_executions"
    ),
    path("o/<slug:slug>/projects/<uuid:project_id>/delete/", deletion.project_delete, name="project_delete"),
    path("o/<slug:slug>/batches/<uuid:batch_id>/", batch.batch, name="batch"),
    path("o/<slug:slug>/batches/<uuid:batch_id>/executions/", batch.batch_executions, name="batch_executions"),
    path("o/<slug:slug>/batches/<uuid:batch_id>/delete/", deletion.batch_delete, name="batch_delete"),
    path("o/<slug:slug>/executions/", executions.execution_list, name="execution_list"),
    path("o/<slug:slug>/executions/<uuid:execution_id>/export/", execution_export, name="execution_export"),
]
