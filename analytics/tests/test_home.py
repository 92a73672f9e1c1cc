"""The home page: what runs, what needs somebody, and what to do next."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organization, User
from analytics.figures import axis_low, time_left
from analytics.home import home_of
from analytics.models import Suspect
from executions.models import Execution
from mino.common.values.share import Share
from mino.tests.factories import BatchFactory, ExecutionFactory
from projects.models import Batch, Project

ClientFor = Callable[[User], Client]
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_the_time_left_goes_by_the_pace_until_now(batch: Batch) -> None:
    execution = ExecutionFactory.build(batch=batch, status="running", total_jobs=100, completed_jobs=20, error_jobs=5)
    execution.started_at, execution.paused_seconds = NOW - timedelta(seconds=70), 20.0
    assert time_left(execution, NOW) == 150.0  # 25 in the 50 s that it was not paused, 75 to go
    execution.completed_jobs = execution.error_jobs = 1
    assert time_left(execution, NOW) is None  # too few to tell
    execution.status = "paused"
    assert time_left(execution, NOW) is None


def test_an_axis_has_room_for_all_intervals() -> None:
    assert axis_low([]) == 0.8
    assert axis_low([Share.of(9, 10), Share.of(0, 0)]) == 0.5


@pytest.mark.django_db
def test_what_needs_somebody_is_what_nobody_ran_again_since(project: Project) -> None:
    batches = [BatchFactory(project=project) for _ in range(6)]

    def run(number: int, batch: Batch, **values: object) -> None:
        ended = {} if values["status"] in ("paused", "running") else {"finished_at": timezone.now()}
        ExecutionFactory(batch=batch, number=number, **ended, **values)

    run(1, batches[0], status="failed")
    run(2, batches[0], status="completed")  # it went well when it was run again
    run(3, batches[1], status="completed", error_jobs=4)
    run(4, batches[2], status="paused")
    run(5, batches[3], status="failed", status_reason="No key")
    run(6, batches[4], status="running", error_jobs=1)
    run(7, batches[5], status="stopped", error_jobs=0)
    home = home_of(Execution.objects.all(), timezone.now())
    assert [one.number for one in home.needs] == [5, 4, 3]
    assert [one.execution.number for one in home.running] == [6]
    old = home_of(Execution.objects.all(), timezone.now() + timedelta(days=8))
    assert [one.number for one in old.needs] == [4]


@pytest.mark.django_db
def test_what_is_paused_waits_however_much_ran_since(batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analytics.home.LOOKED_AT", 3)
    for number in range(1, 8):
        ExecutionFactory(batch=batch, number=number, status="paused")
    for number in range(8, 12):
        ExecutionFactory(batch=batch, number=number, status="completed", finished_at=timezone.now())
    home = home_of(Execution.objects.all(), timezone.now())
    assert [one.number for one in home.needs] == [7, 6, 5, 4, 3]
    assert home.more_paused


@pytest.mark.django_db
def test_all_that_runs_is_counted_but_only_the_newest_are_loaded(batch: Batch) -> None:
    for number in range(1, 9):
        ExecutionFactory(batch=batch, number=number, status="running")
    with CaptureQueriesContext(connection) as asked:
        home = home_of(Execution.objects.all(), timezone.now())
    assert [one.execution.number for one in home.running] == [8, 7, 6, 5, 4, 3]
    assert home.running_count == 8
    loaded = [one["sql"] for one in asked.captured_queries if one["sql"].endswith("LIMIT 6")]
    assert len([sql for sql in loaded if "running" in sql.rpartition("WHERE")[2]]) == 1


def test_the_live_part_is_polled_only_while_something_runs(
    batch: Batch, viewer: User, organization: Organization, client_for: ClientFor
) -> None:
    execution = ExecutionFactory(batch=batch, status="running", total_jobs=9)
    address = reverse("organization_home", kwargs={"slug": organization.slug})
    client = client_for(viewer)
    part = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="every 2s"' in part
    assert "<html" not in part
    Execution.objects.filter(pk=execution.pk).update(status="completed", finished_at=timezone.now())
    assert "hx-trigger" not in client.get(address, headers={"HX-Request": "true"}).content.decode()


def test_the_last_week_is_summed_over_its_finished_executions(batch: Batch) -> None:
    sums = {"graded_rows": 10, "gradable_fields": 20, "gradable_fields_squared": 40, "finished_at": timezone.now()}
    for number, good in ((1, 10), (2, 16)):
        squares = {"good_fields_squared": good * 2, "good_times_gradable": good * 2}
        ExecutionFactory(
            batch=batch,
            number=number,
            status="completed",
            good_fields=good,
            completed_jobs=9,
            error_jobs=1,
            **sums,
            **squares,
        )
    week = home_of(Execution.objects.all(), timezone.now()).week
    assert week is not None
    assert (week.accuracy.value, week.accuracy.n) == (26 / 40, 40)
    assert (week.errors.value, week.errors.n) == (0.1, 20)


def test_an_empty_workspace_says_what_to_do_next(
    viewer: User, member: User, organization: Organization, client_for: ClientFor, project: Project
) -> None:
    address = reverse("organization_home", kwargs={"slug": organization.slug})

    def shown(user: User) -> str:
        return client_for(user).get(address).content.decode()

    assert "Add sites to Shop prices" in shown(member)
    BatchFactory(project=project, name="Autumn", rows=1)
    assert "Run Autumn" in shown(member)
    assert "Run Autumn" not in shown(viewer)
    Project.objects.all().update(is_deleted=True)
    assert "Create the first project" in shown(member)
    assert "New project" not in shown(viewer)


def test_suspects_in_the_truth_need_somebody(
    batch: Batch, viewer: User, stranger: User, client_for: Callable[[User], Client]
) -> None:
    for row in batch.rows.all():
        Suspect.objects.create(
            organization=batch.organization,
            project=batch.project,
            batch=batch,
            row=row,
            column="price",
            value="9",
            support=2,
            share=1000,
            first_seen=timezone.now(),
            last_seen=timezone.now(),
        )
    ExecutionFactory(batch=batch)
    page = client_for(viewer).get(reverse("organization_home", args=[batch.organization.slug])).text
    assert "<b>3 cells</b> of truth may be wrong" in page
    assert reverse("project_suspects", args=[batch.organization.slug, batch.project_id]) in page
    batch.project.is_private = True
    batch.project.save()
    page = client_for(viewer).get(reverse("organization_home", args=[batch.organization.slug])).text
    assert "may be wrong" not in page


@pytest.mark.django_db
def test_the_week_is_remembered_for_its_reader_while_something_runs(batch: Batch) -> None:
    def end(number: int, good: int) -> None:
        figures = {"gradable_fields": 10, "good_fields": good, "completed_jobs": 1, "finished_at": timezone.now()}
        ExecutionFactory(batch=batch, number=number, status="completed", **figures)

    def good_of(reader: str) -> float | None:
        week = home_of(Execution.objects.all(), timezone.now(), reader=reader).week
        assert week is not None
        return week.accuracy.value

    reader, other = str(uuid.uuid4()), str(uuid.uuid4())
    end(1, 10)
    running = ExecutionFactory(batch=batch, number=2, status="running")
    assert good_of(reader) == 1.0
    end(3, 0)
    assert good_of(reader) == 1.0
    assert good_of(other) == 0.5
    Execution.objects.filter(pk=running.pk).update(status="stopped", finished_at=timezone.now())
    assert good_of(reader) == 0.5
