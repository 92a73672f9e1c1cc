"""Attempts that end after the truth of their row, or the way in which columns are compared, has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from executions.engine.attempt import Finished, Plan
from executions.engine.plan import plan_of
from executions.evaluation.evaluate import ColumnSpec, evaluate_row
from executions.evaluation.verdict import RowVerdict
from executions.models import Execution
from mino.common.values.options import MatchingOptions

Truth = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Staged:
    """The verdict on a result under the next scoring generation of its execution, and the truth that it knows."""

    truth: Truth
    verdict: RowVerdict


def scored_now(finished: Finished, truth: Truth, execution: Execution) -> tuple[Finished, Staged | None]:
    """The end of an attempt with the verdict of today; `truth` is that of its row now.

    The attempt was compared with the truth and by the options of the moment when it began. While the results of its
    execution are scored anew in the background, readers still see the verdicts under what was known then, and this
    result gets such a one as well, with the new one staged beside it. The caller holds the execution's lock.
    """
    if finished.verdict is None:
        return finished, None
    plan = finished.attempt.plan
    if plan.generation != execution.scoring_generation:
        plan = plan_of(execution.pk, execution.scoring_generation)
    if execution.staged_options is None:
        return _under(finished, plan, truth), None
    columns = with_options(plan.columns, execution.staged_options)
    return _under(finished, plan, finished.attempt.truth), Staged(truth, evaluate_row(columns, truth, finished.data))


def _under(finished: Finished, plan: Plan, truth: Truth) -> Finished:
    attempt = finished.attempt
    if truth == attempt.truth and plan is attempt.plan:
        return finished
    verdict = evaluate_row(plan.columns, truth, finished.data)
    return replace(finished, attempt=replace(attempt, plan=plan, truth=truth), verdict=verdict)


def with_options(columns: Sequence[ColumnSpec], options: Mapping[str, Mapping[str, Any]]) -> list[ColumnSpec]:
    """The columns, those that `options` names with these matching options."""
    return [
        replace(column, options=MatchingOptions.from_mapping(column.type, options[column.name]))
        if column.name in options
        else column
        for column in columns
    ]
