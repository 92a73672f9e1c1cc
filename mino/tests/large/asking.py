"""What lists can be asked for: the sorts, filters and cursors that listings of the API and forms of pages have."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

from django.core import signing
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from lxml import html

from mino.common.api.cursors import SALT
from mino.common.api.listing import Listing
from mino.common.pagination import PARAMETER
from mino.tests.subjects import Subjects

MOST_CHOICES = 5
"""So many values of a filter may be tried; of longer lists the first ones and the last."""
TEXTS = {
    "search": ["shop-5", "nowhere"],
    "site": ["shop-5.example"],
    "key": ["SKU-5000", "none"],
    "column": ["price"],
    "event": ["batch.created", "none"],
    "tag": ["tag 5", "none"],
    "execution": ["110000"],
    "instruction_version": ["1"],
}
"""What is asked for where a text or a number can be: something that is there, and something that is not."""
DEEP = 60
"""So many days back lies the middle of a list by time."""
IDS = {"baseline_id": "execution_id", "subject_id": "project_id", "user_id": "user_id"}
Query = dict[str, str]
PAGE_SALTS: set[str] = set()
"""The salts of the cursors of pages, as they become known."""


def queries_of(listing: Listing, subjects: Subjects) -> Iterator[Query]:
    """What else a listing of the API can be asked for: its other sorts, the total, and values of each filter."""
    yield from ({"sort": sort} for sort in listing.sort_names() if sort != listing.default)
    yield {"include": "total"}
    for name, one in (listing.filters.base_filters if listing.filters else {}).items():
        yield from ({name: value} for value in _values(name, one.schema, subjects))


def _values(name: str, schema: dict[str, Any], subjects: Subjects) -> list[str]:
    schema = schema.get("items", schema)
    if "enum" in schema:
        return _some([str(one) for one in schema["enum"]])
    if schema["type"] == "boolean":
        return ["true", "false"]
    if schema.get("format") == "uuid":
        with contextlib.suppress(KeyError):
            return [str(subjects.value(IDS.get(name, name)))]
        raise KeyError(f"say in IDS what an object of the filter {name} is")
    if schema.get("format") == "date-time":
        return [(timezone.now() - timedelta(days=days)).isoformat() for days in (1, DEEP)]
    if schema["type"] in ("number", "integer"):
        return TEXTS.get(name, ["50"])
    return TEXTS.get(name, ["none"])


def _some(values: list[str]) -> list[str]:
    return values if len(values) <= MOST_CHOICES else [*values[: MOST_CHOICES - 1], values[-1]]


def forms_and_links(page: bytes, path: str) -> Iterator[Query]:
    """What a page offers to ask of itself: each field of its forms that are got, and each link to it."""
    if not page.strip():
        return
    tree = html.fromstring(page)
    for form in tree.iter("form"):
        if (form.get("method") or "get").lower() == "get" and _is_same(form.get("action") or "", path):
            yield from _fields(form)
    for link in tree.iter("a"):
        address = link.get("href") or ""
        if "?" in address and _is_same(address, path):
            yield dict(parse_qsl(urlsplit(address).query))


def _is_same(address: str, path: str) -> bool:
    return urlsplit(address).path in ("", path) and not urlsplit(address).netloc


def _fields(form: Any) -> Iterator[Query]:
    hidden = {one.get("name"): one.get("value") or "" for one in form.iter("input") if one.get("type") == "hidden"}
    for select in form.iter("select"):
        choices = [one.get("value") or "" for one in select.iter("option")]
        yield from ({**hidden, select.get("name"): value} for value in _some([one for one in choices if one]))
    for field in form.iter("input"):
        name = field.get("name") or ""
        if name and field.get("type") in (None, "text", "search", "number"):
            yield from ({**hidden, name: value} for value in TEXTS.get(name, ["50"]))


def deep(query: Query) -> Query:
    """The same with its cursor moved to about the middle of the list."""
    if PARAMETER not in query:
        return {**query, "after": str(20_000)} if "after" in query else query
    cursor = query[PARAMETER]
    for salt in (SALT, *PAGE_SALTS):
        with contextlib.suppress(signing.BadSignature):
            values = signing.loads(cursor, salt=salt)
            moved = [_middle(one) for one in values[-1]] if salt == SALT else [_middle(one) for one in values[1:]]
            whole = [*values[:-1], moved] if salt == SALT else [values[0], *moved]
            return {**query, PARAMETER: signing.dumps(whole, salt=salt, compress=True)}
    return query


def _middle(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value // 2 if value > 1000 else 5_000
    if isinstance(value, float):
        return 0.5
    with contextlib.suppress(ValueError):
        if moment := parse_datetime(value):
            return str(moment - timedelta(days=DEEP / 2))
    with contextlib.suppress(ValueError):
        digits = UUID(value).hex
        return str(UUID(f"{digits[:17]}{_middle(int(digits[17:], 16)):015x}"))  # see `id_of`
    if re.fullmatch(r"\d+", value):
        return str(_middle(int(value)))
    return re.sub(r"\d+", "5000", value)


def address(path: str, query: Query) -> str:
    """The path with the query."""
    return f"{path}?{urlencode(query)}" if query else path
