"""Several workers take deliveries at the same moment: no receiver gets more calls at once than it may."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from mino.tests.races import overtaken
from webhooks.models import Delivery, Subscription
from webhooks.sending.claiming import AT_ONCE, Claimed, claim_next

Subscribe = Callable[..., Subscription]
Happen = Callable[..., None]
pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time"),
]


def claim() -> Claimed | None:
    return claim_next(timezone.now())


def lock(subscription: Subscription) -> None:
    Subscription.objects.select_for_update().get(pk=subscription.pk)


@pytest.mark.parametrize(("failed_attempts", "before"), [(1, 0), (0, AT_ONCE - 1)])
def test_calls_that_others_begin_at_the_same_moment_are_counted(
    failed_attempts: int, before: int, subscription: Subscription, happen: Happen
) -> None:
    for _ in range(AT_ONCE + 1):
        happen()
    Subscription.objects.update(failed_attempts=failed_attempts)
    for _ in range(before):
        assert claim()
    assert overtaken(change=claim, act=claim) is None
    assert Delivery.objects.exclude(claim=None).count() == before + 1


def test_a_subscription_that_is_locked_keeps_no_other_waiting(subscribe: Subscribe, happen: Happen) -> None:
    first = subscribe("batch.imported")
    happen("batch.imported")
    second = subscribe("export.ready")
    happen("export.ready")
    taken: list[Claimed | None] = []

    def take() -> None:
        try:
            taken.append(claim())
        finally:
            connections.close_all()

    thread = threading.Thread(target=take)
    with transaction.atomic():
        lock(first)
        thread.start()
        thread.join(20)
        assert taken, "it waits"
    assert taken[0]
    assert Delivery.objects.get(pk=taken[0].delivery_id).subscription_id == second.pk


def test_a_subscription_that_is_locked_is_waited_for_when_there_is_no_other(
    subscription: Subscription, happen: Happen
) -> None:
    happen()
    assert overtaken(change=lambda: lock(subscription), act=claim) is not None
