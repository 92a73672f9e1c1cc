"""Webhooks through the real processes: Celery worker and beat of the Procfile, and a receiver that checks each call."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer
from standardwebhooks import Webhook

from accounts.models import Organization, User
from executions.models import Execution
from executions.services.creation import execution_create
from mino.tests.factories import BatchFactory, RowFactory
from mino.tests.processes import running, wait_for
from projects.models import Project
from webhooks.events import EVENTS
from webhooks.models import Delivery, DeliveryStatus, Event, PendingEvent, Subscription
from webhooks.services.subscriptions import subscription_create
from webhooks.tests.receiver import Call, Receiver, receiving, status

ROWS = 6
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A server that other processes call."""
    with receiving() as running_receiver:
        yield running_receiver


@pytest.fixture
def secret(organization: Organization, owner: User, receiver: Receiver, settings: Any) -> str:
    """The secret of a webhook that is told everything."""
    settings.MINO_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    settings.MINO_ALLOWED_PORTS = [receiver.port]
    made = subscription_create(organization=organization, user=owner, url=receiver.url(), events=list(EVENTS))
    return made.secret


@pytest.fixture
def variables(live_server: LiveServer, receiver: Receiver) -> dict[str, str]:
    """With these a worker may visit the sample shop and call the receiver."""
    ports = [receiver.port, urlsplit(live_server.url).port]
    return {"MINO_ALLOWED_NETWORKS": "127.0.0.0/8,::1/128", "MINO_ALLOWED_PORTS": ",".join(map(str, ports))}


def started(project: Project, live_server: LiveServer) -> Execution:
    """An execution over some pages of the sample shop, by the built-in agent."""
    batch = BatchFactory(project=project)
    for position in range(1, ROWS + 1):
        url = f"{live_server.url}/sample-site/goods/mug-speckle/?row={position}"
        RowFactory(batch=batch, position=position, url=url, truth={"title": "Mug Speckle, set of four"})
    batch.row_count = ROWS
    batch.save()
    version = project.versions.get()
    return execution_create(batch=batch, user=None, instruction_version=version, agent="local", concurrency=3)


def everything_arrived() -> bool:
    """Whether nothing is left to tell."""
    is_waiting = PendingEvent.objects.exists() or Delivery.objects.exclude(status=DeliveryStatus.DELIVERED).exists()
    return not is_waiting and Event.objects.filter(name="execution.completed").exists()


def verified(calls: list[Call], secret: str) -> list[dict[str, Any]]:
    """What the calls tell, each checked by the library for receivers."""
    return [Webhook(secret).verify(call.body, dict(call.headers)) for call in calls]


def assert_told_in_order(told: list[dict[str, Any]], execution: Execution) -> None:
    """The story of the execution: from its start, each job once, to its end."""
    assert [call["event"] for call in told][:: len(told) - 1] == ["execution.started", "execution.completed"]
    assert {call["data"]["execution_id"] for call in told} == {str(execution.pk)}
    assert [call["timestamp"] for call in told] == sorted(call["timestamp"] for call in told)
    jobs = [job["job_id"] for call in told if call["event"] == "job.completed" for job in call["data"]["jobs"]]
    assert sorted(jobs) == sorted(str(pk) for pk in execution.jobs.values_list("pk", flat=True))


def test_a_worker_tells_an_execution_from_its_start_to_its_end(
    project: Project, live_server: LiveServer, receiver: Receiver, secret: str, variables: dict[str, str]
) -> None:
    execution = started(project, live_server)
    with running("worker", variables):
        wait_for(everything_arrived, 120)
    told = verified(receiver.calls, secret)
    assert_told_in_order(told, execution)
    ids = [call["id"] for call in told]
    assert ids == [call.headers["webhook-id"] for call in receiver.calls]
    assert len(set(ids)) == len(ids) == Event.objects.count()
    subscription = Subscription.objects.get()
    assert subscription.last_success_at is not None
    assert subscription.last_failure_at is None


def test_a_worker_that_is_killed_while_it_calls_loses_nothing(
    project: Project, live_server: LiveServer, receiver: Receiver, secret: str, variables: dict[str, str]
) -> None:
    is_called, is_killed = threading.Event(), threading.Event()

    def hold_the_last(request: BaseHTTPRequestHandler) -> None:
        if request.headers["X-Mino-Event"] == "execution.completed" and not is_called.is_set():
            is_called.set()
            is_killed.wait(120)
        else:
            status(200)(request)

    receiver.answer(hold_the_last)
    execution = started(project, live_server)
    with running("worker", variables) as worker:
        assert is_called.wait(120)
        worker.kill()
        worker.wait()
    is_killed.set()
    held = json.loads(receiver.calls[-1].body)["id"]
    assert Delivery.objects.filter(event=held, claim__isnull=False).update(due_at=timezone.now()) == 1, "its lease ends"
    with running("worker", variables), running("beat", variables):
        wait_for(everything_arrived, 120)
    told = verified(receiver.calls, secret)
    assert [call["id"] for call in told][-2:] == [held, held], "once while the worker died, and once again"
    assert_told_in_order(told[:-1], execution)
    assert len({call["id"] for call in told}) == len(told) - 1 == Event.objects.count()
