"""Runs trials one after the other, and counts what they showed."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Sequence

from django.db import InterfaceError, OperationalError, connection

from accounts.models import Organization
from executions.models import AgentCredential, Execution, ExecutionStatus, Heartbeat, Job, JobStatus, Retry, Session
from executions.services.control import execution_resume
from executions.services.creation import execution_create
from executions.tests.chaos.checks import violations_of
from executions.tests.chaos.dump import dump
from executions.tests.chaos.happenings import Happenings
from executions.tests.chaos.place import Place
from executions.tests.chaos.plan import Order, Plan, draw_plan
from executions.tests.chaos.report import Outcome, Report
from executions.tests.chaos.runs import Run, settle_accounts
from mino.common.errors import InvalidState
from mino.tests.factories import BatchFactory, OrganizationFactory, ProjectFactory, RowFactory

LONGEST_TRIAL = 300.0
LONGEST_START = 120.0
LOOK_EVERY = 0.1
SETTLING_SECONDS = 1.5
"""How long workers that were frozen get to try to write what they must not."""
_number = itertools.count()


def run_trials(place: Place, report: Report, *, count: int, seed: int, kinds: Sequence[str]) -> None:
    """Run the trials of `count` seeds from `seed` on, telling each. `kinds` narrows what may happen."""
    for one in range(seed, seed + count):
        outcome = Trial(place, draw_plan(one, kinds)).run()
        report.add(outcome)
        print(outcome.line(), flush=True)


class Trial:
    """One trial."""

    def __init__(self, place: Place, plan: Plan) -> None:
        self._place = place
        self._plan = plan
        self._rng = random.Random(f"events of {plan.seed}")
        self._began = time.monotonic()

    def run(self) -> Outcome:
        """Let it happen, and check what came of it."""
        self._place.make_whole(self._plan.workers)
        self._place.start_eva(self._plan.weather)
        _wait_for_workers(self._place)
        _forget_earlier_trials()
        executions = self._create()
        self._began = time.monotonic()
        happenings = Happenings(self._place, executions, self._plan.events, self._rng)
        in_time = self._live_through(executions, happenings)
        outcome = self._judge(executions, happenings)
        outcome.violations[:0] = [] if in_time else [f"It has not ended after {LONGEST_TRIAL:g} seconds."]
        if outcome.violations:
            print(dump(self._plan, self._place, executions), flush=True)
        return outcome

    def _create(self) -> list[Execution]:
        organization = OrganizationFactory(slug=f"chaos-{next(_number)}")
        if self._plan.limit:
            AgentCredential.objects.create(organization=organization, agent="eva", concurrency=self._plan.limit)
        return [self._order(organization, number, order) for number, order in enumerate(self._plan.orders, 1)]

    def _order(self, organization: Organization, number: int, order: Order) -> Execution:
        batch = BatchFactory(project=ProjectFactory(organization=organization))
        for position in range(1, order.rows + 1):
            url = f"https://shop{number}.example/trial-{self._plan.seed}/item-{position}"
            RowFactory(batch=batch, position=position, url=url, truth={"title": None, "price": "12.50"})
        batch.row_count = batch.truth_row_count = order.rows
        batch.save()
        version = batch.project.production_version
        return execution_create(
            batch=batch, user=None, instruction_version=version, agent="eva", concurrency=order.concurrency
        )

    def _live_through(self, executions: Sequence[Execution], happenings: Happenings) -> bool:
        """Wait until everything has ended and is put right. Answers whether it came to that."""
        until = time.monotonic() + LONGEST_TRIAL
        while time.monotonic() < until:
            all_over = False
            try:
                all_over = self._look_after(executions, happenings)
            except (OperationalError, InterfaceError):  # PostgreSQL was restarted
                pass
            finally:
                connection.close()
            if all_over and happenings.is_calm and self._is_quiet():
                time.sleep(SETTLING_SECONDS)
                return True
            time.sleep(LOOK_EVERY)
        happenings.let_happen(all_over=True)
        return False

    def _look_after(self, executions: Sequence[Execution], happenings: Happenings) -> bool:
        """Let happen what is due, be the person who resumes; answer whether all executions have ended."""
        for execution in executions:
            execution.refresh_from_db()
        self._check_limit(happenings)
        all_over = all(execution.is_finished for execution in executions)
        happenings.let_happen(all_over=all_over)
        for execution in executions:
            if execution.status == ExecutionStatus.PAUSED and execution.status_code:
                happenings.counts["resumed after the circuit breaker"] += 1
                _resume(execution)
        return all_over

    def _check_limit(self, happenings: Happenings) -> None:
        """The account never has more runs at once than it may."""
        running = Job.objects.filter(status=JobStatus.RUNNING).count() if self._plan.limit else 0
        if self._plan.limit and running > self._plan.limit:
            happenings.violations.append(f"{running} jobs ran at once, though the account may have {self._plan.limit}.")

    def _is_quiet(self) -> bool:
        return all(run["finished_at"] for run in self._place.remote_runs())

    def _judge(self, executions: Sequence[Execution], happenings: Happenings) -> Outcome:
        for execution in executions:
            execution.refresh_from_db()
        jobs = list(Job.objects.select_related("current_session").prefetch_related("sessions"))
        runs = [Run.read(told) for told in self._place.remote_runs()]
        account = settle_accounts(runs, jobs)
        return Outcome(
            seed=self._plan.seed,
            seconds=time.monotonic() - self._began,
            events=happenings.counts,
            executions=len(executions),
            jobs=len(jobs),
            attempts=Session.objects.count(),
            adoptions=Session.objects.filter(is_adopted=True).count(),
            retries=Retry.objects.count(),
            runs=len(runs),
            flagged=account.flagged,
            late_starts=account.late_starts,
            failed=sum(execution.error_jobs for execution in executions),
            violations=[*happenings.violations, *violations_of(executions, jobs), *account.violations],
        )


def _resume(execution: Execution) -> None:
    try:
        execution_resume(execution.pk, user=None)
    except InvalidState:  # it has ended meanwhile
        return


def _wait_for_workers(place: Place) -> None:
    """Begin when all take messages; without them little could be broken."""
    until = time.monotonic() + LONGEST_START
    for worker in place.workers:
        while not Heartbeat.objects.filter(name__endswith=f":{worker.process.pid}").exists():
            if not worker.runs or time.monotonic() > until:
                raise RuntimeError(f"A worker does not start:\n{worker.log.read_text(errors='replace')[-3000:]}")
            time.sleep(LOOK_EVERY)
    connection.close()


def _forget_earlier_trials() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE accounts_organization CASCADE")
