from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from pytest_django import Settings

from accounts.models import Organization, User
from webhooks.events import EVENTS
from webhooks.models import Delivery, PendingEvent, Subscription
from webhooks.sending.handing_out import hand_out
from webhooks.services.publishing import event_publish
from webhooks.services.subscriptions import subscription_create
from webhooks.tests.receiver import Receiver, receiving


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    """A server that may be called, though it is on this machine."""
    with receiving() as running:
        settings.MINO_ALLOWED_NETWORKS = ["127.0.0.1/32"]
        settings.MINO_ALLOWED_PORTS = [running.port]
        yield running


@pytest.fixture
def subscribe(organization: Organization, owner: User, receiver: Receiver) -> Callable[..., Subscription]:
    """Subscribes the receiver to all events, or those given; `secret_of` tells the secret."""

    def make(*events: str, path: str = "/hook", of: Organization = organization, by: User = owner) -> Subscription:
        shown = subscription_create(organization=of, user=by, url=receiver.url(path), events=events or list(EVENTS))
        secrets[shown.subscription.pk] = shown.secret
        return shown.subscription

    secrets: dict[uuid.UUID, str] = {}
    make.secrets = secrets  # type: ignore[attr-defined]
    return make


@pytest.fixture
def subscription(subscribe: Callable[..., Subscription]) -> Subscription:
    """A subscription to all events."""
    return subscribe()


@pytest.fixture
def secret(subscribe: Any, subscription: Subscription) -> str:
    """Its secret."""
    return str(subscribe.secrets[subscription.pk])


@pytest.fixture
def happen(organization: Organization) -> Callable[..., None]:
    """Has an event happen and hands it out."""

    def publish(name: str = "batch.imported", subject: uuid.UUID | None = None, **data: Any) -> None:
        event_publish(
            name, organization_id=organization.pk, subject_id=subject or uuid.uuid4(), data=lambda: {"rows": 1, **data}
        )
        ripen()
        hand_out(organization.pk)

    return publish


def ripen() -> None:
    """Let the second be over in which jobs are gathered."""
    PendingEvent.objects.update(created_at=F("created_at") - timedelta(seconds=2))


def come_due() -> None:
    """Let the moment of the next attempts come."""
    Delivery.objects.filter(status="pending", due_at__isnull=False, claim=None).update(
        due_at=F("created_at") - timedelta(seconds=1)
    )
