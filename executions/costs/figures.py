"""What an execution cost, and what it will."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from executions.costs.prices import is_free
from executions.models import Execution

LEAST_ENDED = 10
"""Fewer ended rows say too little about the others."""


@dataclass(frozen=True, slots=True)
class CostFigures:
    """An execution's money, all of it the agent's, in `currency`; None where nothing is known.

    `is_known` tells whether any attempt had a price. `unpriced_attempts` may have cost something beside `cost`, which
    is then the least. `expected_total` is what the whole run will cost if the other rows are like those that ended.
    `per_correct_row` divides the cost by the passed rows. `retry_share` is the part of the cost, 0..1, that retries
    took. `budget_share` is the part of the budget that is spent.
    """

    currency: str
    cost: Decimal
    is_known: bool
    is_free: bool
    unpriced_attempts: int
    expected_total: Decimal | None
    per_correct_row: Decimal | None
    retry_cost: Decimal
    retry_share: float | None
    budget: Decimal | None
    budget_left: Decimal | None
    budget_share: float | None
    estimated_low: Decimal | None
    estimated_high: Decimal | None

    @property
    def is_at_least(self) -> bool:
        """Whether more may have been charged than is known."""
        return self.unpriced_attempts > 0

    @property
    def will_exceed_budget(self) -> bool:
        """Whether the budget will probably end it early."""
        return self.budget is not None and self.expected_total is not None and self.expected_total > self.budget


def as_number(amount: Decimal | None) -> float | None:
    """An amount of money as programs get it, in JSON: a number, so that they can add it."""
    return None if amount is None else float(amount)


def cost_figures(execution: Execution) -> CostFigures:
    """The figures of an execution, from its own counters alone: no query is made."""
    cost, budget = execution.cost, execution.budget
    attempted = execution.completed_jobs + execution.error_jobs
    free = _is_free(execution)
    is_known = cost > 0 or free or (attempted > 0 and execution.unpriced_attempts == 0)
    return CostFigures(
        currency=execution.currency,
        cost=cost,
        is_known=is_known,
        is_free=free,
        unpriced_attempts=execution.unpriced_attempts,
        expected_total=_expected_total(execution, attempted) if is_known else None,
        per_correct_row=cost / execution.passed_jobs if is_known and execution.passed_jobs else None,
        retry_cost=execution.retry_cost,
        retry_share=float(execution.retry_cost / cost) if cost else None,
        budget=budget,
        budget_left=None if budget is None else max(budget - cost, Decimal(0)),
        budget_share=None if not budget else min(float(cost / budget), 1.0),
        estimated_low=execution.estimated_cost_low,
        estimated_high=execution.estimated_cost_high,
    )


def _is_free(execution: Execution) -> bool:
    return not execution.cost and is_free(execution.agent, execution.started_at or execution.created_at)


def _expected_total(execution: Execution, attempted: int) -> Decimal | None:
    """The cost of an ended row times all rows that are run; None once it has ended, and before enough rows have."""
    rows = execution.total_jobs - execution.skipped_jobs - execution.stopped_jobs
    if execution.is_finished or attempted < min(LEAST_ENDED, rows) or not attempted:
        return None
    return execution.cost / attempted * rows
