"""One attempt at one task: start a run, follow its events, and make sure that no run is paid for and forgotten."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import httpx
from pydantic import ValidationError
from tinyfish import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    CompleteEvent,
    InternalServerError,
    PermissionDeniedError,
    ProgressEvent,
    RateLimitError,
    SDKError,
    SSEParseError,
    StartedEvent,
    StreamingUrlEvent,
)

from executions.agents import errors
from executions.agents.answers import data_from_answer
from executions.agents.base import AgentError, Cancelled, Reporter, Result, Screenshot, Step, Task
from executions.agents.eva.client import EvaClient
from executions.agents.eva.goal import goal_of, options_of, schema_of
from executions.agents.pictures import picture_from_base64
from executions.agents.remote import OutOfTime, TooMuch, Watch

logger = logging.getLogger(__name__)

LIVE_VIEW_HOURS = 24
MAX_STREAM_BYTES = 20 * 1024 * 1024
MAX_DETAIL_BYTES = 100 * 1024 * 1024
_AFTERWARDS_SECONDS = 30.0
_FINAL = frozenset({"COMPLETED", "FAILED", "CANCELLED"})
# What reading the service's answers can raise besides its own refusals. AttributeError: the client package asks an
# event that is no object for its type. RecursionError: JSON nested too deeply.
_BROKEN = (APIConnectionError, httpx.HTTPError, SSEParseError, ValidationError, AttributeError, RecursionError)


@dataclass(slots=True)
class Terms:
    """What holds for all attempts of one account."""

    step_price: Decimal
    silence: float
    poll_interval: float
    schema_refused: bool = field(default=False)
    """The account may not use output_schema: it is not asked again."""


class Attempt:
    """One run for one task."""

    def __init__(self, client: EvaClient, task: Task, reporter: Reporter, terms: Terms) -> None:
        self._client = client
        self._task = task
        self._reporter = reporter
        self._terms = terms
        self._run_id = ""
        self._watch = Watch(task.timeout, reporter.cancelled, MAX_STREAM_BYTES)

    def make(self) -> Result:
        """The result. Raises `AgentError` or `Cancelled`; by then no run of ours is going on."""
        options = options_of(self._task)
        try:
            with self._client.watched(self._watch):
                run = self._start(options)
        except Cancelled:
            self._call_off()
            raise
        except OutOfTime as error:
            self._call_off()
            raise errors.AGENT_SLOW.error(f"Not done after {self._task.timeout:g} seconds.") from error
        except TooMuch as error:
            self._call_off()
            raise errors.INVALID_RESULT.error("Far more than an answer may have.") from error
        return self._conclude(run)

    def _start(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Run with the schema of the answer if the account may use it, else without."""
        schema = schema_of(self._task) if self._task.settings.get("output_schema") else None
        if schema is not None and not self._terms.schema_refused:
            try:
                return self._follow({**options, "output_schema": schema})
            except PermissionDeniedError as error:
                if error.code == "INSUFFICIENT_CREDITS":
                    raise _refusal(error) from error
                run = self._without_schema(options)
                # Only now is it known that the schema, and not the account as a whole, was refused.
                self._terms.schema_refused = True
                return run
        return self._without_schema(options)

    def _without_schema(self, options: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return self._follow(options)
        except PermissionDeniedError as error:
            raise _refusal(error) from error

    def _follow(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Start a run and listen until it is done. Raises `PermissionDeniedError` when the start is forbidden."""
        try:
            with self._client.agent.stream(goal=goal_of(self._task), url=self._task.url, **options) as events:
                for event in events:
                    run = self._hear(event)
                    if run is not None:
                        return run
        except PermissionDeniedError:
            raise
        except APIStatusError as error:
            raise _refusal(error) from error
        except (APITimeoutError, httpx.TimeoutException) as error:
            return self._after_silence(error)
        except _BROKEN as error:
            return self._after_break(error)
        return self._after_break(None)

    def _hear(self, event: Any) -> dict[str, Any] | None:
        """Pass an event on; the run when it is the last one."""
        if isinstance(event, StartedEvent) and not self._run_id:
            self._run_id = event.run_id
            self._reporter.started(event.run_id)
        elif isinstance(event, StreamingUrlEvent):
            self._show(event.streaming_url)
        elif isinstance(event, ProgressEvent):
            self._reporter.step(Step(event.purpose))
        elif isinstance(event, CompleteEvent):
            self._run_id = self._run_id or event.run_id
            return {
                "status": event.status.value,
                "result": event.result_json,
                "error": event.error.model_dump(mode="json") if event.error else None,
            }
        else:
            self._reporter.heartbeat()
        return None

    def _show(self, url: object) -> None:
        """Only https: the page that embeds it is, and what an agent sends is not to be trusted."""
        if isinstance(url, str) and urlsplit(url).scheme == "https":
            self._reporter.live_view(url, datetime.now(UTC) + timedelta(hours=LIVE_VIEW_HOURS))

    def _after_break(self, error: Exception | None) -> dict[str, Any]:
        """The stream broke. The run goes on without it: wait for that one instead of paying for another."""
        if not self._run_id:
            kind = errors.AGENT_UNREACHABLE if isinstance(error, APIConnectionError) else errors.AGENT_GARBLED
            raise kind.error() from error
        logger.info("The stream of run %s broke (%s); asking for the run", self._run_id, type(error).__name__)
        while True:
            run = self._ask()
            if run is not None and run.get("status") in _FINAL:
                return run
            self._watch.pause(self._terms.poll_interval)

    def _after_silence(self, error: Exception) -> dict[str, Any]:
        """Neither an event nor a heartbeat for too long: take the run if it is done, else stop it."""
        run = self._ask() if self._run_id else None
        if run is not None and run.get("status") in _FINAL:
            return run
        self._call_off()
        raise errors.AGENT_SLOW.error(f"No sign of life for {self._terms.silence:g} seconds.") from error

    def _ask(self) -> dict[str, Any] | None:
        """The run as it is now; None when the service could not say."""
        try:
            run = self._client.run_as_it_is(self._run_id)
        except (RateLimitError, InternalServerError, *_BROKEN, ValueError):
            return None
        except APIStatusError as error:
            raise _refusal(error) from error
        self._reporter.heartbeat()
        self._show(run.get("streaming_url"))
        return run

    def _call_off(self) -> None:
        """Stop the remote run. What goes wrong is logged: the attempt is over either way."""
        if not self._run_id:
            return
        try:
            with self._client.watched(Watch(_AFTERWARDS_SECONDS, None, MAX_STREAM_BYTES)):
                self._client.cancel_run(self._run_id)
        except (SDKError, httpx.HTTPError, OutOfTime, TooMuch) as error:
            logger.warning("The run %s could not be cancelled: %s", self._run_id, error)

    def _conclude(self, run: Mapping[str, Any]) -> Result:
        """Read the finished run. COMPLETED says that the machinery worked, not that the goal was reached."""
        details = self._details()
        status, answer = run.get("status"), run.get("result")
        if status == "CANCELLED" and self._reporter.cancelled.is_set():
            raise Cancelled
        steps = _count(details.get("num_of_steps", run.get("num_of_steps")))
        cost = None if steps is None else steps * self._terms.step_price
        try:
            if status != "COMPLETED":
                raise _run_error(run.get("error"), str(status))
            answer = details.get("result") if answer is None else answer
            return Result(data_from_answer(answer, self._task.fields), steps=steps, cost=cost, raw=answer)
        except AgentError as error:
            error.steps, error.cost = steps, cost  # a run that failed is charged all the same
            raise

    def _details(self) -> Mapping[str, Any]:
        """What only the run object has: the number of steps (which is the price) and the pictures. Best effort."""
        wants_pictures = bool(self._task.settings.get("screenshots"))
        try:
            with self._client.watched(Watch(_AFTERWARDS_SECONDS, None, MAX_DETAIL_BYTES)):
                run = self._client.run_as_it_is(self._run_id, screenshots=wants_pictures)
        except (SDKError, *_BROKEN, ValueError, OutOfTime, TooMuch) as error:
            logger.warning("The run %s could not be read again: %s", self._run_id, type(error).__name__)
            return {}
        steps = run.get("steps")
        for step in steps if wants_pictures and isinstance(steps, list) else []:
            image = picture_from_base64(step.get("screenshot")) if isinstance(step, dict) else None
            if image is not None:
                self._reporter.screenshot(Screenshot(image, _caption(step)))
        return run


def _caption(step: Mapping[str, Any]) -> str:
    return next((step[key] for key in ("purpose", "description", "action") if isinstance(step.get(key), str)), "")


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 100_000 else None


def _refusal(error: APIStatusError) -> AgentError:
    """The service refused a request."""
    header = error.response.headers.get("retry-after") if error.response is not None else None
    return errors.from_api_status(error.status_code, code=error.code, message=str(error.message), retry_after=header)


def _run_error(error: object, status: str) -> AgentError:
    """A run that did not complete. Its error is read leniently: it is the agent's text."""
    told = error if isinstance(error, dict) else {"message": error if isinstance(error, str) else ""}
    after = told.get("retry_after")
    return errors.from_run_error(
        code=str(told.get("code") or ("CANCELLED" if status == "CANCELLED" else "")),
        category=str(told.get("category") or ""),
        message=str(told.get("message") or ""),
        retry_after=float(after) if isinstance(after, (int, float)) else None,
        raw=error,
    )
