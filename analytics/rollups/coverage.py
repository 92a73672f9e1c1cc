"""How many jobs gave an answer, and how many have a truth to compare it with."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from analytics.rollups.telling import is_blank
from executions.models import JobStatus


@dataclass(slots=True)
class Coverage:
    """The counts of some jobs, by their names in `ExecutionRollUp`."""

    answered: int = 0
    with_truth: int = 0
    answered_with_truth: int = 0

    def add(self, job: Any) -> None:
        """Count a job."""
        answered = job.status == JobStatus.COMPLETED and any(not is_blank(value) for value in _values(job.result))
        self.answered += answered
        self.with_truth += job.has_ground_truth
        self.answered_with_truth += answered and job.has_ground_truth

    def values(self) -> dict[str, int]:
        """The counts by their names."""
        return asdict(self)


def _values(result: Any) -> list[Any]:
    return list(result.values()) if isinstance(result, dict) else [result]
