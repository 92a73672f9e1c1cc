"""Starts an execution again: as it was, with other settings, or over some of its rows."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from accounts.permissions import require
from executions.agents.registry import AGENTS
from executions.costs.prices import currency
from executions.models import Execution, ExecutionType, Job, JobStatus, SampleMethod
from executions.services.choosing import chosen_positions
from executions.services.creation import execution_create
from executions.services.ending import ENDED_EARLY
from executions.services.locking import ACT
from mino.common.errors import Detail, InvalidState
from projects.models import InstructionVersion

REPEATED = ("agent", "agent_settings", "type", "concurrency", "max_retries", "timeout", "repeats", "budget")
WITHOUT_ANSWER: Mapping[str, str] = {
    JobStatus.ERROR: "has failed",
    JobStatus.SKIPPED: "was skipped",
    JobStatus.STOPPED: "was stopped",
}
"""The states in which a job ends without an answer, in words about its row."""
WAITING = (JobStatus.QUEUED, JobStatus.RETRYING)
SAMPLED = ("sample_method", "sample_size", "seed", "selection")


def execution_clone(execution_id: uuid.UUID, *, user: Any, changes: Mapping[str, Any] | None = None) -> Execution:
    """Start the same again at once: version, agent with its settings, limits, repeats, budget and the same choice of
    rows; one of a pair comes without its partner.

    `changes` are arguments of `execution_create` to be used instead. Another agent gets its usual settings and
    time-out, another sample method its own rows. Columns and matching options are frozen anew, as the batch has them
    today. `user` is who starts it, None for MINO itself. Raises what `execution_create` raises (AlreadyExists while the
    original runs, InvalidInput when the agent, the version or a row is not to be had any more), InvalidState when its
    budget is in another currency, and PermissionDenied.
    """
    like = _find(execution_id, user)
    changes = changes or {}
    is_same_sample = changes.get("sample_method", like.sample_method) == like.sample_method
    sampled = {name: getattr(like, name) for name in SAMPLED} if is_same_sample else {}
    return execution_create(user=user, **{**_repeated(like, changes), **sampled, **changes})


def failed_rows_run(execution_id: uuid.UUID, *, user: Any, statuses: Collection[str] = (JobStatus.ERROR,)) -> Execution:
    """Start a new execution like this one over the rows that failed in it, also while it or its like runs.

    `statuses` are the states, among those in `WITHOUT_ANSWER`, of which a row has a job. Where an execution ended
    before its time, rows whose jobs still wait or were never created count as stopped. Raises InvalidState when there
    is no such row, and what `execution_clone` raises otherwise.
    """
    like = _find(execution_id, user)
    positions = _positions_without_answer(like, statuses)
    if not positions:
        raise _nothing_to_run(like, statuses)
    return execution_create(
        user=user,
        sample_method=SampleMethod.SELECTION,
        selection=positions,
        allow_parallel=True,
        **_repeated(like),
    )


def rows_run(
    execution_id: uuid.UUID,
    rows: Collection[int],
    *,
    user: Any,
    version: InstructionVersion | None = None,
    agent: str = "",
) -> Execution:
    """Start a new execution like this one over these rows (their positions in the batch), also while its like runs.

    `version` are other instructions to run them by, `agent` is another agent, which gets its usual settings and
    time-out. Raises InvalidState when no row is named, and what `execution_clone` raises otherwise.
    """
    like = _find(execution_id, user)
    if not rows:
        raise InvalidState("None of these rows is there any more, so there is nothing to run again.")
    values = _repeated(like, {"agent": agent} if agent else {})
    if version is not None and version.pk != like.instruction_version_id:
        values |= {"instruction_version": version, "type": ExecutionType.TEST}
    return execution_create(
        user=user, sample_method=SampleMethod.SELECTION, selection=sorted(set(rows)), allow_parallel=True, **values
    )


def _positions_without_answer(like: Execution, statuses: Collection[str]) -> list[int]:
    """The rows that have a job in one of these states, by their order in the batch."""
    jobs = Job.objects.filter(execution=like)
    cut_off = like.status in ENDED_EARLY and JobStatus.STOPPED in statuses
    states = {*statuses, *WAITING} if cut_off else set(statuses)
    found = set(jobs.filter(status__in=states).values_list("row_position", flat=True))
    if cut_off and like.prepared_jobs < like.total_jobs:
        complete = jobs.filter(repeat=like.repeats).values_list("row_position", flat=True)
        found |= set(chosen_positions(like)) - set(complete)
    return sorted(found)


def _nothing_to_run(like: Execution, statuses: Collection[str]) -> InvalidState:
    """The refusal, which tells of jobs in other states that could be run again."""
    happened = " or ".join(words for status, words in WITHOUT_ANSWER.items() if status in statuses)
    counts = {status: getattr(like, f"{status}_jobs") for status in WITHOUT_ANSWER if status not in statuses}
    if JobStatus.STOPPED in counts and like.status in ENDED_EARLY:
        counts[JobStatus.STOPPED] += like.queued_jobs + like.retrying_jobs + like.total_jobs - like.prepared_jobs
    return InvalidState(
        f"No row of execution {like.number} {happened}, so there is nothing to run again.",
        details=[
            Detail("status", f"Its jobs in the state {status}: {count}.") for status, count in counts.items() if count
        ],
    )


def _find(execution_id: uuid.UUID, user: Any) -> Execution:
    related = Execution.objects.select_related("project", "batch__project", "instruction_version")
    like: Execution = related.get(pk=execution_id)
    if user is not None:
        require(user, ACT, like.project)
    return like


def _repeated(like: Execution, changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What `like` used, apart from its rows, in so far as it fits to these changes."""
    changes = changes or {}
    agent = changes.get("agent", like.agent)
    kind = AGENTS.get(agent)
    if kind is not None and kind.build is None:
        raise InvalidState(f"The answers of {kind.label} come from outside, so that no worker can fetch them again.")
    if "budget" not in changes and like.budget is not None and like.currency != currency():
        raise InvalidState(
            f"The budget of execution {like.number} is in {like.currency}, but money is counted in {currency()} now. "
            f"Start a run with a budget in {currency()}, or without one."
        )
    values = {name: getattr(like, name) for name in REPEATED}
    if agent != like.agent:
        values |= {"agent": agent, "agent_settings": {}, "timeout": None}
    return {**values, "batch": like.batch, "instruction_version": like.instruction_version}
