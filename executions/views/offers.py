"""Which controls the page of an execution offers: only those that its state allows."""

from __future__ import annotations

from dataclasses import dataclass

from executions.agents.registry import AGENTS
from executions.models import Execution, ExecutionStatus
from executions.models.execution import MAX_CONCURRENCY, MAX_RETRIES

FINAL = (ExecutionStatus.STOPPED, ExecutionStatus.FAILED)
MOST_IN_FORM = 200
"""So many rows fit into the address of the form that starts an execution; more are run without it."""


@dataclass(frozen=True, slots=True)
class Offers:
    """What can be done with an execution now.

    `waiting` rows would never run, and `running` ones would be called off, by a stop. `retry_failed` and `rerun_failed`
    count the failed rows that may run again within it, or only as a new execution; `rerun_at_once` says that they are
    too many for the form. `budget` is how a form shows the budget.
    """

    can_pause: bool
    can_resume: bool
    can_tune: bool
    can_clone: bool
    waiting: int
    running: int
    retry_failed: int
    rerun_failed: int
    rerun_at_once: bool
    budget: str
    most_concurrency: int = MAX_CONCURRENCY
    most_retries: int = MAX_RETRIES


def offers_of(execution: Execution) -> Offers:
    """What its state allows; a right to do it is not asked for here."""
    status = execution.status
    failed = execution.error_jobs
    goes_on_elsewhere = status in FINAL or execution.has_own_worker
    can_clone = _is_run_by_workers(execution)
    return Offers(
        can_pause=status in (ExecutionStatus.QUEUED, ExecutionStatus.RUNNING),
        can_resume=status == ExecutionStatus.PAUSED,
        can_tune=not execution.is_finished,
        can_clone=can_clone,
        waiting=execution.total_jobs - execution.final_jobs - execution.running_jobs,
        running=execution.running_jobs,
        retry_failed=0 if goes_on_elsewhere else failed,
        rerun_failed=failed if goes_on_elsewhere and can_clone and execution.is_finished else 0,
        rerun_at_once=failed > MOST_IN_FORM,
        budget="" if execution.budget is None else f"{execution.budget.normalize():f}",
    )


def _is_run_by_workers(execution: Execution) -> bool:
    kind = AGENTS.get(execution.agent)
    return kind is not None and kind.build is not None
