"""Behaviours of agents that fail, and what is left of it."""

from __future__ import annotations

from typing import Any

from executions.agents.base import AgentError, ErrorCode, Reporter, Task
from executions.models import Execution, JobStatus
from executions.tests.engine.agents import Behaviour, right_title

PERMANENT = {ErrorCode.ACCESS_BLOCKED, ErrorCode.SELECTOR_NOT_FOUND, ErrorCode.PAGE_NOT_FOUND, ErrorCode.GOAL_FAILED}


def failing(code: str, message: str = "It went <b>wrong</b>.") -> Behaviour:
    """Fails always, with the code."""

    def fail(task: Task, reporter: Reporter) -> Any:
        raise AgentError(ErrorCode(code), message, transient=ErrorCode(code) not in PERMANENT)

    return fail


def failing_at(**rows: str) -> Behaviour:
    """Fails at the rows that are named with their codes, as in `row_3="TIMEOUT"`."""

    def behave(task: Task, reporter: Reporter) -> Any:
        number = task.url.removeprefix("https://shop").partition(".")[0]
        code = rows.get(f"row_{number}")
        return failing(code)(task, reporter) if code else right_title(task, reporter)

    return behave


def letters_of(execution: Execution) -> list[int]:
    """The positions of the jobs that ended in an error."""
    return list(execution.jobs.filter(status=JobStatus.ERROR).order_by("position").values_list("position", flat=True))
