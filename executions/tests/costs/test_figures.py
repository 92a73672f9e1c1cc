"""What an execution cost, and what it will."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from executions.costs.figures import CostFigures, cost_figures
from executions.costs.shares import expected_share, own_share
from executions.models import Execution, ExecutionStatus, Screenshot
from executions.tests.costs.making import THEN, make_ended_rows
from executions.tests.views.conftest import ClientFor
from mino.tests.factories import ExecutionFactory
from projects.models import Batch

pytestmark = pytest.mark.django_db
HALFWAY = {
    "agent": "eva",
    "status": ExecutionStatus.RUNNING,
    "total_jobs": 100,
    "completed_jobs": 40,
    "error_jobs": 10,
    "skipped_jobs": 20,
    "passed_jobs": 25,
    "cost": Decimal("2.5"),
    "retry_cost": Decimal("0.5"),
}


def figures(batch: Batch, **values: object) -> CostFigures:
    return cost_figures(ExecutionFactory(batch=batch, **{**HALFWAY, **values}))


def test_an_execution_under_way_tells_what_it_will_cost(
    batch: Batch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    execution = ExecutionFactory(batch=batch, **HALFWAY, budget=Decimal(3))
    with django_assert_num_queries(0):
        told = cost_figures(execution)
    assert (told.cost, told.expected_total, told.per_correct_row) == (Decimal("2.5"), Decimal(4), Decimal("0.1"))
    assert (told.retry_cost, told.retry_share) == (Decimal("0.5"), 0.2)
    assert (told.budget_left, told.will_exceed_budget) == (Decimal("0.5"), True)


@pytest.mark.parametrize(
    "values", [{"completed_jobs": 9, "error_jobs": 0}, {"status": ExecutionStatus.COMPLETED}, {"cost": Decimal(0)}]
)
def test_nothing_is_foretold_too_early_or_too_late(batch: Batch, values: dict[str, object]) -> None:
    assert figures(batch, **{"unpriced_attempts": 3, **values}).expected_total is None


def test_a_small_execution_is_foretold_when_all_its_rows_have_ended_once(batch: Batch) -> None:
    values = {"total_jobs": 4, "completed_jobs": 4, "error_jobs": 0, "skipped_jobs": 0}
    assert figures(batch, **values).expected_total == Decimal("2.5")


def test_an_agent_without_a_price_costs_an_unknown_amount(batch: Batch) -> None:
    told = figures(batch, agent="agentql", cost=Decimal(0), retry_cost=Decimal(0), unpriced_attempts=50)
    assert (told.is_known, told.is_free, told.per_correct_row, told.retry_share) == (False, False, None, None)
    page = render_to_string("executions/live/_cost.html", {"cost": told, "execution": Execution()})
    assert "unknown for 50 attempts" in page


def test_a_free_agent_is_free(batch: Batch) -> None:
    told = figures(batch, agent="local", cost=Decimal(0), retry_cost=Decimal(0))
    assert told.is_free
    assert "Free" in render_to_string("executions/live/_cost.html", {"cost": told, "execution": Execution()})


def test_the_figure_on_the_page_names_cap_and_retries(batch: Batch) -> None:
    told = figures(batch, budget=Decimal(3), unpriced_attempts=2, currency="EUR")
    page = render_to_string("executions/live/_cost.html", {"cost": told, "execution": Execution()})
    for part in (
        "Cost so far",
        "≥ €2.50",
        "€4.00 expected, €3.00 at most",
        "€0.10 a correct row",
        "€0.50 of it for retries",
    ):
        assert part in page


def test_pictures_and_queries_are_the_own_share(batch: Batch, settings: Settings) -> None:
    settings.STORAGE_PRICE, settings.QUERY_PRICE = Decimal("0.03"), Decimal("0.0001")
    told = expected_share(500, with_screenshots=True)
    assert (told.storage, told.queries, told.total) == (Decimal("0.075"), Decimal(1), Decimal("1.075"))
    execution = make_ended_rows(batch, ["0.02"], ["0.02"])
    execution.agent_settings, execution.completed_jobs = {"screenshots": True}, 2
    for job in execution.jobs.all():
        Screenshot.objects.create(session=job.sessions.get(), bytes=1_000_000, taken_at=THEN)
    measured = own_share(execution)
    assert (measured.bytes, measured.storage) == (2_000_000, Decimal("0.00006"))
    assert (measured.queries, measured.is_measured) == (Decimal("0.004"), True)


def test_the_share_of_a_large_execution_is_extrapolated(batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("executions.costs.shares.MOST_ROWS_MEASURED", 4)  # positions 4 and 5: one of two is read
    execution = make_ended_rows(batch, ["0.02"], ["0.02"])
    execution.agent_settings, execution.completed_jobs = {"screenshots": True}, 12
    for job in execution.jobs.all():
        Screenshot.objects.create(session=job.sessions.get(), bytes=1_000_000, taken_at=THEN)
    assert (own_share(execution).bytes, own_share(execution).is_measured) == (3_000_000, False)


def test_the_settings_tab_tells_the_cost(batch: Batch, client_for: ClientFor, member: User) -> None:
    execution = ExecutionFactory(
        batch=batch, **HALFWAY, estimated_cost_low=Decimal(3), estimated_cost_high=Decimal(5), budget=Decimal(10)
    )
    page = client_for(member).get(reverse("execution_settings", args=[batch.organization.slug, execution.pk])).text
    for part in ("$3.00 to $5.00", "$0.10", "$0.50 (20.0", "$10.00, $7.50 left", "$0.10, not charged"):
        assert part in page
