"""Acts on many jobs over the API."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Organization, User
from executions.models import Execution, Job
from executions.services.control import execution_stop
from executions.services.creation import execution_create
from mino.tests.api.asking import Asker, browser, code_of, program
from mino.tests.factories import BatchFactory, JobFactory
from projects.models import Batch, Row

TEXT = "Return the price of the product, without tax."


@pytest.fixture
def batch(project: Any) -> Batch:
    """A batch of five rows."""
    made: Batch = BatchFactory(project=project, rows=5)
    return made


@pytest.fixture
def jobs(batch: Batch) -> list[str]:
    """The ids of the jobs of a stopped execution."""
    version = batch.project.production_version
    assert version is not None
    execution = execution_create(batch=batch, user=None, instruction_version=version, agent="local", concurrency=7)
    execution_stop(execution.pk, user=None)
    return [str(pk) for pk in Job.objects.filter(execution=execution).order_by("position").values_list("pk", flat=True)]


def act(ask: Asker, batch: Batch, action: str, jobs: list[str], **more: Any) -> Any:
    """The answer to an act."""
    return ask("POST", f"batches/{batch.pk}/jobs/bulk-action", {"action": action, "job_ids": jobs, **more})


def test_rerun(ask: Asker, batch: Batch, jobs: list[str]) -> None:
    body = {"action": "rerun", "job_ids": jobs[1:3]}
    path = f"batches/{batch.pk}/jobs/bulk-action"
    done = ask("POST", path, body, Idempotency_Key="a").json()
    assert done["affected_rows"] == 2
    assert ask("POST", path, body, Idempotency_Key="a").json() == done
    new = Execution.objects.get(pk=done["execution_id"])
    assert (new.concurrency, Execution.objects.count()) == (7, 2)
    assert list(new.jobs.values_list("row_position", flat=True)) == [2, 3]
    both = [jobs[0], str(Job.objects.filter(execution=new).values_list("pk", flat=True)[0])]
    assert code_of(act(ask, batch, "rerun", both)) == "VALIDATION_ERROR"


def test_instructions(ask: Asker, batch: Batch, jobs: list[str]) -> None:
    done = act(ask, batch, "update_instructions", jobs[:2], instructions=TEXT).json()
    assert done == {"action": "update_instructions", "affected_rows": 2, "execution_id": None}
    assert Row.objects.filter(instructions=TEXT).count() == 2
    assert act(ask, batch, "update_instructions", jobs, instructions="").json()["affected_rows"] == 5
    assert not Row.objects.exclude(instructions="").exists()
    assert code_of(act(ask, batch, "update_instructions", jobs)) == "MISSING_FIELD"
    assert code_of(act(ask, batch, "rerun", jobs, instructions=TEXT)) == "VALIDATION_ERROR"
    assert code_of(act(ask, batch, "update_instructions", jobs, instructions="{{nothing}} of it")) == "VALIDATION_ERROR"


def test_deleting(
    ask: Asker, batch: Batch, jobs: list[str], organization: Organization, member: User, admin: User
) -> None:
    assert code_of(act(browser(member), batch, "delete", jobs[:1])) == "FORBIDDEN"
    narrow = program(organization, "run:executions", "write:projects")
    assert code_of(act(narrow, batch, "delete", jobs[:1])) == "FORBIDDEN"
    assert act(browser(admin), batch, "delete", jobs[:2]).json()["affected_rows"] == 2
    assert list(Row.objects.order_by("position").values_list("position", flat=True)) == [1, 2, 3]
    assert Job.objects.count() == 3
    assert act(ask, batch, "delete", jobs[2:3]).json()["affected_rows"] == 1


def test_a_job_of_another_batch_refuses_everything(ask: Asker, batch: Batch, jobs: list[str]) -> None:
    refused = act(ask, batch, "delete", [jobs[0], str(JobFactory().pk)])
    assert refused.status_code == 400
    assert [one["path"] for one in refused.json()["details"]] == ["job_ids.1"]
    assert Row.objects.filter(batch=batch).count() == 5
