"""The attempts at a job, as its page shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet

from executions.addresses import LiveView, live_view
from executions.models import Job, Screenshot, Session, SessionStatus

MOST_ATTEMPTS = 20
LARGE = ("raw_result", "extracted_data", "stack_trace", "retry__stack_trace")


@dataclass(frozen=True, slots=True)
class ShownAttempt:
    """One attempt: its session, how long it took, its live view, its pictures, and what is said of missing ones."""

    session: Session
    seconds: float | None
    view: LiveView | None
    pictures: Sequence[Screenshot]
    notes: Sequence[str]

    @property
    def look(self) -> str:
        """Which colour its number has."""
        calm = (SessionStatus.HANDED_BACK, SessionStatus.STOPPED)
        looks = {**dict.fromkeys(calm, "wait"), SessionStatus.LOST: "error"}
        return str(looks.get(SessionStatus(self.session.status), self.session.status))


@dataclass(frozen=True, slots=True)
class Attempts:
    """Some attempts in time, the newest ones at first; `older` and `newer` are the queries for those around them."""

    shown: Sequence[ShownAttempt]
    query: str
    older: str = ""
    newer: str = ""


def attempts_of(job: Job, before: int | None, now: datetime) -> Attempts:
    """The latest attempts at a job, or the latest of those with a number below `before`: two queries."""
    sessions = _sessions(job).order_by("-number")
    if before is not None:
        sessions = sessions.filter(number__lt=before)
    found = list(sessions[: MOST_ATTEMPTS + 1])
    page = found[:MOST_ATTEMPTS][::-1]
    return Attempts(
        shown=[_shown(session, now) for session in page],
        query=_query(before),
        older=_query(page[0].number) if len(found) > MOST_ATTEMPTS else "",
        newer=_newer(before, job.attempts),
    )


def read_number(text: str) -> int | None:
    """A number of an attempt from an address; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 5 else None


def _sessions(job: Job) -> QuerySet[Session]:
    """Raw answers may be large, so they stay where they are."""
    sessions = Session.objects.filter(job=job).select_related("retry").defer(*LARGE)
    return sessions.prefetch_related(Prefetch("screenshots")).annotate(has_answer=Q(raw_result__isnull=False))


def _query(before: int | None) -> str:
    return f"?attempts_before={before}" if before is not None else ""


def _newer(before: int | None, latest: int) -> str:
    """The query for the next newer ones; those at the end need none in their address."""
    if before is None:
        return ""
    further = before + MOST_ATTEMPTS
    return _query(further) if further <= latest else "?"


def _shown(session: Session, now: datetime) -> ShownAttempt:
    pictures = list(session.screenshots.all())
    return ShownAttempt(
        session=session,
        seconds=_seconds(session, now),
        view=live_view(session.live_view_url, session.live_view_expires_at, now, settings.AGENT_FRAME_HOSTS),
        pictures=[picture for picture in pictures if picture.image],
        notes=[picture.caption for picture in pictures if not picture.image],
    )


def _seconds(session: Session, now: datetime) -> float | None:
    """The agent's own time where it is known, else how long the attempt held its job."""
    if session.agent_seconds is not None:
        return session.agent_seconds
    ended = now if session.status == SessionStatus.RUNNING else session.finished_at
    return (ended - session.started_at).total_seconds() if ended else None
