"""Signs of life of workers and of beat: written, read and cleared away."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from executions.models import Heartbeat, HeartbeatKind

BEAT = "beat"
BEAT_MISSING_AFTER = timedelta(seconds=15)
"""Three of beat's wake-up calls; after that workers sweep without it."""
SEEN_WITHIN = timedelta(seconds=30)
"""What was seen no longer ago than this counts as alive: two of a worker's signs of life may fail."""
FORGOTTEN_AFTER = timedelta(hours=1)


def worker_seen(name: str, *, started_at: datetime, now: datetime, details: dict[str, Any]) -> None:
    """Write the sign of life of a worker process."""
    sign = Heartbeat(name=name, kind=HeartbeatKind.WORKER, started_at=started_at, seen_at=now, details=details)
    _upsert(sign, ["kind", "started_at", "seen_at", "details"])


def beat_seen(now: datetime) -> None:
    """Write that beat was seen: called by whoever carries out its wake-up call. One statement; keeps the details."""
    _upsert(Heartbeat(name=BEAT, kind=HeartbeatKind.BEAT, started_at=now, seen_at=now), ["seen_at"])


def beat_is_missing(now: datetime) -> bool:
    """Whether no wake-up call of beat was carried out for 15 seconds, or never."""
    recent = Heartbeat.objects.filter(name=BEAT, seen_at__gte=now - BEAT_MISSING_AFTER)
    return not recent.exists()


def worker_gone(name: str) -> None:
    """Remove a worker that ended by itself, so that nobody misses it."""
    Heartbeat.objects.filter(name=name).delete()


def forget_old(now: datetime) -> None:
    """Remove workers that nobody has seen for an hour. Beat's row stays: it tells since when beat is away."""
    Heartbeat.objects.filter(kind=HeartbeatKind.WORKER, seen_at__lt=now - FORGOTTEN_AFTER).delete()


def _upsert(sign: Heartbeat, fields: list[str]) -> None:
    Heartbeat.objects.bulk_create([sign], update_conflicts=True, unique_fields=["name"], update_fields=fields)
