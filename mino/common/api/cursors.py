"""Cursors: where the next page of a list begins, signed, and good for that list, sort and filter only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, TypeVar

from django.core import signing
from django.db.models import Model, Q, QuerySet

from mino.common.api.errors import invalid
from mino.common.pagination import beyond

SALT = "mino.api.cursor"
BROKEN = "This cursor is broken, or of another list, sort or filter. Take it as the list gave it, or leave it out."

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Key:
    """What a list is sorted by: a field (or annotation), and whether it may be empty. Empty ones come last.

    `then` are the fields that decide among equals, the last of them unique, where it is not the list's own alone.
    """

    field: str
    nullable: bool = False
    then: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """A sort: its name as in the address, its keys, the last of them unique, and the direction.

    Only the first key may be empty. Objects with a value and those without are read by a query each: so an index gives
    them in order, in both directions and on every database, wherever that puts what is empty.
    """

    name: str
    keys: Sequence[Key]
    descending: bool

    def first(self, queryset: QuerySet[M], bound: Sequence[Any] | None, count: int) -> list[M]:
        """The first `count` objects behind the one whose keys are `bound`; from the beginning without it."""
        sign = "-" if self.descending else ""
        ordered = queryset.order_by(*(f"{sign}{key.field}" for key in self.keys))
        found: list[M] = []
        for part in self._parts(bound):
            if len(found) < count:
                found += ordered.filter(part)[: count - len(found)]
        return found

    def _parts(self, bound: Sequence[Any] | None) -> Iterator[Q]:
        """What lies behind `bound`: objects with a value come first, those without one last."""
        first, rest = self.keys[0], self.keys[1:]
        if not first.nullable:
            yield self._behind(self.keys, bound) if bound else Q()
            return
        is_empty, has_value = (Q(**{f"{first.field}__isnull": empty}) for empty in (True, False))
        if bound is None or bound[0] is not None:
            yield has_value & self._behind(self.keys, bound) if bound else has_value
            yield is_empty
        else:
            yield is_empty & self._behind(rest, bound[1:])

    def _behind(self, keys: Sequence[Key], bound: Sequence[Any]) -> Q:
        names = [key.field for key in keys]
        return beyond(names, bound, ascending=not self.descending)


def filter_digest(*parts: object) -> str:
    """A short digest of what a list is narrowed to."""
    return sha256(repr(parts).encode()).hexdigest()[:16]


def write_cursor(order: Order, digest: str, item: object) -> str:
    """The cursor of the page after `item`."""
    values = [_plain(_value(item, key.field)) for key in order.keys]
    return signing.dumps([order.name, order.descending, digest, values], salt=SALT, compress=True)


def read_cursor(cursor: str, order: Order, digest: str) -> Sequence[Any]:
    """The keys of the object behind which the page begins. Raises ApiError for one of another list, sort or filter."""
    try:
        name, descending, narrowed, values = signing.loads(cursor, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise invalid("cursor", BROKEN) from None
    if [name, descending, narrowed] != [order.name, order.descending, digest] or len(values) != len(order.keys):
        raise invalid("cursor", BROKEN)
    return list(values)


def _value(item: Any, path: str) -> Any:
    for name in path.split("__"):
        item = getattr(item, name)
    return item


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()  # with microseconds, which JSON encoders of web frameworks cut off
    return value if value is None or isinstance(value, str | int | float) else str(value)
