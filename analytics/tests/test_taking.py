"""Answers that a filter finds, taken as truth."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from analytics.sheet import taking
from analytics.sheet.taking import answers_take, taking_plan
from analytics.tests.wrong_prices import execution_with_wrong_prices
from executions.models import Execution
from mino.common.errors import InvalidInput, InvalidState
from projects.models import Batch, TruthRevision

pytestmark = pytest.mark.django_db
WRONG = "column=price&outcome=wrong"


@pytest.fixture
def execution(batch: Batch) -> Execution:
    return execution_with_wrong_prices(batch)


@pytest.fixture(autouse=True)
def _scored_by_others(monkeypatch: pytest.MonkeyPatch) -> None:
    from mino.common.hooks import ground_truth_changed

    monkeypatch.setattr(ground_truth_changed, "_functions", [])


def prices(batch: Batch) -> list[str]:
    return [row.truth["price"] for row in batch.rows.order_by("position")]


def test_what_was_looked_at_is_taken(execution: Execution, member: User) -> None:
    plan = taking_plan(execution=execution, column="price", query=WRONG, user=member)
    assert (plan.cells, plan.unwritable) == (2, 1)
    assert [(one.position, one.before, one.after) for one in plan.first] == [(1, "1.50", "7.00"), (2, "2.50", "8.00")]
    assert prices(execution.batch) == ["1.50", "2.50", "3.50"]
    assert answers_take(execution=execution, column="price", query=WRONG, digest=plan.digest, user=member).cells == 2
    assert prices(execution.batch) == ["7.00", "8.00", "3.50"]
    assert {one.reason for one in TruthRevision.objects.all()} == {f"The answers of execution {execution.number}"}


def test_answers_that_are_right_are_left_alone(execution: Execution, member: User) -> None:
    plan = taking_plan(execution=execution, column="title", query="", user=member)
    assert plan.cells == 0


def test_the_filter_narrows_what_is_taken(execution: Execution, member: User) -> None:
    plan = taking_plan(execution=execution, column="price", query=f"{WRONG}&search=shop2", user=member)
    assert [one.position for one in plan.first] == [2]


def test_nothing_is_taken_where_the_truth_has_changed_since(execution: Execution, member: User) -> None:
    plan = taking_plan(execution=execution, column="price", query=WRONG, user=member)
    row = execution.batch.rows.get(position=2)
    row.truth = {"price": "2.60"}
    row.save()
    with pytest.raises(InvalidState, match="changed since"):
        answers_take(execution=execution, column="price", query=WRONG, digest=plan.digest, user=member)
    assert prices(execution.batch) == ["1.50", "2.60", "3.50"]


@pytest.mark.parametrize(("limit", "sentence"), [("MAX_CHANGED", "There are more"), ("MAX_LOOKED_AT", "finds more")])
def test_more_answers_than_can_be_taken_at_once_are_refused_as_a_whole(
    execution: Execution,
    member: User,
    client_for: Callable[[User], Client],
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
    sentence: str,
) -> None:
    digest = taking_plan(execution=execution, column="price", query=WRONG, user=member).digest
    monkeypatch.setattr(taking, limit, 1)
    with pytest.raises(InvalidInput, match=sentence):
        answers_take(execution=execution, column="price", query=WRONG, digest=digest, user=member)
    assert prices(execution.batch) == ["1.50", "2.50", "3.50"]
    address = reverse("execution_take", args=[execution.organization.slug, execution.pk]) + "?take=price"
    page = client_for(member).get(address)
    assert (page.status_code, sentence in page.text, "Narrow the filter" in page.text) == (422, True, True)


def test_a_column_that_holds_no_truth_is_refused(execution: Execution, member: User) -> None:
    with pytest.raises(InvalidInput, match="no column of truth"):
        taking_plan(execution=execution, column="site_url", query="", user=member)


def test_the_page_shows_what_changes_and_takes_it(
    execution: Execution, member: User, client_for: Callable[[User], Client]
) -> None:
    client = client_for(member)
    address = reverse("execution_take", args=[execution.organization.slug, execution.pk]) + "?take=price"
    page = client.get(address)
    assert "2 cells of" in page.text
    assert "1 answer can’t be written" in page.text
    digest = page.context["plan"].digest
    assert client.post(address, {"digest": "other"}).status_code == 409
    assert "2 cells of truth are changed." in client.post(address, {"digest": digest}, follow=True).text
    assert prices(execution.batch)[:2] == ["7.00", "8.00"]
