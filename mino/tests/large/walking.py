"""Walks every page and every operation that can be got, as several people and as a program, and explains each query."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, reset_queries, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from mino.common import pagination
from mino.tests.api.asking import Asker, browser, program
from mino.tests.api.places import ALL as OPERATIONS
from mino.tests.api.places import PLACES, Place
from mino.tests.large.asking import PAGE_SALTS, Query, address, deep, forms_and_links, queries_of
from mino.tests.large.filling import large_tables
from mino.tests.large.place import Places
from mino.tests.large.plans import Plan, explain, shape_of
from mino.tests.test_access_matrix import ALL as ADDRESSES
from mino.tests.test_access_matrix import FOR_GUESTS, url_of
from projects.models import Level

ALIKE = 2
"""So many values of the same parameters are tried."""
MOST_ALIKE = 5
"""So many while none of them gives more than a page."""
LOOKS = re.compile(r"^\s*(SELECT|WITH)\b", re.IGNORECASE)
WRITES = re.compile(r"^\s*(UPDATE|DELETE|INSERT)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Seen:
    """A query with its plan, and where it was met first."""

    name: str
    asked: str
    sql: str
    plan: Plan


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, the shapes of the statements that it took, and whether one of them was not met before."""

    is_good: bool
    is_page: bool
    content: bytes
    shapes: frozenset[str]
    is_new: bool


@dataclass
class Walk:
    """What was met. `shapes` are the statements without their values."""

    places: Places
    seen: list[Seen] = field(default_factory=list)
    shapes: set[str] = field(default_factory=set)
    _known: set[str] = field(default_factory=set)
    _followed: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        self.large = large_tables()

    def faults(self) -> Iterator[tuple[Seen, str]]:
        """The queries that read in vain, and how."""
        for one in self.seen:
            for fault in one.plan.faults(self.large):
                yield one, fault

    def ask(self, name: str, who: str, get: Any, path: str) -> Answer:
        """Send a GET, and explain what it asks the database."""
        before = len(self.shapes)
        reset_queries()  # Django keeps the last 9,000
        with CaptureQueriesContext(connection) as captured:
            answer = get(path)
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        for query in captured.captured_queries:
            self.explain(name, f"{who} {path}", query["sql"])
        shapes = frozenset(shape_of(query["sql"]) for query in captured.captured_queries)
        is_page = "html" in answer.get("Content-Type", "")
        return Answer(answer.status_code == 200, is_page, content, shapes, len(self.shapes) > before)

    def follow(self, name: str, answer: Answer) -> bool:
        """Whether to ask for what comes after it: not where that was done for all the statements that it took."""
        is_new = not answer.shapes <= self._followed[name]
        self._followed[name] |= answer.shapes
        return is_new

    def explain(self, name: str, asked: str, sql: str, *, writes: bool = False) -> None:
        """Explain a statement that reads, unless it is known already; or also one that writes, which is undone."""
        if sql in self._known or not (LOOKS.match(sql) or (writes and WRITES.match(sql))):
            return
        self._known.add(sql)
        self.shapes.add(shape_of(sql))
        with transaction.atomic() if writes else nullcontext():
            self.seen.append(Seen(name, asked, sql, explain(sql)))
            if writes:
                transaction.set_rollback(True)


class Alike:
    """Which of the queries of one address are asked for: of those that differ only in their values, a few."""

    def __init__(self) -> None:
        self._asked: defaultdict[frozenset[str], list[Query]] = defaultdict(list)
        self._most: defaultdict[frozenset[str], int] = defaultdict(lambda: MOST_ALIKE)

    def wants(self, query: Query) -> bool:
        """Whether to ask for it, which is noted."""
        known = self._asked[_kind(query)]
        if query in known or len(known) >= self._most[_kind(query)]:
            return False
        known.append(query)
        return True

    def note(self, query: Query, answer: Answer, *, has_more: bool) -> None:
        """What it gave: statements that are known already show that others of its kind bring nothing either."""
        is_first = len(self._asked[_kind(query)]) == 1
        if is_first and not answer.is_new:
            self._most[_kind(query)] = 1
        elif has_more:
            self._most[_kind(query)] = ALIKE


