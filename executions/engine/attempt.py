"""One claimed job, as a worker holds it while no database connection is open, and what came of it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from executions.agents.base import Task
from executions.credentials.keys import SealedKey
from executions.evaluation.evaluate import ColumnSpec
from executions.evaluation.verdict import RowVerdict


@dataclass(frozen=True, slots=True)
class Plan:
    """What an execution froze, as its attempts use it; the columns are compared as in the scoring `generation`."""

    execution_id: uuid.UUID
    organization_id: uuid.UUID
    agent: str
    settings: Mapping[str, Any]
    timeout: float
    instructions: str
    columns: Sequence[ColumnSpec]
    url_column: str
    key_column: str
    generation: int = 1


@dataclass(frozen=True, slots=True)
class Attempt:
    """A job that this worker holds: its ids, the task for the agent, and the truth to compare with.

    `number` counts the job's sessions; `retry_count` the retries used so far, of `max_retries` (None: the execution's).
    `is_first` tells the attempt whose answer is the job's first one. With `adopts_since` a lost worker began it at that
    moment: the remote run `run_id` (empty when unknown) is gone on with instead of starting another. `key` is the
    organization's own key of the agent; None stands for the installation's.
    """

    plan: Plan
    job_id: uuid.UUID
    session_id: uuid.UUID
    number: int
    started_at: datetime
    task: Task
    truth: Mapping[str, str | None]
    retry_id: uuid.UUID | None = None
    retry_count: int = 0
    max_retries: int | None = None
    is_first: bool = True
    run_id: str = ""
    adopts_since: datetime | None = None
    key: SealedKey | None = None


class Ending(StrEnum):
    """How an attempt ended.

    HANDED_BACK: called off before it cost anything that is kept; it does not count. RELEASED: its worker ends, but its
    remote run goes on, for another worker to adopt. LOST: its worker is gone, and there is no run to adopt.
    """

    COMPLETED = "completed"
    ERROR = "error"
    HANDED_BACK = "handed_back"
    RELEASED = "released"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Finished:
    """What came of an attempt: a result with its verdict, an error, or nothing because it was called off.

    `charged_steps` are those that the agent counts itself, None when unknown, and `cost` is None until it is priced.
    `retry_after` is in seconds. `pause`, `infrastructure`, `throttled` and `may_be_charged_twice` are those of
    `AgentError`.
    """

    attempt: Attempt
    ending: Ending
    finished_at: datetime
    agent_seconds: float
    run_id: str = ""
    steps: Sequence[Mapping[str, Any]] = ()
    step_count: int = 0
    data: Mapping[str, Any] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    raw: Any = None
    charged_steps: int | None = None
    cost: Decimal | None = None
    verdict: RowVerdict | None = None
    error_code: str = ""
    error_message: str = ""
    failure_type: str = ""
    stack_trace: str = ""
    retry_after: float | None = None
    pause: bool = False
    infrastructure: bool = False
    throttled: bool = False
    may_be_charged_twice: bool = False
