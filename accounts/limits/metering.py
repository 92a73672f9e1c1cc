"""Counts requests to the API for the usage page, without a write for each of them.

A process keeps the numbers and writes them every half minute, from a thread of its own; a crash loses what came since.
The limit itself is kept elsewhere (`accounts.limits.requests`).
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections import Counter

from django.conf import settings
from django.db import DatabaseError, connection

from accounts.limits.history import requests_add
from accounts.models.organization import Organization

logger = logging.getLogger(__name__)


class RequestMeter:
    """The numbers that are not written yet, by organization."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[uuid.UUID] = Counter()
        self._timer: threading.Timer | None = None

    def add(self, organization_id: uuid.UUID) -> None:
        """Count one request; it is written later."""
        with self._lock:
            self._counts[organization_id] += 1
            if self._timer is None:
                self._timer = threading.Timer(settings.API_REQUESTS_WRITTEN_EVERY, self._write_and_hang_up)
                self._timer.daemon = True
                self._timer.start()

    def write(self) -> None:
        """Write all that was counted. What the database does not take now is tried again with what comes next."""
        with self._lock:
            counts, self._counts, self._timer = self._counts, Counter(), None
        for organization_id, count in counts.items():
            try:
                requests_add(organization_id, count)
            except Organization.DoesNotExist:
                continue
            except DatabaseError as error:
                logger.warning("The number of API requests is not written yet: %s", error)
                with self._lock:
                    self._counts[organization_id] += count

    def _write_and_hang_up(self) -> None:
        try:
            self.write()
        finally:
            connection.close()


METER = RequestMeter()
