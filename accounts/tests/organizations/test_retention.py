"""How long an organization keeps things."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.audit import record
from accounts.audit.retention import entries_expire
from accounts.models import AuditEntry, Organization, User
from accounts.organizations.retention import AUDIT, retention_update
from mino.common.errors import InvalidInput
from mino.tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User], Client]
PAGE = "/o/northlight/settings/privacy/"


def test_an_admin_chooses_from_shorter_times(
    client_for: ClientFor,
    admin: User,
    organization: Organization,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    browser = client_for(admin)
    browser.get(PAGE)
    with django_assert_max_num_queries(8):
        page = browser.get(PAGE).text
    assert "As long as this installation: 30 days" in page
    posted = {"screenshot_days": "7", "raw_result_days": "installation", "audit_days": "180"}
    assert browser.post(PAGE, posted)["Location"] == PAGE
    organization.refresh_from_db()
    assert (organization.screenshot_days, organization.raw_result_days, organization.audit_days) == (7, None, 180)
    changes = AuditEntry.objects.get(event="organization.privacy_changed").changes
    assert changes == {"screenshot_days": [None, 7], "audit_days": [None, 180]}
    for wrong in ({"screenshot_days": "60"}, {"audit_days": "30"}, {"raw_result_days": "soon"}):
        assert browser.post(PAGE, {**posted, **wrong}).status_code == 422


def test_the_service_keeps_the_bounds(organization: Organization, member: User, settings: Settings) -> None:
    with pytest.raises(InvalidInput, match="90 to 730"):
        retention_update(organization=organization, user=None, days={"audit_days": 7})
    with pytest.raises(InvalidInput, match="1 to 30"):
        retention_update(organization=organization, user=None, days={"screenshot_days": 31})
    with pytest.raises(PermissionDenied):
        retention_update(organization=organization, user=member, days={})
    held = retention_update(organization=organization, user=None, days={"audit_days": 365})
    settings.AUDIT_DAYS = 60
    assert AUDIT.days_of(held) == 60


def test_the_audit_trail_of_an_organization_goes_after_its_own_time(organization: Organization) -> None:
    other = OrganizationFactory()
    for one in (organization, other):
        record("organization.updated", one, organization=one, after={"name": "x"})
    retention_update(organization=organization, user=None, days={"audit_days": 90})
    assert entries_expire(now=timezone.now() + timedelta(days=91)) == 2
    left = AuditEntry.objects.order_by("timestamp").values_list("organization", "event")
    assert list(left) == [(other.pk, "organization.updated"), (organization.pk, "audit.expired")]
