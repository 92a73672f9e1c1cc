"""Addresses of searching batches, and of what is done with many rows at once."""

from __future__ import annotations

from django.urls import URLPattern, path

from analytics.views.bulk import batch_bulk
from analytics.views.search import batch_search

urlpatterns: list[URLPattern] = [
    path("o/<slug:slug>/search/", batch_search, name="batch_search"),
    path("o/<slug:slug>/batches/<uuid:batch_id>/bulk/", batch_bulk, name="batch_bulk"),
]
