"""All cells of an execution as one list, and what jobs have beside them."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from executions.models import Execution, FieldResult, Job, JobStatus
from mino.tests.api.asking import Asker, code_of
from mino.tests.factories import ExecutionFactory, FieldResultFactory, JobFactory
from mino.tests.plans import plans_of
from projects.models import Batch


@pytest.fixture
def execution(batch: Batch) -> Execution:
    """An execution without jobs."""
    made: Execution = ExecutionFactory(batch=batch)
    return made


@pytest.fixture
def cells(execution: Execution) -> list[FieldResult]:
    """Two columns of three results, in the order of the list."""
    made: list[FieldResult] = []
    for outcome in ("correct", "wrong", "missed"):
        job = JobFactory(execution=execution, status=JobStatus.COMPLETED)
        reason = "value_mismatch" if outcome == "wrong" else ""
        made.append(FieldResultFactory(job=job, column="price", outcome=outcome, reason=reason))
        made.append(FieldResultFactory(job=job, column="title"))
    FieldResultFactory(job=JobFactory(execution=ExecutionFactory(batch=execution.batch)))
    return made


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [0, 1, 2, 3, 4, 5]),
        ("sort=-position", [5, 4, 3, 2, 1, 0]),
        ("column=price", [0, 2, 4]),
        ("outcome=wrong,missed", [2, 4]),
        ("outcome=correct&column=price", [0]),
        ("reason=value_mismatch", [2]),
    ],
)
def test_all_cells_and_some(
    ask: Asker, execution: Execution, cells: list[FieldResult], query: str, found: list[int]
) -> None:
    path, shown = f"executions/{execution.pk}/field-results?limit=2&{query}".rstrip("&"), []
    cursor: str | None = ""
    while cursor is not None:
        page = ask.get(path + (f"&cursor={cursor}" if cursor else ""))
        shown += [one["id"] for one in page["data"]]
        cursor = page["pagination"]["next_cursor"]
    assert shown == [str(cells[place].pk) for place in found]


def test_the_cells_of_a_job_and_of_a_row(ask: Asker, execution: Execution, cells: list[FieldResult]) -> None:
    path, job = f"executions/{execution.pk}/field-results", cells[2].job
    for query in (f"job_id={job.pk}", f"row_id={job.row_id}"):
        shown = ask.get(f"{path}?{query}")["data"]
        assert [one["id"] for one in shown] == [str(cells[2].pk), str(cells[3].pk)]
    assert (shown[0]["job_id"], shown[0]["url"], shown[0]["outcome"]) == (str(job.pk), job.url, "wrong")
    assert code_of(ask("GET", f"{path}?job_id=1")) == "VALIDATION_ERROR"
    assert code_of(ask("GET", f"{path}?outcome=bad")) == "VALIDATION_ERROR"


def test_only_todays_verdicts_are_told(ask: Asker, execution: Execution, cells: list[FieldResult]) -> None:
    FieldResult.objects.filter(pk=cells[0].pk).update(until_generation=2)
    staged = FieldResultFactory(job=cells[0].job, column="price", outcome="wrong", since_generation=2)
    path = f"executions/{execution.pk}/field-results?column=price&fields=outcome"
    assert ask.get(path)["data"][0] == {"id": str(cells[0].pk), "outcome": "correct"}
    Execution.objects.update(scoring_generation=2)
    assert ask.get(path)["data"][0] == {"id": str(staged.pk), "outcome": "wrong"}


def test_the_list_takes_the_same_queries_however_long(
    ask: Asker, execution: Execution, cells: list[FieldResult], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ask.get("executions")
    for _ in range(2):
        with django_assert_num_queries(3):  # key, execution, page
            ask.get(f"executions/{execution.pk}/field-results")
        FieldResultFactory(job=JobFactory(execution=execution))


@pytest.mark.parametrize(
    ("name", "table"), [("field-results", "executions_fieldresult"), ("sessions", "executions_session")]
)
@pytest.mark.parametrize("query", ["", "?sort=-position"])
def test_pages_are_read_in_the_order_of_an_index(
    ask: Asker, execution: Execution, cells: list[FieldResult], name: str, table: str, query: str
) -> None:
    with plans_of(table) as plans:
        ask.get(f"executions/{execution.pk}/{name}{query}")
    assert len(plans) == 1
    whole_sort = "TEMP B-TREE" in plans[0] or "Sort" in plans[0].replace("Incremental Sort", "").replace("Sort Key", "")
    assert not whole_sort or "LAST TERM" in plans[0] or "LAST 2 TERMS" in plans[0], plans[0]


def test_jobs_come_with_the_inputs_and_the_truth_of_their_rows(
    ask: Asker, execution: Execution, cells: list[FieldResult], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    job: Job = cells[0].job
    job.row.inputs = {"shop": "Northlight"}
    job.row.save()
    path = f"executions/{execution.pk}/jobs?include=inputs,truth,result,field_results"
    ask.get(path)
    for _ in range(2):
        with django_assert_num_queries(4):  # key, execution, page, cells
            shown = ask.get(path)["data"]
        JobFactory(execution=execution)
    assert (shown[0]["inputs"], shown[0]["truth"]) == ({"shop": "Northlight"}, job.row.truth)
    assert set(ask.get(f"jobs/{job.pk}?include=truth&fields=id")) == {"id", "truth"}
