"""Rows of what is kept about a person, read from the database as they are written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet

AT_ONCE = 2_000


def rows_of(queryset: QuerySet[Any], *names: str) -> Iterator[dict[str, Any]]:
    """These fields of all that is found, the oldest first, without holding it."""
    return queryset.order_by("pk").values(*names).iterator(chunk_size=AT_ONCE)


def made_rows(queryset: QuerySet[Any], seen: Q, facts: tuple[str, ...], content: tuple[str, ...]) -> Iterator[Any]:
    """The same for what a person made in organizations: `facts` of everything, `content` only where `seen` holds.

    What somebody wrote for an organization is also the organization's: who has left it, or lost sight of a private
    project, learns that they made it and when, but can't carry it away.
    """
    yield from rows_of(queryset.filter(seen), *facts, *content)
    yield from ({**row, "withheld": WITHHELD} for row in rows_of(queryset.exclude(seen), *facts))


WITHHELD = "The content belongs to an organization or a project that you can't see any more."
