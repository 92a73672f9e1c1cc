"""The engine's book-keeping: one transaction ends attempts and takes the next jobs.

Locks are taken in the order credential, execution (by id), job, session, so that no two workers can wait for each
other. Several attempts that end at the same moment in one process share a transaction (`executions.engine.desk`).
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from executions.engine.attempt import Attempt, Finished
from executions.engine.claiming import take_jobs
from executions.engine.finishing import Tally, write_finished
from executions.models import AgentCredential, Execution, ExecutionStatus
from executions.services.completion import complete_if_done
from mino.common.bulk import update_many

CANDIDATES = 20
"""How many executions are looked at for the next job; the ones with the smallest share running come first."""

ACCOUNT_FIELDS = (
    "organization_id",
    "agent",
    "status",
    "effective_concurrency",
    "queued_jobs",
    "running_jobs",
    "retrying_jobs",
)


@dataclass(slots=True)
class Account:
    """An execution under lock, as the allocation of slots sees it."""

    execution: Execution
    credential: AgentCredential | None
    tally: Tally = field(default_factory=Tally)
    claimed: int = 0

    @property
    def share(self) -> float:
        """Which part of its concurrency runs."""
        return self.running / self.execution.effective_concurrency

    @property
    def running(self) -> int:
        """How many jobs run, with what this transaction gives and takes."""
        return self.execution.running_jobs - self.tally.ended + self.claimed

    @property
    def has_active_jobs(self) -> bool:
        """Whether anything waits or runs after this transaction."""
        waiting = self.execution.queued_jobs + self.tally.handed_back - self.claimed
        return waiting + self.running + self.execution.retrying_jobs > 0

    @property
    def has_work(self) -> bool:
        """Whether one more job may be taken from it."""
        waiting = self.execution.queued_jobs + self.tally.handed_back - self.claimed
        return (
            self.execution.status == ExecutionStatus.RUNNING
            and waiting > 0
            and self.running < self.execution.effective_concurrency
            and (self.credential is None or self.credential.running_jobs < self.credential.concurrency)
        )


def exchange(
    finished: Sequence[Finished],
    wanted: int,
    *,
    worker: str,
    agents: Collection[str],
    only: uuid.UUID | None = None,
    now: datetime | None = None,
) -> list[Attempt]:
    """End the attempts of `finished` and take up to `wanted` further jobs, in one transaction.

    `agents` are the agents that the worker has; `only` narrows the work to one execution. An attempt whose session
    is no longer the job's current one is dropped without a trace: somebody else holds the job.
    """
    now = now or timezone.now()
    with transaction.atomic():
        accounts = _lock(finished, wanted, agents, only)
        for execution_id, group in _by_execution(finished).items():
            if account := accounts.get(execution_id):
                account.tally = write_finished(account.execution, group)
                _give_back(account, account.tally.ended)
        shares = _allocate(accounts.values(), wanted)
        attempts: list[Attempt] = []
        for execution_id, count in shares.items():
            account = accounts[execution_id]
            taken = take_jobs(account.execution, count, worker=worker, now=now)
            _give_back(account, count - len(taken))
            account.claimed = len(taken)
            attempts.extend(taken)
        for account in accounts.values():
            _save(account, now)
    return attempts


def _by_execution(finished: Iterable[Finished]) -> Mapping[uuid.UUID, list[Finished]]:
    groups: dict[uuid.UUID, list[Finished]] = {}
    for one in finished:
        groups.setdefault(one.attempt.plan.execution_id, []).append(one)
    return groups


def _lock(
    finished: Sequence[Finished], wanted: int, agents: Collection[str], only: uuid.UUID | None
) -> dict[uuid.UUID, Account]:
    """Lock what may be touched, in the agreed order: the credentials first, then the executions by id."""
    plans = {one.attempt.plan.execution_id: one.attempt.plan for one in finished}
    organizations = {execution_id: plan.organization_id for execution_id, plan in plans.items()}
    if wanted:
        organizations.update(_candidates(agents, only))
    if not organizations:
        return {}
    of_these = AgentCredential.objects.filter(organization__in=set(organizations.values()))
    locked = of_these.select_for_update().order_by("pk")
    credentials = {(one.organization_id, one.agent): one for one in locked}
    executions = Execution.objects.filter(pk__in=organizations).select_for_update().order_by("pk")
    executions = executions.only(*ACCOUNT_FIELDS)
    return {one.pk: Account(one, credentials.get((one.organization_id, one.agent))) for one in executions}


def _candidates(agents: Collection[str], only: uuid.UUID | None) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """Executions that may have work, with their organizations, the neediest first; nothing is locked yet."""
    waiting = Execution.objects.filter(
        status=ExecutionStatus.RUNNING, queued_jobs__gt=0, agent__in=list(agents)
    ).filter(running_jobs__lt=F("effective_concurrency"))
    waiting = waiting.filter(has_own_worker=False) if only is None else waiting.filter(pk=only)
    by_share = waiting.order_by(F("running_jobs") * 1.0 / F("effective_concurrency"), "pk")
    return list(by_share.values_list("pk", "organization_id")[:CANDIDATES])


def _allocate(accounts: Iterable[Account], wanted: int) -> Counter[uuid.UUID]:
    """Give each free slot to the execution that has the smallest share running at that moment."""
    given: Counter[uuid.UUID] = Counter()
    for _ in range(wanted):
        open_ones = [account for account in accounts if account.has_work]
        if not open_ones:
            break
        neediest = min(open_ones, key=lambda account: (account.share, account.execution.pk))
        neediest.claimed += 1
        if neediest.credential:
            neediest.credential.running_jobs += 1
        given[neediest.execution.pk] += 1
    return given


def _give_back(account: Account, count: int) -> None:
    if account.credential and count:
        account.credential.running_jobs = max(0, account.credential.running_jobs - count)


def _save(account: Account, now: datetime) -> None:
    """Write the counters of one execution, and its credential's."""
    tally = account.tally
    changes = tally.changes()
    changes["running_jobs"] = account.claimed - tally.ended
    changes["queued_jobs"] = tally.handed_back - account.claimed
    changes = {name: change for name, change in changes.items() if change}
    if changes:
        update_many(Execution, [{"id": account.execution.pk, "updated_at": now, **changes}], add=changes)
        if account.credential:
            account.credential.save(update_fields=["running_jobs", "updated_at"])
    if tally.ended and not account.has_active_jobs:
        complete_if_done(account.execution.pk, now)
