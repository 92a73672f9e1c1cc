"""The table of transitions."""

from __future__ import annotations

import pytest

from executions.models import Execution, ExecutionStatus, Job, JobStatus, RetryStatus
from executions.transitions import TABLES, move, move_each, sources
from mino.common.errors import InvalidState
from mino.tests.factories import ExecutionFactory, JobFactory

ALLOWED = {
    "execution": {
        "queued": {"running", "paused", "stopped", "failed"},
        "running": {"paused", "completed", "stopped", "failed"},
        "paused": {"running", "completed", "stopped", "failed"},
        "completed": {"running"},
        "stopped": set(),
        "failed": set(),
    },
    "job": {
        "queued": {"running", "skipped", "stopped"},
        "running": {"completed", "error", "retrying", "stopped", "queued"},
        "retrying": {"running", "error", "skipped", "stopped"},
        "error": {"queued", "skipped"},
        "skipped": {"queued"},
        "completed": set(),
        "stopped": set(),
    },
    "retry": {
        "pending": {"processing", "cancelled"},
        "processing": {"completed", "failed"},
        "completed": set(),
        "failed": set(),
        "cancelled": set(),
    },
}
STATUSES = {"execution": ExecutionStatus, "job": JobStatus, "retry": RetryStatus}


@pytest.mark.parametrize("kind", ["execution", "job", "retry"])
def test_exactly_the_designed_transitions_exist(kind: str) -> None:
    followers = {
        status: {target for target in TABLES[kind] if status in sources(kind, target)}
        for status in STATUSES[kind].values
    }
    assert followers == ALLOWED[kind]


@pytest.mark.django_db
@pytest.mark.parametrize("status", ExecutionStatus.values)
@pytest.mark.parametrize("target", ExecutionStatus.values)
def test_an_execution_moves_only_as_the_table_says(status: str, target: str) -> None:
    execution = ExecutionFactory(status=status)
    mine = Execution.objects.filter(pk=execution.pk)
    if target == ExecutionStatus.QUEUED:
        with pytest.raises(InvalidState):
            move(mine, target)
        return
    assert move(mine, target) == (target in ALLOWED["execution"][status])
    execution.refresh_from_db()
    assert execution.status == (target if target in ALLOWED["execution"][status] else status)


@pytest.mark.django_db
def test_what_is_no_longer_in_the_source_state_is_not_moved() -> None:
    job = JobFactory(status=JobStatus.COMPLETED)
    with pytest.raises(InvalidState):
        move_each(Job, [{"id": job.pk}], JobStatus.RUNNING, source=JobStatus.QUEUED)
    assert move(Job.objects.filter(pk=job.pk), JobStatus.RUNNING) == 0


def test_a_transition_that_the_table_lacks_is_refused() -> None:
    with pytest.raises(InvalidState):
        move(Job.objects.all(), JobStatus.COMPLETED, source=JobStatus.QUEUED)
