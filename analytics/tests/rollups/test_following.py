"""Roll-ups follow a corrected cell of truth: their figures are those that gathering all of them anew would give."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics.models import BatchRollUp, ExecutionRollUp, RowHistory, SiteStatistic
from analytics.rollups import following
from analytics.rollups.computing import roll_up_compute
from analytics.rollups.histories import Histories
from analytics.rollups.sites import SUMS
from analytics.rollups.wanting import roll_ups_want
from analytics.tests.comparison.making import make_run
from executions.models import Execution, Job
from mino.tests.factories import BatchFactory, JobFactory
from projects.models import Batch, Row
from projects.services.truth import truth_set
from projects.services.truth_cells import CellChange

pytestmark = pytest.mark.django_db
WORDS = (["gg", "gw", "error", "mm", "ww", "gm"], ["gg", "wg", "gg", "-", "ww", "error"], ["wg", "gw", "gg", "mm"])
VALUES = (None, "(absent)", "not title", "not price", "2.50", "Kettle 1", "something")


def make_batch() -> Batch:
    """Six rows of three sites."""
    batch: Batch = BatchFactory(rows=6)
    for row in batch.rows.all():
        row.url = f"https://shop{row.position // 2}.example/{row.position}"
        row.save()
    return batch


def make_runs(batch: Batch) -> list[Execution]:
    """Three executions that have ended, with their roll-ups."""
    made = [make_run(batch, words, finished_at=timezone.now()) for words in WORDS]
    Job.objects.update(has_ground_truth=True)
    Execution.objects.update(first_attempt_passed_jobs=F("passed_jobs"), first_attempt_failed_jobs=F("failed_jobs"))
    gather(made)
    return made


@pytest.fixture
def batch() -> Batch:
    return make_batch()


@pytest.fixture
def executions(batch: Batch) -> list[Execution]:
    return make_runs(batch)


def gather(executions: list[Execution]) -> None:
    """Compute all roll-ups from nothing."""
    roll_ups_want([one.pk for one in executions])
    for one in executions:
        assert roll_up_compute(one.pk)


def edit(batch: Batch, position: int, column: str, value: str | None) -> None:
    """Correct a cell of truth."""
    row = Row.objects.get(batch=batch, position=position)
    truth_set(batch=batch, changes=[CellChange(row.pk, column, value)], user=None)


def figures() -> list[Any]:
    """All that roll-ups say."""
    mine = ("execution", "sites", "answered", "with_truth", "answered_with_truth", "latency")
    owner = dict(ExecutionRollUp.objects.values_list("generation", "pk"))
    sites = (
        SiteStatistic.objects.filter(generation__in=list(filter(None, owner)))
        .order_by("site")
        .values("generation", *SUMS, "trouble")
    )
    kinds = BatchRollUp.objects.values("stable_right", "stable_wrong", "flaky", "few", "pairs", "agreeing")
    return [
        list(ExecutionRollUp.objects.order_by("pk").values(*mine)),
        sorted(([owner[one.pop("generation")], one] for one in sites), key=str),
        list(RowHistory.objects.order_by("pk").values()),
        list(kinds),
    ]


def is_settled() -> bool:
    return not ExecutionRollUp.objects.filter(wanted_at__isnull=False).exists()


@pytest.mark.parametrize("seed", range(5))
def test_any_edits_leave_what_gathering_anew_gives(batch: Batch, executions: list[Execution], seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(8):
        edit(batch, chance.randint(1, 6), chance.choice(["title", "price"]), chance.choice(VALUES))
        assert is_settled()
    followed = figures()
    gather(executions)
    assert followed == figures()


@pytest.mark.parametrize("status", ["stopped", "skipped", "queued"])
def test_the_first_truth_of_a_row_without_result_is_counted(
    batch: Batch, executions: list[Execution], status: str
) -> None:
    for column in ("title", "price"):
        edit(batch, 5, column, None)
    Job.objects.filter(execution=executions[2], row__position=5).delete()
    row = Row.objects.get(batch=batch, position=5)
    JobFactory(execution=executions[2], row=row, status=status, has_ground_truth=False)
    gather(executions)
    before = ExecutionRollUp.objects.get(pk=executions[2].pk).with_truth
    edit(batch, 5, "price", "2.50")
    assert is_settled()
    assert ExecutionRollUp.objects.get(pk=executions[2].pk).with_truth == before + 1
    followed = figures()
    gather(executions)
    assert followed == figures()


def test_an_edit_is_seen_at_once(batch: Batch, executions: list[Execution]) -> None:
    before = figures()
    edit(batch, 5, "title", "not title")
    edit(batch, 5, "price", "not price")
    roll_up = ExecutionRollUp.objects.get(pk=executions[0].pk)
    assert roll_up.generation
    site = SiteStatistic.objects.get(generation=roll_up.generation, site="shop2.example")
    assert (site.passed, site.failed, site.good) == (1, 1, 2)
    assert RowHistory.objects.get(row__position=5).passes == 2
    assert figures() != before


def test_pages_can_tell_that_something_changed(batch: Batch, executions: list[Execution]) -> None:
    moments = set(ExecutionRollUp.objects.values_list("as_of", flat=True))
    last = BatchRollUp.objects.get().as_of
    assert last
    edit(batch, 5, "title", "not title")
    assert not moments & set(ExecutionRollUp.objects.exclude(pk=executions[2].pk).values_list("as_of", flat=True))
    summed = BatchRollUp.objects.get().as_of
    assert summed
    assert summed > last


def test_only_what_changed_is_written(batch: Batch, executions: list[Execution]) -> None:
    generations = set(ExecutionRollUp.objects.values_list("generation", flat=True))
    elsewhere = SiteStatistic.objects.exclude(site="shop1.example")
    elsewhere.update(jobs=777, passed=777)
    others = RowHistory.objects.exclude(row__position=3)
    others.update(flips=777)
    edit(batch, 3, "title", "not title")
    assert set(ExecutionRollUp.objects.values_list("generation", flat=True)) == generations
    assert set(elsewhere.values_list("jobs", "passed")) == {(777, 777)}
    assert set(others.values_list("flips", flat=True)) == {777}


def test_it_takes_as_many_statements_for_few_as_for_many_executions() -> None:
    counts = []
    for times in (1, 3):
        batch = make_batch()
        for _ in range(times):
            make_runs(batch)
        with CaptureQueriesContext(connection) as queries:
            edit(batch, 1, "title", "not title")
        counts.append(sum('"analytics_' in one["sql"] for one in queries))
    assert counts[0] == counts[1]


def test_histories_that_tell_the_same_are_not_written_again(executions: list[Execution]) -> None:
    def written() -> int:
        with CaptureQueriesContext(connection) as queries:
            gather(executions[:1])
        return sum(f'INSERT INTO "{RowHistory._meta.db_table}"' in one["sql"] for one in queries)

    assert written() == 0
    RowHistory.objects.filter(row__position=2).update(flips=777)
    assert written() == 1
    assert not RowHistory.objects.filter(flips=777).exists()


def test_what_is_not_settled_is_gathered_anew(batch: Batch, executions: list[Execution]) -> None:
    first, second, _ = executions
    Execution.objects.filter(pk=first.pk).update(finished_at=None, status="running")
    ExecutionRollUp.objects.filter(pk=second.pk).update(claim=second.pk, heartbeat=timezone.now())
    edit(batch, 1, "title", "not title")
    wanted = ExecutionRollUp.objects.filter(wanted_at__isnull=False)
    assert set(wanted.values_list("pk", flat=True)) == {first.pk, second.pk}


def test_an_edit_while_a_worker_gathers_is_not_lost(
    batch: Batch, executions: list[Execution], monkeypatch: pytest.MonkeyPatch
) -> None:
    sum_up = Histories.sum_up

    def edited_meanwhile(self: Histories, *arguments: Any) -> None:
        sum_up(self, *arguments)
        edit(batch, 1, "title", "not title")

    roll_ups_want([executions[0].pk])
    with monkeypatch.context() as patched:
        patched.setattr(Histories, "sum_up", edited_meanwhile)
        assert roll_up_compute(executions[0].pk)
    assert roll_up_compute(executions[0].pk)
    followed = figures()
    gather(executions)
    assert followed == figures()


def test_figures_that_do_not_fit_are_gathered_anew(batch: Batch, executions: list[Execution]) -> None:
    right = figures()
    SiteStatistic.objects.update(failed=0, passed=0)
    edit(batch, 5, "title", "not title")
    edit(batch, 5, "title", "Kettle 5")
    wanted = ExecutionRollUp.objects.filter(wanted_at__isnull=False)
    assert set(wanted.values_list("pk", flat=True)) == {executions[0].pk, executions[1].pk}
    gather(executions)
    assert figures() == right


def test_very_many_rows_are_left_to_a_worker(
    batch: Batch, executions: list[Execution], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "MOST_ROWS", 1)
    rows = batch.rows.filter(position__lte=2)
    truth_set(batch=batch, changes=[CellChange(row.pk, "title", "not title") for row in rows], user=None)
    assert ExecutionRollUp.objects.filter(wanted_at__isnull=False).count() == 3


def test_sums_that_are_still_to_be_written_do_not_stop_an_edit(batch: Batch, executions: list[Execution]) -> None:
    BatchRollUp.objects.update(few=0, flaky=0, stable_right=0, stable_wrong=0, pairs=0, agreeing=0)
    edit(batch, 1, "title", "not title")
    gather(executions)
    assert sum(BatchRollUp.objects.values_list("few", "flaky", "stable_right", "stable_wrong").get()) == 6


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time")
def test_edits_and_workers_at_once() -> None:
    batch = make_batch()
    executions = make_runs(batch)

    def edits(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(12):
            edit(batch, chance.randint(1, 6), chance.choice(["title", "price"]), chance.choice(VALUES))

    def works(at: int) -> None:
        for _ in range(12):
            roll_ups_want([executions[at].pk])
            roll_up_compute(executions[at].pk)

    def alone(work: Any, number: int) -> None:
        try:
            work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(alone, work, number) for number in range(2) for work in (edits, works)]:
            done.result()
    for one in executions:
        roll_up_compute(one.pk)
    assert is_settled()
    followed = figures()
    gather(executions)
    assert followed == figures()
