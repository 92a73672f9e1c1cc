"""What an attempt costs, by the prices that the operator set (`MINO_AGENT_PRICES`, docs/costs.md)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings

from mino.common.values.prices import AgentPrice

HIGHEST_COST = Decimal("999999.999999")
"""No attempt costs more: an agent that counts more steps than that is not believed."""


def currency() -> str:
    """The one currency of all money in this installation, such as `USD`."""
    return str(settings.CURRENCY)


def price_of(agent: str, at: datetime) -> AgentPrice | None:
    """The price of `agent` that holds at a moment, None when none is set. The latest one that has begun holds."""
    day = at.astimezone(UTC).date()
    begun = [price for price in settings.AGENT_PRICES if price.agent == agent and price.start <= day]
    return sorted(begun, key=lambda price: price.start)[-1] if begun else None


def is_free(agent: str, at: datetime) -> bool:
    """Whether `agent` charges nothing."""
    price = price_of(agent, at)
    return price is not None and not price.per_step and price.per_request == 0


def attempt_cost(agent: str, *, steps: int | None, was_started: bool, at: datetime) -> Decimal | None:
    """What an attempt by `agent` at `at` cost, None when nobody knows.

    `steps` is how many the agent counted, None when it did not say. `was_started` says whether a run existed at all;
    without one nothing is charged.
    """
    if not was_started:
        return Decimal(0)
    price = price_of(agent, at)
    if price is None:
        return None
    if steps is not None and steps >= 0 and price.per_step is not None:
        return min(steps * price.per_step, HIGHEST_COST)
    return price.per_request


def attempt_cost_bound(agent: str, agent_settings: Mapping[str, Any], at: datetime) -> Decimal | None:
    """The most that one attempt with these settings can cost, None when nobody knows."""
    price = price_of(agent, at)
    if price is None:
        return None
    if not price.per_step:
        return price.per_request
    most_steps: int | None = agent_settings.get("max_steps")
    if most_steps is None:
        return None
    return max(most_steps * price.per_step, price.per_request or Decimal(0))


def expected_attempt_cost(agent: str, at: datetime) -> Decimal | None:
    """What one attempt is thought to cost before anything is known of its steps; a single step where no more is said.

    None when no price is set.
    """
    price = price_of(agent, at)
    if price is None:
        return None
    return price.per_step if price.per_request is None else price.per_request
