"""Who sees the pages of executions, and who may start one."""

from __future__ import annotations

import io

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import User
from executions.models import Execution, Screenshot, Session
from executions.tests.views.conftest import ClientFor, Start, Work
from projects.models import Project

pytestmark = pytest.mark.django_db


@pytest.fixture
def execution(start: Start, work: Work) -> Execution:
    started = start(rows=2)
    work(1)
    started.refresh_from_db()
    return started


@pytest.fixture
def screenshot(execution: Execution) -> Screenshot:
    file = io.BytesIO()
    Image.new("RGB", (2, 2)).save(file, "PNG")
    session = Session.objects.get(job__execution=execution)
    image = ContentFile(file.getvalue(), name="page.png")
    return Screenshot.objects.create(session=session, image=image, taken_at=timezone.now())


def addresses(execution: Execution, screenshot: Screenshot) -> list[str]:
    """All pages that only show something."""
    job = execution.jobs.get(position=1)
    parameters: list[tuple[str, dict[str, object]]] = [
        ("execution", {"execution_id": execution.pk}),
        ("execution_results", {"execution_id": execution.pk}),
        ("execution_errors", {"execution_id": execution.pk}),
        ("execution_settings", {"execution_id": execution.pk}),
        ("job", {"job_id": job.pk}),
        ("job_answer", {"job_id": job.pk, "number": 1}),
        ("screenshot", {"screenshot_id": screenshot.pk}),
    ]
    return [reverse(name, kwargs={"slug": execution.organization.slug, **values}) for name, values in parameters]


def run_address(execution: Execution) -> str:
    return reverse("execution_create", args=[execution.organization.slug, execution.batch_id])


def test_a_viewer_sees_everything_but_no_button_to_run(
    client_for: ClientFor, viewer: User, execution: Execution, screenshot: Screenshot
) -> None:
    client = client_for(viewer)
    for address in addresses(execution, screenshot):
        answer = client.get(address)
        assert answer.status_code == 200, address
        if not answer.streaming:
            assert run_address(execution) not in answer.text


def test_a_viewer_may_not_run(client_for: ClientFor, viewer: User, execution: Execution) -> None:
    client = client_for(viewer)
    assert client.get(run_address(execution)).status_code == 403
    assert client.post(run_address(execution), {"agent": "local"}).status_code == 403
    assert Execution.objects.count() == 1


def test_a_stranger_sees_nothing(
    client_for: ClientFor, stranger: User, execution: Execution, screenshot: Screenshot
) -> None:
    client = client_for(stranger)
    for address in [*addresses(execution, screenshot), run_address(execution)]:
        assert client.get(address).status_code == 404, address
        elsewhere = address.replace("/o/northlight/", "/o/elsewhere/")
        assert client.get(elsewhere).status_code == 404, elsewhere


def test_who_is_not_signed_in_is_asked_to(execution: Execution, screenshot: Screenshot) -> None:
    for address in addresses(execution, screenshot):
        assert Client().get(address).status_code == 302


def test_a_private_project_is_unseen_by_members_without_a_grant(
    client_for: ClientFor, member: User, execution: Execution, screenshot: Screenshot
) -> None:
    Project.objects.filter(pk=execution.project_id).update(is_private=True)
    client = client_for(member)
    for address in [*addresses(execution, screenshot), run_address(execution)]:
        assert client.get(address).status_code == 404, address


def test_pages_that_only_show_refuse_to_be_posted_to(
    client_for: ClientFor, member: User, execution: Execution, screenshot: Screenshot
) -> None:
    client = client_for(member)
    for address in addresses(execution, screenshot):
        assert client.post(address).status_code == 405
