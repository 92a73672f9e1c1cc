"""The form that starts an execution."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from executions.models import Execution
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
        "local-render": "never",
    }


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
    client.post(address, {**filled, "agent": "eva", "eva-browser_profile": "stealth", "eva-max_steps": ""})
    execution = Execution.objects.get()
    assert execution.agent_settings["browser_profile"] == "stealth"
    assert "render" not in execution.agent_settings
