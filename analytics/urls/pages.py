"""Addresses of the pages that show figures of executions beside what they belong to, of exports and comparison."""

from django.urls import path

from analytics.views import batch, deletion, executions, projects
from analytics.views.baseline import execution_set_baseline, project_set_margin
from analytics.views.compare import compare, execution_compare
from analytics.views.compare_export import compare_export
from analytics.views.exports import batch_export, batch_export_options, execution_export, execution_export_options
from analytics.views.exports_background import export_again, export_detail, export_file, export_list, export_stop
from analytics.views.home import organization_home
from analytics.views.truth import batch_truth, row_truth, row_truth_change, truth_take_back

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
    path("o/<slug:slug>/batches/<uuid:batch_id>/truth/", batch_truth, name="batch_truth"),
    path("o/<slug:slug>/batches/<uuid:batch_id>/rows/<int:number>/truth/", row_truth, name="row_truth"),
    path(
        "o/<slug:slug>/batches/<uuid:batch_id>/rows/<int:number>/truth/change/",
        row_truth_change,
        name="row_truth_change",
    ),
    path("o/<slug:slug>/truth/<uuid:revision_id>/take-back/", truth_take_back, name="truth_take_back"),
    path("o/<slug:slug>/batches/<uuid:batch_id>/delete/", deletion.batch_delete, name="batch_delete"),
    path("o/<slug:slug>/executions/", executions.execution_list, name="execution_list"),
    path("o/<slug:slug>/batches/<uuid:batch_id>/export/", batch_export, name="batch_export"),
    path("o/<slug:slug>/batches/<uuid:batch_id>/export/options/", batch_export_options, name="batch_export_options"),
    path("o/<slug:slug>/exports/", export_list, name="export_list"),
    path("o/<slug:slug>/exports/<uuid:export_id>/", export_detail, name="export_detail"),
    path("o/<slug:slug>/exports/<uuid:export_id>/file/", export_file, name="export_file"),
    path("o/<slug:slug>/exports/<uuid:export_id>/cancel/", export_stop, name="export_cancel"),
    path("o/<slug:slug>/exports/<uuid:export_id>/again/", export_again, name="export_again"),
    path("o/<slug:slug>/executions/<uuid:execution_id>/export/", execution_export, name="execution_export"),
    path(
        "o/<slug:slug>/executions/<uuid:execution_id>/export/options/",
        execution_export_options,
        name="execution_export_options",
    ),
    path("o/<slug:slug>/compare/", compare, name="compare"),
    path("o/<slug:slug>/compare/export/", compare_export, name="compare_export"),
    path("o/<slug:slug>/executions/<uuid:execution_id>/compare/", execution_compare, name="execution_compare"),
    path(
        "o/<slug:slug>/executions/<uuid:execution_id>/baseline/",
        execution_set_baseline,
        name="execution_set_baseline",
    ),
    path("o/<slug:slug>/projects/<uuid:project_id>/margin/", project_set_margin, name="project_set_margin"),
]
