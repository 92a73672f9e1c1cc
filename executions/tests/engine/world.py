"""A small world for tests of the engine: a clock that is set by hand, workers that may die, and how attempts end."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from executions.engine.attempt import Attempt, Ending, Finished
from executions.engine.keeper import renew_leases
from executions.engine.ledger import exchange
from executions.engine.recovery import take_lost
from executions.evaluation.evaluate import evaluate_row
from executions.models import Execution, ExecutionStatus, Session, SessionStatus

AGENTS = frozenset({"local", "eva"})
START = datetime(2026, 3, 2, 8, tzinfo=UTC)

ENDINGS: Mapping[str, Mapping[str, Any]] = {
    "right": {"ending": Ending.COMPLETED, "charged_steps": 3},
    "wrong": {"ending": Ending.COMPLETED},
    "passing": {"error_code": "TIMEOUT", "failure_type": "transient"},
    "later": {"error_code": "RATE_LIMITED", "failure_type": "transient", "retry_after": 90.0},
    "final": {"error_code": "PAGE_NOT_FOUND", "failure_type": "permanent"},
    "service down": {"error_code": "AGENT_FAILURE", "failure_type": "transient", "infrastructure": True},
    "no network": {"error_code": "NETWORK_ERROR", "failure_type": "permanent", "infrastructure": True},
    "no credit": {"error_code": "AGENT_BALANCE", "failure_type": "permanent", "pause": True},
    "throttled": {"error_code": "RATE_LIMITED", "failure_type": "transient", "throttled": True},
    "called off": {"ending": Ending.HANDED_BACK},
    "released": {"ending": Ending.RELEASED},
    "run gone": {"ending": Ending.LOST, "error_code": "WORKER_LOST", "failure_type": "transient"},
}
"""The ways in which an attempt can end."""


class HandClock:
    """Stands for `timezone.now`."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        """The moment that it is."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


def ended(attempt: Attempt, how: str, now: datetime, **values: Any) -> Finished:
    """The end of an attempt, in one of the ways of `ENDINGS`; an agent whose runs have ids gave it one."""
    usual: dict[str, Any] = {"ending": Ending.ERROR, "finished_at": now, "agent_seconds": 1.0}
    if attempt.plan.agent == "eva":
        usual["run_id"] = attempt.run_id or f"run-{attempt.session_id}"
    finished = {**usual, "error_message": f"It ended: {how}.", **ENDINGS[how], **values}
    if finished["ending"] is Ending.COMPLETED:
        number = attempt.task.url.removeprefix("https://shop").partition(".")[0]
        finished["data"] = {"title": f"Kettle {number}", "price": f"{number}.50" if how == "right" else "0"}
        finished["verdict"] = evaluate_row(attempt.plan.columns, attempt.truth, finished["data"])
        finished["error_message"] = ""
    return Finished(attempt=attempt, **finished)


class World:
    """Workers with the attempts that they hold, and attempts whose worker is thought dead but may still answer."""

    def __init__(self, clock: HandClock) -> None:
        self.clock = clock
        self.held: dict[uuid.UUID, tuple[str, Attempt]] = {}
        self.given_up: list[Attempt] = []
        self.first: dict[uuid.UUID, bool] = {}

    def exchange(self, finished: Sequence[Finished], wanted: int, worker: str) -> list[Attempt]:
        """End attempts and take others, and check that no limit was exceeded in taking them."""
        for one in finished:
            self.held.pop(one.attempt.session_id, None)
        attempts = exchange(finished, wanted, worker=worker, agents=AGENTS)
        self._hold(attempts, worker)
        for execution in Execution.objects.filter(pk__in={one.plan.execution_id for one in attempts}):
            assert execution.status == ExecutionStatus.RUNNING
            assert execution.running_jobs <= (1 if execution.is_probing else execution.effective_concurrency)
            if execution.budget is not None and execution.attempt_cost_bound is not None:
                assert execution.cost + execution.running_jobs * execution.attempt_cost_bound <= execution.budget
        return attempts

    def adopt(self, count: int, worker: str) -> list[Attempt]:
        """Let a worker take over runs of lost ones."""
        attempts = take_lost(count, worker=worker, agents=AGENTS, now=self.clock())
        self._hold(attempts, worker)
        return attempts

    def _hold(self, attempts: Sequence[Attempt], worker: str) -> None:
        for one in attempts:
            self.held[one.session_id] = (worker, one)
            self.first[one.session_id] = one.is_first

    def kill(self, worker: str) -> None:
        """The worker forgets all that it holds; what it had sent off may still arrive."""
        for session_id, (holder, attempt) in list(self.held.items()):
            if holder == worker:
                del self.held[session_id]
                self.given_up.append(attempt)

    def pass_time(self, seconds: float, *, renewing: bool) -> None:
        """Let time pass, in which living workers renew their leases; without it they are too slow to."""
        self.clock.advance(seconds)
        if renewing:
            renew_leases(list(self.held))

    def told_to_stop(self) -> list[Attempt]:
        """The attempts of living workers that have lost their job, as the keeper finds them."""
        ended = Session.objects.filter(pk__in=self.held).exclude(status=SessionStatus.RUNNING)
        return [self.held[pk][1] for pk in ended.values_list("pk", flat=True)]
