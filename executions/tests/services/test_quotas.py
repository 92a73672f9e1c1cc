"""Quotas hold when projects and executions are made, also at once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from importlib import import_module

import pytest
from django.apps import apps

from accounts.limits.history import requests_add
from accounts.models import Organization, Plan, UsageMonth, User
from executions.models import Execution
from executions.services.cloning import execution_clone, failed_rows_run, rows_run
from executions.services.creation import execution_create
from executions.services.metering import metering_sweep
from executions.services.pairing import Runner, pair_create
from executions.tests.pictures.test_limits_in_parallel import at_once
from mino.common.errors import AlreadyExists, Limits, QuotaExceeded
from mino.tests.factories import ExecutionFactory, JobFactory, ProjectFactory, VersionFactory
from projects.models import Batch, Project
from projects.services.deletion import project_delete
from projects.services.projects import project_create


@pytest.fixture
def free(organization: Organization) -> Organization:
    """The organization has the free plan, with room for three executions a month."""
    organization.plan = Plan.FREE
    organization.max_executions_a_month = 3
    organization.save()
    return organization


def start(batch: Batch) -> Execution:
    version = batch.project.production_version
    assert version
    return execution_create(
        batch=batch, user=None, instruction_version=version, agent="local", allow_parallel=True, has_own_worker=True
    )


def make_project(organization: Organization, name: str) -> Project:
    return project_create(organization=organization, user=None, name=name, instructions="Find the price.")


def allowed(act: Callable[[], object]) -> Callable[[], object]:
    """The act, whose refusal is no error."""

    def run() -> None:
        with suppress(QuotaExceeded):
            act()

    return run


def test_every_way_to_start_an_execution_counts(free: Organization, batch: Batch, member: User) -> None:
    first = start(batch)
    Execution.objects.update(status="stopped")
    execution_clone(first.pk, user=member)
    rows_run(first.pk, [1], user=member)
    failed: Execution = ExecutionFactory(batch=batch, number=99)
    JobFactory(execution=failed, row=batch.rows.first(), status="error")
    acts: list[Callable[[], object]] = [
        lambda: start(batch),
        lambda: rows_run(first.pk, [1], user=member),
        lambda: failed_rows_run(failed.pk, user=member),
    ]
    for act in acts:
        with pytest.raises(QuotaExceeded, match="has started 3 executions this month, and its plan allows 3"):
            act()
    free.refresh_from_db()
    assert (free.execution_count, free.last_execution_number) == (3, 3), "A refusal leaves no gap in the numbers."


def test_an_execution_that_is_refused_for_another_reason_is_not_counted(free: Organization, batch: Batch) -> None:
    execution = start(batch)
    with pytest.raises(AlreadyExists):
        execution_create(batch=batch, user=None, instruction_version=execution.instruction_version, agent="local")
    free.refresh_from_db()
    assert free.execution_count == 1


def test_a_paired_run_needs_room_for_two(free: Organization, batch: Batch) -> None:
    start(batch)
    start(batch)
    version = batch.project.production_version
    assert version
    first, second = Runner(version, "local", {}), Runner(VersionFactory(project=batch.project), "local", {})
    with pytest.raises(QuotaExceeded, match=r"counts as two executions, and of the 3 .* one is left") as refused:
        pair_create(batch=batch, user=None, first=first, second=second, allow_parallel=True)
    assert refused.value.limits
    assert (refused.value.limits.current, refused.value.limits.maximum) == (2, 3)
    assert Execution.objects.count() == 2, "Neither of the two was started."
    start(batch)


def test_a_deleted_project_makes_room(free: Organization, admin: User) -> None:
    made = [make_project(free, name) for name in ("One", "Two", "Three")]
    with pytest.raises(QuotaExceeded) as refused:
        make_project(free, "Four")
    assert refused.value.limits == Limits(3, 3)
    for _ in range(2):  # the second time changes nothing
        project_delete(project=made[0], user=admin)
    make_project(free, "Four")
    with pytest.raises(QuotaExceeded):
        make_project(free, "Five")


@pytest.mark.django_db(transaction=True)
def test_executions_started_at_once_do_not_exceed_the_quota(free: Organization, batch: Batch) -> None:
    ExecutionFactory(batch=batch, number=99, completed_jobs=4)
    starts = [allowed(lambda: start(batch)) for _ in range(8)]
    at_once(
        [*starts, metering_sweep, metering_sweep, partial(requests_add, free.pk, 5), partial(requests_add, free.pk, 6)]
    )
    free.refresh_from_db()
    assert (Execution.objects.count(), free.execution_count) == (4, 3)
    used = UsageMonth.objects.get()
    assert (used.executions, used.rows, used.requests) == (3, 4, 11), "The first of a month are many at once."


@pytest.mark.django_db(transaction=True)
def test_projects_made_at_once_do_not_exceed_the_quota(free: Organization) -> None:
    tasks = [allowed(partial(make_project, free, f"Project {number}")) for number in range(10)]
    at_once(tasks)
    free.refresh_from_db()
    assert (Project.objects.count(), free.project_count) == (3, 3)
    assert UsageMonth.objects.get().projects == 3


def test_the_migration_counts_what_was_there(free: Organization, batch: Batch) -> None:
    ProjectFactory(organization=free, is_deleted=True)
    old = ExecutionFactory(batch=batch, completed_jobs=5, error_jobs=2, cost="1.25", status="completed")
    Execution.objects.filter(pk=old.pk).update(created_at=datetime(2025, 3, 31, 23, 0, tzinfo=UTC))
    ExecutionFactory(batch=batch, completed_jobs=1)
    migration = import_module("executions.migrations.0021_usage_of_the_past")
    migration.count(apps, None)
    free.refresh_from_db()
    assert (free.project_count, free.execution_count) == (1, 1)
    then = UsageMonth.objects.get(month="2025-03-01")
    assert (then.executions, then.rows, then.costs) == (1, 7, {"USD": "1.250000"})
    assert list(Execution.objects.filter(is_metering=False)) == [old]
    migration.forget(apps, None)
    assert not UsageMonth.objects.exists()
