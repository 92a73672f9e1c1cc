"""What a run will cost, told before it is started."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from executions.costs.estimating import Estimate, Ground, estimate_cost, predicted_total
from executions.costs.history import MOST_ROWS
from executions.tests.costs.conftest import EndedRows
from mino.common.values.prices import all_prices, read_prices
from mino.tests.factories import ProjectFactory
from projects.models import Project

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def estimate(project: Project, agent: str = "eva", rows: int = 500, **values: Any) -> Estimate:
    given = {"agent_settings": {}, "max_retries": 3, "at": NOW, **values}
    return estimate_cost(project_id=project.pk, agent=agent, rows=rows, **given)


def test_what_has_no_price_and_what_is_free_is_said(project: Project) -> None:
    assert estimate(project, "agentql").ground == Ground.UNPRICED
    free = estimate(project, "local")
    assert (free.ground, free.low, free.high) == (Ground.FREE, Decimal(0), Decimal(0))


def test_without_a_history_the_prices_tell(project: Project) -> None:
    told = estimate(project, agent_settings={"max_steps": 10})
    assert (told.ground, told.low, told.high) == (Ground.PRICES, Decimal(25), Decimal(25))
    assert told.most == Decimal("0.16") * 500 * 4
    assert told.pilot_rows == 20
    assert estimate(project, rows=20).pilot_rows is None


def test_a_price_by_step_alone_tells_the_least(project: Project, settings: Settings) -> None:
    settings.AGENT_PRICES = all_prices(read_prices('[{"agent": "eva", "from": "2026-01-01", "per_step": "0.01"}]'))
    assert (estimate(project).low, estimate(project).high) == (Decimal(5), None)
    assert estimate(project, agent_settings={"max_steps": 3}).high == Decimal("0.03") * 500 * 4


def test_a_history_tells_with_its_retries(project: Project, ended_rows: EndedRows) -> None:
    ended_rows(*[["0.02"]] * 10, *[["0.02", "0.04"]] * 10)
    told = estimate(project)
    assert (told.ground, told.history_rows, told.attempts) == (Ground.HISTORY, 20, 30)
    assert told.low is not None
    assert told.high is not None
    assert told.low < Decimal(20) < told.high  # 500 rows of 0.04
    without = estimate(project, max_retries=0)
    assert (without.low, without.high, without.attempts) == (Decimal(10), Decimal(10), 20)


@pytest.mark.parametrize(
    ("rows", "agent", "at"),
    [
        ([["0.02"]] * 9, "eva", NOW),  # too few
        ([["0.02", None]] * 12, "eva", NOW),  # an attempt of unknown cost
        ([["0.02"]] * 12, "agentql", NOW),  # another agent
        ([["0.02"]] * 12, "eva", datetime(2025, 12, 31, tzinfo=UTC)),  # another price held
    ],
)
def test_a_history_that_tells_nothing_is_left_out(
    project: Project, ended_rows: EndedRows, settings: Settings, rows: list[list[str]], agent: str, at: datetime
) -> None:
    text = '[{"agent": "eva", "from": "2026-01-01", "per_step": "0.02", "per_request": "0.06"}]'
    settings.AGENT_PRICES = all_prices(read_prices(text))
    ended_rows(*rows, agent=agent, at=at)
    assert estimate(project).ground == Ground.PRICES


def test_the_history_of_another_project_does_not_count(ended_rows: EndedRows) -> None:
    ended_rows(*[["0.02"]] * 12)
    assert estimate(ProjectFactory()).ground == Ground.PRICES


def test_a_limit_of_steps_limits_the_range(project: Project, ended_rows: EndedRows) -> None:
    ended_rows(*[["0.9"]] * 12)
    told = estimate(project, rows=10, agent_settings={"max_steps": 5}, max_retries=0)
    assert told.low == told.high == told.most == Decimal("0.8")


def test_a_long_history_is_read_in_few_queries(
    project: Project,
    ended_rows: EndedRows,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    assert MOST_ROWS == 200
    monkeypatch.setattr("executions.costs.history.MOST_ROWS", 15)
    for _ in range(4):
        ended_rows(*[["0.02"]] * 10)
    with django_assert_num_queries(4):  # executions, the jobs of two of them, their attempts
        assert estimate(project).history_rows == 15


def test_the_range_holds_nineteen_times_of_twenty() -> None:
    draw = random.Random(7)
    costs = [Decimal(draw.randint(1, 9)) / 100 for _ in range(4000)]
    held = 0
    for _ in range(300):
        low, high = predicted_total(draw.sample(costs, 20), 10)
        held += low <= sum(draw.sample(costs, 10)) <= high
    assert 0.91 < held / 300 < 0.985
