"""The built-in agent: no key, no model, one page a job."""

from __future__ import annotations

import logging
import time
from concurrent.futures import CancelledError
from dataclasses import dataclass

from django.conf import settings

from executions.agents.base import Agent, AgentError, Cancelled, ErrorCode, Reporter, Result, Screenshot, Step, Task
from executions.agents.browser import BrowserUnavailable, shut_down
from executions.agents.local.extract import Answers, read_answer
from executions.agents.local.instructions import BadSelector, read_hints
from executions.agents.local.loading import Loaded, load, render
from executions.agents.local.page import NotAPage
from executions.agents.local.pool import Limits, ParserFailed, ParserKilled, ParserPool
from mino.common.outbound import OutboundPolicy

logger = logging.getLogger(__name__)

RENDER = ("never", "auto", "always")
LITTLE_TEXT = 400


@dataclass(frozen=True, slots=True)
class _Attempt:
    task: Task
    reporter: Reporter
    deadline: float

    def left(self) -> float:
        """Seconds left; raises when there are none, or when the attempt was called off."""
        if self.reporter.cancelled.is_set():
            raise Cancelled
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise AgentError(ErrorCode.TIMEOUT, f"It took longer than {self.task.timeout:g} seconds.", transient=True)
        return left

    def step(self, description: str, progress: int, url: str = "") -> None:
        self.reporter.step(Step(description, url, progress))


class LocalAgent(Agent):
    """Fetches or renders a page and reads from it what the columns ask for, with the place of each value.

    `policy` says which addresses may be visited. Parsing happens in processes of this
    instance, as many as the setting PARSER_PROCESSES says, or `processes`.
    """

    name = "local"
    default_timeout = 120.0

    def __init__(self, *, policy: OutboundPolicy, processes: int | None = None, limits: Limits | None = None) -> None:
        self._policy = policy
        self._uses_browser = False
        self._pool = ParserPool(settings.PARSER_PROCESSES if processes is None else processes, limits or Limits())

    def run(self, task: Task, reporter: Reporter) -> Result:
        """Do the task; `Result.sources` says in words where each value stands."""
        attempt = _Attempt(task, reporter, time.monotonic() + task.timeout)
        mode = task.settings.get("render", "never")
        if mode not in RENDER:
            raise AgentError(
                ErrorCode.PERMANENT_ERROR, f"The setting render must be one of {', '.join(RENDER)}.", transient=False
            )
        _check_selectors(task)
        loaded = self._render(attempt) if mode == "always" else self._load(attempt)
        answers = self._read(attempt, loaded)
        if mode == "auto" and _seems_made_by_scripts(answers):
            answers = self._read_rendered(attempt, answers)
        found = sum(value is not None for value in answers.data.values())
        attempt.step(f"Found {found} of {_fields(task)}", 100, loaded.url)
        page = {"language": answers.language, "embedded": answers.embedded}
        return Result(
            data=answers.data, sources=answers.sources, steps=None, raw={"values": answers.data, "page": page}
        )

    def close(self) -> None:
        """End the parser processes, and the browser if this agent started it."""
        self._pool.close()
        if self._uses_browser:
            shut_down()

    def _load(self, attempt: _Attempt) -> Loaded:
        attempt.step("Opening the page", 5, attempt.task.url)
        return load(attempt.task.url, policy=self._policy, timeout=attempt.left(), cancelled=attempt.reporter.cancelled)

    def _render(self, attempt: _Attempt) -> Loaded:
        attempt.step("Opening the page in a browser", 10, attempt.task.url)
        self._uses_browser = True
        try:
            loaded = render(
                attempt.task.url, policy=self._policy, timeout=attempt.left(), cancelled=attempt.reporter.cancelled
            )
        except BrowserUnavailable as error:
            raise AgentError(
                ErrorCode.AGENT_FAILURE,
                f"The execution asks for a browser. {error} Or set “render” to “never”.",
                transient=False,
                pause=True,
            ) from error
        if loaded.screenshot is not None and attempt.task.settings.get("screenshots", True):
            attempt.reporter.screenshot(Screenshot(loaded.screenshot, "The page as the browser showed it"))
        return loaded

    def _read_rendered(self, attempt: _Attempt, before: Answers) -> Answers:
        """Read the page again as a browser shows it; what was read before stands when that is no better."""
        try:
            answers = self._read(attempt, self._render(attempt))
        except AgentError as error:
            logger.info("The page is kept as it was fetched: %s", error.message)
            return before
        return answers if _count(answers) >= _count(before) else before

    def _read(self, attempt: _Attempt, loaded: Loaded) -> Answers:
        task = attempt.task
        attempt.step("Reading embedded data, tables and labels", 50, loaded.url)
        wanted = [(wish.name, wish.type.value) for wish in task.fields]
        try:
            answers = self._pool.run(
                read_answer, loaded.body, loaded.content_type, loaded.url, wanted, task.instructions,
                timeout=attempt.left(), cancelled=attempt.reporter.cancelled,
            )  # fmt: skip
        except CancelledError as error:
            raise Cancelled from error
        except TimeoutError as error:
            raise AgentError(
                ErrorCode.TIMEOUT, f"It took longer than {task.timeout:g} seconds.", transient=True
            ) from error
        except BadSelector as error:
            raise AgentError(ErrorCode.SELECTOR_NOT_FOUND, str(error), transient=False) from error
        except ParserKilled as error:
            raise AgentError(ErrorCode.SITE_ERROR, f"The page can't be read. {error}", transient=False) from error
        except (NotAPage, ParserFailed) as error:
            raise AgentError(
                ErrorCode.INVALID_RESULT, "The site's answer can't be read as a page.", transient=False
            ) from error
        attempt.step(f"Matching {_fields(task)}", 90, loaded.url)
        return answers


def _check_selectors(task: Task) -> None:
    """Say what is wrong with the instructions before anything is fetched."""
    try:
        read_hints(task.instructions, [wish.name for wish in task.fields])
    except BadSelector as error:
        raise AgentError(ErrorCode.SELECTOR_NOT_FOUND, str(error), transient=False) from error


def _seems_made_by_scripts(answers: Answers) -> bool:
    return _count(answers) * 2 < len(answers.data) or answers.text_length < LITTLE_TEXT


def _count(answers: Answers) -> int:
    return sum(value is not None for value in answers.data.values())


def _fields(task: Task) -> str:
    return f"{len(task.fields)} field{'' if len(task.fields) == 1 else 's'}"
