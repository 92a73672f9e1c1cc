"""Removes pictures and raw answers that are older than they are to be kept."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from executions.models import Screenshot, ScreenshotUsage, Session
from executions.pictures.limits import make_room
from executions.pictures.removing import remove_in_chunks
from mino.common.models import first_id_at

AT_ONCE = 1000
"""Attempts that are looked at in one transaction."""
WALKED = "raw-results-removed-before"
"""Where the cache says which attempts need no second look. Without it they are all looked at again, once."""
LONGEST_ATTEMPT = timedelta(days=1)
"""An attempt's id tells when it began; its raw answer came up to so much later."""


def screenshots_expire(*, now: datetime | None = None) -> int:
    """Remove pictures older than SCREENSHOT_DAYS, and of organizations above their limit the oldest ones.

    Answers how many were too old.
    """
    until = (now or timezone.now()) - timedelta(days=settings.SCREENSHOT_DAYS)
    removed = remove_in_chunks(Screenshot.objects.filter(taken_at__lt=until).order_by("taken_at", "id"))
    too_full = ScreenshotUsage.objects.filter(bytes__gt=settings.SCREENSHOT_BYTES_PER_ORGANIZATION)
    for organization_id in list(too_full.values_list("organization", flat=True)):
        make_room(organization_id, 0)
    return removed


def raw_results_expire(*, now: datetime | None = None) -> int:
    """Remove the raw answers of attempts that began more than RAW_RESULT_DAYS ago, and answer how many.

    The attempts are found by their ids, which begin with the time: no index on another column is needed, and what was
    walked before is not walked again.
    """
    began_before = (now or timezone.now()) - timedelta(days=settings.RAW_RESULT_DAYS)
    after: uuid.UUID = cache.get(WALKED) or uuid.UUID(int=0)
    attempts = Session.objects.filter(pk__lt=first_id_at(began_before)).order_by("pk")
    removed = 0
    while found := list(attempts.filter(pk__gt=after).values_list("pk", flat=True)[:AT_ONCE]):
        removed += _remove_raw_results(after, found[-1])
        after = found[-1]
    cache.set(WALKED, first_id_at(began_before - LONGEST_ATTEMPT), None)
    return removed


def _remove_raw_results(after: uuid.UUID, last: uuid.UUID) -> int:
    kept = Session.objects.filter(pk__gt=after, pk__lte=last, raw_result__isnull=False)
    with transaction.atomic():
        # What is locked is being deleted at this moment.
        free = list(kept.select_for_update(skip_locked=True).values_list("pk", flat=True))
        return Session.objects.filter(pk__in=free).update(raw_result=None)
