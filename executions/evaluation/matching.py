"""Compares lists of values: any of them is right, or all of them are wanted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from executions.evaluation.compare import compare
from executions.evaluation.comparison import Comparison
from executions.evaluation.verdict import Reason
from mino.common.values.columns import ColumnType
from mino.common.values.options import MatchingOptions

MAX_VALUES = 300
"""Only so many values of a list are compared, each with each; further ones count as not found."""
MAX_LISTED_CHARACTERS = 2_000


def compare_any(
    column_type: ColumnType, options: MatchingOptions, accepted: Sequence[str], extracted: Sequence[Any]
) -> Comparison:
    """Compare with alternatives, any of which is right. Several extracted values are right if every one is accepted."""
    best = [_best(column_type, options, accepted, value) for value in extracted[:MAX_VALUES]]
    if len(extracted) == 1:
        return best[0]
    right = sum(comparison.is_equal for comparison in best)
    if right == len(extracted):
        return min(best, key=lambda comparison: comparison.score)
    explanation = f"{right} of the {len(extracted)} values found {'is' if right == 1 else 'are'} right, one is wanted"
    reason = Reason.PARTIAL_MATCH if right else _common_reason(best)
    return Comparison(right / len(extracted), reason, explanation)


def _best(column_type: ColumnType, options: MatchingOptions, accepted: Sequence[str], extracted: Any) -> Comparison:
    best: Comparison | None = None
    for value in accepted[:MAX_VALUES]:
        comparison = compare(column_type, options, value, extracted)
        if best is None or comparison.rank > best.rank:
            best = comparison
        if comparison.is_equal and comparison.score == 1.0:
            break
    if best is None:
        raise ValueError("Nothing to compare with: the truth holds no value.")
    return best


def _common_reason(comparisons: Sequence[Comparison]) -> Reason:
    reasons = {comparison.reason for comparison in comparisons}
    return Reason.TYPE_MISMATCH if reasons == {Reason.TYPE_MISMATCH} else Reason.VALUE_MISMATCH


def compare_all(
    column_type: ColumnType, options: MatchingOptions, wanted: Sequence[str], extracted: Sequence[Any]
) -> Comparison:
    """Compare a whole list, in any order and one to one; the score is the matched share of the longer list."""
    pairs = _count_pairs(_equalities(column_type, options, wanted[:MAX_VALUES], extracted[:MAX_VALUES]))
    share = pairs / max(len(wanted), len(extracted))
    if share == 1.0:
        return Comparison(1.0, None, "Equal" if len(wanted) == 1 else f"All {len(wanted)} values found")
    parts = [f"{pairs} of {len(wanted)} values found"]
    if len(extracted) > pairs:
        parts.append(f"{len(extracted) - pairs} found that should not be there")
    return Comparison(share, Reason.PARTIAL_MATCH if pairs else Reason.VALUE_MISMATCH, ", ".join(parts))


def _equalities(
    column_type: ColumnType, options: MatchingOptions, wanted: Sequence[str], extracted: Sequence[Any]
) -> list[list[int]]:
    """Return for each wanted value the positions of the extracted values that are equal to it."""
    shortened = [value[:MAX_LISTED_CHARACTERS] if isinstance(value, str) else value for value in extracted]
    return [
        [
            position
            for position, value in enumerate(shortened)
            if compare(column_type, options, expected[:MAX_LISTED_CHARACTERS], value).is_equal
        ]
        for expected in wanted
    ]


def _count_pairs(equalities: Sequence[Sequence[int]]) -> int:
    """Return the size of a largest one-to-one assignment (Kuhn's augmenting paths, breadth first).

    Taking the first fit would not do: within tolerances, equality isn't transitive.
    """
    owner: dict[int, int] = {}
    return sum(_augment(start, equalities, owner) for start in range(len(equalities)))


def _augment(start: int, equalities: Sequence[Sequence[int]], owner: dict[int, int]) -> bool:
    came_from: dict[int, int] = {}
    taken: dict[int, int] = {}
    queue = [start]
    for wanted in queue:
        for position in equalities[wanted]:
            if position in came_from:
                continue
            came_from[position] = wanted
            if position in owner:
                queue.append(owner[position])
                taken[owner[position]] = position
                continue
            _reassign(position, start, came_from, taken, owner)
            return True
    return False


def _reassign(free: int, start: int, came_from: dict[int, int], taken: dict[int, int], owner: dict[int, int]) -> None:
    position = free
    while True:
        wanted = came_from[position]
        owner[position] = wanted
        if wanted == start:
            return
        position = taken[wanted]
