"""Truth that is changed while workers finish jobs: nobody waits for ever, and no result keeps an old verdict."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.utils import timezone

from executions.engine.ledger import exchange
from executions.models import Execution, ExecutionStatus, FieldResult, JobScore, Rescoring, RescoringStatus
from executions.rescoring import ordering, staging
from executions.rescoring.working import rescoring_run
from executions.tests.engine.counting import assert_counters_equal_jobs
from executions.tests.engine.test_rescoring_sequences import assert_verdicts_fit_truth
from executions.tests.engine.world import AGENTS, ended
from executions.tests.pictures.test_limits_in_parallel import at_once
from projects.services.columns import column_update_options
from projects.services.truth import truth_set
from projects.services.truth_cells import CellChange

ROWS = 24


@pytest.mark.django_db(transaction=True)
def test_results_are_scored_anew_in_the_background_while_jobs_end_and_more_changes_come(
    start: Callable[..., Execution], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ordering, "MAX_RESULTS", 0)
    monkeypatch.setattr(staging, "CHUNK", 3)
    execution = start(rows=ROWS, concurrency=6)
    ended_ones = [ended(one, "wrong", timezone.now()) for one in exchange([], 6, worker="here", agents=AGENTS)]
    exchange(ended_ones, 0, worker="here", agents=AGENTS)
    is_over = threading.Event()

    def work() -> None:
        attempts = exchange([], 2, worker="here", agents=AGENTS)
        while attempts:
            finished = [ended(one, "wrong", timezone.now()) for one in attempts]
            attempts = exchange(finished, 2, worker="here", agents=AGENTS)

    def mend() -> None:
        for number, row in enumerate(execution.batch.rows.order_by("-position")):
            truth_set(batch=execution.batch, changes=[CellChange(row.pk, "price", "0.4")], user=None)
            if number == ROWS // 2:
                column = execution.batch.columns.get(name="price")
                column_update_options(column=column, user=None, options={"tolerance": 0.5})
        is_over.set()

    def score() -> None:
        while not is_over.is_set() or Rescoring.objects.exclude(status=RescoringStatus.DONE).exists():
            for pk in Rescoring.objects.exclude(status=RescoringStatus.DONE).values_list("pk", flat=True):
                rescoring_run(pk)

    at_once([work, work, mend, score, score])
    assert_counters_equal_jobs()
    assert_verdicts_fit_truth()
    execution.refresh_from_db()
    assert (execution.status, execution.passed_jobs) == (ExecutionStatus.COMPLETED, ROWS)
    assert not JobScore.objects.exists()
    assert not FieldResult.objects.exclude(until_generation=None).exists()


@pytest.mark.django_db(transaction=True)
def test_jobs_that_end_while_the_truth_changes_are_scored_under_the_new_one(start: Callable[..., Execution]) -> None:
    execution = start(rows=ROWS, concurrency=6)

    def work() -> None:
        attempts = exchange([], 2, worker="here", agents=AGENTS)
        while attempts:
            finished = [ended(one, "wrong", timezone.now()) for one in attempts]
            attempts = exchange(finished, 2, worker="here", agents=AGENTS)

    def mend() -> None:
        for row in execution.batch.rows.order_by("-position"):
            truth_set(batch=execution.batch, changes=[CellChange(row.pk, "price", "0")], user=None)

    at_once([work, work, mend])
    assert_counters_equal_jobs()
    assert_verdicts_fit_truth()
    execution.refresh_from_db()
    assert (execution.status, execution.passed_jobs) == (ExecutionStatus.COMPLETED, ROWS)
