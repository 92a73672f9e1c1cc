"""Whether independent results agree with each other against the truth. Pure: no database."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from executions.evaluation.accepting import truth_of_answer
from executions.evaluation.evaluate import ColumnSpec, evaluate_cell
from executions.evaluation.verdict import Outcome

APART = timedelta(hours=1)
"""Results of one kind that are closer than this may share a cause, and count as one."""
FEWEST_KINDS = 2
FEWEST_OF_ONE_KIND = 3
AGAINST = (Outcome.WRONG, Outcome.INVENTED)
HEARD = (Outcome.CORRECT, *AGAINST)
MOST_VALUES = 20
"""Only so many different answers for a cell are compared with each other: those given most often."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one result says about a cell; `kind` tells agent and instructions apart."""

    kind: Hashable
    at: datetime
    value: Any


@dataclass(frozen=True, slots=True)
class Agreement:
    """Results that agree: the cell of truth as they would have it, how many are independent, and their part of all
    that answered, in thousandths."""

    value: str
    support: int
    share: int
    first_seen: datetime
    last_seen: datetime

    @property
    def rank(self) -> tuple[int, int, datetime]:
        """The larger, the more suspicious is the truth."""
        return (self.support, self.share, self.last_seen)


def agreement_against(column: ColumnSpec, truth: str | None, answers: Sequence[Answer]) -> Agreement | None:
    """The strongest agreement of independent answers that contradicts the truth, None where there is none.

    An answer that found nothing is no evidence, neither for nor against: failing is what results share most easily.
    """
    by_value: dict[str, list[Answer]] = {}
    for answer in answers:
        by_value.setdefault(_canonical(answer.value), []).append(answer)
    verdicts = {key: _outcome(column, truth, group[0].value) for key, group in by_value.items()}
    against = {key: by_value[key] for key, outcome in verdicts.items() if outcome in AGAINST}
    if not against or not is_independent([one for group in against.values() for one in group]):
        return None
    heard = [one for key, group in by_value.items() if verdicts[key] in HEARD for one in group]
    return max(_agreements(column, against, support_of(heard)), key=lambda one: one.rank, default=None)


def says_the_same(column: ColumnSpec, cell: str, other: str) -> bool:
    """Whether a cell of truth accepts what another one says, under the column's matching options."""
    return cell == other or evaluate_cell(column.type, column.options, cell, other).outcome is Outcome.CORRECT


def is_independent(answers: Iterable[Answer]) -> bool:
    """Whether two differ in agent or instructions, or three of the same kind are at least an hour apart."""
    counts = _counts(answers)
    return len(counts) >= FEWEST_KINDS or any(count >= FEWEST_OF_ONE_KIND for count in counts.values())


def support_of(answers: Iterable[Answer]) -> int:
    """How many independent results they are: of one kind, those that are at least an hour apart."""
    return sum(_counts(answers).values())


def _counts(answers: Iterable[Answer]) -> Mapping[Hashable, int]:
    counts: dict[Hashable, int] = {}
    latest: dict[Hashable, datetime] = {}
    for answer in sorted(answers, key=lambda one: one.at):
        before = latest.get(answer.kind)
        if before is None or answer.at - before >= APART:
            counts[answer.kind] = counts.get(answer.kind, 0) + 1
            latest[answer.kind] = answer.at
    return counts


def _agreements(column: ColumnSpec, against: Mapping[str, Sequence[Answer]], heard: int) -> Iterable[Agreement]:
    """Each answer with those that it accepts, as far as they are independent."""
    groups = sorted(against.values(), key=len, reverse=True)[:MOST_VALUES]
    for group in groups:
        cell = truth_of_answer(column, group[0].value)
        if cell is None:
            continue
        agreeing = [one for other in groups if other is group or _accepts(column, cell, other[0]) for one in other]
        if is_independent(agreeing):
            times = [one.at for one in agreeing]
            support = support_of(agreeing)
            yield Agreement(cell, support, 1000 * support // max(heard, support), min(times), max(times))


def _accepts(column: ColumnSpec, cell: str, answer: Answer) -> bool:
    return _outcome(column, cell, answer.value) is Outcome.CORRECT


def _outcome(column: ColumnSpec, truth: str | None, value: Any) -> Outcome:
    return evaluate_cell(column.type, column.options, truth, value).outcome


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
