"""How entries leave: by age, with their organization, and without whom they name."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from pytest_django import Settings

from accounts.audit import acting_as, record, retention
from accounts.audit.erasing import entries_remove_of_organization, identity_erase
from accounts.audit.retention import entries_expire
from accounts.models import AuditEntry, Channel, Organization, User
from accounts.tasks import expire_audit
from accounts.tests.audit.conftest import Entries
from mino.tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db


def test_entries_stay_as_long_as_the_setting_says(
    entries: Entries, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    settings.AUDIT_DAYS = 10
    now = timezone.now()
    entries(5, timestamp=now - timedelta(days=11))
    kept = entries(3, timestamp=now - timedelta(days=9))
    assert entries_expire(now=now) == 5
    assert set(AuditEntry.objects.exclude(event="audit.expired")) == set(kept)
    told = AuditEntry.objects.get(event="audit.expired")
    assert (told.count, told.organization) == (5, None)
    expire_audit()
    assert AuditEntry.objects.filter(event="audit.expired").count() == 1


def test_with_an_organization_all_goes_but_its_tombstone(entries: Entries, organization: Organization) -> None:
    entries(5)
    (tombstone,) = entries(event="organization.purged")
    (other,) = entries(organization=OrganizationFactory())
    while entries_remove_of_organization(organization.pk, before=timezone.now(), at_most=2):
        pass
    assert set(AuditEntry.objects.all()) == {tombstone, other}


def test_who_is_erased_is_named_nowhere(organization: Organization, member: User, owner: User) -> None:
    with acting_as(member, channel=Channel.PAGE):
        record("project.created", None, organization=organization, after={"name": "Mugs"})
    record("user.updated", member, organization=organization, before={"name": "A"}, after={"name": "B"}, by=member)
    record("member.role_changed", member, organization=organization, after={"role": "admin"}, by=owner)
    record("guest.removed", None, organization=organization, before={"person": member.email.upper(), "n": 1}, by=owner)
    while identity_erase(member.pk, email=member.email, at_most=1):
        pass
    left = list(AuditEntry.objects.order_by("timestamp", "id"))
    assert [entry.event for entry in left] == [
        "project.created",
        "user.updated",
        "member.role_changed",
        "guest.removed",
    ]
    assert not any(member.email in str(entry.__dict__).lower() for entry in left)
    assert [entry.actor_id for entry in left] == [None, None, owner.pk, owner.pk]
    assert left[3].changes == {"person": ["An erased account", None], "n": [1, None]}
    assert left[0].changes == {"name": [None, "Mugs"]}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="the trigger is PostgreSQL's")
def test_the_door_is_closed_again_within_the_same_transaction(entries: Entries, organization: Organization) -> None:
    entries(2)
    entries_remove_of_organization(organization.pk, before=timezone.now(), at_most=1)
    with pytest.raises(DatabaseError, match="audit trail"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_auditentry")
