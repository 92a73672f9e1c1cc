"""Signs of life: who was seen, and who is missed."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from executions.models import Heartbeat, HeartbeatKind
from executions.operating import heart as module
from executions.operating.heart import Heart
from executions.operating.signs import beat_is_missing, beat_seen, forget_old, worker_seen


@pytest.mark.django_db
def test_beat_is_missing_until_it_is_seen_and_again_after_fifteen_seconds() -> None:
    now = timezone.now()
    assert beat_is_missing(now)
    beat_seen(now)
    assert not beat_is_missing(now + timedelta(seconds=15))
    assert beat_is_missing(now + timedelta(seconds=16))


@pytest.mark.django_db
def test_seeing_beat_again_keeps_its_start_and_details() -> None:
    first = timezone.now()
    beat_seen(first)
    Heartbeat.objects.update(details={"hold_until": "2026-01-05T09:00:00+00:00"})
    beat_seen(first + timedelta(seconds=5))
    beat = Heartbeat.objects.get()
    assert (beat.kind, beat.started_at, beat.seen_at) == (HeartbeatKind.BEAT, first, first + timedelta(seconds=5))
    assert beat.details == {"hold_until": "2026-01-05T09:00:00+00:00"}


@pytest.mark.django_db
def test_a_worker_not_seen_for_an_hour_is_forgotten_but_beat_is_not() -> None:
    now = timezone.now()
    long_ago = now - timedelta(minutes=61)
    beat_seen(long_ago)
    worker_seen("gone:1", started_at=long_ago, now=long_ago, details={})
    worker_seen("here:2", started_at=long_ago, now=now, details={})
    forget_old(now)
    assert set(Heartbeat.objects.values_list("name", flat=True)) == {"beat", "here:2"}


@pytest.mark.django_db
def test_a_restarted_worker_of_the_same_name_has_a_new_start() -> None:
    now = timezone.now()
    worker_seen("here:1", started_at=now - timedelta(days=1), now=now - timedelta(days=1), details={"running": 3})
    worker_seen("here:1", started_at=now, now=now, details={"running": 0})
    worker = Heartbeat.objects.get()
    assert (worker.started_at, worker.seen_at, worker.details) == (now, now, {"running": 0})


@pytest.fixture
def ticked(monkeypatch: pytest.MonkeyPatch) -> threading.Semaphore:
    """Released at every tick of a heart."""
    ticks = threading.Semaphore(0)
    monkeypatch.setattr(module, "every_tick", [ticks.release])
    return ticks


@pytest.mark.django_db(transaction=True)
def test_a_heart_writes_what_the_process_does_and_leaves_nothing_behind(ticked: threading.Semaphore) -> None:
    heart = Heart(every=0.05)
    heart.start()
    try:
        assert ticked.acquire(timeout=20)
        worker = Heartbeat.objects.get()
        assert (worker.name, worker.kind) == (heart.name, HeartbeatKind.WORKER)
        assert (worker.details["threads"], worker.details["slots"], worker.details["running"]) == (64, 60, 0)
    finally:
        heart.stop()
    assert not Heartbeat.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_heart_outlives_a_broken_table_and_a_broken_hook(ticked: threading.Semaphore) -> None:
    def broken() -> None:
        raise ValueError("broken")

    module.every_tick.insert(0, broken)
    with connection.schema_editor() as editor:
        editor.alter_db_table(Heartbeat, "executions_heartbeat", "elsewhere")
    heart = Heart(every=0.05)
    heart.start()
    try:
        try:
            assert ticked.acquire(timeout=20)
        finally:
            with connection.schema_editor() as editor:
                editor.alter_db_table(Heartbeat, "elsewhere", "executions_heartbeat")
        while not Heartbeat.objects.exists():
            assert ticked.acquire(timeout=20)
    finally:
        heart.stop()
