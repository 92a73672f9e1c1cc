"""The columns of the grid: the site, what came of it, and the fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict

from analytics.grid.asking import Ask
from analytics.grid.heads import Head
from analytics.grid.paging import PLACES
from executions.models import Execution

AFTER_FIELDS = (
    ("accuracy", "Accuracy", "accuracy"),
    ("attempts", "Attempts", ""),
    ("time", "Time", "seconds"),
    ("finished", "Finished", "finished"),
)


@dataclass(frozen=True, slots=True)
class GridColumn:
    """One column: its key (that of a field is its name behind `field:`), and the field's head.

    `sort` is the address that orders by it the next way, empty where nothing can; `order` is `ascending`, `descending`
    or empty.
    """

    key: str
    title: str
    head: Head | None = None
    sort: str = ""
    order: str = ""

    @property
    def is_number(self) -> bool:
        """Whether its cells stand at the right."""
        return self.key in ("accuracy", "attempts", "time") or (self.head is not None and self.head.is_number)

    @property
    def css(self) -> str:
        """The class of its cells in the page without scripts."""
        return "pin mn-pinrow" if self.key == "site" else "is-num" if self.is_number else ""


def columns_of(heads: Sequence[Head], execution: Execution | None, ask: Ask, query: QueryDict) -> list[GridColumn]:
    """The columns from left to right; without an execution only the site and its truth."""
    site = GridColumn("site", "Site")
    fields = [GridColumn(f"field:{head.name}", head.name, head) for head in heads]
    if execution is None:
        return [site, *fields]
    result = _sortable("result", "Result", "status", ask, query)
    return [site, result, *fields, *(_sortable(*one, ask, query) for one in AFTER_FIELDS)]


def _sortable(key: str, title: str, sort: str, ask: Ask, query: QueryDict) -> GridColumn:
    if not sort:
        return GridColumn(key, title)
    ways = ["", sort] if sort == "status" else ["", sort, f"-{sort}"]
    now = ask.sort if ask.sort in ways else ""
    following = ways[(ways.index(now) + 1) % len(ways)]
    order = "" if not now else "descending" if now.startswith("-") else "ascending"
    return GridColumn(key, title, None, _ordered(query, following), order)


def _ordered(query: QueryDict, sort: str) -> str:
    parameters = query.copy()
    for name in ("sort", *PLACES):
        parameters.pop(name, None)
    if sort:
        parameters["sort"] = sort
    return f"?{parameters.urlencode()}"
