"""Metrics in Prometheus' format."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from executions.models import Retry
from executions.operating.signs import beat_seen, worker_seen
from executions.tests.operating.conftest import Running
from mino.tests.factories import JobFactory, SessionFactory

pytestmark = pytest.mark.django_db
TOKEN = {"authorization": "Bearer a-token-of-twenty-characters"}


@pytest.fixture
def metrics_on(settings: Settings) -> None:
    settings.METRICS = True
    settings.METRICS_TOKEN = "a-token-of-twenty-characters"


def scraped(client: Client) -> dict[str, float]:
    """Each sample, by its name with the values of its labels."""
    answer = client.get("/metrics", headers=TOKEN)
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    samples = [sample for family in families for sample in family.samples]
    return {" ".join([sample.name, *sample.labels.values()]): sample.value for sample in samples}


def test_metrics_are_off_unless_switched_on(client: Client) -> None:
    assert client.get("/metrics", headers=TOKEN).status_code == 404


@pytest.mark.usefixtures("metrics_on")
@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer wrong", "a-token-of-twenty-characters", "Bearer ü"])
def test_without_the_token_nothing_is_told(client: Client, sent: str) -> None:
    answer = client.get("/metrics", headers={"authorization": sent})
    assert answer.status_code == 401
    assert b"mino_" not in answer.content


@pytest.mark.usefixtures("metrics_on")
def test_metrics_of_an_empty_database(client: Client) -> None:
    found = scraped(client)
    assert (found["mino_executions running"], found["mino_jobs queued"], found["mino_workers"]) == (0, 0, 0)
    assert found["mino_jobs_ended_5m pass"] == 0
    assert "mino_beat_age_seconds" not in found


@pytest.mark.usefixtures("metrics_on")
def test_metrics_tell_what_runs_and_waits(client: Client, running: Running, now: datetime) -> None:
    execution = running(
        changed_at=now - timedelta(minutes=5), queued_jobs=4, running_jobs=1, retrying_jobs=2, cost="1.25"
    )
    running(queued_jobs=3)
    running(status="paused", retrying_jobs=1)
    job = JobFactory(execution=execution, status="retrying")
    due = now - timedelta(minutes=3)
    Retry.objects.create(job=job, execution=execution, attempt_number=2, scheduled_for=due)
    JobFactory(execution=execution, status="completed", evaluation_result="pass", finished_at=now)
    SessionFactory(job=job, lease_expires_at=now - timedelta(seconds=1))
    SessionFactory(job=job, status="stopped", needs_cancel=True, lease_expires_at=now)
    found = scraped(client)
    assert [found[f"mino_executions {status}"] for status in ("queued", "running", "paused")] == [0, 2, 1]
    assert [found[f"mino_jobs {status}"] for status in ("queued", "running", "retrying")] == [7, 1, 3]
    assert (found["mino_due_retries"], found["mino_expired_leases"], found["mino_sessions_to_cancel"]) == (1, 1, 1)
    assert 180 <= found["mino_oldest_due_retry_seconds"] < 300 <= found["mino_queue_age_seconds"]
    assert (found["mino_jobs_ended_5m pass"], found["mino_cost_today USD"]) == (1, 1.25)


@pytest.mark.usefixtures("metrics_on")
def test_metrics_tell_of_workers_and_beat(client: Client, now: datetime) -> None:
    for name, seen_at in (("here:1", now), ("there:2", now), ("gone:3", now - timedelta(minutes=5))):
        worker_seen(name, started_at=now, now=seen_at, details={"slots": 60, "running": 7})
    beat_seen(now - timedelta(seconds=20))
    found = scraped(client)
    assert (found["mino_workers"], found["mino_worker_slots"], found["mino_worker_running"]) == (2, 120, 14)
    assert found["mino_beat_age_seconds"] >= 20


@pytest.mark.usefixtures("metrics_on")
def test_a_scrape_asks_a_fixed_number_of_questions(
    client: Client, running: Running, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(3):
        JobFactory(execution=running(queued_jobs=1), status="completed")
    with django_assert_num_queries(12):
        scraped(client)
