"""What a receiver gets, whatever it does with it."""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from django.core import mail
from django.db.models import F
from django.utils import timezone
from pytest_django import Settings
from standardwebhooks import Webhook

from accounts.models import Organization, User
from webhooks.models import Delivery, DeliveryStatus, Subscription
from webhooks.sending import calling
from webhooks.sending.claiming import LEASE, claim_next
from webhooks.sending.sender import send_due, send_one
from webhooks.sending.settling import HELD_TRIES, MOST_FAILURES, MOST_TRIES, WAITS
from webhooks.sending.telling_owners import owners_tell
from webhooks.services.subscriptions import subscription_change, subscription_disable, subscription_rotate
from webhooks.tests.conftest import come_due
from webhooks.tests.receiver import Receiver, receiving, status

pytestmark = pytest.mark.django_db
Happen = Callable[..., None]


def the_delivery() -> Delivery:
    return Delivery.objects.get()


def test_a_call_says_what_happened_and_proves_where_it_comes_from(
    receiver: Receiver, organization: Organization, secret: str, happen: Happen
) -> None:
    happen(rows=200)
    assert send_due() == 1
    (call,) = receiver.calls
    body = json.loads(call.body)
    delivery = the_delivery()
    assert set(body) == {"event", "id", "timestamp", "organization", "data"}
    assert (body["event"], body["data"]) == ("batch.imported", {"rows": 200})
    assert body["organization"] == {"id": str(organization.pk), "slug": "northlight", "name": "Northlight Retail"}
    assert call.headers["x-mino-event"] == "batch.imported"
    assert call.headers["content-type"] == "application/json"
    expected = hmac.new(secret.encode(), call.body, hashlib.sha256).hexdigest()
    assert call.headers["x-mino-signature"] == expected
    assert Webhook(secret).verify(call.body, dict(call.headers)) == body
    assert call.headers["webhook-id"] == body["id"] == str(delivery.event_id)
    assert call.headers["x-mino-delivery"] == str(delivery.pk)
    assert (delivery.status, delivery.attempts, delivery.status_code) == (DeliveryStatus.DELIVERED, 1, 200)
    (attempt,) = delivery.attempt_set.all()
    assert attempt.response_body == "thanks"
    assert attempt.request_headers["x-mino-signature"] == expected
    subscription = Subscription.objects.get()
    assert subscription.last_success_at is not None
    assert subscription.last_failure_at is None


def test_what_nobody_subscribed_to_is_not_written(
    subscribe: Callable[..., Subscription], happen: Happen, organization: Organization
) -> None:
    subscribe("job.completed")
    happen("batch.imported")
    assert not Delivery.objects.exists()


def test_a_receiver_that_fails_is_tried_again_with_the_same_id(
    receiver: Receiver, subscription: Subscription, happen: Happen
) -> None:
    receiver.answer(status(500, b"oops"), status(503), status(204))
    happen()
    for _ in range(3):
        come_due()
        assert send_due() == 1
    delivery = the_delivery()
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.DELIVERED, 3)
    assert [one.status_code for one in delivery.attempt_set.all()] == [500, 503, 204]
    assert len({call.headers["webhook-id"] for call in receiver.calls}) == 1
    assert [call.headers["x-mino-attempt"] for call in receiver.calls] == ["1", "2", "3"]
    subscription.refresh_from_db()
    assert subscription.failed_attempts == 0
    assert subscription.last_failure_at is not None


def test_the_attempts_are_spread_over_about_a_day(
    receiver: Receiver, subscription: Subscription, happen: Happen
) -> None:
    receiver.answer(status(500))
    happen()
    for tries, wait in enumerate(WAITS, 1):
        begun = timezone.now()
        assert send_due() == 1
        delivery = the_delivery()
        assert delivery.tries == tries
        assert delivery.due_at is not None
        assert wait <= delivery.due_at - begun < wait * 1.2
        assert send_due() == 0, "not before it is due"
        come_due()
    assert send_due() == 1
    delivery = the_delivery()
    assert (delivery.status, delivery.attempts, delivery.due_at) == (DeliveryStatus.FAILED, MOST_TRIES, None)
    assert timedelta(hours=22) < sum(WAITS, timedelta()) < timedelta(hours=24)


