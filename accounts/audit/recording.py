"""Writes entries of the audit trail."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db.models import Model
from django.utils import timezone

from accounts.audit.acting import acting
from accounts.audit.actions import ACTIONS
from accounts.audit.values import differences, text
from accounts.models import Act, AuditEntry, Channel, Organization, User
from accounts.permissions import Principal
from mino.common.tracing import bound_ids

LONGEST_NAME = 200


def record(
    action: str,
    subject: Model | None,
    *,
    organization: Organization | uuid.UUID | None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    by: Principal | None = None,
    count: int | None = None,
) -> None:
    """Add an entry: to be called by a service, inside its transaction.

    `action` is one of `ACTIONS` (KeyError otherwise). `organization` (or its id) is whose trail it stands in; None is
    for what belongs to none. `before` and `after` are values by their names; only what differs
    is kept, and an update of which nothing differs leaves no entry. `by` is who acts, if that is somebody else than who
    the request or task is from. `count` says how many objects a bulk operation was about. An id or a text that is
    secret by its name or its form is replaced, but hand none over.
    """
    _add(action, subject, organization, before, after, by, count)


def record_of_person(
    action: str,
    user: User,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    by: Principal | None = None,
) -> None:
    """Add an entry about a person's account (sign-ins, password, second factor) for each organization they are in."""
    organizations: list[Organization | None] = list(Organization.objects.visible_to(user))
    for organization in organizations or [None]:
        _add(action, user, organization, before, after, by, None)


def _add(
    action: str,
    subject: Model | None,
    organization: Organization | uuid.UUID | None,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    by: Principal | None,
    count: int | None,
) -> None:
    act = ACTIONS[action].act
    changes = differences(before, after)
    if act is Act.UPDATE and before and after and not changes:
        return
    now = acting()
    entry = AuditEntry(
        organization_id=organization.pk if isinstance(organization, Organization) else organization,
        event=action,
        action=act,
        subject_kind=action.partition(".")[0],
        object_pk="" if subject is None else str(subject.pk),
        object_repr="" if subject is None else text(str(subject), LONGEST_NAME),
        changes=changes,
        count=count,
        remote_addr=now.address or None,
        user_agent=now.user_agent,
        timestamp=timezone.now(),
        **_ids(),
        **_who(by if by is not None else now.who(), now.channel),
    )
    sums = _sums.get()
    if sums is None or count is None:
        entry.save()
    else:
        sums.add(entry)


class _Sums:
    """Entries that wait for being written, and how many objects each is about."""

    def __init__(self) -> None:
        self._entries: dict[tuple[object, ...], AuditEntry] = {}

    def add(self, entry: AuditEntry) -> None:
        """Keep it, or add its count to that of its like."""
        like = (entry.event, entry.organization_id, entry.object_pk, entry.actor_id, entry.api_key_id)
        found = self._entries.setdefault(like, entry)
        if found is not entry:
            found.count = (found.count or 0) + (entry.count or 0)
            found.changes = {name: pair for name, pair in found.changes.items() if entry.changes.get(name) == pair}

    def write(self) -> None:
        """Write them."""
        for entry in self._entries.values():
            entry.save()


_sums: ContextVar[_Sums | None] = ContextVar("sums", default=None)


@contextmanager
def summed() -> Iterator[None]:
    """Meanwhile entries with a count, of the same act on the same subject, become one at the end, also after an error.

    For what goes on in many transactions: each calls `record` as its last step. Within another such block it does
    nothing by itself.
    """
    if _sums.get() is not None:
        yield
        return
    sums = _Sums()
    token = _sums.set(sums)
    try:
        yield
    finally:
        _sums.reset(token)
        sums.write()


def _ids() -> dict[str, str]:
    ids = bound_ids()
    return {"cid": ids.get("request") or ids.get("task", "")}


def _who(principal: Principal | None, channel: Channel) -> dict[str, Any]:
    """The columns that say who acts: a person, or what has an `api_key`."""
    key = getattr(principal, "api_key", None)
    if key is not None:
        by_key = Channel.API if channel is Channel.PAGE else channel
        return {"channel": by_key, "api_key_id": key.pk, "api_key_text": text(str(key), LONGEST_NAME)}
    if isinstance(principal, User) and principal.pk:
        return {"channel": channel, "actor_id": principal.pk, "actor_email": principal.email}
    return {"channel": channel}
