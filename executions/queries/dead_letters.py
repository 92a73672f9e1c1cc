"""Dead letters: jobs that ended without an answer, over all executions of an organization."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import QuerySet

from accounts.models import Organization
from accounts.permissions import Principal
from executions.costs.prices import expected_attempt_cost
from executions.models import Execution, Job, JobStatus
from executions.services.dead_letters import MOST_AT_ONCE, NEWEST
from executions.services.requeueing import FINAL
from projects.models import Project

RECENT = timedelta(days=7)
MOST_ON_A_BADGE = 999
LONGEST_IN_ADDRESS = 2000


@dataclass(frozen=True, slots=True)
class Summary:
    """Dead letters by error code, the most frequent first; `is_bounded`: older ones are not counted."""

    by_code: Sequence[tuple[str, int]]
    total: int
    is_bounded: bool


@dataclass(slots=True)
class Share:
    """The chosen dead letters of one execution: their codes, and the positions of their rows."""

    execution: Execution
    codes: Counter[str] = field(default_factory=Counter)
    rows: list[int] = field(default_factory=list)
    cost: Decimal | None = None
    may_run: bool = True

    @property
    def can_go_on(self) -> bool:
        """Whether its rows can be queued again."""
        return self.execution.status not in FINAL and not self.execution.has_own_worker

    @property
    def by_code(self) -> Sequence[tuple[str, int]]:
        """How many have each code, the most frequent first."""
        return self.codes.most_common()

    @property
    def rows_query(self) -> str:
        """The positions for the address of the form that runs them anew; empty where they are too many for one."""
        text = ",".join(map(str, self.rows))
        return text if len(text) <= LONGEST_IN_ADDRESS else ""


def dead_letters(user: Principal, organization: Organization) -> QuerySet[Job]:
    """All that the user may see; in the order `NEWEST` they are read off the index of dead letters."""
    seen: QuerySet[Job] = Job.objects.visible_to(user).filter(organization=organization, status=JobStatus.ERROR)
    return seen


def may_run_something(user: Principal, organization: Organization) -> bool:
    """Whether the user may run anything here: a member, or a guest who works on one of the projects."""
    if user.has_perm("accounts.create_project", organization):
        return True
    projects = Project.objects.visible_to(user).filter(organization=organization)
    return any(user.has_perm("projects.run_execution", project) for project in projects)


def badge_count(user: Principal, organization: Organization, now: datetime) -> int:
    """How many dead letters came in the last seven days; one more than `MOST_ON_A_BADGE` when there are more."""
    recent = dead_letters(user, organization).filter(finished_at__gte=now - RECENT)
    return recent.order_by(*NEWEST)[: MOST_ON_A_BADGE + 1].count()


def summary_of(jobs: QuerySet[Job]) -> Summary:
    """Count by error code, the newest `MOST_AT_ONCE` at most: one query that reads no more than these."""
    codes = list(jobs.order_by(*NEWEST).values_list("error_code", flat=True)[: MOST_AT_ONCE + 1])
    is_bounded = len(codes) > MOST_AT_ONCE
    counted = Counter(codes[:MOST_AT_ONCE])
    by_code = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    return Summary(by_code, counted.total(), is_bounded)


def shares_of(jobs: QuerySet[Job], user: Principal, now: datetime) -> Sequence[Share]:
    """The newest `MOST_AT_ONCE` by execution, the newest execution first, with what another attempt at them may cost.

    Two queries, whatever their number.
    """
    found = jobs.order_by(*NEWEST).values_list("execution_id", "error_code", "row_position")[:MOST_AT_ONCE]
    codes: dict[uuid.UUID, Counter[str]] = defaultdict(Counter)
    rows: dict[uuid.UUID, list[int]] = defaultdict(list)
    for execution_id, code, row in found:
        codes[execution_id][code] += 1
        rows[execution_id].append(row)
    executions = Execution.objects.select_related("project", "batch").defer("instructions", "columns", "selection")
    return [
        Share(
            execution,
            codes[execution.pk],
            sorted(rows[execution.pk]),
            _cost(execution, len(rows[execution.pk]), now),
            user.has_perm("projects.run_execution", execution.project),
        )
        for execution in executions.filter(pk__in=list(codes)).order_by("-created_at", "-id")
    ]


def _cost(execution: Execution, count: int, now: datetime) -> Decimal | None:
    each = expected_attempt_cost(execution.agent, now)
    return None if each is None else each * count
