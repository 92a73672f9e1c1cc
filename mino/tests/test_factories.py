"""The factories give what the rest of the tests lean on."""

from __future__ import annotations

from mino.tests.factories import ExecutionFactory, FieldResultFactory, JobFactory, VersionFactory
from projects.models import Batch, Project


def test_versions_are_numbered_within_their_project(project: Project) -> None:
    assert project.production_version is not None
    assert project.production_version.number == 1
    assert VersionFactory(project=project).number == 2


def test_everything_of_a_job_belongs_to_one_organization(batch: Batch) -> None:
    job = JobFactory(execution=ExecutionFactory(batch=batch), row=batch.rows.first())
    cell = FieldResultFactory(job=job)
    assert {job.organization, cell.execution.organization, job.row.batch.organization} == {batch.organization}
    assert [column["name"] for column in job.execution.columns] == ["site_url", "title", "price"]
