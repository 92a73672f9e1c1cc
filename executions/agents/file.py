"""The agent `file`: answers that something else produced, so that any extractor can be evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from executions.agents.base import Agent, AgentError, ErrorCode, Reporter, Result, Task


@dataclass(frozen=True, slots=True)
class Answer:
    """What was extracted for one row, by field; `error` is a sentence or an error code when nothing could be."""

    data: Mapping[str, Any]
    error: str = ""


class FileAgent(Agent):
    """Answers each task with what `lookup` finds for it. A task for which it finds nothing has every field empty."""

    name = "file"
    default_timeout = 60.0

    def __init__(self, lookup: Callable[[Task], Answer | None]) -> None:
        self._lookup = lookup

    def run(self, task: Task, reporter: Reporter) -> Result:
        """The recorded answer. Raises `AgentError` when an error was recorded; another attempt would find the same."""
        answer = self._lookup(task) or Answer({})
        if answer.error:
            raise _recorded(answer.error)
        return Result({field.name: answer.data.get(field.name) for field in task.fields}, raw=dict(answer.data))


def _recorded(error: str) -> AgentError:
    word = error.strip().upper()
    if word in ErrorCode.__members__:
        return AgentError(ErrorCode[word], f"The file says that this row failed: {word}.", transient=False)
    return AgentError(ErrorCode.PERMANENT_ERROR, f"The file says that this row failed: {error}", transient=False)
