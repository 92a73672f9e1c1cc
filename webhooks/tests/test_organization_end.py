"""An organization that is deleted is told nothing more, whatever its webhooks do at that moment."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Organization, User
from accounts.organizations.deletion import organization_delete
from mino.tests.races import overtaken
from webhooks.models import Delivery, DeliveryStatus, PendingEvent, Subscription
from webhooks.sending.calling import Called, call
from webhooks.sending.claiming import Claimed, claim_next
from webhooks.sending.handing_out import hand_out
from webhooks.sending.sender import send_due, send_one
from webhooks.sending.settling import settle
from webhooks.services.publishing import event_publish
from webhooks.tests.receiver import Receiver, status

Happen = Callable[..., None]
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one transaction write")


def claimed_now() -> Claimed:
    claimed = claim_next(timezone.now())
    assert claimed is not None
    return claimed


def called_now(claimed: Claimed) -> Called:
    return call(Delivery.objects.get(pk=claimed.delivery_id))


def note(organization: Organization) -> None:
    event_publish("batch.imported", organization_id=organization.pk, subject_id=uuid.uuid4(), data=dict)


def all_failed() -> bool:
    return not Delivery.objects.exclude(status=DeliveryStatus.FAILED).exists()


@pytest.mark.django_db
def test_a_delivery_that_a_sender_has_just_claimed_is_not_sent(
    receiver: Receiver, subscription: Subscription, happen: Happen, organization: Organization, owner: User
) -> None:
    happen()
    claimed = claimed_now()
    organization_delete(organization=organization, user=owner)
    send_one(claimed)
    assert receiver.calls == []
    assert "its organization deleted" in Delivery.objects.get().error
    assert all_failed()


@pytest.mark.django_db
@pytest.mark.parametrize("answer", [500, 410])
def test_a_call_under_way_that_fails_is_the_last(
    answer: int, receiver: Receiver, subscription: Subscription, happen: Happen, organization: Organization, owner: User
) -> None:
    receiver.answer(status(answer))
    happen()
    claimed = claimed_now()
    called = called_now(claimed)
    organization_delete(organization=organization, user=owner)
    assert settle(claimed, called)
    assert all_failed()
    assert send_due() == 0
    subscription.refresh_from_db()
    assert (subscription.is_enabled, subscription.owners_due_at) == (True, None), "nobody is told by mail"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@on_postgresql
def test_what_is_handed_out_while_it_is_deleted_is_not_sent(
    subscription: Subscription, organization: Organization, owner: User
) -> None:
    note(organization)
    overtaken(
        change=lambda: organization_delete(organization=organization, user=owner),
        act=lambda: hand_out(organization.pk),
    )
    assert not Delivery.objects.exists()
    assert not PendingEvent.objects.exists()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@on_postgresql
def test_what_was_handed_out_just_before_is_not_sent(
    subscription: Subscription, organization: Organization, owner: User
) -> None:
    note(organization)
    overtaken(
        change=lambda: hand_out(organization.pk),
        act=lambda: organization_delete(organization=organization, user=owner),
    )
    assert Delivery.objects.exists()
    assert all_failed()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@on_postgresql
def test_a_call_that_ends_while_it_is_deleted_is_the_last(
    receiver: Receiver, subscription: Subscription, happen: Happen, organization: Organization, owner: User
) -> None:
    receiver.answer(status(500))
    happen()
    claimed = claimed_now()
    called = called_now(claimed)
    overtaken(
        change=lambda: organization_delete(organization=organization, user=owner),
        act=lambda: settle(claimed, called),
    )
    assert all_failed()
