"""Whose turn it is: no organization, and no webhook of one, keeps the others waiting."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Organization, User
from mino.tests.large.plans import explain
from webhooks.models import Delivery, DeliveryStatus, Subscription
from webhooks.sending.claiming import AT_ONCE, claim_next
from webhooks.sending.handing_out import hand_out
from webhooks.services.publishing import event_publish

pytestmark = pytest.mark.django_db
Subscribe = Callable[..., Subscription]


@pytest.fixture
def elsewhere(stranger: User) -> Organization:
    """Another organization, made later."""
    return Organization.objects.get(slug="elsewhere")


def happen(organization: Organization, times: int = 1) -> None:
    """Events that all webhooks of the organization get."""
    for _ in range(times):
        event_publish("batch.imported", organization_id=organization.pk, subject_id=uuid.uuid4(), data=dict)
    hand_out(organization.pk)


def claimed(now: datetime | None = None) -> Delivery:
    """What is sent next, by a sender that is not done with it yet."""
    found = claim_next(now or timezone.now())
    assert found
    return Delivery.objects.get(pk=found.delivery_id)


def sent(at: datetime) -> Delivery:
    """What is sent next, by the only sender."""
    delivery = claimed(at)
    Delivery.objects.filter(pk=delivery.pk).update(status=DeliveryStatus.DELIVERED, claim=None, due_at=None)
    Subscription.objects.filter(pk=delivery.subscription_id).update(last_success_at=at)
    return delivery


def test_an_organization_with_many_webhooks_leaves_their_share_to_the_others(
    subscribe: Subscribe, organization: Organization, elsewhere: Organization, stranger: User
) -> None:
    for number in range(8):
        subscribe("batch.imported", path=f"/{number}")
    happen(organization, 5)
    subscribe("batch.imported", of=elsewhere, by=stranger)
    happen(elsewhere, 5)
    senders = [claimed().organization_id for _ in range(2 * AT_ONCE)]
    assert Counter(senders) == {organization.pk: AT_ONCE, elsewhere.pk: AT_ONCE}
    assert {claimed().organization_id for _ in range(8)} == {organization.pk}, "four at once to one webhook"


def test_a_single_sender_goes_from_one_organization_to_the_other(
    subscribe: Subscribe, organization: Organization, elsewhere: Organization, stranger: User
) -> None:
    first, second = (subscribe("batch.imported", path=path) for path in ("/first", "/second"))
    happen(organization, 4)
    third = subscribe("batch.imported", of=elsewhere, by=stranger)
    happen(elsewhere, 4)
    now = timezone.now()
    turns = [sent(now + timedelta(seconds=seconds)).subscription_id for seconds in range(8)]
    assert turns[1::2] == [third.pk] * 4
    assert sorted(turns[::2]) == sorted([first.pk, second.pk] * 2)
    assert turns[0] != turns[2] != turns[4] != turns[6], "nor does one webhook keep the other waiting"


def test_a_webhook_that_fails_gets_one_call_however_much_waits_for_it(
    subscribe: Subscribe, organization: Organization
) -> None:
    failing, healthy = subscribe("batch.imported", path="/failing"), subscribe("batch.imported", path="/healthy")
    happen(organization, 6)
    Subscription.objects.filter(pk=failing.pk).update(failed_attempts=1)
    assert Counter(claimed().subscription_id for _ in range(5)) == {failing.pk: 1, healthy.pk: AT_ONCE}
    assert claim_next(timezone.now()) is None


@pytest.mark.postgresql
@pytest.mark.skipif(connection.vendor != "postgresql", reason="a question of PostgreSQL's plans")
def test_what_waits_for_a_busy_webhook_is_not_read_to_find_another(
    subscribe: Subscribe, organization: Organization
) -> None:
    busy, later, free = (subscribe("batch.imported", path=f"/{number}") for number in range(3))
    happen(organization)
    model = Delivery.objects.filter(subscription=busy).get()
    now = timezone.now()
    for subscription, due_at in ((busy, model.due_at), (later, now + timedelta(hours=1))):
        Delivery.objects.bulk_create(
            Delivery(
                organization=organization,
                subscription=subscription,
                event_id=model.event_id,
                number=number,
                subject_id=model.subject_id,
                event_name=model.event_name,
                due_at=due_at,
                created_at=now,
            )
            for number in range(2, 5000)
        )
    Subscription.objects.filter(pk=busy.pk).update(failed_attempts=1, last_failure_at=now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE webhooks_delivery, webhooks_subscription")
        cursor.execute("SELECT pg_relation_size('webhooks_delivery') / current_setting('block_size')::int")
        all_blocks = cursor.fetchone()[0]
    first = [claimed().subscription_id for _ in range(2)]
    assert sorted(first) == sorted([later.pk, free.pk])
    assert claimed().subscription_id == busy.pk
    with CaptureQueriesContext(connection) as queries:
        assert claim_next(timezone.now()) is None
    questions = [one["sql"] for one in queries if one["sql"].startswith("SELECT")]
    assert questions
    assert max(explain(one).blocks for one in questions) < all_blocks / 2, "one walk over what waits reads them all"
