"""Results as they come: the latest ten, held still while somebody reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from executions.models import Execution, Job
from executions.views.slots import read_position

SHOWN = 10
FIELDS = (
    "execution_id",
    "position",
    "row_position",
    "repeat",
    "url",
    "status",
    "evaluation_result",
    "outcomes",
    "error_code",
    "error_message",
    "agent_seconds",
    "cost",
    "finished_at",
)


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The results shown, how many newer ones wait, and what the next question says to keep them (`shown`, `seen`)."""

    jobs: list[Job]
    waiting: int
    shown: str
    seen: int


def read_positions(text: str) -> list[int]:
    """Positions of jobs as written in an address (`7.3.12`); what makes no sense is left out."""
    read = [read_position(part) for part in text.split(".")[:SHOWN]]
    return list(dict.fromkeys(position for position in read if position is not None))


def arrivals(execution: Execution, shown: Sequence[int], seen: int) -> Arrivals:
    """The results at the positions `shown`, in that order; further ones are added below until the list is full.

    `seen` is how many had ended when the list was last complete. With nothing shown it begins with the latest.
    """
    ended = Job.objects.filter(execution=execution, finished_at__isnull=False).only(*FIELDS)
    latest = list(ended.order_by("-finished_at", "-id")[:SHOWN])
    known = {job.position: job for job in ended.filter(position__in=shown)}
    jobs = [known[position] for position in shown if position in known]
    if not jobs:
        seen = execution.final_jobs
        jobs = latest
    elif len(jobs) < SHOWN:
        added = [job for job in latest if job.position not in known][: SHOWN - len(jobs)]
        jobs = [*jobs, *added]
        seen += len(added)
    return Arrivals(
        jobs=jobs,
        waiting=max(0, execution.final_jobs - seen),
        shown=".".join(str(job.position) for job in jobs),
        seen=seen,
    )
