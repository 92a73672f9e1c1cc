"""An execution under lock, as the book-keeping sees it: what it may still run, and what has changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from executions.engine.breaker import Breaker
from executions.engine.finishing import Settled
from executions.engine.pairing import Turn
from executions.engine.tally import Tally
from executions.models import AgentCredential, Execution, ExecutionStatus, JobStatus

RAISE_EVERY = timedelta(seconds=10)
"""How long nothing may be throttled before one more job may run at once."""

ACCOUNT_FIELDS = (
    "organization_id",
    "project_id",
    "batch_id",
    "number",
    "pair_id",
    "pair_place",
    "waits_for_partner",
    "prepared_jobs",
    "total_jobs",
    "agent",
    "agent_settings",
    "status",
    "status_code",
    "concurrency",
    "effective_concurrency",
    "throttled_at",
    "raised_at",
    "is_probing",
    "error_streak",
    "error_counts",
    "max_retries",
    "queued_jobs",
    "running_jobs",
    "retrying_jobs",
    "cost",
    "largest_cost",
    "budget",
    "currency",
    "attempt_cost_bound",
    "paused_at",
    "paused_seconds",
    "scoring_generation",
    "staged_options",
    "last_event",
)

PACE_FIELDS = ("effective_concurrency", "throttled_at", "raised_at")


@dataclass(slots=True)
class Account:
    """One locked execution with its credential. `due` counts the retries that may be carried out now.

    `is_served` is False for one that is locked only because its partner may go on. `held` says why it was just paused.
    """

    execution: Execution
    credential: AgentCredential | None
    breaker: Breaker
    tally: Tally = field(default_factory=Tally)
    due: int = 0
    claimed: int = 0
    claimed_retries: int = 0
    next_cost: Decimal | None = None
    paced: bool = False
    unreadable: str = ""
    turn: Turn | None = None
    is_served: bool = True
    held: str = ""
    events: int = 0
    """How many events this transaction has noted before its counters are written."""

    @property
    def limit(self) -> int:
        """How many jobs may run at once."""
        return 1 if self.breaker.is_probing else self.execution.effective_concurrency

    @property
    def share(self) -> float:
        """Which part of its concurrency runs."""
        return self.running / self.limit

    @property
    def running(self) -> int:
        """How many jobs run, with what this transaction gives and takes."""
        return self.execution.running_jobs - self.tally.ended + self.claimed

    @property
    def queued(self) -> int:
        """How many jobs wait in the queue."""
        return self.execution.queued_jobs + self.tally.moved[JobStatus.QUEUED] - self.claimed + self.claimed_retries

    @property
    def retrying(self) -> int:
        """How many jobs wait for their retry."""
        return self.execution.retrying_jobs + self.tally.moved[JobStatus.RETRYING] - self.claimed_retries

    @property
    def has_active_jobs(self) -> bool:
        """Whether anything waits or runs after this transaction."""
        return self.queued + self.running + self.retrying > 0

    @property
    def has_waiting(self) -> bool:
        """Whether a job could be taken if there were room."""
        is_running = self.execution.status == ExecutionStatus.RUNNING and not self.breaker.is_open
        return is_running and self.execution.queued_jobs + self.tally.moved[JobStatus.QUEUED] + self.due > self.claimed

    @property
    def has_work(self) -> bool:
        """Whether one more job may be taken from it."""
        return self.has_room and (self.turn is None or self.turn.allows(self))

    @property
    def waits_for_turn(self) -> bool:
        """Whether nothing but its partner keeps it from having one more job taken."""
        return self.has_room and self.turn is not None and not self.turn.allows(self)

    @property
    def has_room(self) -> bool:
        """Whether a job waits, and there is a slot and money for it."""
        return (
            self.is_served
            and self.has_waiting
            and self.running < self.limit
            and (self.credential is None or self.credential.running_jobs < self.credential.concurrency)
            and self.can_afford
        )

    @property
    def can_afford(self) -> bool:
        """Whether one more attempt fits into the budget, with all that run costing as much as one may."""
        execution = self.execution
        if execution.budget is None or self.next_cost is None:
            return True
        spent = execution.cost + self.tally.cost
        return bool(spent + (self.running + 1) * self.next_cost <= execution.budget)

    @property
    def is_out_of_budget(self) -> bool:
        """Whether it has come to rest because the next attempt might exceed the budget."""
        return self.has_waiting and self.running == 0 and not self.can_afford

    def pace(self, settled: list[Settled], now: datetime) -> None:
        """Halve the concurrency when the agent asked for fewer requests, once for all that were under way then."""
        execution = self.execution
        for one in settled:
            if not one.finished.throttled:
                continue
            if execution.throttled_at is None or one.finished.attempt.started_at > execution.throttled_at:
                execution.effective_concurrency = max(1, execution.effective_concurrency // 2)
                execution.throttled_at = now
            execution.raised_at = now
            self.paced = True
        self.paced |= raise_concurrency(execution, now)

    def changed_values(self) -> dict[str, Any]:
        """What else is to be written of the execution, beside its counters."""
        values: dict[str, Any] = {}
        if self.breaker.changed:
            values |= {"error_streak": self.breaker.streak, "is_probing": self.breaker.is_probing}
        if self.paced:
            values |= {name: getattr(self.execution, name) for name in PACE_FIELDS}
        if self.tally.errors:
            counts = dict(self.execution.error_counts)
            for code, count in self.tally.errors.items():
                counts[code] = counts.get(code, 0) + count
            values["error_counts"] = counts
        if self.tally.largest_cost > self.execution.largest_cost:
            values["largest_cost"] = self.tally.largest_cost
        return values


def raise_concurrency(execution: Execution, now: datetime) -> bool:
    """Let one more job run for every ten seconds without throttling, up to what was asked for."""
    if execution.raised_at is None or execution.effective_concurrency >= execution.concurrency:
        return False
    steps = int((now - execution.raised_at) / RAISE_EVERY)
    if steps <= 0:
        return False
    execution.effective_concurrency = min(execution.concurrency, execution.effective_concurrency + steps)
    execution.raised_at += steps * RAISE_EVERY
    return True
