"""The failure of one cell, from its verdict and both of its values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analytics.patterns.shapes.dates import date_failure
from analytics.patterns.shapes.kinds import Failure, FailureType, Shape
from analytics.patterns.shapes.numbers import amount_failure, factor_failure
from analytics.patterns.shapes.texts import (
    contained_failure,
    encoding_failure,
    format_failure,
    order_failure,
    same_but_for_case,
    slip_failure,
)
from executions.evaluation.evaluate import ColumnSpec
from executions.evaluation.values import as_text, extracted_values, read_truth
from executions.evaluation.verdict import Outcome
from mino.common.values.columns import ColumnType
from mino.common.values.text import fold_text

LONGEST = 1_000
"""Characters of a value that are looked at."""
MOST_VALUES = 8
"""Alternatives of the truth, and values extracted, that are looked at."""
SHORTEST_SIBLING = 3
"""Shorter values are in another column by chance."""


def failure_of(
    column: ColumnSpec, outcome: str, reason: str, expected: str | None, extracted: Any, siblings: Mapping[str, Any]
) -> Failure | None:
    """How the cell fails; None where it does not, or differs in case only. Never raises.

    `siblings` are the cells of truth of the row's other columns by their names.
    """
    if outcome == Outcome.MISSED:
        return Failure(FailureType.MISSING_EXTRACTION)
    if outcome == Outcome.INVENTED:
        return Failure(FailureType.VALUE_MISMATCH, Shape.INVENTED)
    if outcome != Outcome.WRONG:
        return None
    kind = FailureType(reason) if reason in _REASONS else FailureType.VALUE_MISMATCH
    truths, values = _values(column, expected, extracted)
    pairs = [(truth, value) for value in values for truth in truths]
    if any(same_but_for_case(truth, value) for truth, value in pairs):
        return None
    found = next((one for truth, value in pairs if (one := _first(column, truth, value)) is not None), None)
    if found is None or found[0] not in _SURE:
        other = _sibling(values, truths, siblings, column)
        found = (Shape.SIBLING, other, "") if other else found
    if found is None:
        found = next((one for truth, value in pairs if (one := _loose(column, truth, value)) is not None), None)
    return Failure(kind) if found is None else Failure(kind, *found)


_REASONS = frozenset(FailureType)
_SURE = (Shape.LIST_ORDER, Shape.ENCODING, Shape.FORMAT, Shape.CURRENCY)

Found = tuple[Shape, str, str]
"""A shape with its value and its detail."""


def _first(column: ColumnSpec, truth: str, value: str) -> Found | None:
    """What is surely the same thing in another form."""
    strict = (order_failure(truth, value), encoding_failure(truth, value), format_failure(column.type, truth, value))
    found = next((one for one in strict if one is not None), None)
    if found is None and column.type in (ColumnType.TEXT, ColumnType.NUMBER):
        found = amount_failure(truth, value)
    return found


def _loose(column: ColumnSpec, truth: str, value: str) -> Found | None:
    """What is wrong, but in a way that says why."""
    found: Found | None = None
    if column.type in (ColumnType.NUMBER, ColumnType.TEXT):
        found = factor_failure(truth, value, is_number=column.type is ColumnType.NUMBER)
    if found is None and column.type in (ColumnType.DATE, ColumnType.TEXT):
        found = date_failure(truth, value, column.options.day_first)
    if found is None and column.type is not ColumnType.BOOLEAN:
        found = contained_failure(truth, value)
    if found is None and column.type in (ColumnType.TEXT, ColumnType.EMAIL, ColumnType.URL):
        found = slip_failure(truth, value)
    return found


def _values(column: ColumnSpec, expected: str | None, extracted: Any) -> tuple[list[str], list[str]]:
    """The accepted values and the extracted ones as texts; a list is one text where the whole of it is wanted."""
    truths: Sequence[str] = read_truth(column.options, (expected or "")[: LONGEST * MOST_VALUES]).values
    found = [as_text(one) for one in extracted_values(column.type, column.options, extracted)[:MOST_VALUES]]
    values = [one[:LONGEST] for one in found if one is not None]
    if column.options.multiple == "all" and (len(truths) > 1 or len(values) > 1):
        return [", ".join(truths)[:LONGEST]], [", ".join(values)[:LONGEST]]
    return [one[:LONGEST] for one in truths[:MOST_VALUES]], values


def _sibling(values: Sequence[str], truths: Sequence[str], siblings: Mapping[str, Any], column: ColumnSpec) -> str:
    """The column whose truth was given, empty where it is none's."""
    if column.type is ColumnType.BOOLEAN:
        return ""
    own = {fold_text(one) for one in truths}
    given = {fold_text(one) for one in values} - own
    wanted = {one for one in given if len(one) >= SHORTEST_SIBLING}
    for name, cell in siblings.items():
        if name != column.name and isinstance(cell, str) and len(cell) <= LONGEST and fold_text(cell) in wanted:
            return name
    return ""
