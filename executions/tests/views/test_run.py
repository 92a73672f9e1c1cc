"""The form that starts an execution."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from executions.models import Execution
from executions.tests.costs.making import make_ended_rows
from executions.tests.views.conftest import ClientFor
from mino.tests.factories import VersionFactory
from projects.models import Batch

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client_for: ClientFor, member: User) -> Client:
    return client_for(member)


@pytest.fixture
def address(batch: Batch) -> str:
    return reverse("execution_create", args=[batch.organization.slug, batch.pk])


@pytest.fixture
def filled(batch: Batch) -> dict[str, Any]:
    """What the form sends when nothing is changed."""
    return {
        "agent": "local",
        "instruction_version": batch.project.production_version_id,
        "type": "test",
        "sample_method": "all",
        "concurrency": 5,
        "max_retries": 3,
        "local-render": "never",
    }


BY_EVA = {"agent": "eva", "eva-browser_profile": "lite"}
BY_AGENTQL = {"agent": "agentql", "agentql-ask": "query", "agentql-mode": "fast"}


def test_the_form_begins_with_the_production_version_and_leads_to_the_execution(
    client: Client, address: str, filled: dict[str, Any], batch: Batch
) -> None:
    VersionFactory(project=batch.project)
    page = client.get(address)
    assert "Version 1, production" in page.text
    assert page.context["form"]["instruction_version"].value() == batch.project.production_version_id
    answer = client.post(address, filled)
    execution = Execution.objects.get()
    assert answer["Location"] == reverse("execution", args=[batch.organization.slug, execution.pk])
    assert (execution.total_jobs, execution.timeout, execution.agent_settings["render"]) == (3, 120, "never")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("concurrency", 51, "50"),
        ("concurrency", 0, "1"),
        ("timeout", 0, "1"),
        ("agent", "nobody", "nobody"),
        ("sample_method", "some", "some"),
        ("local-render", "perhaps", "perhaps"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    client: Client, address: str, filled: dict[str, Any], field: str, value: object, sentence: str
) -> None:
    form = client.post(address, {**filled, field: value}).context["form"]
    assert sentence in form.errors[field][0]
    assert not Execution.objects.exists()


@pytest.mark.parametrize("size", ["", 1001])
def test_a_sample_has_one_to_a_thousand_rows(
    client: Client, address: str, filled: dict[str, Any], size: object
) -> None:
    answer = client.post(address, {**filled, "sample_method": "random", "sample_size": size})
    assert answer.context["form"].errors["sample_size"]


def test_production_demands_the_production_version(
    client: Client, address: str, filled: dict[str, Any], batch: Batch
) -> None:
    other = VersionFactory(project=batch.project)
    answer = client.post(address, {**filled, "type": "production", "instruction_version": other.pk})
    assert "production version" in answer.context["form"].errors["instruction_version"][0]


def test_a_version_of_another_project_is_no_choice(client: Client, address: str, filled: dict[str, Any]) -> None:
    other = VersionFactory()
    answer = client.post(address, {**filled, "instruction_version": other.pk})
    assert answer.context["form"].errors["instruction_version"]


def test_the_same_again_is_refused_unless_it_is_allowed(client: Client, address: str, filled: dict[str, Any]) -> None:
    assert "beside the one" not in client.get(address).text
    client.post(address, filled)
    refused = client.post(address, filled)
    assert "Execution 1 already runs" in refused.text
    assert "beside the one" in refused.text
    client.post(address, {**filled, "allow_parallel": "on"})
    assert Execution.objects.count() == 2


def test_a_sample_by_seed_is_kept_and_offered_again(client: Client, address: str, filled: dict[str, Any]) -> None:
    client.post(address, {**filled, "sample_method": "random", "sample_size": 2, "seed": 7, "local-render": "auto"})
    execution = Execution.objects.get()
    assert (execution.total_jobs, execution.seed) == (2, 7)
    form = client.get(address, {"like": str(execution.pk)}).context["form"]
    assert (form["seed"].value(), form["local-render"].value()) == (7, "auto")


def test_what_goes_with_a_sample_is_hidden_and_of_no_effect_without_one(
    client: Client, address: str, filled: dict[str, Any]
) -> None:
    answer = client.post(address, {**filled, "sample_size": 2, "seed": 7})
    execution = Execution.objects.get()
    assert answer.status_code == 302
    assert (execution.total_jobs, execution.sample_size, execution.seed) == (3, None, None)


def test_only_agents_that_can_be_used_are_offered(client: Client, address: str, settings: Settings) -> None:
    settings.EVA_API_KEY = ""
    assert "EVA_API_KEY" in client.get(address).text
    assert 'value="eva"' not in client.get(address).text
    settings.EVA_API_KEY = "secret"
    page = client.get(address).text
    assert 'value="eva"' in page
    assert "secret" not in page


def test_an_agent_that_can_not_be_used_is_refused(
    client: Client, address: str, filled: dict[str, Any], settings: Settings
) -> None:
    settings.EVA_API_KEY = ""
    assert client.post(address, {**filled, "agent": "eva"}).context["form"].errors["agent"]


def test_the_settings_of_another_agent_do_not_count(
    client: Client, address: str, filled: dict[str, Any], settings: Settings
) -> None:
    settings.EVA_API_KEY = "secret"
    sent = {**filled, "agent": "eva", "eva-browser_profile": "stealth", "eva-max_steps": ""}
    del sent["local-render"]  # as with scripts, which do not send what is hidden
    client.post(address, sent)
    execution = Execution.objects.get()
    assert execution.agent_settings["browser_profile"] == "stealth"
    assert "render" not in execution.agent_settings


def fragment(client: Client, address: str, **query: Any) -> str:
    """The estimate alone, as htmx asks for it."""
    return client.get(address, query, headers={"HX-Request": "true"}).text


def test_what_it_will_cost_follows_what_is_chosen(
    client: Client, address: str, filled: dict[str, Any], settings: Settings
) -> None:
    settings.EVA_API_KEY = settings.AGENTQL_API_KEY = "secret"
    assert "Local charges nothing for 3 rows" in client.get(address).text
    by_eva = fragment(client, address, **{**filled, "agent": "eva"})
    assert "$0.15" in by_eva
    assert "<form" not in by_eva
    assert "$0.10" in fragment(
        client, address, **{**filled, "agent": "eva", "sample_method": "first", "sample_size": 2}
    )
    assert "no price is set for AgentQL" in fragment(client, address, **{**filled, "agent": "agentql"})
    assert "as soon as" in fragment(client, address, **{**filled, "agent": "eva", "sample_method": "first"})
    assert not Execution.objects.exists()


def test_without_scripts_the_estimate_is_told_on_demand(
    client: Client, address: str, filled: dict[str, Any], settings: Settings
) -> None:
    settings.EVA_API_KEY = "secret"
    page = client.post(address, {**filled, **BY_EVA, "budget": "0.10", "estimate": "1"})
    assert "$0.15" in page.text
    assert "The budget is below" in page.text
    assert page.context["form"]["budget"].value() == "0.10"
    assert not Execution.objects.exists()


def test_an_execution_keeps_its_budget_and_retries_and_offers_them_again(
    client: Client, address: str, filled: dict[str, Any], settings: Settings
) -> None:
    settings.EVA_API_KEY = "secret"
    started = client.post(address, {**filled, **BY_EVA, "budget": "0.12", "max_retries": 1}, follow=True)
    execution = Execution.objects.get()
    assert (execution.budget, execution.max_retries) == (Decimal("0.12"), 1)
    assert "The budget of $0.12 is below the $0.15" in started.text
    form = client.get(address, {"like": str(execution.pk)}).context["form"]
    assert (form["budget"].value(), form["max_retries"].value()) == (Decimal("0.12"), 1)


@pytest.mark.parametrize(
    ("agent", "budget", "sentence"),
    [({}, "0", "0"), ({}, "much", "number"), (BY_AGENTQL, "5", "No price is set for AgentQL")],
)
def test_a_budget_that_can_not_be_kept_is_refused_at_its_field(
    client: Client,
    address: str,
    filled: dict[str, Any],
    settings: Settings,
    agent: dict[str, str],
    budget: str,
    sentence: str,
) -> None:
    settings.AGENTQL_API_KEY = "secret"
    form = client.post(address, {**filled, **agent, "budget": budget}).context["form"]
    assert sentence in form.errors["budget"][0]
    assert not Execution.objects.exists()


def test_chosen_rows_come_from_the_address_and_are_repeated(
    client: Client, address: str, filled: dict[str, Any]
) -> None:
    page = client.get(address, {"rows": "3,1"})
    assert "2 chosen rows: 1, 3" in page.text
    assert page.context["form"]["sample_method"].value() == "selection"
    client.post(f"{address}?rows=3,1", {**filled, "sample_method": "selection"})
    execution = Execution.objects.get()
    assert (execution.selection, execution.total_jobs) == ([1, 3], 2)
    like = f"{address}?like={execution.pk}"
    assert "2 chosen rows: 1, 3" in client.get(like).text
    client.post(like, {**filled, "sample_method": "all", "allow_parallel": "on"})
    assert Execution.objects.latest("number").selection is None
    assert Execution.objects.latest("number").total_jobs == 3


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [("1,x", "row “x”"), ("4", "row “4”"), ("", "row “”"), (",".join(["1"] * 1001), "names 1001 rows")],
)
def test_rows_that_are_not_there_are_told(
    client: Client, address: str, filled: dict[str, Any], rows: str, sentence: str
) -> None:
    page = client.get(address, {"rows": rows})
    assert sentence in page.text
    assert page.context["form"]["sample_method"].value() == "all"
    answer = client.post(f"{address}?rows={rows}", {**filled, "sample_method": "selection"})
    assert answer.context["form"].errors["sample_method"]


def test_the_address_says_what_the_form_begins_with(client: Client, address: str, batch: Batch) -> None:
    version = VersionFactory(project=batch.project)
    query: dict[str, Any] = {
        "version": 2,
        "timeout": 300,
        "local-render": "always",
        "local-screenshots": "on",
        "rows": "2",
    }
    form = client.get(address, query).context["form"]
    assert form["instruction_version"].value() == version.pk
    chosen = {name: form[name].value() for name in ("timeout", "local-render", "local-screenshots", "sample_method")}
    assert chosen == {
        "timeout": 300,
        "local-render": "always",
        "local-screenshots": True,
        "sample_method": "selection",
    }


def test_what_the_address_can_not_mean_is_left_out(client: Client, address: str) -> None:
    query = {"agent": "nobody", "version": "9", "timeout": "long", "local-render": "perhaps", "sample_method": "x"}
    form = client.get(address, query).context["form"]
    values = [form[name].value() for name in ("agent", "timeout", "local-render", "sample_method")]
    assert values == ["local", None, "never", "all"]


def test_the_address_prevails_over_the_earlier_execution(client: Client, address: str, filled: dict[str, Any]) -> None:
    client.post(address, {**filled, "timeout": 60, "concurrency": 7})
    execution = Execution.objects.get()
    query: dict[str, Any] = {"like": str(execution.pk), "timeout": 600, "rows": "2"}
    form = client.get(address, query).context["form"]
    values = [form[name].value() for name in ("timeout", "concurrency", "sample_method")]
    assert values == [600, 7, "selection"]


def test_a_long_history_costs_the_page_no_more_queries(
    client: Client,
    address: str,
    filled: dict[str, Any],
    batch: Batch,
    settings: Settings,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    settings.EVA_API_KEY = "secret"
    make_ended_rows(batch, *[["0.02", "0.03"]] * 30)
    with django_assert_max_num_queries(14):
        told = fragment(client, address, **{**filled, "agent": "eva"})
    assert "from 60 earlier attempts at 30 rows" in told


def test_rows_are_run_as_often_as_the_form_says(
    client: Client, address: str, filled: dict[str, Any], batch: Batch
) -> None:
    answer = client.post(address, {**filled, "repeats": "3"}, follow=True)
    assert "is started: 9 runs (3 rows, 3 times each)." in answer.text
    execution = Execution.objects.get()
    assert (execution.repeats, execution.total_jobs) == (3, 9)
    assert client.get(address, {"like": str(execution.pk)}).context["form"]["repeats"].value() == 3
    results = client.get(reverse("execution_results", args=[batch.organization.slug, execution.pk]))
    assert ", 2 of 3" in results.text
    estimate = client.get(address, {**filled, "repeats": "3"}, headers={"HX-Request": "true"})
    assert "9 runs (3 rows, 3 times each)" in estimate.text
