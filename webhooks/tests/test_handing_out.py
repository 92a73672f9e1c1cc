"""Events reach those subscriptions that wanted them when they happened, also those that began a moment before."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.db import connection

from accounts.models import Organization, User
from mino.tests.races import overtaken
from webhooks.models import Delivery, PendingEvent, Subscription
from webhooks.sending.handing_out import hand_out
from webhooks.services.publishing import event_publish
from webhooks.services.subscriptions import subscription_disable, subscription_enable

Subscribe = Callable[..., Subscription]
pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time"),
]


def locked(subscription: Subscription) -> Subscription:
    return Subscription.objects.select_for_update().get(pk=subscription.pk)


def publish(organization: Organization, name: str) -> None:
    assert event_publish(name, organization_id=organization.pk, subject_id=uuid.uuid4(), data=dict)


def test_a_subscription_made_while_events_are_handed_out_misses_none_of_its_own(
    subscribe: Subscribe, organization: Organization
) -> None:
    first = subscribe("batch.imported")

    def begin() -> None:
        subscribe("export.ready")
        publish(organization, "export.ready")

    overtaken(change=lambda: locked(first), act=lambda: hand_out(organization.pk), then=begin)
    hand_out(organization.pk)
    assert [one.event_name for one in Delivery.objects.exclude(subscription=first)] == ["export.ready"]


def test_a_subscription_enabled_while_events_are_handed_out_misses_none_of_its_own(
    subscribe: Subscribe, organization: Organization, owner: User
) -> None:
    first, second = subscribe("batch.imported"), subscribe("export.ready")
    subscription_disable(subscription=second, user=owner)

    def begin() -> None:
        subscription_enable(subscription=second, user=owner)
        publish(organization, "export.ready")

    overtaken(change=lambda: locked(first), act=lambda: hand_out(organization.pk), then=begin)
    hand_out(organization.pk)
    assert [one.event_name for one in Delivery.objects.filter(subscription=second)] == ["export.ready"]


def test_two_who_hand_out_at_once_make_each_delivery_once(subscribe: Subscribe, organization: Organization) -> None:
    subscribe("batch.imported")
    publish(organization, "batch.imported")
    overtaken(
        change=lambda: hand_out(organization.pk),
        act=lambda: hand_out(organization.pk),
    )
    assert Delivery.objects.count() == 1
    assert not PendingEvent.objects.exists()
