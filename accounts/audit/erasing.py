"""The only way by which entries leave or change: retention, and the erasure of a person or an organization."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Q
from django.db.models.functions import Cast

from accounts.models import AuditEntry

AT_ONCE = 2_000


def entries_remove_before(moment: datetime, *, organization_id: uuid.UUID | None = None, at_most: int = AT_ONCE) -> int:
    """Remove up to `at_most` of the oldest entries from before `moment`, of one organization or all; says how many.

    One short transaction: call it until it answers 0.
    """
    old = Q(timestamp__lt=moment)
    return _remove(old & Q(organization=organization_id) if organization_id else old, at_most)


def entries_remove_of_organization(organization_id: uuid.UUID, *, before: datetime, at_most: int = AT_ONCE) -> int:
    """Remove up to `at_most` entries of a deleted organization from before `before`; says how many.

    Its tombstone, `organization.purged`, stays until it is too old.
    """
    mine = Q(organization=organization_id, timestamp__lt=before)
    return _remove(mine & ~Q(event="organization.purged"), at_most)


def identity_erase(user_id: uuid.UUID, *, email: str = "", at_most: int = AT_ONCE) -> int:
    """Take a person's identity from up to `at_most` entries, which stay: who it was is no longer known.

    Their id, address and browser go from what they did; name and values go from what was done to their account, and
    `email` from all other values (they are looked through: no index finds it). Says how many entries were changed:
    call it until it answers 0.
    """
    with _erasing():
        acted = _some(Q(actor=user_id), at_most)
        nobody = {"actor_id": None, "actor_email": "", "remote_addr": None, "user_agent": ""}
        changed: int = _plain(acted).update(**nobody)
        about = _some(Q(object_pk=str(user_id)) & ~Q(object_repr=ERASED), at_most)
        changed += _plain(about).update(object_repr=ERASED, changes={})
        return changed or (_forget_address(email, at_most) if email else 0)


def _forget_address(email: str, at_most: int) -> int:
    naming = Q(object_repr__icontains=email) | Q(changes__icontains=email)
    ids = _some(naming, at_most)
    pattern = re.compile(re.escape(email), re.IGNORECASE)
    for entry in AuditEntry.objects.filter(pk__in=ids).only("object_repr", "changes"):
        changes = json.loads(pattern.sub(ERASED, json.dumps(entry.changes)))
        _plain([entry.pk]).update(object_repr=pattern.sub(ERASED, entry.object_repr)[:200], changes=changes)
    return len(ids)


def address_erase(address: str, *, at_once: int = 200) -> int:
    """Take an e-mail address out of all entries that name it as text, in small transactions; says how many.

    They are about other subjects (an invitation, a membership), so they are looked for through the whole trail.
    """
    pattern = re.compile(rf"(?<![\w.+-]){re.escape(address)}(?![\w-]|\.\w)", re.IGNORECASE)
    escaped = json.dumps(address)[1:-1]  # as SQLite keeps letters beyond ASCII
    named = Q(object_repr__icontains=address) | Q(text__icontains=address) | Q(text__icontains=escaped)
    entries = AuditEntry.objects.annotate(text=Cast("changes", models.TextField()))
    entries = entries.filter(named | Q(actor_email__iexact=address)).order_by("pk")
    last, changed = uuid.UUID(int=0), 0
    while found := list(entries.filter(pk__gt=last)[:at_once]):
        with _erasing():
            for entry in found:
                changed += _without_address(entry, address, pattern)
        last = found[-1].pk
    return changed


def _without_address(entry: AuditEntry, address: str, pattern: re.Pattern[str]) -> int:
    values = {
        "object_repr": pattern.sub(ERASED, entry.object_repr)[:200],
        "changes": _replaced(entry.changes, pattern),
        "actor_email": "" if entry.actor_email.lower() == address.lower() else entry.actor_email,
    }
    differs = any(getattr(entry, name) != value for name, value in values.items())
    return int(_plain([entry.pk]).update(**values)) if differs else 0


def _replaced(value: Any, pattern: re.Pattern[str]) -> Any:
    """The value with the address replaced in each text within."""
    if isinstance(value, str):
        return pattern.sub(ERASED, value)
    if isinstance(value, list):
        return [_replaced(one, pattern) for one in value]
    if isinstance(value, dict):
        return {pattern.sub(ERASED, name): _replaced(one, pattern) for name, one in value.items()}
    return value


ERASED = "An erased account"


def _remove(condition: Q, at_most: int) -> int:
    with _erasing():
        removed: int = _plain(_some(condition, at_most))._raw_delete(AuditEntry.objects.db)
        return removed


def _some(condition: Q, at_most: int) -> list[uuid.UUID]:
    return list(AuditEntry.objects.filter(condition).order_by("timestamp", "id").values_list("pk", flat=True)[:at_most])


def _plain(ids: list[uuid.UUID]) -> Any:
    """These entries as a queryset that refuses nothing."""
    return models.QuerySet(AuditEntry).filter(pk__in=ids)


@contextmanager
def _erasing() -> Iterator[None]:
    """A transaction in which PostgreSQL's trigger lets changes pass."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('mino.audit_erasing', 'on', true)")
        yield
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('mino.audit_erasing', '', true)")
