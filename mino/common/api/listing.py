"""Pages of the API's lists: `{"data": […], "pagination": {"next_cursor", "has_more", "total"?}}`.

A page begins behind the last object of the one before (keyset), so it costs the same anywhere in a list, and objects
that come or go meanwhile shift nothing. An object is shown once as long as what the list is sorted by does not change:
sort by `created_at` where that matters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

from django.db.models import QuerySet
from django.http import QueryDict
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from mino.common.api.cursors import Key, Order, filter_digest, read_cursor, write_cursor
from mino.common.api.errors import invalid
from mino.common.api.filters import ListFilter
from mino.common.api.includes import additions_read
from mino.common.api.serializers import Given, given, wanted_fields

DEFAULT_LIMIT = 50
MAX_LIMIT = 100
PAGING = ("cursor", "limit", "sort")
CHOOSING = ("fields", "include")
TOTAL = "total"


class Pagination(serializers.Serializer[Any]):
    """Where a list goes on."""

    example: ClassVar[dict[str, Any]] = {"next_cursor": None, "has_more": False}

    next_cursor = serializers.CharField(
        allow_null=True, help_text="For `cursor`, to get the next page; null at the end."
    )
    has_more = serializers.BooleanField()
    total = serializers.IntegerField(required=False, help_text="How many there are in all, with `include=total`.")


class Chosen(NamedTuple):
    """What `include` asks for, and the fields to answer."""

    includes: Set[str]
    fields: Set[str]


@dataclass(frozen=True, slots=True)
class Listing:
    """A list: what its objects look like, what it can be sorted by (each in both directions), and its filters.

    `sorts` maps names to keys. The last key must be unique and is added to each; `default` is the sort when none is
    asked for. `pagination` has the fields that the filters tell (`ListFilter.told`) beside the usual.
    """

    serializer: type[Given]
    sorts: Mapping[str, Key] = field(default_factory=lambda: {"created_at": Key("created_at")})
    default: str = "-created_at"
    filters: type[ListFilter] | None = None
    last_key: str = "id"
    pagination: type[Pagination] = Pagination

    def page(
        self, queryset: QuerySet[Any], query: QueryDict, wanted: Chosen, *, scope: object, context: Any = None
    ) -> dict[str, Any]:
        """The page that `query` asks for, with what is `wanted` of its objects. `scope` is what cursors are good for
        beside sort and filters.

        Raises ApiError or ValidationError for a parameter that can't be used.
        """
        refuse_unknown(query, [*PAGING, *CHOOSING, *(self.filters.names() if self.filters else ())])
        order, limit = self._order(query.get("sort", self.default)), wanted_limit(query)
        includes, fields = wanted
        further: dict[str, Any] = {}
        if self.filters:
            filtered = self.filters.checked(query, queryset)
            queryset, further = filtered.qs, filtered.told()
        total = {TOTAL: queryset.count()} if TOTAL in includes else {}
        digest = filter_digest(self.serializer.__name__, str(scope), self._filters_of(query))
        cursor = query.get("cursor")
        bound = read_cursor(cursor, order, digest) if cursor else None
        found = order.first(self.serializer.load(queryset, fields), bound, limit + 1)
        items, more = found[:limit], len(found) > limit
        following = write_cursor(order, digest, items[-1]) if more else None
        additions_read(self.serializer, items, fields)
        data = given(self.serializer, items, many=True, context={**(context or {}), "fields": fields})
        return {"data": data, "pagination": {"next_cursor": following, "has_more": more, **total, **further}}

    def _order(self, sort: str) -> Order:
        name, descending = sort.removeprefix("-"), sort.startswith("-")
        if name not in self.sorts:
            raise invalid("sort", f"This list can be sorted by {', '.join(self.sort_names())}.")
        key = self.sorts[name]
        then = [name for name in key.then or (self.last_key,) if name != key.field]
        keys = [key, *map(Key, then)]
        return Order(name, keys, descending)

    def _filters_of(self, query: QueryDict) -> list[tuple[str, list[str]]]:
        return sorted((name, query.getlist(name)) for name in query if self.filters and name in self.filters.names())

    def sort_names(self) -> list[str]:
        """All values that `sort` may have."""
        return [sign + name for name in self.sorts for sign in ("", "-")]

    def parameters(self) -> Iterator[OpenApiParameter]:
        """The list's parameters as the documentation shows them."""
        sorts = {"type": "string", "enum": self.sort_names(), "default": self.default}
        limits = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
        yield OpenApiParameter("cursor", str, description="`next_cursor` of the page before.")
        yield OpenApiParameter("limit", limits, description="How many objects a page has.")
        yield OpenApiParameter("sort", sorts, description="What to sort by; with `-` in descending order.")
        yield from choosing_parameters(self.serializer, [TOTAL])
        if self.filters:
            yield from self.filters.parameters()


