"""The plans: the one table of what each allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, IntegerField, Value, When
from django.db.models.functions import Coalesce

from accounts.models.organization import Organization, Plan


@dataclass(frozen=True, slots=True)
class PlanLimits:
    """What a plan allows; None is without limit. Requests are those to the API."""

    projects: int | None
    executions_a_month: int | None
    requests_an_hour: int


PLANS: Mapping[str, PlanLimits] = {
    Plan.FREE: PlanLimits(projects=3, executions_a_month=100, requests_an_hour=100),
    Plan.PRO: PlanLimits(projects=50, executions_a_month=2_000, requests_an_hour=1_000),
    Plan.ENTERPRISE: PlanLimits(projects=None, executions_a_month=None, requests_an_hour=10_000),
}


def limits_of(organization: Organization) -> PlanLimits:
    """What this organization may have: its plan's limits, or what staff agreed with it instead."""
    plan = PLANS[organization.plan]
    return PlanLimits(
        projects=_agreed(organization.max_projects, plan.projects),
        executions_a_month=_agreed(organization.max_executions_a_month, plan.executions_a_month),
        requests_an_hour=_agreed(organization.max_requests_an_hour, plan.requests_an_hour) or 0,
    )


def allowed(name: str) -> Any:
    """The same in SQL, for `projects` or `executions_a_month`: NULL where there is no limit."""
    whens = [
        When(plan=plan, then=Value(limit))
        for plan, limits in PLANS.items()
        if (limit := getattr(limits, name)) is not None
    ]
    return Coalesce(F(f"max_{name}"), Case(*whens, default=None, output_field=IntegerField()))


def _agreed(own: int | None, of_plan: int | None) -> int | None:
    return of_plan if own is None else own
