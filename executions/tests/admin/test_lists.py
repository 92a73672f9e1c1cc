"""Executions and what belongs to them in Django admin: they can be looked at and found, but not edited."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import Organization, User
from executions.models import AgentCredential, Execution, Job, Session
from executions.tests.admin.failing import stumble
from executions.tests.views.conftest import Start, Work
from mino.tests.factories import add_second_factor

pytestmark = pytest.mark.django_db
MODELS = sorted(model._meta.model_name or "" for model in admin.site._registry if model._meta.app_label == "executions")


def list_of(model: str) -> str:
    return reverse(f"admin:executions_{model}_changelist")


def test_every_model_of_the_engine_is_there() -> None:
    assert {"execution", "job", "session", "retry", "screenshot", "heartbeat", "agentcredential"} <= set(MODELS)
    assert "columnstatistic" in MODELS


@pytest.mark.parametrize("model", MODELS)
def test_each_list_opens_and_searches(staff: Client, start: Start, work: Work, model: str) -> None:
    execution = start(rows=3)
    work()
    assert staff.get(list_of(model)).status_code == 200
    for term in (str(execution.pk), "northlight", "7", "'; --"):
        assert staff.get(list_of(model), {"q": term}).status_code == 200


@pytest.mark.parametrize(("model", "queries"), [("execution", 6), ("job", 5), ("session", 5), ("retry", 5)])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    staff: Client, start: Start, work: Work, model: str, queries: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(2):
        start(rows=5)
        work(5, stumble)
        with django_assert_num_queries(queries):
            staff.get(list_of(model))


def test_jobs_are_found_by_their_execution_and_nothing_by_nonsense(staff: Client, start: Start) -> None:
    execution = start(rows=3)
    start(rows=2)
    found = staff.get(list_of("job"), {"q": str(execution.pk)})
    assert found.context["cl"].result_count == 3
    assert staff.get(list_of("job"), {"q": "nonsense"}).context["cl"].result_count == 0


def test_attempts_are_found_by_the_run_of_the_agent(staff: Client, start: Start, work: Work) -> None:
    start(rows=2)
    work()
    Session.objects.filter(job__position=2).update(agent_run_id="run-17")
    found = staff.get(list_of("session"), {"q": "run-17"}).context["cl"]
    assert [one.job.position for one in found.result_list] == [2]


def test_open_attempts_are_told_apart(staff: Client, start: Start, work: Work) -> None:
    start(rows=2)
    work()
    Session.objects.filter(job__position=1).update(needs_cancel=True)
    counts = [
        staff.get(list_of("session"), {"open": one}).context["cl"].result_count for one in ("running", "to_cancel")
    ]
    assert counts == [0, 1]


def test_the_lists_read_no_long_texts(staff: Client, start: Start, work: Work) -> None:
    start(rows=1)
    work()
    job = staff.get(list_of("job")).context["cl"].result_list[0]
    assert {"result", "sources"} <= job.get_deferred_fields()


@pytest.mark.parametrize("model", [Execution, Job])
def test_what_the_engine_owns_can_be_looked_at_but_not_changed(
    staff: Client, start: Start, model: type[Execution] | type[Job]
) -> None:
    start()
    one = model.objects.first()
    assert one is not None
    address = reverse(f"admin:executions_{model._meta.model_name}_change", args=[one.pk])
    assert staff.get(address).status_code == 200
    assert staff.post(address, {"status": "completed"}).status_code == 403
    one.refresh_from_db()
    assert one.status in ("running", "queued")


def test_who_is_no_superuser_is_offered_nothing(start: Start) -> None:
    start()
    user = add_second_factor(User.objects.create_user("helper@mino.example", "x", is_staff=True))
    user.user_permissions.set(Permission.objects.all())
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(list_of("execution")).status_code == 403


def test_the_concurrency_of_an_agent_can_be_changed(staff: Client, organization: Organization) -> None:
    credential = AgentCredential.objects.create(organization=organization, agent="eva", running_jobs=3)
    address = reverse("admin:executions_agentcredential_change", args=[credential.pk])
    staff.post(address, {"organization": organization.pk, "agent": "eva", "concurrency": 7, "running_jobs": 99})
    credential.refresh_from_db()
    assert (credential.concurrency, credential.running_jobs) == (7, 3)
