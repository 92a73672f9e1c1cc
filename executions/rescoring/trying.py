"""What other matching options would make of stored results: looked at, never written."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from executions.engine.plan import column_specs
from executions.evaluation.evaluate import ColumnSpec, evaluate_cell, score_row
from executions.evaluation.verdict import CellVerdict, EvaluationResult, Outcome
from executions.models import Execution, Job, JobStatus
from mino.common.values.options import MatchingOptions
from mino.common.values.share import Share

MOST_CELLS = 5_000
MOST_SECONDS = 2.0
MOST_SHOWN = 50
PORTION = 500
FIELDS = ("position", "pk", "row_position", "url", "result", "outcomes", "evaluation_result", "row__truth")


class Stored(NamedTuple):
    """A stored result, as far as one column of it is concerned."""

    position: int
    job_id: uuid.UUID
    row_position: int
    url: str
    result: Mapping[str, Any] | None
    outcomes: Mapping[str, str]
    evaluation_result: str
    truth: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Flip:
    """A cell that would get another outcome."""

    stored: Stored
    truth: str
    answer: Any
    before: CellVerdict
    after: CellVerdict


@dataclass(slots=True)
class Trial:
    """What the options would change: `cells` were looked at, of `results` in all, the first in the order of the rows.

    `flows` counts cells by outcome before and after, where the two differ; `flips` are the first of these.
    """

    results: int
    cells: int = 0
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)
    flows: Counter[tuple[str, str]] = field(default_factory=Counter)
    flips: list[Flip] = field(default_factory=list)
    passed_before: int = 0
    passed_after: int = 0

    @property
    def flipped(self) -> int:
        """How many of the cells would flip."""
        return sum(self.flows.values())

    @property
    def accuracy_before(self) -> Share:
        """Good cells of the gradable ones as they are."""
        return _accuracy(self.before)

    @property
    def accuracy_after(self) -> Share:
        """The same under the other options."""
        return _accuracy(self.after)


def _accuracy(counts: Mapping[str, int]) -> Share:
    gradable = {Outcome(name): count for name, count in counts.items() if Outcome(name).is_gradable}
    return Share.of(sum(count for name, count in gradable.items() if name.is_good), sum(gradable.values()))


def try_options(execution: Execution, column: str, options: MatchingOptions) -> Trial | None:
    """Compare what the execution has stored for a column by other options; None if it did not ask for the column.

    At most 5,000 cells, and not for longer than two seconds.
    """
    specs = column_specs(execution)
    old = next((spec for spec in specs if spec.name == column), None)
    if old is None:
        return None
    new = replace(old, options=options)
    specs = [new if spec is old else spec for spec in specs]
    trial, until, last = Trial(results=execution.completed_jobs), time.monotonic() + MOST_SECONDS, 0
    while trial.cells < MOST_CELLS and time.monotonic() < until:
        results = _portion(execution, last)
        for one in results:
            _look_at(trial, one, old, new, specs)
            if time.monotonic() > until:
                return trial
        if len(results) < PORTION:
            break
        last = results[-1].position
    return trial


def _portion(execution: Execution, last: int) -> list[Stored]:
    completed = Job.objects.filter(execution=execution, status=JobStatus.COMPLETED, position__gt=last)
    return [Stored(*values) for values in completed.order_by("position").values_list(*FIELDS)[:PORTION]]


def _look_at(trial: Trial, one: Stored, old: ColumnSpec, new: ColumnSpec, specs: Sequence[ColumnSpec]) -> None:
    truth, answer = one.truth.get(new.name), (one.result or {}).get(new.name)
    after = evaluate_cell(new.type, new.options, truth, answer)
    before = one.outcomes.get(new.name, Outcome.NOT_GRADABLE.value)
    trial.cells += 1
    trial.before[before] += 1
    trial.after[after.outcome.value] += 1
    outcomes = {name: Outcome(outcome) for name, outcome in one.outcomes.items()} | {new.name: after.outcome}
    trial.passed_before += one.evaluation_result == EvaluationResult.PASSED
    trial.passed_after += score_row(specs, outcomes).result is EvaluationResult.PASSED
    if before == after.outcome.value:
        return
    trial.flows[before, after.outcome.value] += 1
    if len(trial.flips) < MOST_SHOWN:
        was = replace(evaluate_cell(old.type, old.options, truth, answer), outcome=Outcome(before))
        trial.flips.append(Flip(one, truth or "", answer, was, after))
