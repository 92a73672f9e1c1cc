"""Takes the jobs of a paired run in turn, so that nothing that changes meanwhile can favour one of the two.

Both executions have the same rows in the same order. For each row a coin, drawn by the pair's seed, says whose job is
taken first. The other one follows before anything else of it may be taken, and the first may be taken while the partner
is at most `LEAD` rows behind. So one of the two may always go on: the one that is behind, or at the same row the one
that the coin names. Retries are taken when they are due, whoever is ahead.

While one may not go on and the other has no free slot, a worker's slot finds nothing and ends. The pair counts these
slots and asks for them again as soon as there is work, so that none is missed and nobody asks in a circle.
"""

from __future__ import annotations

import hashlib
import math
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from executions.engine.waking import wake_slots
from executions.models import Execution, ExecutionStatus, Job, JobStatus, PairedRun
from executions.services.holding import hold_execution

if TYPE_CHECKING:
    from executions.engine.account import Account

LEAD = 5
"""How many rows one execution may be ahead of its partner."""
MOST_IDLE = 100
"""As many slots as two executions can have."""
PARTNER_PAUSED = "PARTNER_PAUSED"
"""The reason of a pause that only follows the partner's."""


def goes_first(seed: int, position: int) -> int:
    """The place in the pair, 1 or 2, whose job at this position is taken first."""
    return 1 + (hashlib.blake2b(f"{seed} {position}".encode(), digest_size=1).digest()[0] & 1)


@dataclass(slots=True)
class Turn:
    """What an execution under lock needs to know of its pair: the coin, its next queued positions, its partner."""

    seed: int
    queue: Sequence[int]
    partner: Account | None = None

    def front(self, account: Account) -> float:
        """The position of the next job that was not taken yet; infinite when there will be none."""
        execution = account.execution
        if execution.is_finished:
            return math.inf
        taken = max(0, account.claimed - account.due)
        if taken < len(self.queue):
            return self.queue[taken]
        return execution.prepared_jobs + 1 if execution.prepared_jobs < execution.total_jobs else math.inf

    def allows(self, account: Account) -> bool:
        """Whether it is the execution's turn to have one more job taken."""
        partner = self.partner
        if partner is None or partner.turn is None or account.claimed < account.due:
            return True
        if partner.execution.status == ExecutionStatus.QUEUED:  # it has not all of its jobs yet: both begin together
            return False
        mine, theirs = self.front(account), partner.turn.front(partner)
        if mine < theirs or mine == math.inf:
            return True
        is_first = goes_first(self.seed, int(mine)) == account.execution.pair_place
        return is_first and mine - theirs <= LEAD


@lru_cache(maxsize=4096)
def pair_of(execution_id: uuid.UUID) -> uuid.UUID | None:
    """The pair of an execution, which never changes."""
    found: uuid.UUID | None = Execution.objects.filter(pk=execution_id).values_list("pair_id", flat=True).first()
    return found


def with_partners(
    organizations: Mapping[uuid.UUID, uuid.UUID], pair_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, uuid.UUID]:
    """Executions with their organizations, and with them the partners of those that are in one of these pairs."""
    if not pair_ids:
        return dict(organizations)
    members = Execution.objects.filter(pair__in=pair_ids).values_list("pk", "organization_id")
    return {**organizations, **dict(members)}


def set_turns(accounts: Iterable[Account], wanted: int) -> list[tuple[PairedRun, list[Account]]]:
    """Tell the paired ones of these locked executions whose turn it is. Answers the pairs with their members."""
    by_pair: dict[uuid.UUID, list[Account]] = {}
    for account in accounts:
        if account.execution.pair_id:
            by_pair.setdefault(account.execution.pair_id, []).append(account)
    if not by_pair:
        return []
    pairs = PairedRun.objects.in_bulk(by_pair)
    for pair_id, members in by_pair.items():
        for account in members:
            account.turn = Turn(pairs[pair_id].seed, _next_positions(account, wanted))
        if len(members) == 2:
            one, other = members
            if one.turn and other.turn:
                one.turn.partner, other.turn.partner = other, one
    return [(pairs[pair_id], members) for pair_id, members in by_pair.items()]


def _next_positions(account: Account, wanted: int) -> Sequence[int]:
    """The beginning of the index `job_queued`, as far as this transaction may reach."""
    if not account.queued:
        return ()
    queued = Job.objects.filter(execution=account.execution.pk, status=JobStatus.QUEUED).order_by("position")
    return list(queued.values_list("position", flat=True)[: wanted + 1])


def in_turn(account: Account) -> Account:
    """The partner instead, if it may go on and is behind: so the two jobs of a row stay close together."""
    turn = account.turn
    if turn is None or turn.partner is None or turn.partner.turn is None or account.claimed < account.due:
        return account
    partner = turn.partner
    is_behind = turn.partner.turn.front(partner) < turn.front(account)
    return partner if is_behind and partner.has_work else account


def settle_turns(pairs: Iterable[tuple[PairedRun, list[Account]]], unused: int) -> None:
    """Keep who waits for whom after jobs were taken, and ask for slots that ended while it was nobody's turn."""
    for pair, members in pairs:
        for account in members:
            waits = account.waits_for_turn
            if waits != account.execution.waits_for_partner:
                Execution.objects.filter(pk=account.execution.pk).update(waits_for_partner=waits)
        idle = pair.idle_slots
        if unused and any(account.waits_for_turn for account in members):
            idle = min(MOST_IDLE, idle + unused)
        elif idle and any(account.has_work for account in members):
            wake_slots(1)
            idle -= 1
        if idle != pair.idle_slots:
            PairedRun.objects.filter(pk=pair.pk).update(idle_slots=idle)


def pause_partners(accounts: Iterable[Account], now: datetime) -> None:
    """Pause the partners of the executions that were just paused."""
    known = list(accounts)
    for account in known:
        if not account.held or account.execution.pair_id is None:
            continue
        for other in known:
            if other.execution.pair_id == account.execution.pair_id and other is not account and not other.held:
                hold_partner(other.execution, account.execution.number, account.held, now)


def hold_partner(partner: Execution, number: int, why: str, now: datetime) -> None:
    """Pause an execution under lock because its partner, execution `number`, is paused."""
    reason = f"Execution {number}, which runs in a pair with this one, is paused. {why}".strip()
    hold_execution(partner, code=PARTNER_PAUSED, reason=reason, now=now)
