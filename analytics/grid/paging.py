"""One page of the grid: which rows it shows, and the addresses of the pages around it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.http import QueryDict

from analytics.grid.ordering import Order, ordered_scan
from analytics.grid.scanning import Found, Key, Source, scan
from executions.models import Execution, Job
from mino.common.pagination import PAGE_SIZE
from projects.models import Row

MOST_DIGITS = 9
PLACES = ("after", "before", "from")
BEFORE_ALL = uuid.UUID(int=0)


@dataclass(frozen=True, slots=True)
class GridPage:
    """The ids of the rows or jobs to show, and query strings (empty where there is nothing).

    `onwards` goes on with a search that had to stop at the position `searched_to`.
    """

    ids: list[uuid.UUID] = field(default_factory=list)
    first: str = ""
    previous: str = ""
    next: str = ""
    onwards: str = ""
    searched_to: int | None = None


def grid_page(sources: Sequence[Source], query: QueryDict, execution: Execution | None) -> GridPage:
    """The page behind `?after=` or before `?before=`, which are positions; from the beginning without them.

    `?from=` is the position that the page begins with.
    """
    start, backwards = _start(query)
    key = _Positions(execution).key(sources, start)
    if not sources or (start is not None and key is None):
        return GridPage(first=_link(query) if start else "")
    return _page(scan(sources, key, PAGE_SIZE, backwards=backwards), query, execution)


def ordered_page(source: Source | None, order: Order, query: QueryDict, execution: Execution) -> GridPage:
    """The same in another order: behind or before the job at that position."""
    start, backwards = _start(query)
    key = order.key(execution, start) if start else None
    if source is None or (start and key is None):
        return GridPage(first=_link(query) if start else "")
    return _page(ordered_scan(source, order, key, PAGE_SIZE, backwards=backwards), query, execution)


def _page(found: Found, query: QueryDict, execution: Execution | None) -> GridPage:
    start, backwards = _start(query)
    positions = _Positions(execution)
    first, last, searched_to = positions.read([*found.ids[:1], *found.ids[-1:]], found.searched_to)
    has_previous = found.more if backwards else bool(start)
    has_next = backwards or found.more
    return GridPage(
        ids=found.ids,
        first=_link(query) if start else "",
        previous=_link(query, before=first) if first and has_previous else "",
        next=_link(query, after=last) if last and has_next else "",
        onwards=_link(query, **{"before" if backwards else "after": searched_to}) if searched_to else "",
        searched_to=searched_to,
    )


def _start(query: QueryDict) -> tuple[int | None, bool]:
    """The position where the page starts, and whether it is the page before it."""
    before, after = _position(query.get("before", "")), _position(query.get("after", ""))
    if before is not None:
        return before, True
    first = _position(query.get("from", ""))
    return (after if first is None else max(first - 1, 0)), False


def _link(query: QueryDict, **position: int | None) -> str:
    parameters = query.copy()
    for name in PLACES:
        parameters.pop(name, None)
    for name, value in position.items():
        parameters[name] = str(value)
    return f"?{parameters.urlencode()}"


def _position(text: str) -> int | None:
    is_number = text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
    return int(text) if is_number else None


class _Positions:
    """Positions stand in addresses; sources that are ordered by the ids of jobs need them translated."""

    def __init__(self, execution: Execution | None) -> None:
        self.execution = execution

    def key(self, sources: Sequence[Source], position: int | None) -> Key | None:
        """What a position is in the order of the sources; None where there is no such position."""
        if position is None or not sources or sources[0].key == "position":
            return position
        if position == 0:
            return BEFORE_ALL
        jobs = Job.objects.filter(execution=self.execution, position=position)
        return jobs.values_list("pk", flat=True).first()

    def read(self, shown: list[uuid.UUID], searched_to: Key | None) -> tuple[int | None, int | None, int | None]:
        """The positions of the first and the last id of `shown`, and of the key up to which was searched."""
        wanted = [*shown, searched_to] if isinstance(searched_to, uuid.UUID) else shown
        model = Job if self.execution else Row
        known: dict[uuid.UUID, int] = {}
        if wanted:
            known.update(model._default_manager.filter(pk__in=wanted).values_list("pk", "position"))
        reached = known.get(searched_to) if isinstance(searched_to, uuid.UUID) else searched_to
        first, last = (known.get(shown[0]), known.get(shown[-1])) if shown else (None, None)
        return first, last, reached
