"""Jobs in another order than that of the rows: by accuracy, by when they finished, by how long they took, by state.

An index gives them in that order, those without a value last; jobs with the same value stand in the order of the rows,
or in its reverse where the order is a descending one, since the index is read backwards then. The order is stable only
while the values are: what changes while somebody pages may be met twice or not at all.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from analytics.grid import scanning
from analytics.grid.scanning import Found, Source
from executions.models import Execution, Job
from mino.common.pagination import beyond

KEYS = {
    "accuracy": ("accuracy", "id"),
    "finished": ("finished_at", "id"),
    "seconds": ("agent_seconds", "id"),
    "status": ("status", "position"),
}


@dataclass(frozen=True, slots=True)
class Order:
    """The fields that jobs are ordered by, both in one direction; the second is unique."""

    keys: tuple[str, str]
    descending: bool

    @classmethod
    def of(cls, sort: str) -> Order:
        """`accuracy` or `-accuracy`, as the address has it."""
        return cls(KEYS[sort.removeprefix("-")], sort.startswith("-"))

    def key(self, execution: Execution, position: int) -> tuple[Any, ...] | None:
        """What the job at a position is ordered by; None where there is no such job."""
        jobs = Job.objects.filter(execution=execution, position=position)
        return jobs.values_list(*self.keys).first()


@dataclass(frozen=True, slots=True)
class _Part:
    """The jobs with a value, or those without one."""

    jobs: QuerySet[Job]
    keys: Sequence[str]
    bound: Sequence[Any]


def ordered_scan(
    source: Source, order: Order, start: tuple[Any, ...] | None, count: int, *, backwards: bool = False
) -> Found:
    """The first `count` matches behind `start`, in bounded time as `scan` does it."""
    ascending = order.descending == backwards
    ids: list[uuid.UUID] = []
    reached = None
    for part in _parts(source.queryset, order, start, backwards):
        jobs = part.jobs.filter(beyond(part.keys, part.bound, ascending=ascending)) if part.bound else part.jobs
        # Also by the value where all have none: only then the index is known to give them in this order.
        jobs = jobs.order_by(*(key if ascending else f"-{key}" for key in order.keys))
        if source.rest and source.size > scanning.MOST_READ:
            place = slice(scanning.MOST_READ - 1, scanning.MOST_READ)
            reached = jobs.values_list(*part.keys, "pk")[place].first()
            if reached:
                jobs = jobs.filter(_as_far_as(part.keys, reached, ascending=ascending))
        ids.extend(jobs.filter(source.rest).values_list("pk", flat=True)[: count + 1 - len(ids)])
        if len(ids) > count or reached:
            break
    more = len(ids) > count
    ids = ids[:count]
    if backwards:
        ids.reverse()
    return Found(ids, more, searched_to=None if more or not reached else reached[-1])


def _parts(jobs: QuerySet[Job], order: Order, start: tuple[Any, ...] | None, backwards: bool) -> Iterator[_Part]:
    """What lies behind `start`: jobs with a value come first, those without one last."""
    value, unique = order.keys
    if not Job._meta.get_field(value).null:
        yield _Part(jobs, order.keys, start or ())
        return
    with_value = jobs.filter(**{f"{value}__isnull": False}), order.keys
    without = jobs.filter(**{f"{value}__isnull": True}), (unique,)
    if start is None:
        yield from (_Part(*part, ()) for part in ([without, with_value] if backwards else [with_value, without]))
    elif start[0] is None:
        yield _Part(*without, start[1:])
        if backwards:
            yield _Part(*with_value, ())
    else:
        yield _Part(*with_value, start)
        if not backwards:
            yield _Part(*without, ())


def _as_far_as(keys: Sequence[str], bound: Sequence[Any], *, ascending: bool) -> Q:
    """The condition for not lying behind `bound`, in a form for which databases use an index."""
    side = "lt" if ascending else "gt"
    if len(keys) == 1:
        return Q(**{f"{keys[0]}__{side}e": bound[0]})
    deeper = _as_far_as(keys[1:], bound[1:], ascending=ascending)
    return Q(**{f"{keys[0]}__{side}e": bound[0]}) & (Q(**{f"{keys[0]}__{side}": bound[0]}) | deeper)
