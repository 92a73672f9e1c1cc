"""The engine's book-keeping: one transaction ends attempts and takes the next jobs.

Locks are taken in the order credential, execution (by id), job, session, retry, so that no two workers can wait for
each other. Several attempts that end at the same moment in one process share a transaction (`executions.engine.desk`).
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from executions.credentials.keys import own_key
from executions.engine.account import ACCOUNT_FIELDS, Account
from executions.engine.attempt import Attempt, Finished
from executions.engine.breaker import Breaker
from executions.engine.claiming import Taken, due_retries, take_jobs
from executions.engine.finishing import Settled, write_finished
from executions.engine.money import budget_sentence, next_cost, price
from executions.engine.pairing import in_turn, pair_of, pause_partners, set_turns, settle_turns, with_partners
from executions.engine.plan import UnreadablePlan
from executions.engine.waking import wake_slots
from executions.events.recording import attempts_note
from executions.models import AgentCredential, Execution, ExecutionStatus, JobStatus, Retry, RetryStatus
from executions.services.completion import complete_if_done
from executions.services.failing import execution_fail
from executions.services.holding import BUDGET_REACHED, hold_execution
from executions.telling import jobs_tell
from mino.common.bulk import update_many
from webhooks.services.publishing import is_anything_wanted

CANDIDATES = 20
"""How many executions are looked at for the next job; the ones with the smallest share running come first."""


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
        plans = {one.attempt.plan.execution_id: one.attempt.plan.organization_id for one in finished}
        freed = set(plans.values())
        pair_ids = {pair_id for execution_id in plans if (pair_id := pair_of(execution_id))}
        chosen = _candidates(agents, only, freed, now, pair_ids) if wanted else {}
        accounts = _lock(with_partners({**plans, **chosen}, pair_ids))
        for locked in accounts.values():
            locked.is_served = locked.execution.pk in {*plans, *chosen} or locked.execution.agent in agents
        ended = [
            (account.execution, _end(account, group, now))
            for execution_id, group in _by_execution(finished).items()
            if (account := accounts.get(execution_id))
        ]
        jobs_tell(ended)
        for execution_id in attempts_note(ended):
            accounts[execution_id].events = 1
        if wanted:
            _count_due(accounts.values(), wanted, now)
        pairs = set_turns(accounts.values(), wanted) if wanted else []
        attempts: list[Attempt] = []
        for execution_id, count in _allocate(accounts.values(), wanted).items():
            attempts.extend(_take(accounts[execution_id], count, worker, now))
        settle_turns(pairs, wanted - len(attempts))
        for account in accounts.values():
            _save(account, now)
        pause_partners(accounts.values(), now)
    return attempts


def _by_execution(finished: Iterable[Finished]) -> Mapping[uuid.UUID, list[Finished]]:
    groups: dict[uuid.UUID, list[Finished]] = {}
    for one in finished:
        groups.setdefault(one.attempt.plan.execution_id, []).append(one)
    return groups


def _lock(organizations: Mapping[uuid.UUID, uuid.UUID]) -> dict[uuid.UUID, Account]:
    """Lock executions, given with their organizations, in the agreed order: credentials first, then they by id."""
    if not organizations:
        return {}
    of_these = AgentCredential.objects.filter(organization__in=set(organizations.values()))
    locked = of_these.select_for_update().order_by("pk")
    credentials = {(one.organization_id, one.agent): one for one in locked}
    executions = Execution.objects.filter(pk__in=organizations).select_for_update().order_by("pk")
    executions = executions.only(*ACCOUNT_FIELDS).annotate(has_listeners=is_anything_wanted("organization"))
    return {one.pk: _account(one, credentials.get((one.organization_id, one.agent))) for one in executions}


def _account(execution: Execution, credential: AgentCredential | None) -> Account:
    breaker = Breaker(
        limit=settings.MINO_BREAKER_ERRORS,
        is_open=execution.status == ExecutionStatus.PAUSED and bool(execution.status_code),
        code=execution.status_code,
        is_probing=execution.is_probing,
        streak=execution.error_streak,
    )
    return Account(execution, credential, breaker, next_cost=next_cost(execution))


def _candidates(
    agents: Collection[str],
    only: uuid.UUID | None,
    freed: Collection[uuid.UUID],
    now: datetime,
    pair_ids: set[uuid.UUID],
) -> dict[uuid.UUID, uuid.UUID]:
    """Executions that may have work, with their organizations, the neediest first; nothing is locked yet.

    Those whose credential is used up are left out, since they would keep the others from being looked at; but not in
    the organizations of `freed`, where attempts end in this transaction. So are those that wait for their partner: they
    are locked with it. The pairs of those found are added to `pair_ids`.
    """
    due = Retry.objects.filter(execution=OuterRef("pk"), status=RetryStatus.PENDING, scheduled_for__lte=now)
    has_work = Q(queued_jobs__gt=0, waits_for_partner=False) | Q(Exists(due), retrying_jobs__gt=0)
    exhausted = AgentCredential.objects.filter(
        organization=OuterRef("organization"), agent=OuterRef("agent"), running_jobs__gte=F("concurrency")
    )
    waiting = Execution.objects.filter(
        has_work, status=ExecutionStatus.RUNNING, agent__in=list(agents), running_jobs__lt=F("effective_concurrency")
    ).filter(Q(organization__in=freed) | ~Exists(exhausted), Q(is_probing=False) | Q(running_jobs=0))
    waiting = waiting.filter(has_own_worker=False) if only is None else waiting.filter(pk=only)
    by_share = waiting.order_by(F("running_jobs") * 1.0 / F("effective_concurrency"), "pk")
    found = list(by_share.values_list("pk", "organization_id", "pair_id")[:CANDIDATES])
    pair_ids.update(pair_id for *_, pair_id in found if pair_id)
    return {execution_id: organization_id for execution_id, organization_id, _ in found}


def _end(account: Account, finished: Sequence[Finished], now: datetime) -> Sequence[Settled]:
    priced = [replace(one, cost=price(one)) if one.cost is None else one for one in finished]
    account.tally, settled = write_finished(account.execution, priced, breaker=account.breaker, now=now)
    _give_back(account, account.tally.ended)
    before = account.execution.effective_concurrency
    account.pace(settled, now)
    wake_slots(min(account.execution.effective_concurrency - before, account.execution.queued_jobs))
    return settled


def _count_due(accounts: Iterable[Account], wanted: int, now: datetime) -> None:
    for account in accounts:
        if account.execution.retrying_jobs and account.execution.status == ExecutionStatus.RUNNING:
            account.due = len(due_retries(account.execution.pk, now).values_list("pk")[:wanted])


def _allocate(accounts: Iterable[Account], wanted: int) -> Counter[uuid.UUID]:
    """Give each free slot to the execution that has the smallest share running at that moment."""
    given: Counter[uuid.UUID] = Counter()
    for _ in range(wanted):
        open_ones = [account for account in accounts if account.has_work]
        if not open_ones:
            break
        neediest = in_turn(min(open_ones, key=lambda account: (account.share, account.execution.pk)))
        neediest.claimed += 1
        if neediest.credential:
            neediest.credential.running_jobs += 1
        given[neediest.execution.pk] += 1
    return given


def _take(account: Account, count: int, worker: str, now: datetime) -> Sequence[Attempt]:
    try:
        taken = take_jobs(account.execution, count, worker=worker, now=now)
    except UnreadablePlan as error:
        taken, account.unreadable = Taken(), str(error)
    _give_back(account, count - len(taken.attempts))
    account.claimed, account.claimed_retries = len(taken.attempts), taken.retries
    key = own_key(account.credential)
    return [replace(one, key=key) for one in taken.attempts] if key else taken.attempts


def _give_back(account: Account, count: int) -> None:
    if account.credential and count:
        account.credential.running_jobs = max(0, account.credential.running_jobs - count)


def _save_credential(account: Account) -> None:
    if account.credential:
        account.credential.save(update_fields=["running_jobs", "updated_at"])


def _save(account: Account, now: datetime) -> None:
    """Write the counters of one execution, and its credential's; pause or complete it where it has come to that."""
    execution, tally = account.execution, account.tally
    changes = tally.changes()
    changes["running_jobs"] = account.claimed - tally.ended
    changes["queued_jobs"] = tally.moved[JobStatus.QUEUED] - account.claimed + account.claimed_retries
    changes["retrying_jobs"] = tally.moved[JobStatus.RETRYING] - account.claimed_retries
    changes["last_event"] = account.events
    changes = {name: change for name, change in changes.items() if change}
    if changes:
        update_many(Execution, [{"id": execution.pk, "updated_at": now, **changes}], add=changes)
        _save_credential(account)
    values = account.changed_values()
    if values:
        Execution.objects.filter(pk=execution.pk).update(**values)
    if account.unreadable:
        execution_fail(execution.pk, code="SYSTEM_FAILURE", reason=account.unreadable)
        _give_back(account, account.running)
        _save_credential(account)  # with what its other executions have taken in this transaction
    elif account.breaker.reason:
        account.held = account.breaker.reason
        hold_execution(execution, code=account.breaker.code, reason=account.held, now=now)
    elif account.is_out_of_budget:
        account.held = f"{budget_sentence(execution, execution.cost + tally.cost)} Raise the budget to go on."
        hold_execution(execution, code=BUDGET_REACHED, reason=account.held, now=now)
    if tally.ended and not account.has_active_jobs:
        complete_if_done(execution.pk, now)
