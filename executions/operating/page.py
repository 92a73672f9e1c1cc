"""The page on which platform staff sees how the engine does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from executions.models import Execution, Heartbeat, HeartbeatKind, Session, SessionStatus
from executions.operating.health import check_all
from executions.operating.queue import MOST_COUNTED, count_due_retries, oldest_due_retry
from executions.operating.signs import SEEN_WITHIN
from executions.operating.throughput import throughput

MOST_EXECUTIONS = 50
MOST_SESSIONS = 10


@dataclass(frozen=True, slots=True)
class SeenWorker:
    """A worker's sign of life, and whether it is recent."""

    sign: Heartbeat
    is_alive: bool


@never_cache
@require_safe
def engine(request: HttpRequest) -> HttpResponse:
    """Workers, beat, queues, leases and throughput of this moment; a fixed number of statements."""
    now = timezone.now()
    running = _sessions().filter(status=SessionStatus.RUNNING).order_by("lease_expires_at")
    to_cancel = _sessions().filter(needs_cancel=True).order_by("finished_at")
    unfinished = Execution.objects.unfinished().select_related("organization")
    context = {
        **admin.site.each_context(request),
        "title": "Engine",
        "now": now,
        "checks": check_all(now),
        "workers": _workers(now),
        "executions": unfinished.order_by("-running_jobs", "pk")[:MOST_EXECUTIONS],
        "oldest_due": oldest_due_retry(now),
        "due_retries": count_due_retries(now),
        "expired": _count(running.filter(lease_expires_at__lt=now)),
        "leases": running.exclude(lease_expires_at=None)[:MOST_SESSIONS],
        "cancels": _count(to_cancel),
        "to_cancel": to_cancel[:MOST_SESSIONS],
        "throughput": throughput(now),
    }
    return TemplateResponse(request, "operating/engine.html", context)


def _workers(now: datetime) -> list[SeenWorker]:
    signs = Heartbeat.objects.filter(kind=HeartbeatKind.WORKER).order_by("name")
    return [SeenWorker(sign, now - sign.seen_at <= SEEN_WITHIN) for sign in signs]


def _sessions() -> QuerySet[Session]:
    return Session.objects.select_related("job__execution__organization").only(
        "number", "worker", "agent_run_id", "lease_expires_at", "finished_at",
        "job__row_position", "job__execution__number", "job__execution__agent", "job__execution__organization__slug",
    )  # fmt: skip


def _count(sessions: QuerySet[Session]) -> int:
    return sessions.order_by()[:MOST_COUNTED].count()
