"""What the results of one row tell about it: whether it is stable, how often it flips, how far answers agree."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from analytics.models.roll_ups import RowKind
from mino.common.values.text import fold_text

ENOUGH = 3
"""Graded results from which on a row is called stable or flaky."""


@dataclass(frozen=True, slots=True)
class Result:
    """One result: under which matching options it was graded, whether it passed (None: not graded), and its answer.

    The answer is None where an error took its place.
    """

    options: str
    passed: bool | None
    answer: str | None


def told_by(results: Sequence[Result]) -> dict[str, Any]:
    """The values of a `RowHistory` for these results, the oldest first.

    Verdicts count under the options of the newest graded result: under others the same answer may get another one.
    """
    graded = [one for one in results if one.passed is not None]
    verdicts = [one.passed for one in graded if one.options == graded[-1].options]
    passes = sum(verdict is True for verdict in verdicts)
    answers = Counter(one.answer for one in results if one.answer is not None)
    count = sum(answers.values())
    return {
        "kind": kind_of(passes, len(verdicts) - passes).value,
        "graded": len(verdicts),
        "passes": passes,
        "fails": len(verdicts) - passes,
        "errors": sum(one.answer is None for one in results),
        "flips": sum(before != after for before, after in pairwise(verdicts)),
        "answers": count,
        "distinct_answers": len(answers),
        "pairs": count * (count - 1) // 2,
        "agreeing": sum(times * (times - 1) // 2 for times in answers.values()),
    }


def kind_of(passes: int, fails: int) -> RowKind:
    """What to call a row with so many passed and failed results."""
    if passes + fails < ENOUGH:
        return RowKind.FEW
    if passes and fails:
        return RowKind.FLAKY
    return RowKind.STABLE_RIGHT if passes else RowKind.STABLE_WRONG


def folded_answer(result: Mapping[str, Any] | None) -> str:
    """An answer in a form in which spelling, case and white space do not count."""
    values = {name: _folded(value) for name, value in (result or {}).items() if not is_blank(value)}
    return json.dumps(values, sort_keys=True, ensure_ascii=False)


def is_blank(value: object) -> bool:
    """Whether nothing was extracted."""
    return value is None or value in ("", [], {}) or (isinstance(value, str) and not value.strip())


def _folded(value: Any) -> str:
    return fold_text(value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False))
