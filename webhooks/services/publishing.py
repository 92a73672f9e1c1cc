"""Notes what happened, for workers to tell: called by services of the apps above, inside their transactions.

Nothing is written, and no data is gathered, for an organization that nobody subscribed to the event of.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from webhooks.events import EVENTS
from webhooks.models import PendingEvent, Subscription
from webhooks.sending.waking import wake_gathering, wake_handing_out

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of `webhooks.events` about a subject (an execution, a batch, an export), with what is told of it."""

    organization_id: uuid.UUID
    name: str
    subject_id: uuid.UUID
    data: Data


def events_wanted(organizations: Collection[uuid.UUID]) -> Mapping[uuid.UUID, frozenset[str]]:
    """The names of the events that each of the organizations has subscribed to; those without any are left out."""
    found: dict[uuid.UUID, frozenset[str]] = {}
    if organizations:
        active = Subscription.objects.active().filter(organization__in=set(organizations)).order_by()
        for organization_id, names in active.values_list("organization_id", "events"):
            found[organization_id] = found.get(organization_id, frozenset()).union(names)
    return found


def is_anything_wanted(organization: str) -> Exists:
    """A condition for queries: whether the organization that the column names has any active subscription.

    For those who can't afford a question of its own: it costs next to nothing beside what is read anyway.
    """
    return Exists(Subscription.objects.active().filter(organization=OuterRef(organization)).order_by())


def event_publish(name: str, *, organization_id: uuid.UUID, subject_id: uuid.UUID, data: Callable[[], Data]) -> bool:
    """Have an event told if anybody wants it, once the transaction is committed; answers whether anybody does.

    `data` is called only then. A subscription that begins after this question was asked is told of later events. The
    caller holds the lock of the subject where the order of its events matters. Raises KeyError for a name that is no
    event.
    """
    kind = EVENTS[name]
    if name not in events_wanted([organization_id]).get(organization_id, ()):
        return False
    events_note([Happening(organization_id, kind.name, subject_id, data())])
    return True


def events_note(happenings: Sequence[Happening]) -> None:
    """Note events that are known to be wanted, in one statement, and wake a worker for them after the commit.

    Those of jobs carry `data["jobs"]`; they are told within about a second, together with others of the same subject.
    """
    now = timezone.now()
    PendingEvent.objects.bulk_create(
        PendingEvent(
            organization_id=one.organization_id,
            subject_id=one.subject_id,
            name=one.name,
            data=one.data,
            created_at=now,
        )
        for one in happenings
    )
    at_once = {one.organization_id for one in happenings if not EVENTS[one.name].is_gathered}
    for organization_id in at_once:
        wake_handing_out(organization_id)
    for organization_id in {one.organization_id for one in happenings} - at_once:
        wake_gathering(organization_id)
