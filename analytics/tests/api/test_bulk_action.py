"""Acts on many jobs over the API."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

import pytest

from accounts.models import Organization, User
from executions.models import Execution, Job
from executions.services.control import execution_stop
from executions.services.creation import execution_create
from mino.common.errors import InvalidState
from mino.common.hooks import Hook
from mino.tests.api.asking import Asker, browser, code_of, program
from mino.tests.factories import BatchFactory, JobFactory
from projects.models import Batch, Row
from projects.services import rows_deletion

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


def refuse_with(count: int, batch_id: uuid.UUID) -> None:
    """Refuse to go on when so many rows are left."""
    if Row.objects.filter(batch=batch_id).count() == count:
        raise InvalidState("Somebody started an execution.")


def test_rerun(ask: Asker, batch: Batch, jobs: list[str]) -> None:
    body = {"action": "rerun", "job_ids": jobs[1:3]}
    path = f"batches/{batch.pk}/jobs/bulk-action"
    done = ask("POST", path, body, Idempotency_Key="a").json()
    assert (done["affected_jobs"], done["affected_rows"]) == (2, 2)
    assert ask("POST", path, body, Idempotency_Key="a").json() == done
    new = Execution.objects.get(pk=done["execution"]["id"])
    assert done["execution"]["jobs"]["total"] == 2
    assert (new.concurrency, Execution.objects.count()) == (7, 2)
    assert list(new.jobs.values_list("row_position", flat=True)) == [2, 3]
    both = [jobs[0], str(Job.objects.filter(execution=new).values_list("pk", flat=True)[0])]
    assert code_of(act(ask, batch, "rerun", both)) == "VALIDATION_ERROR"


def test_instructions(ask: Asker, batch: Batch, jobs: list[str]) -> None:
    done = act(ask, batch, "update_instructions", jobs[:2], params={"new_instructions": TEXT}).json()
    assert done == {"action": "update_instructions", "affected_jobs": 2, "affected_rows": 2, "execution": None}
    assert Row.objects.filter(instructions=TEXT).count() == 2
    assert act(ask, batch, "update_instructions", jobs, params={"new_instructions": ""}).json()["affected_rows"] == 5
    assert not Row.objects.exclude(instructions="").exists()
    assert code_of(act(ask, batch, "update_instructions", jobs)) == "MISSING_FIELD"
    assert code_of(act(ask, batch, "rerun", jobs, params={"new_instructions": TEXT})) == "VALIDATION_ERROR"
    for params, path in (
        ({"new_instructions": "{{nothing}} of it"}, "params.new_instructions"),
        ({"instructions": TEXT}, "params.instructions"),
        ({}, "params.new_instructions"),
    ):
        refused = act(ask, batch, "update_instructions", jobs, params=params)
        assert [one["path"] for one in refused.json()["details"]] == [path]


def test_deleting(
    ask: Asker, batch: Batch, jobs: list[str], organization: Organization, member: User, admin: User
) -> None:
    assert code_of(act(browser(member), batch, "delete", jobs[:1])) == "FORBIDDEN"
    narrow = program(organization, "run:executions", "write:projects")
    assert code_of(act(narrow, batch, "delete", jobs[:1])) == "FORBIDDEN"
    again = act(ask, batch, "rerun", jobs[:1]).json()["execution"]["id"]
    assert code_of(act(browser(admin), batch, "delete", jobs[:2])) == "INVALID_STATE", "rows that run are not deleted"
    execution_stop(uuid.UUID(again), user=None)
    done = act(browser(admin), batch, "delete", jobs[:2]).json()
    assert (done["affected_rows"], done["affected_jobs"]) == (2, 3)
    assert list(Row.objects.order_by("position").values_list("position", flat=True)) == [1, 2, 3]
    assert Job.objects.count() == 3
    assert act(ask, batch, "delete", jobs[2:3]).json()["affected_rows"] == 1


@pytest.mark.django_db(transaction=True)
def test_what_was_deleted_before_a_refusal_stays_deleted(
    ask: Asker, batch: Batch, jobs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also with an Idempotency-Key, which would make one transaction of all portions; sent again, the rest goes."""
    told: Hook[[uuid.UUID, Collection[uuid.UUID]]] = Hook()
    told.register(lambda batch_id, rows: refuse_with(3, batch_id))
    monkeypatch.setattr(rows_deletion, "DELETED_AT_ONCE", 2)
    monkeypatch.setattr(rows_deletion, "rows_purging", told)
    body = {"action": "delete", "job_ids": jobs}
    path = f"batches/{batch.pk}/jobs/bulk-action"
    assert code_of(ask("POST", path, body, Idempotency_Key="a")) == "INVALID_STATE"
    assert Row.objects.filter(batch=batch).count() == 3
    monkeypatch.setattr(rows_deletion, "rows_purging", Hook())
    assert ask("POST", path, body, Idempotency_Key="a").json()["affected_rows"] == 3
    assert ask("POST", path, body, Idempotency_Key="a").json()["affected_rows"] == 0


def test_a_job_of_another_batch_refuses_everything_but_deleting(ask: Asker, batch: Batch, jobs: list[str]) -> None:
    for more in ({"action": "rerun"}, {"action": "update_instructions", "params": {"new_instructions": TEXT}}):
        refused = act(ask, batch, jobs=[jobs[0], str(JobFactory().pk)], **more)
        assert refused.status_code == 400
        assert [one["path"] for one in refused.json()["details"]] == ["job_ids.1"]
    assert act(ask, batch, "delete", [jobs[0], str(JobFactory().pk)]).json()["affected_rows"] == 1
    assert Row.objects.filter(batch=batch).count() == 4
