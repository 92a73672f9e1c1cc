"""Checks what must hold after every transaction."""

from __future__ import annotations

from collections import Counter

from executions.models import AgentCredential, Execution, FieldResult, Job, JobStatus, Session, SessionStatus


def assert_counters_equal_jobs() -> None:
    """The counters of every execution and credential equal its rows."""
    for execution in Execution.objects.all():
        statuses = Counter(Job.objects.filter(execution=execution).values_list("status", flat=True))
        counters = {status: getattr(execution, f"{status}_jobs") for status in JobStatus.values}
        assert counters == {status: statuses[status] for status in JobStatus.values}
        assert execution.running_jobs <= execution.effective_concurrency
        assert execution.prepared_jobs == sum(statuses.values())
        running = Session.objects.filter(job__execution=execution, status=SessionStatus.RUNNING)
        assert running.count() == execution.running_jobs
        assert_statistics_equal_field_results(execution)
    for credential in AgentCredential.objects.all():
        owned = Execution.objects.filter(organization=credential.organization, agent=credential.agent)
        assert credential.running_jobs == sum(owned.values_list("running_jobs", flat=True))
        assert credential.running_jobs <= credential.concurrency


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
