"""Cursors: where the next page of a list begins, signed, and good for that list, sort and filter only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.core import signing
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy

from mino.common.api.errors import invalid

SALT = "mino.api.cursor"
BROKEN = "This cursor is broken, or of another list, sort or filter. Take it as the list gave it, or leave it out."


@dataclass(frozen=True, slots=True)
class Key:
    """What a list is sorted by: a field (or annotation), and whether it may be empty. Empty ones come last."""

    field: str
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """A sort: its name as in the address, its keys, the last of them unique, and the direction."""

    name: str
    keys: Sequence[Key]
    descending: bool

    def expressions(self) -> list[OrderBy]:
        """For `order_by`. Empty values come last on every database, in both directions."""
        return [_ordered(key, self.descending) for key in self.keys]

    def behind(self, bound: Sequence[Any]) -> Q:
        """The condition for coming after the object whose keys are `bound`, in a form for which indexes are used."""
        return _behind(self.keys, bound, self.descending)


def _ordered(key: Key, descending: bool) -> OrderBy:
    last = True if key.nullable else None
    field = F(key.field)
    return field.desc(nulls_last=last) if descending else field.asc(nulls_last=last)


def _behind(keys: Sequence[Key], bound: Sequence[Any], descending: bool) -> Q:
    key, value = keys[0], bound[0]
    if value is None:
        return Q(**{f"{key.field}__isnull": True}) & _behind(keys[1:], bound[1:], descending)
    side = "lt" if descending else "gt"
    further = Q(**{f"{key.field}__{side}": value})
    if len(keys) == 1:
        return further
    deeper = _behind(keys[1:], bound[1:], descending)
    if not key.nullable:
        return Q(**{f"{key.field}__{side}e": value}) & (further | deeper)
    return further | (Q(**{key.field: value}) & deeper) | Q(**{f"{key.field}__isnull": True})


def filter_digest(*parts: object) -> str:
    """A short digest of what a list is narrowed to."""
    return sha256(repr(parts).encode()).hexdigest()[:16]


def write_cursor(order: Order, digest: str, item: Model) -> str:
    """The cursor of the page after `item`."""
    values = [_plain(_value(item, key.field)) for key in order.keys]
    return signing.dumps([order.name, order.descending, digest, values], salt=SALT, compress=True)


def read_cursor(cursor: str, order: Order, digest: str, queryset: QuerySet[Any]) -> QuerySet[Any]:
    """`queryset` behind the cursor. Raises ApiError for one of another list, sort or filter."""
    try:
        name, descending, narrowed, values = signing.loads(cursor, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise invalid("cursor", BROKEN) from None
    if [name, descending, narrowed] != [order.name, order.descending, digest] or len(values) != len(order.keys):
        raise invalid("cursor", BROKEN)
    return queryset.filter(order.behind(values))


def _value(item: Any, path: str) -> Any:
    for name in path.split("__"):
        item = getattr(item, name)
    return item


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()  # with microseconds, which JSON encoders of web frameworks cut off
    return value if value is None or isinstance(value, str | int | float) else str(value)
