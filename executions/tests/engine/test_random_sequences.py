"""Random sequences of everything that can happen to executions: after each step all must add up, and all jobs end.

Without threads: what happens at the very same moment is tried with real workers elsewhere.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from pytest_django import Settings

from executions.engine import pairing
from executions.engine.attempt import Attempt, Finished
from executions.engine.recovery import settle_lost
from executions.models import AgentCredential, Execution, ExecutionStatus, Job, JobStatus, PairedRun, Session
from executions.services import ending, requeueing, tuning
from executions.services.control import execution_pause, execution_resume, execution_stop
from executions.services.failing import execution_fail
from executions.services.holding import paused_seconds_until
from executions.services.pairing import Runner, pair_create
from executions.services.recounting import recount
from executions.services.requeueing import job_cancel, job_skip, jobs_requeue, jobs_skip
from executions.services.sweeping import close_ended, let_waiting_go_on, raise_throttled
from executions.services.tuning import execution_set_budget, execution_set_concurrency, execution_set_max_retries
from executions.tests.engine.counting import assert_counters_equal_jobs
from executions.tests.engine.world import ENDINGS, HandClock, World, ended
from mino.common.errors import InvalidState
from mino.tests.factories import BatchFactory, VersionFactory
from projects.models import Project

FINAL = (ExecutionStatus.STOPPED, ExecutionStatus.FAILED)
WORKERS = st.sampled_from(["anna", "bert", "carl"])
INDEX = st.integers(0, 11)
HOW = st.sampled_from(sorted(ENDINGS) + ["right"] * 2 + ["passing"] * 5)
ROUNDS = 80
"""More than enough to end the few jobs: each has at most 14 attempts."""


class Engine(RuleBasedStateMachine):
    """Two local executions that share a credential, and one whose agent's runs can be adopted, with a budget."""

    def __init__(self, start: Callable[..., Execution], clock: HandClock) -> None:
        super().__init__()
        clock.__init__()  # type: ignore[misc]
        self.world = World(clock)
        self._transaction = transaction.atomic()
        self._transaction.__enter__()
        few, other = self._two(start)
        AgentCredential.objects.create(organization_id=few.organization_id, agent="local", concurrency=4)
        remote = start(rows=4, concurrency=2, agent="eva", agent_settings={"max_steps": 5}, budget=Decimal("0.9"))
        self.ids = [few.pk, other.pk, remote.pk]
        self.jobs = list(Job.objects.order_by("execution", "position").values_list("pk", flat=True))
        self.final: dict[uuid.UUID, str] = {}
        self.answers: dict[uuid.UUID, Any] = {}
        self.idle: dict[uuid.UUID, float] = dict.fromkeys(self.ids, 0.0)

    def _two(self, start: Callable[..., Execution]) -> tuple[Execution, Execution]:
        """The two local ones, by themselves."""
        return start(rows=4, concurrency=3), start(rows=3, concurrency=2, max_retries=1)

    # Workers ----------------------------------------------------------------------------------------------------------
    @rule(worker=WORKERS, wanted=st.integers(1, 5))
    def claim(self, worker: str, wanted: int) -> None:
        """A worker takes jobs."""
        self.world.exchange([], wanted, worker)

    @rule(worker=WORKERS, how=st.lists(HOW, max_size=4))
    def work(self, worker: str, how: list[str]) -> None:
        """A worker works for a moment: it takes jobs, some of which end, and takes others at once."""
        self.wait(2, renewing=True)
        self.claim(worker, 4)
        held = [attempt for holder, attempt in self.world.held.values() if holder == worker]
        for attempt, one in zip(held, how, strict=False):
            self.world.exchange([self._end(attempt, one)], 1, worker)

    @precondition(lambda self: self.world.held)
    @rule(which=st.lists(st.tuples(INDEX, HOW), min_size=1, max_size=4, unique_by=lambda one: one[0]), wanted=INDEX)
    def finish(self, which: list[tuple[int, str]], wanted: int) -> None:
        """Some attempts end at the same moment, and their worker takes others."""
        held = list(self.world.held.values())
        chosen = [(held[index][1], how) for index, how in which if index < len(held)] or [(held[0][1], which[0][1])]
        self.world.exchange([self._end(*one) for one in chosen], wanted % 4, held[0][0])

    def _end(self, attempt: Any, how: str) -> Any:
        only_remote = how in ("released", "run gone")
        return ended(attempt, "called off" if only_remote and attempt.plan.agent == "local" else how, timezone.now())

    @rule(worker=WORKERS)
    def die(self, worker: str) -> None:
        """A worker dies."""
        self.world.kill(worker)

    @precondition(lambda self: self.world.given_up)
    @rule(index=INDEX, how=HOW)
    def arrive_late(self, index: int, how: str) -> None:
        """A worker that was thought dead hands in what it did."""
        given_up = self.world.given_up
        self.world.exchange([self._end(given_up[index % len(given_up)], how)], 0, "late")

    @rule()
    def hear(self) -> None:
        """Living workers notice which of their attempts have lost their job, and end them."""
        for attempt in self.world.told_to_stop():
            self.world.exchange([ended(attempt, "called off", timezone.now(), charged_steps=2)], 0, "anna")

    @rule(worker=WORKERS)
    def shut_down(self, worker: str) -> None:
        """A worker is told to end: it hands its jobs back and leaves remote runs to others."""
        held = [attempt for holder, attempt in self.world.held.values() if holder == worker]
        self.world.exchange([self._end(attempt, "released") for attempt in held], 0, worker)

    @rule(seconds=st.sampled_from([0.7, 3, 12, 61, 200]), renewing=st.booleans())
    def wait(self, seconds: float, renewing: bool) -> None:
        """Time passes."""
        for execution in Execution.objects.filter(status__in=[ExecutionStatus.PAUSED, ExecutionStatus.COMPLETED]):
            self.idle[execution.pk] += seconds
        self.world.pass_time(seconds, renewing=renewing)

    @rule(worker=WORKERS, index=INDEX)
    def sweep(self, worker: str, index: int) -> None:
        """What recovery does, in its parts; no counter was ever wrong, and nothing was left open."""
        settle_lost(timezone.now())
        self.world.adopt(2, worker)
        assert close_ended(timezone.now()) == 0
        raise_throttled(timezone.now())
        let_waiting_go_on()
        assert not recount(self._execution(index).pk)

    # People -----------------------------------------------------------------------------------------------------------
    @rule(index=INDEX, control=st.sampled_from([execution_pause, execution_resume, execution_resume]))
    def pause_or_resume(self, index: int, control: Callable[..., Any]) -> None:
        """Somebody pauses or resumes."""
        execution = self._execution(index)
        before = execution.status
        try:
            after = control(execution.pk, user=None).execution.status
            assert after == (ExecutionStatus.PAUSED if control is execution_pause else ExecutionStatus.RUNNING)
        except InvalidState:
            assert execution.is_finished or (before == ExecutionStatus.PAUSED and execution.budget is not None)

    @rule(index=INDEX, control=st.sampled_from([execution_stop, execution_fail]), surely=st.integers(0, 5))
    def end(self, index: int, control: Callable[..., Any], surely: int) -> None:
        """Now and then somebody stops an execution, or it can't be run any more."""
        if surely:
            return
        execution = self._execution(index)
        how: dict[str, Any] = {"user": None} if control is execution_stop else {"code": "X", "reason": "Gone."}
        try:
            control(execution.pk, **how)
        except InvalidState:
            assert execution.is_finished

    @rule(index=INDEX, setting=st.sampled_from("crb"), value=st.sampled_from([1, 2, 3, 10]))
    def tune(self, index: int, setting: str, value: int) -> None:
        """Somebody changes a limit."""
        execution = self._execution(index)
        try:
            if setting == "c":
                execution_set_concurrency(execution.pk, value, user=None)
            elif setting == "r":
                execution_set_max_retries(execution.pk, value - 1, user=None)
            elif execution.agent == "eva":
                execution_set_budget(execution.pk, value * Decimal("0.3"), user=None)
        except InvalidState:
            assert execution.is_finished

    @rule(index=INDEX, chosen=st.none() | st.lists(INDEX, max_size=4), code=st.sampled_from(["", "TIMEOUT"]))
    def requeue(self, index: int, chosen: list[int] | None, code: str) -> None:
        """Somebody has failed jobs run again."""
        jobs = None if chosen is None else [self._job(one) for one in chosen]
        try:
            jobs_requeue(self._execution(index).pk, user=None, jobs=jobs, error_code=code)
        except InvalidState:
            assert self._execution(index).status in FINAL

    @rule(index=INDEX, act=st.sampled_from([job_skip, job_cancel]))
    def give_up(self, index: int, act: Callable[..., Any]) -> None:
        """Somebody skips or cancels one job."""
        try:
            act(self._job(index), user=None)
        except InvalidState:
            status = Job.objects.get(pk=self._job(index)).status
            ended_ones = (JobStatus.COMPLETED, JobStatus.STOPPED, JobStatus.SKIPPED, JobStatus.ERROR)
            assert status in ended_ones or (act is job_skip and status == JobStatus.RUNNING)

    @precondition(lambda self: self.world.held)
    @rule(index=INDEX)
    def cancel_what_runs(self, index: int) -> None:
        """Somebody cancels a job that a worker holds, or believes it holds; a retry if one is under way."""
        held = [attempt for _, attempt in self.world.held.values()]
        held = [attempt for attempt in held if attempt.retry_id] or held
        job = Job.objects.get(pk=held[index % len(held)].job_id)
        if job.is_active:
            job_cancel(job.pk, user=None)

    @rule(index=INDEX, chosen=st.lists(INDEX, max_size=4))
    def skip_some(self, index: int, chosen: list[int]) -> None:
        """Somebody skips several jobs."""
        jobs_skip(self._execution(index).pk, user=None, jobs=[self._job(one) for one in chosen])

    # What always holds ------------------------------------------------------------------------------------------------
    @invariant()
    def all_adds_up(self) -> None:
        """Counters, money, retries and attempts; what is final stays so; nothing is left open."""
        books = assert_counters_equal_jobs()
        for execution in books.executions:
            if execution.pk in self.final:
                assert execution.status == self.final[execution.pk]
            elif execution.status in FINAL:
                self.final[execution.pk] = execution.status
            active = execution.queued_jobs + execution.running_jobs + execution.retrying_jobs
            assert bool(active) != execution.is_finished
            assert execution.total_jobs == execution.final_jobs + active
            assert paused_seconds_until(execution, timezone.now()) <= self.idle[execution.pk] + 0.01
            attempts = [one for one in books.sessions_of(execution) if one.cost and not self.world.first.get(one.pk)]
            assert execution.retry_cost == sum(one.cost or 0 for one in attempts)
        answers = {job.pk: job.result for job in books.jobs if job.status == JobStatus.COMPLETED}
        assert answers == {**answers, **self.answers}
        self.answers = answers

    def teardown(self) -> None:
        """With everything allowed again, all jobs end."""
        try:
            self._drain()
        finally:
            transaction.set_rollback(True)
            self._transaction.__exit__(None, None, None)

    def _drain(self) -> None:
        for execution in Execution.objects.unfinished():
            execution_set_budget(execution.pk, None, user=None)
        for number in range(ROUNDS):
            if not Execution.objects.unfinished():
                break
            for execution in Execution.objects.filter(status=ExecutionStatus.PAUSED):
                execution_resume(execution.pk, user=None)
            self.sweep("anna", number)
            self.claim("anna", 5)
            held = [attempt for _, attempt in self.world.held.values()]
            self.world.exchange([ended(one, "right", timezone.now()) for one in held], 0, "anna")
            self.wait(100, renewing=False)
            self.all_adds_up()
        assert not Execution.objects.unfinished().exists()
        assert not Session.objects.filter(status="running").exists()

    def _execution(self, index: int) -> Execution:
        execution: Execution = Execution.objects.get(pk=self.ids[index % len(self.ids)])
        return execution

    def _job(self, index: int) -> uuid.UUID:
        return self.jobs[index % len(self.jobs)]


