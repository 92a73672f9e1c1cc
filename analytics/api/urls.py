"""Addresses about what is made of results."""

from django.urls import path

from analytics.api import bulk, comparison, exports, figures, patterns, sites

urlpatterns = [
    path("batches/<str:batch_id>/jobs/bulk-action", bulk.JobsBulkAction.as_view(), name="api_jobs_bulk_action"),
    path(
        "executions/<str:execution_id>/comparison",
        comparison.ExecutionComparison.as_view(),
        name="api_execution_comparison",
    ),
    path("projects/<str:project_id>/analytics", figures.ProjectFigures.as_view(), name="api_project_figures"),
    path("batches/<str:batch_id>/analytics", figures.BatchFigures.as_view(), name="api_batch_figures"),
    path("executions/<str:execution_id>/analytics", figures.ExecutionFigures.as_view(), name="api_execution_figures"),
    path("executions/<str:execution_id>/sites", sites.SiteList.as_view(), name="api_sites"),
    path("exports", exports.ExportList.as_view(), name="api_exports"),
    path("executions/<str:execution_id>/exports", exports.ResultsExport.as_view(), name="api_results_export"),
    path("batches/<str:batch_id>/exports", exports.BatchExport.as_view(), name="api_batch_export"),
    path("exports/<str:export_id>", exports.ExportDetail.as_view(), name="api_export"),
    path("exports/<str:export_id>/file", exports.ExportFile.as_view(), name="api_export_file"),
    path("projects/<str:project_id>/patterns", patterns.PatternList.as_view(), name="api_patterns"),
    path("patterns/<str:pattern_id>", patterns.PatternDetail.as_view(), name="api_pattern"),
]
