"""Checks what must hold after every transaction."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from executions.models import (
    AgentCredential,
    ColumnStatistic,
    Execution,
    FieldResult,
    Job,
    JobStatus,
    Retry,
    RetryStatus,
    Session,
    SessionStatus,
)

OUTCOMES = ("correct", "correctly_empty", "wrong", "missed", "invented", "not_gradable")


class Books:
    """All rows of all executions, read with one statement a table."""

    def __init__(self) -> None:
        self.executions: list[Execution] = list(Execution.objects.all())
        self.jobs = list(Job.objects.all())
        self.sessions = list(Session.objects.defer("steps", "raw_result"))
        self.retries = list(Retry.objects.all())
        self.cells = list(FieldResult.objects.current().values_list("execution_id", "column", "outcome"))
        self.statistics = list(ColumnStatistic.objects.all())
        self._execution_of = {job.pk: job.execution_id for job in self.jobs}

    def jobs_of(self, execution: Execution, *statuses: str) -> list[Job]:
        """The jobs of an execution, those in one of the states if any are named."""
        mine = [job for job in self.jobs if job.execution_id == execution.pk]
        return [job for job in mine if job.status in statuses] if statuses else mine

    def sessions_of(self, execution: Execution) -> list[Session]:
        """The attempts at the jobs of an execution."""
        return [one for one in self.sessions if self._execution_of[one.job_id] == execution.pk]

    def retries_of(self, execution: Execution, status: str) -> list[Retry]:
        """The retries of an execution in one state."""
        return [one for one in self.retries if one.execution_id == execution.pk and one.status == status]


def assert_counters_equal_jobs() -> Books:
    """The counters of every execution and credential equal its rows, and jobs, attempts and retries fit each other."""
    books = Books()
    for execution in books.executions:
        statuses = Counter(job.status for job in books.jobs_of(execution))
        counters = {status: getattr(execution, f"{status}_jobs") for status in JobStatus.values}
        assert counters == {status: statuses[status] for status in JobStatus.values}
        assert execution.prepared_jobs == statuses.total()
        assert_attempts_fit_jobs(books, execution)
        assert_retries_fit_jobs(books, execution)
        assert_costs_add_up(books, execution)
        assert_statistics_equal_field_results(books, execution)
        assert_errors_and_first_attempts_are_counted(books, execution)
    for credential in AgentCredential.objects.all():
        key = (credential.organization_id, credential.agent)
        owned = [one for one in books.executions if (one.organization_id, one.agent) == key]
        assert credential.running_jobs == sum(one.running_jobs for one in owned)
        assert credential.running_jobs <= credential.concurrency
    return books


def assert_attempts_fit_jobs(books: Books, execution: Execution) -> None:
    """Each running job has exactly one running attempt, its current one, with a lease; no other job has one."""
    running = [one for one in books.sessions_of(execution) if one.status == SessionStatus.RUNNING]
    jobs = books.jobs_of(execution, JobStatus.RUNNING)
    assert Counter((one.job_id, one.pk) for one in running) == Counter((job.pk, job.current_session_id) for job in jobs)
    assert all(one.lease_expires_at for one in running)
    made = Counter(one.job_id for one in books.sessions_of(execution))
    assert made == Counter({job.pk: job.attempts for job in books.jobs_of(execution) if job.attempts})


def assert_retries_fit_jobs(books: Books, execution: Execution) -> None:
    """Each retrying job has exactly one pending retry and the other way round; each retry under way a running job."""
    pending = books.retries_of(execution, RetryStatus.PENDING)
    waiting = books.jobs_of(execution, JobStatus.RETRYING)
    assert Counter((one.job_id, one.scheduled_for) for one in pending) == Counter(
        (job.pk, job.next_retry_at) for job in waiting
    )
    under_way = books.retries_of(execution, RetryStatus.PROCESSING)
    running = [one for one in books.sessions_of(execution) if one.status == SessionStatus.RUNNING and one.retry_id]
    assert Counter((one.pk, one.job_id) for one in under_way) == Counter((one.retry_id, one.job_id) for one in running)


def assert_costs_add_up(books: Books, execution: Execution) -> None:
    """What an execution and its jobs cost is what their attempts cost."""
    by_job: dict[uuid.UUID, Decimal] = {}
    for one in books.sessions_of(execution):
        by_job[one.job_id] = by_job.get(one.job_id, Decimal(0)) + (one.cost or 0)
    assert execution.cost == sum(by_job.values())
    assert all((job.cost or 0) == by_job.get(job.pk, 0) for job in books.jobs_of(execution))


def assert_errors_and_first_attempts_are_counted(books: Books, execution: Execution) -> None:
    """Errors are counted by their code, and first answers apart from final ones."""
    assert Counter(execution.error_counts) == Counter(job.error_code for job in books.jobs_of(execution, "error"))
    completed = books.jobs_of(execution, JobStatus.COMPLETED)
    firsts = [job for job in completed if job.retry_count == 0 and job.requeue_count == 0]
    assert _figures(completed) == (
        execution.passed_jobs,
        execution.failed_jobs,
        execution.good_fields,
        execution.gradable_fields,
    )
    assert _figures(firsts) == (
        execution.first_attempt_passed_jobs,
        execution.first_attempt_failed_jobs,
        execution.first_attempt_good_fields,
        execution.first_attempt_gradable_fields,
    )


def _figures(jobs: Iterable[Job]) -> tuple[int, int, int, int]:
    """How many passed and failed, and their good and gradable fields."""
    results: Counter[Any] = Counter(job.evaluation_result for job in jobs)
    good, gradable = sum(job.good_fields for job in jobs), sum(job.gradable_fields for job in jobs)
    return results["pass"], results["fail"], good, gradable


def assert_statistics_equal_field_results(books: Books, execution: Execution) -> None:
    """The outcomes counted per column are those of the stored cells."""
    cells = Counter((column, outcome) for owner, column, outcome in books.cells if owner == execution.pk)
    counted = Counter(
        {
            (statistic.column, outcome): getattr(statistic, outcome)
            for statistic in books.statistics
            for outcome in OUTCOMES
            if statistic.execution_id == execution.pk and getattr(statistic, outcome)
        }
    )
    assert cells == counted
    assert execution.good_fields == sum(n for (_, outcome), n in cells.items() if outcome.startswith("correct"))


def assert_within_limits() -> None:
    """No execution runs more jobs than it may; where a limit was lowered, this holds only once jobs have ended."""
    for execution in Execution.objects.all():
        assert execution.running_jobs <= (1 if execution.is_probing else execution.effective_concurrency)
