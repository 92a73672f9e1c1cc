"""Jobs in other orders than that of the execution: pages that hold each job once, each order given by an index."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from executions.models import Execution, Job, JobStatus
from mino.tests.api.asking import Asker
from mino.tests.api.test_lists import pages
from mino.tests.factories import JOINED, ExecutionFactory, JobFactory
from mino.tests.plans import is_sorted, plans_of
from projects.models import Batch

VALUES = [0.5, None, 1.0, 0.5, None, 0.0, 0.5]
"""Of the jobs in their order; None: it has no answer."""
SORTS = {
    "accuracy": "job_by_accuracy",
    "finished_at": "job_latest_results",
    "agent_seconds": "job_by_seconds",
    "status": "job_by_status",
}


@pytest.fixture
def execution(batch: Batch) -> Execution:
    """Seven jobs, of which five gave an answer: three of these the same one, so to speak."""
    made: Execution = ExecutionFactory(batch=batch, total_jobs=7)
    for position, value in enumerate(VALUES, 1):
        JobFactory(
            execution=made,
            position=position,
            status=JobStatus.ERROR if value is None else JobStatus.COMPLETED,
            accuracy=value,
            agent_seconds=value,
            finished_at=None if value is None else JOINED + timedelta(seconds=value),
        )
    return made


def expected(execution: Execution, sort: str) -> list[int]:
    """The positions in an order, found without any database: what is empty comes last."""
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    unique = "position" if name == "status" else "pk"
    jobs = sorted(
        Job.objects.filter(execution=execution), key=lambda job: str(getattr(job, unique)), reverse=descending
    )
    known = [job for job in jobs if getattr(job, name) is not None]
    known.sort(key=lambda job: getattr(job, name), reverse=descending)
    return [job.position for job in [*known, *(job for job in jobs if getattr(job, name) is None)]]


@pytest.mark.parametrize("sort", [sign + name for name in SORTS for sign in ("", "-")])
@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_pages_hold_every_job_once(ask: Asker, execution: Execution, sort: str, limit: int) -> None:
    found = pages(ask, f"executions/{execution.pk}/jobs?sort={sort}&limit={limit}")
    assert [one["position"] for page in found for one in page] == expected(execution, sort)
    narrowed = pages(ask, f"executions/{execution.pk}/jobs?sort={sort}&limit={limit}&status=error")
    assert [one["position"] for page in narrowed for one in page] == [
        position for position in expected(execution, sort) if VALUES[position - 1] is None
    ]


@pytest.mark.parametrize("sort", [sign + name for name in SORTS for sign in ("", "-")])
def test_an_index_gives_the_order(ask: Asker, execution: Execution, sort: str) -> None:
    with plans_of("executions_job") as plans:
        pages(ask, f"executions/{execution.pk}/jobs?sort={sort}&limit=2")
    assert len(plans) >= 4
    assert all(SORTS[sort.removeprefix("-")] in plan and not is_sorted(plan) for plan in plans), plans


def test_jobs_that_come_meanwhile_shift_nothing(ask: Asker, execution: Execution) -> None:
    path = f"executions/{execution.pk}/jobs?sort=-finished_at&limit=2"
    first = ask.get(path)
    JobFactory(execution=execution, position=8, status=JobStatus.COMPLETED, finished_at=JOINED + timedelta(days=1))
    rest: list[Any] = ask.get(f"{path.replace('limit=2', 'limit=50')}&cursor={first['pagination']['next_cursor']}")[
        "data"
    ]
    shown = [one["position"] for one in [*first["data"], *rest]]
    assert shown == [position for position in expected(execution, "-finished_at") if position <= len(VALUES)]


def test_a_page_takes_at_most_one_query_more(
    ask: Asker, execution: Execution, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    path = f"executions/{execution.pk}/jobs?sort=accuracy"
    ask.get(path)
    for limit, queries in ((2, 3), (50, 4)):  # key, execution, jobs with an accuracy, those without one
        with django_assert_num_queries(queries):
            ask.get(f"{path}&limit={limit}")
    for position in range(8, 13):
        JobFactory(execution=execution, position=position)
    with django_assert_num_queries(4):
        ask.get(path)
