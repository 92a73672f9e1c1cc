"""The staff page of the engine, in a browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from accounts.models import User
from executions.models import ExecutionStatus, Retry
from executions.operating.signs import beat_seen, worker_seen
from mino.tests.browser.complaints import Complaints
from mino.tests.browser.conftest import SignIn
from mino.tests.browser.looks import assert_looks_right
from mino.tests.factories import ExecutionFactory, JobFactory, SessionFactory, add_second_factor

pytestmark = pytest.mark.django_db(transaction=True)


def fill() -> None:
    """A busy engine with a worker that is missing."""
    now = timezone.now()
    details = {"threads": 64, "slots": 60, "running": 41, "version": "0.1.0"}
    worker_seen("worker-1.example:4711", started_at=now - timedelta(hours=9), now=now, details=details)
    late = now - timedelta(minutes=3)
    worker_seen(
        "worker-2.example:815", started_at=now - timedelta(hours=9), now=late, details={**details, "running": 0}
    )
    beat_seen(now)
    execution = ExecutionFactory(
        status=ExecutionStatus.RUNNING, queued_jobs=12_345, running_jobs=41, retrying_jobs=3, effective_concurrency=25
    )
    job = JobFactory(execution=execution, status="running")
    SessionFactory(job=job, worker="worker-2.example:815", lease_expires_at=now - timedelta(seconds=20))
    SessionFactory(job=job, worker="worker-1.example:4711", lease_expires_at=now + timedelta(seconds=50))
    SessionFactory(job=job, status="stopped", needs_cancel=True, agent_run_id="run-8f2c41", finished_at=now)
    Retry.objects.create(job=job, execution=execution, attempt_number=2, scheduled_for=late)
    ExecutionFactory(status=ExecutionStatus.PAUSED, status_code="BUDGET_REACHED", queued_jobs=80)


def test_staff_sees_how_the_engine_does(page: Page, sign_in: SignIn, complaints: Complaints) -> None:
    complaints.expect("favicon")  # Django admin has none
    fill()
    sign_in(add_second_factor(User.objects.create_superuser("staff@mino.example", "x")))
    page.goto("/admin/")
    page.get_by_role("link", name="Engine").click()
    assert_looks_right(page, "engine")
