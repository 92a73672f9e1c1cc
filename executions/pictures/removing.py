"""Removing pictures: the row, the files, and what they counted towards their organization's limit."""

from __future__ import annotations

import logging
import uuid
from collections import Counter
from collections.abc import Collection
from functools import partial

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Greatest

from executions.models import Screenshot, ScreenshotUsage

logger = logging.getLogger(__name__)
AT_ONCE = 200
"""Pictures that are removed in one transaction."""


def remove_in_chunks(pictures: QuerySet[Screenshot]) -> int:
    """Remove all pictures that the query finds, some in each transaction, and answer how many."""
    removed = 0
    while found := list(pictures.values_list("pk", flat=True)[:AT_ONCE]):
        removed += remove_pictures(found)
    return removed


def remove_pictures(pictures: Collection[uuid.UUID]) -> int:
    """Remove these pictures in one transaction and answer how many it were; their files go after the commit."""
    rows = Screenshot.objects.filter(pk__in=pictures)
    with transaction.atomic():
        _hold_usage({one for one in rows.values_list("organization", flat=True) if one})
        # Only what is still there counts: another process may have removed some before it let the usage go.
        found = list(rows.values_list("pk", "organization", "bytes", "image", "thumbnail"))
        freed: Counter[uuid.UUID] = Counter()
        for _, organization_id, size, _, _ in found:
            if organization_id:
                freed[organization_id] += size
        Screenshot.objects.filter(pk__in=[one[0] for one in found]).delete()
        for organization_id, size in freed.items():
            lowered = Greatest(F("bytes") - size, Value(0))
            ScreenshotUsage.objects.filter(organization=organization_id).update(bytes=lowered)
        names = [name for one in found for name in one[3:] if name]
        transaction.on_commit(partial(delete_files, names), robust=True)
    return len(found)


def delete_files(names: Collection[str]) -> None:
    """Delete these files from the storage; one that can't be deleted is told in the log and left."""
    for name in names:
        try:
            default_storage.delete(name)
        except Exception:  # storages raise what they like, and the other files are to go all the same
            logger.warning("The file %s could not be deleted", name, exc_info=True)


def _hold_usage(organizations: Collection[uuid.UUID]) -> None:
    """Let nobody else add or remove pictures of these organizations until this transaction ends."""
    list(ScreenshotUsage.objects.select_for_update().filter(organization__in=organizations).order_by("pk"))
