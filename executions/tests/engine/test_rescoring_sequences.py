"""Random changes of truth and matching while jobs come and go: all adds up, and verdicts are those of today's truth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from executions.engine.ledger import exchange
from executions.engine.plan import column_specs
from executions.evaluation.evaluate import evaluate_row
from executions.models import Execution, FieldResult, Job, JobStatus, Rescoring, RescoringStatus
from executions.rescoring import ordering, staging
from executions.rescoring.claims import claim
from executions.rescoring.working import rescoring_step
from executions.services.creation import execution_create
from executions.services.requeueing import jobs_requeue
from executions.tests.engine.counting import assert_counters_equal_jobs
from executions.tests.engine.world import AGENTS, HandClock, ended
from projects.models import Batch
from projects.services.columns import column_update_options
from projects.services.truth import truth_set
from projects.services.truth_cells import CellChange

ROWS = 3
VALUES = [None, "0", "1.50", "2.50", "(absent)", "0|3.50", "Kettle 2", "call us"]
CHANGES = st.lists(
    st.tuples(st.integers(1, ROWS), st.sampled_from(["title", "price"]), st.sampled_from(VALUES)),
    min_size=1,
    max_size=5,
    unique_by=lambda one: one[:2],
)
OPTIONS = st.tuples(
    st.sampled_from(["title", "price"]),
    st.sampled_from([{}, {"blank_means": "absent"}, {"required_for_pass": False}, {"alternatives": ""}]),
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("truth"), CHANGES),
        st.tuples(st.just("claim"), st.integers(1, 4)),
        st.tuples(st.just("end"), st.sampled_from(["right", "wrong", "passing", "final", "called off"])),
        st.tuples(st.just("wait"), st.sampled_from([1, 5, 60])),
        st.tuples(st.just("again"), st.just(0)),
        st.tuples(st.just("options"), OPTIONS),
        st.tuples(st.just("score"), st.integers(1, 4)),
    ),
    min_size=3,
    max_size=25,
)


class Story:
    """Two executions over the same batch, and the attempts at their jobs."""

    def __init__(self, batch: Batch, clock: HandClock) -> None:
        assert batch.project.production_version
        self.batch, self.clock = batch, clock
        for _ in range(2):
            execution_create(
                batch=batch,
                user=None,
                instruction_version=batch.project.production_version,
                agent="local",
                allow_parallel=True,
            )
        self.held: list[Any] = []

    def step(self, what: str, value: Any) -> None:
        """Let one thing happen."""
        if what == "truth":
            self.change(value)
        elif what == "claim":
            self.held += exchange([], value, worker="here", agents=AGENTS)
        elif what == "end" and self.held:
            exchange([ended(self.held.pop(0), value, self.clock())], 0, worker="here", agents=AGENTS)
        elif what == "wait":
            self.clock.advance(value)
        elif what == "options":
            column_update_options(column=self.batch.columns.get(name=value[0]), user=None, options=value[1])
        elif what == "score":
            self.score(value)
        elif what == "again":
            for execution in Execution.objects.all():
                jobs_requeue(execution.pk, user=None)

    def score(self, steps: int = -1) -> None:
        """Let a worker do so much of the scoring anew that waits, or all of it, and then die."""
        for one in Rescoring.objects.exclude(status=RescoringStatus.DONE).order_by("pk"):
            Rescoring.objects.update(claim=None)
            token = claim(one.pk)
            assert token
            while steps and rescoring_step(one.pk, token):
                steps -= 1

    def change(self, cells: Sequence[tuple[int, str, str | None]]) -> None:
        """Somebody changes truth."""
        rows = {row.position: row.pk for row in self.batch.rows.all()}
        changes = [CellChange(rows[position], column, value) for position, column, value in cells]
        truth_set(batch=self.batch, changes=changes, user=None)


def assert_verdicts_fit_truth() -> None:
    """Every stored verdict is the one that a comparison with today's truth gives."""
    for job in Job.objects.filter(status=JobStatus.COMPLETED).select_related("row"):
        verdict = evaluate_row(column_specs(job.execution), job.row.truth, job.result or {})
        assert job.outcomes == {name: cell.outcome.value for name, cell in verdict.cells.items()}
        assert (job.evaluation_result, job.good_fields) == (verdict.result.value, verdict.good)
        assert job.gradable_fields == verdict.gradable
        for cell in FieldResult.objects.current().filter(job=job):
            expected = verdict.cells[cell.column]
            assert (cell.expected, cell.outcome) == (job.row.truth.get(cell.column), expected.outcome.value)
            assert (cell.score, cell.explanation) == (expected.score, expected.explanation)
    assert all(job.has_ground_truth is job.row.has_truth for job in Job.objects.select_related("row"))


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(steps=STEPS, most=st.sampled_from([0, 2, 2_000]))
def test_after_any_sequence_all_verdicts_are_those_under_todays_truth(
    batch: Batch, clock: HandClock, monkeypatch: pytest.MonkeyPatch, steps: list[tuple[str, Any]], most: int
) -> None:
    monkeypatch.setattr(ordering, "MAX_RESULTS", most)
    monkeypatch.setattr(staging, "CHUNK", 2)
    with transaction.atomic():
        story = Story(Batch.objects.get(pk=batch.pk), clock)
        for what, value in steps:
            story.step(what, value)
            assert_counters_equal_jobs()
        story.score()
        assert_counters_equal_jobs()
        assert_verdicts_fit_truth()
        transaction.set_rollback(True)
