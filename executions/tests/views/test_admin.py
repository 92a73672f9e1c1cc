"""Executions in Django admin."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Organization, User
from executions.models import AgentCredential
from executions.tests.views.conftest import Start, Work

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(db: None) -> Client:
    client = Client()
    user = User.objects.create_superuser("staff@mino.example", "x")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("model", ["execution", "job", "session", "retry", "fieldresult", "agentcredential"])
def test_each_list_opens_and_finds_by_id(staff: Client, start: Start, work: Work, model: str) -> None:
    execution = start(rows=3)
    work()
    address = reverse(f"admin:executions_{model}_changelist")
    assert staff.get(address).status_code == 200
    assert staff.get(address, {"q": str(execution.pk)}).status_code == 200


def test_an_execution_can_be_looked_at_but_not_changed(staff: Client, start: Start) -> None:
    execution = start()
    address = reverse("admin:executions_execution_change", args=[execution.pk])
    assert staff.get(address).status_code == 200
    assert staff.post(address, {"status": "completed"}).status_code == 403
    execution.refresh_from_db()
    assert execution.status == "running"


def test_the_concurrency_of_an_agent_can_be_changed(staff: Client, organization: Organization) -> None:
    credential = AgentCredential.objects.create(organization=organization, agent="eva", running_jobs=3)
    address = reverse("admin:executions_agentcredential_change", args=[credential.pk])
    staff.post(address, {"organization": organization.pk, "agent": "eva", "concurrency": 7, "running_jobs": 99})
    credential.refresh_from_db()
    assert (credential.concurrency, credential.running_jobs) == (7, 3)
