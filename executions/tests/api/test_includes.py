"""What lists tell beside their objects, so that a program needs no call for each of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Organization
from executions.models import Execution, ExecutionStatus, Job, JobStatus
from mino.tests.api.asking import Asker, code_of, program
from mino.tests.factories import BatchFactory, ExecutionFactory, FieldResultFactory, JobFactory, ProjectFactory
from projects.models import Batch, Row
from projects.services.deletion import batch_delete


@pytest.fixture
def newest(batch: Batch) -> Execution:
    """The newest of two executions of the batch; it has graded cells."""
    ExecutionFactory(batch=batch, created_at=timezone.now() - timedelta(days=1))
    made: Execution = ExecutionFactory(
        batch=batch, status=ExecutionStatus.COMPLETED, good_fields=3, gradable_fields=4, graded_rows=2
    )
    return made


def test_batches_and_projects_come_with_their_newest_execution(
    ask: Asker, batch: Batch, newest: Execution, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ask.get("batches")
    for _ in range(2):
        with django_assert_num_queries(6):  # key, page, columns, tags, ids of the newest, and these
            batches = ask.get("batches?include=latest_execution,columns,tags,project_name&sort=created_at")["data"]
        with django_assert_num_queries(4):  # key, page, ids of the newest, and these
            projects = ask.get("projects?include=latest_execution,batch_count,row_count&sort=created_at")["data"]
        BatchFactory(project=ProjectFactory(organization=batch.organization))
    assert batches[0]["latest_execution"]["id"] == str(newest.pk)
    assert batches[0]["latest_execution"]["accuracy"]["value"] == 0.75
    assert "instructions" not in batches[0]["latest_execution"]
    assert [one["name"] for one in batches[0]["columns"]] == ["site_url", "title", "price"]
    assert batches[0]["project_name"] == batch.project.name
    assert batches[1]["latest_execution"] is None
    assert projects[0]["latest_execution"]["id"] == str(newest.pk)
    assert (projects[0]["batch_count"], projects[0]["row_count"]) == (1, 3)
    assert (projects[1]["batch_count"], projects[1]["row_count"]) == (1, 0)
    shown = ask.get(f"batches/{batch.pk}?include=latest_execution&fields=name")
    assert shown["latest_execution"]["id"] == str(newest.pk)


def test_versions_tell_how_right_they_are(
    ask: Asker, batch: Batch, newest: Execution, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ExecutionFactory(batch=batch)  # newer, but nothing is known yet
    path = f"projects/{batch.project_id}/versions?include=latest_execution"
    ask.get(path)
    with django_assert_num_queries(5):  # key, project, page, ids of the newest, and these
        [version] = ask.get(path)["data"]
    assert version["latest_execution"]["id"] == str(newest.pk)


def test_executions_of_a_batch_that_is_being_deleted_are_the_newest_of_nothing(
    ask: Asker, batch: Batch, newest: Execution
) -> None:
    other = BatchFactory(project=batch.project)
    seen = ExecutionFactory(batch=other, instruction_version=newest.instruction_version)
    Execution.objects.filter(pk=seen.pk).update(created_at=timezone.now() - timedelta(days=2))
    batch.executions.exclude(pk=newest.pk).update(status=ExecutionStatus.STOPPED)
    project = f"projects/{batch.project_id}?include=latest_execution"
    assert ask.get(project)["latest_execution"]["id"] == str(newest.pk)
    batch_delete(batch=batch, user=None)
    assert code_of(ask("GET", f"executions/{newest.pk}")) == "NOT_FOUND"
    assert ask.get(project)["latest_execution"]["id"] == str(seen.pk)
    [version] = ask.get(f"projects/{batch.project_id}/versions?include=latest_execution")["data"]
    assert version["latest_execution"] is None, "nothing is known of the one that is left"


def test_rows_come_with_their_newest_result(
    ask: Asker, batch: Batch, newest: Execution, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    rows: list[Row] = list(batch.rows.order_by("position"))
    done = {"status": JobStatus.COMPLETED, "result": {"price": "2"}}
    old: Job = JobFactory(execution=ExecutionFactory(batch=batch), row=rows[0], **done)
    Job.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=1))
    path = f"batches/{batch.pk}/rows?include=latest_result,tags"
    ask.get(path)
    for row in rows[:2]:
        job = JobFactory(execution=newest, row=row, **done)
        FieldResultFactory(job=job, outcome="wrong")
        with django_assert_num_queries(7):  # key, batch, page, tags, ids of the newest, these, their cells
            shown = ask.get(path)["data"]
    JobFactory(execution=ExecutionFactory(batch=batch), row=rows[0])
    results = [one["latest_result"] for one in ask.get(path)["data"]]
    assert [one["execution_id"] for one in results[:2]] == [str(newest.pk)] * 2
    assert results[0]["result"] == {"price": "2"}
    assert results[0]["field_results"][0]["outcome"] == "wrong"
    assert results[2] is None
    assert shown[0]["latest_result"]["id"] == results[0]["id"]


def test_executions_and_dead_letters_tell_what_they_belong_to(
    ask: Asker, batch: Batch, newest: Execution, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ask.get("executions")
    for _ in range(2):
        JobFactory(execution=newest, status=JobStatus.ERROR, finished_at=timezone.now())
        with django_assert_num_queries(2):  # key, page
            executions = ask.get("executions?include=project_name,batch_name")["data"]
        with django_assert_num_queries(3):  # key, page, executions
            letters = ask.get("dead-letters?include=execution")["data"]
    assert (executions[0]["project_name"], executions[0]["batch_name"]) == (batch.project.name, batch.name)
    assert letters[0]["execution"]["number"] == newest.number


@pytest.mark.parametrize(("path", "name"), [("batches", "latest_execution"), ("projects", "latest_execution")])
def test_results_need_their_own_scope(
    organization: Organization, batch: Batch, newest: Execution, path: str, name: str
) -> None:
    for asker in (program(organization, "read:batches", "read:projects"),):
        for query in (f"include={name}", f"fields={name}"):
            refused = asker("GET", f"{path}?{query}")
            assert (refused.status_code, code_of(refused)) == (403, "FORBIDDEN")
            assert "read:results" in refused.json()["error"]
        assert asker("GET", f"batches/{batch.pk}?include=latest_execution").status_code == 403
        assert asker("GET", f"{path}?include=total").status_code == 200
