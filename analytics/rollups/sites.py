"""Sums up the jobs of an execution by site, in bounded memory however many sites there are."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

from analytics.comparison.arms import site_of
from analytics.models import SiteStatistic
from executions.evaluation.verdict import EvaluationResult
from executions.models import JobStatus
from mino.common.values.share import Share

MOST_IN_MEMORY = 20_000
AT_ONCE = 500
LONGEST_NAME = 255


@dataclass(slots=True)
class SiteTally:
    """The sums of one site."""

    jobs: int = 0
    passed: int = 0
    failed: int = 0
    errors: int = 0
    good: int = 0
    gradable: int = 0
    timed: int = 0
    seconds: float = 0.0
    cost: Decimal = field(default_factory=Decimal)

    def add(self, job: Any) -> None:
        """Count a job."""
        self.jobs += 1
        self.cost += job.cost or 0
        if job.status == JobStatus.ERROR:
            self.errors += 1
        if job.status == JobStatus.COMPLETED:
            self.passed += job.evaluation_result == EvaluationResult.PASSED
            self.failed += job.evaluation_result == EvaluationResult.FAILED
            self.good += job.good_fields
            self.gradable += job.gradable_fields
        if job.agent_seconds is not None:
            self.timed += 1
            self.seconds += job.agent_seconds

    @property
    def trouble(self) -> float:
        """How surely its rows fail or give no answer."""
        return trouble_of(self.passed, self.failed + self.errors)


SUMS = tuple(one.name for one in fields(SiteTally))


def trouble_of(passed: int, bad: int) -> float:
    """How surely rows fail or give no answer: the lower bound of the interval of their share."""
    return Share.of(bad, passed + bad).low or 0.0


def name_of_site(url: str) -> str:
    """The name under which the site of a URL is stored."""
    return site_of(url)[:LONGEST_NAME]


class SiteSums:
    """The sites of one generation; `count` of them so far. Only its maker writes that generation."""

    def __init__(self, generation: uuid.UUID) -> None:
        self.generation = generation
        self.count = 0
        self._tallies: dict[str, SiteTally] = {}

    def add(self, job: Any) -> None:
        """Count a job."""
        self._tallies.setdefault(name_of_site(job.url), SiteTally()).add(job)
        if len(self._tallies) >= MOST_IN_MEMORY:
            self.write()

    def write(self) -> None:
        """Add what is in memory to what is stored."""
        names = sorted(self._tallies)
        for start in range(0, len(names), AT_ONCE):
            self._write_some(names[start : start + AT_ONCE])
        self._tallies.clear()

    def _write_some(self, names: list[str]) -> None:
        mine = SiteStatistic.objects.filter(generation=self.generation, site__in=names)
        stored = {one.site: one for one in mine} if self.count else {}
        for site, one in stored.items():
            for name in SUMS:
                setattr(self._tallies[site], name, getattr(self._tallies[site], name) + getattr(one, name))
        made = [self._statistic(site, self._tallies[site]) for site in names]
        SiteStatistic.objects.bulk_create(
            made, update_conflicts=True, update_fields=[*SUMS, "trouble"], unique_fields=["generation", "site"]
        )
        self.count += len(names) - len(stored)

    def _statistic(self, site: str, tally: SiteTally) -> SiteStatistic:
        values = {name: getattr(tally, name) for name in SUMS}
        return SiteStatistic(generation=self.generation, site=site, trouble=tally.trouble, **values)
