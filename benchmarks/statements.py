"""What costs most in all, as `pg_stat_statements` counts it: the twenty queries at its top, and what they read.

The module has to be loaded when the server starts, so this one is a cluster of its own, which is gone afterwards. Every
page and operation is asked for there as in "queries", and beat's work is done once.
"""

from __future__ import annotations

from pathlib import Path

from django.db import connection, transaction
from django.test.utils import override_settings

from benchmarks.children import environment, in_fresh_process
from benchmarks.figures import Figure
from benchmarks.place import migrate
from executions.tests.chaos.services import OwnPostgreSQL
from mino.tests.large.walking import Seen, Walk, walk_operations, walk_pages
from mino.tests.large.working import walk_background

TOP = 20
OPTIONS = (
    "shared_preload_libraries=pg_stat_statements",
    "pg_stat_statements.track_utility=off",  # else EXPLAIN would be counted
    "pg_stat_statements.max=10000",
)


def run(folder: Path, scale: float) -> list[Figure]:
    """The queries at the top: the milliseconds of one call, and whether one reads a large table without an index."""
    folder.chmod(0o755)  # the server runs as another user
    server = OwnPostgreSQL(folder / "postgresql", OPTIONS)
    try:
        with environment(DATABASE_URL=server.url):
            return in_fresh_process(top).answer
    finally:
        server.stop()


def top() -> list[Figure]:
    """Walk through everything, then ask for the top."""
    from benchmarks.queries import fill  # not sooner: the models need Django set up

    migrate()
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION pg_stat_statements")
        places = fill()
        cursor.execute("SELECT pg_stat_statements_reset()")
    walk = Walk(places)
    with override_settings(ALLOWED_HOSTS=["*"], RATELIMIT_ENABLE=False), transaction.atomic():
        walk_operations(walk)
        walk_pages(walk)
        walk_background(walk)
        transaction.set_rollback(True)
    by_id = {seen.plan.query_id: seen for seen in walk.seen}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT queryid, query, calls, mean_exec_time FROM pg_stat_statements "
            "WHERE query ILIKE 'select%%' OR query ILIKE 'update%%' OR query ILIKE 'delete%%' OR query ILIKE 'with%%' "
            "ORDER BY total_exec_time DESC LIMIT %s",
            [TOP],
        )
        return [_figure(by_id, walk, *found) for found in cursor.fetchall()]


def _figure(by_id: dict[int, Seen], walk: Walk, query_id: int, query: str, calls: int, mean: float) -> Figure:
    seen = by_id.get(query_id)
    if seen is None:
        return Figure(f"{' '.join(query.split())[:80]}… ({calls} calls): not explained", mean, "ms")
    read = [fault for fault in seen.plan.faults(walk.large) if fault.startswith("reads all of")]
    indexes = ", ".join(seen.plan.indexes)
    return Figure(f"{seen.name} ({calls} calls): {'; '.join(read) or indexes or 'small tables'}", mean, "ms")
