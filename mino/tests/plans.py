"""How the database reads the pages of lists: by which index, and whether it has to sort."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

UNSORTED = "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off"
"""Tables of tests are so small that PostgreSQL would rather read and sort them whole."""


@contextmanager
def plans_of(table: str) -> Iterator[list[str]]:
    """Collect the plans of the SELECTs from `table` that read a page of it in an order."""
    plans: list[str] = []
    is_postgresql = connection.vendor == "postgresql"

    def explain(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT") and f'FROM "{table}"' in sql and "ORDER BY" in sql and "LIMIT" in sql:
            with connection.cursor() as cursor:
                if is_postgresql:
                    cursor.cursor.execute(UNSORTED)
                    cursor.cursor.execute(f"EXPLAIN {sql}", params)
                else:
                    cursor.cursor.execute("EXPLAIN QUERY PLAN " + sql.replace("%s", "?"), params)
                plans.append("; ".join(str(line[-1]) for line in cursor.cursor.fetchall()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield plans


def is_sorted(plan: str) -> bool:
    """Whether the database has to sort what it reads."""
    return "TEMP B-TREE" in plan or "Sort" in plan
