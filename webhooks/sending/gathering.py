"""Makes events of what was noted: one for one, but the jobs of a subject together."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from webhooks.events import EVENTS, GATHER_SECONDS, GATHERED, MOST_JOBS
from webhooks.models import PendingEvent

MOST_CHARACTERS = 200_000
"""The jobs of one event, as JSON; a job alone may be longer."""


@dataclass(frozen=True, slots=True)
class Told:
    """An event to tell."""

    name: str
    subject_id: uuid.UUID
    data: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is told now, in order; the notes that are used up by it; and when the next is ripe (None: nothing waits)."""

    told: Sequence[Told]
    used: Sequence[int]
    next_at: datetime | None


def gather(notes: Sequence[PendingEvent], now: datetime) -> Gathered:
    """Decide what of the notes, in their order, is told at `now`.

    Jobs of a subject wait for a second, for 100 of a kind, or for another event about the subject, before which they
    must be told.
    """
    by_subject: dict[uuid.UUID, list[PendingEvent]] = {}
    for note in notes:
        by_subject.setdefault(note.subject_id, []).append(note)
    told: list[Told] = []
    used: list[int] = []
    waiting: list[datetime] = []
    for of_subject in by_subject.values():
        settled, jobs = _split(of_subject)
        if jobs and not _is_ripe(jobs, now):
            waiting.append(jobs[0].created_at)
        else:
            settled, jobs = of_subject, []
        told += _told(settled)
        used += [note.pk for note in settled]
    next_at = min(waiting) + timedelta(seconds=GATHER_SECONDS) if waiting else None
    return Gathered(told, used, next_at)


def _split(notes: Sequence[PendingEvent]) -> tuple[Sequence[PendingEvent], Sequence[PendingEvent]]:
    """All up to the last event that is told for itself, and the jobs behind it."""
    end = max((place for place, note in enumerate(notes, 1) if not EVENTS[note.name].is_gathered), default=0)
    return notes[:end], notes[end:]


def _is_ripe(jobs: Sequence[PendingEvent], now: datetime) -> bool:
    if now - jobs[0].created_at >= timedelta(seconds=GATHER_SECONDS):
        return True
    counts = dict.fromkeys(GATHERED, 0)
    for note in jobs:
        counts[note.name] += len(note.data["jobs"])
    return max(counts.values()) >= MOST_JOBS


def _told(notes: Sequence[PendingEvent]) -> Iterator[Told]:
    gathering: list[PendingEvent] = []
    for note in notes:
        if EVENTS[note.name].is_gathered:
            gathering.append(note)
            continue
        yield from _together(gathering)
        gathering = []
        yield Told(note.name, note.subject_id, note.data, note.created_at)
    yield from _together(gathering)


def _together(notes: Sequence[PendingEvent]) -> Iterator[Told]:
    """The jobs by kind: a job fails before it is a dead letter, and has no failure after it is done."""
    for name in GATHERED:
        of_kind = [note for note in notes if note.name == name]
        jobs = [job for note in of_kind for job in note.data["jobs"]]
        for portion in _portions(jobs):
            yield Told(name, of_kind[0].subject_id, {**of_kind[0].data, "jobs": portion}, of_kind[-1].created_at)


def _portions(jobs: Sequence[Any]) -> Iterator[list[Any]]:
    portion: list[Any] = []
    size = 0
    for job in jobs:
        length = len(json.dumps(job))
        if portion and (len(portion) == MOST_JOBS or size + length > MOST_CHARACTERS):
            yield portion
            portion, size = [], 0
        portion.append(job)
        size += length
    if portion:
        yield portion
