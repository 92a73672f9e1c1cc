"""How accuracy, pass rate, coverage, latency and cost went from one execution to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analytics.charts.figure import Cell, Figure, Head, bounds, count_cell, share_cell
from analytics.charts.scope import Scope
from analytics.models import ExecutionRollUp
from analytics.rollups.latency import added, quantile, seconds_of
from executions.models import Execution
from mino.common.ui.formats import duration, money, number
from mino.common.values.share import Share

QUANTILES = (("Half", 0.5, "accent"), ("9 of 10", 0.9, "missed"), ("99 of 100", 0.99, "wrong"))


def quality(scope: Scope) -> Figure:
    """Accuracy and pass rate with their intervals, and the version on the axis."""
    graded = [one for one in scope.executions if one.gradable_fields]
    series = [
        {"name": "Accuracy", "color": "accent", "points": [bounds(one.accuracy) for one in graded]},
        {"name": "Pass rate", "color": "correct", "points": [bounds(one.pass_rate) for one in graded]},
    ]
    return Figure(
        name="quality",
        title="Accuracy and pass rate",
        about="over executions; the bands are 95 % intervals",
        chart=_lines(scope, graded, series, "percent") if graded else None,
        heads=[
            *first_heads(scope),
            Head("Accuracy", is_share=True),
            Head("Pass rate", is_share=True),
            Head("No answer"),
        ],
        lines=[[*first_cells(scope, one), *_quality(scope, one)] for one in reversed(graded)],
        is_wide=True,
    )


def _quality(scope: Scope, one: Execution) -> list[Cell]:
    return [
        share_cell(one.accuracy, "cells", scope.rows_url(one)),
        share_cell(one.pass_rate, "rows", scope.rows_url(one, evaluation_result="pass")),
        count_cell(one.error_jobs, scope.rows_url(one, status="error")),
    ]


def coverage(scope: Scope) -> Figure:
    """Rows that got an answer, of all rows and of those with known truth."""
    rolled = [(one, roll_up) for one, roll_up in scope.roll_ups() if one.total_jobs]
    shares = [
        (one, Share.of(min(roll_up.answered, one.total_jobs), one.total_jobs), _with_truth(roll_up))
        for one, roll_up in rolled
    ]
    series = [
        {"name": "Of all rows", "color": "accent", "points": [bounds(every) for _, every, _ in shares]},
        {"name": "Of rows with truth", "color": "correct", "points": [bounds(known) for _, _, known in shares]},
    ]
    lines = [
        [
            *first_cells(scope, one),
            share_cell(every, "rows", scope.rows_url(one, status="completed")),
            share_cell(known, "rows with truth", scope.rows_url(one, truth="yes")),
        ]
        for one, every, known in reversed(shares)
    ]
    chart = _lines(scope, [one for one, _, _ in shares], series, "percent") if shares else None
    return Figure(
        name="coverage",
        title="Coverage",
        about="rows with an answer",
        chart=_coverage_bars(scope, *shares[0]) if scope.is_single and shares else chart,
        heads=[*first_heads(scope), Head("With an answer", is_share=True), Head("Of rows with truth", is_share=True)],
        lines=lines,
        empty=NOT_ROLLED_UP,
    )


def _coverage_bars(scope: Scope, one: Execution, every: Share, known: Share) -> dict[str, Any]:
    return {
        "kind": "bars",
        "unit": "percent",
        "labels": ["Of all rows", "Of rows with truth"],
        "points": [bounds(every), bounds(known)],
        "color": "accent",
        "links": [scope.rows_url(one, status="completed"), scope.rows_url(one, truth="yes")],
    }


NOT_ROLLED_UP = "Not computed yet: it follows within a minute after an execution has ended."


def _with_truth(roll_up: ExecutionRollUp) -> Share:
    return Share.of(roll_up.answered_with_truth, roll_up.with_truth)


def latency(scope: Scope) -> Figure:
    """Within which time answers came; of one execution how often which."""
    rolled = [(one, roll_up.latency) for one, roll_up in scope.roll_ups() if roll_up.latency]
    points = [
        {
            "name": name,
            "color": color,
            "points": [{"value": quantile(counts, share), "n": sum(counts.values())} for _, counts in rolled],
        }
        for name, share, color in QUANTILES
    ]
    chart = _lines(scope, [one for one, _ in rolled], points, "seconds") if rolled else None
    lines = [
        [
            *first_cells(scope, one),
            *(_seconds(quantile(counts, share), scope.rows_url(one, status="completed")) for _, share, _ in QUANTILES),
            count_cell(sum(counts.values()), scope.rows_url(one, status="completed")),
        ]
        for one, counts in reversed(rolled)
    ]
    return Figure(
        name="latency",
        title="Time to an answer",
        about="the agent’s own, without waiting for slots, retries and rate limits",
        chart=_histogram([counts for _, counts in rolled]) if scope.is_single and rolled else chart,
        heads=[*first_heads(scope), *(Head(f"{name} within") for name, _, _ in QUANTILES), Head("Answers")],
        lines=lines,
        empty=NOT_ROLLED_UP,
        note="Times are counted in classes and are at most 5 % off." if rolled else "",
    )


def _histogram(parts: Sequence[Mapping[str, int]]) -> dict[str, Any]:
    counts = added(parts)
    numbers = range(min(map(int, counts)), max(map(int, counts)) + 1)
    return {
        "kind": "columns",
        "unit": "count",
        "labels": [duration(seconds_of(at)) for at in numbers],
        "series": [{"name": "Answers", "color": "accent", "values": [counts.get(str(at), 0) for at in numbers]}],
        "links": [],
    }


def cost(scope: Scope) -> Figure:
    """What executions cost, and what a passed row did."""
    paid = [one for one in scope.executions if one.cost]
    chart = (
        {
            "kind": "columns",
            "unit": "money",
            "currency": paid[-1].currency,
            "labels": [scope.name(one) for one in paid],
            "series": [{"name": "Cost", "color": "accent", "values": [float(one.cost) for one in paid]}],
            "links": [scope.rows_url(one) for one in paid],
        }
        if paid
        else None
    )
    return Figure(
        name="cost",
        title="Cost",
        about="by execution",
        chart=None if scope.is_single else chart,
        heads=[*first_heads(scope), Head("Cost"), Head("A row with a result"), Head("A passed row"), Head("Passed")],
        lines=[[*first_cells(scope, one), *_cost(scope, one)] for one in reversed(paid)],
        empty="None of these executions cost anything.",
        is_wide=not paid,
    )


def _cost(scope: Scope, one: Execution) -> list[Cell]:
    return [
        _money(one, 1, scope.rows_url(one)),
        _money(one, one.completed_jobs, scope.rows_url(one, status="completed")),
        _money(one, one.passed_jobs, scope.rows_url(one, evaluation_result="pass")),
        Cell(
            number(one.passed_jobs),
            f"of {number(one.total_jobs)} rows",
            scope.rows_url(one, evaluation_result="pass") if one.passed_jobs else "",
            raw=(one.passed_jobs,),
        ),
    ]


def _money(one: Execution, rows: int, url: str) -> Cell:
    """The cost of a row; nothing where there are none."""
    if not rows:
        return Cell("–", raw=(None,))
    return Cell(money(one.cost / rows, one.currency), url=url, raw=(float(one.cost / rows),))


def _seconds(seconds: float | None, url: str) -> Cell:
    return Cell(duration(seconds), url=url, raw=(None if seconds is None else round(seconds, 3),))


def _lines(scope: Scope, executions: Sequence[Execution], series: Sequence[Any], unit: str) -> dict[str, Any]:
    return {
        "kind": "lines",
        "unit": unit,
        "labels": [scope.name(one) for one in executions],
        "versions": [one.instruction_version.number for one in executions],
        "series": series,
        "links": [scope.rows_url(one) for one in executions],
    }


def first_heads(scope: Scope) -> list[Head]:
    """The heads of what names an execution in a table."""
    batch = [Head("Batch", is_number=False)] if scope.shows_batch else []
    return [Head("Execution", is_number=False), *batch, Head("Version", is_number=False)]


def first_cells(scope: Scope, one: Execution) -> list[Cell]:
    """What names an execution in a table: itself with its agent, its batch where there are several, its version."""
    batch = [Cell(one.batch.name, is_text=True)] if scope.shows_batch else []
    return [
        Cell(f"Execution {one.number}", f"{one.agent}, {one.type}", scope.rows_url(one)),
        *batch,
        Cell(f"v{one.instruction_version.number}", is_text=True),
    ]
