"""The way from chosen rows to the page that exports them."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from analytics.bulk.selection import Selection

SAME = ("status", "evaluation_result", "error_code", "accuracy_min", "accuracy_max")
"""Filters of the grid that exports know by the same names."""


def export_address(selection: Selection, slug: str) -> str:
    """The options of an export with as much of the grid's filter as exports know: a batch itself is exported whole."""
    if selection.execution is None:
        return reverse("batch_export_options", args=[slug, selection.batch.pk])
    asked = QueryDict(selection.query)
    known = {name: asked[name] for name in SAME if asked.get(name)}
    if asked.get("truth"):
        known["has_ground_truth"] = asked["truth"]
    address = reverse("execution_export_options", args=[slug, selection.execution.pk])
    return f"{address}?{urlencode(known)}" if known else address


def is_wider(selection: Selection) -> bool:
    """Whether the export would hold more than what was chosen: single rows, or a filter that exports don't know."""
    asked = {name for name, value in QueryDict(selection.query).items() if value}
    unknown = asked - {*SAME, "truth", "column", "sort", "execution"}
    return bool(selection.ticked or unknown or (selection.execution is None and asked - {"sort", "execution"}))
