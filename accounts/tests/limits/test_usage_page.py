"""The page about usage and plan, and asking for another plan on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.limits.asking import plan_request_create, plan_request_decide, plan_request_withdraw
from accounts.limits.usage import bars_of, months_of, since_the_first
from accounts.models import AuditEntry, Organization, Plan, PlanRequest, UsageMonth, User
from mino.common.errors import AlreadyExists, InvalidInput, InvalidState
from mino.tests.factories import UserFactory

PAGE = "/o/northlight/settings/usage/"
NOVEMBER = datetime(2026, 11, 20, tzinfo=UTC)
ClientFor = Callable[[User], Client]


@pytest.fixture
def free(organization: Organization) -> Organization:
    Organization.objects.filter(pk=organization.pk).update(plan=Plan.FREE, project_count=3)
    organization.refresh_from_db()
    return organization


@pytest.fixture
def staff(db: None) -> User:
    return UserFactory(email="staff@mino.example", is_staff=True)


def ask(organization: Organization, owner: User) -> PlanRequest:
    return plan_request_create(organization=organization, plan="pro", message=" We grow.\0 ", user=owner)


def test_an_admin_sees_what_is_used_and_an_owner_may_ask(
    free: Organization, admin: User, owner: User, client_for: ClientFor
) -> None:
    seen = client_for(admin).get(PAGE).content.decode()
    assert 'aria-label="3 of 3 used"' in seen
    assert "Used up" in seen
    assert "An owner can ask for another plan here." in seen
    assert "Ask for this plan" in client_for(owner).get(PAGE).content.decode()
    assert 'href="/o/northlight/settings/usage/"' in seen, "The settings lead to it."


def test_twelve_months_of_history_need_as_many_queries_as_one(
    free: Organization, admin: User, client_for: ClientFor
) -> None:
    client = client_for(admin)
    client.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        client.get(PAGE)
    for number in range(1, 13):
        UsageMonth.objects.create(organization=free, month=f"2026-{number:02}-01", costs={"USD": "1.5"})
    with CaptureQueriesContext(connection) as many:
        assert client.get(f"{PAGE}?show=rows").status_code == 200
    assert len(many) == len(few)


def test_months_without_a_change_have_the_projects_of_before(free: Organization) -> None:
    UsageMonth.objects.create(organization=free, month="2025-06-01", projects=2, executions=9)
    UsageMonth.objects.create(organization=free, month="2026-10-01", projects=5, executions=4, costs={"EUR": "2.50"})
    months = months_of(free, NOVEMBER)
    seen = [(one.month.month, one.projects, one.executions) for one in months[:3]]
    assert seen == [(11, 5, 0), (10, 5, 4), (9, 2, 0)]
    assert months[1].costs == {"EUR": Decimal("2.50")}
    assert len(months) == 12
    assert [one.month.month for one in since_the_first(months)] == [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 12], (
        "Two projects."
    )
    UsageMonth.objects.filter(month="2025-06-01").delete()
    assert [one.month.month for one in since_the_first(months_of(free, NOVEMBER))] == [11, 10]
    bars = bars_of(months, "executions")
    assert [bar.value for bar in bars] == [*[0] * 10, 4, 0]
    assert (bars[10].height, bars[10].top, bars[0].height) == (96, 0, 0)


def test_asking_is_recorded_and_mailed_to_staff(
    free: Organization,
    owner: User,
    staff: User,
    client_for: ClientFor,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = client_for(owner).post(
            f"{PAGE}plan/", {"plan": "pro", "message": "Twenty shops to come."}, follow=True
        )
    assert "The Pro plan was asked for" in answer.content.decode()
    made = PlanRequest.objects.get()
    assert (made.plan, made.plan_before, made.requested_by) == ("pro", "free", owner)
    assert AuditEntry.objects.filter(event="organization.plan_requested", organization=free).count() == 1
    (letter,) = mail.outbox
    assert letter.to == [staff.email]
    assert letter.subject == "Northlight Retail asks for the Pro plan"
    assert "Twenty shops to come." in letter.body
    assert f"/admin/accounts/planrequest/{made.pk}/change/" in letter.body


def test_one_request_at_a_time_and_only_for_another_plan(
    free: Organization, owner: User, client_for: ClientFor
) -> None:
    assert client_for(owner).post(f"{PAGE}plan/", {"plan": "free"}).status_code == 422
    with pytest.raises(InvalidInput):
        plan_request_create(organization=free, plan="free", message="", user=owner)
    assert ask(free, owner).message == "We grow."
    with pytest.raises(AlreadyExists):
        ask(free, owner)
    answer = client_for(owner).post(f"{PAGE}plan/", {"plan": "enterprise"})
    assert answer.status_code == 422
    assert PlanRequest.objects.get().plan == "pro"


def test_a_withdrawn_request_can_be_made_anew(free: Organization, owner: User, client_for: ClientFor) -> None:
    made = ask(free, owner)
    for _ in range(2):
        assert client_for(owner).post(f"{PAGE}plan/{made.pk}/withdraw/").status_code == 302
    assert AuditEntry.objects.filter(event="organization.plan_request_withdrawn").count() == 1
    ask(free, owner)


def test_staff_grant_it_and_who_asked_is_told(
    free: Organization,
    owner: User,
    staff: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    made = ask(free, owner)
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            plan_request_decide(made, is_granted=True, user=staff)
    free.refresh_from_db()
    assert free.plan == Plan.PRO
    assert [letter.to for letter in mail.outbox] == [[owner.email]]
    assert "has it from now on" in mail.outbox[0].body
    entry = AuditEntry.objects.get(event="organization.plan_changed")
    assert entry.changes == {"plan": ["free", "pro"]}
    with pytest.raises(InvalidState, match="was granted already"):
        plan_request_withdraw(made, user=owner)


def test_a_declined_request_changes_nothing_else(
    free: Organization, owner: User, staff: User, client_for: ClientFor
) -> None:
    plan_request_decide(ask(free, owner), is_granted=False, user=staff)
    free.refresh_from_db()
    assert free.plan == Plan.FREE
    assert "was not granted" in client_for(owner).get(PAGE).content.decode()
    assert AuditEntry.objects.filter(event="organization.plan_request_declined").exists()


def test_a_request_of_another_organization_is_unseen(
    free: Organization, owner: User, stranger: User, client_for: ClientFor
) -> None:
    made = ask(free, owner)
    assert client_for(stranger).post(f"/o/elsewhere/settings/usage/plan/{made.pk}/withdraw/").status_code == 404
    assert PlanRequest.objects.get().state == "open"
