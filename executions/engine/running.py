"""Runs one attempt: calls the agent, checks what it answers, and compares it with the truth. Touches no database."""

from __future__ import annotations

import logging
import time
import traceback
from typing import Any

from django.utils import timezone

from executions.agents.base import Agent, AgentError, Cancelled, ErrorCode, Result, RunNotFound
from executions.agents.errors import classify
from executions.engine.attempt import Attempt, Ending, Finished
from executions.engine.reporter import AttemptReporter
from executions.evaluation.evaluate import evaluate_row
from executions.models import FailureType
from mino.common.values.clean import clean_text, clean_value

logger = logging.getLogger(__name__)
MAX_SOURCE_TEXT = 300


def run_attempt(attempt: Attempt, agent: Agent, reporter: AttemptReporter) -> Finished:
    """Let `agent` do the attempt's task and answer what came of it. Never raises."""
    began = time.monotonic()
    try:
        result = _ask(attempt, agent, reporter)
    except Cancelled as error:
        released = reporter.leave_run and agent.adopts_runs
        ending = Ending.RELEASED if released else Ending.HANDED_BACK
        return _finished(attempt, reporter, began, ending, charged_steps=error.steps)
    except RunNotFound as error:
        return lost(attempt, reporter, may_be_charged_twice=error.may_be_charged_twice)
    except AgentError as error:
        return _failed(attempt, reporter, began, error)
    except Exception as error:
        logger.exception("Agent %s broke on job %s", attempt.plan.agent, attempt.job_id)
        failure = classify(error)
        failure.__cause__ = error  # for the stack trace
        return _failed(attempt, reporter, began, failure)
    try:
        return _completed(attempt, reporter, began, result)
    except Exception as error:  # a slot that breaks here would leave its job running for ever
        logger.exception("The answer to job %s could not be compared", attempt.job_id)
        message = f"The agent's answer could not be compared: {type(error).__name__}. This is a fault of MINO."
        unread = AgentError(ErrorCode.INVALID_RESULT, message, transient=False, steps=result.steps)
        return _failed(attempt, reporter, began, unread)


def _ask(attempt: Attempt, agent: Agent, reporter: AttemptReporter) -> Result:
    """Start a run, or go on with the one that a lost worker began."""
    if attempt.adopts_since is None:
        return agent.run(attempt.task, reporter)
    return agent.adopt(attempt.run_id, attempt.task, reporter, attempt.adopts_since)


def lost(attempt: Attempt, reporter: AttemptReporter | None = None, *, may_be_charged_twice: bool = False) -> Finished:
    """The end of an attempt whose worker is gone, and whose remote run, if there ever was one, can't be adopted."""
    charged = " A run may have been started, and charged, all the same." if may_be_charged_twice else ""
    return Finished(
        attempt=attempt,
        ending=Ending.LOST,
        finished_at=timezone.now(),
        agent_seconds=0.0,
        run_id=reporter.run_id if reporter else attempt.run_id,
        steps=reporter.steps if reporter else (),
        error_code=ErrorCode.WORKER_LOST.value,
        error_message=f"The worker that ran this row went away.{charged}",
        failure_type=FailureType.TRANSIENT,
        may_be_charged_twice=may_be_charged_twice,
    )


def agent_missing(attempt: Attempt, reporter: AttemptReporter, error: Exception) -> Finished:
    """The end of an attempt whose agent could not be made, by the fault `error`."""
    message = f"The agent {attempt.plan.agent} could not be started: {type(error).__name__}. Look at the worker's log."
    failure = AgentError(ErrorCode.AGENT_FAILURE, message, transient=False)
    return _failed(attempt, reporter, time.monotonic(), failure)


def _completed(attempt: Attempt, reporter: AttemptReporter, began: float, result: Result) -> Finished:
    """Only the fields that were asked for are kept, cleaned of what no database can hold."""
    seconds = time.monotonic() - began
    names = [column.name for column in attempt.plan.columns]
    data: dict[str, Any] = {name: clean_value(result.data.get(name)) for name in names}
    sources = {
        name: clean_text(str(result.sources[name]))[:MAX_SOURCE_TEXT] for name in names if name in result.sources
    }
    return _finished(
        attempt,
        reporter,
        began,
        Ending.COMPLETED,
        agent_seconds=seconds,
        step_count=reporter.step_count if result.steps is None else result.steps,
        charged_steps=result.steps,
        data=data,
        sources=sources,
        raw=clean_value(result.raw),
        verdict=evaluate_row(attempt.plan.columns, attempt.truth, data),
    )


def _failed(attempt: Attempt, reporter: AttemptReporter, began: float, error: AgentError) -> Finished:
    return _finished(
        attempt,
        reporter,
        began,
        Ending.ERROR,
        raw=clean_value(error.raw),
        step_count=reporter.step_count if error.steps is None else error.steps,
        charged_steps=error.steps,
        retry_after=error.retry_after,
        pause=error.pause,
        infrastructure=error.infrastructure,
        throttled=error.throttled,
        may_be_charged_twice=error.may_be_charged_twice,
        error_code=error.code.value,
        error_message=clean_text(error.message)[:2000],
        failure_type=FailureType.TRANSIENT if error.transient else FailureType.PERMANENT,
        stack_trace=clean_text("".join(traceback.format_exception(error)))[-10_000:],
    )


def _finished(attempt: Attempt, reporter: AttemptReporter, began: float, ending: Ending, **values: Any) -> Finished:
    return Finished(
        **{
            "attempt": attempt,
            "ending": ending,
            "finished_at": timezone.now(),
            "agent_seconds": time.monotonic() - began,
            "run_id": reporter.run_id,
            "steps": reporter.steps,
            "step_count": reporter.step_count,
            **values,
        }
    )
