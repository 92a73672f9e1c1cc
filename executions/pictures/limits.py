"""How many bytes of pictures an organization may keep.

`ScreenshotUsage` holds the sum of `Screenshot.bytes`: whoever adds or removes pictures changes it in the same
transaction, and takes its lock before any other.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db.models import F

from executions.models import Screenshot, ScreenshotUsage
from executions.pictures.removing import AT_ONCE, remove_pictures

CHUNKS = 4
"""How often `make_room` removes up to `AT_ONCE` pictures before it gives up until the next time."""


def reserve(organization_id: uuid.UUID, size: int) -> bool:
    """Count `size` bytes more if the limit allows it, and answer whether it did. Belongs into a transaction."""
    usage = ScreenshotUsage.objects.filter(organization=organization_id)
    with_room = usage.filter(bytes__lte=settings.SCREENSHOT_BYTES_PER_ORGANIZATION - size)
    if with_room.update(bytes=F("bytes") + size):
        return True
    if usage.exists():
        return False
    ScreenshotUsage.objects.bulk_create([ScreenshotUsage(organization_id=organization_id)], ignore_conflicts=True)
    return bool(with_room.update(bytes=F("bytes") + size))


def make_room(organization_id: uuid.UUID, size: int) -> bool:
    """Remove the organization's oldest pictures until `size` bytes more fit; False if that is not done by now."""
    if size > settings.SCREENSHOT_BYTES_PER_ORGANIZATION:
        return False
    for _ in range(CHUNKS):
        excess = _excess(organization_id, size)
        if excess <= 0:
            return True
        oldest = _oldest(organization_id, excess)
        if not oldest:
            return False
        remove_pictures(oldest)
    return _excess(organization_id, size) <= 0


def _excess(organization_id: uuid.UUID, size: int) -> int:
    used = ScreenshotUsage.objects.filter(organization=organization_id).values_list("bytes", flat=True).first() or 0
    return used + size - settings.SCREENSHOT_BYTES_PER_ORGANIZATION


def _oldest(organization_id: uuid.UUID, excess: int) -> list[uuid.UUID]:
    """The oldest pictures that together have `excess` bytes, or as many as are removed at once."""
    pictures = Screenshot.objects.filter(organization=organization_id, bytes__gt=0).order_by("taken_at", "id")
    found: list[uuid.UUID] = []
    for picture_id, size in pictures.values_list("pk", "bytes")[:AT_ONCE]:
        if excess <= 0:
            break
        found.append(picture_id)
        excess -= size
    return found
