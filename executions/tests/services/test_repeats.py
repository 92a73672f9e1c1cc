"""Executions that run each row several times."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from executions.engine.ledger import exchange
from executions.models import Execution, Job
from executions.services import checking, creation, preparation
from executions.services.cloning import execution_clone, failed_rows_run
from executions.services.creation import execution_create
from executions.services.preparation import execution_prepare
from executions.tests.engine.counting import assert_counters_equal_jobs
from mino.common.errors import InvalidInput
from projects.models import Batch, Row

pytestmark = pytest.mark.django_db


def create(batch: Batch, **values: Any) -> Execution:
    """Start a run of the production version by the local agent."""
    version = batch.project.production_version
    return execution_create(
        **{"batch": batch, "user": None, "instruction_version": version, "agent": "local", **values}
    )


def order(execution: Execution) -> list[tuple[int, int]]:
    """Row and repeat of each job in the execution's order."""
    return list(Job.objects.filter(execution=execution).order_by("position").values_list("row_position", "repeat"))


def test_all_rows_come_once_before_any_comes_again(batch: Batch) -> None:
    execution = create(batch, repeats=3)
    assert order(execution) == [(row, repeat) for repeat in (1, 2, 3) for row in (1, 2, 3)]
    assert (execution.total_jobs, execution.queued_jobs, execution.repeats) == (9, 9, 3)
    assert_counters_equal_jobs()


def test_chunks_that_end_within_a_repeat_leave_nothing_out(batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(creation, "PREPARED_AT_ONCE", 1)
    monkeypatch.setattr(preparation, "CHUNK", 2)
    execution = create(batch, repeats=2, sample_method="selection", selection=[3, 1, 2])
    execution_prepare(execution.pk)
    assert order(execution) == [(row, repeat) for repeat in (1, 2) for row in (1, 2, 3)]


def test_rows_that_are_gone_are_left_out_of_every_repeat(batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(creation, "PREPARED_AT_ONCE", 1)
    monkeypatch.setattr(preparation, "CHUNK", 1)
    execution = create(batch, repeats=2)
    Row.objects.filter(batch=batch, position=2).delete()
    execution_prepare(execution.pk)
    execution.refresh_from_db()
    assert order(execution) == [(1, 1), (3, 1), (1, 2), (3, 2)]
    assert (execution.total_jobs, execution.prepared_jobs) == (4, 4)


def test_each_repeat_is_a_run_of_its_own(batch: Batch) -> None:
    execution = create(batch, repeats=2, concurrency=50)
    attempts = exchange([], 50, worker="here", agents=["local"])
    assert Counter(one.task.url for one in attempts) == dict.fromkeys(Row.objects.values_list("url", flat=True), 2)
    assert len({one.job_id for one in attempts}) == execution.total_jobs == 6


@pytest.mark.parametrize("repeats", [0, 11, -1])
def test_repeats_are_between_one_and_ten(batch: Batch, repeats: int) -> None:
    with pytest.raises(InvalidInput) as refusal:
        create(batch, repeats=repeats)
    assert [detail.path for detail in refusal.value.details] == ["repeats"]


def test_too_many_runs_are_refused_before_anything_is_created(batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "MOST_REPEATED_JOBS", 8)
    with pytest.raises(InvalidInput, match="3 rows, each run 3 times, are 9 runs"):
        create(batch, repeats=3)
    assert not Execution.objects.exists()


def test_every_repeat_is_estimated(batch: Batch, settings: Any) -> None:
    settings.EVA_API_KEY = "secret"
    once = create(batch, agent="eva", agent_settings={"max_steps": 5})
    thrice = create(batch, agent="eva", agent_settings={"max_steps": 5}, repeats=3, allow_parallel=True)
    assert once.estimated_cost_high
    assert thrice.estimated_cost_high == once.estimated_cost_high * 3 > Decimal(0)


def test_running_again_keeps_the_repeats(batch: Batch) -> None:
    execution = create(batch, repeats=2)
    Execution.objects.filter(pk=execution.pk).update(status="stopped")
    assert execution_clone(execution.pk, user=None).repeats == 2
    Job.objects.filter(execution=execution, row_position=2).update(status="error")
    again = failed_rows_run(execution.pk, user=None)
    assert order(again) == [(2, 1), (2, 2)]
