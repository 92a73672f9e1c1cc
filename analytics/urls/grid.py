"""Addresses of the results grid and what is done with its rows."""

from __future__ import annotations

from django.urls import URLPattern, path

from analytics.views import saved_filters
from analytics.views.batch import batch_grid
from analytics.views.repeats import execution_repeats
from analytics.views.results import execution_results, job_sources

PROJECT = "o/<slug:slug>/projects/<uuid:project_id>/"
FILTER = "o/<slug:slug>/saved-filters/<uuid:filter_id>/"

urlpatterns: list[URLPattern] = [
    path("o/<slug:slug>/batches/<uuid:batch_id>/grid/", batch_grid, name="batch_grid"),
    path("o/<slug:slug>/executions/<uuid:execution_id>/results/", execution_results, name="execution_results"),
    path("o/<slug:slug>/executions/<uuid:execution_id>/repeats/", execution_repeats, name="execution_repeats"),
    path("o/<slug:slug>/jobs/<uuid:job_id>/sources/", job_sources, name="job_sources"),
    path(f"{PROJECT}saved-filters/", saved_filters.saved_filters, name="saved_filters"),
    path(f"{PROJECT}saved-filters/save/", saved_filters.saved_filter_create_page, name="saved_filter_create"),
    path(f"{FILTER}rename/", saved_filters.saved_filter_rename_page, name="saved_filter_rename"),
    path(f"{FILTER}delete/", saved_filters.saved_filter_delete_page, name="saved_filter_delete"),
]
