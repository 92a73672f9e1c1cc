"""The page of the engine in Django admin."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from executions.models import Retry
from executions.operating.signs import beat_seen, worker_seen
from executions.tests.operating.conftest import Running
from mino.tests.factories import JobFactory, SessionFactory

pytestmark = pytest.mark.django_db
Fill = Callable[[], None]


@pytest.fixture
def fill(running: Running, now: datetime) -> Fill:
    """Adds an execution with a due retry, a lease that ran out and a run to be cancelled, and a worker."""

    def add() -> None:
        execution = running(queued_jobs=1234, running_jobs=2, effective_concurrency=3, concurrency=9)
        job = JobFactory(execution=execution, status="running")
        lease = now - timedelta(seconds=5)
        SessionFactory(job=job, worker=f"here:{job.pk}", lease_expires_at=lease)
        SessionFactory(job=job, status="stopped", needs_cancel=True, agent_run_id=f"run-{job.pk}", finished_at=now)
        Retry.objects.create(job=job, execution=execution, attempt_number=2, scheduled_for=lease)
        details = {"threads": 64, "slots": 60, "running": 2, "version": "1"}
        worker_seen(f"here:{job.pk}", started_at=now, now=now - timedelta(minutes=2), details=details)
        beat_seen(now)

    return add


def test_only_staff_sees_the_engine(client: Client, client_for: Callable[[User], Client], owner: User) -> None:
    assert client.get("/admin/engine/").status_code == 302
    answer = client_for(owner).get("/admin/engine/")
    assert answer.status_code == 302
    assert "/admin/login/" in answer["Location"]


def test_the_front_page_of_admin_links_to_it(staff: Client) -> None:
    assert f'href="{reverse("engine")}"' in staff.get("/admin/").content.decode()


def test_it_shows_what_waits_runs_and_is_missing(staff: Client, fill: Fill) -> None:
    fill()
    page = " ".join(staff.get("/admin/engine/").content.decode().split())
    for text in ("1,234", "3 / 9", "(missing)", "(ran out)", "1 ran out", "Due since", "cancelled (1)", "run-"):
        assert text in page


def test_it_opens_where_nothing_ever_ran(staff: Client) -> None:
    page = staff.get("/admin/engine/").content.decode()
    assert "All executions are finished." in page
    assert "No worker was seen in the last hour." in page


def test_it_asks_as_much_for_many_executions_as_for_one(
    staff: Client, fill: Fill, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(3):
        fill()
    with django_assert_num_queries(18):
        staff.get("/admin/engine/")
