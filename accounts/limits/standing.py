"""How much of a limit is used, for pages and refusals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from accounts.limits.months import month_of, next_month
from accounts.limits.plans import limits_of
from accounts.models.organization import Organization
from mino.common.errors import Limits

NEAR = 0.8
"""From this share of a limit on, pages say that it is near."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How many there are (`current`), of how many (None: without limit), and when the count begins anew.

    `refusal` says it when there may be no more, `warning` when there may not be many more.
    """

    current: int
    maximum: int | None
    reset: datetime | None
    refusal: str
    warning: str

    @property
    def limits(self) -> Limits | None:
        """The same for an error; None without a limit."""
        return None if self.maximum is None else Limits(self.current, self.maximum, self.reset)

    @property
    def left(self) -> int | None:
        """How many more there may be; None without a limit."""
        return None if self.maximum is None else max(0, self.maximum - self.current)

    @property
    def share(self) -> float:
        """The used part, 0 to 1; 0 without a limit."""
        if self.maximum is None:
            return 0.0
        return min(1.0, self.current / self.maximum) if self.maximum else 1.0

    @property
    def percent(self) -> float:
        """The same share, 0 to 100, for a bar."""
        return self.share * 100

    @property
    def is_reached(self) -> bool:
        """Whether there may be no more."""
        return self.left == 0

    @property
    def is_near(self) -> bool:
        """Whether there may be some more, but not many."""
        return not self.is_reached and self.share >= NEAR


def projects_standing(organization: Organization) -> Standing:
    """How many projects the organization has."""
    maximum = limits_of(organization).projects
    refusal = (
        f"{organization.name} has {_many(organization.project_count, 'project')}, and its plan allows {maximum}. "
        "Delete one that is not needed any more, or have an owner ask for a larger plan."
    )
    warning = f"{organization.project_count:,} of the {maximum} projects that the plan allows are there."
    return Standing(organization.project_count, maximum, None, refusal, warning)


def executions_standing(organization: Organization, *, now: datetime | None = None) -> Standing:
    """How many executions the organization has started this month."""
    month = month_of(now or timezone.now())
    begun = organization.execution_month
    is_of_now = begun is not None and begun >= month
    current = organization.execution_count if is_of_now else 0
    maximum = limits_of(organization).executions_a_month
    reset = next_month(begun if begun is not None and is_of_now else month)
    refusal = (
        f"{organization.name} has started {_many(current, 'execution')} this month, and its plan allows {maximum}. The "
        f"count begins anew on {reset:%-d %B %Y} (UTC); until then an owner can ask for a larger plan."
    )
    warning = (
        f"{current:,} of the {maximum} executions that the plan allows this month were started. The count begins "
        f"anew on {reset:%-d %B %Y} (UTC)."
    )
    return Standing(current, maximum, reset, refusal, warning)


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
