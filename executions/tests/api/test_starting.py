"""What starts executions over the API beside the plain start: estimates, clones, failed rows, paired runs."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import Organization
from executions.models import Execution, Job, JobStatus, PairedRun
from executions.services.control import execution_stop
from executions.services.creation import execution_create
from mino.tests.api.asking import PREFIX, Asker, code_of
from mino.tests.factories import VersionFactory
from projects.models import Batch


@pytest.fixture
def original(batch: Batch) -> Execution:
    """A stopped run of the first two rows."""
    version = batch.project.production_version
    assert version is not None
    sampled: dict[str, Any] = {"sample_method": "first", "sample_size": 2, "concurrency": 7, "timeout": 33}
    execution = execution_create(
        batch=batch,
        user=None,
        instruction_version=version,
        agent="local",
        agent_settings={"render": "never"},
        **sampled,
    )
    return execution_stop(execution.pk, user=None).execution


def paths(refused: Any) -> list[str]:
    """Where a refusal says something is wrong."""
    assert code_of(refused)
    return [one["path"] for one in refused.json()["details"]]


def test_what_it_would_cost(ask: Asker, batch: Batch, settings: Any) -> None:
    path = f"batches/{batch.pk}/executions/estimate"
    free = ask("POST", path, {"agent": "local", "repeats": 2, "allow_parallel": True}).json()
    assert (free["rows"], free["repeats"], free["ground"], free["high"]) == (3, 2, "free", 0)
    settings.EVA_API_KEY = "key"
    body = {"agent": "eva", "sample_method": "first", "sample_size": 2}
    assert ask("POST", path, body).json()["ground"] in ("prices", "unpriced")
    assert paths(ask("POST", path, {**body, "sample_size": 0})) == ["sample_size"]
    assert paths(ask("POST", path, {**body, "seed": 4})) == ["seed"]
    assert paths(ask("POST", path, {"agent": "local", "sample_size": 3})) == ["sample_size"]
    assert paths(ask("POST", path, {**body, "instruction_version": 9})) == ["instruction_version"]
    assert paths(ask("POST", path, {})) == ["agent"]
    assert not Execution.objects.exists()


def test_the_same_again(ask: Asker, original: Execution) -> None:
    answer = ask("POST", f"executions/{original.pk}/clone", {})
    assert answer.status_code == 201, answer.content
    same, old = answer.json(), ask.get(f"executions/{original.pk}")
    for name in ("agent", "agent_settings", "sample_method", "sample_size", "concurrency", "timeout", "batch_id"):
        assert same[name] == old[name], name
    assert same["number"] == old["number"] + 1
    assert ask.get(answer["Location"])["id"] == same["id"]
    refused = ask("POST", f"executions/{original.pk}/clone", {})
    assert (refused.status_code, code_of(refused)) == (409, "EXECUTION_ALREADY_RUNNING")
    assert refused.json()["details"] == [{"path": "execution_id", "message": same["id"]}]


def test_the_same_with_other_settings(ask: Asker, original: Execution) -> None:
    VersionFactory(project=original.project, number=2, text="Return the price of the product.")
    body = {"instruction_version": 2, "sample_method": "all", "concurrency": 1, "agent_settings": {"render": "always"}}
    other = ask("POST", f"executions/{original.pk}/clone", body).json()
    assert {name: other[name] for name in body if name != "agent_settings"} == {
        name: value for name, value in body.items() if name != "agent_settings"
    }
    assert (other["agent_settings"]["render"], other["sample_size"], other["timeout"]) == ("always", None, 33)
    assert other["jobs"]["total"] == 3


def test_the_same_with_another_number_of_rows(ask: Asker, original: Execution) -> None:
    smaller = ask("POST", f"executions/{original.pk}/clone", {"sample_size": 1}).json()
    assert (smaller["sample_method"], smaller["sample_size"], smaller["jobs"]["total"]) == ("first", 1, 1)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"instruction_version": 9}, "instruction_version"),
        ({"sample_method": "random"}, "sample_size"),
        ({"seed": 4}, "seed"),
        ({"sample_method": "all", "sample_size": 1}, "sample_size"),
        ({"agent": "file"}, "agent"),
        ({"agent": "nobody"}, "agent"),
        ({"colour": 1}, "colour"),
        ({"agent_settings": {"colour": 1}}, "agent_settings.colour"),
        ({"concurrency": 51}, "concurrency"),
    ],
)
def test_a_change_that_can_not_be_meant(ask: Asker, original: Execution, body: dict[str, Any], path: str) -> None:
    assert paths(ask("POST", f"executions/{original.pk}/clone", body)) == [path]
    assert Execution.objects.count() == 1


def test_failed_rows_as_a_new_execution(ask: Asker, original: Execution) -> None:
    path = f"executions/{original.pk}/rerun-failed"
    assert code_of(ask.client.generic("POST", f"{PREFIX}{path}", headers=ask.headers)) == "INVALID_STATE", "no body"
    last = original.jobs.order_by("position").last()
    assert last is not None
    Job.objects.filter(pk=last.pk).update(status=JobStatus.ERROR, error_code="TIMEOUT")
    answer = ask("POST", f"{path}?include=selection", {}, Idempotency_Key="once")
    assert (answer.status_code, answer.json()["selection"]) == (201, [2]), answer.content
    assert ask("POST", f"{path}?include=selection", {}, Idempotency_Key="once").json() == answer.json()
    assert Execution.objects.count() == 2


def test_stopped_rows_as_a_new_execution(ask: Asker, original: Execution) -> None:
    retried = ask("POST", f"executions/{original.pk}/retry-failed", {})
    assert "Run its failed or stopped rows in a new execution." in retried.json()["error"]
    path = f"executions/{original.pk}/rerun-failed"
    refused = ask("POST", path, {})
    assert (code_of(refused), refused.json()["details"]) == (
        "INVALID_STATE",
        [{"path": "status", "message": "Its jobs in the state stopped: 2."}],
    )
    answer = ask("POST", f"{path}?include=selection", {"status": ["error", "stopped"]})
    assert (answer.status_code, answer.json()["selection"]) == (201, [1, 2]), answer.content
    assert paths(ask("POST", path, {"status": ["completed"]})) == ["status.0"]


def test_a_paired_run(ask: Asker, batch: Batch, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    VersionFactory(project=batch.project, number=2, text="Return the price of the product.")
    body = {
        "first": {"agent": "local", "agent_settings": {"render": "never"}},
        "second": {"instruction_version": 2},
        "sample_method": "random",
        "sample_size": 2,
        "repeats": 2,
    }
    answer = ask("POST", f"batches/{batch.pk}/pairs", body, Idempotency_Key="once")
    assert answer.status_code == 201, answer.content
    pair = answer.json()
    one, other = pair["executions"]
    assert [each["pair_place"] for each in (one, other)] == [1, 2]
    assert [each["instruction_version"] for each in (one, other)] == [1, 2]
    assert one["seed"] == other["seed"]
    assert {each["agent_settings"]["render"] for each in (one, other)} == {"never"}, "what is left out is as there"
    assert {each["jobs"]["total"] for each in (one, other)} == {4}
    with django_assert_num_queries(4):  # key, finding it, the pair, both executions
        assert ask.get(answer["Location"]) == pair
    found = ask.get(f"executions?pair_id={pair['id']}")["data"]
    assert {each["id"] for each in found} == {one["id"], other["id"]}
    assert ask("POST", f"batches/{batch.pk}/pairs", body, Idempotency_Key="once").json() == pair
    assert PairedRun.objects.count() == 1
    stopped = ask("POST", f"executions/{one['id']}/stop").json()
    assert (stopped["status"], ask.get(f"executions/{other['id']}")["status"]) == ("stopped", "stopped")


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"second": {}}, "second"),
        ({}, "second"),
        ({"second": {"instruction_version": 9}}, "second.instruction_version"),
        ({"second": {"agent": "nobody"}}, "second.agent"),
        ({"second": {"agent": "file"}}, "second.agent"),
        ({"second": {"agent_settings": {"colour": 1}}}, "second.agent_settings.colour"),
        ({"second": {"colour": 1}}, "second.colour"),
        ({"first": {"agent": "local", "agent_settings": {"colour": 1}}, "second": {}}, "second"),
        ({"first": {"agent_settings": {"a": 1}}, "second": {"instruction_version": 2}}, "first.agent_settings.a"),
        ({"second": {"instruction_version": 2}, "sample_method": "first"}, "sample_size"),
        ({"second": {"instruction_version": 2}, "seed": 4}, "seed"),
        ({"second": {"instruction_version": 2}, "agent": "local"}, "agent"),
    ],
)
def test_a_pair_that_can_not_be_meant(ask: Asker, batch: Batch, body: dict[str, Any], path: str) -> None:
    VersionFactory(project=batch.project, number=2, text="Return the price of the product.")
    first = {"agent": "local", **body.get("first", {})}
    assert paths(ask("POST", f"batches/{batch.pk}/pairs", {**body, "first": first})) == [path]
    assert not Execution.objects.exists()
    assert not PairedRun.objects.exists()


def test_a_pair_without_any_agent(ask: Asker, batch: Batch) -> None:
    assert paths(ask("POST", f"batches/{batch.pk}/pairs", {"second": {"agent": "local"}})) == ["first.agent"]


def test_a_pair_needs_two_of_the_plan(ask: Asker, organization: Organization, batch: Batch) -> None:
    VersionFactory(project=batch.project, number=2, text="Return the price of the product.")
    Organization.objects.filter(pk=organization.pk).update(plan="free", max_executions_a_month=1)
    refused = ask(
        "POST", f"batches/{batch.pk}/pairs", {"first": {"agent": "local"}, "second": {"instruction_version": 2}}
    )
    assert (refused.status_code, code_of(refused)) == (403, "QUOTA_EXCEEDED")
    assert not Execution.objects.exists()
