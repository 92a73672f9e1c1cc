"""Mends what lost wake-up calls, dead workers and restarts leave behind. Every part may run twice, late, or never."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Least
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from executions.agents.registry import AGENTS
from executions.credentials.holding import hold_keyless
from executions.engine.account import raise_concurrency
from executions.engine.recovery import adopting_agents, lost_sessions, settle_lost
from executions.engine.waking import wake_adoption, wake_preparation, wake_slots
from executions.models import (
    Execution,
    ExecutionStatus,
    Heartbeat,
    HeartbeatKind,
    Retry,
    RetryStatus,
    Session,
    SessionStatus,
)
from executions.operating.signs import beat_is_missing
from executions.services.completion import complete_if_done
from executions.services.control import execution_stop
from executions.services.ending import ENDED_EARLY, end_waiting
from executions.services.failing import execution_fail
from executions.services.organization_end import stop_orphaned
from executions.services.recounting import recount

logger = logging.getLogger(__name__)
ABANDONED_AFTER_LEASES = 5
MOST_SLOTS = 10
"""Slots asked for in one sweep: enough to get going again, too few to flood a busy broker."""
MOST_ADOPTIONS = 50
SWEEP = "sweep"
"""The name under which the last sweep is kept."""
_missing_was_told = threading.Event()
AWAY_AFTER = 25.0
"""Seconds without a sweep after which the database may have been away: workers sweep at least every 20, even alone."""


def sweep() -> None:
    """All of it. Sent by beat every five seconds; workers do it themselves when beat is missing."""
    now = timezone.now()
    parts: list[Callable[[], object]] = [stop_abandoned, stop_orphaned, fail_impossible, hold_keyless]
    if leases_can_be_trusted(now):
        parts.append(lambda: recover(now))
    parts += [end_left, lambda: close_ended(now), lambda: raise_throttled(now), let_waiting_go_on, find_work]
    for part in parts:
        try:
            part()
        except Exception:  # one execution that can't be mended must not keep all others from being so
            logger.exception("A part of the sweep failed, and is tried again at the next one")


def sweep_without_beat() -> None:
    """Do beat's work when beat is missing. Each worker calls it now and then."""
    if not beat_is_missing(timezone.now()):
        _missing_was_told.clear()
        return
    if not _missing_was_told.is_set():
        logger.warning("Beat has not been seen for a while: this worker looks for lost work itself")
        _missing_was_told.set()
    sweep()


def leases_can_be_trusted(now: datetime) -> bool:
    """Whether a lease that has run out means a dead worker.

    After a time in which nobody swept, the database was away and nobody could renew a lease either: their workers get a
    third of a lease, which is more than the time between two renewals, to say that they are alive.
    """
    last = Heartbeat.objects.filter(name=SWEEP).first()
    hold_until = parse_datetime(str(last.details.get("hold_until") or "")) if last else None
    if last is None or now - last.seen_at > timedelta(seconds=AWAY_AFTER):
        hold_until = now + timedelta(seconds=settings.LEASE_SECONDS / 3)
    values = {"seen_at": now, "details": {"hold_until": hold_until.isoformat() if hold_until else ""}}
    new = {**values, "kind": HeartbeatKind.BEAT, "started_at": now}
    Heartbeat.objects.update_or_create(name=SWEEP, defaults=values, create_defaults=new)
    return hold_until is None or hold_until <= now


def recover(now: datetime) -> None:
    """Take back the jobs of workers whose leases have run out."""
    lost = lost_sessions(now)
    touched = set(lost.values_list("job__execution_id", flat=True)[:1000])
    settle_lost(now)
    adoptable = lost.filter(job__execution__agent__in=adopting_agents())
    wake_adoption(len(adoptable.values_list("pk")[:MOST_ADOPTIONS]))
    for execution_id in touched:
        recount(execution_id)


