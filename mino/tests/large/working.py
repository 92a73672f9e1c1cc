"""Does what workers do in the background, and explains each statement."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.db import connection, reset_queries, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.module_loading import import_string

from executions.engine.ledger import exchange
from executions.engine.recovery import settle_lost, take_lost
from executions.events.reading import events_after, missed, standings
from mino.tests.large.place import Places
from mino.tests.large.walking import Walk
from webhooks.sending.claiming import claim_next

LEFT_OUT = {"accounts.tasks.refresh_identity_providers"}
"""It asks other servers."""
Work = Callable[[], Any]


def walk_background(walk: Walk) -> None:
    """What beat has done regularly, claims of workers, and the reading of live events. All of it is undone."""
    for name, work in (*_regular(), *_engine(walk.places)):
        reset_queries()  # Django keeps the last 9,000
        with transaction.atomic(), CaptureQueriesContext(connection) as captured:
            work()
            transaction.set_rollback(True)
        for query in captured.captured_queries:
            walk.explain(name, "in the background", query["sql"], writes=True)


def _regular() -> Iterator[tuple[str, Work]]:
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        name = str(entry["task"])
        if name not in LEFT_OUT:
            yield name, import_string(name)


def _engine(places: Places) -> Iterator[tuple[str, Work]]:
    now, running = timezone.now(), places.running.pk
    agents = ["local", "eva", "agentql"]
    yield "claim jobs", lambda: exchange([], 5, worker="walk", agents=agents)
    yield "claim jobs of one execution", lambda: exchange([], 5, worker="walk", agents=agents, only=running)
    yield "take lost attempts", lambda: take_lost(5, worker="walk", agents=agents, now=now)
    yield "end lost attempts", lambda: settle_lost(now)
    yield "claim a delivery", lambda: claim_next(now)
    yield "standings", lambda: standings([running, places.execution.pk])
    yield "news", lambda: events_after({running: 0, places.execution.pk: 8_000})
    yield "missed events", lambda: missed(places.execution.pk, 8_000, 12_000)
