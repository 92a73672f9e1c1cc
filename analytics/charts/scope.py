"""What an analytics page is about: the executions that count, and where their rows are found."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse

from analytics.charts.asking import Ask
from analytics.figures import for_lists
from analytics.models import ExecutionRollUp
from executions.models import ColumnStatistic, Execution

MOST = 30
"""Executions that a page counts: the newest ones."""


@dataclass(frozen=True, slots=True)
class Scope:
    """`executions` that count, the oldest first; `total` says how many the filters leave altogether.

    `is_of_one` says that the page is that of one execution.
    """

    slug: str
    executions: Sequence[Execution]
    total: int
    shows_batch: bool = False
    is_of_one: bool = False

    @property
    def is_single(self) -> bool:
        """Whether the page is about one execution alone: its figures are not those of others."""
        return len(self.executions) == 1

    def roll_ups(self) -> list[tuple[Execution, ExecutionRollUp]]:
        """The executions that have been rolled up."""
        found = [(one, roll_up_of(one)) for one in self.executions]
        return [(one, roll_up) for one, roll_up in found if roll_up is not None and roll_up.as_of is not None]

    @property
    def as_of(self) -> datetime | None:
        """The oldest moment of the roll-ups; None while nothing was computed."""
        return min((one.as_of for _, one in self.roll_ups() if one.as_of), default=None)

    @property
    def is_behind(self) -> bool:
        """Whether some roll-ups are still to follow."""
        rolled = [roll_up_of(one) for one in self.executions if one.final_jobs]
        return any(one is None or one.as_of is None or one.wanted_at is not None for one in rolled)

    def statistics(self) -> list[tuple[Execution, ColumnStatistic]]:
        """The outcomes by column of each execution."""
        by_id = {one.pk: one for one in self.executions}
        found = ColumnStatistic.objects.filter(execution__in=list(by_id)).order_by("position", "column")
        return [(by_id[one.execution_id], one) for one in found]

    def rows_url(self, execution: Execution, **filters: str) -> str:
        """Where the rows of an execution are, narrowed by the filters of the grid."""
        address = _batch_address(self.slug, execution.batch_id)
        return "&".join([f"{address}?execution={execution.number}", *map(_encoded, filters.items())])

    def name(self, execution: Execution) -> str:
        """An execution on an axis."""
        return f"{execution.number} · v{execution.instruction_version.number}"


@lru_cache(maxsize=4096)
def _encoded(pair: tuple[str, str]) -> str:
    """A filter for an address; a page has the same hundreds of times."""
    return urlencode([pair])


@lru_cache(maxsize=1024)
def _batch_address(slug: str, batch_id: uuid.UUID) -> str:
    """A page asks for it some hundred times."""
    return reverse("batch", args=[slug, batch_id])


def roll_up_of(execution: Execution) -> ExecutionRollUp | None:
    """The roll-up of an execution that was read with it."""
    return getattr(execution, "roll_up", None)


def read_scope(slug: str, executions: QuerySet[Execution], ask: Ask, *, shows_batch: bool = False) -> Scope:
    """The newest executions that the reader asks for, in two queries."""
    narrowed = ask.narrow(executions)
    newest = for_lists(narrowed).select_related("roll_up").order_by("-created_at", "-id")[:MOST]
    found = list(newest)[::-1]
    return Scope(slug, found, len(found) if len(found) < MOST else narrowed.count(), shows_batch)
