"""How each column went from one execution to the next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analytics.charts.figure import Cell, Figure, Head, bounds, share_cell
from analytics.charts.outcomes import ColumnSum
from analytics.charts.scope import Scope
from analytics.charts.trend import first_cells, first_heads
from executions.models import Execution

MOST_DRAWN = 12
"""Columns that are drawn; the table has all of them."""


def column_trend(scope: Scope, sums: Sequence[ColumnSum]) -> Figure:
    """The accuracy of each column over executions, a small chart for each."""
    graded = [one for one in sums if one.gradable]
    executions = [one for one in scope.executions if one.gradable_fields]
    drawn = graded[:MOST_DRAWN]
    names = [Head(one.name, is_share=True) for one in graded]
    return Figure(
        name="column-trend",
        title="Columns over executions",
        about="accuracy of each column; the bands are 95 % intervals",
        chart=_panels(scope, executions, drawn) if executions and drawn else None,
        heads=[*first_heads(scope), *names],
        lines=[[*first_cells(scope, one), *_cells(scope, one, graded)] for one in reversed(executions)],
        note=f"The first {len(drawn)} of {len(graded)} columns are drawn." if len(graded) > len(drawn) else "",
        is_wide=True,
    )


def _panels(scope: Scope, executions: Sequence[Execution], drawn: Sequence[ColumnSum]) -> dict[str, Any]:
    return {
        "kind": "panels",
        "unit": "percent",
        "labels": [scope.name(one) for one in executions],
        "versions": [one.instruction_version.number for one in executions],
        "series": [
            {
                "name": column.name,
                "color": "accent",
                "points": [bounds(column.accuracy_in(one)) for one in executions],
                "links": [scope.rows_url(one, column=column.name) for one in executions],
            }
            for column in drawn
        ],
    }


def _cells(scope: Scope, execution: Execution, columns: Sequence[ColumnSum]) -> list[Cell]:
    return [
        share_cell(one.accuracy_in(execution), "cells", scope.rows_url(execution, column=one.name)) for one in columns
    ]
