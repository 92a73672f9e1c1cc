"""The pages under the settings of an organization."""

from __future__ import annotations

import hashlib
import hmac
import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Organization, User
from webhooks.models import Delivery, DeliveryStatus, Subscription
from webhooks.sending.claiming import claim_next
from webhooks.sending.sender import send_due, send_one
from webhooks.signing import standard_signature
from webhooks.tests.conftest import come_due
from webhooks.tests.receiver import Receiver, status

pytestmark = pytest.mark.django_db
Happen = Callable[..., None]
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]{40,}")


@pytest.fixture
def browser(client_for: Callable[[User], Client], admin: User) -> Client:
    return client_for(admin)


def at(name: str, subscription: Subscription, *more: Any) -> str:
    return reverse(name, args=["northlight", subscription.pk, *more])


def test_a_webhook_is_made_and_its_secret_shown_once(
    browser: Client, receiver: Receiver, organization: Organization
) -> None:
    listed = browser.get(reverse("webhooks", args=["northlight"]))
    assert "No webhooks yet" in listed.content.decode()
    values = {"url": receiver.url(), "description": "Feed", "events": ["job.failed", "execution.completed"]}
    shown = browser.post(reverse("webhook_create", args=["northlight"]), values)
    (secret,) = SECRET.findall(shown.content.decode())
    assert shown["Cache-Control"].startswith("max-age=0, no-cache")
    subscription = Subscription.objects.get()
    assert subscription.events == ["execution.completed", "job.failed"]
    assert secret not in subscription.secret
    for page in (
        reverse("webhooks", args=["northlight"]),
        at("webhook", subscription),
        at("webhook_edit", subscription),
    ):
        assert not SECRET.search(browser.get(page).content.decode())
    assert not any(secret in str(entry.changes) for entry in AuditEntry.objects.all())


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("ftp://example.com/x", "does not begin with http"),
        ("https://user:secret@example.com/", "user name or password"),
        ("https://10.0.0.7/", "not on the public internet"),
        ("http://0x7f.1/", "not on the public internet"),
        ("https://example.com:5432/", "does not call port 5432"),
        ("https://example.com/#part", "behind the #"),
        ("https://" + "a" * 2000 + ".example/", "2000 characters"),
    ],
)
def test_an_address_that_can_not_be_called_is_refused_at_its_field(browser: Client, url: str, complaint: str) -> None:
    page = browser.post(reverse("webhook_create", args=["northlight"]), {"url": url, "events": ["batch.imported"]})
    assert complaint in page.content.decode()
    assert not Subscription.objects.exists()


def test_only_so_many_webhooks(browser: Client, subscribe: Callable[..., Subscription], receiver: Receiver) -> None:
    for number in range(20):
        subscribe(path=f"/{number}")
    values = {"url": receiver.url(), "events": ["batch.imported"]}
    page = browser.post(reverse("webhook_create", args=["northlight"]), values)
    assert "at most 20 webhooks" in page.content.decode()
    assert Subscription.objects.count() == 20


def test_the_log_has_a_constant_number_of_queries(
    browser: Client, subscription: Subscription, happen: Happen, django_assert_max_num_queries: Any
) -> None:
    for _ in range(55):
        happen()
    browser.get(at("webhook", subscription))
    with django_assert_max_num_queries(11):
        page = browser.get(at("webhook", subscription))
    assert page.content.decode().count("#") >= 50
    (older,) = re.findall(r'rel="next" href="(\?[^"]+)"', page.content.decode())
    assert ">#5<" in browser.get(at("webhook", subscription) + older).content.decode()
    assert "No delivery matches" in browser.get(at("webhook", subscription) + "?status=failed").content.decode()
    assert browser.get(at("webhook", subscription) + "?status=nonsense&event=x").status_code == 200


def test_a_delivery_shows_request_and_answer_and_is_sent_again(
    browser: Client, receiver: Receiver, subscription: Subscription, happen: Happen
) -> None:
    receiver.answer(status(418, b"<b>short and stout</b>"), status(200))
    happen()
    send_due()
    delivery = Delivery.objects.get()
    page = browser.get(at("webhook_delivery", subscription, delivery.pk)).content.decode()
    for part in ("418", "&lt;b&gt;short and stout", "x-mino-signature", "batch.imported", "Next attempt"):
        assert part in page
    assert browser.post(at("webhook_redeliver", subscription, delivery.pk)).status_code == 302
    assert send_due() == 1
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.DELIVERED, 2)
    first, second = receiver.calls
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])


