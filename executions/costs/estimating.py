"""What a run will cost, told before it is started.

From the project's own history: rows cost c with mean m and standard deviation s over n earlier rows, each with its
retries. N new rows like them then cost N * m, and with 95 % probability between

    N * (m - t * s * sqrt(1/n + 1/N))  and  N * (m + t * s * sqrt(1/n + 1/N))

where 1/n is how little the mean is known and 1/N how much new rows scatter around it (W. Q. Meeker, G. J. Hahn and
L. A. Escobar, "Statistical Intervals", 2nd ed. 2017, section 4.7: a prediction interval for the mean of future
observations). t is Student's, by the first term of its expansion around the normal distribution.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum
from typing import Any

from executions.costs.history import history_of
from executions.costs.prices import attempt_cost_bound, currency, is_free, price_of
from mino.common.values.prices import AgentPrice
from mino.common.values.share import Z_95

LEAST_ROWS = 10
"""Fewer earlier rows say too little."""
PILOT_ROWS = 20
HIGHEST_TOTAL = Decimal("99999999.999999")
SMALLEST = Decimal("0.000001")


class Ground(StrEnum):
    """What an estimate stands on."""

    FREE = "free"
    UNPRICED = "unpriced"
    HISTORY = "history"
    PRICES = "prices"


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the agent will charge for `rows` rows: from `low` to `high`, None where that is unknown.

    `history_rows` and `attempts` say how much of the project's history it stands on. `most` is what is charged when
    every row needs every retry, None when that has no limit.
    """

    ground: Ground
    rows: int
    currency: str
    low: Decimal | None = None
    high: Decimal | None = None
    most: Decimal | None = None
    history_rows: int = 0
    attempts: int = 0

    @property
    def is_range(self) -> bool:
        """Whether it has two ends that differ by a cent or more."""
        return self.low is not None and self.high is not None and self.high - self.low >= Decimal("0.01")

    @property
    def pilot_rows(self) -> int | None:
        """How many rows a first sample should have to say more, None when there is no need for one."""
        return PILOT_ROWS if self.ground == Ground.PRICES and self.rows > PILOT_ROWS else None

    def is_above(self, budget: Decimal | None) -> bool:
        """Whether even the lowest cost that is expected exceeds the budget."""
        return budget is not None and self.low is not None and budget < self.low


def estimate_cost(
    *,
    project_id: uuid.UUID,
    agent: str,
    agent_settings: Mapping[str, Any],
    rows: int,
    max_retries: int,
    at: datetime,
) -> Estimate:
    """What `rows` rows will cost when `agent` runs them at `at` with up to `max_retries` retries each."""
    price = price_of(agent, at)
    if price is None:
        return Estimate(Ground.UNPRICED, rows, currency())
    if is_free(agent, at):
        return Estimate(Ground.FREE, rows, currency(), Decimal(0), Decimal(0), Decimal(0))
    bound = attempt_cost_bound(agent, agent_settings, at)
    most = None if bound is None else _fitting(bound * rows * (max_retries + 1))
    history = history_of(project_id, agent, since=price.start, max_retries=max_retries)
    if len(history.costs) < LEAST_ROWS:
        low, high = _by_prices(price, rows, most)
        return Estimate(Ground.PRICES, rows, currency(), low, high, most)
    low, high = predicted_total(history.costs, rows)
    if most is not None:
        low, high = min(low, most), min(high, most)
    return Estimate(Ground.HISTORY, rows, currency(), low, high, most, len(history.costs), history.attempts)


def predicted_total(costs: Sequence[Decimal], rows: int) -> tuple[Decimal, Decimal]:
    """Between what and what `rows` further rows like those of `costs` (two at least) cost, with 95 % probability."""
    known = len(costs)
    mean = sum(costs, Decimal(0)) / known
    variance = sum(((cost - mean) ** 2 for cost in costs), Decimal(0)) / (known - 1)
    scatter = (variance * (Decimal(1) / known + Decimal(1) / max(rows, 1))).sqrt()
    half = _student(known - 1) * scatter
    return _fitting(rows * (mean - half), ROUND_FLOOR), _fitting(rows * (mean + half), ROUND_CEILING)


def _by_prices(price: AgentPrice, rows: int, most: Decimal | None) -> tuple[Decimal, Decimal | None]:
    """One attempt a row; where only a price by step is set, from a single step each to as many as allowed."""
    if price.per_request is None:
        return _fitting((price.per_step or Decimal(0)) * rows), most
    total = _fitting(price.per_request * rows)
    return total, total


def _student(freedom: int) -> Decimal:
    return Decimal(Z_95 + (Z_95**3 + Z_95) / (4 * freedom))


def _fitting(amount: Decimal, rounding: str = ROUND_CEILING) -> Decimal:
    """The amount as it can be kept."""
    return min(max(amount, Decimal(0)), HIGHEST_TOTAL).quantize(SMALLEST, rounding)
