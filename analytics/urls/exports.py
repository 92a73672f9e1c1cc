"""Addresses of the tables of pages as files."""

from __future__ import annotations

from django.urls import URLPattern, path

from analytics.views import exports_findings as findings
from analytics.views import exports_lists as lists

ORGANIZATION = "o/<slug:slug>"
PROJECT = f"{ORGANIZATION}/projects/<uuid:project_id>"
BATCH = f"{ORGANIZATION}/batches/<uuid:batch_id>"
EXECUTION = f"{ORGANIZATION}/executions/<uuid:execution_id>"

urlpatterns: list[URLPattern] = [
    path(f"{ORGANIZATION}/executions/export/", lists.execution_list_export, name="execution_list_export"),
    path(f"{ORGANIZATION}/dead-letters/export/", lists.dead_letters_export, name="dead_letters_export"),
    path(f"{ORGANIZATION}/retries/export/", lists.retry_queue_export, name="retry_queue_export"),
    path(f"{ORGANIZATION}/projects/export/", lists.project_list_export, name="project_list_export"),
    path(f"{ORGANIZATION}/search/export/", lists.batch_search_export, name="batch_search_export"),
    path(f"{PROJECT}/executions/export/", lists.project_executions_export, name="project_executions_export"),
    path(f"{PROJECT}/batches/export/", lists.project_batches_export, name="project_batches_export"),
    path(f"{PROJECT}/patterns/export/", findings.project_patterns_export, name="project_patterns_export"),
    path(f"{PROJECT}/suspects/export/", findings.project_suspects_export, name="project_suspects_export"),
    path(f"{PROJECT}/analytics/rows/export/", findings.project_row_history_export, name="project_row_history_export"),
    path(f"{BATCH}/analytics/rows/export/", findings.batch_row_history_export, name="batch_row_history_export"),
    path(f"{BATCH}/truth/export/", findings.batch_truth_export, name="batch_truth_export"),
    path(f"{EXECUTION}/patterns/export/", findings.execution_patterns_export, name="execution_patterns_export"),
]
