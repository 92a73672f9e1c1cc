"""Addresses of the analytics pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from analytics.views import charts

urlpatterns: list[URLPattern] = [
    path("o/<slug:slug>/projects/<uuid:project_id>/analytics/", charts.project_analytics, name="project_analytics"),
    path(
        "o/<slug:slug>/projects/<uuid:project_id>/analytics/rows/",
        charts.project_row_history,
        name="project_row_history",
    ),
    path("o/<slug:slug>/batches/<uuid:batch_id>/analytics/", charts.batch_analytics, name="batch_analytics"),
    path("o/<slug:slug>/batches/<uuid:batch_id>/analytics/rows/", charts.batch_row_history, name="batch_row_history"),
    path(
        "o/<slug:slug>/executions/<uuid:execution_id>/analytics/",
        charts.execution_analytics,
        name="execution_analytics",
    ),
]
