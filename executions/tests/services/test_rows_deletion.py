"""Rows that are deleted with their results everywhere, and the numbers of those that stay."""

from __future__ import annotations

import uuid

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import User
from executions.models import ColumnStatistic, Execution, FieldResult, Job, Session
from executions.services.cloning import execution_clone
from executions.services.creation import execution_create
from executions.tests.engine.counting import assert_counters_equal_jobs
from mino.common.errors import InvalidState
from mino.common.hooks import rows_deleting
from mino.tests.factories import (
    JOINED,
    BatchFactory,
    ColumnStatisticFactory,
    ExecutionFactory,
    FieldResultFactory,
    JobFactory,
    SessionFactory,
)
from projects.models import Batch, Row, TruthRevision
from projects.services import rows_deletion
from projects.services.rows_deletion import gaps_close_all, rows_delete


@pytest.fixture
def ten(batch: Batch) -> Batch:
    """A batch of ten rows."""
    made: Batch = BatchFactory(project=batch.project, rows=10)
    return made


def completed(batch: Batch, *failed: int, **values: object) -> Execution:
    """A completed execution in which each row has one right cell, but the `failed` positions an error."""
    good = batch.rows.count() - len(failed)
    sums = dict.fromkeys(("graded_rows", "good_fields", "gradable_fields", "passed_jobs", "completed_jobs"), good)
    squares = dict.fromkeys(("good_fields_squared", "gradable_fields_squared", "good_times_gradable"), good)
    firsts = ("first_attempt_passed_jobs", "first_attempt_good_fields", "first_attempt_gradable_fields")
    execution: Execution = ExecutionFactory(
        batch=batch,
        status="completed",
        error_jobs=len(failed),
        error_counts={"TIMEOUT": len(failed)} if failed else {},
        **{**sums, **squares, **dict.fromkeys(firsts, good), **values},
        **dict.fromkeys(("total_jobs", "prepared_jobs"), batch.rows.count()),
    )
    ColumnStatisticFactory(execution=execution, column="price", correct=good)
    for row in batch.rows.all():
        if row.position in failed:
            job = JobFactory(execution=execution, row=row, status="error", error_code="TIMEOUT", attempts=1)
        else:
            verdict = {"evaluation_result": "pass", "outcomes": {"price": "correct"}, "accuracy": 1.0}
            fields = {"good_fields": 1, "gradable_fields": 1, "attempts": 1}
            job = JobFactory(execution=execution, row=row, status="completed", **verdict, **fields)
            FieldResultFactory(job=job)
        job.current_session = SessionFactory(job=job, status="completed")
        job.save()
    return execution


def ids_of(batch: Batch, *positions: int) -> list[uuid.UUID]:
    return list(batch.rows.filter(position__in=positions).values_list("pk", flat=True))


def places(batch: Batch) -> list[tuple[int, str]]:
    return list(Row.objects.filter(batch=batch).order_by("position").values_list("position", "key"))


def test_rows_go_with_their_results_and_the_others_stay_counted(ten: Batch, admin: User) -> None:
    execution, other = completed(ten, 2, 9), completed(BatchFactory(project=ten.project, rows=2))
    row = ten.rows.get(position=3)
    TruthRevision.objects.create(batch=ten, row=row, column="title", after="Jug", created_at=JOINED)
    assert rows_delete(batch=ten, user=admin, rows=ids_of(ten, 2, 3, 4)) == 3
    execution.refresh_from_db()
    assert (execution.total_jobs, execution.completed_jobs, execution.error_jobs) == (7, 6, 1)
    assert execution.error_counts == {"TIMEOUT": 1}
    assert (execution.good_fields, execution.graded_rows, execution.good_fields_squared) == (6, 6, 6)
    assert ColumnStatistic.objects.get(execution=execution).correct == 6
    for model, count in ((Job, 9), (Session, 9), (FieldResult, 8), (TruthRevision, 0)):
        assert model._default_manager.count() == count
    assert_counters_equal_jobs()
    ten.refresh_from_db()
    assert (ten.row_count, ten.truth_row_count) == (7, 7)
    other.refresh_from_db()
    assert other.total_jobs == 2


def test_positions_are_dense_again_and_jobs_and_selections_follow(
    ten: Batch, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_deletion, "MOVED_AT_ONCE", 3)
    monkeypatch.setattr(rows_deletion, "DELETED_AT_ONCE", 2)
    for row in ten.rows.all():
        Row.objects.filter(pk=row.pk).update(key=f"k{row.position}")
    execution = completed(ten, sample_method="selection", selection=[2, 5, 10])
    execution.jobs.exclude(row_position__in=[2, 5, 10]).delete()
    rows_delete(batch=ten, user=admin, rows=ids_of(ten, 1, 2, 6, 7, 9))
    assert places(ten) == [(1, "k3"), (2, "k4"), (3, "k5"), (4, "k8"), (5, "k10")]
    for job in Job.objects.select_related("row"):
        assert job.row_position == job.row.position
    assert Execution.objects.get(pk=execution.pk).selection == [3, 5]
    again = execution_clone(execution.pk, user=None)
    assert [job.row.key for job in again.jobs.select_related("row")] == ["k5", "k10"]


def test_what_was_broken_off_is_finished_by_the_sweep(ten: Batch, admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows_deletion, "MOVED_BY_REQUEST", 0)
    rows_delete(batch=ten, user=admin, rows=ids_of(ten, 4, 5))
    assert [position for position, _ in places(ten)] == [1, 2, 3, 6, 7, 8, 9, 10]
    version = ten.project.production_version
    assert version is not None
    with pytest.raises(InvalidState, match="just being deleted"):
        execution_create(batch=ten, user=None, instruction_version=version, agent="local")
    assert gaps_close_all() == 1
    assert [position for position, _ in places(ten)] == list(range(1, 9))
    assert gaps_close_all() == 0


def test_nothing_is_deleted_while_an_execution_is_under_way(ten: Batch, admin: User) -> None:
    completed(ten)
    ExecutionFactory(batch=ten, number=99, status="running")
    with pytest.raises(InvalidState, match="99"):
        rows_delete(batch=ten, user=admin, rows=ids_of(ten, 1))
    assert (ten.rows.count(), Job.objects.count()) == (10, 10)


def test_what_refuses_undoes_the_portion(ten: Batch, admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    completed(ten)

    def refuse(*_: object) -> None:
        raise InvalidState("no")

    monkeypatch.setattr(rows_deleting, "_functions", [*rows_deleting._functions, refuse])
    with pytest.raises(InvalidState):
        rows_delete(batch=ten, user=admin, rows=ids_of(ten, 1))
    assert (ten.rows.count(), Job.objects.count()) == (10, 10)
    assert_counters_equal_jobs()


def test_only_admins_and_owners_delete_rows(ten: Batch, member: User) -> None:
    with pytest.raises(PermissionDenied):
        rows_delete(batch=ten, user=member, rows=ids_of(ten, 1))


def test_rows_of_other_batches_stay(ten: Batch, batch: Batch, admin: User) -> None:
    assert rows_delete(batch=ten, user=admin, rows=ids_of(batch, 1, 2)) == 0
    assert batch.rows.count() == 3