def _kind(query: Query) -> frozenset[str]:
    return frozenset({*query, query.get("sort", "")})


def walk_operations(walk: Walk) -> None:
    """Everything that the API answers to a GET."""
    askers = _askers(walk.places)
    for place in OPERATIONS:
        if place.method != "GET" or place.operation.name in NOT_WALKED or place.operation.name.endswith("_export"):
            continue
        listing = place.operation.listing
        path = place.url(walk.places.subjects)
        needed, scope = PLACES[place.operation.name]
        for who, asker in askers.items():
            if (needed != Role.VIEWER and who in ("viewer", "guest")) or (scope is None and "key" in who):
                continue
            if who != "owner" and not listing:
                continue
            queries = queries_of(listing, walk.places.subjects) if listing and who == "owner" else ()
            alike = Alike()
            for query in ({}, *queries):
                if alike.wants(query):
                    _list_and_deeper(walk, place, who, asker, path, query, alike)


def _askers(places: Places) -> dict[str, Asker]:
    people = places.subjects.people
    return {
        "owner": browser(people[Role.OWNER], places.organization),
        "viewer": browser(people[Role.VIEWER], places.organization),
        "guest": browser(places.subjects.guests[Level.VIEW], places.organization),
        "key": program(places.organization),
        "key of a project": program(places.organization, projects=[places.project]),
    }


def _list_and_deeper(walk: Walk, place: Place, who: str, asker: Asker, path: str, query: Query, alike: Alike) -> None:
    name = place.operation.name
    answer = walk.ask(name, who, lambda one: asker("GET", one), address(path, query))
    listed = answer.is_good and place.operation.listing
    following = json.loads(answer.content)["pagination"]["next_cursor"] if listed else None
    alike.note(query, answer, has_more=bool(following))
    if following and walk.follow(name, answer):
        moved = deep({**query, "cursor": following})
        walk.ask(name, who, lambda one: asker("GET", one), address(path, moved))


def walk_pages(walk: Walk) -> None:
    """Every page of an organization, and those of a person."""
    noted = pagination._salt
    pagination._salt = lambda keys: PAGE_SALTS.add(noted(keys)) or noted(keys)  # type: ignore[func-returns-value]
    subjects = walk.places.subjects
    for who, person in (("owner", subjects.people[Role.OWNER]), ("guest", subjects.guests[Level.VIEW])):
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        for one in ADDRESSES:
            if one.name not in NOT_WALKED and (who == "owner" or one.name in FOR_GUESTS):
                _page_and_what_it_offers(walk, client, who, one)
    pagination._salt = noted


def _page_and_what_it_offers(walk: Walk, client: Client, who: str, one: Any) -> None:
    path = url_of(one, walk.places.subjects)
    answer = walk.ask(one.name, who, client.get, path)
    if who != "owner" or not answer.is_good or not answer.is_page:
        return
    alike = Alike()
    for query in forms_and_links(answer.content, path):
        if not alike.wants(query):
            continue
        found = walk.ask(one.name, who, client.get, address(path, deep(query)))
        offered = forms_and_links(found.content, path) if found.is_good else ()
        further = next(filter(_is_further, offered), None)
        alike.note(query, found, has_more=bool(further))
        if further and not _is_further(query) and walk.follow(one.name, found):
            walk.ask(one.name, who, client.get, address(path, deep(further)))


def _is_further(query: Query) -> bool:
    return not {"cursor", "after"}.isdisjoint(query)


NOT_WALKED = {
    *("execution_events", "execution_events_poll"),  # they lead elsewhere: their queries are walked with the engine's
    *(one.name for one in ADDRESSES if one.name.endswith("_export")),  # files of whole lists
    *("avatar", "sample_shop", "sample_product", "metrics"),
}
