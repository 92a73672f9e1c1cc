"""What a group of ended attempts adds to the counters of their execution."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from executions.engine.attempt import Finished
from executions.evaluation.verdict import EvaluationResult
from executions.models import JobStatus

COUNTED = {
    EvaluationResult.PASSED: "passed_jobs",
    EvaluationResult.FAILED: "failed_jobs",
    EvaluationResult.NOT_GRADABLE: "not_gradable_jobs",
}
COUNTED_FIRST = {
    EvaluationResult.PASSED: "first_attempt_passed_jobs",
    EvaluationResult.FAILED: "first_attempt_failed_jobs",
}


def score_counts(result: EvaluationResult, good: int, gradable: int, *, is_first: bool) -> Counter[str]:
    """What a row with a result adds to the counters of its execution; `is_first` if the first attempt gave it."""
    counts = Counter({COUNTED[result]: 1})
    if is_first and result in COUNTED_FIRST:
        counts[COUNTED_FIRST[result]] = 1
    if not gradable:
        return counts
    counts["graded_rows"] = 1
    counts["good_fields"] = good
    counts["gradable_fields"] = gradable
    counts["good_fields_squared"] = good * good
    counts["gradable_fields_squared"] = gradable * gradable
    counts["good_times_gradable"] = good * gradable
    if is_first:
        counts["first_attempt_good_fields"] = good
        counts["first_attempt_gradable_fields"] = gradable
    return counts


@dataclass(slots=True)
class Tally:
    """Counts of one execution. `moved` counts the jobs that left `running`, by the state that they reached."""

    moved: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    agent_seconds: float = 0.0
    cost: Decimal = Decimal(0)
    retry_cost: Decimal = Decimal(0)
    largest_cost: Decimal = Decimal(0)

    @property
    def ended(self) -> int:
        """How many jobs run no more."""
        return self.moved.total()

    def add(self, finished: Finished, status: JobStatus, cost: Decimal | None) -> None:
        """Count one attempt whose job goes to `status`; `cost` is None when nobody knows it."""
        self.moved[status] += 1
        self.agent_seconds += finished.agent_seconds
        self.add_cost(cost, is_first=finished.attempt.is_first)
        if status == JobStatus.ERROR:
            self.errors[finished.error_code] += 1
        if finished.verdict:
            verdict = finished.verdict
            is_first = finished.attempt.is_first
            self.counts.update(score_counts(verdict.result, verdict.good, verdict.gradable, is_first=is_first))

    def add_cost(self, cost: Decimal | None, *, is_first: bool) -> None:
        """Count what an attempt cost."""
        if cost is None:
            self.counts["unpriced_attempts"] += 1
            return
        self.cost += cost
        self.largest_cost = max(self.largest_cost, cost)
        if not is_first:
            self.retry_cost += cost

    def changes(self) -> dict[str, Any]:
        """The counters of the execution that change, and by how much; those of queued and running jobs aside."""
        final = {
            f"{status}_jobs": count
            for status, count in self.moved.items()
            if status not in (JobStatus.QUEUED, JobStatus.RETRYING)
        }
        return {
            **self.counts,
            **final,
            "agent_seconds": self.agent_seconds,
            "cost": self.cost,
            "retry_cost": self.retry_cost,
        }
