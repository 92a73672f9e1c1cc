"""Pages of a list by keyset: as quick at the end of a million objects as at their beginning, where OFFSET is not.

The keys must not change while somebody pages, and the last of them must be unique. Then no object is shown twice or
left out, however many are added meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core import signing
from django.db import connection
from django.db.models import F, Model, Q, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.http import QueryDict

PAGE_SIZE = 50
PARAMETER = "cursor"
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """Some objects, and the query strings (`?…`, or empty) of the pages before (`newer`) and after (`older`)."""

    items: list[M]
    newer: str
    older: str


def keyset_page(
    queryset: QuerySet[M],
    query: QueryDict,
    keys: Sequence[str] = ("created_at", "id"),
    size: int = PAGE_SIZE,
    *,
    ascending: bool = False,
) -> Page[M]:
    """The page of `queryset` that the address asks for, newest first: in descending order of `keys`.

    With `ascending` it is the other way round, and `newer` is the page before. `query` is the request's; its other
    parameters stay in the links. A cursor that is broken, or of another list, gives the first page.
    """
    backwards, bound = _read(query.get(PARAMETER, ""), keys)
    if bound:
        queryset = queryset.filter(beyond(keys, bound, ascending=backwards != ascending))
    sign = "" if backwards != ascending else "-"
    found = list(queryset.order_by(*(f"{sign}{key}" for key in keys))[: size + 1])
    more, items = len(found) > size, found[:size]
    if backwards:
        items.reverse()
    has_newer, has_older = (more, True) if backwards else (bool(bound), more)
    return Page(
        items,
        newer=_link(query, "newer", keys, items[0]) if items and has_newer else "",
        older=_link(query, "older", keys, items[-1]) if items and has_older else "",
    )


def beyond(keys: Sequence[str], bound: Sequence[Any], *, ascending: bool) -> Q:
    """The condition for lying behind `bound` in the order of `keys`, in a form for which databases use an index.

    Rows are compared as a whole, `(status, position) > (…, …)`: of many with the same first value, an index is read
    from the right one on. Where Django has to take that apart, or where the keys stand in several tables, a condition
    for the first value narrows the index; not elsewhere: PostgreSQL would take the two for independent and expect fewer
    rows than there are.
    """
    side = "gt" if ascending else "lt"
    if len(keys) == 1:
        return Q(**{f"{keys[0]}__{side}": bound[0]})
    is_behind = TupleGreaterThan if ascending else TupleLessThan
    behind = Q(is_behind(Tuple(*map(F, keys)), tuple(bound)))
    is_of_one_table = len({key.rpartition("__")[0] for key in keys}) == 1
    if is_of_one_table and connection.features.supports_tuple_lookups:
        return behind
    return Q(**{f"{keys[0]}__{side}e": bound[0]}) & behind


def _salt(keys: Sequence[str]) -> str:
    return f"mino.pagination:{','.join(keys)}"


def _link(query: QueryDict, direction: str, keys: Sequence[str], item: Model) -> str:
    values = [str(getattr(item, key)) for key in keys]
    parameters = query.copy()
    parameters[PARAMETER] = signing.dumps([direction, *values], salt=_salt(keys), compress=True)
    return f"?{parameters.urlencode()}"


def _read(cursor: str, keys: Sequence[str]) -> tuple[bool, list[str]]:
    """Whether it goes backwards, and the values where it starts (none at the first page)."""
    if not cursor:
        return False, []
    try:
        direction, *values = signing.loads(cursor, salt=_salt(keys))
    except signing.BadSignature:
        return False, []
    return direction == "newer", values
