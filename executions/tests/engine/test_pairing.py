"""Paired runs: the jobs of two executions are taken in turn, each row's two close together and in random order."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from executions.engine import pairing
from executions.engine.attempt import Attempt
from executions.engine.ledger import exchange
from executions.engine.pairing import LEAD, PARTNER_PAUSED, goes_first
from executions.models import AgentCredential, Execution, ExecutionStatus, Job, JobStatus, PairedRun
from executions.services.control import execution_pause, execution_resume, execution_stop
from executions.services.failing import execution_fail
from executions.services.pairing import Runner, pair_create
from executions.services.requeueing import job_skip
from executions.services.sweeping import find_work, let_waiting_go_on
from executions.tests.engine.counting import assert_counters_equal_jobs
from executions.tests.engine.world import AGENTS
from mino.common.errors import InvalidInput, InvalidState
from mino.tests.factories import BatchFactory, VersionFactory
from projects.models import Project

Start = Callable[..., Execution]
Take = Callable[..., list[Attempt]]
Pair = tuple[Execution, Execution]
pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(project: Project) -> Callable[..., Pair]:
    """Starts two versions side by side over a new batch of so many rows."""

    def start_pair(rows: int = 6, second: dict[str, Any] | None = None, **values: Any) -> Pair:
        version = project.production_version
        assert version
        first = Runner(version, "local", {})
        differing = {"instruction_version": VersionFactory(project=project), "agent": "local", "agent_settings": {}}
        other = Runner(**{**differing, **(second or {})})
        return pair_create(
            batch=BatchFactory(project=project, rows=rows), user=None, first=first, second=other, **values
        )

    return start_pair


def taken_order(attempts: list[Attempt], pair: Pair) -> list[tuple[int, int]]:
    """Row and place in the pair, in the order in which the jobs were taken."""
    places = {one.pk: one.pair_place or 0 for one in pair}
    rows = dict(Job.objects.values_list("pk", "position"))
    return [(rows[one.job_id], places[one.plan.execution_id]) for one in attempts]


def due_order(pair: Pair, rows: int) -> list[tuple[int, int]]:
    """The order that the coins name."""
    seed = PairedRun.objects.get().seed
    firsts = [(row, goes_first(seed, row)) for row in range(1, rows + 1)]
    return [one for row, first in firsts for one in ((row, first), (row, 3 - first))]


def test_both_run_the_same_rows_in_the_same_order(pair: Callable[..., Pair]) -> None:
    one, other = pair(rows=9, sample_method="random", sample_size=4, repeats=2)
    orders = [list(each.jobs.order_by("position").values_list("row", "repeat")) for each in (one, other)]
    assert orders[0] == orders[1]
    assert (len(orders[0]), one.seed, other.pair_place) == (8, other.seed, 2)
    assert PairedRun.objects.get().organization_id == one.organization_id


def test_two_of_the_same_are_refused_and_leave_nothing(pair: Callable[..., Pair], project: Project) -> None:
    with pytest.raises(InvalidInput) as refusal:
        pair(second={"instruction_version": project.production_version})
    assert [one.path for one in refusal.value.details] == ["second"]
    with pytest.raises(InvalidInput) as refusal:
        pair(second={"agent": "nobody"})
    assert {one.path for one in refusal.value.details} == {"second.agent"}
    assert not Execution.objects.exists()
    assert not PairedRun.objects.exists()


def test_one_slot_takes_them_in_the_order_that_the_coins_name(
    pair: Callable[..., Pair], take: Take, finish: Take
) -> None:
    both = pair(rows=6, concurrency=1)
    running, taken = take(1), []
    while running:
        taken += running
        running = finish(running[0], wanted=1)
    assert taken_order(taken, both) == due_order(both, 6)
    assert {one.status for one in Execution.objects.all()} == {ExecutionStatus.COMPLETED}


def test_several_at_once_are_the_first_rows_of_both(pair: Callable[..., Pair], take: Take) -> None:
    both = pair(rows=6, concurrency=4)
    assert sorted(taken_order(take(6), both)) == [(row, place) for row in (1, 2, 3) for place in (1, 2)]


def test_the_coin_favours_nobody() -> None:
    firsts = [goes_first(7, row) for row in range(1, 1001)]
    assert 440 < firsts.count(1) < 560
    assert firsts != [goes_first(8, row) for row in range(1, 1001)]


@pytest.mark.parametrize("seed", range(5))
def test_the_faster_one_waits_for_the_slower(pair: Callable[..., Pair], take: Take, finish: Take, seed: int) -> None:
    fast, slow = pair(rows=20, concurrency=5)
    PairedRun.objects.update(seed=seed)
    Execution.objects.filter(pk=slow.pk).update(effective_concurrency=1)
    held = take(10)
    for _ in range(30):
        mine = [one for one in held if one.plan.execution_id == fast.pk]
        if not mine:
            break
        held.remove(mine[0])
        held += finish(mine[0], wanted=1)
    done = [job.position for job in Job.objects.filter(execution=fast).exclude(status=JobStatus.QUEUED)]
    assert max(done) <= 2 + LEAD
    assert len(held) == 1
    assert Execution.objects.get(pk=fast.pk).waits_for_partner
    assert take(5) == []


def test_slots_that_ended_while_waiting_are_asked_for_again(
    pair: Callable[..., Pair], take: Take, finish: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = pair(rows=12, concurrency=1)
    asked: list[int] = []
    monkeypatch.setattr(pairing, "wake_slots", asked.append)
    running = take(2)
    slots = len(running)
    for _ in range(40):  # slots that find nothing end; each must be asked for again before the pair runs dry
        if not running:
            break
        more = finish(running.pop(0), wanted=1)
        running += more
        slots += len(asked)
        while asked:
            asked.pop()
            running += take(1)
    assert {one.status for one in Execution.objects.all()} == {ExecutionStatus.COMPLETED}
    assert Job.objects.filter(status=JobStatus.COMPLETED).count() == 24
    assert both


def test_one_that_waits_hides_no_others(
    pair: Callable[..., Pair], start: Start, take: Take, finish: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("executions.engine.ledger.CANDIDATES", 1)
    fast, slow = pair(rows=12, concurrency=3)
    Execution.objects.filter(pk=slow.pk).update(effective_concurrency=1)
    held = take(3)
    held += take(3)
    while mine := [one for one in held if one.plan.execution_id == fast.pk]:
        held.remove(mine[0])
        held += finish(mine[0], wanted=1)
    other = start(rows=1)
    assert [one.plan.execution_id for one in take(1)] == [other.pk]
    assert find_work() == 0


def test_a_paused_pair_goes_on_together(pair: Callable[..., Pair], take: Take) -> None:
    one, other = pair()
    execution_pause(other.pk, user=None)
    one.refresh_from_db()
    assert (one.status, one.status_code) == (ExecutionStatus.PAUSED, PARTNER_PAUSED)
    assert f"Execution {other.number}" in one.status_reason
    assert take(2) == []
    execution_resume(one.pk, user=None)
    assert {each.status for each in Execution.objects.all()} == {ExecutionStatus.RUNNING}
    assert not Execution.objects.filter(is_probing=True).exists()
    assert len(take(2)) == 2


def test_a_stopped_pair_stops_together(pair: Callable[..., Pair], take: Take) -> None:
    one, _ = pair()
    take(3)
    execution_stop(one.pk, user=None)
    assert {each.status for each in Execution.objects.all()} == {ExecutionStatus.STOPPED}
    assert set(Job.objects.values_list("status", flat=True)) == {JobStatus.STOPPED}
    assert_counters_equal_jobs()


def test_when_one_fails_the_other_goes_on_alone(pair: Callable[..., Pair], take: Take, finish: Take) -> None:
    fast, slow = pair(rows=12, concurrency=3)
    Execution.objects.filter(pk=slow.pk).update(effective_concurrency=1)
    held = take(6)
    while mine := [one for one in held if one.plan.execution_id == fast.pk]:
        held.remove(mine[0])
        held += finish(mine[0], wanted=1)
    execution_fail(slow.pk, code="X", reason="Gone.")
    let_waiting_go_on()
    assert find_work() > 0
    assert len(take(3)) == 3


def test_the_breaker_of_one_pauses_both(pair: Callable[..., Pair], take: Take, finish: Take) -> None:
    pair()
    [running, *_] = take(2)
    finish(running, how="no credit")
    statuses = {each.status_code: each.status for each in Execution.objects.all()}
    assert statuses == {"AGENT_BALANCE": ExecutionStatus.PAUSED, PARTNER_PAUSED: ExecutionStatus.PAUSED}
    execution_resume(running.plan.execution_id, user=None)
    assert Execution.objects.get(is_probing=True).pk == running.plan.execution_id


def test_the_budget_of_one_pauses_both_until_it_is_raised(
    pair: Callable[..., Pair], take: Take, finish: Take, settings: Settings
) -> None:
    settings.EVA_API_KEY = "secret"
    eva = {"agent": "eva", "agent_settings": {"max_steps": 5}}
    local, remote = pair(rows=6, second=eva, concurrency=1)
    Execution.objects.filter(pk=remote.pk).update(budget=Decimal("0.1"))
    running = take(2)
    while running:
        running += finish(running.pop(0), wanted=1)
    assert Execution.objects.get(pk=remote.pk).status_code == "BUDGET_REACHED"
    assert Execution.objects.get(pk=local.pk).status_code == PARTNER_PAUSED
    with pytest.raises(InvalidState, match=f"execution {remote.number}, its partner"):
        execution_resume(local.pk, user=None)


def test_a_partner_that_a_worker_does_not_have_is_left_to_others(
    pair: Callable[..., Pair], take: Take, settings: Settings
) -> None:
    settings.EVA_API_KEY = "secret"
    local, remote = pair(second={"agent": "eva", "agent_settings": {"max_steps": 5}})
    attempts = take(6, agents=frozenset({"local"}))
    assert {one.plan.execution_id for one in attempts} <= {local.pk}
    assert remote.pk in {one.plan.execution_id for one in take(12)}


def test_skipped_rows_hold_nobody_up(pair: Callable[..., Pair], take: Take, finish: Take) -> None:
    one, other = pair(rows=4, concurrency=1)
    for job in Job.objects.filter(execution=other):
        job_skip(job.pk, user=None)
    running = take(1)
    while running:
        running = finish(running[0], wanted=1)
    one.refresh_from_db()
    assert (one.status, one.completed_jobs) == (ExecutionStatus.COMPLETED, 4)


def test_a_full_credential_of_one_keeps_the_other_close(
    pair: Callable[..., Pair], start: Start, take: Take, settings: Settings
) -> None:
    settings.EVA_API_KEY = "secret"
    local, remote = pair(rows=20, second={"agent": "eva", "agent_settings": {"max_steps": 5}}, concurrency=20)
    AgentCredential.objects.create(organization=remote.organization, agent="eva", concurrency=1)
    taken = take(40)
    assert sum(one.plan.execution_id == remote.pk for one in taken) == 1
    assert sum(one.plan.execution_id == local.pk for one in taken) <= 2 + LEAD


def test_executions_without_a_pair_pay_for_none(start: Start) -> None:
    start(rows=3)
    with CaptureQueriesContext(connection) as queries:
        exchange([], 1, worker="here", agents=AGENTS)
    assert not any("executions_pairedrun" in one["sql"] for one in queries)
