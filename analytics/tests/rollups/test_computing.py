"""The figures by site and by row are those of the jobs, however often and by however many they are gathered."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from analytics.models import BatchRollUp, ExecutionRollUp, RowHistory, SiteGeneration, SiteStatistic
from analytics.rollups import claims, computing, sites
from analytics.rollups.claims import Claim
from analytics.rollups.computing import roll_up_compute
from analytics.rollups.histories import Histories
from analytics.rollups.removing import roll_ups_remove
from analytics.rollups.wanting import roll_up_want, roll_ups_sweep, roll_ups_tidy, roll_ups_want
from analytics.tests.comparison.making import make_run
from executions.models import Execution, Job
from executions.services.control import execution_stop
from mino.common.hooks import batch_purging, execution_rescored
from mino.tests.factories import BatchFactory
from projects.models import Batch, Row

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch() -> Batch:
    """Four rows of two sites."""
    made = BatchFactory(rows=4)
    for row in Row.objects.filter(batch=made):
        row.url = f"https://{'www.' if row.position == 1 else ''}shop{(row.position + 1) // 2}.example/{row.position}"
        row.save()
    return made


def rolled(execution: Execution) -> ExecutionRollUp:
    """The execution's roll-up, just computed."""
    roll_up_want(execution.pk)
    assert roll_up_compute(execution.pk)
    return ExecutionRollUp.objects.get(pk=execution.pk)


def test_sites_and_coverage_are_summed_up(batch: Batch) -> None:
    execution = make_run(batch, ["gg", "gw", "error", "mm"])
    Job.objects.filter(position__lte=2).update(has_ground_truth=True)
    roll_up = rolled(execution)
    assert roll_up.generation
    assert (roll_up.sites, roll_up.answered, roll_up.with_truth, roll_up.answered_with_truth) == (2, 2, 2, 2)
    found = SiteStatistic.objects.filter(generation=roll_up.generation).order_by("site")
    assert [(one.site, one.jobs, one.passed, one.failed, one.errors, one.good, one.gradable) for one in found] == [
        ("shop1.example", 2, 1, 1, 0, 3, 4),
        ("shop2.example", 2, 0, 1, 1, 0, 2),
    ]
    assert found[1].trouble > found[0].trouble
    assert sum(roll_up.latency.values()) == 3


