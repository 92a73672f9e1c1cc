"""Reads the results of an execution in chunks, each by a query of its own: memory stays flat and nothing is locked.

No model is instantiated: of an execution with 100,000 jobs that would take longer than all the rest.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import TextField
from django.db.models.functions import Cast

from analytics.exporting.choosing import Group, Wanted
from executions.evaluation.verdict import Outcome
from executions.models import Execution, FieldResult, Job

CHUNK = 1000
# JSON is read as text and parsed here: the outcomes of most rows are the same few texts, which are parsed once.
JSON_FIELDS = ("row__inputs", "row__truth", "result", "outcomes")
FIELDS = (
    "pk",
    "position",
    "row__key",
    "row_position",
    "url",
    *(f"{name}_text" for name in JSON_FIELDS),
    "status",
    "error_code",
    "error_message",
    "evaluation_result",
    "accuracy",
    "attempts",
    "agent_seconds",
)
SCORES: Mapping[str | None, float | None] = {
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
    the others follow from the outcome (`score_of`). `extras` has what only some exports want: `sources`, `cost`,
    `started_at`, `finished_at`, and `repeat` where rows were run several times.
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
    extras: Mapping[str, Any] = {}

    def score_of(self, column: str) -> float | None:
        """The score of one cell, 0..1; None where nothing could be compared."""
        if column in self.scores:
            return self.scores[column]
        return SCORES.get(self.outcomes.get(column))


def export_rows(execution: Execution, wanted: Wanted | None = None, *, chunk: int = CHUNK) -> Iterator[list[ExportRow]]:
    """The wanted jobs of the execution in its order, in chunks; between two chunks no query is open."""
    wanted = wanted or Wanted()
    extras = (*wanted.extra_fields, *(("repeat",) if execution.repeats > 1 else ()))
    texts = {f"{name}_text": Cast(name, TextField()) for name in JSON_FIELDS}
    jobs = Job.objects.filter(wanted.condition(), execution=execution).annotate(**texts).order_by("position")
    values = jobs.values_list(*FIELDS, *extras)
    last = 0
    while found := list(values.filter(position__gt=last)[:chunk]):
        scores = _partial_scores(execution, [row[0] for row in found]) if Group.SCORE in wanted.groups else {}
        last = found[-1][1]
        yield [_row(row[1:], extras, scores.get(row[0], _NONE)) for row in found]


_NONE: Mapping[str, float] = {}


def _partial_scores(execution: Execution, jobs: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, dict[str, float]]:
    """The scores strictly between 0 and 1 of these jobs, and of others between them: few, so the rest stay there.

    Not by the positions of jobs: databases answer that join by reading all cells that there are. Jobs get their ids in
    the order of their rows, and a thousand ids in a statement would take longer than to read its answer.
    """
    partial: dict[uuid.UUID, dict[str, float]] = {}
    near = FieldResult.objects.current().filter(execution=execution, job_id__gte=min(jobs), job_id__lte=max(jobs))
    between = near.filter(score__gt=0, score__lt=1)
    for job_id, column, score in between.values_list("job_id", "column", "score"):
        partial.setdefault(job_id, {})[column] = round(score or 0, 4)
    return partial


@lru_cache(maxsize=1024)
def _parsed_once(text: str) -> Mapping[str, str]:
    parsed: Mapping[str, str] = json.loads(text)
    return parsed


def _row(values: Sequence[Any], extras: Sequence[str], scores: Mapping[str, float]) -> ExportRow:
    (_, key, position, url, inputs, truth, result, outcomes, status, code, message, verdict, *rest) = values
    accuracy, attempts, seconds, *others = rest
    return ExportRow(
        key or str(position),
        position,
        url,
        json.loads(inputs),
        json.loads(truth),
        (json.loads(result) if result else None) or {},
        _parsed_once(outcomes),
        scores,
        status,
        code,
        message,
        verdict or "",
        None if accuracy is None else round(accuracy, 4),
        attempts,
        None if seconds is None else round(seconds, 3),
        dict(zip(extras, others, strict=True)) if extras else _NONE,
    )
