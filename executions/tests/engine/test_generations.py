"""Many results are scored anew beside the verdicts that readers see, who then see all of the new ones at once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from executions.engine.attempt import Attempt
from executions.models import ColumnStatistic, Execution, FieldResult, Job, JobScore, Rescoring, RescoringStatus
from executions.rescoring import claims, ordering, staging, working
from executions.rescoring.claims import ClaimLost, claim, move
from executions.rescoring.sweeping import rescorings_sweep
from executions.rescoring.working import rescoring_run, rescoring_step
from executions.tests.engine.counting import assert_counters_equal_jobs
from executions.tests.engine.test_rescoring import figures, finish_all
from executions.tests.engine.test_rescoring_sequences import assert_verdicts_fit_truth
from executions.tests.engine.world import ended
from mino.common.hooks import execution_rescored, results_rescoring
from projects.models import Batch
from projects.services.columns import column_update_options
from projects.services.truth import truth_set
from projects.services.truth_cells import CellChange

Start = Callable[..., Execution]
Take = Callable[..., list[Attempt]]
pytestmark = pytest.mark.django_db
ROWS = 5


@pytest.fixture(autouse=True)
def _everything_is_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordering, "MAX_RESULTS", 0)
    monkeypatch.setattr(staging, "CHUNK", 2)


def mend(batch: Batch, *positions: int, price: str | None = "0") -> None:
    """Change the truth of the price; the answers called wrong are right then."""
    rows = batch.rows.filter(position__in=positions) if positions else batch.rows.all()
    truth_set(batch=batch, changes=[CellChange(row.pk, "price", price) for row in rows], user=None)


def set_options(batch: Batch, **options: Any) -> None:
    """Change how prices are compared."""
    column_update_options(column=batch.columns.get(name="price"), user=None, options=options)


def work(steps: int | None = None) -> None:
    """Work off so many steps of what is to be scored anew, or all of it; and check the counters after each."""
    for one in Rescoring.objects.exclude(status=RescoringStatus.DONE).order_by("pk"):
        token = claim(one.pk)
        assert token
        while steps != 0 and rescoring_step(one.pk, token):
            assert_counters_equal_jobs()
            steps = steps if steps is None else steps - 1
    assert_counters_equal_jobs()


def outcomes() -> list[str]:
    """The outcomes of the price that readers see, by row."""
    cells = FieldResult.objects.current().filter(column="price").order_by("job__position")
    seen = list(cells.values_list("outcome", flat=True))
    assert seen == [job.outcomes["price"] for job in Job.objects.filter(status="completed").order_by("position")]
    return seen


def test_readers_see_the_old_verdicts_until_all_new_ones_are_there(start: Start, take: Take) -> None:
    execution = start(rows=ROWS)
    finish_all(take, "wrong")
    before = figures(execution)
    mend(execution.batch)
    work(steps=3)
    assert outcomes() == ["wrong"] * ROWS
    assert figures(execution) == before
    work_on(execution)
    assert outcomes() == ["correct"] * ROWS
    assert figures(execution)["passed_jobs"] == ROWS
    assert_verdicts_fit_truth()


def work_on(execution: Execution) -> None:
    """Let another worker end what a dead one began."""
    Rescoring.objects.update(heartbeat=timezone.now() - claims.STALE_AFTER - timedelta(seconds=1))
    for one in Rescoring.objects.filter(execution=execution).exclude(status=RescoringStatus.DONE):
        assert rescoring_run(one.pk)
    assert_counters_equal_jobs()


def test_nothing_outdated_is_left(start: Start, take: Take) -> None:
    execution = start(rows=ROWS)
    finish_all(take, "wrong")
    mend(execution.batch, 1, 3)
    work_on(execution)
    assert FieldResult.objects.count() == 2 * ROWS
    assert not JobScore.objects.exists()
    assert Rescoring.objects.get().status == RescoringStatus.DONE
    assert sorted(FieldResult.objects.values_list("since_generation", flat=True)) == [1] * (2 * ROWS - 2) + [2, 2]


def test_the_figures_are_those_of_scoring_anew_at_once(
    start: Start, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    later, at_once = start(rows=4), start(rows=4)
    finish_all(take, "wrong")
    truths = [(1, "0"), (2, None), (3, "(absent)")]
    for execution, most in ((later, 0), (at_once, 2_000)):
        monkeypatch.setattr(ordering, "MAX_RESULTS", most)
        for position, price in truths:
            mend(execution.batch, position, price=price)
        set_options(execution.batch, blank_means="absent", required_for_pass=False)
    work()
    assert figures(later) == figures(at_once)
    names = ("column", "correct", "correctly_empty", "wrong", "missed", "invented", "not_gradable")
    told = [list(ColumnStatistic.objects.filter(execution=one).values_list(*names)) for one in (later, at_once)]
    assert told[0] == told[1]
    assert_verdicts_fit_truth()


@pytest.mark.parametrize("steps", range(5))
def test_a_job_that_ends_meanwhile_is_scored_under_both(start: Start, take: Take, steps: int) -> None:
    """Whether it ends before or after its place is passed, or was claimed before or after the change."""
    execution = start(rows=ROWS, concurrency=5)
    held = take(ROWS)
    take(0, *[ended(one, "wrong", timezone.now()) for one in held[:3]])
    mend(execution.batch)
    work(steps=steps)
    was_switched = figures(execution)["passed_jobs"] == 3
    take(0, ended(held[3], "wrong", timezone.now()))
    assert outcomes() == ["correct" if was_switched else "wrong"] * 4
    if not was_switched:
        work_on(execution)
    take(0, ended(held[4], "wrong", timezone.now()))
    assert outcomes() == ["correct"] * ROWS
    assert_verdicts_fit_truth()


def test_a_worker_that_was_killed_is_replaced(start: Start, take: Take) -> None:
    execution = start(rows=ROWS)
    finish_all(take, "wrong")
    mend(execution.batch)
    work(steps=2)
    rescoring = Rescoring.objects.get()
    assert not rescoring_run(rescoring.pk)
    assert rescorings_sweep() == 0
    Rescoring.objects.update(heartbeat=timezone.now() - claims.STALE_AFTER - timedelta(seconds=1))
    assert rescorings_sweep() == 1
    token = rescoring.claim
    assert rescoring_run(rescoring.pk)
    assert token
    with pytest.raises(ClaimLost):
        move(rescoring.pk, token, RescoringStatus.RUNNING)
    assert outcomes() == ["correct"] * ROWS
    rescoring.refresh_from_db()
    assert (rescoring.jobs_done, rescoring.jobs_total) == (ROWS, ROWS)


def test_a_worker_that_lost_its_claim_writes_nothing(start: Start, take: Take) -> None:
    execution = start(rows=ROWS)
    finish_all(take, "wrong")
    mend(execution.batch)
    rescoring = Rescoring.objects.get()
    lost = claim(rescoring.pk)
    assert lost
    Rescoring.objects.update(heartbeat=timezone.now() - claims.STALE_AFTER - timedelta(seconds=1))
    assert claim(rescoring.pk)
    with pytest.raises(ClaimLost):
        rescoring_step(rescoring.pk, lost)
    assert FieldResult.objects.count() == 2 * ROWS


@pytest.mark.parametrize("steps", range(5))
def test_a_second_change_meanwhile_is_seen_together_with_the_first(start: Start, take: Take, steps: int) -> None:
    execution = start(rows=ROWS)
    finish_all(take, "wrong")
    mend(execution.batch)
    work(steps=steps)
    mend(execution.batch, 1, 4, price="9.99")
    set_options(execution.batch, tolerance=100)
    mend(execution.batch, 4, price="(absent)")
    work_on(execution)
    assert outcomes() == ["correct", "correct", "correct", "invented", "correct"]
    assert_verdicts_fit_truth()
    assert JobScore.objects.count() == 0


def test_a_change_that_is_taken_back_meanwhile_leaves_the_verdicts_as_they_were(start: Start, take: Take) -> None:
    execution = start(rows=ROWS)
    finish_all(take, "wrong")
    before = figures(execution)
    mend(execution.batch, 1)
    work(steps=1)
    mend(execution.batch, 1, price="1.50")
    work_on(execution)
    assert figures(execution) == before
    assert_verdicts_fit_truth()


def test_the_first_completion_keeps_its_figures(start: Start, take: Take) -> None:
    execution = start(rows=ROWS)
    finish_all(take, "wrong")
    execution.refresh_from_db()
    frozen = execution.completion_figures
    mend(execution.batch)
    work_on(execution)
    execution.refresh_from_db()
    assert execution.completion_figures == frozen
    assert execution.passed_jobs == ROWS


def test_options_changed_while_it_runs_hold_for_all_its_jobs(start: Start, take: Take) -> None:
    execution = start(rows=ROWS, concurrency=5)
    held = take(3)
    take(0, ended(held[0], "wrong", timezone.now()))
    set_options(execution.batch, tolerance=100)
    take(0, ended(held[1], "wrong", timezone.now()))
    held += take(1)
    assert outcomes() == ["wrong"] * 2
    work_on(execution)
    take(0, *[ended(one, "wrong", timezone.now()) for one in held[2:]])
    finish_all(take, "wrong")
    assert outcomes() == ["correct"] * ROWS
    execution.refresh_from_db()
    assert execution.scoring_options == {"price": {"tolerance": 100.0}}
    assert [column["options"] for column in execution.columns if column["name"] == "price"] == [{}]
    assert_verdicts_fit_truth()


def test_options_changed_at_once_hold_for_jobs_that_run(
    start: Start, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ordering, "MAX_RESULTS", 2_000)
    execution = start(rows=ROWS, concurrency=5)
    held = take(2)
    take(0, ended(held[0], "wrong", timezone.now()))
    set_options(execution.batch, tolerance=100)
    assert outcomes() == ["correct"]
    take(0, ended(held[1], "wrong", timezone.now()))
    finish_all(take, "wrong")
    assert outcomes() == ["correct"] * ROWS
    assert_verdicts_fit_truth()


def test_what_fails_leaves_the_old_figures_and_can_be_tried_again(
    start: Start, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    execution = start(rows=ROWS)
    finish_all(take, "wrong")
    mend(execution.batch)
    with monkeypatch.context() as broken:
        broken.setattr(working, "switch", lambda _: 1 / 0)
        rescoring_run(Rescoring.objects.get().pk)
    assert Rescoring.objects.get().status == RescoringStatus.FAILED
    assert outcomes() == ["wrong"] * ROWS
    mend(execution.batch, 1)  # nothing changes: still failed
    assert Rescoring.objects.get().status == RescoringStatus.FAILED
    set_options(execution.batch, tolerance=1)
    work_on(execution)
    assert outcomes() == ["correct"] * ROWS


def test_what_makes_workers_die_ends_as_failed(start: Start, take: Take) -> None:
    execution = start(rows=1)
    finish_all(take, "wrong")
    mend(execution.batch)
    for _ in range(claims.MOST_CLAIMS):
        assert claim(Rescoring.objects.get().pk)
        Rescoring.objects.update(heartbeat=timezone.now() - claims.STALE_AFTER - timedelta(seconds=1))
    assert claim(Rescoring.objects.get().pk) is None
    rescorings_sweep()
    assert Rescoring.objects.get().status == RescoringStatus.FAILED


def test_who_listens_is_told_of_each_switch(start: Start, take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[set[uuid.UUID]] = []

    def listen(batch: uuid.UUID, ids: set[uuid.UUID], rows: list[uuid.UUID]) -> AbstractContextManager[None]:
        told.append(ids)
        return nullcontext()

    monkeypatch.setattr(execution_rescored, "_functions", [lambda ids: told.append(set(ids))])
    monkeypatch.setattr(results_rescoring, "_functions", [listen])
    execution = start(rows=2)
    finish_all(take, "wrong")
    mend(execution.batch, 1)
    assert told == []
    work_on(execution)
    monkeypatch.setattr(ordering, "MAX_RESULTS", 2_000)
    mend(execution.batch, 2)
    set_options(execution.batch, tolerance=1)
    assert told == [{execution.pk}] * 3


def test_jobs_know_in_the_end_whether_their_row_has_truth(start: Start, take: Take) -> None:
    execution = start(rows=3)
    take(1)
    rows = execution.batch.rows.order_by("position")
    truth_set(batch=execution.batch, changes=[CellChange(rows[0].pk, "price", None)], user=None)
    truth_set(batch=execution.batch, changes=[CellChange(rows[0].pk, "title", None)], user=None)
    work_on(execution)
    assert list(execution.jobs.values_list("has_ground_truth", flat=True)) == [False, True, True]