class PairWorld(World):
    """Sees to it that what is taken of a pair was its turn."""

    def exchange(self, finished: Sequence[Finished], wanted: int, worker: str) -> list[Attempt]:
        """The same; none of a pair is ahead of its partner by more than it may be."""
        attempts = super().exchange(finished, wanted, worker)
        fresh = [one.job_id for one in attempts if one.retry_id is None]
        for job in Job.objects.filter(pk__in=fresh, execution__pair__isnull=False).select_related("execution"):
            partner = Execution.objects.filter(pair=job.execution.pair_id).exclude(pk=job.execution_id).get()
            queued = Job.objects.filter(execution=partner, status=JobStatus.QUEUED).order_by("position").first()
            if queued is not None and not partner.is_finished:
                assert job.position - queued.position <= pairing.LEAD
        return attempts


class PairEngine(Engine):
    """The two local ones are a pair: the same rules, and they stay together."""

    def __init__(self, start: Callable[..., Execution], clock: HandClock) -> None:
        super().__init__(start, clock)
        self.world = PairWorld(clock)

    def _two(self, start: Callable[..., Execution]) -> tuple[Execution, Execution]:
        batch = BatchFactory(project=Project.objects.get(), rows=4)
        version = batch.project.production_version
        assert version
        both = [Runner(version, "local", {}), Runner(VersionFactory(project=batch.project), "local", {})]
        pair = pair_create(batch=batch, user=None, first=both[0], second=both[1], concurrency=3, repeats=2)
        PairedRun.objects.update(seed=7)  # the coins fall the same way in each repetition of an example
        return pair

    @invariant()
    def they_pause_and_stop_together(self) -> None:
        """None of the two is paused or stopped while the other one runs."""
        statuses = set(Execution.objects.filter(pk__in=self.ids[:2]).values_list("status", flat=True))
        assert statuses not in ({"running", "paused"}, {"running", "stopped"}, {"paused", "stopped"})