def test_a_small_memory_gives_the_same(batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    execution = make_run(batch, ["gg", "gw", "error", "mm"])
    first = rolled(execution)
    assert first.generation
    fields = ("site", *sites.SUMS, "trouble")
    figures = list(SiteStatistic.objects.filter(generation=first.generation).order_by("site").values(*fields))
    monkeypatch.setattr(sites, "MOST_IN_MEMORY", 1)
    monkeypatch.setattr(computing, "CHUNK", 1)
    second = rolled(execution)
    assert second.generation != first.generation
    assert list(SiteStatistic.objects.order_by("site").values(*fields)) == figures
    assert second.sites == 2
    assert SiteGeneration.objects.count() == 1


def test_rows_are_told_apart_by_all_their_results(batch: Batch) -> None:
    for words in (["gg", "ww", "gg", "gg"], ["gg", "ww", "ww", "error"], ["gg", "ww", "gg", "gg"]):
        rolled(make_run(batch, words))
    found = {one.row.position: one for one in RowHistory.objects.select_related("row")}
    assert [found[at].kind for at in (1, 2, 3, 4)] == ["stable_right", "stable_wrong", "flaky", "few"]
    assert (found[3].passes, found[3].fails, found[3].flips, found[3].distinct_answers) == (2, 1, 2, 2)
    assert (found[3].pairs, found[3].agreeing) == (3, 1)
    assert (found[4].graded, found[4].errors) == (2, 1)
    sums = BatchRollUp.objects.get(batch=batch)
    assert (sums.stable_right, sums.stable_wrong, sums.flaky, sums.few) == (1, 1, 1, 1)
    assert (sums.pairs, sums.agreeing) == (10, 8)


def test_results_under_other_options_do_not_make_a_row_flaky(batch: Batch) -> None:
    old = make_run(batch, ["ww"])
    old.columns = [{**one, "options": {"exact": True}} for one in old.columns]
    old.save()
    for _ in range(3):
        rolled(make_run(batch, ["gg"]))
    history = RowHistory.objects.get(row__position=1)
    assert (history.kind, history.graded, history.answers) == ("stable_right", 3, 4)


def test_a_deleted_row_no_longer_counts(batch: Batch) -> None:
    execution = make_run(batch, ["gg", "gg", "gg", "gg"])
    rolled(execution)
    Job.objects.filter(position=4).delete()
    Row.objects.filter(position=4)._raw_delete("default")
    rolled(execution)
    assert BatchRollUp.objects.get().few == RowHistory.objects.count() == 3


def test_only_one_computes_at_a_time(batch: Batch) -> None:
    execution = make_run(batch, ["gg"])
    roll_up_want(execution.pk)
    first = Claim.take(execution.pk, timezone.now())
    assert first
    assert Claim.take(execution.pk, timezone.now()) is None
    later = Claim.take(execution.pk, timezone.now() + claims.STALE_AFTER)
    assert later
    with pytest.raises(claims.ClaimLost):
        first.finish(sites=1)
    later.finish(sites=2)
    assert ExecutionRollUp.objects.get().sites == 2


def test_who_lost_the_claim_leaves_nothing(batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    execution = make_run(batch, ["gg", "gg", "gg", "gg"])
    roll_up_want(execution.pk)
    monkeypatch.setattr(Histories, "sum_up", lambda *_: ExecutionRollUp.objects.update(claim=uuid.uuid4()))
    assert not roll_up_compute(execution.pk)
    assert not SiteStatistic.objects.exists()
    assert not SiteGeneration.objects.exists()


def test_what_changes_meanwhile_stays_wanted(batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    execution = make_run(batch, ["gg"])
    roll_up_want(execution.pk)
    monkeypatch.setattr(Histories, "sum_up", lambda *_: roll_ups_want([execution.pk]))
    assert roll_up_compute(execution.pk)
    assert ExecutionRollUp.objects.get().wanted_at is not None


def test_the_sweep_finds_what_was_missed_and_rests_after_long_work(
    batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[str] = []
    monkeypatch.setattr("analytics.rollups.wanting.wake", lambda task, pk: woken.append(pk))
    now = timezone.now()
    execution = make_run(batch, ["gg"], finished_at=now)
    under_way = make_run(batch, ["gg", "queued"], status="running")
    assert roll_ups_sweep() == 2
    assert set(woken) == {str(execution.pk), str(under_way.pk)}
    for one in (execution, under_way):
        assert roll_up_compute(one.pk)
    assert roll_ups_sweep() == 0
    ExecutionRollUp.objects.update(as_of=now - timedelta(minutes=11))
    assert roll_ups_sweep() == 1
    ExecutionRollUp.objects.update(as_of=now, seconds_taken=60.0, wanted_at=now)
    assert roll_ups_sweep() == 0


def test_ends_and_new_verdicts_ask_for_it(batch: Batch) -> None:
    execution = make_run(batch, ["gg", "queued"], status="running")
    execution_stop(execution.pk, user=None)
    assert ExecutionRollUp.objects.get(pk=execution.pk).wanted_at
    roll_up_compute(execution.pk)
    assert ExecutionRollUp.objects.get(pk=execution.pk).wanted_at is None
    execution_rescored.call([execution.pk])
    assert ExecutionRollUp.objects.get(pk=execution.pk).wanted_at


def test_asking_takes_one_statement(batch: Batch, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    execution = make_run(batch, ["gg"])
    with django_assert_num_queries(1):
        roll_up_want(execution.pk)


def test_a_deleted_batch_takes_its_roll_ups_along(batch: Batch) -> None:
    rolled(make_run(batch, ["gg", "gw", "error", "mm"]))
    batch_purging.call(batch.pk)
    for model in (SiteStatistic, SiteGeneration, RowHistory, BatchRollUp, ExecutionRollUp):
        assert not model.objects.exists()


@pytest.mark.parametrize("rows_at_once", [1, 100])
def test_a_batch_that_is_removed_meanwhile_ends_the_computing(
    batch: Batch, monkeypatch: pytest.MonkeyPatch, rows_at_once: int
) -> None:
    execution = make_run(batch, ["gg", "gw", "error", "mm"])
    roll_up_want(execution.pk)
    monkeypatch.setattr(computing, "CHUNK", rows_at_once)
    monkeypatch.setattr(Claim, "hold", lambda claim: roll_ups_remove(batch.pk))
    assert not roll_up_compute(execution.pk)
    for model in (SiteStatistic, SiteGeneration, RowHistory, BatchRollUp):
        assert not model.objects.exists()


def test_what_was_never_asked_for_and_what_was_broken_off_is_found_in_the_end(
    batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analytics.rollups.wanting.LOOKED_AT", 1)
    old, read = make_run(batch, ["gg"], finished_at=timezone.now()), make_run(batch, ["gg"], finished_at=timezone.now())
    assert roll_ups_sweep() == 1
    assert roll_up_compute(read.pk)
    assert not ExecutionRollUp.objects.filter(pk=old.pk).exists()
    broken_off = SiteGeneration.objects.create(
        execution_id=old.pk, batch_id=batch.pk, created_at=timezone.now() - timedelta(days=2)
    )
    SiteGeneration.objects.update(created_at=timezone.now() - timedelta(days=2))
    roll_ups_tidy()
    assert ExecutionRollUp.objects.get(pk=old.pk).wanted_at is not None
    assert not SiteGeneration.objects.filter(pk=broken_off.pk).exists()
    assert SiteGeneration.objects.filter(execution_id=read.pk).exists()
