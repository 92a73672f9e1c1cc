"""Acts on dead letters of many executions, and hurried retries."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from executions.models import AgentCredential, Execution, ExecutionStatus, Job, JobStatus, Retry, RetryStatus
from executions.services import dead_letters as services
from executions.services.control import execution_pause, execution_stop
from executions.services.dead_letters import Handled, dead_letters_requeue, dead_letters_skip
from executions.services.retrying import job_retry
from executions.tests.views.conftest import Start, Work, nothing_remembered, start, work
from executions.tests.views.failing import failing, letters_of
from mino.common.errors import InvalidState
from mino.tests.factories import ProjectFactory
from mino.tests.races import overtaken

__all__ = ["nothing_remembered", "start", "work"]
pytestmark = pytest.mark.django_db


def test_dead_letters_of_several_executions_wait_again(start: Start, work: Work, member: User) -> None:
    first, second = (start(rows=3, max_retries=0) for _ in range(2))
    work(behaviour=failing("TIMEOUT"))
    handled = dead_letters_requeue(Job.objects.exclude(execution=second, position=2), user=member)
    assert handled == Handled(done=5, executions=2)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, first.queued_jobs, first.error_jobs) == (ExecutionStatus.RUNNING, 3, 0)
    assert (second.queued_jobs, second.error_jobs, second.error_counts) == (2, 1, {"TIMEOUT": 1})


def test_those_of_stopped_executions_and_commands_are_counted_as_final(start: Start, work: Work, member: User) -> None:
    stopped, own, _ = (start(rows=2, max_retries=0) for _ in range(3))
    work(behaviour=failing("TIMEOUT"))
    Execution.objects.filter(pk=stopped.pk).update(status=ExecutionStatus.STOPPED)
    Execution.objects.filter(pk=own.pk).update(has_own_worker=True)
    assert dead_letters_requeue(Job.objects.all(), user=member) == Handled(done=2, executions=1, final=4)
    assert letters_of(stopped) == letters_of(own) == [1, 2]


def test_what_is_not_theirs_to_run_is_counted_and_left(start: Start, work: Work, viewer: User) -> None:
    start(rows=2, max_retries=0)
    work(behaviour=failing("TIMEOUT"))
    assert dead_letters_requeue(Job.objects.all(), user=viewer) == Handled(forbidden=2)
    assert dead_letters_skip(Job.objects.all(), user=viewer) == Handled(forbidden=2)
    assert letters_of(Execution.objects.get()) == [1, 2]


def test_skipping_works_in_stopped_executions_too_and_touches_nothing_but_errors(
    start: Start, work: Work, member: User
) -> None:
    execution = start(rows=4, max_retries=0)
    work(2, failing("TIMEOUT"))
    work(1)
    execution_stop(execution.pk, user=member)
    assert dead_letters_skip(Job.objects.all(), user=member) == Handled(done=2, executions=1)
    execution.refresh_from_db()
    counts = (execution.skipped_jobs, execution.error_jobs, execution.completed_jobs, execution.stopped_jobs)
    assert counts == (2, 0, 1, 1)
    assert dead_letters_skip(Job.objects.all(), user=member) == Handled()


def test_only_the_newest_are_taken_on_at_once_and_in_chunks(
    start: Start, work: Work, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST_AT_ONCE", 5)
    monkeypatch.setattr(services, "JOBS_AT_ONCE", 2)
    execution = start(rows=6, max_retries=0)
    work(behaviour=failing("TIMEOUT"))
    assert dead_letters_requeue(Job.objects.all(), user=member).done == 5
    assert letters_of(execution) == [1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_in_one_transaction_all_locks_are_taken_before_the_first_act(start: Start, work: Work, member: User) -> None:
    first, second = (start(rows=1, max_retries=0) for _ in range(2))
    work(behaviour=failing("TIMEOUT"))
    Execution.objects.filter(pk=second.pk).update(agent="eva")
    credential = AgentCredential.objects.create(organization=second.organization, agent="eva")

    def skip() -> Handled:
        with transaction.atomic():
            return dead_letters_skip(Job.objects.all(), user=member)

    handled = overtaken(
        lambda: AgentCredential.objects.select_for_update().get(pk=credential.pk),
        skip,
        then=lambda: Execution.objects.select_for_update().get(pk=first.pk),
    )
    assert handled == Handled(done=2, executions=2)


def test_a_retry_is_hurried(start: Start, work: Work, member: User) -> None:
    execution = start(rows=1)
    work(1, failing("TIMEOUT"))
    later = timezone.now() + timedelta(seconds=50)
    Retry.objects.update(scheduled_for=later)
    Job.objects.update(next_retry_at=later)
    job = execution.jobs.get()
    assert job_retry(job.pk, user=member).affected_jobs == 1
    job.refresh_from_db()
    retry = Retry.objects.get()
    assert retry.status == RetryStatus.PENDING
    assert job.next_retry_at is not None
    assert retry.scheduled_for == job.next_retry_at <= timezone.now()
    assert job_retry(job.pk, user=member).affected_jobs == 0
    work(1)
    job.refresh_from_db()
    assert job.status == JobStatus.COMPLETED


def test_only_what_waits_can_be_hurried(start: Start, work: Work, member: User, viewer: User) -> None:
    execution = start(rows=2)
    work(1)
    done, queued = execution.jobs.order_by("position")
    with pytest.raises(InvalidState, match="completed"):
        job_retry(done.pk, user=member)
    assert job_retry(queued.pk, user=member).affected_jobs == 0
    with pytest.raises(PermissionDenied):
        job_retry(queued.pk, user=viewer)


def test_a_hurried_retry_of_a_paused_execution_waits_for_the_resume(start: Start, work: Work, member: User) -> None:
    execution = start(rows=1)
    work(1, failing("TIMEOUT"))
    execution_pause(execution.pk, user=member)
    job_retry(execution.jobs.get().pk, user=member)
    work()
    assert execution.jobs.get().status == JobStatus.RETRYING


def test_other_organizations_are_not_reached(start: Start, work: Work, stranger: User) -> None:
    start(rows=1, max_retries=0)
    work(behaviour=failing("TIMEOUT"))
    ProjectFactory(organization=stranger.memberships.get().organization)
    assert dead_letters_requeue(Job.objects.all(), user=stranger) == Handled(forbidden=1)
