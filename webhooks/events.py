"""The events that other systems can be told of: the one table of their names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MOST_JOBS = 100
"""So many jobs one event tells of at most."""
GATHER_SECONDS = 1.0
"""How long jobs are gathered, so that 10,000 of them are not 10,000 calls."""


@dataclass(frozen=True, slots=True)
class EventKind:
    """An event: its name for programs, and what it says in a sentence for people."""

    name: str
    sentence: str

    @property
    def is_gathered(self) -> bool:
        """Whether several of them are told together, as `data.jobs`."""
        return self.name in GATHERED


GATHERED = ("job.failed", "job.dead_lettered", "job.completed")
"""The events of jobs, in the order in which one job can have them."""

EVENTS: Mapping[str, EventKind] = {
    kind.name: kind
    for kind in (
        EventKind("execution.started", "An execution has begun to run."),
        EventKind("execution.paused", "An execution starts no more jobs; with the reason, unless a person paused it."),
        EventKind("execution.resumed", "A paused execution goes on, or a completed one runs some jobs again."),
        EventKind("execution.completed", "The last job of an execution has ended; with its accuracy."),
        EventKind("execution.stopped", "An execution was stopped for good by a person."),
        EventKind("execution.failed", "An execution can’t be run at all, with the reason."),
        EventKind("execution.budget_reached", "An execution paused because its budget does not allow another attempt."),
        EventKind("job.completed", "Jobs have a result; with its verdict. Up to 100 jobs in one call."),
        EventKind("job.failed", "Attempts at jobs ended in an error; says whether they are tried again."),
        EventKind("job.dead_lettered", "Jobs have failed for good and wait for a person."),
        EventKind("batch.imported", "A batch is ready to be run."),
        EventKind("ground_truth.changed", "Cells of the truth of a batch have other values. Names up to 100 rows."),
        EventKind("export.ready", "An export made in the background can be downloaded."),
    )
}
