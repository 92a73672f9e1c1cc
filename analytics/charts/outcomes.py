"""What became of rows and cells: by column, by state, by error."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from analytics.charts.figure import Cell, Figure, Head, bounds, count_cell, share_cell
from analytics.charts.scope import Scope
from executions.evaluation.verdict import Outcome
from executions.models import ColumnStatistic, Execution
from mino.common.ui.formats import number
from mino.common.values.share import Share

GRADED = (
    (Outcome.CORRECT, "correct"),
    (Outcome.CORRECTLY_EMPTY, "empty"),
    (Outcome.WRONG, "wrong"),
    (Outcome.MISSED, "missed"),
    (Outcome.INVENTED, "invented"),
)
"""The outcomes of cells with truth, and their colours."""
STATES: Sequence[tuple[str, str, str, dict[str, str]]] = (
    ("Passed", "passed_jobs", "correct", {"evaluation_result": "pass"}),
    ("Not passed", "failed_jobs", "wrong", {"evaluation_result": "fail"}),
    ("Not gradable", "not_gradable_jobs", "ungraded", {"evaluation_result": "not_gradable"}),
    ("No answer", "error_jobs", "broken", {"status": "error"}),
    ("Skipped", "skipped_jobs", "gold", {"status": "skipped"}),
    ("Stopped", "stopped_jobs", "line", {"status": "stopped"}),
)
"""How a row can end: the words, the counter, the colour, and the filter that finds it."""
POOLED = "Several executions of the same rows tell no more about the rows than one does: intervals count each row once."


@dataclass(slots=True)
class ColumnSum:
    """The outcomes of a column over executions. `rows` is how many different rows they tell of at least."""

    name: str
    newest: Execution
    outcomes: dict[str, int] = field(default_factory=dict)
    newest_outcomes: dict[str, int] = field(default_factory=dict)
    largest: dict[uuid.UUID, int] = field(default_factory=dict)
    by_execution: dict[uuid.UUID, Share] = field(default_factory=dict)

    def add(self, execution: Execution, one: ColumnStatistic) -> None:
        """Count an execution; they come in the order of time."""
        counts = {name.value: int(getattr(one, name.value)) for name in Outcome}
        self.outcomes = {name: self.outcomes.get(name, 0) + count for name, count in counts.items()}
        if one.gradable or not self.largest:
            self.newest, self.newest_outcomes = execution, counts
        self.by_execution[execution.pk] = Share.of(one.good, one.gradable, float(execution.repeats))
        rows = -(-one.gradable // execution.repeats)
        self.largest[execution.batch_id] = max(self.largest.get(execution.batch_id, 0), rows)

    @property
    def gradable(self) -> int:
        """Cells with truth."""
        return sum(self.outcomes[outcome.value] for outcome, _ in GRADED)

    @property
    def accuracy(self) -> Share:
        """Good cells of those with truth."""
        good = self.outcomes[Outcome.CORRECT] + self.outcomes[Outcome.CORRECTLY_EMPTY]
        rows = sum(self.largest.values())
        return Share.of(good, self.gradable, max(1.0, self.gradable / rows) if rows else 1.0)

    def accuracy_in(self, execution: Execution) -> Share:
        """Good cells of those with truth in one execution."""
        return self.by_execution.get(execution.pk, Share.of(0, 0))


def column_sums(scope: Scope) -> list[ColumnSum]:
    """The sums of each column, in the order of the columns; one query."""
    sums: dict[str, ColumnSum] = {}
    order = {one.pk: at for at, one in enumerate(scope.executions)}
    places: dict[str, int] = {}
    for execution, one in sorted(scope.statistics(), key=lambda pair: order[pair[0].pk]):
        sums.setdefault(one.column, ColumnSum(one.column, execution)).add(execution, one)
        places[one.column] = one.position
    return sorted(sums.values(), key=lambda one: places[one.name])


def by_column(scope: Scope, sums: Sequence[ColumnSum]) -> Figure:
    """The accuracy of each column."""
    graded = [one for one in sums if one.gradable]
    return Figure(
        name="columns",
        title="By column",
        about="accuracy with its 95 % interval",
        chart=_bars(graded, lambda one: bounds(one.accuracy), lambda one: scope.rows_url(one.newest, column=one.name)),
        heads=[Head("Column", is_number=False), Head("Accuracy", is_share=True), *_newest_heads(scope)],
        lines=[[Cell(one.name), _accuracy(scope, one), *_newest_cells(scope, one)] for one in graded],
        note="" if scope.is_single else POOLED,
    )


def _accuracy(scope: Scope, one: ColumnSum) -> Cell:
    return share_cell(one.accuracy, "cells", scope.rows_url(one.newest, column=one.name))


def _newest_heads(scope: Scope) -> list[Head]:
    where = "" if scope.is_single else ", newest execution"
    return [Head(f"Wrong{where}"), Head(f"Missed{where}"), Head(f"Invented{where}")]


def _newest_cells(scope: Scope, one: ColumnSum) -> list[Cell]:
    return [
        count_cell(one.newest_outcomes[outcome], scope.rows_url(one.newest, column=one.name, outcome=outcome.value))
        for outcome in (Outcome.WRONG, Outcome.MISSED, Outcome.INVENTED)
    ]


def cells(scope: Scope, sums: Sequence[ColumnSum]) -> Figure:
    """The outcomes of cells, each column with its own denominator."""
    graded = [one for one in sums if one.gradable]
    series: list[dict[str, Any]] = [
        {
            "name": _words(outcome.value),
            "color": color,
            "values": [one.outcomes[outcome] for one in graded],
            "links": [scope.rows_url(one.newest, column=one.name, outcome=outcome.value) for one in graded],
        }
        for outcome, color in GRADED
    ]
    chart = {"kind": "stack", "labels": [one.name for one in graded], "series": series} if graded else None
    lines = [
        [
            Cell(one.name),
            *(
                Cell(
                    number(one.outcomes[outcome]),
                    url=series[at]["links"][place] if one.newest_outcomes[outcome] else "",
                    raw=(one.outcomes[outcome],),
                )
                for at, (outcome, _) in enumerate(GRADED)
            ),
            count_cell(one.gradable, scope.rows_url(one.newest, column=one.name, truth="yes")),
            count_cell(
                one.outcomes[Outcome.NOT_GRADABLE],
                scope.rows_url(one.newest, column=one.name, outcome=Outcome.NOT_GRADABLE.value),
            ),
        ]
        for place, one in enumerate(graded)
    ]
    return Figure(
        name="cells",
        title="Outcomes of cells",
        about="of the cells with truth, by column",
        chart=chart,
        heads=[
            Head("Column", is_number=False),
            *(Head(_words(outcome.value)) for outcome, _ in GRADED),
            *(Head("With truth"), Head("Not gradable, not counted")),
        ],
        lines=lines,
        note="" if scope.is_single else "Links lead to the newest execution that has the column.",
    )


def rows(scope: Scope) -> Figure:
    """How the rows of each execution ended, of all its rows."""
    ended = [one for one in scope.executions if one.final_jobs]
    series = [
        {
            "name": name,
            "color": color,
            "values": [int(getattr(one, counter)) for one in ended],
            "links": [scope.rows_url(one, **filters) for one in ended],
        }
        for name, counter, color, filters in STATES
    ]
    chart = {"kind": "stack", "labels": [scope.name(one) for one in ended], "series": series} if ended else None
    lines = [
        [
            Cell(f"Execution {one.number}", f"v{one.instruction_version.number}", scope.rows_url(one)),
            *(
                count_cell(int(getattr(one, counter)), scope.rows_url(one, **filters))
                for _, counter, _, filters in STATES
            ),
            Cell(number(one.final_jobs), _under_way(one), raw=(one.final_jobs,)),
        ]
        for one in reversed(ended)
    ]
    return Figure(
        name="rows",
        title="Outcomes of rows",
        about="of the rows that have ended",
        chart=chart,
        heads=[Head("Execution", is_number=False), *(Head(name) for name, *_ in STATES), Head("Ended")],
        lines=lines,
        empty="No row has ended yet.",
    )


def _under_way(one: Execution) -> str:
    return "" if one.is_finished else f"of {number(one.total_jobs)}, under way"


def errors(scope: Scope) -> Figure:
    """Rows without an answer by the code of their error."""
    counts: dict[str, int] = {}
    newest: dict[str, Execution] = {}
    for one in scope.executions:
        for code, count in one.error_counts.items():
            if count > 0:
                counts[code] = counts.get(code, 0) + count
                newest[code] = one
    ended = sum(one.completed_jobs + one.error_jobs for one in scope.executions)
    codes = sorted(counts, key=lambda code: (-counts[code], code))
    links = {code: scope.rows_url(newest[code], error_code=code) for code in codes}
    chart = (
        {
            "kind": "bars",
            "unit": "count",
            "labels": codes,
            "points": [{"value": counts[code], "n": ended} for code in codes],
            "color": "broken",
            "links": [links[code] for code in codes],
        }
        if codes
        else None
    )
    lines = [
        [
            Cell(code),
            count_cell(counts[code], links[code]),
            share_cell(Share.of(min(counts[code], ended), ended), "rows that ran", links[code]),
            Cell(f"{number(newest[code].error_counts[code])} in execution {newest[code].number}", url=links[code]),
        ]
        for code in codes
    ]
    return Figure(
        name="errors",
        title="Errors by code",
        about="rows without an answer: never counted as wrong",
        chart=chart,
        heads=[Head("Code", is_number=False), Head("Rows"), Head("Share", is_share=True), Head("Newest")],
        lines=lines,
        empty="No row ended with an error.",
    )


def _bars(
    sums: Sequence[ColumnSum], point: Callable[[ColumnSum], Any], link: Callable[[ColumnSum], str]
) -> dict[str, Any] | None:
    if not sums:
        return None
    return {
        "kind": "bars",
        "unit": "percent",
        "labels": [one.name for one in sums],
        "points": [point(one) for one in sums],
        "color": "accent",
        "links": [link(one) for one in sums],
    }


def _words(outcome: str) -> str:
    return outcome.replace("_", " ").capitalize()
