"""Finds the next rows that match, in bounded time, however many there are and whatever is asked.

One condition at a time is served by an index that gives its rows in order: the narrowest, as the counters of the
execution tell. Further conditions, and text inside an address, are checked row by row, but for at most `MOST_READ` rows
in one request; then the answer says how far it has got, and the next request goes on from there. A trigram index would
find text at once, but it would have to be maintained for every imported row, which costs more than the import itself,
and creating the extension needs rights that an application's role seldom has.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

MOST_READ = 10_000

Key = int | uuid.UUID
"""What rows are ordered by: a position, or the id of a job (jobs get their ids in the order of their rows)."""


@dataclass(frozen=True, slots=True)
class Source:
    """Some objects that an index gives in the order of their field `key`; the field `pick` names what is looked for.

    `size` is how many there are at most. `rest` has to be checked by reading them.
    """

    queryset: QuerySet[Any]
    key: str
    pick: str
    size: int
    rest: Q = field(default_factory=Q)


@dataclass(frozen=True, slots=True)
class Found:
    """The ids of what matches, in order. `more`: there is certainly more that way. `searched_to`: the key up to which
    was searched, where the search had to stop before it had found enough; else None. `last`: the key of the last id."""

    ids: list[uuid.UUID]
    more: bool
    searched_to: Key | None
    last: Key | None = None


def scan(sources: Sequence[Source], start: Key | None, count: int, *, backwards: bool = False) -> Found:
    """The first `count` matches of all sources together behind `start` (None: from the beginning)."""
    side = _Side(backwards)
    matches: dict[uuid.UUID, Key] = {}
    bounds: list[Key] = []
    for source in sources:
        queryset = side.behind(source, start)
        if source.rest and source.size > MOST_READ:
            bound = next(iter(queryset.values_list(source.key, flat=True)[MOST_READ - 1 : MOST_READ]), None)
            if bound is not None:
                queryset = side.up_to(queryset, source, bound)
                bounds.append(bound)
        pairs = queryset.filter(source.rest).values_list(source.key, source.pick)[: count + 1]
        matches.update((pick, key) for key, pick in pairs)
    ordered = sorted(matches.items(), key=lambda pair: pair[1], reverse=backwards)
    nearest = side.nearest(bounds)
    known = list(itertools.takewhile(lambda pair: side.reaches(nearest, pair[1]), ordered))
    ids = [pick for pick, _ in known[:count]]
    more = len(known) > count
    last = known[:count][-1][1] if ids else None
    if backwards:
        ids.reverse()
    return Found(ids, more, searched_to=None if more else nearest, last=last)


class _Side:
    """What before and behind mean in one direction."""

    def __init__(self, backwards: bool) -> None:
        self.backwards = backwards

    def behind(self, source: Source, start: Key | None) -> QuerySet[Any]:
        queryset = source.queryset.order_by(f"-{source.key}" if self.backwards else source.key)
        return queryset if start is None else queryset.filter(**{f"{source.key}__{self._lookup}": start})

    def up_to(self, queryset: QuerySet[Any], source: Source, bound: Key) -> QuerySet[Any]:
        return queryset.filter(**{f"{source.key}__{'gte' if self.backwards else 'lte'}": bound})

    def nearest(self, bounds: Sequence[Any]) -> Any:
        if not bounds:
            return None
        return max(bounds) if self.backwards else min(bounds)

    def reaches(self, bound: Any, key: Any) -> bool:
        return bound is None or (key >= bound if self.backwards else key <= bound)

    @property
    def _lookup(self) -> str:
        return "lt" if self.backwards else "gt"
