"""What needs attention on the live page: waiting retries, a pause and its reason, throttling, no worker."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from executions.addresses import site
from executions.engine.account import RAISE_EVERY
from executions.engine.pairing import PARTNER_PAUSED
from executions.models import Execution, ExecutionStatus, Job, JobStatus

UNSTARTED_FOR = 20
"""Seconds without any running row after which the page says that no worker takes the work."""
BUDGET_REACHED = "BUDGET_REACHED"


def notices(execution: Execution, now: datetime) -> dict[str, Any]:
    """The context of `live/_notices.html`; one query, and only while rows wait for another attempt."""
    is_paused = execution.status == ExecutionStatus.PAUSED
    retry = _next_retry(execution)
    return {
        "waits_for_worker": _waits_for_worker(execution, now),
        "is_out_of_budget": is_paused and execution.status_code == BUDGET_REACHED,
        "is_broken_off": is_paused and execution.status_code not in ("", BUDGET_REACHED, PARTNER_PAUSED),
        "follows_partner": is_paused and execution.status_code == PARTNER_PAUSED,
        "awaits_partner": execution.status == ExecutionStatus.RUNNING and execution.waits_for_partner,
        "is_throttled": not execution.is_finished and execution.effective_concurrency < execution.concurrency,
        "raise_seconds": int(RAISE_EVERY.total_seconds()),
        "next_retry": retry,
        "next_retry_host": site(retry.url).host if retry else "",
    }


def _waits_for_worker(execution: Execution, now: datetime) -> bool:
    """Nothing runs though it might: said only for the execution that has not begun, the sweep mends the others."""
    began = execution.started_at or execution.created_at
    idle = execution.status in (ExecutionStatus.QUEUED, ExecutionStatus.RUNNING) and execution.running_jobs == 0
    return idle and execution.final_jobs == 0 and (now - began).total_seconds() > UNSTARTED_FOR


def _next_retry(execution: Execution) -> Job | None:
    """The job whose next attempt is due first: the beginning of the index `job_retrying`."""
    if not execution.retrying_jobs:
        return None
    waiting = Job.objects.filter(execution=execution, status=JobStatus.RETRYING).order_by("next_retry_at")
    return waiting.only("execution_id", "url", "row_position", "error_code", "next_retry_at").first()
