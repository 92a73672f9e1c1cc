"""Which execution gets a free slot, where some of them can't use one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from executions.engine import ledger, plan
from executions.engine.attempt import Attempt
from executions.models import AgentCredential, Execution, ExecutionStatus
from executions.tests.engine.counting import assert_counters_equal_jobs
from mino.tests.factories import BatchFactory, ProjectFactory
from projects.models import Project

Start = Callable[..., Execution]
Take = Callable[..., list[Attempt]]
pytestmark = pytest.mark.django_db


def elsewhere(start: Start) -> Execution:
    """An execution of another organization."""
    project: Project = ProjectFactory()
    batch = BatchFactory(project=project, rows=2)
    return start(batch=batch, instruction_version=project.production_version)


def test_executions_without_a_free_slot_at_their_agent_hide_no_others(
    start: Start, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "CANDIDATES", 2)
    first = start(rows=2)
    start(rows=2)
    start(rows=2)
    AgentCredential.objects.create(organization=first.organization, agent="local", concurrency=1)
    take(1)
    other = elsewhere(start)
    assert [one.plan.execution_id for one in take(1)] == [other.pk]


def test_executions_that_try_one_row_first_hide_no_others(
    start: Start, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "CANDIDATES", 1)
    start(rows=2, concurrency=50)
    take(1)
    Execution.objects.update(is_probing=True)
    other = start(rows=3, concurrency=1)
    take(1)
    assert take(1) == []
    Execution.objects.filter(pk=other.pk).update(concurrency=2, effective_concurrency=2)
    assert [one.plan.execution_id for one in take(1)] == [other.pk]


def test_a_slot_that_is_freed_at_the_agent_goes_to_the_neediest(start: Start, take: Take, finish: Take) -> None:
    big = start(rows=9, concurrency=4)
    AgentCredential.objects.create(organization=big.organization, agent="local", concurrency=3)
    running = take(5)
    small = start(rows=1)
    assert take(1) == []
    [freed] = finish(running[0], wanted=1)
    assert freed.plan.execution_id == small.pk


def test_an_execution_that_cannot_be_read_fails_alone(start: Start, take: Take) -> None:
    odd = start(rows=2)
    AgentCredential.objects.create(organization=odd.organization, agent="local", concurrency=9)
    running = take(1)
    other = start(rows=2)
    plan.plan_of.cache_clear()
    Execution.objects.filter(pk=odd.pk).update(columns=[{"name": "title", "type": "poem"}])
    attempts = take(3)
    odd.refresh_from_db()
    assert (odd.status, odd.status_code, odd.stopped_jobs) == (ExecutionStatus.FAILED, "SYSTEM_FAILURE", 2)
    assert {one.plan.execution_id for one in attempts} <= {other.pk}
    assert running
    assert_counters_equal_jobs()
