"""An execution is started again as it was, or over its failed rows alone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from pytest_django.fixtures import Settings

from accounts.models import User
from executions.models import Execution, Job
from executions.services import creation, preparation
from executions.services.cloning import execution_clone, failed_rows_run
from executions.services.control import execution_stop
from executions.tests.admin.failing import refuse
from executions.tests.views.conftest import Start, Work, nothing_remembered, start, work
from mino.common.errors import AlreadyExists, InvalidInput, InvalidState
from mino.tests.factories import VersionFactory

__all__ = ["nothing_remembered", "start", "work"]
pytestmark = pytest.mark.django_db


def positions(execution: Execution) -> list[int]:
    """The rows that it runs."""
    return list(execution.jobs.values_list("row_position", flat=True))


def finish(execution: Execution) -> None:
    """End it, so that the same may run again."""
    execution_stop(execution.pk, user=None)


def stopped_in_preparation(start: Start, monkeypatch: pytest.MonkeyPatch, prepared: int, **chosen: Any) -> Execution:
    """An execution over 10 rows, stopped when so many jobs were created."""
    monkeypatch.setattr(creation, "PREPARED_AT_ONCE", 0)
    monkeypatch.setattr(preparation, "CHUNK", prepared)
    execution = start(rows=10, **chosen)
    if prepared:
        preparation._prepare_chunk(execution.pk)
    finish(execution)
    monkeypatch.undo()
    execution.refresh_from_db()
    assert (execution.status, execution.prepared_jobs) == ("stopped", prepared)
    return execution


def test_a_clone_has_the_same_version_settings_and_limits(start: Start, member: User) -> None:
    chosen = {"concurrency": 7, "max_retries": 1, "timeout": 33, "budget": Decimal("4.5")}
    original = start(rows=3, agent_settings={"render": "never"}, **chosen)
    finish(original)
    clone = execution_clone(original.pk, user=member)
    for name in (*chosen, "agent", "agent_settings", "type", "instruction_version_id", "batch_id"):
        assert getattr(clone, name) == getattr(original, name), name
    assert (clone.number, clone.created_by, clone.status) == (2, member, "running")


@pytest.mark.parametrize(
    "chosen",
    [
        {"sample_method": "random", "sample_size": 5},
        {"sample_method": "first", "sample_size": 4},
        {"sample_method": "selection", "selection": [2, 9, 11]},
    ],
)
def test_a_clone_runs_the_same_rows(start: Start, chosen: dict[str, object]) -> None:
    original = start(rows=12, **chosen)
    finish(original)
    clone = execution_clone(original.pk, user=None)
    assert positions(clone) == positions(original)
    assert clone.seed == original.seed


def test_the_same_does_not_run_twice_at_once(start: Start) -> None:
    original = start()
    with pytest.raises(AlreadyExists, match="Execution 1 already runs"):
        execution_clone(original.pk, user=None)


def test_a_production_run_of_an_old_version_is_not_repeated(start: Start) -> None:
    original = start(type="production")
    finish(original)
    project = original.project
    project.production_version = VersionFactory(project=project)
    project.save()
    with pytest.raises(InvalidInput, match="production version"):
        execution_clone(original.pk, user=None)


def test_what_no_worker_runs_is_not_started_again(start: Start) -> None:
    original = start()
    Execution.objects.filter(pk=original.pk).update(agent="file", status="completed")
    with pytest.raises(InvalidState, match="no worker can fetch them again"):
        execution_clone(original.pk, user=None)


def test_a_budget_in_another_currency_is_not_taken_over(start: Start, settings: Settings) -> None:
    original = start(budget=Decimal(3))
    finish(original)
    settings.CURRENCY = "EUR"
    with pytest.raises(InvalidState, match=r"counted in EUR now\. Start a run with a budget in EUR"):
        execution_clone(original.pk, user=None)


def test_a_viewer_may_not_start_anything_again(start: Start, viewer: User) -> None:
    original = start()
    for service in (execution_clone, failed_rows_run):
        with pytest.raises(PermissionDenied):
            service(original.pk, user=viewer)
    assert Execution.objects.count() == 1


def test_failed_rows_run_as_a_new_execution(start: Start, work: Work) -> None:
    original = start(rows=5)
    work(1)
    work(2, refuse)
    again = failed_rows_run(original.pk, user=None)
    assert positions(again) == [2, 3]
    assert (again.sample_method, again.total_jobs) == ("selection", 2)


def test_without_failed_rows_nothing_is_started(start: Start) -> None:
    original = start()
    with pytest.raises(InvalidState, match="No row of execution 1 has failed"):
        failed_rows_run(original.pk, user=None)


def test_rows_that_never_came_to_an_end_run_as_a_new_execution(start: Start, work: Work) -> None:
    original = start(rows=4)
    work(1)
    work(1, refuse)
    execution_stop(original.pk, user=None)
    assert positions(failed_rows_run(original.pk, user=None, statuses=["stopped"])) == [3, 4]
    assert positions(failed_rows_run(original.pk, user=None, statuses=["error", "stopped"])) == [2, 3, 4]
    with pytest.raises(InvalidState, match="No row of execution 1 was skipped") as refused:
        failed_rows_run(original.pk, user=None, statuses=["skipped"])
    assert [one.message for one in refused.value.details] == [
        "Its jobs in the state error: 1.",
        "Its jobs in the state stopped: 2.",
    ]


@pytest.mark.parametrize("prepared", [0, 4])
def test_rows_that_never_got_a_job_run_as_a_new_execution(
    start: Start, prepared: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = stopped_in_preparation(start, monkeypatch, prepared)
    with pytest.raises(InvalidState, match="No row of execution 1 has failed") as refused:
        failed_rows_run(original.pk, user=None)
    assert [one.message for one in refused.value.details] == ["Its jobs in the state stopped: 10."]
    assert positions(failed_rows_run(original.pk, user=None, statuses=["error", "stopped"])) == list(range(1, 11))


def test_rows_of_which_only_some_runs_got_a_job_run_anew(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    original = stopped_in_preparation(start, monkeypatch, 10, repeats=2)
    Job.objects.filter(execution=original).update(status="completed")
    again = failed_rows_run(original.pk, user=None, statuses=["stopped"])
    assert (again.total_jobs, again.repeats) == (20, 2)


@pytest.mark.parametrize("status", ["queued", "retrying"])
def test_jobs_that_wait_in_a_stopped_execution_count_as_stopped(start: Start, status: str) -> None:
    original = start(rows=2)
    counts = {"queued_jobs": 0, f"{status}_jobs": 1, "completed_jobs": 1}
    Job.objects.filter(execution=original, position=1).update(status="completed")
    Job.objects.filter(execution=original, position=2).update(status=status)
    Execution.objects.filter(pk=original.pk).update(status="failed", **counts)
    with pytest.raises(InvalidState) as refused:
        failed_rows_run(original.pk, user=None)
    assert [one.message for one in refused.value.details] == ["Its jobs in the state stopped: 1."]
    assert positions(failed_rows_run(original.pk, user=None, statuses=["stopped"])) == [2]


def test_rows_that_will_still_get_a_job_are_not_run_anew(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    original = stopped_in_preparation(start, monkeypatch, 0)
    Execution.objects.filter(pk=original.pk).update(status="running")
    with pytest.raises(InvalidState, match="No row of execution 1 was stopped"):
        failed_rows_run(original.pk, user=None, statuses=["stopped"])
