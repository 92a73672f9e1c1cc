"""Addresses of failure patterns."""

from __future__ import annotations

from django.urls import path

from analytics.views import patterns

urlpatterns = [
    path("o/<slug:slug>/projects/<uuid:project_id>/patterns/", patterns.project_patterns, name="project_patterns"),
    path("o/<slug:slug>/patterns/<uuid:pattern_id>/", patterns.pattern, name="pattern"),
    path("o/<slug:slug>/patterns/<uuid:pattern_id>/run/", patterns.pattern_rerun, name="pattern_rerun"),
    path("o/<slug:slug>/patterns/<uuid:pattern_id>/dismiss/", patterns.pattern_dismiss, name="pattern_dismiss"),
    path("o/<slug:slug>/patterns/<uuid:pattern_id>/reopen/", patterns.pattern_reopen, name="pattern_reopen"),
    path(
        "o/<slug:slug>/executions/<uuid:execution_id>/patterns/",
        patterns.execution_patterns,
        name="execution_patterns",
    ),
    path(
        "o/<slug:slug>/executions/<uuid:execution_id>/patterns/find/",
        patterns.execution_patterns_find,
        name="execution_patterns_find",
    ),
]
