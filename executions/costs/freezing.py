"""What an execution keeps about its cost when it is created."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from executions.agents.registry import AGENTS
from executions.costs.estimating import HIGHEST_TOTAL, SMALLEST, estimate_cost
from executions.costs.prices import attempt_cost_bound, price_of
from mino.common.errors import Detail, InvalidInput


def check_budget(budget: Decimal | None, agent: str, at: datetime) -> None:
    """Raise InvalidInput, at `budget`, when it is no amount of money or can't be kept because nobody knows the cost."""
    if budget is None:
        return
    if not budget.is_finite() or not 0 < budget <= HIGHEST_TOTAL or budget != round(budget, 6):
        message = f"Choose an amount above 0 and up to {HIGHEST_TOTAL}, with at most six decimals, or none."
    elif price_of(agent, at) is None:
        label = AGENTS[agent].label if agent in AGENTS else agent
        message = (
            f"No price is set for {label}, so that a budget can't be kept. Go without one, or have the operator set a "
            "price in MINO_AGENT_PRICES."
        )
    else:
        return
    raise InvalidInput(message, details=[Detail("budget", message)])


def frozen_costs(
    *,
    project_id: uuid.UUID,
    agent: str,
    agent_settings: Mapping[str, Any],
    rows: int,
    max_retries: int,
    budget: Decimal | None,
) -> dict[str, Any]:
    """The fields of a new execution that are about cost. Raises InvalidInput when the budget can't be used."""
    now = timezone.now()
    check_budget(budget, agent, now)
    estimate = estimate_cost(
        project_id=project_id, agent=agent, agent_settings=agent_settings, rows=rows, max_retries=max_retries, at=now
    )
    bound = attempt_cost_bound(agent, agent_settings, now)
    return {
        "currency": estimate.currency,
        "budget": budget,
        "attempt_cost_bound": None if bound is None else bound.quantize(SMALLEST),
        "estimated_cost_low": estimate.low,
        "estimated_cost_high": estimate.high,
    }
