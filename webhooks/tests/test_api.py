"""Webhooks by the API: the same services as the pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Organization
from mino.tests.api.asking import Asker, code_of, program
from mino.tests.factories import ProjectFactory
from webhooks.models import Attempt, Delivery, Subscription
from webhooks.sending.claiming import claim_next
from webhooks.sending.sender import send_due, send_one
from webhooks.signing import body_signature
from webhooks.tests.receiver import Receiver, status

pytestmark = pytest.mark.django_db
Happen = Callable[..., None]


@pytest.fixture
def ask(organization: Organization) -> Asker:
    return program(organization)


def test_a_webhook_from_its_beginning_to_its_end(ask: Asker, receiver: Receiver, happen: Happen) -> None:
    body = {"url": receiver.url(), "events": ["batch.imported"]}
    made = ask("POST", "webhooks", body, Idempotency_Key="once")
    again = ask("POST", "webhooks", body, Idempotency_Key="once")
    assert made.status_code == again.status_code == 201
    assert made.json() == again.json()
    secret, path = made.json()["secret"], made["Location"]
    assert made.json()["created_by"]["type"] == "api_key"
    read = ask("GET", path)
    assert "secret" not in read.json()
    assert "secret" not in ask.get("webhooks")["data"][0]
    happen()
    send_due()
    assert receiver.calls[0].headers["x-mino-signature"] == body_signature(receiver.calls[0].body.decode(), secret)

    changed = ask("PATCH", path, {"description": "Feed", "is_enabled": False}, If_Match=read["ETag"])
    assert (changed.json()["description"], changed.json()["is_enabled"]) == ("Feed", False)
    assert changed.json()["disabled_by"] == "person"
    assert changed.json()["events"] == ["batch.imported"]
    assert code_of(ask("PATCH", path, {"is_enabled": True}, If_Match=read["ETag"])) == "PRECONDITION_FAILED"
    assert code_of(ask("POST", f"{path}/test", {})) == "INVALID_STATE"
    assert ask("PATCH", path, {"is_enabled": True}).json()["disabled_by"] is None
    assert ask("POST", f"{path}/rotate").json()["secret"] != secret
    assert ask("DELETE", path).status_code == 204
    assert code_of(ask("GET", path)) == "NOT_FOUND"


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"url": "https://10.0.0.1/"}, "url"),
        ({"url": "gopher://x"}, "url"),
        ({"events": []}, "events"),
        ({"events": ["nothing.happened"]}, "events.0"),
        ({"secret": "mine"}, "secret"),
    ],
)
def test_what_can_not_be_used_is_named(ask: Asker, receiver: Receiver, values: dict[str, object], path: str) -> None:
    answer = ask("POST", "webhooks", {"url": receiver.url(), "events": ["batch.imported"], **values})
    assert code_of(answer) == "VALIDATION_ERROR"
    assert [detail["path"] for detail in answer.json()["details"]] == [path]
    assert answer.json()["details"][0]["message"] in answer.json()["error"]
    assert not Subscription.objects.exists()


def test_the_log_is_read_narrowed_and_sent_again(
    ask: Asker, receiver: Receiver, subscription: Subscription, happen: Happen
) -> None:
    receiver.answer(status(500, b"no"), status(200))
    happen()
    happen("export.ready")
    send_due()
    Delivery.objects.filter(status="pending").update(status="failed", due_at=None)
    path = f"webhooks/{subscription.pk}"
    assert [one["number"] for one in ask.get(f"{path}/deliveries")["data"]] == [2, 1]
    (failed,) = ask.get(f"{path}/deliveries?status=failed,pending&event=batch.imported")["data"]
    read = ask.get(f"{path}/deliveries/{failed['id']}?include=body,attempt_list")
    assert read["body"]["data"] == {"rows": 1}
    (attempt,) = read["attempt_list"]
    assert (attempt["status_code"], attempt["response_body"]) == (500, "no")
    assert ask("POST", f"{path}/deliveries/{failed['id']}/redeliver").json()["status"] == "pending"
    send_due()
    Delivery.objects.update(status="failed")
    assert ask("POST", f"{path}/redeliver-failed").json() == {"redelivered": 2}
    sent = ask("POST", f"{path}/test", {"event": "job.failed"})
    assert (sent.status_code, sent.json()["is_test"]) == (201, True)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            ask.get(f"{path}/deliveries?include=body")
        counts.append(len(queries))
        for _ in range(5):
            happen()
    assert counts[0] == counts[1]


@pytest.mark.parametrize("query", ["include=attempt_list", "fields=attempt_list"])
def test_attempts_come_with_one_delivery_never_with_many(
    query: str, ask: Asker, receiver: Receiver, subscription: Subscription, happen: Happen
) -> None:
    happen()
    send_due()
    path = f"webhooks/{subscription.pk}/deliveries"
    assert code_of(ask("GET", f"{path}?{query}")) == "VALIDATION_ERROR"
    delivery = Delivery.objects.get()
    assert len(ask.get(f"{path}/{delivery.pk}?{query}")["attempt_list"]) == 1


def test_durations_are_in_seconds(ask: Asker, receiver: Receiver, subscription: Subscription, happen: Happen) -> None:
    happen()
    path = f"webhooks/{subscription.pk}/deliveries"
    assert ask.get(path)["data"][0]["duration_seconds"] is None
    send_due()
    Delivery.objects.update(duration=84)
    Attempt.objects.update(duration=1_250)
    (delivery,) = ask.get(path)["data"]
    (attempt,) = ask.get(f"{path}/{delivery['id']}?include=attempt_list")["attempt_list"]
    assert (delivery["duration_seconds"], attempt["duration_seconds"]) == (0.084, 1.25)


def test_a_delivery_says_when_it_is_sent_next_or_that_it_is_being_sent(
    ask: Asker, receiver: Receiver, subscription: Subscription, happen: Happen
) -> None:
    def stands() -> tuple[bool, bool]:
        (delivery,) = ask.get(f"webhooks/{subscription.pk}/deliveries")["data"]
        return delivery["is_being_sent"], delivery["next_attempt_at"] is not None

    happen()
    assert stands() == (False, True)
    claimed = claim_next(timezone.now())
    assert claimed
    assert stands() == (True, False)
    receiver.answer(status(500))
    send_one(claimed)
    assert stands() == (False, True)
    Delivery.objects.update(due_at=None)
    assert stands() == (False, False)


def test_a_webhook_says_that_it_fails_and_when_it_got_its_secret(
    ask: Asker, receiver: Receiver, subscription: Subscription, happen: Happen
) -> None:
    path = f"webhooks/{subscription.pk}"
    before = ask.get(path)
    assert before["failed_attempts"] == 0
    receiver.answer(status(500))
    happen()
    send_due()
    ask("POST", f"{path}/rotate")
    (after,) = ask.get("webhooks")["data"]
    assert (after["failed_attempts"], after["consecutive_failures"]) == (1, 0)
    assert after["secret_set_at"] > before["secret_set_at"]


def test_a_key_limited_to_projects_manages_no_webhooks(organization: Organization, subscription: Subscription) -> None:
    narrow = program(organization, projects=[ProjectFactory(organization=organization)])
    assert code_of(narrow("GET", f"webhooks/{subscription.pk}")) in ("FORBIDDEN", "NOT_FOUND")
    assert code_of(narrow("GET", "webhooks")) == "FORBIDDEN"
