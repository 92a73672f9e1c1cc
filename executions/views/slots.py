"""The list of running jobs on a live page, in an order that does not change while it is read.

A row keeps its place when its job ends; only once it was shown as ended may another job take the place. At the end of
the list it goes then, since nothing below would move: nothing lingers when no further job follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from executions.models import Execution, Job, JobStatus

SHOWN = 10
MOST_DIGITS = 9
FIELDS = (
    "execution_id",
    "position",
    "row_position",
    "url",
    "status",
    "step",
    "step_count",
    "progress",
    "current_url",
    "attempts",
    "started_at",
    "finished_at",
    "evaluation_result",
    "current_session__live_view_url",
    "current_session__live_view_expires_at",
)


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in the list: whose job stood there, and whether it was shown as ended."""

    position: int
    was_over: bool = False


def read_slots(text: str) -> list[Slot]:
    """The places as the page's last answer wrote them (`12.15f.9`); what makes no sense is left out."""
    slots: dict[int, Slot] = {}
    for part in text.split(".")[:SHOWN]:
        position = read_position(part.removesuffix("f"))
        if position is not None:
            slots[position] = Slot(position, part.endswith("f"))
    return list(slots.values())


def read_position(text: str) -> int | None:
    """The position of a job as an address says it, None where it makes no sense."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None


def write_slots(jobs: Sequence[Job]) -> str:
    """The places for the page's next question."""
    return ".".join(f"{job.position}{'' if job.status == JobStatus.RUNNING else 'f'}" for job in jobs)


def running_jobs(execution: Execution, slots: Sequence[Slot]) -> list[Job]:
    """What stands in the list now: two queries over small index ranges, however many jobs there are."""
    jobs = Job.objects.filter(execution=execution).select_related("current_session").only(*FIELDS)
    shown = {job.position: job for job in jobs.filter(position__in=[slot.position for slot in slots])}
    running = jobs.filter(status=JobStatus.RUNNING).order_by("position")[: SHOWN + len(slots)]
    return fill(slots, shown, list(running))


def fill(slots: Sequence[Slot], shown: dict[int, Job], running: Sequence[Job]) -> list[Job]:
    """Keep every place; give those whose end was seen, and the free ones below, to jobs that are not shown yet."""
    fresh = [job for job in running if job.position not in shown]
    fresh.reverse()
    placed = []
    for slot in slots:
        job = shown.get(slot.position)
        if job is None:
            continue
        if job.status != JobStatus.RUNNING and slot.was_over and fresh:
            job = fresh.pop()
        placed.append(job)
    while fresh and len(placed) < SHOWN:
        placed.append(fresh.pop())
    return _without_ended_tail(placed, {slot.position for slot in slots if slot.was_over})


def _without_ended_tail(placed: list[Job], seen_over: set[int]) -> list[Job]:
    """The list without the jobs at its end that were shown as ended."""
    while placed and placed[-1].status != JobStatus.RUNNING and placed[-1].position in seen_over:
        placed.pop()
    return placed
