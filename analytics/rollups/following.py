"""Lets roll-ups follow a few results that get other verdicts, by the difference, so that nothing is gathered anew."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from django.utils import timezone

from analytics.models import ExecutionRollUp, SiteStatistic
from analytics.rollups.computing import FIELDS
from analytics.rollups.coverage import Coverage
from analytics.rollups.histories import Histories
from analytics.rollups.sites import SiteTally, name_of_site, trouble_of
from analytics.rollups.wanting import roll_ups_want
from executions.models import Execution, Job
from mino.common.bulk import update_many
from projects.models import Batch

MOST_ROWS = 200
"""The results of so many rows are followed in the transaction that changes them; those of more are left to a worker."""

COVERAGE = tuple(one.name for one in fields(Coverage))
VERDICTS = ("passed", "failed", "good", "gradable")
"""What other verdicts change in the sums of a site."""


@dataclass(slots=True)
class _Part:
    """What some jobs of an execution are in its figures."""

    sites: dict[str, SiteTally] = field(default_factory=dict)
    coverage: Coverage = field(default_factory=Coverage)


@contextmanager
def roll_ups_following(
    batch_id: uuid.UUID, execution_ids: Collection[uuid.UUID], row_ids: Collection[uuid.UUID]
) -> Iterator[None]:
    """Let the roll-ups be right after what happens within to the results of these rows in these executions.

    The caller holds the locks of the executions. A roll-up that is not settled is asked for, as is one whose figures
    don't fit what changed.
    """
    settled = _settled(execution_ids) if len(row_ids) <= MOST_ROWS else {}
    before = _parts(settled, row_ids)
    yield
    now = timezone.now()
    followed = _follow(settled, before, _parts(settled, row_ids), now)
    if followed:
        concerned = Execution.objects.filter(pk__in=Job.objects.filter(row_id__in=row_ids).values("execution_id"))
        Histories(Batch.objects.get(pk=batch_id), concerned).follow(row_ids, now)
    if left := set(execution_ids) - followed:
        roll_ups_want(left)


def _settled(execution_ids: Iterable[uuid.UUID]) -> Mapping[uuid.UUID, ExecutionRollUp]:
    """The roll-ups that say what the jobs of their execution say, and which nobody computes. Locked, so it stays so."""
    found = ExecutionRollUp.objects.filter(
        pk__in=execution_ids,
        as_of__isnull=False,
        wanted_at__isnull=True,
        claim__isnull=True,
        execution__finished_at__isnull=False,
    )
    return {one.pk: one for one in found.select_for_update(of=("self",)).order_by("pk")}


def _parts(execution_ids: Collection[uuid.UUID], row_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, _Part]:
    """What the jobs of these rows are in the figures of each execution at this moment."""
    parts: dict[uuid.UUID, _Part] = {one: _Part() for one in execution_ids}
    if not parts:
        return parts
    jobs = Job.objects.filter(row_id__in=row_ids, execution_id__in=execution_ids).order_by("pk")
    for job in jobs.values_list("execution_id", *FIELDS, named=True):
        part = parts[job.execution_id]
        part.sites.setdefault(name_of_site(job.url), SiteTally()).add(job)
        part.coverage.add(job)
    return parts


def _follow(
    settled: Mapping[uuid.UUID, ExecutionRollUp],
    before: Mapping[uuid.UUID, _Part],
    after: Mapping[uuid.UUID, _Part],
    now: datetime,
) -> set[uuid.UUID]:
    """Add the differences to what is stored; answers the executions whose figures could be followed."""
    changed = {pk: [name for name, one in after[pk].sites.items() if one != before[pk].sites[name]] for pk in settled}
    stored = _stored_sites(settled.values(), {name for names in changed.values() for name in names})
    figures: list[dict[str, Any]] = []
    sites: list[dict[str, Any]] = []
    for pk, roll_up in settled.items():
        coverage = _moved(roll_up, before[pk].coverage, after[pk].coverage, COVERAGE)
        mine = [
            _site(stored.get((roll_up.generation, name)), before[pk].sites[name], after[pk].sites[name])
            for name in changed[pk]
        ]
        if coverage is not None and None not in mine:
            figures.append({"execution_id": pk, "as_of": now, **coverage})
            sites += filter(None, mine)
    update_many(SiteStatistic, sites)
    update_many(ExecutionRollUp, figures, match=("execution_id",))
    return {one["execution_id"] for one in figures}


def _stored_sites(
    roll_ups: Iterable[ExecutionRollUp], names: Collection[str]
) -> Mapping[tuple[uuid.UUID | None, str], SiteStatistic]:
    found = SiteStatistic.objects.filter(generation__in=[one.generation for one in roll_ups], site__in=names)
    return {(one.generation, one.site): one for one in found} if names else {}


def _site(stored: SiteStatistic | None, before: SiteTally, after: SiteTally) -> dict[str, Any] | None:
    """The new values of a site; None where those stored don't fit."""
    moved = None if stored is None else _moved(stored, before, after, VERDICTS)
    if stored is None or moved is None:
        return None
    return {"id": stored.pk, **moved, "trouble": trouble_of(moved["passed"], moved["failed"] + stored.errors)}


def _moved(stored: object, before: object, after: object, names: Iterable[str]) -> dict[str, int] | None:
    """What is stored with the difference added; None where it can't have held what was there before."""
    held = {name: getattr(stored, name) - getattr(before, name) for name in names}
    if min(held.values()) < 0:
        return None
    return {name: count + getattr(after, name) for name, count in held.items()}