def test_what_waits_for_an_earlier_delivery_says_so_and_lets_the_rest_go_when_it_is_sent_alone(
    browser: Client, receiver: Receiver, subscription: Subscription, happen: Happen
) -> None:
    subject = uuid.uuid4()
    receiver.answer(status(500), status(200))
    for name in ("execution.started", "execution.paused", "execution.completed"):
        happen(name, subject=subject)
    send_due()
    held = Delivery.objects.get(number=2)
    assert "which is about the same" in browser.get(at("webhook_delivery", subscription, held.pk)).content.decode()
    browser.post(at("webhook_redeliver", subscription, Delivery.objects.get(number=1).pk))
    send_due()
    assert [call.headers["x-mino-event"] for call in receiver.calls[1:]] == [
        "execution.started",
        "execution.paused",
        "execution.completed",
    ]


def test_all_failed_ones_are_sent_again_in_their_order(
    browser: Client, receiver: Receiver, subscription: Subscription, happen: Happen
) -> None:
    for number in range(3):
        happen(rows=number)
    Delivery.objects.update(status=DeliveryStatus.FAILED, due_at=None)
    assert "Redeliver all 3 failed" in browser.get(at("webhook", subscription)).content.decode()
    browser.post(at("webhook_redeliver_failed", subscription))
    assert send_due() == 3
    assert [call.body.count(b'"rows":%d' % number) for number, call in enumerate(receiver.calls)] == [1, 1, 1]
    assert AuditEntry.objects.filter(event="webhook.redelivered", count=3).exists()


def test_later_events_about_the_same_wait_for_the_failed_ones_that_are_sent_again(
    browser: Client, receiver: Receiver, subscription: Subscription, happen: Happen
) -> None:
    subject, names = uuid.uuid4(), ["execution.started", "execution.paused", "execution.resumed"]
    receiver.answer(status(500), status(200))
    for name in names[:2]:
        happen(name, subject=subject)
    Delivery.objects.update(status=DeliveryStatus.FAILED, due_at=None)
    happen(names[2], subject=subject)
    browser.post(at("webhook_redeliver_failed", subscription))
    happen("execution.completed", subject=subject)
    happen("batch.imported")
    send_due()
    assert [call.headers["x-mino-event"] for call in receiver.calls] == [names[0], "batch.imported"]
    come_due()
    send_due()
    assert [call.headers["x-mino-event"] for call in receiver.calls[2:]] == [*names, "execution.completed"]


def test_what_is_being_sent_keeps_its_place_when_earlier_ones_are_sent_again(
    browser: Client, receiver: Receiver, subscription: Subscription, happen: Happen
) -> None:
    subject = uuid.uuid4()
    happen("execution.started", subject=subject)
    Delivery.objects.update(status=DeliveryStatus.FAILED, due_at=None)
    happen("execution.paused", subject=subject)
    claimed = claim_next(timezone.now())
    assert claimed
    browser.post(at("webhook_redeliver_failed", subscription))
    happen("execution.completed", subject=subject)
    send_one(claimed)
    assert Delivery.objects.get(number=3).due_at is None, "it waits for the first"
    send_due()
    events = [call.headers["x-mino-event"] for call in receiver.calls]
    assert events == ["execution.paused", "execution.started", "execution.completed"]


def test_a_test_sends_an_example_that_says_what_it_is(
    browser: Client, receiver: Receiver, subscription: Subscription
) -> None:
    browser.post(at("webhook_test", subscription), {"event": "job.completed"})
    send_due()
    assert receiver.calls[0].headers["x-mino-event"] == "job.completed"
    assert b'"test":true' in receiver.calls[0].body
    browser.post(at("webhook_test", subscription), {"event": "nonsense"})
    assert Delivery.objects.count() == 1


def test_it_is_disabled_enabled_rotated_changed_and_deleted(
    browser: Client,
    receiver: Receiver,
    subscription: Subscription,
    secret: str,
    happen: Happen,
    organization: Organization,
) -> None:
    happen()
    browser.post(at("webhook_disable", subscription))
    assert Delivery.objects.get().status == DeliveryStatus.FAILED
    assert "Disabled by a person" in browser.get(at("webhook", subscription)).content.decode()
    for name in ("webhook_test", "webhook_redeliver_failed"):
        browser.post(at(name, subscription))
    assert send_due() == 0
    browser.post(at("webhook_enable", subscription))
    (fresh,) = SECRET.findall(browser.post(at("webhook_rotate", subscription)).content.decode())
    assert fresh != secret
    assert "signs as well and ends" in browser.get(at("webhook", subscription)).content.decode()
    browser.post(at("webhook_edit", subscription), {"url": receiver.url("/new"), "events": ["export.ready"]})
    subscription.refresh_from_db()
    assert (subscription.url, subscription.events) == (receiver.url("/new"), ["export.ready"])
    browser.post(at("webhook_delete", subscription))
    assert browser.get(at("webhook", subscription)).status_code == 404
    subscription.refresh_from_db()
    assert (subscription.secret, subscription.previous_secret) == ("", "")
    acts = AuditEntry.objects.filter(organization=organization, subject_kind="webhook").order_by("timestamp", "pk")
    assert list(acts.values_list("event", flat=True)) == [
        "webhook.created",
        "webhook.paused",
        "webhook.resumed",
        "webhook.secret_rotated",
        "webhook.updated",
        "webhook.deleted",
    ]


