"""The forms that use a quota up say so beforehand, and refuse in words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts.limits.months import month_of
from accounts.models import Organization, User
from executions.models import Execution
from projects.models import Batch, Project

ClientFor = Callable[[User], Client]


@pytest.fixture
def use(organization: Organization) -> Callable[[int], None]:
    """Says how many executions and projects there are, of ten."""

    def used(count: int) -> None:
        organization.execution_month = month_of(timezone.now())
        organization.execution_count = organization.project_count = count
        organization.max_executions_a_month = organization.max_projects = 10
        organization.save()

    return used


@pytest.mark.parametrize(("path", "what"), [("batches/{batch.pk}/run/", "executions"), ("projects/new/", "projects")])
def test_the_form_says_how_much_is_left(
    batch: Batch, member: User, admin: User, client_for: ClientFor, use: Callable[[int], None], path: str, what: str
) -> None:
    address = "/o/northlight/" + path.format(batch=batch)
    client = client_for(member)
    use(7)
    assert "Nearly used up" not in client.get(address).content.decode()
    use(8)
    page = client.get(address).content.decode()
    assert f"8 of the 10 {what}" in page
    assert "settings/usage" not in page, "Members can't open it."
    use(10)
    page = client_for(admin).get(address).content.decode()
    assert f"10 {what}" in page
    assert "and its plan allows 10" in page
    assert 'href="/o/northlight/settings/usage/"' in page


def test_a_form_that_is_sent_all_the_same_says_why_it_is_refused(
    batch: Batch, member: User, client_for: ClientFor, use: Callable[[int], None]
) -> None:
    use(10)
    version = batch.project.production_version
    assert version
    values = {
        "agent": "local",
        "instruction_version": str(version.pk),
        "type": "test",
        "sample_method": "all",
        "concurrency": 5,
        "max_retries": 3,
        "repeats": 1,
        "local-render": "never",
    }
    client = client_for(member)
    started = client.post(f"/o/northlight/batches/{batch.pk}/run/", values)
    made = client.post("/o/northlight/projects/new/", {"name": "Eleventh", "instructions": "Find the price."})
    for answer in (started, made):
        assert answer.status_code == 200
        assert answer.context["form"].errors["__all__"], "It stands above the form."
    assert (Execution.objects.count(), Project.objects.count()) == (0, 1)
