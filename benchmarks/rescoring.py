"""Scoring one result anew at once, and 100,000 in the background.

The floor of the latter is one bare statement that gives the same cells a verdict.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, NamedTuple

from django.db import transaction

from analytics.rollups.computing import roll_up_compute
from analytics.rollups.wanting import roll_up_want
from benchmarks.children import in_fresh_process
from benchmarks.figures import Figure
from benchmarks.filling import FIELDS, fill_batch, fill_execution
from executions.models import Execution, FieldResult, Rescoring, RescoringStatus
from executions.rescoring.claims import claim
from executions.rescoring.working import rescoring_step
from mino.common.waking import without_wake_ups
from projects.models import Column
from projects.services.columns import column_update_options
from projects.services.truth import truth_set
from projects.services.truth_cells import CellChange

JOBS = 100_000


class Took(NamedTuple):
    """Seconds: of all of it, of saving the change, of the longest chunk, of the switch, of removing the old."""

    all: float
    change: float
    chunk: float
    switch: float
    tidying: float


class Corrected(NamedTuple):
    """Seconds: of gathering the roll-up of an execution, and of correcting a cell of truth afterwards."""

    gathering: float
    edit: float


def run(folder: Path, scale: float) -> list[Figure]:
    """Let every fifth verdict of a column flip, then every one of another column."""
    batch = fill_batch(int(JOBS * scale))
    execution = fill_execution(batch, int(JOBS * scale), columns_with_cells=FIELDS)
    floor = in_fresh_process(bare_update, execution.number).answer
    corrected = in_fresh_process(correct, execution.number).answer
    return [
        Figure("a corrected cell: scoring its result anew, roll-ups included", corrected.edit, "s", less=True),
        Figure("to gather the roll-up anew, which it spares", corrected.gathering, "s", less=True),
        *_figures("a fifth flips", execution, "price", {"tolerance": 1}),
        *_figures("all flip", execution, "brand", {"absent_text": "Nord"}, floor),
    ]


def _figures(
    what: str, execution: Execution, column: str, options: dict[str, Any], floor: float | None = None
) -> list[Figure]:
    measured = in_fresh_process(rescore, execution.number, column, options)
    took: Took = measured.answer
    name = f"scoring anew, {what}"
    return [
        Figure(f"{name}: all of it", took.all, "s", floor, less=True),
        Figure(f"{name}: saving the change", took.change, "s", less=True),
        Figure(f"{name}: longest chunk", took.chunk, "s", less=True),
        Figure(f"{name}: going over to the new verdicts", took.switch, "s", less=True),
        Figure(f"{name}: removing the old ones", took.tidying, "s", less=True),
        Figure(f"{name}: peak memory", measured.peak, "MB", less=True),
    ]


def correct(number: int) -> Corrected:
    """Gather the roll-up, give one cell another truth, and take that back, which is measured."""
    execution = Execution.objects.select_related("batch__project").get(number=number)
    row = execution.batch.rows.get(position=1)
    with without_wake_ups():
        roll_up_want(execution.pk)
        began = time.perf_counter()
        roll_up_compute(execution.pk)
        gathering = time.perf_counter() - began
        for value in ("0.10", row.truth["price"]):
            began = time.perf_counter()
            truth_set(batch=execution.batch, changes=[CellChange(row.pk, "price", value)], user=None)
    return Corrected(gathering, time.perf_counter() - began)


def rescore(number: int, column: str, options: dict[str, Any]) -> Took:
    """Change the options and work off what follows, as a worker does."""
    execution = Execution.objects.get(number=number)
    changed = Column.objects.select_related("batch__project").get(batch=execution.batch_id, name=column)
    began = time.perf_counter()
    with without_wake_ups():
        column_update_options(column=changed, user=None, options=options)
    change = time.perf_counter() - began
    rescoring = Rescoring.objects.get(status=RescoringStatus.PENDING)
    token = claim(rescoring.pk)
    if token is None:
        raise RuntimeError("Nothing is to be scored anew.")
    steps: list[float] = []
    goes_on = True
    while goes_on:
        start = time.perf_counter()
        goes_on = rescoring_step(rescoring.pk, token)
        steps.append(time.perf_counter() - start)
    *chunks, switch, tidying = steps
    return Took(time.perf_counter() - began, change, max(chunks), switch, tidying)


def bare_update(number: int) -> float:
    """The floor: all cells of a column get a verdict in one statement, which is then undone. In seconds."""
    execution = Execution.objects.get(number=number)
    with transaction.atomic():
        began = time.perf_counter()
        FieldResult.objects.filter(execution=execution, column="brand").update(
            outcome="invented", score=0.0, explanation="There is none, but something was found"
        )
        took = time.perf_counter() - began
        transaction.set_rollback(True)
    return took
