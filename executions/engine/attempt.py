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
from executions.evaluation.evaluate import ColumnSpec
from executions.evaluation.verdict import RowVerdict


@dataclass(frozen=True, slots=True)
class Plan:
    """What an execution froze, as its attempts use it."""

    execution_id: uuid.UUID
    organization_id: uuid.UUID
    agent: str
    settings: Mapping[str, Any]
    timeout: float
    instructions: str
    columns: Sequence[ColumnSpec]
    url_column: str
    key_column: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """A job that this worker holds: its ids, the task for the agent, and the truth to compare with."""

    plan: Plan
    job_id: uuid.UUID
    session_id: uuid.UUID
    number: int
    started_at: datetime
    task: Task
    truth: Mapping[str, str | None]


class Ending(StrEnum):
    """How an attempt ended."""

    COMPLETED = "completed"
    ERROR = "error"
    HANDED_BACK = "handed_back"


@dataclass(frozen=True, slots=True)
class Finished:
    """What came of an attempt: a result with its verdict, an error, or nothing because it was called off."""

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
    cost: Decimal | None = None
    verdict: RowVerdict | None = None
    error_code: str = ""
    error_message: str = ""
    failure_type: str = ""
    stack_trace: str = ""
