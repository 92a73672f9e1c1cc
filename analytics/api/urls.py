"""Addresses about what is made of results."""

from django.urls import path

from analytics.api import (
    baselines,
    bulk,
    comparison,
    exports,
    figures,
    flips,
    patterns,
    review,
    sites,
    stability,
    suspects,
    taking,
)
from analytics.api import list_exports as files

PROJECT = "projects/<str:project_id>"
BATCH = "batches/<str:batch_id>"
EXECUTION = "executions/<str:execution_id>"
SUSPECT = "suspects/<str:suspect_id>"
PATTERN = "patterns/<str:pattern_id>"

urlpatterns = [
    path(f"{BATCH}/jobs/bulk-action", bulk.JobsBulkAction.as_view(), name="api_jobs_bulk_action"),
    path(
        f"{EXECUTION}/comparison",
        comparison.ExecutionComparison.as_view(),
        name="api_execution_comparison",
    ),
    path(
        f"{EXECUTION}/comparisons",
        comparison.ExecutionComparisons.as_view(),
        name="api_execution_comparisons",
    ),
    path(f"{EXECUTION}/flips", flips.FlipList.as_view(), name="api_flips"),
    path(f"{PROJECT}/baseline", baselines.Baseline.as_view(), name="api_baseline"),
    path(f"{PROJECT}/analytics", figures.ProjectFigures.as_view(), name="api_project_figures"),
    path(f"{BATCH}/analytics", figures.BatchFigures.as_view(), name="api_batch_figures"),
    path(f"{EXECUTION}/analytics", figures.ExecutionFigures.as_view(), name="api_execution_figures"),
    path(f"{EXECUTION}/sites", sites.SiteList.as_view(), name="api_sites"),
    path("exports", exports.ExportList.as_view(), name="api_exports"),
    path(f"{EXECUTION}/exports", exports.ResultsExport.as_view(), name="api_results_export"),
    path(f"{BATCH}/exports", exports.BatchExport.as_view(), name="api_batch_export"),
    path("exports/<str:export_id>", exports.ExportDetail.as_view(), name="api_export"),
    path("exports/<str:export_id>/cancel", exports.ExportCancelling.as_view(), name="api_export_cancel"),
    path("exports/<str:export_id>/again", exports.ExportAgain.as_view(), name="api_export_again"),
    path("exports/<str:export_id>/file", exports.ExportFile.as_view(), name="api_export_file"),
    path(f"{PROJECT}/patterns", patterns.PatternList.as_view(), name="api_patterns"),
    path(PATTERN, patterns.PatternDetail.as_view(), name="api_pattern"),
    path(f"{PATTERN}/occurrences", patterns.PatternOccurrences.as_view(), name="api_pattern_occurrences"),
    path(f"{PATTERN}/dismiss", patterns.PatternDismissal.as_view(), name="api_pattern_dismiss"),
    path(f"{PATTERN}/reopen", patterns.PatternReopening.as_view(), name="api_pattern_reopen"),
    path(f"{PATTERN}/instruct", patterns.PatternInstruction.as_view(), name="api_pattern_instruct"),
    path(f"{PATTERN}/run", patterns.PatternRunning.as_view(), name="api_pattern_run"),
    path(f"{EXECUTION}/patterns", patterns.ExecutionPatterns.as_view(), name="api_execution_patterns"),
    path(f"{EXECUTION}/pattern-search", patterns.PatternSearch.as_view(), name="api_pattern_search"),
    path(f"{PROJECT}/suspects", suspects.SuspectList.as_view(), name="api_suspects"),
    path(SUSPECT, suspects.SuspectDetail.as_view(), name="api_suspect"),
    path(f"{SUSPECT}/correct", suspects.SuspectCorrection.as_view(), name="api_suspect_correct"),
    path(f"{SUSPECT}/dismiss", suspects.SuspectDismissal.as_view(), name="api_suspect_dismiss"),
    path(f"{SUSPECT}/reopen", suspects.SuspectReopening.as_view(), name="api_suspect_reopen"),
    path(f"{EXECUTION}/review", review.Review.as_view(), name="api_review"),
    path(f"{EXECUTION}/review/cells", review.ReviewCells.as_view(), name="api_review_cells"),
    path(f"{EXECUTION}/review/decisions", review.ReviewDecisions.as_view(), name="api_review_decisions"),
    path(f"{EXECUTION}/review/undo", review.ReviewUndoing.as_view(), name="api_review_undo"),
    path(f"{EXECUTION}/answers/plan", taking.AnswersPlan.as_view(), name="api_answers_plan"),
    path(f"{EXECUTION}/answers/take", taking.AnswersTaking.as_view(), name="api_answers_take"),
    path(f"{EXECUTION}/repeats", stability.ExecutionRepeats.as_view(), name="api_execution_repeats"),
    path(f"{EXECUTION}/repeats/rows", stability.RepeatedRows.as_view(), name="api_repeated_rows"),
    path(
        f"{BATCH}/row-histories",
        stability.BatchRowHistories.as_view(),
        name="api_batch_row_histories",
    ),
    path(
        f"{PROJECT}/row-histories",
        stability.ProjectRowHistories.as_view(),
        name="api_project_row_histories",
    ),
    path("exports/lists/executions", files.ExecutionListExport.as_view(), name="api_executions_file"),
    path("exports/lists/projects", files.ProjectListExport.as_view(), name="api_projects_file"),
    path("exports/lists/batches", files.BatchListExport.as_view(), name="api_batches_file"),
    path("exports/lists/dead-letters", files.DeadLetterExport.as_view(), name="api_dead_letters_file"),
    path("exports/lists/retries", files.RetryExport.as_view(), name="api_retries_file"),
    path(f"{PROJECT}/patterns/export", files.PatternExport.as_view(), name="api_patterns_file"),
    path(f"{PROJECT}/suspects/export", files.SuspectExport.as_view(), name="api_suspects_file"),
    path(f"{PROJECT}/row-histories/export", files.ProjectRowHistoryExport.as_view(), name="api_project_rows_file"),
    path(f"{BATCH}/row-histories/export", files.BatchRowHistoryExport.as_view(), name="api_batch_rows_file"),
    path(f"{BATCH}/ground-truth/revisions/export", files.TruthRevisionExport.as_view(), name="api_revisions_file"),
    path(f"{EXECUTION}/patterns/export", files.ExecutionPatternExport.as_view(), name="api_execution_patterns_file"),
    path(f"{EXECUTION}/flips/export", files.FlipExport.as_view(), name="api_flips_file"),
    path(f"{EXECUTION}/comparison/export", files.ComparisonExport.as_view(), name="api_comparison_file"),
    path(f"{EXECUTION}/comparisons/export", files.ComparisonsExport.as_view(), name="api_comparisons_file"),
]
