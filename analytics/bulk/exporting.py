"""The way from chosen rows to the page that exports exactly these."""

from __future__ import annotations

from django.http import QueryDict

from analytics.bulk.selection import Selection
from analytics.exporting.row_numbers import spans_of, written

OF_ROWS = ("search", "site", "tag")
OF_RESULTS = ("status", "evaluation_result", "error_code", "accuracy_min", "accuracy_max", "column", "outcome")
"""Filters of the grid that exports know by the same names."""


def export_choices(selection: Selection) -> QueryDict:
    """What the page of the export's choices is asked for: the numbers of ticked rows, or the filter of the grid."""
    chosen = QueryDict(mutable=True)
    if not selection.everything:
        chosen["rows"] = written(spans_of(selection.ticked))
        return chosen
    return filter_choices(QueryDict(selection.query), of_results=selection.execution is not None)


def filter_choices(asked: QueryDict, *, of_results: bool) -> QueryDict:
    """A filter of the grid in the words of exports; what only results have is left out without `of_results`."""
    chosen = QueryDict(mutable=True)
    for name in (*OF_ROWS, *(OF_RESULTS if of_results else ())):
        if value := asked.get(name):
            chosen[name] = str(value)
    if truth := asked.get("truth"):
        chosen["has_ground_truth"] = str(truth)
    return chosen