def _endless(receiver: Receiver) -> Callable[[BaseHTTPRequestHandler], None]:
    def write(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        while not receiver.stopping.is_set():
            request.wfile.write(b"x" * 65536)

    return write


def test_an_answer_without_end_is_cut(receiver: Receiver, subscription: Subscription, happen: Happen) -> None:
    receiver.answer(_endless(receiver))
    happen()
    send_due()
    delivery = the_delivery()
    assert delivery.status == DeliveryStatus.DELIVERED
    assert len(delivery.attempt_set.get().response_body) == calling.MOST_READ


def test_a_huge_answer_with_odd_characters_is_kept_as_far_as_allowed(
    receiver: Receiver, subscription: Subscription, happen: Happen
) -> None:
    receiver.answer(status(200, b"\x00\xff<script>" + b"y" * 5_000_000, X_Odd="\x01" + "z" * 5000))
    happen()
    send_due()
    attempt = the_delivery().attempt_set.get()
    assert "\x00" not in attempt.response_body
    assert "<script>" in attempt.response_body
    assert len(attempt.response_body) <= calling.MOST_READ
    assert len(attempt.response_headers["x-odd"]) <= calling.LONGEST_HEADER


def _trickling(receiver: Receiver) -> Callable[[BaseHTTPRequestHandler], None]:
    def write(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not receiver.stopping.wait(0.02):
            request.wfile.write(b"x")

    return write


def test_a_receiver_that_takes_too_long_is_left(
    receiver: Receiver, subscription: Subscription, happen: Happen, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert calling.TIMEOUT == 10.0
    monkeypatch.setattr(calling, "TIMEOUT", 1.5)
    receiver.answer(_trickling(receiver))
    happen()
    send_due()
    delivery = the_delivery()
    assert (delivery.status, delivery.status_code) == (DeliveryStatus.PENDING, None)
    assert "did not answer completely within 1.5 seconds" in delivery.error


def test_no_redirect_is_followed(receiver: Receiver, subscription: Subscription, happen: Happen) -> None:
    with receiving() as inner:
        receiver.answer(status(307, Location=inner.url("/latest/meta-data/")))
        happen()
        send_due()
        assert inner.calls == []
    delivery = the_delivery()
    assert (delivery.status, delivery.status_code) == (DeliveryStatus.PENDING, 307)
    assert "redirects are not followed" in delivery.error


def test_a_private_address_is_never_called(
    receiver: Receiver, subscription: Subscription, happen: Happen, settings: Settings
) -> None:
    settings.MINO_ALLOWED_NETWORKS = []  # the name was moved to an inner address after it had been accepted
    happen()
    send_due()
    assert receiver.calls == []
    assert "not on the public internet" in the_delivery().error


def test_something_that_is_not_http_is_told(receiver: Receiver, subscription: Subscription, happen: Happen) -> None:
    def another_protocol(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"SSH-2.0-OpenSSH\r\n")

    receiver.answer(another_protocol)
    happen()
    send_due()
    assert "not readable HTTP" in the_delivery().error


def test_a_receiver_that_is_gone_gets_no_more_and_the_owners_are_told(
    receiver: Receiver, subscription: Subscription, happen: Happen, owner: User, admin: User
) -> None:
    receiver.answer(status(410))
    subject = uuid.uuid4()
    happen(subject=subject)
    happen(subject=subject)
    send_due()
    assert len(receiver.calls) == 1
    subscription.refresh_from_db()
    assert (subscription.is_enabled, subscription.disabled_by) == (False, "gone")
    assert {one.status for one in Delivery.objects.all()} == {DeliveryStatus.FAILED}
    assert owners_tell(subscription.pk)
    assert not owners_tell(subscription.pk), "once"
    (message,) = mail.outbox
    assert message.to == [owner.email]
    assert receiver.url() in message.body
    assert "410" in message.body
    happen()
    assert Delivery.objects.count() == 2, "nothing is kept for a disabled webhook"


def test_five_failed_deliveries_in_a_row_disable_it_attempts_do_not(
    receiver: Receiver, subscription: Subscription, happen: Happen
) -> None:
    receiver.answer(status(500))
    for _ in range(MOST_FAILURES - 1):
        happen()
        Delivery.objects.filter(status="pending").update(tries=MOST_TRIES - 1)
        send_due()
    subscription.refresh_from_db()
    assert subscription.consecutive_failures == MOST_FAILURES - 1
    assert subscription.is_enabled
    happen()
    for _ in range(MOST_TRIES - 1):
        come_due()
        send_due()
    subscription.refresh_from_db()
    assert subscription.is_enabled, "attempts are no deliveries"
    come_due()
    send_due()
    subscription.refresh_from_db()
    assert (subscription.is_enabled, subscription.disabled_by) == (False, "failures")


def test_a_success_begins_the_count_anew(receiver: Receiver, subscription: Subscription, happen: Happen) -> None:
    Subscription.objects.update(consecutive_failures=MOST_FAILURES - 1)
    happen()
    send_due()
    subscription.refresh_from_db()
    assert subscription.consecutive_failures == 0


def test_a_sender_that_was_killed_loses_nothing(receiver: Receiver, subscription: Subscription, happen: Happen) -> None:
    happen()
    now = timezone.now()
    killed = claim_next(now)
    assert killed is not None
    assert claim_next(now) is None, "it is being sent"
    later = claim_next(now + LEASE + timedelta(seconds=1))
    assert later is not None
    send_one(later)
    assert the_delivery().status == DeliveryStatus.DELIVERED
    send_one(killed)  # it was not dead after all: its call arrives once more, with the same id, and writes nothing
    assert the_delivery().attempts == 1
    assert len({call.headers["webhook-id"] for call in receiver.calls}) == 1


def test_what_follows_waits_for_the_call_of_a_sender_that_was_killed(
    receiver: Receiver, subscription: Subscription, happen: Happen
) -> None:
    subject = uuid.uuid4()
    happen("execution.started", subject=subject)
    happen("execution.completed", subject=subject)
    now = timezone.now()
    assert claim_next(now) is not None
    assert claim_next(now) is None, "the first is being sent"
    again = claim_next(now + LEASE + timedelta(seconds=1))
    assert again is not None
    send_one(again)
    send_due()
    assert [call.headers["x-mino-event"] for call in receiver.calls] == ["execution.started", "execution.completed"]


def test_events_of_one_subject_arrive_in_their_order(
    receiver: Receiver, subscription: Subscription, happen: Happen
) -> None:
    subject, other = uuid.uuid4(), uuid.uuid4()
    receiver.answer(status(500), status(200))
    for name in ("execution.started", "execution.paused", "execution.resumed"):
        happen(name, subject=subject)
    happen("batch.imported", subject=other)
    send_due()
    assert [call.headers["x-mino-event"] for call in receiver.calls] == ["execution.started", "batch.imported"]
    come_due()
    send_due()
    events = [call.headers["x-mino-event"] for call in receiver.calls]
    assert events[2:] == ["execution.started", "execution.paused", "execution.resumed"]


def test_later_events_do_not_wait_for_ever_for_one_that_never_arrives(
    receiver: Receiver, subscription: Subscription, happen: Happen
) -> None:
    subject = uuid.uuid4()
    happen("execution.started", subject=subject)
    happen("execution.completed", subject=subject)
    receiver.answer(*[status(500)] * HELD_TRIES, status(200))
    for _ in range(HELD_TRIES):
        assert "execution.completed" not in [call.headers["x-mino-event"] for call in receiver.calls]
        come_due()
        send_due()
    assert receiver.calls[-1].headers["x-mino-event"] == "execution.completed"
    assert Delivery.objects.get(event_name="execution.started").status == DeliveryStatus.PENDING


def test_a_receiver_that_fails_is_called_by_one_sender_others_come_first(
    receiver: Receiver, subscribe: Callable[..., Subscription], happen: Happen
) -> None:
    failing = subscribe(path="/failing")
    for _ in range(10):
        happen()
    healthy = subscribe(path="/healthy")
    happen()
    Subscription.objects.filter(pk=failing.pk).update(failed_attempts=1)
    taken = [claim_next(timezone.now()) for _ in range(4)]
    of_whom = [Delivery.objects.get(pk=one.delivery_id).subscription_id for one in taken if one]
    assert sorted(of_whom) == sorted([failing.pk, healthy.pk])
    Subscription.objects.filter(pk=failing.pk).update(failed_attempts=0)
    more = [claim_next(timezone.now()) for _ in range(6)]
    assert len([one for one in more if one]) == 3, "four at once to one receiver"


def test_both_secrets_sign_for_a_day_after_a_rotation(
    receiver: Receiver, subscription: Subscription, secret: str, happen: Happen, owner: User
) -> None:
    fresh = subscription_rotate(subscription=subscription, user=owner).secret
    happen()
    send_due()
    Subscription.objects.update(previous_secret_until=F("previous_secret_until") - timedelta(hours=25))
    happen()
    send_due()
    during, after = receiver.calls
    for one in (secret, fresh):
        Webhook(one).verify(during.body, dict(during.headers))
        assert hmac.new(one.encode(), during.body, hashlib.sha256).hexdigest() in during.headers["x-mino-signature"]
    Webhook(fresh).verify(after.body, dict(after.headers))
    assert "," not in after.headers["x-mino-signature"]


def test_a_secret_that_can_not_be_read_is_told(receiver: Receiver, subscription: Subscription, happen: Happen) -> None:
    Subscription.objects.update(secret=F("previous_secret"))
    happen()
    send_due()
    assert receiver.calls == []
    assert "Rotate it" in the_delivery().error


def test_what_waits_goes_to_the_new_address_and_nothing_to_a_disabled_one(
    receiver: Receiver, subscription: Subscription, happen: Happen, owner: User
) -> None:
    receiver.answer(status(500), status(200))
    happen()
    Delivery.objects.update(tries=MOST_TRIES - 2)
    send_due()
    events: list[Any] = subscription.events
    subscription_change(subscription=subscription, user=owner, url=receiver.url("/hook"), events=events)
    assert send_due() == 0, "the same address is no reason to call it sooner"
    subscription_change(subscription=subscription, user=owner, url=receiver.url("/moved"), events=events)
    assert send_due() == 1
    assert [call.path for call in receiver.calls] == ["/hook", "/moved"]
    assert the_delivery().tries == 1, "it has all its attempts at the new address"
    happen()
    claimed = claim_next(timezone.now())
    assert claimed is not None
    subscription_disable(subscription=subscription, user=owner)
    send_one(claimed)
    assert len(receiver.calls) == 2
    assert Delivery.objects.order_by("-number")[0].status == DeliveryStatus.FAILED


def test_failures_at_an_address_count_until_it_is_another(
    receiver: Receiver, subscription: Subscription, owner: User
) -> None:
    def changed(subscription: Subscription, path: str) -> tuple[int, int]:
        Subscription.objects.update(failed_attempts=3, consecutive_failures=MOST_FAILURES - 1)
        events: list[Any] = subscription.events
        subscription_change(subscription=subscription, user=owner, url=receiver.url(path), events=events)
        now = Subscription.objects.get()
        return now.failed_attempts, now.consecutive_failures

    assert changed(subscription, "/hook") == (3, MOST_FAILURES - 1)
    assert changed(subscription, "/moved") == (0, 0)
    assert changed(subscription, "/moved") == (3, MOST_FAILURES - 1), "it was there already, whatever the caller read"
    assert changed(subscription, "/hook") == (0, 0), "it was elsewhere, whatever the caller read"
