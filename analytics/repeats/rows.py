"""The repeats of each row side by side, fifty rows a page."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import OuterRef, Q, Subquery
from django.db.models.lookups import IsNull
from django.http import QueryDict

from analytics.grid.paging import GridPage, grid_page
from analytics.grid.scanning import Source
from executions.evaluation.verdict import EvaluationResult
from executions.models import Execution, Job, JobStatus

SHOWN = ("row", "row_position", "repeat", "url", "status", "evaluation_result", "result")


@dataclass(frozen=True, slots=True)
class RepeatedRow:
    """A row with its jobs in the order of the repeats."""

    jobs: Sequence[Job]

    @property
    def passed(self) -> int:
        """How many of its repeats passed."""
        return sum(job.evaluation_result == EvaluationResult.PASSED for job in self.jobs)

    @property
    def graded(self) -> int:
        """How many could be graded."""
        verdicts = (EvaluationResult.PASSED, EvaluationResult.FAILED)
        return sum(job.evaluation_result in verdicts for job in self.jobs)

    @property
    def answers(self) -> int:
        """How many different answers were given."""
        given = (job.result for job in self.jobs if job.status == JobStatus.COMPLETED)
        return len({json.dumps(one, sort_keys=True) for one in given})


def rows_page(execution: Execution, query: QueryDict, *, flaky: bool) -> tuple[GridPage, list[RepeatedRow]]:
    """The page that the address asks for: all rows, or those of which some repeats passed and some did not.

    Two queries, and for flaky rows at most 10,000 are looked at: the page says how far it got.
    """
    first = Job.objects.filter(execution=execution, repeat=1)
    size = execution.total_jobs // execution.repeats
    rest = is_flaky() if flaky else Q()
    page = grid_page([Source(first, "position", "pk", size, rest)], query, execution)
    return page, _rows(execution, page.ids)


def is_flaky() -> Q:
    """The condition for a job whose row has runs that passed and runs that did not, in the job's execution.

    The runs of each row are looked up: for an `Exists`, PostgreSQL may read the jobs of all executions.
    """
    return Q(_has(EvaluationResult.PASSED), _has(EvaluationResult.FAILED))


def _has(wanted: EvaluationResult) -> IsNull:
    of_row = Job.objects.filter(execution=OuterRef("execution"), row=OuterRef("row"), evaluation_result=wanted)
    return IsNull(Subquery(of_row.order_by().values("pk")[:1]), False)


def _rows(execution: Execution, firsts: Sequence[uuid.UUID]) -> list[RepeatedRow]:
    of_page = Job.objects.filter(pk__in=firsts).values("row")
    jobs = Job.objects.filter(execution=execution, row__in=of_page).only(*SHOWN).order_by("row_position", "repeat")
    by_row: dict[uuid.UUID, list[Job]] = {}
    for job in jobs:
        by_row.setdefault(job.row_id, []).append(job)
    return [RepeatedRow(found) for found in by_row.values()]
