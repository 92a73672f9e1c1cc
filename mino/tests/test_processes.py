"""The whole machine with its real processes: Celery worker and beat from the Procfile, the sample shop as the sites."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from celery import current_app
from pytest_django.live_server_helper import LiveServer

from executions.models import Execution, ExecutionStatus, Job, Session, SessionStatus
from executions.services.creation import execution_create
from mino.tests.factories import BatchFactory, ProjectFactory, RowFactory
from mino.tests.processes import running, wait_for

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = {
    "mug-speckle": {"title": "Mug Speckle, set of four", "price": "38"},
    "tenon-saw-240": {"title": "Tenon saw, 240 mm", "price": "45"},
    "merino-50": {"title": "Merino yarn, 50 g", "price": "5.90"},
    "sold-last-year": {"title": "Something", "price": "1"},
    "broken-shelf": {"title": "Something", "price": "1"},
}
Start = Callable[..., Execution]


@pytest.fixture
def reachable(live_server: LiveServer) -> dict[str, str]:
    """The variables with which a worker may visit the sample shop."""
    return {
        "MINO_ALLOWED_NETWORKS": "127.0.0.0/8,::1/128",
        "MINO_ALLOWED_PORTS": str(urlsplit(live_server.url).port),
        "MINO_WORKER_THREADS": "8",
    }


@pytest.fixture
def start(live_server: LiveServer) -> Start:
    """Starts an execution over the sample shop."""

    def start_execution(*slugs: str) -> Execution:
        batch = BatchFactory(project=ProjectFactory())
        for position, slug in enumerate(slugs or PAGES, 1):
            url = f"{live_server.url}/sample-site/goods/{slug}/"
            RowFactory(batch=batch, position=position, url=url, truth=PAGES.get(slug, {}))
        batch.row_count = len(slugs or PAGES)
        batch.save()
        version = batch.project.production_version
        return execution_create(batch=batch, user=None, instruction_version=version, agent="local", concurrency=3)

    return start_execution


def wait_until_final(execution: Execution, seconds: float = 90) -> Execution:
    """Wait until the execution has ended; fails the test after a generous while."""

    def is_finished() -> bool:
        execution.refresh_from_db()
        return execution.is_finished

    wait_for(is_finished, seconds)
    return execution


def test_a_worker_turns_sites_into_evaluated_results(start: Start, reachable: dict[str, str]) -> None:
    execution = start()
    with running("worker", reachable):
        wait_until_final(execution)
    assert (execution.status, execution.completed_jobs, execution.error_jobs) == (ExecutionStatus.COMPLETED, 3, 2)
    assert (execution.good_fields, execution.gradable_fields) == (6, 6)
    errors = execution.jobs.filter(status="error").order_by("position")
    assert [job.error_code for job in errors] == ["PAGE_NOT_FOUND", "SITE_ERROR"]


def test_a_worker_that_is_asked_to_end_hands_its_jobs_back(start: Start, reachable: dict[str, str]) -> None:
    execution = start("slow-cooker")
    with running("worker", {**reachable, "MINO_WORKER_GRACE": "0"}):
        wait_for(lambda: Job.objects.filter(status="running").exists())
    execution.refresh_from_db()
    assert (execution.status, execution.queued_jobs, execution.running_jobs) == (ExecutionStatus.RUNNING, 1, 0)
    assert Session.objects.get().status == SessionStatus.HANDED_BACK


def test_beat_finds_the_work_when_every_message_is_lost(start: Start, reachable: dict[str, str]) -> None:
    execution = start()
    current_app.control.purge()
    with running("worker", reachable), running("beat", reachable):
        wait_until_final(execution)
    assert execution.final_jobs == len(PAGES)
