"""The one interface behind which every agent stands.

An agent gets a `Task` (one site, what is wanted of it), tells a `Reporter` what it does while it runs, and gives back a
`Result` or raises an `AgentError`. Agents never touch the database: what they report is written by the engine.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from mino.common.values.columns import ColumnType


@dataclass(frozen=True, slots=True)
class WantedField:
    """One thing to extract: the column's name (the key of the answer) and its type."""

    name: str
    type: ColumnType


@dataclass(frozen=True, slots=True)
class Task:
    """What one attempt at a job is about.

    `instructions` already has its `{{column}}` filled in; `timeout` is in seconds; `settings` are the agent's own,
    as frozen by the execution; `inputs` are the row's input columns.
    """

    url: str
    instructions: str
    fields: Sequence[WantedField]
    inputs: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    timeout: float = 120.0
    row_key: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that the agent did: a sentence, the address it was at, and how far it is (0-100, None if unknown)."""

    description: str
    url: str = ""
    progress: int | None = None


@dataclass(frozen=True, slots=True)
class Screenshot:
    """A picture of the page as the agent saw it. `image` is PNG or JPEG bytes, not to be trusted."""

    image: bytes
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What a finished attempt found.

    `data` maps each wanted field to what was extracted (None when the page has nothing); further keys are ignored.
    `sources` says in a few words where each value came from. `steps` is the number of steps the agent counts (and
    charges) itself, None when it does not say. `raw` is the answer as it came.
    """

    data: Mapping[str, Any]
    sources: Mapping[str, str] = field(default_factory=dict)
    steps: int | None = None
    raw: Any = None


class ErrorCode(StrEnum):
    """Why a job failed: one word for programs (design: rules of the engine)."""

    TIMEOUT = "TIMEOUT"
    SELECTOR_NOT_FOUND = "SELECTOR_NOT_FOUND"
    NETWORK_ERROR = "NETWORK_ERROR"
    DNS_ERROR = "DNS_ERROR"
    RATE_LIMITED = "RATE_LIMITED"
    SITE_ERROR = "SITE_ERROR"
    PAGE_NOT_FOUND = "PAGE_NOT_FOUND"
    ACCESS_BLOCKED = "ACCESS_BLOCKED"
    GOAL_FAILED = "GOAL_FAILED"
    INVALID_RESULT = "INVALID_RESULT"
    AGENT_UNAUTHORIZED = "AGENT_UNAUTHORIZED"
    AGENT_BALANCE = "AGENT_BALANCE"
    AGENT_FORBIDDEN = "AGENT_FORBIDDEN"
    AGENT_FAILURE = "AGENT_FAILURE"
    SYSTEM_FAILURE = "SYSTEM_FAILURE"
    OUTBOUND_REFUSED = "OUTBOUND_REFUSED"
    WORKER_LOST = "WORKER_LOST"
    TRANSIENT_ERROR = "TRANSIENT_ERROR"
    PERMANENT_ERROR = "PERMANENT_ERROR"
    UNKNOWN_ERROR = "UNKNOWN_ERROR"


class AgentError(Exception):
    """An attempt that gave no answer.

    `code` is one of `ErrorCode`, `transient` says whether another attempt may succeed, `retry_after` is in seconds, and
    `message` is a sentence for the person who reads the job's page. `pause` asks for the whole execution to be paused,
    because every further job would fail in the same way (no credit, bad key). `raw` is the agent's own answer, if any;
    `steps` are those that the failed run made (and is charged for) all the same, None when unknown. `infrastructure`:
    the fault lies with the agent's own service or with the network, not with the site, so that many in a row mean that
    every further job would fail. `throttled`: the agent's service asked for fewer requests at once.
    `may_be_charged_twice`: a run may have been started, and paid for, whose id nobody knows.
    """

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        *,
        transient: bool,
        retry_after: float | None = None,
        pause: bool = False,
        infrastructure: bool = False,
        throttled: bool = False,
        may_be_charged_twice: bool = False,
        raw: Any = None,
        steps: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.transient = transient
        self.retry_after = retry_after
        self.pause = pause
        self.infrastructure = infrastructure
        self.throttled = throttled
        self.may_be_charged_twice = may_be_charged_twice
        self.raw = raw
        self.steps = steps


class Cancelled(Exception):
    """The attempt was called off (`Reporter.cancelled` was set) and the agent has stopped its work.

    `steps` are those that the run made until then, None when unknown.
    """

    def __init__(self, *, steps: int | None = None) -> None:
        super().__init__("The attempt was called off.")
        self.steps = steps


class RunNotFound(Exception):
    """There is no remote run to adopt. `may_be_charged_twice`: one may have been started all the same."""

    def __init__(self, *, may_be_charged_twice: bool) -> None:
        super().__init__("There is no such run.")
        self.may_be_charged_twice = may_be_charged_twice


class Reporter(Protocol):
    """What an agent may say while it runs. Every method returns at once; the agent's own threads may call it too."""

    cancelled: threading.Event
    """Set when the attempt is to be called off: agents look at it between steps and while they wait."""

    leave_run: bool
    """With `cancelled`: let the remote run go on, because somebody else adopts it. Otherwise it is to be stopped."""

    def is_taken(self, run_id: str) -> bool:
        """Whether the remote run is known to belong to another job: asked before a run is taken that was looked for."""

    def started(self, run_id: str) -> None:
        """The remote run exists (and costs money from now on): keep its id at once."""

    def step(self, step: Step) -> None:
        """One step was made."""

    def live_view(self, url: str, expires_at: datetime | None = None) -> None:
        """The run can be watched at this address."""

    def screenshot(self, screenshot: Screenshot) -> None:
        """A picture was taken."""

    def heartbeat(self) -> None:
        """Nothing new, but alive."""


class Agent(ABC):
    """Something that can do a job. One instance serves many threads at once."""

    name: str
    """The agent's word in data and in the API: `eva`, `agentql`, `local`, `file`."""

    default_timeout: float
    """Seconds an attempt may take when the execution says nothing."""

    @abstractmethod
    def run(self, task: Task, reporter: Reporter) -> Result:
        """Do the task.

        Raises `AgentError` when there is no answer, `Cancelled` when `reporter.cancelled` was set.
        """

    adopts_runs: ClassVar[bool] = False
    """Whether its runs go on without us, so that another worker may take one over."""

    def adopt(self, run_id: str, task: Task, reporter: Reporter, since: datetime) -> Result:
        """Go on with a run of `task` that a lost worker began after `since`, instead of paying for a second one.

        `run_id` is empty when the worker was lost before it could keep the id: the run is then looked for. Raises
        `RunNotFound` when there is none, and what `run` raises.
        """
        raise RunNotFound(may_be_charged_twice=False)

    def cancel(self, run_id: str) -> None:
        """Stop the remote run, if there is one. Idempotent; best effort. The default has nothing remote to stop."""
        return

    def close(self) -> None:
        """Let go of connections and processes. Called once, when the worker ends."""
        return
