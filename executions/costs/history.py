"""What rows cost a project until now: the ground of estimates."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal

from django.db.models import Q

from executions.costs.prices import currency
from executions.models import Execution, Job, JobStatus, Session

MOST_ROWS = 200
MOST_EXECUTIONS = 5
OLDEST = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class History:
    """What each of some rows cost with its retries, and how many attempts that were."""

    costs: Sequence[Decimal]
    attempts: int


def history_of(project_id: uuid.UUID, agent: str, *, since: date, max_retries: int) -> History:
    """The latest rows of the project that `agent` ended, at most `MOST_ROWS` of at most `MOST_EXECUTIONS` executions.

    Rows begun before `since` (other prices held) are left out, and so are rows with an attempt whose cost is unknown.
    Attempts that `max_retries` would not allow do not count.
    """
    jobs = _latest_jobs(project_id, agent, datetime.combine(max(since, OLDEST), time.min, UTC))
    sessions = Session.objects.filter(job__in=jobs, number__lte=max_retries + 1).order_by()
    by_job: dict[uuid.UUID, list[Decimal | None]] = {}
    for job_id, cost in sessions.values_list("job_id", "cost"):
        by_job.setdefault(job_id, []).append(cost)
    priced = [[cost for cost in costs if cost is not None] for costs in by_job.values() if None not in costs]
    return History([sum(costs, Decimal(0)) for costs in priced], sum(map(len, priced)))


def _latest_jobs(project_id: uuid.UUID, agent: str, since: datetime) -> list[uuid.UUID]:
    found: list[uuid.UUID] = []
    for execution_id in _latest_executions(project_id, agent, since):
        ended = Job.objects.filter(
            execution=execution_id,
            status__in=(JobStatus.COMPLETED, JobStatus.ERROR),
            finished_at__isnull=False,
            started_at__gte=since,
        )
        latest = ended.order_by("-finished_at", "-id").values_list("pk", flat=True)
        found += latest[: MOST_ROWS - len(found)]
        if len(found) >= MOST_ROWS:
            break
    return found


def _latest_executions(project_id: uuid.UUID, agent: str, since: datetime) -> list[uuid.UUID]:
    """Those that were under way after `since`: of no other can a row be of use, however many it has."""
    begun = Execution.objects.filter(
        Q(finished_at__isnull=True) | Q(finished_at__gte=since),
        project=project_id,
        agent=agent,
        currency=currency(),
        started_at__isnull=False,
    )
    return list(begun.order_by("-created_at", "-id").values_list("pk", flat=True)[:MOST_EXECUTIONS])
