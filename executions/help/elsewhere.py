"""Where else in an execution the same error occurred."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from executions.addresses import site
from executions.costs.prices import expected_attempt_cost
from executions.help.situation import cost_sentence
from executions.models import Job, JobStatus

MOST_READ = 200
MOST_HOSTS = 5


@dataclass(frozen=True, slots=True)
class Place:
    """A host, and the failed jobs there; `jobs` are their ids as the form sends them.

    `cost` says what another attempt at all of them may cost, empty where nobody knows.
    """

    host: str
    count: int
    jobs: str
    cost: str = ""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The hosts, that of the job itself first, then those with most rows. `is_bounded`: there are more rows."""

    places: Sequence[Place]
    rows: int
    hosts: int
    is_bounded: bool


def same_error(job: Job, now: datetime) -> Elsewhere:
    """The other rows of the execution with the job's error code, by host: one query over its index, 200 rows at most.

    Hosts have no index, so rows of the same host beyond the first 200 of the code are not found.
    """
    same = Job.objects.filter(execution=job.execution_id, status=JobStatus.ERROR, error_code=job.error_code)
    found = list(same.exclude(pk=job.pk).order_by("position").values_list("pk", "url")[: MOST_READ + 1])
    by_host: dict[str, list[uuid.UUID]] = defaultdict(list)
    for pk, url in found[:MOST_READ]:
        by_host[site(url).host].append(pk)
    each = expected_attempt_cost(job.execution.agent, now)
    own = site(job.url).host
    hosts = sorted(by_host, key=lambda host: (host != own, -len(by_host[host]), host))
    places = [_place(host, by_host[host], each) for host in hosts[:MOST_HOSTS]]
    return Elsewhere(places, min(len(found), MOST_READ), len(hosts), len(found) > MOST_READ)


def _place(host: str, jobs: Sequence[uuid.UUID], each: Decimal | None) -> Place:
    cost = cost_sentence(each * len(jobs)) if each else ""
    return Place(host, len(jobs), ",".join(map(str, jobs)), cost)