def refuse_unknown(query: QueryDict, known: list[str]) -> None:
    """Raise ApiError for a parameter that there is not, and for one that is given twice."""
    for name in query:
        if name not in known:
            there_are = f"There are: {', '.join(known)}." if known else "There are none here."
            raise invalid(name[:100], f"There is no parameter of this name. {there_are}")
        if len(query.getlist(name)) > 1:
            raise invalid(name, "Give this parameter once, several values separated by commas.")


def together(query: QueryDict, parameters: Callable[[], Iterable[OpenApiParameter]]) -> QueryDict:
    """`query` with lists joined by commas that came as several parameters of one name, as some clients write them."""
    repeated = [name for name, values in query.lists() if len(values) > 1]
    if not repeated:
        return query
    joined = query.copy()
    for one in parameters():
        if one.name in repeated and isinstance(one.type, dict) and one.type.get("type") == "array":
            joined[one.name] = ",".join(query.getlist(one.name))
    return joined


def chosen(serializer: type[Given], query: QueryDict, further: list[str]) -> Chosen:
    """What `query` asks for. Raises ApiError for a name that can't be used."""
    includes = set(_names(query, "include", [*further, *serializer.on_request]))
    fields = _names(query, "fields", serializer.names()) if "fields" in query else None
    return Chosen(includes, wanted_fields(serializer, fields, includes))


def choosing_parameters(serializer: type[Given], further: list[str]) -> Iterator[OpenApiParameter]:
    """`fields` and `include` as the documentation shows them."""
    if includes := [*further, *serializer.on_request]:
        yield _list_of("include", includes, "What to answer beside the usual.")
    always = " (`id` always)" if "id" in serializer.names() else ""
    yield _list_of("fields", serializer.names(), f"Answer only these fields{always}.")


def _list_of(name: str, values: list[str], description: str) -> OpenApiParameter:
    schema = {"type": "array", "items": {"type": "string", "enum": values}, "minItems": 1}
    return OpenApiParameter(name, schema, description=description, style="form", explode=False)


def _names(query: QueryDict, parameter: str, known: list[str]) -> list[str]:
    text = query.get(parameter)
    names = [] if text is None else text.split(",")
    unknown = next((name for name in names if name not in known), None)
    if unknown is not None:
        what = f"“{unknown:.50}” is none of" if unknown else "Leave it out, or name some of"
        raise invalid(parameter, f"{what}: {', '.join(known) or '(there are none)'}.")
    return names


def wanted_limit(query: QueryDict) -> int:
    """How many objects a page is to have. Raises ApiError for a limit that can't be used."""
    text = query.get("limit")
    return DEFAULT_LIMIT if text is None else read_number("limit", text, 1, MAX_LIMIT)


def read_number(name: str, text: str, least: int, most: int) -> int:
    """The whole number in the parameter `name`. Raises ApiError for anything else."""
    digits = text if text.isascii() and text.isdecimal() and len(text) < 19 else ""
    if not digits or not least <= int(digits) <= most:
        raise invalid(name, f"Give a whole number from {least} to {most}.")
    return int(digits)
