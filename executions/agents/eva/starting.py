"""Starting a run and following its events; what to do when they end too early."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
from tinyfish import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    CompleteEvent,
    PermissionDeniedError,
    ProgressEvent,
    StartedEvent,
    StreamingUrlEvent,
)

from executions.agents import errors
from executions.agents.base import AgentError, Result, Step
from executions.agents.eva.attempt import Attempt, Run
from executions.agents.eva.client import BROKEN
from executions.agents.eva.goal import options_of, schema_of
from executions.agents.eva.run import refusal

logger = logging.getLogger(__name__)

_UNANSWERED = frozenset({408, 502, 504, 520, 524})
"""Statuses with which a gateway says that it heard nothing: the service may have got the request all the same."""


class Start(Attempt):
    """An attempt with a run of its own."""

    def make(self) -> Result:
        """Start a run; the result. Raises `AgentError` or `Cancelled`; by then no run of ours is going on, unless it
        is left to somebody else."""
        options = options_of(self._task)
        return self._bounded(lambda: self._start(options))

    def _start(self, options: Mapping[str, Any]) -> Run:
        """Run with the schema of the answer if the account may use it, else without."""
        schema = schema_of(self._task) if self._task.settings.get("output_schema") else None
        if schema is None or self._terms.schema_refused:
            return self._follow(options)
        try:
            return self._follow({**options, "output_schema": schema})
        except PermissionDeniedError as error:
            if self._run is not None or error.code == "INSUFFICIENT_CREDITS":
                raise
            run = self._follow(options)
            # Only now is it known that the schema, and not the account as a whole, was refused.
            self._terms.schema_refused = True
            return run

    def _follow(self, options: Mapping[str, Any]) -> Run:
        """Start a run and listen until it is done. Raises `APIStatusError` when the service refuses."""
        self._since, self._watch.sent = datetime.now(UTC), False
        try:
            with self._client.agent.stream(goal=self._goal, url=self._task.url, **options) as events:
                for event in events:
                    run = self._hear(event)
                    if run is not None:
                        return run
        except APIStatusError as error:
            if error.status_code not in _UNANSWERED:
                raise
            return self._find_or_raise(refusal(error), error)
        except (APITimeoutError, httpx.TimeoutException) as error:
            return self._after_silence(error)
        except BROKEN as error:
            return self._after_break(error)
        return self._after_break(None)

    def _hear(self, event: Any) -> Run | None:
        """Pass an event on; the run when it is the last one."""
        if isinstance(event, StartedEvent):
            if self._run is None:
                self._begin(event.run_id)
        elif isinstance(event, StreamingUrlEvent):
            self._known(event.run_id).show(event.streaming_url)
        elif isinstance(event, ProgressEvent):
            self._reporter.step(Step(event.purpose))
        elif isinstance(event, CompleteEvent):
            self._known(event.run_id)
            return {
                "status": event.status.value,
                "result": event.result_json,
                "error": event.error.model_dump(mode="json") if event.error else None,
            }
        else:
            self._reporter.heartbeat()
        return None

    def _after_break(self, error: Exception | None) -> Run:
        """The stream broke. The run goes on without it: wait for that one instead of paying for another."""
        if self._run is None:
            kind = errors.AGENT_CUT_OFF if isinstance(error, APIConnectionError) else errors.AGENT_GARBLED
            return self._find_or_raise(kind.error(), error)
        logger.info("The stream of run %s broke (%s); asking for the run", self._run.run_id, type(error).__name__)
        return self._run.until_done(self._watch)

    def _after_silence(self, error: Exception) -> Run:
        """Neither an event nor a heartbeat for too long: take the run if it is done, else stop it."""
        failure = errors.AGENT_SLOW.error(f"No sign of life for {self._terms.silence:g} seconds.")
        if self._run is None:
            return self._find_or_raise(failure, error)
        run = self._run.if_done(self._watch)
        if run is None:
            raise self._given_up(failure) from error
        return run

    def _find_or_raise(self, failure: AgentError, error: Exception | None) -> Run:
        """What became of a start that nobody answered: follow the run if there is one, else raise `failure`."""
        if not self._watch.sent:
            raise errors.AGENT_UNREACHABLE.error() from error
        seen = self._search(self._watch)
        if not seen.only:
            failure.may_be_charged_twice = not seen.ruled_out
            raise failure from error
        logger.info("The run %s was found after its start was not answered", seen.only)
        return self._begin(seen.only).until_done(self._watch)
