"""What keeps everything going: the sweep, retention, rotation of keys, workers side by side."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Organization, User
from mino.common.models import first_id_at
from mino.tests.processes import ROOT, environment
from webhooks import tasks
from webhooks.models import Attempt, Delivery, DeliveryStatus, Event, PendingEvent, Subscription
from webhooks.retention import deleted_purge, deliveries_expire
from webhooks.secrets import opened
from webhooks.sending import sweeping
from webhooks.sending.handing_out import hand_out
from webhooks.sending.sender import send_due
from webhooks.sending.waking import DELIVER_TASK
from webhooks.services.publishing import Happening, event_publish, events_note
from webhooks.services.subscriptions import subscription_delete
from webhooks.tests.conftest import ripen
from webhooks.tests.receiver import Receiver, status

Happen = Callable[..., None]


@pytest.mark.django_db
def test_the_sweep_finds_what_lost_messages_leave(
    subscription: Subscription, happen: Happen, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[object] = []
    monkeypatch.setattr(sweeping, "wake_handing_out", woken.append)
    monkeypatch.setattr(sweeping, "wake_senders", lambda count: woken.append(count))
    monkeypatch.setattr(sweeping, "wake", lambda task, subscription_id: woken.append(subscription_id))
    sweeping.sweep()
    assert woken == [0]
    happen()
    event_publish("batch.imported", organization_id=organization.pk, subject_id=uuid.uuid4(), data=dict)
    ripen()
    Subscription.objects.update(owners_due_at=timezone.now())
    sweeping.sweep()
    assert woken[1:] == [organization.pk, 1, str(subscription.pk)]


@pytest.mark.django_db
def test_the_tasks_do_what_their_messages_ask_for(
    receiver: Receiver, subscription: Subscription, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    again: list[str] = []
    monkeypatch.setattr(tasks, "send", again.append)
    event_publish("batch.imported", organization_id=organization.pk, subject_id=uuid.uuid4(), data=dict)
    tasks.hand_out(str(organization.pk))
    tasks.deliver()
    tasks.deliver()
    assert len(receiver.calls) == 1
    assert again == [DELIVER_TASK], "it comes back as long as there was something to do"
    tasks.tell_owners(str(subscription.pk))
    tasks.sweep_webhooks()
    tasks.expire_deliveries()
    assert Delivery.objects.get().status == DeliveryStatus.DELIVERED


@pytest.mark.django_db
def test_old_deliveries_go_those_under_way_stay(
    receiver: Receiver, subscription: Subscription, happen: Happen, settings: Settings
) -> None:
    for _ in range(3):
        happen()
    send_due()
    happen()
    later = timezone.now() + timedelta(days=settings.WEBHOOK_DAYS + 1)
    assert deliveries_expire() == 0
    assert deliveries_expire(now=later) == 3
    assert Delivery.objects.get().status == DeliveryStatus.PENDING
    assert Event.objects.count() == 1
    assert not Attempt.objects.exists()


@pytest.mark.django_db
def test_the_log_of_a_deleted_subscription_goes_in_the_background(
    receiver: Receiver, subscription: Subscription, happen: Happen, owner: User
) -> None:
    happen()
    send_due()
    happen()
    subscription_delete(subscription=subscription, user=owner)
    assert send_due() == 0
    assert Delivery.objects.count() == 2
    assert deleted_purge() == 1
    assert not Delivery.objects.exists()
    assert not Subscription.objects.exists()


@pytest.mark.django_db
def test_nothing_is_told_of_an_organization_that_is_being_deleted(
    subscription: Subscription, happen: Happen, organization: Organization
) -> None:
    event_publish("batch.imported", organization_id=organization.pk, subject_id=uuid.uuid4(), data=dict)
    Organization.objects.filter(pk=organization.pk).update(deleted_at=timezone.now())
    happen()
    assert not Delivery.objects.exists()
    assert not PendingEvent.objects.exists()


@pytest.mark.django_db
def test_secrets_are_encrypted_anew_with_all_others(
    subscription: Subscription, secret: str, settings: Settings
) -> None:
    settings.ENCRYPTION_KEYS = [b"n" * 32, *settings.ENCRYPTION_KEYS]
    before = subscription.secret
    call_command("rotate_secrets")
    subscription.refresh_from_db()
    assert subscription.secret != before
    settings.ENCRYPTION_KEYS = [b"n" * 32]
    assert opened(subscription) == secret


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time")
def test_workers_side_by_side_hand_out_and_send_everything_once_and_in_order(
    receiver: Receiver, subscription: Subscription, organization: Organization
) -> None:
    subjects = [uuid.uuid4() for _ in range(6)]
    for number in range(60):
        subject = subjects[number % 6]
        events_note([Happening(organization.pk, "batch.imported", subject, {"rows": number})])
    ripen()

    def work() -> None:
        try:
            hand_out(organization.pk)
            until = time.monotonic() + 60
            while Delivery.objects.filter(status=DeliveryStatus.PENDING).exists() and time.monotonic() < until:
                send_due()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(Delivery.objects.values_list("status", flat=True)) == {DeliveryStatus.DELIVERED: 60}
    assert sorted(Delivery.objects.values_list("number", flat=True)) == list(range(1, 61))
    assert not PendingEvent.objects.exists()
    rows = [int(call.body.partition(b'"rows":')[2].partition(b"}")[0]) for call in receiver.calls]
    assert sorted(rows) == list(range(60))
    for place in range(6):
        of_subject = [row for row in rows if row % 6 == place]
        assert of_subject == sorted(of_subject)


SENDER = "import django; django.setup(); from webhooks.sending.sender import send_due; send_due()"


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_in_the_middle_of_a_call_loses_nothing(
    receiver: Receiver, subscription: Subscription, happen: Happen
) -> None:
    arrived = threading.Event()

    def silence(request: Any) -> None:
        arrived.set()
        receiver.stopping.wait(30)

    receiver.answer(silence)
    happen()
    variables = environment(MINO_ALLOWED_NETWORKS="127.0.0.1/32", MINO_ALLOWED_PORTS=str(receiver.port))
    worker = subprocess.Popen([sys.executable, "-c", SENDER], cwd=ROOT, env=variables)
    try:
        assert arrived.wait(60)
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.PENDING, 0)
    assert send_due() == 0, "its lease holds"
    Delivery.objects.update(due_at=F("created_at"))
    receiver.answer(status(204))
    assert send_due() == 1
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.DELIVERED, 1)
    first, second = receiver.calls
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first_id_at(delivery.created_at - timedelta(minutes=1)) < uuid.UUID(first.headers["webhook-id"])
