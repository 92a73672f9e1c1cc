"""The comparison of remote runs with attempts, which decides whether a trial has found a run that was paid in vain."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from executions.models import Job, SessionStatus
from executions.tests.chaos.plan import draw_plan
from executions.tests.chaos.runs import Account, Run, settle_accounts
from mino.tests.factories import JOINED, JobFactory, SessionFactory

pytestmark = pytest.mark.django_db


def at(seconds: float) -> datetime:
    """A moment of the trial."""
    return JOINED + timedelta(seconds=seconds)


def attempt(job: Job, status: str, began: float, ended: float, **values: Any) -> None:
    """An attempt of the job, from and to so many seconds."""
    session = SessionFactory(job=job, status=status, started_at=at(began), finished_at=at(ended), **values)
    Job.objects.filter(pk=job.pk).update(current_session=session)


def account(*runs: tuple[str, str, float, float]) -> Account:
    """What comes of comparing all jobs with these runs of the first one's address: id, status, begin, end."""
    url = Job.objects.all()[0].url
    jobs = Job.objects.select_related("current_session").prefetch_related("sessions")
    return settle_accounts([Run(id, url, status, at(began), at(ended)) for id, status, began, ended in runs], jobs)


@pytest.fixture
def job() -> Job:
    """A job of a trial."""
    made: Job = JobFactory()
    return made


def test_a_run_that_another_attempt_took_over_is_all_right(job: Job) -> None:
    attempt(job, SessionStatus.LOST, 0, 5, agent_run_id="a")
    attempt(job, SessionStatus.COMPLETED, 5, 9, agent_run_id="a")
    assert account(("a", "COMPLETED", 1, 8)).violations == []


def test_a_second_run_while_the_first_went_on_is_paid_in_vain(job: Job) -> None:
    attempt(job, SessionStatus.LOST, 0, 5, agent_run_id="a")
    attempt(job, SessionStatus.COMPLETED, 5, 9, agent_run_id="b")
    found = account(("a", "COMPLETED", 1, 8), ("b", "COMPLETED", 6, 8)).violations
    assert found == [f"{job.url}: b was begun though a (COMPLETED) could be adopted."]


def test_a_second_run_after_one_that_failed_is_all_right(job: Job) -> None:
    attempt(job, SessionStatus.ERROR, 0, 5, agent_run_id="a")
    attempt(job, SessionStatus.COMPLETED, 6, 9, agent_run_id="b")
    assert account(("a", "FAILED", 1, 4), ("b", "COMPLETED", 6, 8)).violations == []


def test_a_run_that_no_attempt_names_is_found(job: Job) -> None:
    attempt(job, SessionStatus.ERROR, 0, 5)
    assert account(("a", "FAILED", 1, 4)).violations == [f"{job.url}: nobody knows the run a (FAILED)."]


def test_an_attempt_that_says_that_it_may_be_charged_twice_explains_a_run(job: Job) -> None:
    attempt(job, SessionStatus.LOST, 0, 5, may_be_charged_twice=True)
    attempt(job, SessionStatus.COMPLETED, 6, 9, agent_run_id="b")
    found = account(("a", "COMPLETED", 1, 8), ("b", "COMPLETED", 6, 8))
    assert (found.violations, found.flagged) == ([], 1)


def test_saying_so_is_no_excuse_when_the_run_was_known(job: Job) -> None:
    attempt(job, SessionStatus.LOST, 0, 5, agent_run_id="a", may_be_charged_twice=True)
    attempt(job, SessionStatus.COMPLETED, 6, 9, agent_run_id="b")
    assert len(account(("a", "COMPLETED", 1, 8), ("b", "COMPLETED", 6, 8)).violations) == 1


def test_a_run_begun_by_a_worker_that_overslept_is_counted(job: Job) -> None:
    attempt(job, SessionStatus.LOST, 0, 5, agent_run_id="b")
    attempt(job, SessionStatus.COMPLETED, 6, 9, agent_run_id="a")
    found = account(("a", "COMPLETED", 6, 8), ("b", "COMPLETED", 7, 8))
    assert (found.violations, found.late_starts) == ([], 1)


def test_a_result_must_be_of_a_run_of_its_own_row(job: Job) -> None:
    attempt(job, SessionStatus.COMPLETED, 0, 5, agent_run_id="elsewhere")
    assert "no completed run of its own" in account(("a", "COMPLETED", 1, 4)).violations[-1]


def test_a_seed_draws_the_same_trial_again() -> None:
    assert draw_plan(7) == draw_plan(7)
    assert draw_plan(7) != draw_plan(8)
