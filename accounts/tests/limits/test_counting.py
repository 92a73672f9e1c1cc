"""What plans allow, and the counters that hold organizations to it."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from django.db import transaction

from accounts.limits.counting import execution_count, project_count, project_uncount
from accounts.limits.plans import PLANS, limits_of
from accounts.limits.standing import executions_standing
from accounts.models import Organization, Plan, UsageMonth
from mino.common.errors import Limits, QuotaExceeded
from mino.tests.factories import OrganizationFactory

NOVEMBER = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, 0, 0, tzinfo=UTC)
JANUARY = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture
def free(db: None) -> Organization:
    return OrganizationFactory(name="Corner Shop", plan=Plan.FREE, max_executions_a_month=2)


def test_the_plans_are_those_of_the_price_list() -> None:
    told = {plan: (one.projects, one.executions_a_month, one.requests_an_hour) for plan, one in PLANS.items()}
    assert told == {"free": (3, 100, 100), "pro": (50, 2_000, 1_000), "enterprise": (None, None, 10_000)}
    assert set(PLANS) == set(Plan.values)


def test_what_staff_agreed_counts_instead_of_the_plan(free: Organization) -> None:
    assert limits_of(free).executions_a_month == 2
    free.max_projects, free.max_requests_an_hour = 0, 7
    assert (limits_of(free).projects, limits_of(free).requests_an_hour) == (0, 7)


def test_the_fourth_project_of_the_free_plan_is_refused(free: Organization) -> None:
    for _ in range(3):
        project_count(free.pk)
    with pytest.raises(QuotaExceeded, match="has 3 projects, and its plan allows 3") as refused:
        project_count(free.pk)
    assert refused.value.limits == Limits(3, 3, None)
    project_uncount(free.pk)
    project_count(free.pk)
    assert Organization.objects.get(pk=free.pk).project_count == 3
    assert UsageMonth.objects.get().projects == 3


@pytest.mark.parametrize(("plan", "own"), [("pro", 1), ("enterprise", 1), ("free", 1), ("free", None)])
def test_the_agreed_limit_may_be_below_or_above_the_plan(free: Organization, plan: str, own: int | None) -> None:
    room = 3 if own is None else own
    Organization.objects.update(plan=plan, max_projects=own, project_count=room - 1)
    project_count(free.pk)
    with pytest.raises(QuotaExceeded):
        project_count(free.pk)


def test_without_a_limit_nothing_is_refused(free: Organization) -> None:
    Organization.objects.update(plan=Plan.ENTERPRISE, max_executions_a_month=None, execution_count=1_000_000)
    execution_count(free.pk)
    project_count(free.pk)


def test_executions_are_counted_by_the_month_of_utc(free: Organization) -> None:
    execution_count(free.pk, now=NOVEMBER)
    execution_count(free.pk, now=NOVEMBER)
    with pytest.raises(QuotaExceeded, match="begins anew on 1 December 2026") as refused:
        execution_count(free.pk, now=NOVEMBER)
    assert refused.value.limits == Limits(2, 2, DECEMBER)
    execution_count(free.pk, now=DECEMBER)
    free.refresh_from_db()
    assert (free.execution_month, free.execution_count) == (date(2026, 12, 1), 1)
    assert list(UsageMonth.objects.values_list("month", "executions")) == [
        (date(2026, 12, 1), 1),
        (date(2026, 11, 1), 2),
    ]


def test_a_server_whose_clock_is_behind_does_not_bring_the_old_month_back(free: Organization) -> None:
    execution_count(free.pk, now=DECEMBER)
    execution_count(free.pk, now=NOVEMBER)
    free.refresh_from_db()
    assert (free.execution_month, free.execution_count) == (date(2026, 12, 1), 2)
    with pytest.raises(QuotaExceeded, match="1 January 2027"):
        execution_count(free.pk, now=NOVEMBER)


def test_the_standing_of_a_new_month_is_empty_before_anything_is_started(free: Organization) -> None:
    execution_count(free.pk, now=NOVEMBER)
    free.refresh_from_db()
    before, after = (executions_standing(free, now=now) for now in (NOVEMBER, DECEMBER))
    assert (before.current, before.left, before.share, before.reset) == (1, 1, 0.5, DECEMBER)
    assert (after.current, after.left, after.reset) == (0, 2, JANUARY)


def test_what_is_undone_is_not_counted(free: Organization) -> None:
    with suppress(ZeroDivisionError), transaction.atomic():
        project_count(free.pk)
        raise ZeroDivisionError
    assert Organization.objects.get(pk=free.pk).project_count == 0
    assert not UsageMonth.objects.exists()
