"""Executions over the API: starting, reading, and controlling them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from accounts.models import Organization, User
from executions.api import controls
from executions.defaults.services import defaults_set
from executions.models import Execution, ExecutionStatus, Job, JobStatus
from executions.services.completion import complete_if_done
from executions.services.creation import execution_create
from mino.tests.api.asking import Asker, browser, code_of
from mino.tests.factories import JOINED, BatchFactory, ColumnStatisticFactory, ExecutionFactory, VersionFactory
from projects.models import Batch


@pytest.fixture
def execution(batch: Batch) -> Execution:
    """A run of three rows."""
    version = batch.project.production_version
    assert version is not None
    return execution_create(batch=batch, user=None, instruction_version=version, agent="local")


def start(ask: Asker, batch: Batch, **body: Any) -> Any:
    """The answer to starting the local agent."""
    return ask("POST", f"batches/{batch.pk}/executions", {"agent": "local", **body})


def test_starting_with_the_whole_choice(ask: Asker, batch: Batch, owner: User, client: Client) -> None:
    VersionFactory(project=batch.project, number=2, text="Return the price of the product.")
    body = {
        "instruction_version": 2,
        "sample_method": "random",
        "sample_size": 2,
        "seed": 7,
        "repeats": 3,
        "concurrency": 9,
        "max_retries": 1,
        "timeout": 77,
        "agent_settings": {"render": "always"},
    }
    answer = start(ask, batch, **body)
    assert answer.status_code == 201, answer.content
    shown = answer.json()
    assert {name: shown[name] for name in body if name != "agent_settings"} == {
        name: value for name, value in body.items() if name != "agent_settings"
    }
    assert shown["agent_settings"]["render"] == "always"
    assert (shown["jobs"]["total"], shown["status"], shown["type"]) == (6, "running", "test")
    assert shown["created_by"]["type"] == "api_key"
    assert ask.get(answer["Location"])["id"] == shown["id"]
    client.force_login(owner)
    page = client.get(reverse("execution_settings", args=[batch.organization.slug, shown["id"]]))
    assert "the API key “CI”" in page.content.decode()


def test_what_is_left_out_is_as_the_organization_set_it(ask: Asker, batch: Batch, organization: Organization) -> None:
    path = f"batches/{batch.pk}/executions"
    assert code_of(ask("POST", path, {})) == "MISSING_FIELD"
    defaults_set(organization=organization, user=None, agent="local", concurrency=2, max_retries=0, timeout=30)
    shown = ask("POST", path, {"timeout": None}).json()
    assert (shown["agent"], shown["concurrency"], shown["max_retries"]) == ("local", 2, 0)
    assert shown["timeout"] != 30
    assert shown["instruction_version"] == 1


def test_the_usual_budget_of_an_agent_without_a_price(
    ask: Asker, batch: Batch, organization: Organization, settings: Settings
) -> None:
    settings.AGENTQL_API_KEY = "key"
    defaults_set(organization=organization, user=None, agent="local", budget=Decimal("20.50"))
    path = f"batches/{batch.pk}"
    pair = {"first": {}, "second": {"agent": "agentql"}}
    for what, body in (
        ("executions", {"agent": "agentql"}),
        ("executions/estimate", {"agent": "agentql"}),
        ("pairs", pair),
    ):
        refused = ask("POST", f"{path}/{what}", body)
        assert (refused.status_code, code_of(refused)) == (400, "VALIDATION_ERROR"), refused.content
        [(place, sentence)] = [(one["path"], one["message"]) for one in refused.json()["details"]]
        assert place == "budget"
        assert "begin with a budget of 20.5 USD, but no price is set for AgentQL" in sentence
        assert "Send null to go without one" in sentence
        done = ask("POST", f"{path}/{what}", {**body, "budget": None, "allow_parallel": True})
        assert done.status_code in (200, 201), done.content
    assert ask("POST", f"{path}/executions", {"allow_parallel": True}).json()["budget"] == 20.5
    assert "Go without one" in ask("POST", f"{path}/executions", {"agent": "agentql", "budget": 3}).json()["error"]


def test_the_figures_of_first_attempts_and_of_the_first_completion(ask: Asker, execution: Execution) -> None:
    path = f"executions/{execution.pk}"
    assert (ask.get(path)["first_completion"], ask.get(path)["first_attempt_accuracy"]["n"]) == (None, 0)
    counts = {"queued_jobs": 0, "completed_jobs": 2, "error_jobs": 1, "passed_jobs": 1, "failed_jobs": 1}
    fields = {"graded_rows": 2, "good_fields": 3, "gradable_fields": 4, "good_fields_squared": 5}
    more = {"gradable_fields_squared": 8, "good_times_gradable": 6, "first_attempt_good_fields": 1}
    Execution.objects.filter(pk=execution.pk).update(
        status="running", cost=Decimal("1.5"), first_attempt_gradable_fields=2, **counts, **fields, **more
    )
    assert complete_if_done(execution.pk, JOINED)
    Execution.objects.filter(pk=execution.pk).update(good_fields=4, passed_jobs=2, failed_jobs=0, cost=Decimal(2))
    shown = ask.get(path)
    then = shown["first_completion"]
    assert (shown["accuracy"]["value"], shown["cost"]) == (1.0, 2.0)
    assert (then["accuracy"]["value"], then["accuracy"]["n"], then["cost"]) == (0.75, 4, 1.5)
    assert shown["first_attempt_accuracy"]["value"] == then["first_attempt_accuracy"]["value"] == 0.5
    assert then["jobs"] == {"total": 3, "completed": 2, "error": 1, "skipped": 0, "stopped": 0}
    assert (then["results"]["passed"], then["pass_rate"]["value"]) == (1, 0.5)
    assert then["finished_at"] == shown["finished_at"]
    assert shown["mino_version"] == execution.mino_version != ""


def test_the_same_twice(ask: Asker, batch: Batch) -> None:
    first = ask("POST", f"batches/{batch.pk}/executions", {"agent": "local"}, Idempotency_Key="a").json()
    again = ask("POST", f"batches/{batch.pk}/executions", {"agent": "local"}, Idempotency_Key="a")
    assert (again.status_code, again.json()) == (201, first)
    refused = start(ask, batch)
    assert (refused.status_code, code_of(refused)) == (409, "EXECUTION_ALREADY_RUNNING")
    assert refused.json()["details"] == [{"path": "execution_id", "message": first["id"]}]
    assert start(ask, batch, allow_parallel=True).status_code == 201


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"instruction_version": 9}, "instruction_version"),
        ({"sample_method": "first"}, "sample_size"),
        ({"sample_method": "selection"}, "selection"),
        ({"sample_method": "selection", "selection": [1, 99]}, "selection.1"),
        ({"selection": [1]}, "selection"),
        ({"sample_size": 3}, "sample_size"),
        ({"sample_method": "first", "sample_size": 1, "seed": 3}, "seed"),
        ({"agent": "nobody"}, "agent"),
        ({"agent": "file"}, "agent"),
        ({"agent_settings": {"colour": 1}}, "agent_settings.colour"),
        ({"agent_settings": {"render": ["auto"]}}, "agent_settings.render"),
        ({"budget": 0}, "budget"),
        ({"budget": 0.1234567}, "budget"),
        ({"budget": "1"}, "budget"),
        ({"repeats": 11}, "repeats"),
        ({"colour": "teal"}, "colour"),
    ],
)
def test_a_choice_that_can_not_be_meant(ask: Asker, batch: Batch, body: dict[str, Any], path: str) -> None:
    refused = start(ask, batch, **body)
    assert refused.status_code == 400, refused.content
    assert [one["path"] for one in refused.json()["details"]] == [path]
    assert not Execution.objects.exists()


def test_the_list_and_its_filters(ask: Asker, batch: Batch) -> None:
    done = ExecutionFactory(batch=batch, status=ExecutionStatus.COMPLETED, type="production")
    paused = ExecutionFactory(batch=BatchFactory(project=batch.project), status=ExecutionStatus.PAUSED, agent="eva")
    stopped = ExecutionFactory(batch=batch, status=ExecutionStatus.STOPPED)
    ExecutionFactory()  # of another organization

    def found(query: str = "") -> set[str]:
        return {one["id"] for one in ask.get(f"executions{query}")["data"]}

    assert found() == {str(one.pk) for one in (done, paused, stopped)}
    assert found("?status=completed,paused") == {str(done.pk), str(paused.pk)}
    assert found(f"?batch_id={batch.pk}") == {str(done.pk), str(stopped.pk)}
    assert found(f"?project_id={batch.project_id}&type=production") == {str(done.pk)}
    assert found("?agent=eva") == {str(paused.pk)}
    assert found(f"?number={paused.number}&instruction_version=1") == {str(paused.pk)}
    assert code_of(ask("GET", "executions?number=0")) == "VALIDATION_ERROR"
    assert code_of(ask("GET", "executions?status=done")) == "VALIDATION_ERROR"


def test_the_list_takes_the_same_queries_however_long(
    ask: Asker, batch: Batch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ask.get("executions")
    for _ in range(2):
        ColumnStatisticFactory(execution=ExecutionFactory(batch=batch), correct=3)
        with django_assert_num_queries(2):  # key, page
            ask.get("executions")
        with django_assert_num_queries(3):  # and the columns
            page = ask.get("executions?include=column_figures,columns,instructions,selection")
    assert page["data"][0]["column_figures"][0]["accuracy"]["value"] == 1


def test_the_columns_are_told_as_they_were_frozen(ask: Asker, batch: Batch) -> None:
    batch.columns.filter(name="price").update(options={"tolerance": 0.5})
    made = ask("POST", f"batches/{batch.pk}/executions", {"agent": "local"}).json()["id"]
    columns = ask.get(f"executions/{made}?include=columns")["columns"]
    assert columns == Execution.objects.get(pk=made).columns
    assert {one["name"]: one["options"] for one in columns}["price"] == {"tolerance": 0.5}


def test_pausing_resuming_and_stopping(ask: Asker, execution: Execution) -> None:
    path = f"executions/{execution.pk}"
    paused = ask("POST", f"{path}/pause").json()
    assert (paused["status"], paused["affected_jobs"]) == ("paused", 3)
    assert ask("POST", f"{path}/pause").json()["affected_jobs"] == 0
    resumed = ask("POST", f"{path}/resume?fields=status,affected_jobs").json()
    assert resumed == {"id": str(execution.pk), "status": "running", "affected_jobs": 3}
    stopped = ask("POST", f"{path}/stop").json()
    assert (stopped["status"], stopped["affected_jobs"], stopped["jobs"]["stopped"]) == ("stopped", 3, 3)
    refused = ask("POST", f"{path}/resume")
    assert (refused.status_code, code_of(refused)) == (409, "INVALID_STATE")


def test_who_paused_is_told(ask: Asker, execution: Execution, owner: User, client: Client) -> None:
    path = f"executions/{execution.pk}"
    assert ask.get(path)["paused_by"] is None
    paused = ask("POST", f"{path}/pause").json()
    assert (paused["paused_by"]["type"], paused["paused_by"]["name"]) == ("api_key", "CI")
    client.force_login(owner)
    page = client.get(reverse("execution", args=[execution.organization.slug, execution.pk]))
    assert "Paused by the API key “CI”" in page.content.decode()
    browser(owner, execution.organization)("POST", f"{path}/resume")
    by_person = browser(owner, execution.organization)("POST", f"{path}/pause").json()
    assert by_person["paused_by"] == {"type": "user", "id": str(owner.pk), "name": owner.display_name}


@pytest.mark.parametrize("control", ["resume", "retry-failed"])
def test_what_starts_rows_is_done_once_for_a_key(ask: Asker, execution: Execution, control: str) -> None:
    path = f"executions/{execution.pk}"
    ask("POST", f"{path}/pause")
    first = ask("POST", f"{path}/{control}", {} if control == "retry-failed" else None, Idempotency_Key="a")
    ask("POST", f"{path}/pause")
    again = ask("POST", f"{path}/{control}", {} if control == "retry-failed" else None, Idempotency_Key="a")
    assert (again.status_code, again.content) == (200, first.content)
    execution.refresh_from_db()
    assert execution.status == ExecutionStatus.PAUSED, "a request that is sent again must not go on by itself"


def test_limits(ask: Asker, execution: Execution) -> None:
    path = f"executions/{execution.pk}"
    shown = ask("PUT", f"{path}/concurrency", {"concurrency": 8}).json()
    assert (shown["concurrency"], shown["affected_jobs"]) == (8, 3)
    assert ask("PUT", f"{path}/max-retries", {"max_retries": 0}).json()["max_retries"] == 0
    assert ask("PUT", f"{path}/budget", {"budget": 0.1}).json()["budget"] == 0.1
    execution.refresh_from_db()
    assert execution.budget == Decimal("0.1")
    assert ask("PUT", f"{path}/budget", {"budget": None}).json()["budget"] is None
    assert code_of(ask("PUT", f"{path}/concurrency", {"concurrency": 51})) == "VALIDATION_ERROR"
    assert code_of(ask("PUT", f"{path}/budget", {})) == "MISSING_FIELD"


def test_failed_rows_anew(ask: Asker, execution: Execution) -> None:
    first, second, _ = execution.jobs.all()
    Job.objects.filter(pk=first.pk).update(status=JobStatus.ERROR, error_code="TIMEOUT")
    Job.objects.filter(pk=second.pk).update(status=JobStatus.ERROR, error_code="DNS_ERROR")
    Execution.objects.update(queued_jobs=1, error_jobs=2, error_counts={"TIMEOUT": 1, "DNS_ERROR": 1})
    path = f"executions/{execution.pk}/retry-failed"
    shown = ask("POST", path, {"error_code": "TIMEOUT"}).json()
    assert (shown["affected_jobs"], shown["jobs"]["error"], shown["error_counts"]) == (1, 1, {"DNS_ERROR": 1})
    assert ask("POST", path, {}).json()["affected_jobs"] == 1
    assert ask("POST", path, {}).json()["affected_jobs"] == 0


def test_failed_rows_of_a_command_wait_for_nobody(ask: Asker, execution: Execution, viewer: User) -> None:
    Execution.objects.update(has_own_worker=True)
    path = f"executions/{execution.pk}/retry-failed"
    refused = ask("POST", path, {})
    assert code_of(refused) == "INVALID_STATE"
    assert "Only the command that started execution 1 runs its rows." in refused.json()["error"]
    assert code_of(browser(viewer)("POST", path, {})) == "FORBIDDEN"


def test_failed_rows_run_again_in_a_bounded_number(
    ask: Asker, execution: Execution, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(controls, "MOST_AT_ONCE", 2)
    execution.jobs.update(status=JobStatus.ERROR, error_code="TIMEOUT")
    Execution.objects.update(queued_jobs=0, error_jobs=3, error_counts={"TIMEOUT": 3})
    path = f"executions/{execution.pk}/retry-failed"
    first = ask("POST", path, {}, Idempotency_Key="a").json()
    assert (first["affected_jobs"], first["jobs"]["error"]) == (2, 1)
    assert ask("POST", path, {}, Idempotency_Key="a").json() == first
    assert ask("POST", path, {}).json()["affected_jobs"] == 1
