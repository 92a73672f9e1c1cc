"""Lets requests to the API pass, as many in an hour as the organization's plan allows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.utils import timezone

from accounts.limits.metering import METER
from accounts.limits.plans import limits_of
from accounts.models.organization import Organization
from mino.common.errors import Limits, TooManyRequests
from mino.common.rate_limit import Room, window


def request_pass(organization: Organization) -> Mapping[str, str]:
    """Count a request of this organization, and answer the headers that say what is left.

    Raises TooManyRequests, with those headers and `Retry-After`, when the hour is used up; such a request is not
    counted. While nobody can say (Redis is away) everything passes, without headers.
    """
    room = window().take(str(organization.pk), limits_of(organization).requests_an_hour)
    if room is not None and not room.is_allowed:
        raise _refused(room)
    METER.add(organization.pk)
    return room.headers if room else {}


def requests_room(organization: Organization) -> Room | None:
    """How many requests the organization has made in the last hour; None when nobody can say."""
    return window().look(str(organization.pk), limits_of(organization).requests_an_hour)


def _refused(room: Room) -> TooManyRequests:
    message = (
        f"{room.counted:,} requests were made in the last hour, and the plan allows {room.limit:,}. Ask again in "
        f"{room.reset} seconds, or have an owner ask for a larger plan."
    )
    reset = timezone.now() + timedelta(seconds=room.reset)
    return TooManyRequests(message, limits=Limits(room.counted, room.limit, reset), headers=room.headers)