@pytest.mark.parametrize(
    "name", ["webhook_enable", "webhook_disable", "webhook_rotate", "webhook_test", "webhook_redeliver_failed"]
)
def test_what_was_deleted_a_moment_ago_is_said_to_be(
    name: str, browser: Client, subscription: Subscription, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found(*args: Any) -> Subscription:
        Subscription.objects.update(deleted_at=timezone.now())
        return subscription

    monkeypatch.setattr("webhooks.views.subscriptions.the_subscription", found)
    page = browser.post(at(name, subscription), follow=True)
    assert page.redirect_chain == [(reverse("webhooks", args=["northlight"]), 302)]
    assert "was deleted a moment ago" in page.content.decode()


def test_a_delivery_of_what_was_deleted_a_moment_ago_is_not_sent_again(
    browser: Client, subscription: Subscription, happen: Happen, monkeypatch: pytest.MonkeyPatch
) -> None:
    happen()
    delivery = Delivery.objects.get()

    def found(*args: Any) -> Delivery:
        Subscription.objects.update(deleted_at=timezone.now())
        return delivery

    monkeypatch.setattr("webhooks.views.deliveries.the_delivery", found)
    page = browser.post(at("webhook_redeliver", subscription, delivery.pk), follow=True)
    assert page.redirect_chain == [(reverse("webhooks", args=["northlight"]), 302)]
    assert "was deleted a moment ago" in page.content.decode()


def test_a_delivery_that_is_being_sent_is_not_sent_again(
    browser: Client, subscription: Subscription, happen: Happen
) -> None:
    happen()
    claimed = claim_next(timezone.now())
    assert claimed
    delivery = at("webhook_delivery", subscription, claimed.delivery_id)
    page = browser.post(at("webhook_redeliver", subscription, claimed.delivery_id), follow=True)
    assert page.redirect_chain == [(delivery, 302)]
    assert "being sent at this moment" in page.content.decode()


def test_a_signature_is_tried(browser: Client, subscription: Subscription, secret: str) -> None:
    body, page = '{"event":"batch.imported"}', at("webhook_signature", subscription)
    now = timezone.now()

    def verdicts(**values: str) -> str:
        return browser.post(page, {"body": body, **values}).content.decode()

    good = hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()
    assert "Genuine" in verdicts(signature=good)
    assert "was parsed and written anew" in verdicts(signature=good[::-1])
    assert "not 64 hexadecimal digits" in verdicts(signature="sha256=abc")
    shown = verdicts(signature="0" * 64, secret=secret)
    assert good in shown
    assert good not in verdicts(signature="0" * 64), "the stored secret signs nothing that people paste"
    assert "begins with whsec_" in verdicts(signature=good, secret="hunter2")

    def standard(at: Any, **changed: str) -> str:
        signature = standard_signature(body, secret, message_id="e1", at=at)
        values = {"webhook_id": "e1", "webhook_timestamp": str(int(at.timestamp())), "webhook_signature": signature}
        return verdicts(**{**values, **changed})

    assert "It signs this id" in standard(now)
    assert "your library refuses it now" in standard(now - timedelta(minutes=6))
    assert "another id, timestamp or body" in standard(now, webhook_id="e2")
    assert "not a number of seconds" in standard(now, webhook_timestamp="today")
    assert "begins with “v1,”" in standard(now, webhook_signature="v2,abc")
    genuine = standard_signature(body, secret, message_id="e1", at=now)
    for odd in ("v1,abc", "v1", "v1,a,b", "v1,kür"):
        assert "your library may fail" in standard(now, webhook_signature=f"{odd} {genuine}")
        assert "It signs this id" in standard(now, webhook_signature=f"{genuine} {odd}")


def test_another_organizations_webhook_is_unseen(
    client_for: Callable[[User], Client], subscription: Subscription, stranger: User, happen: Happen
) -> None:
    happen()
    mine = client_for(stranger)
    theirs = [subscription.pk]
    assert mine.get(reverse("webhook", args=["elsewhere", *theirs])).status_code == 404
    assert mine.post(reverse("webhook_delete", args=["elsewhere", *theirs])).status_code == 404
    delivery = Delivery.objects.get()
    assert mine.post(reverse("webhook_redeliver", args=["elsewhere", *theirs, delivery.pk])).status_code == 404
