"""One thread per worker process renews the leases of its jobs and writes their progress."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import Error, connection, transaction
from django.utils import timezone

from executions.engine.reporter import AttemptReporter
from executions.models import Job, JobStatus, Session, SessionStatus
from mino.common.bulk import update_many

logger = logging.getLogger(__name__)
WRITE_EVERY = 1.0
"""Seconds between two writings of progress."""


class Keeper:
    """Looks after the attempts that run in this process."""

    def __init__(self) -> None:
        self._reporters: dict[uuid.UUID, AttemptReporter] = {}
        self._left_runs: bool | None = None
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closing = False
        self._renewed = time.monotonic()
        self._thread = threading.Thread(target=self._keep, name="keeper", daemon=True)
        self._thread.start()

    def add(self, reporter: AttemptReporter) -> None:
        """Look after an attempt from now on; one that begins when all were called off already is so, too."""
        with self._lock:
            self._reporters[reporter.attempt.session_id] = reporter
            leave_run = self._left_runs
        if leave_run is not None:
            _call_off(reporter, leave_run=leave_run)

    def remove(self, reporter: AttemptReporter) -> None:
        """Look after it no more."""
        with self._lock:
            self._reporters.pop(reporter.attempt.session_id, None)

    def running(self) -> list[AttemptReporter]:
        """The attempts that run now."""
        with self._lock:
            return list(self._reporters.values())

    def cancel_all(self, *, leave_runs: bool) -> None:
        """Call off everything that runs in this process; with `leave_runs` remote runs go on, for others to adopt."""
        with self._lock:
            self._left_runs = leave_runs
        for reporter in self.running():
            _call_off(reporter, leave_run=leave_runs)

    def close(self) -> None:
        """End the thread."""
        self._closing = True
        self._wake.set()
        self._thread.join()

    def _keep(self) -> None:
        while not self._closing:
            self._wake.wait(WRITE_EVERY)
            try:
                self._write()
            except Exception:  # without this thread every lease of the process would run out
                logger.warning("Leases or progress could not be written, trying again", exc_info=True)
            finally:
                connection.close()

    def _write(self) -> None:
        reporters = self.running()
        if reporters:
            call_off_ended(reporters)
        if reporters and time.monotonic() - self._renewed >= settings.LEASE_SECONDS / 4:
            renew_leases([reporter.attempt.session_id for reporter in reporters])
            self._renewed = time.monotonic()
        news = [(reporter, found) for reporter in reporters if (found := reporter.news())]
        if not news:
            return
        try:
            write_progress(news)
        except Error:
            for reporter, _ in news:
                reporter.put_back()
            raise


def write_progress(news: Collection[tuple[AttemptReporter, dict[str, Any]]]) -> None:
    """Write what running attempts have done; one that has lost its job changes nothing."""
    with transaction.atomic():
        # What is locked is being ended at this moment: waiting for it could end in a deadlock, and tells nothing.
        free = Job.objects.select_for_update(skip_locked=True).filter(pk__in=[one.attempt.job_id for one, _ in news])
        held = set(free.values_list("pk", flat=True))
        held_news = [(reporter, found) for reporter, found in news if reporter.attempt.job_id in held]
        for reporter, _ in news:
            if reporter.attempt.job_id not in held:
                reporter.put_back()
        update_many(Job, [_job_values(*one) for one in held_news], match=("id", "current_session_id", "status"))
        update_many(Session, [_session_values(*one) for one in held_news], match=("id", "status"))


def _job_values(reporter: AttemptReporter, found: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": reporter.attempt.job_id,
        "current_session_id": reporter.attempt.session_id,
        "status": JobStatus.RUNNING,
        "step": found["steps"][-1]["description"] if found["steps"] else "",
        "step_count": found["step_count"],
        "progress": found["progress"],
        "current_url": found["current_url"],
    }


def _session_values(reporter: AttemptReporter, found: dict[str, Any]) -> dict[str, Any]:
    names = ("agent_run_id", "steps", "step_count", "live_view_url", "live_view_expires_at")
    return {
        "id": reporter.attempt.session_id,
        "status": SessionStatus.RUNNING,
        **{name: found[name] for name in names},
    }


def call_off_ended(reporters: Sequence[AttemptReporter]) -> None:
    """Tell attempts that have lost their job: a stopped one ends its remote run, a lost one leaves it to its heir."""
    by_session = {reporter.attempt.session_id: reporter for reporter in reporters}
    ended = Session.objects.filter(pk__in=by_session).exclude(status=SessionStatus.RUNNING)
    for session_id, status in ended.values_list("pk", "status"):
        reporter = by_session[session_id]
        if not reporter.cancelled.is_set():
            _call_off(reporter, leave_run=status == SessionStatus.LOST)


def _call_off(reporter: AttemptReporter, *, leave_run: bool) -> None:
    reporter.leave_run = leave_run
    reporter.cancelled.set()


def renew_leases(sessions: Collection[uuid.UUID]) -> None:
    """Hold the jobs of these sessions for another lease."""
    until = timezone.now() + timedelta(seconds=settings.LEASE_SECONDS)
    with transaction.atomic():
        running = Session.objects.filter(pk__in=sessions, status=SessionStatus.RUNNING)
        free = list(running.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True))
        Session.objects.filter(pk__in=free).update(lease_expires_at=until)
