"""Checks what must hold after every transaction."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from django.db.models import Count, F, Sum

from executions.models import (
    AgentCredential,
    Execution,
    FieldResult,
    Job,
    JobStatus,
    Retry,
    RetryStatus,
    Session,
    SessionStatus,
)


def assert_counters_equal_jobs() -> None:
    """The counters of every execution and credential equal its rows, and jobs, attempts and retries fit each other."""
    for execution in Execution.objects.all():
        statuses = Counter(Job.objects.filter(execution=execution).values_list("status", flat=True))
        counters = {status: getattr(execution, f"{status}_jobs") for status in JobStatus.values}
        assert counters == {status: statuses[status] for status in JobStatus.values}
        assert execution.prepared_jobs == sum(statuses.values())
        assert_attempts_fit_jobs(execution)
        assert_retries_fit_jobs(execution)
        assert_costs_add_up(execution)
        assert_statistics_equal_field_results(execution)
        assert_errors_and_first_attempts_are_counted(execution)
    for credential in AgentCredential.objects.all():
        owned = Execution.objects.filter(organization=credential.organization, agent=credential.agent)
        assert credential.running_jobs == sum(owned.values_list("running_jobs", flat=True))
        assert credential.running_jobs <= credential.concurrency


def assert_attempts_fit_jobs(execution: Execution) -> None:
    """Each running job has exactly one running attempt, its current one, with a lease; no other job has one."""
    running = Session.objects.filter(job__execution=execution, status=SessionStatus.RUNNING)
    assert running.count() == execution.running_jobs
    current = running.filter(
        job__current_session=F("pk"), job__status=JobStatus.RUNNING, lease_expires_at__isnull=False
    )
    assert current.count() == execution.running_jobs
    miscounted = execution.jobs.annotate(made=Count("sessions")).exclude(attempts=F("made"))
    assert not miscounted.exists()


def assert_retries_fit_jobs(execution: Execution) -> None:
    """Each retrying job has exactly one pending retry and the other way round; each retry under way a running job."""
    jobs = Job.objects.filter(execution=execution)
    retries = Retry.objects.filter(execution=execution)
    pending = retries.filter(status=RetryStatus.PENDING).values_list("job_id", "scheduled_for")
    assert Counter(pending) == Counter(jobs.filter(status=JobStatus.RETRYING).values_list("pk", "next_retry_at"))
    under_way = retries.filter(status=RetryStatus.PROCESSING).values_list("pk", flat=True)
    carried_out = jobs.filter(status=JobStatus.RUNNING, current_session__retry__isnull=False)
    assert Counter(under_way) == Counter(carried_out.values_list("current_session__retry", flat=True))


def assert_costs_add_up(execution: Execution) -> None:
    """What an execution and its jobs cost is what their attempts cost."""
    attempts = Session.objects.filter(job__execution=execution).values_list("job_id", "cost")
    by_job: dict[object, Decimal] = {}
    for job_id, cost in attempts:
        by_job[job_id] = by_job.get(job_id, Decimal(0)) + (cost or Decimal(0))
    assert execution.cost == sum(by_job.values(), Decimal(0))
    for job_id, cost in Job.objects.filter(execution=execution).values_list("pk", "cost"):
        assert (cost or Decimal(0)) == by_job.get(job_id, Decimal(0))


def assert_errors_and_first_attempts_are_counted(execution: Execution) -> None:
    """Errors are counted by their code, and first answers apart from final ones."""
    jobs = Job.objects.filter(execution=execution)
    errors = Counter(jobs.filter(status=JobStatus.ERROR).values_list("error_code", flat=True))
    assert Counter(execution.error_counts) == errors
    evaluated = Counter(jobs.filter(status=JobStatus.COMPLETED).values_list("evaluation_result", flat=True))
    assert (execution.passed_jobs, execution.failed_jobs) == (evaluated["pass"], evaluated["fail"])
    first = jobs.filter(status=JobStatus.COMPLETED, retry_count=0, requeue_count=0)
    firsts = Counter(first.values_list("evaluation_result", flat=True))
    assert execution.first_attempt_passed_jobs == firsts["pass"]
    assert execution.first_attempt_failed_jobs == firsts["fail"]
    sums = first.aggregate(good=Sum("good_fields"), gradable=Sum("gradable_fields"))
    assert execution.first_attempt_good_fields == (sums["good"] or 0)
    assert execution.first_attempt_gradable_fields == (sums["gradable"] or 0)


def assert_statistics_equal_field_results(execution: Execution) -> None:
    """The outcomes counted per column are those of the stored cells."""
    cells = Counter(FieldResult.objects.filter(execution=execution).values_list("column", "outcome"))
    counted = Counter(
        {
            (statistic.column, outcome): getattr(statistic, outcome)
            for statistic in execution.column_statistics.all()
            for outcome in ("correct", "correctly_empty", "wrong", "missed", "invented", "not_gradable")
            if getattr(statistic, outcome)
        }
    )
    assert cells == counted
    assert execution.good_fields == sum(n for (_, outcome), n in cells.items() if outcome.startswith("correct"))


def assert_within_limits() -> None:
    """No execution runs more jobs than it may; where a limit was lowered, this holds only once jobs have ended."""
    for execution in Execution.objects.all():
        assert execution.running_jobs <= (1 if execution.is_probing else execution.effective_concurrency)