def stop_abandoned() -> int:
    """Stop executions whose own worker is gone: no lease holds, and nothing was written for several leases.

    Nobody else may run their jobs, so that they would stay unfinished for ever. Answers how many were stopped.
    """
    now = timezone.now()
    quiet_since = now - ABANDONED_AFTER_LEASES * timedelta(seconds=settings.LEASE_SECONDS)
    held = Session.objects.filter(status=SessionStatus.RUNNING, lease_expires_at__gt=now, job__execution=OuterRef("pk"))
    own = Execution.objects.unfinished().filter(has_own_worker=True, updated_at__lt=quiet_since)
    abandoned = list(own.filter(~Exists(held)).values_list("pk", flat=True))
    for execution_id in abandoned:
        execution_stop(execution_id, user=None)
    return len(abandoned)


def fail_impossible() -> int:
    """Fail executions that can't be run at all, because their agent exists no more."""
    gone = Execution.objects.unfinished().filter(has_own_worker=False).exclude(agent__in=list(AGENTS))
    found = list(gone.values_list("pk", "agent"))
    for execution_id, agent in found:
        execution_fail(execution_id, code="AGENT_FAILURE", reason=f"There is no agent “{agent}” any more.")
    return len(found)


def end_left() -> int:
    """End the jobs that still wait in executions that were ended early. Answers how many."""
    ended = Execution.objects.filter(Q(queued_jobs__gt=0) | Q(retrying_jobs__gt=0), status__in=ENDED_EARLY)
    return sum(end_waiting(execution_id) for execution_id in ended.values_list("pk", flat=True))


def close_ended(now: datetime) -> int:
    """Complete executions whose last job has ended, but that were not closed."""
    over = Execution.objects.filter(
        status__in=[ExecutionStatus.RUNNING, ExecutionStatus.PAUSED],
        queued_jobs=0,
        running_jobs=0,
        retrying_jobs=0,
        prepared_jobs=F("total_jobs"),
    )
    closed = 0
    for execution_id in over.values_list("pk", flat=True):
        with transaction.atomic():
            Execution.objects.select_for_update().get(pk=execution_id)
            closed += complete_if_done(execution_id, now)
    return closed


def raise_throttled(now: datetime) -> None:
    """Raise the concurrency of executions that were throttled, also while no job of theirs ends."""
    throttled = Execution.objects.filter(
        status=ExecutionStatus.RUNNING, effective_concurrency__lt=F("concurrency"), raised_at__isnull=False
    )
    for execution_id in throttled.values_list("pk", flat=True):
        with transaction.atomic():
            execution = Execution.objects.select_for_update().get(pk=execution_id)
            if raise_concurrency(execution, now):
                execution.save(update_fields=["effective_concurrency", "raised_at"])


def let_waiting_go_on() -> None:
    """Let executions of a pair be looked at again whose partner runs nothing by which they would be."""
    partner = Execution.objects.filter(pair=OuterRef("pair"), status=ExecutionStatus.RUNNING, running_jobs__gt=0)
    waiting = Execution.objects.filter(waits_for_partner=True).exclude(Exists(partner.exclude(pk=OuterRef("pk"))))
    for execution_id in waiting.values_list("pk", flat=True):
        Execution.objects.filter(pk=execution_id).update(waits_for_partner=False)


def find_work() -> int:
    """Ask for slots where jobs wait below the concurrency, and for jobs where an execution has none yet.

    Answers how many slots were asked for.
    """
    unprepared = Execution.objects.filter(
        status__in=[ExecutionStatus.QUEUED, ExecutionStatus.RUNNING], prepared_jobs__lt=F("total_jobs")
    )
    for execution_id in unprepared.values_list("pk", flat=True):
        wake_preparation(execution_id)
    due: Any = Retry.objects.filter(
        execution=OuterRef("pk"), status=RetryStatus.PENDING, scheduled_for__lte=timezone.now()
    )
    waiting = Execution.objects.filter(
        Q(queued_jobs__gt=0, waits_for_partner=False) | Q(Exists(due), retrying_jobs__gt=0),
        status=ExecutionStatus.RUNNING,
        has_own_worker=False,
        running_jobs__lt=F("effective_concurrency"),
    )
    free = waiting.annotate(
        free=Least(F("queued_jobs") + F("retrying_jobs"), F("effective_concurrency") - F("running_jobs"))
    )
    wanted: int = min(MOST_SLOTS, sum(free.values_list("free", flat=True)))
    wake_slots(wanted)
    return wanted