@pytest.mark.django_db
def test_whatever_happens_to_a_pair_it_stays_together_and_every_job_ends(
    start: Callable[..., Execution], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = HandClock()
    monkeypatch.setattr(timezone, "now", clock)
    monkeypatch.setattr(pairing, "LEAD", 1)
    for module in (requeueing, ending, tuning):
        monkeypatch.setattr(module, "JOBS_AT_ONCE", 2)
    settings.EVA_API_KEY = "secret"
    settings.MINO_BREAKER_ERRORS = 3
    machine: Any = lambda: PairEngine(start, clock)  # noqa: E731 - each example gets a new one
    run_state_machine_as_test(machine, settings=PACE)


@pytest.mark.django_db
def test_whatever_happens_all_adds_up_and_every_job_ends(
    start: Callable[..., Execution], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = HandClock()
    monkeypatch.setattr(timezone, "now", clock)
    for module in (requeueing, ending, tuning):
        monkeypatch.setattr(module, "JOBS_AT_ONCE", 2)
    settings.EVA_API_KEY = "secret"
    settings.MINO_BREAKER_ERRORS = 3
    machine: Any = lambda: Engine(start, clock)  # noqa: E731 - each example gets a new one
    run_state_machine_as_test(machine, settings=PACE)


# The rules are the same on every database: there, only the statements differ.
PACE = settings(
    max_examples=50 if connection.vendor == "sqlite" else 12,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
