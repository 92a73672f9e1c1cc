"""Reads the results of an execution in chunks, each by a query of its own: memory stays flat and nothing is locked.

No model is instantiated: of an execution with 100,000 jobs that would take longer than all the rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import TextField
from django.db.models.functions import Cast

from executions.evaluation.verdict import Outcome
from executions.models import Execution, FieldResult, Job

CHUNK = 1000
# JSON is read as text and parsed here: the outcomes of most rows are the same few texts, which are parsed once.
JSON_FIELDS = ("row__inputs", "row__truth", "result", "outcomes")
FIELDS = (
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
        if column in self.scores:
            return self.scores[column]
        return SCORES.get(self.outcomes.get(column))


def export_rows(execution: Execution, *, chunk: int = CHUNK) -> Iterator[list[ExportRow]]:
    """All jobs of the execution in its order, in chunks; between two chunks no query is open."""
    texts = {f"{name}_text": Cast(name, TextField()) for name in JSON_FIELDS}
    jobs = Job.objects.filter(execution=execution).annotate(**texts).order_by("position").values_list(*FIELDS)
    last = 0
    while found := list(jobs.filter(position__gt=last)[:chunk]):
        first, last = last, found[-1][0]
        scores = _partial_scores(execution, first, last)
        yield [_row(values, scores.get(values[0], _NONE)) for values in found]


_NONE: Mapping[str, float] = {}


def _partial_scores(execution: Execution, first: int, last: int) -> Mapping[int, dict[str, float]]:
    """The scores strictly between 0 and 1 of the jobs after `first` up to `last`: few, so the others stay there."""
    partial: dict[int, dict[str, float]] = {}
    between = FieldResult.objects.filter(
        job__execution=execution, job__position__gt=first, job__position__lte=last, score__gt=0, score__lt=1
    )
    for position, column, score in between.values_list("job__position", "column", "score"):
        partial.setdefault(position, {})[column] = round(score or 0, 4)
    return partial


@lru_cache(maxsize=1024)
def _parsed_once(text: str) -> Mapping[str, str]:
    parsed: Mapping[str, str] = json.loads(text)
    return parsed


def _row(values: Sequence[Any], scores: Mapping[str, float]) -> ExportRow:
    (_, key, position, url, inputs, truth, result, outcomes, status, code, message, verdict, *rest) = values
    accuracy, attempts, seconds = rest
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
    )
