"""What is known about a failed job when it is asked what can be done about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse

from executions.costs.prices import currency, expected_attempt_cost
from executions.models import Execution, Job, JobStatus, Screenshot
from executions.services.requeueing import FINAL
from mino.common.ui.formats import money


@dataclass(frozen=True, slots=True)
class Situation:
    """A failed job, with what the person who looks at it may do.

    `picture` is the latest one of its attempts. `answered` names, for each agent that got an answer of the same row
    before, the number of that execution.
    """

    job: Job
    slug: str
    now: datetime
    may_run: bool
    may_change: bool
    may_set_keys: bool = False
    picture: Screenshot | None = None
    answered: Mapping[str, int] = field(default_factory=dict)

    @property
    def execution(self) -> Execution:
        """The job's execution."""
        return self.job.execution

    @property
    def can_go_on(self) -> bool:
        """Whether the job can be queued again within its execution."""
        return self.execution.status not in FINAL and not self.execution.has_own_worker

    def act(self, name: str) -> str:
        """The address of a page about this job, by the name of its URL."""
        return reverse(name, args=[self.slug, self.job.pk])

    def run(self, **changes: object) -> str:
        """The address of the form that runs this row anew, like its execution but for `changes` (`_` stands for -)."""
        query = {"like": self.execution.pk, "rows": self.job.row_position, **changes}
        return f"{reverse('execution_create', args=[self.slug, self.job.batch_id])}?{urlencode(query)}"

    def cost(self, agent: str) -> str:
        """What an attempt by an agent is thought to cost, as a sentence; empty where nobody knows."""
        return cost_sentence(expected_attempt_cost(agent, self.now))


def cost_sentence(cost: Decimal | None) -> str:
    """`About $0.05.`; empty where nobody knows."""
    if cost is None:
        return ""
    return f"About {money(cost, currency())}." if cost else "Costs nothing."


def answered_by(jobs: Iterable[Job], job: Job) -> dict[str, int]:
    """Which agents got an answer of the row before, with the number of the latest such execution.

    `jobs` are those of the same row, the latest first, with their executions.
    """
    answered: dict[str, int] = {}
    for other in jobs:
        if other.pk != job.pk and other.status == JobStatus.COMPLETED:
            answered.setdefault(other.execution.agent, other.execution.number)
    return answered
