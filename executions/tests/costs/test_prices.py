"""What an attempt costs by the prices that are set."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import Settings

from executions.agents.registry import AGENTS
from executions.costs.prices import attempt_cost, attempt_cost_bound, expected_attempt_cost, is_free
from mino.common.values.prices import PRICED_AGENTS, all_prices, read_prices

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def use(settings: Settings, text: str) -> None:
    settings.AGENT_PRICES = all_prices(read_prices(text))


@pytest.mark.parametrize(
    ("agent", "steps", "was_started", "cost"),
    [
        ("eva", 3, True, Decimal("0.048")),
        ("eva", 0, True, Decimal(0)),
        ("eva", None, True, Decimal("0.05")),
        ("eva", -4, True, Decimal("0.05")),
        ("eva", 3, False, Decimal(0)),
        ("eva", 10**12, True, Decimal("999999.999999")),
        ("agentql", 3, True, None),
        ("agentql", None, False, Decimal(0)),
        ("local", None, True, Decimal(0)),
        ("file", 7, True, Decimal(0)),
        ("nobody", None, True, None),
    ],
)
def test_an_attempt_costs_its_steps_or_else_a_request(
    agent: str, steps: int | None, was_started: bool, cost: Decimal | None
) -> None:
    assert attempt_cost(agent, steps=steps, was_started=was_started, at=NOW) == cost


def test_a_later_price_holds_from_its_day_on(settings: Settings) -> None:
    use(
        settings,
        """[{"agent": "eva", "from": "2026-12-01", "per_step": 0.02},
            {"agent": "eva", "from": "2026-11-01", "per_step": "0.018", "per_request": 0.06}]""",
    )
    days = [datetime(2026, 10, 31, 23, 59, tzinfo=UTC), NOW, datetime(2026, 12, 1, tzinfo=UTC)]
    assert [attempt_cost("eva", steps=10, was_started=True, at=day) for day in days] == [
        Decimal("0.16"),
        Decimal("0.18"),
        Decimal("0.2"),
    ]
    assert attempt_cost("eva", steps=None, was_started=True, at=days[2]) is None  # nothing is left of the older price


def test_on_one_day_the_price_that_is_set_replaces_the_built_in_one(settings: Settings) -> None:
    use(settings, '[{"agent": "local", "from": "0001-01-01", "per_request": "0.001"}]')
    assert attempt_cost("local", steps=None, was_started=True, at=NOW) == Decimal("0.001")
    assert not is_free("local", NOW)
    assert is_free("file", NOW)


@pytest.mark.parametrize(
    ("agent", "agent_settings", "bound"),
    [
        ("eva", {"max_steps": 20}, Decimal("0.32")),
        ("eva", {"max_steps": 1}, Decimal("0.05")),  # its steps may stay unknown
        ("eva", {"max_steps": None}, None),
        ("eva", {}, None),
        ("agentql", {}, None),
        ("local", {}, Decimal(0)),
    ],
)
def test_the_most_that_an_attempt_can_cost(agent: str, agent_settings: dict[str, Any], bound: Decimal | None) -> None:
    assert attempt_cost_bound(agent, agent_settings, NOW) == bound


def test_a_price_by_request_alone_is_the_most_and_the_expected(settings: Settings) -> None:
    use(settings, '[{"agent": "agentql", "from": "2026-01-01", "per_request": "0.02"}]')
    assert attempt_cost_bound("agentql", {}, NOW) == expected_attempt_cost("agentql", NOW) == Decimal("0.02")


def test_an_attempt_is_thought_to_cost_a_request_or_else_a_step(settings: Settings) -> None:
    assert expected_attempt_cost("eva", NOW) == Decimal("0.05")
    use(settings, '[{"agent": "eva", "from": "2026-01-01", "per_step": "0.01"}]')
    assert expected_attempt_cost("eva", NOW) == Decimal("0.01")


def test_every_agent_can_be_priced() -> None:
    assert sorted(AGENTS) == sorted(PRICED_AGENTS)
