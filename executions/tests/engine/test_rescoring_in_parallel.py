"""Truth that is changed while workers finish jobs: nobody waits for ever, and no result keeps an old verdict."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from executions.engine.ledger import exchange
from executions.models import Execution, ExecutionStatus
from executions.tests.engine.counting import assert_counters_equal_jobs
from executions.tests.engine.test_rescoring_sequences import assert_verdicts_fit_truth
from executions.tests.engine.world import AGENTS, ended
from executions.tests.pictures.test_limits_in_parallel import at_once
from projects.services.truth import truth_set
from projects.services.truth_cells import CellChange

ROWS = 24


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
