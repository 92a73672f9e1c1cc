"""Reads all runs of an execution, row by row, into a few arrays of small numbers."""

from __future__ import annotations

import hashlib
import uuid
from array import array
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from django.db.models import TextField
from django.db.models.functions import Cast
from numpy.typing import NDArray

from analytics.comparison.arms import site_of
from analytics.statistics.repeats import pass_at
from executions.evaluation.verdict import EvaluationResult
from executions.models import Execution, Job, JobStatus

CHUNK = 2000
GRADED = (EvaluationResult.PASSED.value, EvaluationResult.FAILED.value)


@dataclass(slots=True)
class Rows:
    """For each row: its answered and graded runs, how many passed, its site, and whether the answers differ."""

    numbers: dict[uuid.UUID, int] = field(default_factory=dict)
    sites: dict[str, int] = field(default_factory=dict)
    answered: array[int] = field(default_factory=lambda: array("q"))
    graded: array[int] = field(default_factory=lambda: array("q"))
    passed: array[int] = field(default_factory=lambda: array("q"))
    site: array[int] = field(default_factory=lambda: array("q"))
    answer: array[int] = field(default_factory=lambda: array("q"))
    differs: bytearray = field(default_factory=bytearray)

    def add(self, row: uuid.UUID, url: str, verdict: str | None, result: str) -> None:
        """Count one answered run."""
        number = self.numbers.setdefault(row, len(self.numbers))
        digest = int.from_bytes(hashlib.blake2b(result.encode("utf-8", "replace"), digest_size=8).digest(), signed=True)
        if number == len(self.site):
            for values in (self.answered, self.graded, self.passed):
                values.append(0)
            self.site.append(self.sites.setdefault(site_of(url), len(self.sites)))
            self.answer.append(digest)
            self.differs.append(0)
        self.answered[number] += 1
        self.graded[number] += verdict in GRADED
        self.passed[number] += verdict == EvaluationResult.PASSED.value
        self.differs[number] |= digest != self.answer[number]


def repeat_figures(execution: Execution) -> dict[str, Any]:
    """pass@1 to pass@k with their intervals, and how many rows give another verdict or answer when run again."""
    rows = Rows()
    for jobs in _chunks(execution):
        for _, row, url, verdict, result in jobs:
            rows.add(row, url, verdict, result or "")
    answered, graded, passed, site = map(_numbers, (rows.answered, rows.graded, rows.passed, rows.site))
    several, again = graded > 1, answered > 1
    differs = np.frombuffer(bytes(rows.differs), dtype=np.bool_)
    return {
        "passing": [
            asdict(pass_at(k, graded, passed, site, seed=execution.pk.int % 2**63 + k))
            for k in range(1, execution.repeats + 1)
        ],
        "graded_rows": int(several.sum()),
        "flaky_rows": int((several & (passed > 0) & (passed < graded)).sum()),
        "answered_rows": int(again.sum()),
        "agreeing_rows": int((again & ~differs).sum()),
    }


def _chunks(execution: Execution) -> Iterator[list[tuple[Any, ...]]]:
    """The answered jobs in the execution's order; between two chunks no query is open."""
    answered = Job.objects.filter(execution=execution, status=JobStatus.COMPLETED).order_by("position")
    told = answered.annotate(result_text=Cast("result", TextField()))
    values = told.values_list("position", "row_id", "url", "evaluation_result", "result_text")
    last = 0
    while found := list(values.filter(position__gt=last)[:CHUNK]):
        last = found[-1][0]
        yield found


def _numbers(values: array[int]) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64)
