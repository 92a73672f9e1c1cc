"""Compares the runs that the agent's server was asked for with the attempts that MINO knows: no run is paid in vain.

Every row has an address of its own, so that each run belongs to a job. Two things must hold for the runs of a job:

1. Each is known: an attempt names it, or an attempt of that time says that it may be charged twice.
2. A further one was started only when the one before could not be taken over any more: it had failed or been called
   off at the server, or an attempt had taken its answer and ended with an error, or the attempt that began it says that
   it may be charged twice because nobody could tell that it existed.

One more is allowed, and counted: a run that was started by a worker which slept from before its request until after its
lease. By then others had looked for its run, found that there was none, and gone on; the worker can't know.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from executions.models import Job, Session, SessionStatus


@dataclass(frozen=True)
class Run:
    """A run as the server remembers it; `ended` is None while it goes on."""

    id: str
    url: str
    status: str
    began: datetime
    ended: datetime | None

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Run:
        """The run as the server's list tells it."""
        ended = told["finished_at"]
        began = datetime.fromisoformat(told["created_at"])
        return cls(told["id"], told["url"], told["status"], began, datetime.fromisoformat(ended) if ended else None)


@dataclass
class Account:
    """What came of comparing: `violations` in words, and how often a run may have been, or was, paid in vain."""

    violations: list[str]
    flagged: int = 0
    late_starts: int = 0


def settle_accounts(runs: Iterable[Run], jobs: Iterable[Job]) -> Account:
    """Compare all runs of a trial with all of its jobs, whose sessions are fetched."""
    account = Account([])
    by_url: dict[str, list[Run]] = {}
    for run in sorted(runs, key=lambda one: one.began):
        by_url.setdefault(run.url, []).append(run)
    for job in jobs:
        _settle(job, by_url.pop(job.url, []), account)
    account.violations += [f"A run for {url} belongs to no job." for url in by_url]
    return account


def _settle(job: Job, runs: Sequence[Run], account: Account) -> None:
    sessions = list(job.sessions.all())
    account.flagged += any(session.may_be_charged_twice for session in sessions)
    for run in runs:
        if not _is_known(run, sessions):
            account.violations.append(f"{job.url}: nobody knows the run {run.id} ({run.status}).")
    for earlier, later in pairwise(runs):
        if _began_too_late(earlier, sessions) or _began_too_late(later, sessions):
            account.late_starts += 1
        elif not _is_over_for(earlier, later, sessions):
            account.violations.append(
                f"{job.url}: {later.id} was begun though {earlier.id} ({earlier.status}) could be adopted."
            )
    completed = [run.id for run in runs if run.status == "COMPLETED"]
    current = job.current_session
    if current is not None and current.status == SessionStatus.COMPLETED and current.agent_run_id not in completed:
        account.violations.append(f"{job.url}: its result is of no completed run of its own.")


def _is_known(run: Run, sessions: Iterable[Session]) -> bool:
    return any(session.agent_run_id == run.id or _is_flagged_for(run, session) for session in sessions)


def _is_flagged_for(run: Run, session: Session) -> bool:
    """Whether the attempt never knew its run's id, says so, and may have begun this one; a known one it must keep."""
    ended_before = session.finished_at is not None and session.finished_at < run.began
    is_flagged = session.may_be_charged_twice and not session.agent_run_id
    return is_flagged and session.started_at <= run.began and not ended_before


def _is_over_for(earlier: Run, later: Run, sessions: Iterable[Session]) -> bool:
    """Whether `earlier` could not be taken over any more when `later` was started."""
    if earlier.status in ("FAILED", "CANCELLED") and earlier.ended is not None and earlier.ended <= later.began:
        return True
    for session in sessions:
        if _is_flagged_for(earlier, session):
            return True
        has_read_it = session.agent_run_id == earlier.id and session.status == SessionStatus.ERROR
        if has_read_it and session.finished_at is not None and session.finished_at <= later.began:
            return True
    return False


def _began_too_late(run: Run, sessions: Iterable[Session]) -> bool:
    """Whether its worker started it after somebody else had taken the job back, which the worker slept through."""
    return any(
        session.agent_run_id == run.id
        and session.status == SessionStatus.LOST
        and session.finished_at is not None
        and session.finished_at < run.began
        for session in sessions
    )
