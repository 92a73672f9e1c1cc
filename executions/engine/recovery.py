"""Takes jobs back from workers that are gone: their leases have run out.

A remote run goes on without its worker. It is adopted: the job gets a new session, which fences the old one, and the
new session's worker goes on with the same run. Where there is nothing to adopt, the attempt is over (WORKER_LOST) and
the job is tried again like after any other passing failure.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from executions.agents.base import ErrorCode
from executions.agents.registry import AGENTS
from executions.costs.prices import is_free
from executions.credentials.keys import own_keys
from executions.engine.attempt import Attempt, Finished
from executions.engine.claiming import JOB_FIELDS, WaitingJob, attempt_at, session_values
from executions.engine.ledger import exchange
from executions.engine.plan import UnreadablePlan, plan_of
from executions.engine.running import lost
from executions.models import Job, JobStatus, Session, SessionStatus
from executions.services.failing import execution_fail
from mino.common.bulk import insert_many
from mino.common.models import new_id

logger = logging.getLogger(__name__)
LOST_AT_ONCE = 100
TAKEN_OVER = "The worker of this attempt went away. Its run was taken over by the next attempt."


def lost_sessions(now: datetime) -> QuerySet[Session]:
    """Attempts whose lease has run out, the longest ago first; those of a command that runs its own jobs aside."""
    running = Session.objects.filter(status=SessionStatus.RUNNING, lease_expires_at__lt=now)
    shared = running.filter(job__execution__has_own_worker=False, job__current_session=F("pk"))
    return shared.order_by("lease_expires_at", "pk")


def adopting_agents() -> list[str]:
    """The agents whose runs go on without a worker."""
    return [kind.name for kind in AGENTS.values() if kind.adopts_runs]


def settle_lost(now: datetime) -> int:
    """End the lost attempts whose agent has no runs to adopt, and have their jobs tried again. Answers how many."""
    gone = lost_sessions(now).exclude(job__execution__agent__in=adopting_agents())
    attempts, unreadable = _attempts_of(_with_job(gone)[:LOST_AT_ONCE])
    gone_for_good = [lost(one, may_be_charged_twice=not is_free(one.plan.agent, one.started_at)) for one in attempts]
    _end_lost(gone_for_good, now)
    _fail(unreadable)
    return len(attempts)


def _end_lost(gone: Sequence[Finished], now: datetime) -> None:
    try:
        exchange(gone, 0, worker="", agents=(), now=now)
    except Exception as error:  # one that can't be ended must not keep all others from being found
        if len(gone) == 1:
            logger.exception("The lost attempt %s could not be ended", gone[0].attempt.session_id)
            return
        logger.warning("%s lost attempts could not be ended together, trying one by one: %s", len(gone), error)
        for one in gone:
            _end_lost([one], now)


def _attempts_of(sessions: Iterable[Session]) -> tuple[list[Attempt], dict[uuid.UUID, str]]:
    """The attempts that sessions stand for, and why the executions of the others can't be read."""
    attempts, unreadable = [], {}
    for session in sessions:
        try:
            attempts.append(_attempt_of(session))
        except UnreadablePlan as error:
            unreadable[session.job.execution_id] = str(error)
    return attempts, unreadable


def _fail(unreadable: Mapping[uuid.UUID, str]) -> None:
    for execution_id, reason in unreadable.items():
        execution_fail(execution_id, code="SYSTEM_FAILURE", reason=reason)


def take_lost(count: int, *, worker: str, agents: Collection[str], now: datetime) -> list[Attempt]:
    """Take over up to `count` remote runs of lost workers: each gets a new session, and the old one is fenced."""
    able = [name for name in adopting_agents() if name in agents]
    with transaction.atomic():
        found = lost_sessions(now).filter(job__execution__agent__in=able).values_list("job_id", flat=True)[:count]
        # Locks in the engine's order: job, session. Jobs that are being ended at this moment are not lost.
        jobs = Job.objects.filter(pk__in=list(found), status=JobStatus.RUNNING).order_by("pk")
        held = jobs.select_for_update(skip_locked=True).values_list("current_session", flat=True)
        sessions = lost_sessions(now).filter(pk__in=list(held)).select_for_update(skip_locked=True, of=("self",))
        found_sessions = {session.pk: session for session in _with_job(sessions)}
        attempts, unreadable = _attempts_of(found_sessions.values())
        adopted = [_adopt(found_sessions[one.session_id], one, worker, now) for one in attempts]
    _fail(unreadable)
    keys = own_keys({one.plan.organization_id for one in adopted})
    return [replace(one, key=keys.get((one.plan.organization_id, one.plan.agent))) for one in adopted]


def _with_job(sessions: QuerySet[Session]) -> QuerySet[Session]:
    return sessions.select_related("job", "job__row").defer("raw_result", "steps", "job__result")


def _adopt(session: Session, gone: Attempt, worker: str, now: datetime) -> Attempt:
    """The attempt that goes on with the run of `session`. It began when the run did, so that the run is found again."""
    attempt = replace(
        gone,
        session_id=new_id(),
        number=session.job.attempts + 1,
        adopts_since=session.started_at,
    )
    insert_many(Session, [_adopting_values(session, attempt, worker, now)])
    Session.objects.filter(pk=session.pk).update(
        status=SessionStatus.LOST,
        lease_expires_at=None,
        finished_at=now,
        error_code=ErrorCode.WORKER_LOST.value,
        error_message=TAKEN_OVER,
    )
    Job.objects.filter(pk=session.job_id).update(
        current_session=attempt.session_id, attempts=attempt.number, resumed_at=now
    )
    return attempt


def _adopting_values(session: Session, attempt: Attempt, worker: str, now: datetime) -> dict[str, Any]:
    return {
        **session_values(attempt, worker, now),
        "is_adopted": True,
        "agent_run_id": session.agent_run_id,
        "live_view_url": session.live_view_url,
        "live_view_expires_at": session.live_view_expires_at,
        "may_be_charged_twice": session.may_be_charged_twice,
    }


def _attempt_of(session: Session) -> Attempt:
    """The attempt that a session stands for, as its worker held it."""
    job = session.job
    known = dict(Job.objects.filter(pk=job.pk).values(*JOB_FIELDS)[0])
    waiting = WaitingJob(*(known[name] for name in JOB_FIELDS))
    plan = plan_of(job.execution_id, job.execution.scoring_generation)
    attempt = attempt_at(plan, waiting, session.started_at, retry_id=session.retry_id)
    return replace(attempt, session_id=session.pk, number=session.number, run_id=session.agent_run_id)
