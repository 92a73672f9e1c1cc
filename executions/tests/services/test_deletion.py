"""Deleting projects and batches with all that executions hang on them."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Model

from accounts.models import User
from executions.models import Execution, FieldResult, Job, Session
from mino.common.errors import InvalidState
from mino.tests.factories import BatchFactory, ExecutionFactory, FieldResultFactory, JobFactory, SessionFactory
from projects.models import Batch, Column, InstructionVersion, Project, Row
from projects.services.deletion import batch_delete, project_delete, purge_deleted


def _run(batch: Batch, status: str = "completed") -> Execution:
    execution = ExecutionFactory(batch=batch, status=status)
    for row in batch.rows.all():
        job = JobFactory(execution=execution, row=row, status="completed")
        FieldResultFactory(job=job)
        job.current_session = SessionFactory(job=job, status="completed")
        job.save()
    return execution


def test_a_deleted_batch_is_unseen_at_once_and_gone_after_the_purge(batch: Batch, admin: User) -> None:
    other = BatchFactory(project=batch.project, rows=1)
    kept = _run(other)
    execution = _run(batch)
    batch_delete(batch=batch, user=admin)
    assert list(Batch.objects.visible_to(admin)) == [other]
    assert list(Execution.objects.visible_to(admin)) == [kept]
    assert not Job.objects.visible_to(admin).filter(execution=execution).exists()
    assert purge_deleted() == 1
    assert (Batch.objects.get(), Execution.objects.get()) == (other, kept)
    for model in (Row, Job, Session, FieldResult):
        assert model._default_manager.count() == 1


def test_a_deleted_project_takes_everything_along_and_frees_its_name(batch: Batch, admin: User) -> None:
    _run(batch)
    project = batch.project
    project_delete(project=project, user=admin)
    assert not Project.objects.visible_to(admin).exists()
    assert not Project.objects.filter(name=project.name).exists()
    purge_deleted()
    for model in (Project, InstructionVersion, Batch, Column, Row, Execution, Job, Session, FieldResult):
        assert not model._default_manager.exists(), model


@pytest.mark.parametrize("status", ["queued", "running", "paused"])
def test_nothing_is_deleted_while_an_execution_is_under_way(batch: Batch, admin: User, status: str) -> None:
    execution = _run(batch, status)
    with pytest.raises(InvalidState, match=f"Execution {execution.number} is still under way"):
        batch_delete(batch=batch, user=admin)
    with pytest.raises(InvalidState):
        project_delete(project=batch.project, user=admin)
    assert Batch.objects.visible_to(admin).get() == batch


def test_an_execution_that_slipped_in_keeps_its_batch_until_it_has_ended(batch: Batch, admin: User) -> None:
    batch_delete(batch=batch, user=admin)
    execution = _run(batch, "running")
    assert purge_deleted() == 0
    Execution.objects.filter(pk=execution.pk).update(status="stopped")
    assert purge_deleted() == 1


def test_a_project_with_a_running_import_stays(project: Project, admin: User) -> None:
    BatchFactory(project=project, status="importing")
    with pytest.raises(InvalidState, match="being imported"):
        project_delete(project=project, user=admin)


def test_only_admins_and_owners_delete(batch: Batch, member: User) -> None:
    with pytest.raises(PermissionDenied):
        batch_delete(batch=batch, user=member)
    with pytest.raises(PermissionDenied):
        project_delete(project=batch.project, user=member)


@pytest.mark.django_db
@pytest.mark.parametrize("model", [Row, Job, Session])
def test_what_refers_to_rows_that_are_deleted_by_the_thousand_has_an_index(model: type[Model]) -> None:
    for relation in model._meta.related_objects:
        table, column = relation.related_model._meta.db_table, relation.field.column
        with connection.cursor() as cursor:
            indexes = connection.introspection.get_constraints(cursor, table).values()
        found = [one for one in indexes if one["index"] or one["unique"] or one["primary_key"]]
        assert any(one["columns"][:1] == [column] for one in found), column
