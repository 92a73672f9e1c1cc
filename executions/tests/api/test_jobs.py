"""Jobs, attempts, retries and dead letters over the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Organization
from executions.models import Execution, ExecutionStatus, Job, JobStatus, Retry
from mino.tests.api.asking import Asker, code_of, program
from mino.tests.factories import JOINED, ExecutionFactory, FieldResultFactory, JobFactory, SessionFactory
from projects.models import Batch


@pytest.fixture
def execution(batch: Batch) -> Execution:
    """A running execution without jobs."""
    made: Execution = ExecutionFactory(batch=batch, status=ExecutionStatus.RUNNING, total_jobs=4)
    return made


@pytest.fixture
def jobs(execution: Execution) -> list[Job]:
    """A result, an error, a job that waits for its retry, and one that waits."""
    made: list[Job] = [
        JobFactory(
            execution=execution,
            status=JobStatus.COMPLETED,
            evaluation_result="fail",
            accuracy=0.5,
            outcomes={"title": "correct", "price": "wrong"},
            result={"title": "Kettle", "price": "2"},
            row__url="https://shop.example/kettle",
        ),
        JobFactory(execution=execution, status=JobStatus.ERROR, error_code="TIMEOUT", finished_at=JOINED),
        JobFactory(execution=execution, status=JobStatus.RETRYING, next_retry_at=JOINED),
        JobFactory(execution=execution),
    ]
    FieldResultFactory(job=made[0], column="title", expected="Kettle", extracted="Kettle")
    FieldResultFactory(job=made[0], outcome="wrong", extracted="2", score=0)
    Retry.objects.create(job=made[2], execution=execution, attempt_number=1, scheduled_for=timezone.now())
    counts = {"queued_jobs": 1, "retrying_jobs": 1, "error_jobs": 1, "completed_jobs": 1, "prepared_jobs": 4}
    Execution.objects.filter(pk=execution.pk).update(error_counts={"TIMEOUT": 1}, **counts)
    return made


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [0, 1, 2, 3]),
        ("sort=-position", [3, 2, 1, 0]),
        ("status=error,queued", [1, 3]),
        ("evaluation_result=fail", [0]),
        ("error_code=TIMEOUT", [1]),
        ("outcome=wrong,missed", [0]),
        ("outcome=wrong&column=price", [0]),
        ("outcome=wrong&column=title", []),
        ("accuracy_min=50&accuracy_max=50", [0]),
        ("accuracy_max=49.9", []),
        ("search=KETTLE", [0]),
    ],
)
def test_the_jobs_of_an_execution(
    ask: Asker, execution: Execution, jobs: list[Job], query: str, found: list[int]
) -> None:
    shown = ask.get(f"executions/{execution.pk}/jobs?{query}")["data"]
    assert [one["id"] for one in shown] == [str(jobs[place].pk) for place in found]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("status=done", "status"),
        ("accuracy_min=101", "accuracy_min"),
        ("accuracy_min=60&accuracy_max=50", "accuracy_max"),
        ("column=price", "column"),
        ("outcome=bad", "outcome"),
    ],
)
def test_filters_that_make_no_sense(ask: Asker, execution: Execution, query: str, parameter: str) -> None:
    refused = ask("GET", f"executions/{execution.pk}/jobs?{query}")
    assert code_of(refused) == "VALIDATION_ERROR"
    assert [one["path"] for one in refused.json()["details"]] == [parameter]


def test_a_job_with_its_result_and_cells(ask: Asker, jobs: list[Job]) -> None:
    shown = ask.get(f"jobs/{jobs[0].pk}?include=result,field_results,sources,own_instructions")
    assert shown["result"] == {"title": "Kettle", "price": "2"}
    cells = [(one["column"], one["expected"], one["extracted"], one["outcome"]) for one in shown["field_results"]]
    assert cells == [("price", "1.50", "2", "wrong"), ("title", "Kettle", "Kettle", "correct")]
    assert "result" not in ask.get(f"jobs/{jobs[0].pk}")


def test_lists_take_the_same_queries_however_long(
    ask: Asker, execution: Execution, jobs: list[Job], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ask.get(f"executions/{execution.pk}/jobs")
    for _ in range(2):
        with django_assert_num_queries(4):  # key, execution, page, cells
            ask.get(f"executions/{execution.pk}/jobs?include=result,sources,field_results,own_instructions")
        with django_assert_num_queries(3):  # key, executions that wait, page
            ask.get("retries")
        with django_assert_num_queries(2):  # key, page
            ask.get("dead-letters")
        with django_assert_num_queries(3):  # key, job, page
            ask.get(f"jobs/{jobs[0].pk}/sessions?include=steps,raw_result,extracted_data")
        SessionFactory(job=jobs[0])
        FieldResultFactory(job=JobFactory(execution=execution, status=JobStatus.ERROR, finished_at=JOINED))
        Retry.objects.create(
            job=JobFactory(execution=execution), execution=execution, attempt_number=1, scheduled_for=JOINED
        )


def test_the_attempts_at_a_job(ask: Asker, jobs: list[Job]) -> None:
    for number in (1, 2):
        SessionFactory(job=jobs[0], number=number, steps=[{"at": 0, "description": "Opened"}], raw_result={"a": 1})
    shown = ask.get(f"jobs/{jobs[0].pk}/sessions?limit=1&include=steps,raw_result")
    assert shown["pagination"]["has_more"]
    assert (shown["data"][0]["number"], shown["data"][0]["raw_result"]) == (1, {"a": 1})
    assert shown["data"][0]["steps"][0]["description"] == "Opened"


def test_acts_on_one_job(ask: Asker, jobs: list[Job]) -> None:
    assert ask("POST", f"jobs/{jobs[1].pk}/retry").json()["status"] == "queued"
    assert ask("POST", f"jobs/{jobs[1].pk}/retry").json()["requeue_count"] == 1, "a second time nothing happens"
    assert ask("POST", f"jobs/{jobs[1].pk}/skip").json()["status"] == "skipped"
    assert ask("POST", f"jobs/{jobs[3].pk}/cancel").json()["status"] == "stopped"
    refused = ask("POST", f"jobs/{jobs[0].pk}/skip")
    assert (refused.status_code, code_of(refused)) == (409, "INVALID_STATE")


def test_the_retry_queue(ask: Asker, execution: Execution, jobs: list[Job]) -> None:
    [waiting] = ask.get(f"retries?execution_id={execution.pk}")["data"]
    assert (waiting["job_id"], waiting["row_position"]) == (str(jobs[2].pk), jobs[2].row_position)


@pytest.mark.parametrize("body", [{"error_code": "TIMEOUT"}, {"job_ids": True}, {"execution_id": True}])
@pytest.mark.parametrize(("verb", "status"), [("retry", "queued"), ("skip", "skipped")])
def test_dead_letters(ask: Asker, execution: Execution, jobs: list[Job], body: Any, verb: str, status: str) -> None:
    names = {"job_ids": [str(jobs[1].pk), str(jobs[0].pk)], "execution_id": str(execution.pk)}
    body = {name: names.get(name, value) for name, value in body.items()}
    assert [one["id"] for one in ask.get("dead-letters?error_code=TIMEOUT,DNS_ERROR&agent=local")["data"]] == [
        str(jobs[1].pk)
    ]
    answer = ask("POST", f"dead-letters/{verb}", body)
    assert answer.json() == {"affected_jobs": 1, "executions": 1, "final": 0, "forbidden": 0}, answer.content
    assert ask.get(f"jobs/{jobs[1].pk}?fields=status")["status"] == status
    assert ask.get("dead-letters")["data"] == []


def test_dead_letters_of_nobody_in_particular_and_of_others(
    ask: Asker, organization: Organization, jobs: list[Job]
) -> None:
    assert code_of(ask("POST", "dead-letters/retry", {})) == "MISSING_FIELD"
    elsewhere = JobFactory(status=JobStatus.ERROR, finished_at=JOINED)
    assert ask("POST", "dead-letters/skip", {"job_ids": [str(elsewhere.pk)]}).json()["affected_jobs"] == 0
    elsewhere.refresh_from_db()
    assert elsewhere.status == JobStatus.ERROR
    assert code_of(program(organization, "read:results")("POST", "dead-letters/skip", {})) == "FORBIDDEN"
