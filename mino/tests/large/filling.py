"""Fills a database as a busy installation has it after some months: PostgreSQL only, by single statements."""

from __future__ import annotations

from django.apps import apps
from django.db import connection

from mino.tests.large.batches import fill_batches
from mino.tests.large.findings import fill_findings
from mino.tests.large.people import fill_grants, fill_people
from mino.tests.large.place import Places
from mino.tests.large.results import fill_results
from mino.tests.large.telling import fill_webhooks
from mino.tests.subjects import Subjects

LARGE = 6_000
"""From so many rows on a table must not be read whole."""


def fill_large(subjects: Subjects) -> Places:
    """Multiply the subjects, and tell the planner of it (VACUUM: not within a transaction)."""
    places = Places(subjects)
    fill_people(places)
    fill_batches(places)
    fill_grants(places)
    places.running = fill_results(places)
    fill_findings(places)
    fill_webhooks(places)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return places


def large_tables() -> set[str]:
    """The tables with at least so many rows, as the planner knows them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples >= %s", [LARGE])
        return {name for (name,) in cursor.fetchall()}


def small_tables() -> list[str]:
    """MINO's own tables that stayed small."""
    large = large_tables()
    own = ("mino", "accounts", "webhooks", "projects", "executions", "analytics")
    models = [model for model in apps.get_models() if model._meta.app_label in own]
    return sorted(model._meta.db_table for model in models if model._meta.db_table not in large)
