"""How far the scoring anew is, and trying again what failed, over the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, Organization
from executions.engine.attempt import Attempt
from executions.models import Execution, Rescoring, RescoringStatus
from executions.rescoring import ordering, working
from executions.rescoring.working import rescoring_run
from executions.tests.engine.test_rescoring import finish_all
from mino.tests.api.asking import Asker, code_of, program
from projects.models import Batch

Start = Callable[..., Execution]
Take = Callable[..., list[Attempt]]
pytestmark = pytest.mark.django_db
NOTHING = {"executions": 0, "failed_executions": 0, "results": 0, "results_done": 0, "error": ""}


@pytest.fixture(autouse=True)
def _everything_is_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordering, "MAX_RESULTS", 0)


@pytest.fixture
def ask(organization: Organization) -> Asker:
    """A program that may everything that a key may."""
    return program(organization)


@pytest.fixture
def batch(start: Start, take: Take) -> Batch:
    """Three rows, all of whose results have a wrong price."""
    execution = start(rows=3)
    finish_all(take, "wrong")
    return execution.batch


def path(batch: Batch) -> str:
    return f"batches/{batch.pk}/scoring"


def mend(ask: Asker, batch: Batch) -> None:
    """Make the prices right by changing how they are compared."""
    column = batch.columns.get(name="price")
    assert ask("PATCH", f"batches/{batch.pk}/columns/{column.pk}", {"options": {"tolerance": 100}}).status_code == 200


def run_all() -> None:
    """Work off all that waits."""
    for one in Rescoring.objects.filter(status=RescoringStatus.PENDING):
        assert rescoring_run(one.pk)


def told(response: Any) -> tuple[int, str, int, int, int, int]:
    body = response.json()
    assert ("Retry-After" in response) is (response.status_code == 202)
    counts = [body[name] for name in ("executions", "failed_executions", "results", "results_done")]
    return (response.status_code, body["status"], *counts)


def test_a_program_learns_when_the_figures_are_final(ask: Asker, batch: Batch) -> None:
    empty = {"id": str(batch.pk), "status": "never", **NOTHING, "started_at": None, "finished_at": None}
    assert ask.get(path(batch)) == empty
    mend(ask, batch)
    assert told(ask("GET", path(batch))) == (202, "running", 1, 0, 3, 0)
    run_all()
    done = ask.get(path(batch))
    assert done == {**empty, "status": "done", "started_at": done["started_at"], "finished_at": done["finished_at"]}
    assert datetime.fromisoformat(done["started_at"]) < datetime.fromisoformat(done["finished_at"])
    [execution] = ask.get(f"executions?batch_id={batch.pk}")["data"]
    assert execution["accuracy"]["value"] == 1


def test_what_failed_is_tried_again_once(
    ask: Asker, batch: Batch, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    retry = f"{path(batch)}/retry"
    assert code_of(ask("POST", retry)) == "INVALID_STATE"
    mend(ask, batch)
    assert code_of(ask("POST", retry)) == "INVALID_STATE", "it is running"
    with monkeypatch.context() as broken:
        broken.setattr(working, "switch", lambda _: 1 / 0)
        rescoring_run(Rescoring.objects.get().pk)
    with django_assert_num_queries(4):  # key, batch, progress, error
        failed = ask("GET", path(batch))
    assert told(failed) == (200, "failed", 1, 1, 3, 3)
    assert failed.json()["error"] == working.UNKNOWN
    for _ in range(2):
        assert told(ask("POST", retry, Idempotency_Key="a"))[:4] == (202, "running", 1, 0)
    assert code_of(ask("POST", retry)) == "INVALID_STATE"
    assert AuditEntry.objects.filter(event="batch.rescoring_retried").count() == 1
    run_all()
    assert ask.get(path(batch))["status"] == "done"


def test_where_only_some_failed_the_others_go_on(start: Start, take: Take, ask: Asker, batch: Batch) -> None:
    start(batch=batch)
    finish_all(take, "wrong")
    mend(ask, batch)
    first, second = Rescoring.objects.order_by("pk")
    Rescoring.objects.filter(pk=first.pk).update(status=RescoringStatus.FAILED, error="Try again.")
    mixed = ask("GET", path(batch))
    assert (told(mixed), mixed.json()["error"]) == ((202, "running", 2, 1, 6, 0), "Try again.")
    rescoring_run(second.pk)
    assert told(ask("GET", path(batch))) == (200, "failed", 1, 1, 3, 0)
    assert told(ask("POST", f"{path(batch)}/retry")) == (202, "running", 1, 0, 3, 0)


def test_other_batches_do_not_count(start: Start, ask: Asker, batch: Batch) -> None:
    other = start(rows=1).batch
    mend(ask, batch)
    assert ask.get(path(other))["status"] == "never"
    assert code_of(ask("POST", f"{path(other)}/retry")) == "INVALID_STATE"
