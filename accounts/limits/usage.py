"""What the usage page shows: how much of each limit is used now, and the months before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from accounts.limits.months import month_of
from accounts.models import Organization, UsageMonth

MONTHS = 12
HIGHEST_BAR = 96
"""Height of the largest bar, in pixels."""


@dataclass(frozen=True, slots=True)
class Month:
    """What was used in one month; `costs` by currency."""

    month: date
    projects: int = 0
    executions: int = 0
    requests: int = 0
    rows: int = 0
    costs: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing at all."""
        return not (self.projects or self.executions or self.requests or self.rows or self.costs)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the chart: its place and width in per cent, its height in pixels from the bottom."""

    month: date
    value: int
    left: float
    middle: float
    width: float
    top: int
    height: int


MEASURES: Mapping[str, tuple[str, Callable[[Month], int]]] = {
    "executions": ("Executions", lambda one: one.executions),
    "rows": ("Rows run", lambda one: one.rows),
    "requests": ("API requests", lambda one: one.requests),
    "projects": ("Projects", lambda one: one.projects),
}
"""What the chart can show: its words, and the number of a month."""


def months_of(organization: Organization, now: datetime) -> list[Month]:
    """The last twelve months, the newest first. In a month without any change there were as many projects as before."""
    this = month_of(now)
    first = _before(this, MONTHS - 1)
    kept = {one.month: one for one in UsageMonth.objects.filter(organization=organization, month__gte=first)}
    earlier = UsageMonth.objects.filter(organization=organization, month__lt=first).first()
    projects, months = earlier.projects if earlier else 0, []
    for back in range(MONTHS - 1, -1, -1):
        month = _before(this, back)
        one = kept.get(month)
        projects = one.projects if one else projects
        months.append(_month(month, one, projects))
    return months[::-1]


def since_the_first(months: Sequence[Month]) -> list[Month]:
    """The months from the first one in which there was something, and always the newest."""
    used = [place for place, one in enumerate(months) if not one.is_empty]
    return list(months[: max(used, default=0) + 1])


def bars_of(months: Sequence[Month], measure: str) -> list[Bar]:
    """The chart of one measure, the oldest month at the left."""
    number = MEASURES[measure][1]
    most = max((number(one) for one in months), default=0) or 1
    step = 100 / len(months)
    bars = []
    for place, one in enumerate(reversed(months)):
        height = round(HIGHEST_BAR * number(one) / most)
        height = max(height, 2) if number(one) else 0
        left, width = place * step + step * 0.15, step * 0.7
        bars.append(Bar(one.month, number(one), left, left + width / 2, width, HIGHEST_BAR - height, height))
    return bars


def _month(month: date, kept: UsageMonth | None, projects: int) -> Month:
    if kept is None:
        return Month(month, projects=projects)
    costs = {currency: Decimal(cost) for currency, cost in sorted(kept.costs.items())}
    return Month(month, projects, kept.executions, kept.requests, kept.rows, costs)


def _before(month: date, back: int) -> date:
    year, number = divmod(month.year * 12 + month.month - 1 - back, 12)
    return date(year, number + 1, 1)
