"""A run at the service whose id is known: ask for it, wait for it, stop it, and read what came of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
from tinyfish import APIStatusError, SDKError

from executions.agents import errors
from executions.agents.answers import data_from_answer
from executions.agents.base import AgentError, Cancelled, Reporter, Result, Screenshot, Task
from executions.agents.eva.client import BROKEN, EvaClient
from executions.agents.pictures import picture_from_base64
from executions.agents.remote import OutOfTime, TooMuch, Watch

logger = logging.getLogger(__name__)

LIVE_VIEW_HOURS = 24
MAX_DETAIL_BYTES = 100 * 1024 * 1024
_CANCEL_SECONDS = 10.0
_CHARGE_SECONDS = 5.0
_DETAILS_SECONDS = 30.0
_FINAL = frozenset({"COMPLETED", "FAILED", "CANCELLED"})
_REFUSALS = frozenset({401, 403, 404})
"""Answers to a question for a run that asking again does not change."""


@dataclass(slots=True)
class Terms:
    """What holds for all attempts of one account."""

    silence: float
    poll_interval: float
    schema_refused: bool = field(default=False)
    """The account may not use output_schema: it is not asked again."""


class RemoteRun:
    """One run. It goes on, and costs, whether or not somebody listens."""

    def __init__(self, run_id: str, client: EvaClient, task: Task, reporter: Reporter, terms: Terms) -> None:
        self.run_id = run_id
        self._client = client
        self._task = task
        self._reporter = reporter
        self._terms = terms

    def show(self, url: object) -> None:
        """Pass the live view on. Only https: the page that embeds it is, and what an agent sends is not trusted."""
        if isinstance(url, str) and urlsplit(url).scheme == "https":
            self._reporter.live_view(url, datetime.now(UTC) + timedelta(hours=LIVE_VIEW_HOURS))

    def if_done(self, watch: Watch) -> dict[str, Any] | None:
        """The run if it is over; None when it goes on or the service could not say. Raises `APIStatusError`."""
        try:
            with self._client.watched(watch.renewed(MAX_DETAIL_BYTES)):
                run = self._client.run_as_it_is(self.run_id)
        except APIStatusError as error:
            if error.status_code in _REFUSALS:
                raise
            return None
        except (*BROKEN, ValueError):
            return None
        self._reporter.heartbeat()
        if run.get("status") in _FINAL:
            return run
        self.show(run.get("streaming_url"))
        return None

    def until_done(self, watch: Watch) -> dict[str, Any]:
        """The run once it is over. Raises what `watch` raises, and `APIStatusError` when the service refuses."""
        while (run := self.if_done(watch)) is None:
            watch.pause(self._terms.poll_interval)
        return run

    def stop(self) -> int | None:
        """Stop the run, and answer how many steps it made until then, None when unknown.

        What goes wrong is logged: the attempt is over anyway.
        """
        try:
            with self._client.watched(Watch(_CANCEL_SECONDS, None, MAX_DETAIL_BYTES)):
                self._client.cancel_run(self.run_id)
        except (SDKError, httpx.HTTPError, OutOfTime, TooMuch) as error:
            logger.warning("The run %s could not be cancelled: %s", self.run_id, type(error).__name__)
        return _steps(self._details(_CHARGE_SECONDS))

    def conclude(self, run: Mapping[str, Any]) -> Result:
        """Read the finished run. COMPLETED says that the machinery worked, not that the goal was reached."""
        wants_pictures = bool(self._task.settings.get("screenshots"))
        details = self._details(_DETAILS_SECONDS, screenshots=wants_pictures)
        if wants_pictures:
            self._pass_on_pictures(details.get("steps"))
        steps = _steps({**run, **details})
        status, answer = run.get("status"), run.get("result")
        if status == "CANCELLED" and self._reporter.cancelled.is_set():
            raise Cancelled(steps=steps)
        try:
            if status != "COMPLETED":
                raise _run_error(run.get("error"), str(status))
            answer = details.get("result") if answer is None else answer
            data = data_from_answer(answer, self._task.fields)
        except AgentError as error:
            error.steps = steps  # a run that failed is charged all the same
            raise
        return Result(data, steps=steps, raw=answer)

    def _details(self, seconds: float, *, screenshots: bool = False) -> dict[str, Any]:
        """What only the run object has: the number of steps (which is the price) and the pictures. Best effort."""
        try:
            with self._client.watched(Watch(seconds, None, MAX_DETAIL_BYTES)):
                return self._client.run_as_it_is(self.run_id, screenshots=screenshots)
        except (SDKError, *BROKEN, ValueError, OutOfTime, TooMuch) as error:
            logger.warning("The run %s could not be read again: %s", self.run_id, type(error).__name__)
            return {}

    def _pass_on_pictures(self, steps: object) -> None:
        for step in steps if isinstance(steps, list) else []:
            image = picture_from_base64(step.get("screenshot")) if isinstance(step, dict) else None
            if image is not None:
                self._reporter.screenshot(Screenshot(image, _caption(step)))


def refusal(error: APIStatusError) -> AgentError:
    """What to raise when the service refused a request."""
    header = error.response.headers.get("retry-after") if error.response is not None else None
    return errors.from_api_status(error.status_code, code=error.code, message=str(error.message), retry_after=header)


def _steps(run: Mapping[str, Any]) -> int | None:
    steps = run.get("num_of_steps")
    return steps if isinstance(steps, int) and not isinstance(steps, bool) and 0 <= steps <= 100_000 else None


def _caption(step: Mapping[str, Any]) -> str:
    return next((step[key] for key in ("purpose", "description", "action") if isinstance(step.get(key), str)), "")


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
