"""The query behind each list, without its indexes and with them, among many rows of many organizations.

Each page and operation is asked for, with each sort, filter and a place deep in it (mino/tests/large). Of what it asked
the database, the slowest is carried out again after the indexes that it reads were dropped, in a transaction that is
rolled back. A primary key stays: without it there would be no table.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import override_settings

from accounts.models import Role
from accounts.privacy.texts import versions
from benchmarks.figures import Figure
from mino.tests.factories import MembershipFactory, OrganizationFactory, UserFactory
from mino.tests.large.filling import fill_large
from mino.tests.large.place import Places
from mino.tests.large.plans import Plan, explain
from mino.tests.large.walking import Seen, Walk, walk_operations, walk_pages
from mino.tests.subjects import Subjects

TIMES = 5
AIM = 0.1
"""At most a tenth of the time: 90 % less."""
ENOUGH = 1.0
"""What takes less than so many milliseconds without any index tells nothing."""
CURSOR = re.compile(r"cursor=[^&]*")
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


def run(folder: Path, scale: float) -> list[Figure]:
    """A figure for each list: milliseconds with its indexes, beside those without as the floor."""
    with override_settings(ALLOWED_HOSTS=["*"], RATELIMIT_ENABLE=False):
        walk = Walk(fill())
        with transaction.atomic():
            walk_operations(walk)
            walk_pages(walk)
            transaction.set_rollback(True)
        return [figure for seen in slowest(walk) if (figure := compared(seen))]


def fill() -> Places:
    """The large database, with its people."""
    call_command("collectstatic", interactive=False, verbosity=0)
    versions.remember({"terms": 1, "privacy": 1}, 86_400)
    organization = OrganizationFactory(name="Northlight Retail", slug="northlight")
    people: dict[str, Any] = {role: UserFactory(email=f"{role}@northlight.example") for role in Role}
    for role, person in people.items():
        MembershipFactory(organization=organization, user=person, role=role)
    stranger = UserFactory(email="stranger@elsewhere.example")
    MembershipFactory(organization=OrganizationFactory(slug="elsewhere"), user=stranger, role=Role.OWNER)
    return fill_large(Subjects(organization, people, stranger))


def slowest(walk: Walk) -> Iterator[Seen]:
    """Of each list that was asked for by its owner, the query that gives the list: the one with most rows of one."""
    by_list: dict[str, Seen] = {}
    for seen in walk.seen:
        if " LIMIT 51" not in seen.sql or not seen.asked.startswith("owner "):
            continue
        name = f"{seen.name}{_query_of(seen)}"
        if name not in by_list or seen.plan.blocks > by_list[name].plan.blocks:
            by_list[name] = seen
    yield from (by_list[name] for name in sorted(by_list))


def compared(seen: Seen) -> Figure | None:
    """The query with and without its indexes; None where it reads none but primary keys, or is quick anyway."""
    with_them = _median(seen.sql)
    with transaction.atomic():
        dropped = [name for name in with_them.indexes if drop(name)]
        without = _median(seen.sql)
        transaction.set_rollback(True)
    if not dropped or without.milliseconds < ENOUGH:
        return None
    what = f"{seen.name}{_query_of(seen)}: {', '.join(dropped)} ({without.blocks:,} → {with_them.blocks:,} blocks)"
    return Figure(what, with_them.milliseconds, "ms", without.milliseconds, aim=AIM, aim_is_ratio=True, less=True)


def drop(index: str) -> bool:
    """Drop an index, or the constraint that it belongs to. Answers whether it could be."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT contype, conrelid::regclass::text FROM pg_constraint WHERE conindid = %s::regclass "
            "AND contype IN ('p', 'u', 'x')",
            [f'"{index}"'],
        )
        found = cursor.fetchone()
        if found and found[0] == "p":
            return False
        name = connection.ops.quote_name(index)
        table = connection.ops.quote_name(found[1].strip('"')) if found else ""
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE" if found else f"DROP INDEX {name}")
    return True


def _median(sql: str) -> Plan:
    plans = [explain(sql) for _ in range(TIMES)]
    middle = statistics.median_low(plan.milliseconds for plan in plans)
    return next(plan for plan in plans if plan.milliseconds == middle)


def _query_of(seen: Seen) -> str:
    """What was asked beside the first page, without ids."""
    _, _, query = seen.asked.partition("?")
    return f" ({ID.sub('…', CURSOR.sub('deep', query)).replace('&', ', ')})" if query else ""
