"""The shapes of an execution's wrong answers, as its patterns know them, and the cells that have one."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from analytics.models import PatternKind, PatternOccurrence
from analytics.patterns.storing import unpacked
from analytics.patterns.words import title_of
from executions.models import Execution

MOST_POSITIONS = 5_000
"""Of a shape that more answers have, the first ones in the execution's order are reviewed."""
MOST_SHAPES = 100


@dataclass(frozen=True, slots=True)
class Shaped:
    """The cells of one column that fail in one way, or without a column all cells of rows that do, by the positions of
    their jobs."""

    pattern: str
    column: str
    positions: Sequence[int]


@dataclass(frozen=True, slots=True)
class ShapeChoice:
    """A shape that can be asked for, in words, and how many answers had it when the patterns were looked for."""

    pattern: str
    column: str
    title: str
    count: int


def shaped_cells(execution: Execution, pattern: str) -> Shaped | None:
    """The cells of a pattern in an execution; None for one of errors, which have no cells, and for none of this
    execution."""
    try:
        wanted = uuid.UUID(pattern)
    except ValueError:
        return None
    found = PatternOccurrence.objects.filter(execution=execution, pattern=wanted, is_found=True)
    found = found.exclude(pattern__kind=PatternKind.ERROR).select_related("pattern")
    occurrence = found.order_by("execution_id").first()  # there is one at most; by its id, all would be looked through
    if occurrence is None:
        return None
    positions = unpacked(bytes(occurrence.positions))[:MOST_POSITIONS]
    return Shaped(str(wanted), occurrence.pattern.column, positions)


def shape_choices(execution: Execution, column: str = "") -> list[ShapeChoice]:
    """The shapes that an execution's wrong answers have, of one column or all, those that weigh most first."""
    found = PatternOccurrence.objects.filter(execution=execution, is_found=True, pattern__kind=PatternKind.SHAPE)
    found = found.filter(pattern__column=column) if column else found
    heaviest = found.select_related("pattern").defer("positions", "examples", "details").order_by("-weight", "id")
    return [
        ShapeChoice(str(one.pattern_id), one.pattern.column, title_of(one.pattern), one.frequency)
        for one in heaviest[:MOST_SHAPES]
    ]
