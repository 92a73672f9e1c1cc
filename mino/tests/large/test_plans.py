"""No list, page or job in the background reads much more than it needs, however large the tables are.

A new page, operation, filter or sort is asked for by itself. What it reads in vain fails here: give its query an index,
or say in `EXCEPTIONS` why it has none.
"""

from __future__ import annotations

import re

import pytest
from django.db import connection, transaction

from mino.tests.large.exceptions import EXCEPTIONS
from mino.tests.large.filling import fill_large, small_tables
from mino.tests.large.place import Places
from mino.tests.large.walking import Seen, Walk, walk_operations, walk_pages
from mino.tests.large.working import walk_background
from mino.tests.subjects import Subjects

SMALL = {
    "accounts_consent",
    "accounts_identityprovider",
    "accounts_legaltext",
    "executions_executiondefaults",
    "executions_heartbeat",
    "executions_rescoringpart",
    "executions_screenshotusage",
    "webhooks_pendingevent",
    "webhooks_subscription",
}
"""Tables that stay small, or are read by their primary key alone."""


@pytest.fixture
def large(transactional_db: None, subjects: Subjects) -> Places:
    """The large database. It is emptied afterwards, as after each test of this kind."""
    if connection.vendor != "postgresql":
        pytest.skip("Plans are PostgreSQL's: nothing was said about queries without an index.")
    return fill_large(subjects)


@pytest.mark.postgresql
def test_no_query_reads_much_more_than_it_needs(large: Places) -> None:
    assert set(small_tables()) <= SMALL, "fill these tables as well, or say that they stay small"
    walk = Walk(large)
    with transaction.atomic():
        walk_operations(walk)
        walk_pages(walk)
        walk_background(walk)
        transaction.set_rollback(True)
    found = [told(seen, fault) for seen, fault in walk.faults() if not is_excepted(seen, fault)]
    assert not found, "\n\n".join([f"{len(found)} queries read too much:", *found])
    assert len(walk.shapes) > 900, "hardly anything was asked"


def is_excepted(seen: Seen, fault: str) -> bool:
    """Whether somebody said why this is as it should be."""
    return any(
        re.fullmatch(where, f"{seen.name} {seen.asked}") and re.search(what, f"{fault}\n{seen.sql}")
        for where, what, _ in EXCEPTIONS
    )


def told(seen: Seen, fault: str) -> str:
    """The fault in words, with its query."""
    indexes = ", ".join(seen.plan.indexes) or "no index"
    return f"{seen.name}: {fault} ({indexes})\n  {seen.asked}\n  {seen.sql[:1500]}"
