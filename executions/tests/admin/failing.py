"""How an agent fails."""

from __future__ import annotations

from executions.agents.base import AgentError, ErrorCode, Reporter, Task


def refuse(task: Task, reporter: Reporter) -> object:
    """Fail for good."""
    raise AgentError(ErrorCode.PAGE_NOT_FOUND, "The site answered 404.", transient=False)


def stumble(task: Task, reporter: Reporter) -> object:
    """Fail in a way that may pass."""
    raise AgentError(ErrorCode.SITE_ERROR, "The site answered 503.", transient=True)
