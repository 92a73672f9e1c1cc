"""One attempt at one task: what starting a run and taking one over have in common.

None may be paid for and forgotten: however an attempt ends, its run is concluded, stopped, or left to somebody else.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tinyfish import APIStatusError

from executions.agents import errors
from executions.agents.base import AgentError, Cancelled, Reporter, Result, Task
from executions.agents.eva.client import EvaClient
from executions.agents.eva.goal import goal_of
from executions.agents.eva.looking import Seen, look
from executions.agents.eva.run import MAX_DETAIL_BYTES, RemoteRun, Terms, refusal
from executions.agents.remote import OutOfTime, TooMuch, Watch

MAX_STREAM_BYTES = 20 * 1024 * 1024
_SEARCH_SECONDS = 15.0
_LOOKS = 3

Run = dict[str, Any]
"""A finished run, as the service tells it."""


class Attempt:
    """One run for one task; `Start` and `Adoption` say which run that is."""

    def __init__(self, client: EvaClient, task: Task, reporter: Reporter, terms: Terms) -> None:
        self._client = client
        self._task = task
        self._reporter = reporter
        self._terms = terms
        self._goal = goal_of(task)
        self._run: RemoteRun | None = None
        self._since = datetime.now(UTC)
        self._watch = Watch(task.timeout, reporter.cancelled, MAX_STREAM_BYTES)

    def _bounded(self, work: Callable[[], Run]) -> Result:
        """Do the work within the attempt's time, and conclude; however it ends, leave nothing behind that costs."""
        try:
            with self._client.watched(self._watch):
                run = work()
        except Cancelled:
            if self._reporter.leave_run:
                raise
            steps, _ = self._stop()
            raise Cancelled(steps=steps) from None
        except OutOfTime as error:
            raise self._given_up(errors.AGENT_SLOW.error(f"Not done after {self._task.timeout:g} seconds.")) from error
        except TooMuch as error:
            raise self._given_up(errors.INVALID_RESULT.error("Far more than an answer may have.")) from error
        except APIStatusError as error:
            raise refusal(error) from error
        return self._known().conclude(run)

    def _begin(self, run_id: str) -> RemoteRun:
        """The run is known from now on, and its id is kept at once."""
        self._run = RemoteRun(run_id, self._client, self._task, self._reporter, self._terms)
        self._reporter.started(run_id)
        return self._run

    def _known(self, run_id: str = "") -> RemoteRun:
        return self._run or self._begin(run_id)

    def _search(self, watch: Watch) -> Seen:
        """Look for our run; several times, since it may only be coming into being, or the list be out of order."""
        seen = Seen(None)
        for number in range(_LOOKS):
            if number:
                watch.pause(self._terms.poll_interval)
            with self._client.watched(watch.renewed(MAX_DETAIL_BYTES)):
                seen = look(self._client, self._goal, self._since, self._reporter.is_taken)
            if seen.run_ids:
                break
        return seen

    def _given_up(self, failure: AgentError) -> AgentError:
        """Stop the run; the failure, with the steps that the run made."""
        failure.steps, failure.may_be_charged_twice = self._stop()
        return failure

    def _stop(self) -> tuple[int | None, bool]:
        """Stop the run, also one that has not told its id yet: its steps, and whether one may go on unseen."""
        unseen = False
        if self._run is None and self._watch.sent:
            try:
                seen = self._search(Watch(_SEARCH_SECONDS, None, MAX_DETAIL_BYTES))
            except OutOfTime:
                seen = Seen(None)
            unseen = not seen.only and not seen.ruled_out
            if seen.only:
                self._begin(seen.only)
        return (self._run.stop() if self._run else None), unseen
