"""Many webhooks, events and deliveries."""

from __future__ import annotations

from django.utils import timezone

from mino.tests.large.multiplying import ago, id_of, multiply, uuid
from mino.tests.large.people import MANY, SOME
from mino.tests.large.place import Places
from webhooks.models import Attempt, Delivery, Event, Subscription


def fill_webhooks(places: Places) -> None:
    """Subscriptions with a long log."""
    subscription = places.subject(Subscription, "webhook_id")
    delivery = places.subject(Delivery, "delivery_id")
    created = {"created_at": ago("created_at")}
    multiply(subscription, f"SELECT generate_series(1, {SOME}, 2) AS n", **created, **places.owners("organization"))
    multiply(
        subscription,
        60,
        id=id_of(Subscription, "2 * n"),
        deleted_at="CASE WHEN mod(n, 6) = 0 THEN now() END",
        **created,
    )
    multiply(
        delivery.event, MANY, subject_id=id_of(Event, "1 + mod(n, 1000)"), **created, **places.owners("organization")
    )
    of = f"CASE WHEN mod(n, 4) = 0 THEN {uuid(subscription)} ELSE {id_of(Subscription, '1 + 2 * mod(n, 3500)')} END"
    values = {
        "event": id_of(Event),
        "subscription": of,
        "number": "n + 1",
        "subject_id": id_of(Event, "1 + mod(n, 1000)"),
        "event_name": "(ARRAY['job.completed', 'job.failed', 'batch.imported'])[1 + mod(n / 4, 3)]",
        "status": "CASE WHEN mod(n, 100) = 4 THEN 'failed' ELSE 'delivered' END",
        "due_at": "NULL",
    }
    multiply(delivery, MANY, **values, **created, **places.owners("organization"))
    attempt = Attempt.objects.create(
        delivery=delivery, number=100, url="https://hooks.example", started_at=timezone.now(), duration=5
    )
    multiply(attempt, MANY, delivery=id_of(Delivery))
