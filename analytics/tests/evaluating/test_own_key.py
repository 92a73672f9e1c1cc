"""The command works with the organization's own key of an agent."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from accounts.models import Organization, User
from executions.agents.registry import AGENTS
from executions.credentials.setting import credential_set
from executions.models import Execution
from executions.tests.agents.servers.eva_server import KEY, EvaServer
from executions.tests.agents.servers.http import running

WHAT = "Return the price and the SKU of the product."


@pytest.mark.django_db(transaction=True)
def test_an_organization_without_the_installations_key_is_evaluated_with_its_own(
    sites: Path, organization: Organization, admin: User, settings: Settings
) -> None:
    credential_set(organization=organization, kind=AGENTS["eva"], key=KEY, user=admin)
    server = EvaServer()
    arguments = ["--organization", organization.slug, "--agent", "eva", "--instructions", WHAT, "--json"]
    with running(server) as settings.EVA_API_URL:
        call_command("evaluate", str(sites), *arguments)
    assert Execution.objects.get().agent == "eva"
    assert len(server.bodies) == 3
    assert {request.headers["x-api-key"] for request in server.requests} == {KEY}
