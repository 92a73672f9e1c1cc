"""Reads the results of an execution in chunks, each by a query of its own: memory stays flat and nothing is locked.

No model is instantiated: of an execution with 100,000 jobs that would take longer than all the rest.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from executions.evaluation.verdict import Outcome
from executions.models import Execution, FieldResult, Job

CHUNK = 1000
FIELDS = (
    "id",
    "position",
    "row__key",
    "row_position",
    "url",
    "row__inputs",
    "row__truth",
    "result",
    "outcomes",
    "status",
    "error_code",
    "error_message",
    "evaluation_result",
    "accuracy",
    "attempts",
    "agent_seconds",
)
SCORES: Mapping[str, float | None] = {
    Outcome.CORRECT.value: 1.0,
    Outcome.CORRECTLY_EMPTY.value: 1.0,
    Outcome.WRONG.value: 0.0,
    Outcome.MISSED.value: 0.0,
    Outcome.INVENTED.value: 0.0,
    Outcome.NOT_GRADABLE.value: None,
}


class ExportRow(NamedTuple):
    """One job as it is exported.

    `key` is the row's key, or its position in a batch without keys. `expected` lacks unknown truths, `extracted` is
    empty and `outcomes` lacks every column as long as the job has no result. `scores` holds those between 0 and 1 only:
    the others follow from the outcome (`score_of`).
    """

    key: str
    position: int
    url: str
    inputs: Mapping[str, str]
    expected: Mapping[str, str]
    extracted: Mapping[str, Any]
    outcomes: Mapping[str, str]
    scores: Mapping[str, float]
    status: str
    error_code: str
    error_message: str
    evaluation_result: str
    accuracy: float | None
    attempts: int
    agent_seconds: float | None

    def score_of(self, column: str) -> float | None:
        """The score of one cell, 0..1; None where nothing could be compared."""
        partial = self.scores.get(column)
        return SCORES.get(self.outcomes.get(column, "")) if partial is None else partial


def export_rows(execution: Execution, *, chunk: int = CHUNK) -> Iterator[list[ExportRow]]:
    """All jobs of the execution in its order, in chunks; between two chunks no query is open."""
    jobs = Job.objects.filter(execution=execution).order_by("position").values_list(*FIELDS)
    last = 0
    while found := list(jobs.filter(position__gt=last)[:chunk]):
        last = found[-1][1]
        scores = _partial_scores([values[0] for values in found])
        yield [_row(values, scores.get(values[0], _NONE)) for values in found]


_NONE: Mapping[str, float] = {}


def _partial_scores(jobs: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, dict[str, float]]:
    """The scores strictly between 0 and 1 of these jobs: few, so that the field results stay in the database."""
    partial: dict[uuid.UUID, dict[str, float]] = {}
    between = FieldResult.objects.filter(job__in=jobs, score__gt=0, score__lt=1)
    for job, column, score in between.values_list("job_id", "column", "score"):
        partial.setdefault(job, {})[column] = round(score or 0, 4)
    return partial


def _row(values: Sequence[Any], scores: Mapping[str, float]) -> ExportRow:
    (_, _, key, position, url, inputs, truth, result, outcomes, status, code, message, verdict, *rest) = values
    accuracy, attempts, seconds = rest
    return ExportRow(
        key or str(position),
        position,
        url,
        inputs,
        truth,
        result or {},
        outcomes,
        scores,
        status,
        code,
        message,
        verdict or "",
        None if accuracy is None else round(accuracy, 4),
        attempts,
        None if seconds is None else round(seconds, 3),
    )
