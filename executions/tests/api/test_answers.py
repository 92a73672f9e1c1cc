"""An answer of a job, taken as truth over the API."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AuditEntry, User
from executions.models import Job
from mino.common.hooks import ground_truth_changed
from mino.tests.api.asking import Asker, browser, code_of
from mino.tests.factories import ExecutionFactory, JobFactory
from projects.models import Batch, Row, TruthRevision


@pytest.fixture
def job(batch: Batch) -> Job:
    """A job that answered another price than the truth of its row, 1.50, and an object for the title."""
    execution = ExecutionFactory(batch=batch, status="completed", total_jobs=1, completed_jobs=1)
    made: Job = JobFactory(
        execution=execution,
        row=batch.rows.get(position=1),
        status="completed",
        result={"title": {"name": "Kettle"}, "price": "7.00"},
        outcomes={"title": "wrong", "price": "wrong"},
    )
    return made


@pytest.fixture(autouse=True)
def _scored_by_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ground_truth_changed, "_functions", [])


def take(ask: Asker, job: Job, **body: Any) -> Any:
    """The answer to taking what the job answered."""
    return ask("POST", f"jobs/{job.pk}/take-answer", body)


def price(job: Job) -> Any:
    return Row.objects.get(pk=job.row_id).truth["price"]


def test_the_answer_becomes_the_truth_once(ask: Asker, job: Job) -> None:
    done = take(ask, job, column="price", seen="1.50", reason="They raised it")
    revision = TruthRevision.objects.get()
    told = {"affected_cells": 1, "affected_rows": 1, "change_id": str(revision.change), "doubts": []}
    assert (done.status_code, done.json()) == (200, told)
    assert (revision.before, revision.after, revision.reason) == ("1.50", "7.00", "They raised it")
    assert revision.api_key is not None
    assert AuditEntry.objects.filter(event="truth.changed", api_key_id=revision.api_key_id).count() == 1
    again = take(ask, job, column="price", seen="1.50")
    assert (again.status_code, again.json()["affected_cells"]) == (200, 0)
    assert TruthRevision.objects.count() == 1


def test_sent_again_with_its_key_it_gets_its_answer(ask: Asker, job: Job) -> None:
    path, body = f"jobs/{job.pk}/take-answer", {"column": "price"}
    first, again = (ask("POST", path, body, Idempotency_Key="a").json() for _ in range(2))
    assert (first["affected_cells"], again) == (1, first)


def test_without_a_reason_the_execution_is_named(ask: Asker, job: Job) -> None:
    take(ask, job, column="price")
    assert TruthRevision.objects.get().reason == f"The answer of execution {job.execution.number}"


def test_the_answer_becomes_right_as_well(ask: Asker, job: Job) -> None:
    done = take(ask, job, column="price", seen="1.50", as_alternative=True)
    assert done.json()["affected_cells"] == 1
    assert price(job) == "1.50|7.00"
    again = take(ask, job, column="price", as_alternative=True)
    assert (again.status_code, again.json()["affected_cells"]) == (200, 0)


def test_a_column_without_alternatives_takes_none(ask: Asker, job: Job) -> None:
    job.batch.columns.filter(name="price").update(options={"alternatives": ""})
    refused = take(ask, job, column="price", as_alternative=True)
    assert (code_of(refused), [one["path"] for one in refused.json()["details"]]) == ("VALIDATION_ERROR", ["column"])
    assert price(job) == "1.50"


def test_what_somebody_else_changed_is_not_overwritten(ask: Asker, job: Job) -> None:
    late = take(ask, job, column="price", seen="1.40")
    assert (late.status_code, code_of(late)) == (409, "INVALID_STATE")
    assert late.json()["details"] == [{"path": "seen", "message": "The cell holds “1.50” by now."}]
    assert price(job) == "1.50"


def test_a_job_without_an_answer_is_refused(ask: Asker, job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(status="queued", result=None)
    assert code_of(take(ask, job, column="price")) == "INVALID_STATE"
    assert code_of(take(ask, job, column="price", as_alternative=True)) == "INVALID_STATE"


@pytest.mark.parametrize(
    ("body", "code", "path"),
    [
        ({"column": "title"}, "VALIDATION_ERROR", "column"),
        ({"column": "site_url"}, "VALIDATION_ERROR", "column"),
        ({}, "MISSING_FIELD", "column"),
        ({"column": "price", "value": "7"}, "VALIDATION_ERROR", "value"),
    ],
)
def test_what_makes_no_sense_is_named(ask: Asker, job: Job, body: dict[str, Any], code: str, path: str) -> None:
    refused = take(ask, job, **body)
    assert (code_of(refused), [one["path"] for one in refused.json()["details"]]) == (code, [path])
    assert not TruthRevision.objects.exists()


def test_viewers_and_strangers_take_nothing(job: Job, viewer: User, stranger: User) -> None:
    assert take(browser(viewer), job, column="price").status_code == 403
    assert take(browser(stranger), job, column="price").status_code == 404
    assert price(job) == "1.50"
