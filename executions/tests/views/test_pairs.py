"""Starting two executions side by side, and what their pages say of each other."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from executions.models import Execution, PairedRun
from executions.services.control import execution_pause
from executions.tests.views.conftest import ClientFor
from mino.tests.factories import VersionFactory
from projects.models import Batch, InstructionVersion

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client_for: ClientFor, member: User) -> Client:
    return client_for(member)


@pytest.fixture
def address(batch: Batch) -> str:
    return reverse("execution_create", args=[batch.organization.slug, batch.pk])


@pytest.fixture
def other(batch: Batch) -> InstructionVersion:
    version: InstructionVersion = VersionFactory(project=batch.project)
    return version


@pytest.fixture
def filled(batch: Batch, other: InstructionVersion) -> dict[str, Any]:
    """What the form sends for another version beside the production version."""
    return {
        "agent": "local",
        "instruction_version": batch.project.production_version_id,
        "type": "test",
        "sample_method": "all",
        "concurrency": 5,
        "max_retries": 3,
        "local-render": "never",
        "pair": "on",
        "other_agent": "local",
        "other_version": other.pk,
    }


def test_the_form_starts_both_and_their_pages_lead_to_each_other(
    client: Client, address: str, filled: dict[str, Any], batch: Batch
) -> None:
    answer = client.post(address, filled, follow=True)
    one, second = Execution.objects.order_by("pair_place")
    assert f"Execution {one.number} is started: 3 rows. Execution {second.number} runs beside it." in answer.text
    assert (one.instruction_version.number, second.instruction_version.number) == (1, 2)
    assert PairedRun.objects.count() == 1
    for mine, partner in ((one, second), (second, one)):
        page = client.get(reverse("execution", args=[batch.organization.slug, mine.pk]))
        assert reverse("execution", args=[batch.organization.slug, partner.pk]) in page.text
        assert f"Beside execution {partner.number}" in page.text
    Execution.objects.update(status="completed")
    page = client.get(reverse("execution", args=[batch.organization.slug, second.pk]))
    assert f"?executions={one.pk},{second.pk}" in page.text


def test_another_agent_beside_uses_its_own_settings(
    client: Client, address: str, filled: dict[str, Any], settings: Settings
) -> None:
    settings.EVA_API_KEY = "secret"
    eva = {"other_agent": "eva", "other_version": "", "eva-browser_profile": "stealth"}
    client.post(address, {**filled, **eva})
    one, second = Execution.objects.order_by("pair_place")
    assert (one.agent, second.agent, second.instruction_version) == ("local", "eva", one.instruction_version)
    assert second.agent_settings["browser_profile"] == "stealth"
    assert "render" not in second.agent_settings


def test_both_are_estimated(client: Client, address: str, filled: dict[str, Any], settings: Settings) -> None:
    settings.EVA_API_KEY = "secret"
    values = {**filled, "other_agent": "eva", "eva-browser_profile": "lite"}
    answer = client.get(address, values, headers={"HX-Request": "true"})
    assert "charges nothing for 3 rows" in answer.text
    assert "Beside it, " in answer.text
    assert answer.context["beside"]["estimate"].low > Decimal(0)


def test_the_same_twice_is_refused_at_its_field(
    client: Client, address: str, filled: dict[str, Any], batch: Batch
) -> None:
    for version in ("", batch.project.production_version_id):
        answer = client.post(address, {**filled, "other_version": version})
        assert "Both would be the same." in answer.text
        assert "other_version" in answer.context["form"].errors
    assert not Execution.objects.exists()


def test_production_beside_another_version_is_refused_at_the_other_version(
    client: Client, address: str, filled: dict[str, Any]
) -> None:
    answer = client.post(address, {**filled, "type": "production"})
    assert "other_version" in answer.context["form"].errors
    assert not Execution.objects.exists()


def test_the_page_of_a_partner_that_pauses_with_the_other_says_so(
    client: Client, address: str, filled: dict[str, Any], batch: Batch
) -> None:
    client.post(address, filled)
    one, second = Execution.objects.order_by("pair_place")
    execution_pause(one.pk, user=None)
    page = client.get(reverse("execution", args=[batch.organization.slug, second.pk]))
    assert "Paused with its partner." in page.text
    assert f"Execution {one.number}, which runs in a pair with this one, is paused." in page.text


def test_one_of_a_pair_runs_again_alone(client: Client, address: str, filled: dict[str, Any], batch: Batch) -> None:
    client.post(address, filled)
    one, second = Execution.objects.order_by("pair_place")
    Execution.objects.update(status="completed")
    client.post(reverse("execution_start_again", args=[batch.organization.slug, second.pk]))
    again = Execution.objects.exclude(pk__in=[one.pk, second.pk]).get()
    assert (again.pair, again.instruction_version) == (None, second.instruction_version)
