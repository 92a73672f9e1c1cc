"""Pauses executions whose agent has lost its last key."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from executions.agents.base import ErrorCode
from executions.agents.registry import AGENTS
from executions.engine.pairing import hold_partner
from executions.models import AgentCredential, Execution, ExecutionStatus
from executions.services.holding import hold_execution
from executions.services.locking import lock_with_partner

GOING = (ExecutionStatus.QUEUED, ExecutionStatus.RUNNING)


def hold_keyless() -> int:
    """Pause what can't go on, because neither the organization nor the installation has a key of its agent.

    It can be resumed when there is one. Answers how many were paused.
    """
    needing = [name for name, kind in AGENTS.items() if kind.needs_own_key]
    if not needing:
        return 0
    own = AgentCredential.objects.filter(organization=OuterRef("organization"), agent=OuterRef("agent"))
    going = Execution.objects.filter(status__in=GOING, agent__in=needing, has_own_worker=False)
    keyless = going.filter(~Exists(own.exclude(secret="")))
    return sum(_hold(execution_id) for execution_id in list(keyless.values_list("pk", flat=True)))


def _hold(execution_id: uuid.UUID) -> bool:
    now = timezone.now()
    with transaction.atomic():
        (execution, _), *partners = lock_with_partner(execution_id, None)
        reason = AGENTS[execution.agent].no_key
        code = ErrorCode.AGENT_UNAUTHORIZED.value
        held = execution.status in GOING and hold_execution(execution, code=code, reason=reason, now=now)
        if held:
            for partner, _ in partners:
                hold_partner(partner, execution.number, reason, now)
    return held
