"""Plans in Django admin."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.core import mail
from django.test import Client, RequestFactory
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.limits.asking import plan_request_create
from accounts.models import AuditEntry, Organization, Plan, PlanRequest, User
from mino.tests.factories import add_second_factor

LIST = "/admin/accounts/planrequest/"


@pytest.fixture
def staff(db: None) -> Client:
    client = Client()
    user = add_second_factor(User.objects.create_superuser("staff@mino.example", "x"))
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize(("action", "plan"), [("grant", Plan.PRO), ("decline", Plan.FREE)])
def test_staff_decide_in_the_list(
    staff: Client,
    organization: Organization,
    owner: User,
    action: str,
    plan: str,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    Organization.objects.filter(pk=organization.pk).update(plan=Plan.FREE)
    organization.refresh_from_db()
    made = plan_request_create(organization=organization, plan="pro", message="", user=owner)
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            staff.post(LIST, {"action": action, "_selected_action": [str(made.pk)]})
    organization.refresh_from_db()
    made.refresh_from_db()
    assert organization.plan == plan
    assert made.decided_by is not None
    assert [letter.to for letter in mail.outbox] == [[owner.email]]
    other = {"grant": "decline", "decline": "grant"}[action]
    answer = staff.post(LIST, {"action": other, "_selected_action": [str(made.pk)]}, follow=True)
    assert "already" in answer.content.decode(), "What is decided stays."


def test_a_request_can_not_be_edited_by_hand(staff: Client, organization: Organization) -> None:
    made = PlanRequest.objects.create(organization=organization, plan="pro", created_at=organization.created_at)
    assert staff.post(f"{LIST}{made.pk}/change/", {"state": "granted"}).status_code == 403


def test_agreed_limits_are_audited_and_counters_read_only(staff: Client, organization: Organization) -> None:
    address = f"/admin/accounts/organization/{organization.pk}/change/"
    values = {
        "name": organization.name,
        "slug": organization.slug,
        "plan": organization.plan,
        "max_projects": "7",
        "max_executions_a_month": "",
        "max_requests_an_hour": "",
        "project_count": "99",
    }
    assert staff.post(address, values).status_code == 302
    organization.refresh_from_db()
    assert (organization.max_projects, organization.project_count) == (7, 0)
    entry = AuditEntry.objects.get(event="organization.quota_changed")
    assert entry.changes == {"max_projects": [None, 7]}
    assert not AuditEntry.objects.filter(event="organization.plan_changed").exists()


def test_what_is_counted_meanwhile_is_not_written_back(organization: Organization) -> None:
    page, request = admin.site.get_model_admin(Organization), RequestFactory().post("/admin/")
    request.user = User.objects.create_superuser("staff@mino.example", "x")
    values = {"name": organization.name, "plan": organization.plan, "max_projects": "7"}
    form = page.get_form(request, organization, change=True)(values, instance=organization)
    assert form.is_valid(), form.errors
    Organization.objects.filter(pk=organization.pk).update(project_count=5)
    page.save_model(request, form.instance, form, change=True)
    organization.refresh_from_db()
    assert (organization.max_projects, organization.project_count) == (7, 5)
