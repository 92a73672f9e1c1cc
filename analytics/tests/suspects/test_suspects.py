"""Suspects as they are found, kept and forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.models import ApiKey, User
from analytics.models import Suspect, SuspectScan, SuspectState
from analytics.suspects import scanning
from analytics.suspects.judging import columns_of, rows_judge
from analytics.suspects.scanning import scan_request, scan_run, scans_sweep
from analytics.suspects.services import suspect_dismiss
from analytics.tests.suspects.making import NOON, make_answer, make_execution
from executions.models import Execution
from mino.common.hooks import batch_purging, execution_finished, options_changed
from mino.common.models import new_id
from mino.tests.factories import VersionFactory
from projects.models import Batch, Row
from projects.services.truth import truth_set
from projects.services.truth_cells import CellChange

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(batch: Batch) -> Row:
    found: Row = batch.rows.get(position=2)
    return found


@pytest.fixture
def first(batch: Batch) -> Execution:
    return make_execution(batch)


@pytest.fixture
def second(batch: Batch) -> Execution:
    """By another version of the instructions."""
    return make_execution(batch, instruction_version=VersionFactory(project=batch.project))


def judge(batch: Batch) -> list[Suspect]:
    rows_judge(batch, columns_of(batch), list(batch.rows.values_list("pk", flat=True)))
    return list(Suspect.objects.order_by("-support", "-share", "-last_seen", "-id"))


def change(row: Row, value: str, user: User | None = None) -> None:
    truth_set(batch=row.batch, changes=[CellChange(row.pk, "price", value)], user=user)


def decision_of(suspect: Suspect) -> tuple[User | None, ApiKey | None, bool]:
    """Who decided, and whether it is known when."""
    return suspect.decided_by, suspect.api_key, suspect.decided_at is not None


def test_two_versions_that_agree_make_a_suspect(batch: Batch, row: Row, first: Execution, second: Execution) -> None:
    make_answer(first, row, price=129)
    make_answer(second, row, price="129.00")
    (suspect,) = judge(batch)
    assert (suspect.row, suspect.column, suspect.truth, suspect.value) == (row, "price", "2.50", "129.00")
    assert (suspect.support, suspect.share, suspect.state) == (2, 1000, "open")
    assert (suspect.project, suspect.organization) == (batch.project, batch.organization)


def test_another_agent_with_the_same_version_is_independent(batch: Batch, row: Row, first: Execution) -> None:
    make_answer(first, row, price=129)
    make_answer(make_execution(batch, agent="eva"), row, price=129)
    assert len(judge(batch)) == 1


def test_the_same_again_needs_three_an_hour_apart(batch: Batch, row: Row, first: Execution) -> None:
    make_answer(first, row, price=129)
    make_answer(make_execution(batch), row, 1, price=129)
    assert judge(batch) == []
    third = make_answer(make_execution(batch), row, 1.5, price=129)
    assert judge(batch) == []
    assert third.finished_at is not None
    third.finished_at += timedelta(minutes=30)
    third.save()
    assert len(judge(batch)) == 1


def test_a_rows_own_instructions_make_two_versions_one(
    batch: Batch, row: Row, first: Execution, second: Execution
) -> None:
    for execution in (first, second):
        job = make_answer(execution, row, price=129)
        job.own_instructions = "Take the price of the first variant."
        job.save()
    assert judge(batch) == []


def test_the_strongest_comes_first(batch: Batch, first: Execution, second: Execution) -> None:
    third = make_execution(batch, agent="eva")
    weak, strong, latest = batch.rows.order_by("position")
    for execution in (first, second):
        make_answer(execution, weak, price=129)
        make_answer(execution, strong, price=129)
        make_answer(execution, latest, 2, price=129)
    make_answer(third, strong, price=129)
    make_answer(third, weak, price=weak.truth["price"])
    assert [one.row for one in judge(batch)] == [strong, latest, weak]


def test_a_dismissed_one_stays_so_until_the_answers_change(
    batch: Batch, row: Row, first: Execution, second: Execution
) -> None:
    make_answer(first, row, price=129)
    job = make_answer(second, row, price=129)
    judge(batch)
    Suspect.objects.update(state=SuspectState.DISMISSED, decided_at=NOON)
    make_answer(make_execution(batch, agent="eva"), row, price="129.0")
    (suspect,) = judge(batch)
    assert (suspect.state, suspect.support, suspect.decided_at) == ("dismissed", 3, NOON)
    job.result = {**(job.result or {}), "price": 119}
    job.save()
    make_answer(make_execution(batch, agent="agentql"), row, price=119)
    make_answer(make_execution(batch, agent="file"), row, price=119)
    (suspect,) = judge(batch)
    assert (suspect.state, suspect.value) == ("open", "119")
    assert decision_of(suspect) == (None, None, False)


def test_a_corrected_one_is_told_at_once_and_comes_back_with_the_old_truth(
    batch: Batch, row: Row, first: Execution, second: Execution
) -> None:
    make_answer(first, row, price=129)
    make_answer(second, row, price=129)
    judge(batch)
    change(row, "129.00")
    assert Suspect.objects.get().state == "corrected"
    change(row, "2.50")
    assert Suspect.objects.get().state == "open"
    assert len(judge(batch)) == 1


def test_who_set_the_truth_is_who_corrected_it(
    batch: Batch, row: Row, first: Execution, second: Execution, owner: User, member: User
) -> None:
    make_answer(first, row, price=129)
    make_answer(second, row, price=129)
    (suspect,) = judge(batch)
    suspect_dismiss(suspect=suspect, user=owner, seen=suspect.value)
    assert decision_of(Suspect.objects.get()) == (owner, None, True)
    change(row, "130", owner)
    assert decision_of(Suspect.objects.get()) == (None, None, False)
    suspect_dismiss(suspect=Suspect.objects.get(), user=owner, seen=suspect.value)
    change(row, "129.00", member)
    corrected = Suspect.objects.get()
    assert (corrected.state, decision_of(corrected)) == ("corrected", (member, None, True))
    change(row, "129", owner)
    assert decision_of(Suspect.objects.get()) == (member, None, True), "it had been corrected already"
    change(row, "2.50")
    reopened = Suspect.objects.get()
    assert (reopened.state, decision_of(reopened)) == ("open", (None, None, False))
    change(row, "129")
    corrected = Suspect.objects.get()
    assert (corrected.state, decision_of(corrected)) == ("corrected", (None, None, True)), "by the command line"


def test_another_truth_is_judged_anew(batch: Batch, row: Row, first: Execution, second: Execution) -> None:
    make_answer(first, row, price=129)
    make_answer(second, row, price=129)
    judge(batch)
    Suspect.objects.update(state=SuspectState.DISMISSED)
    change(row, "150")
    suspect = Suspect.objects.get()
    assert (suspect.state, suspect.truth) == ("open", "150")


def test_an_answer_that_went_leaves_no_suspect(batch: Batch, row: Row, first: Execution, second: Execution) -> None:
    make_answer(first, row, price=129)
    job = make_answer(second, row, price=129)
    assert len(judge(batch)) == 1
    job.status = "queued"
    job.save()
    assert judge(batch) == []


def test_an_ended_execution_is_looked_through(batch: Batch, row: Row, first: Execution, second: Execution) -> None:
    batch.truth_row_count = 3
    batch.save()
    make_answer(first, row, price=129)
    make_answer(second, row, price=129)
    execution_finished.call(second.pk)
    scan_run(SuspectScan.objects.get().pk)
    assert Suspect.objects.count() == 1
    scan = SuspectScan.objects.get()
    assert (scan.execution, scan.is_wanted, scan.claim, scan.position) == (second, False, None, 0)


def test_other_matching_options_are_looked_through_without_trust_in_stored_verdicts(
    batch: Batch, row: Row, first: Execution, second: Execution
) -> None:
    column = batch.columns.get(name="price")
    column.options = {"tolerance": 10}
    column.save()
    for execution in (first, second):
        execution.columns = [
            {**one, "options": {"tolerance": 10} if one["name"] == "price" else {}} for one in execution.columns
        ]
        execution.save()
        make_answer(execution, row, price=9)
    column.options = {}
    column.save()
    assert judge(batch) == []
    options_changed.call(batch.pk, ["price"])
    scan_run(SuspectScan.objects.get().pk)
    assert Suspect.objects.count() == 1


def test_the_sweep_finds_what_nobody_looked_through(
    batch: Batch, row: Row, first: Execution, second: Execution
) -> None:
    make_answer(first, row, price=129)
    make_answer(second, row, price=129)
    assert scans_sweep() == 2
    for scan in SuspectScan.objects.all():
        scan_run(scan.pk)
    assert Suspect.objects.count() == 1
    assert scans_sweep() == 0


def test_two_workers_never_look_through_the_same(batch: Batch, first: Execution) -> None:
    scan_request(batch.pk, first.pk)
    SuspectScan.objects.update(claim=new_id())
    scan = SuspectScan.objects.get()
    scan_run(scan.pk)
    assert SuspectScan.objects.get().is_wanted
    assert scans_sweep() == 0
    SuspectScan.objects.update(heartbeat=timezone.now() - 2 * scanning.STALE_AFTER)
    assert scans_sweep() == 1
    scan_run(scan.pk)
    assert SuspectScan.objects.get().claim is None


def test_many_rows_are_looked_through_some_at_a_time(
    batch: Batch, first: Execution, second: Execution, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "ROWS_AT_ONCE", 1)
    for row in batch.rows.all():
        make_answer(first, row, price=129)
        make_answer(second, row, price=129)
    scan_request(batch.pk)
    scan_run(SuspectScan.objects.get().pk)
    assert Suspect.objects.count() == 3


def test_a_chunk_asks_a_fixed_number_of_questions(
    batch: Batch, first: Execution, second: Execution, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for row in batch.rows.all():
        make_answer(first, row, price=129)
        make_answer(second, row, price=129)
    columns, rows = columns_of(batch), list(batch.rows.values_list("pk", flat=True))
    with django_assert_max_num_queries(10):
        rows_judge(batch, columns, rows)


def test_a_deleted_batch_takes_its_suspects_along(batch: Batch, row: Row, first: Execution, second: Execution) -> None:
    make_answer(first, row, price=129)
    make_answer(second, row, price=129)
    judge(batch)
    scan_request(batch.pk, first.pk)
    batch_purging.call(batch.pk)
    assert not Suspect.objects.exists()
    assert not SuspectScan.objects.exists()
