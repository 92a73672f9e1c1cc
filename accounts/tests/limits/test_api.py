"""The usage over the API."""

from __future__ import annotations

from datetime import date

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Organization, Plan, UsageMonth, User
from mino.tests.api.asking import browser, code_of


def test_what_is_used_of_the_plan(organization: Organization, admin: User) -> None:
    Organization.objects.filter(pk=organization.pk).update(plan=Plan.FREE, project_count=2)
    UsageMonth.objects.create(
        organization=organization, month=timezone.now().date().replace(day=1), rows=7, costs={"EUR": "2.50"}
    )
    shown = browser(admin, organization).get("usage")
    assert (shown["id"], shown["plan"]) == (str(organization.pk), "free")
    assert shown["projects"] == {"current": 2, "maximum": 3, "resets_at": None}
    assert (shown["executions"]["current"], shown["executions"]["maximum"]) == (0, 100)
    assert shown["requests"]["maximum"] == 100
    assert (shown["months"][0]["rows"], shown["months"][0]["costs"]) == (7, {"EUR": 2.5})
    Organization.objects.filter(pk=organization.pk).update(plan=Plan.ENTERPRISE)
    assert browser(admin, organization).get("usage")["projects"]["maximum"] is None


def test_members_are_refused(organization: Organization, member: User) -> None:
    assert code_of(browser(member, organization)("GET", "usage")) == "FORBIDDEN"


def test_as_many_queries_whatever_the_history(organization: Organization, admin: User) -> None:
    ask = browser(admin, organization)
    ask.get("usage")
    counts = []
    for months in (range(0), range(1, 13)):
        for month in months:
            UsageMonth.objects.get_or_create(
                organization=organization, month=date(timezone.now().year, month, 1), defaults={"executions": 1}
            )
        with CaptureQueriesContext(connection) as queries:
            ask.get("usage")
        counts.append(len(queries))
    assert counts[0] == counts[1]
