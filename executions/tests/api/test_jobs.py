"""Jobs, attempts, retries and dead letters over the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Organization, User
from executions.api.retries import DeadLetterFilter, LettersChosen
from executions.models import Execution, ExecutionStatus, Job, JobStatus, Retry
from mino.tests.api.asking import Asker, browser, code_of, program
from mino.tests.factories import JOINED, ExecutionFactory, FieldResultFactory, JobFactory, SessionFactory
from projects.models import Batch, TaggedRow
from projects.services.tags import tag_create


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
            result={"title": "Copper kettle", "price": "2"},
            row__url="https://shop.example/kettle",
            row__key="kettle-1",
        ),
        JobFactory(execution=execution, status=JobStatus.ERROR, error_code="TIMEOUT", finished_at=JOINED),
        JobFactory(execution=execution, status=JobStatus.RETRYING, next_retry_at=JOINED),
        JobFactory(execution=execution),
    ]
    tag = tag_create(organization=execution.organization, user=None, name="Gold", colour="#b98900")
    TaggedRow.objects.create(batch=execution.batch, row=made[3].row, tag=tag)
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
        ("search=EXAMPLE/KETTLE", [0]),
        ("search=Copper kettle", [0]),
        ("search=title", []),
        ("site=shop.example", [0]),
        ("tag=gold", [3]),
        ("key=kettle-1", [0]),
        ("key=kettle", []),
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
        ("site=https://shop.example/", "site"),
        ("row_id=1", "row_id"),
        ("key=", "key"),
    ],
)
def test_filters_that_make_no_sense(ask: Asker, execution: Execution, query: str, parameter: str) -> None:
    refused = ask("GET", f"executions/{execution.pk}/jobs?{query}")
    assert code_of(refused) == "VALIDATION_ERROR"
    assert [one["path"] for one in refused.json()["details"]] == [parameter]


def test_a_job_with_its_result_and_cells(ask: Asker, jobs: list[Job]) -> None:
    shown = ask.get(f"jobs/{jobs[0].pk}?include=result,field_results,sources,own_instructions")
    assert shown["result"] == {"title": "Copper kettle", "price": "2"}
    cells = [(one["column"], one["expected"], one["extracted"], one["outcome"]) for one in shown["field_results"]]
    assert cells == [("price", "1.50", "2", "wrong"), ("title", "Kettle", "Kettle", "correct")]
    assert "result" not in ask.get(f"jobs/{jobs[0].pk}")


def test_jobs_and_attempts_are_found_and_named_by_the_key_of_their_row(
    ask: Asker, execution: Execution, jobs: list[Job]
) -> None:
    twin = JobFactory(execution=execution, row=jobs[0].row, repeat=2, position=jobs[-1].position + 1)
    other = JobFactory(execution=ExecutionFactory(batch=execution.batch), row=jobs[0].row)
    session = SessionFactory(job=jobs[0])
    path = f"executions/{execution.pk}"
    for query in (f"row_id={jobs[0].row_id}", "key=kettle-1", f"key=kettle-1&row_id={jobs[0].row_id}"):
        shown = ask.get(f"{path}/jobs?{query}")["data"]
        assert [(one["id"], one["key"]) for one in shown] == [(str(one.pk), "kettle-1") for one in (jobs[0], twin)]
    assert ask.get(f"{path}/jobs?key=kettle-1&row_id={jobs[1].row_id}")["data"] == []
    assert {one["key"] for one in ask.get(f"{path}/field-results")["data"]} == {"kettle-1"}
    assert [one["key"] for one in ask.get(f"{path}/sessions")["data"]] == ["kettle-1"]
    assert ask.get(f"sessions/{session.pk}")["key"] == ask.get(f"jobs/{other.pk}")["key"] == "kettle-1"
    assert ask.get(f"jobs/{jobs[1].pk}")["key"] == ""


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
    for verb, job, status in (
        ("retry", jobs[1], "queued"),
        ("skip", jobs[1], "skipped"),
        ("cancel", jobs[3], "stopped"),
    ):
        done = ask("POST", f"jobs/{job.pk}/{verb}").json()
        assert (done["status"], done["affected_jobs"]) == (status, 1)
        again = ask("POST", f"jobs/{job.pk}/{verb}?include=execution").json()
        assert (again["status"], again["affected_jobs"], again["requeue_count"]) == (status, 0, done["requeue_count"])
        assert again["execution"]["jobs"][status] == {"queued": 2}.get(status, 1)
        assert "instructions" not in again["execution"]
    refused = ask("POST", f"jobs/{jobs[0].pk}/skip")
    assert (refused.status_code, code_of(refused)) == (409, "INVALID_STATE")


@pytest.mark.parametrize("status", [JobStatus.COMPLETED, JobStatus.STOPPED])
def test_a_job_that_has_ended_for_good_is_not_retried(ask: Asker, jobs: list[Job], status: str) -> None:
    Job.objects.filter(pk=jobs[0].pk).update(status=status)
    refused = ask("POST", f"jobs/{jobs[0].pk}/retry")
    assert (refused.status_code, code_of(refused)) == (409, "INVALID_STATE")
    assert f"in the state {status}" in refused.json()["error"]
    assert "Run it in a new execution." in refused.json()["error"]
    jobs[0].refresh_from_db()
    assert jobs[0].status == status


def test_a_job_of_a_command_that_has_ended_is_not_retried(ask: Asker, jobs: list[Job], viewer: User) -> None:
    Execution.objects.update(has_own_worker=True)
    assert code_of(ask("POST", f"jobs/{jobs[1].pk}/retry")) == "INVALID_STATE"
    assert code_of(browser(viewer)("POST", f"jobs/{jobs[1].pk}/retry")) == "FORBIDDEN"


def test_a_job_that_runs_stays_as_it_is(ask: Asker, jobs: list[Job]) -> None:
    Job.objects.filter(pk=jobs[0].pk).update(status=JobStatus.RUNNING)
    answer = ask("POST", f"jobs/{jobs[0].pk}/retry")
    assert (answer.status_code, answer.json()["status"], answer.json()["affected_jobs"]) == (200, "running", 0)


def test_a_job_that_waits_for_its_next_attempt_has_it_at_once(ask: Asker, jobs: list[Job]) -> None:
    later = timezone.now() + timedelta(hours=1)
    Retry.objects.update(scheduled_for=later)
    Job.objects.filter(pk=jobs[2].pk).update(next_retry_at=later)
    done = ask("POST", f"jobs/{jobs[2].pk}/retry").json()
    assert (done["status"], done["affected_jobs"]) == ("retrying", 1)
    assert Retry.objects.get().scheduled_for < later
    assert ask("POST", f"jobs/{jobs[2].pk}/retry").json()["affected_jobs"] == 0


def test_the_retry_queue(ask: Asker, execution: Execution, jobs: list[Job]) -> None:
    [waiting] = ask.get(f"retries?execution_id={execution.pk}&batch_id={execution.batch_id}")["data"]
    assert ask.get(f"retries?project_id={execution.batch_id}")["data"] == []
    assert ask.get("retries?error_code=TIMEOUT")["data"] == []
    assert ask.get("retries?agent=eva,agentql")["data"] == []
    assert ask.get("retries?agent=local")["data"] == [waiting]
    assert (waiting["job_id"], waiting["row_position"]) == (str(jobs[2].pk), jobs[2].row_position)


@pytest.mark.parametrize(
    "body",
    [
        {"error_code": ["TIMEOUT", "DNS_ERROR"]},
        {"agent": ["local"]},
        {"finished_after": "2025-01-01T00:00:00Z", "finished_before": "2100-01-01T00:00:00+01:00"},
        {"job_ids": True},
        {"execution_id": True},
    ],
)
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


@pytest.mark.parametrize("verb", ["retry", "skip"])
def test_dead_letters_are_acted_on_once_for_a_key(ask: Asker, jobs: list[Job], verb: str) -> None:
    path, body = f"dead-letters/{verb}", {"error_code": ["TIMEOUT"]}
    first = ask("POST", path, body, Idempotency_Key="a")
    JobFactory(execution=jobs[1].execution, status=JobStatus.ERROR, error_code="TIMEOUT", finished_at=JOINED)
    again = ask("POST", path, body, Idempotency_Key="a")
    assert (again.status_code, again.content, first.json()["affected_jobs"]) == (200, first.content, 1)
    assert len(ask.get("dead-letters")["data"]) == 1, "what failed since is not meant"


@pytest.mark.parametrize(
    "body",
    [
        {"error_code": ["DNS_ERROR"]},
        {"agent": ["eva"]},
        {"finished_after": "2100-01-01T00:00:00Z"},
        {"job_ids": True, "agent": ["eva"]},
    ],
)
def test_dead_letters_that_nobody_means_are_left(ask: Asker, jobs: list[Job], body: dict[str, Any]) -> None:
    ids = {"job_ids": [str(jobs[1].pk)]} if "job_ids" in body else {}
    assert ask("POST", "dead-letters/retry", {**body, **ids}).json()["affected_jobs"] == 0


def test_dead_letters_are_chosen_by_what_their_list_is_narrowed_to(ask: Asker) -> None:
    assert set(LettersChosen().fields) == {"job_ids", *DeadLetterFilter.names()}
    span = {"finished_after": "2026-01-02T00:00:00Z", "finished_before": "2026-01-01T00:00:00Z"}
    refused = ask("POST", "dead-letters/retry", span)
    assert (code_of(refused), refused.json()["details"][0]["path"]) == ("VALIDATION_ERROR", "finished_before")


def test_dead_letters_of_nobody_in_particular_and_of_others(
    ask: Asker, organization: Organization, jobs: list[Job]
) -> None:
    nothing = ask("POST", "dead-letters/retry", {})
    assert code_of(nothing) == "MISSING_FIELD"
    assert "job_ids, execution_id, batch_id" in nothing.json()["error"]
    elsewhere = JobFactory(status=JobStatus.ERROR, finished_at=JOINED)
    refused = ask("POST", "dead-letters/skip", {"job_ids": [str(jobs[1].pk), str(elsewhere.pk)]})
    assert (code_of(refused), [one["path"] for one in refused.json()["details"]]) == ("VALIDATION_ERROR", ["job_ids.1"])
    assert ask.get("dead-letters?fields=id")["data"] == [{"id": str(jobs[1].pk)}], "all or nothing"
    elsewhere.refresh_from_db()
    assert elsewhere.status == JobStatus.ERROR
    assert code_of(program(organization, "read:results")("POST", "dead-letters/skip", {})) == "FORBIDDEN"
