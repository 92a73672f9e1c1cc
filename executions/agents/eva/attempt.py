"""One attempt at one task: start a run or take one over, follow it, and make sure that none is paid and forgotten."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
from tinyfish import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    CompleteEvent,
    NotFoundError,
    PermissionDeniedError,
    ProgressEvent,
    StartedEvent,
    StreamingUrlEvent,
)

from executions.agents import errors
from executions.agents.base import AgentError, Cancelled, Reporter, Result, RunNotFound, Step, Task
from executions.agents.eva.client import BROKEN, EvaClient
from executions.agents.eva.goal import goal_of, options_of, schema_of
from executions.agents.eva.looking import Seen, look
from executions.agents.eva.run import MAX_DETAIL_BYTES, Charge, RemoteRun, Terms, refusal
from executions.agents.remote import OutOfTime, TooMuch, Watch

logger = logging.getLogger(__name__)

MAX_STREAM_BYTES = 20 * 1024 * 1024
_SEARCH_SECONDS = 15.0
_LOOKS = 3
_UNANSWERED = frozenset({408, 502, 504, 520, 524})
"""Statuses with which a gateway says that it heard nothing: the service may have got the request all the same."""

Run = dict[str, Any]


class Attempt:
    """One run for one task."""

    def __init__(self, client: EvaClient, task: Task, reporter: Reporter, terms: Terms) -> None:
        self._client = client
        self._task = task
        self._reporter = reporter
        self._terms = terms
        self._goal = goal_of(task)
        self._run: RemoteRun | None = None
        self._since = datetime.now(UTC)
        self._watch = Watch(task.timeout, reporter.cancelled, MAX_STREAM_BYTES)

    def make(self) -> Result:
        """Start a run; the result. Raises `AgentError` or `Cancelled`; by then no run of ours is going on, unless it
        is left to somebody else."""
        options = options_of(self._task)
        return self._bounded(lambda: self._start(options))

    def adopt(self, run_id: str, since: datetime) -> Result:
        """Take over a run that a lost worker began after `since`. Raises `RunNotFound`, and what `make` raises."""
        self._since, self._watch.sent = since, True  # the lost worker's request
        if run_id:
            self._begin(run_id)
        return self._bounded(self._take_over)

    def _bounded(self, work: Callable[[], Run]) -> Result:
        """Do the work within the attempt's time, and conclude; however it ends, leave nothing behind that costs."""
        try:
            with self._client.watched(self._watch):
                run = work()
        except Cancelled:
            if self._reporter.leave_run:
                raise
            charge, _ = self._stop()
            raise Cancelled(steps=charge.steps, cost=charge.cost) from None
        except OutOfTime as error:
            raise self._given_up(errors.AGENT_SLOW.error(f"Not done after {self._task.timeout:g} seconds.")) from error
        except TooMuch as error:
            raise self._given_up(errors.INVALID_RESULT.error("Far more than an answer may have.")) from error
        except APIStatusError as error:
            raise refusal(error) from error
        return self._known().conclude(run)

    # Starting ---------------------------------------------------------------------------------------------------------
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

    def _begin(self, run_id: str) -> RemoteRun:
        """The run is known from now on, and its id is kept at once."""
        self._run = RemoteRun(run_id, self._client, self._task, self._reporter, self._terms)
        self._reporter.started(run_id)
        return self._run

    def _known(self, run_id: str = "") -> RemoteRun:
        return self._run or self._begin(run_id)

    # When the stream ends too early -----------------------------------------------------------------------------------
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

    def _take_over(self) -> Run:
        if self._run is None:
            seen = self._search(self._watch)
            if not seen.only:
                raise RunNotFound(may_be_charged_twice=not seen.ruled_out)
            self._begin(seen.only)
        try:
            return self._known().until_done(self._watch)
        except NotFoundError as error:
            raise RunNotFound(may_be_charged_twice=False) from error

    def _search(self, watch: Watch) -> Seen:
        """Look for our run; several times, since it may only be coming into being, or the list be out of order."""
        seen = Seen(None)
        for number in range(_LOOKS):
            if number:
                watch.pause(self._terms.poll_interval)
            with self._client.watched(watch.renewed(MAX_DETAIL_BYTES)):
                seen = look(self._client, self._goal, self._since)
            if seen.run_ids:
                break
        return seen

    # Giving up --------------------------------------------------------------------------------------------------------
    def _given_up(self, failure: AgentError) -> AgentError:
        """Stop the run; the failure, with what the run took."""
        charge, failure.may_be_charged_twice = self._stop()
        failure.steps, failure.cost = charge
        return failure

    def _stop(self) -> tuple[Charge, bool]:
        """Stop the run, also one that has not told its id yet: what it took, and whether one may go on unseen."""
        unseen = False
        if self._run is None and self._watch.sent:
            try:
                seen = self._search(Watch(_SEARCH_SECONDS, None, MAX_DETAIL_BYTES))
            except OutOfTime:
                seen = Seen(None)
            unseen = not seen.only and not seen.ruled_out
            if seen.only:
                self._begin(seen.only)
        return (self._run.stop() if self._run else Charge()), unseen
