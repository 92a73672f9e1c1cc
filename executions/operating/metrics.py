"""Metrics in Prometheus' format, read from the database at each scrape, so that any web process can answer."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from executions.evaluation.verdict import EvaluationResult
from executions.models import Execution, Heartbeat, HeartbeatKind, Session, SessionStatus
from executions.models.execution import UNFINISHED
from executions.operating.queue import count_due_retries, oldest_due_retry, queue_age
from executions.operating.signs import BEAT, SEEN_WITHIN
from executions.operating.throughput import cost_of_day, results_since

logger = logging.getLogger(__name__)
RECENT = timedelta(minutes=5)
RESULTS = (*(one.value for one in EvaluationResult), "not_evaluated", "error")


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """All metrics for whoever brings the token; 404 while they are switched off."""
    if not settings.METRICS:
        return HttpResponseNotFound("Metrics are switched off.\n", content_type="text/plain")
    wanted = f"Bearer {settings.METRICS_TOKEN}".encode()
    if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), wanted):
        refusal = HttpResponse("The token is missing or wrong.\n", status=401, content_type="text/plain")
        refusal["WWW-Authenticate"] = "Bearer"
        return refusal
    registry = CollectorRegistry(auto_describe=False)  # describing would read everything once more
    registry.register(DatabaseCollector(timezone.now()))
    try:
        return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
    except Error as error:
        logger.warning("Metrics could not be read: %s", error)
        return HttpResponse("The database does not answer.\n", status=503, content_type="text/plain")


class DatabaseCollector(Collector):
    """The figures of one moment, each from an index or from counters."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Every metric."""
        yield from self._executions()
        yield from self._waiting()
        yield from self._processes()
        yield from self._done()

    def _executions(self) -> Iterator[GaugeMetricFamily]:
        counters = {f"{name}_jobs": Sum(f"{name}_jobs") for name in ("queued", "running", "retrying")}
        unfinished = Execution.objects.unfinished().order_by().values("status").annotate(number=Count("pk"), **counters)
        found: dict[str, dict[str, Any]] = {row["status"]: {**row} for row in unfinished}
        executions = GaugeMetricFamily("mino_executions", "Unfinished executions.", labels=["status"])
        jobs = GaugeMetricFamily("mino_jobs", "Jobs of unfinished executions that have not ended.", labels=["status"])
        for status in UNFINISHED:
            executions.add_metric([status], found.get(status, {}).get("number", 0))
        for name in ("queued", "running", "retrying"):
            jobs.add_metric([name], sum(row[f"{name}_jobs"] for row in found.values()))
        yield executions
        yield jobs

    def _waiting(self) -> Iterator[GaugeMetricFamily]:
        oldest = oldest_due_retry(self.now)
        due_for = _seconds(self.now, oldest.since if oldest else None)
        expired = Session.objects.filter(status=SessionStatus.RUNNING, lease_expires_at__lt=self.now).count()
        to_cancel = Session.objects.filter(needs_cancel=True).count()
        age = queue_age(self.now).total_seconds()
        yield _gauge("mino_queue_age_seconds", "How long the oldest thing waits that could run.", age)
        yield _gauge("mino_due_retries", "Retries that are due, counted to 10,000.", count_due_retries(self.now))
        yield _gauge("mino_oldest_due_retry_seconds", "For how long the oldest retry has been due.", due_for or 0)
        yield _gauge("mino_expired_leases", "Running attempts whose worker gives no sign of life.", expired)
        yield _gauge("mino_sessions_to_cancel", "Ended attempts whose remote run is still to be cancelled.", to_cancel)

    def _processes(self) -> Iterator[GaugeMetricFamily]:
        workers = Heartbeat.objects.filter(kind=HeartbeatKind.WORKER, seen_at__gte=self.now - SEEN_WITHIN)
        details = list(workers.values_list("details", flat=True))
        running = sum(one.get("running", 0) for one in details)
        slots = sum(one.get("slots", 0) for one in details)
        yield _gauge("mino_workers", "Worker processes seen in the last 30 seconds.", len(details))
        yield _gauge("mino_worker_slots", "Attempts that these can run at once.", slots)
        yield _gauge("mino_worker_running", "Attempts that these run.", running)
        seen_at = Heartbeat.objects.filter(name=BEAT).values_list("seen_at", flat=True).first()
        if (age := _seconds(self.now, seen_at)) is not None:
            yield _gauge("mino_beat_age_seconds", "Since when beat was not seen. Absent if it never was.", age)

    def _done(self) -> Iterator[GaugeMetricFamily]:
        counts = results_since(self.now - RECENT)
        ended = GaugeMetricFamily(
            "mino_jobs_ended_5m", "Jobs that ended within the last five minutes.", labels=["result"]
        )
        for result in RESULTS:
            ended.add_metric([result], counts[result])
        yield ended
        costs = GaugeMetricFamily(
            "mino_cost_today", "Cost so far of the executions made since midnight (UTC).", labels=["currency"]
        )
        for currency, cost in cost_of_day(self.now).items():
            costs.add_metric([currency], float(cost))
        yield costs


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)


def _seconds(now: datetime, moment: datetime | None) -> float | None:
    return max(0.0, (now - moment).total_seconds()) if moment else None
