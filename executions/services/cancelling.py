"""Calls off the remote runs of stopped attempts whose worker is gone; a worker that lives does it itself, at once."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import F, QuerySet

from executions.agents.base import Agent
from executions.costs.prices import attempt_cost
from executions.credentials.keyed import KeyedAgents
from executions.credentials.keys import own_keys
from executions.engine.finishing import add_cost_to_job
from executions.models import Execution, Session, SessionStatus

logger = logging.getLogger(__name__)
LEFT_TO_WORKER = timedelta(seconds=15)
AT_ONCE = 20


def left_runs(now: datetime) -> QuerySet[Session]:
    """Stopped attempts whose remote run nobody called off in time."""
    return Session.objects.filter(needs_cancel=True, finished_at__lt=now - LEFT_TO_WORKER).order_by("finished_at")


def cancel_left_runs(agents: Mapping[str, Agent], now: datetime) -> int:
    """Stop such runs at their agents, some at a time. Answers how many were looked at."""
    sessions = list(
        left_runs(now).select_related("job__execution").defer("raw_result", "steps", "job__result")[:AT_ONCE]
    )
    keys, keyed = own_keys({session.organization_id for session in sessions}), KeyedAgents()
    for session in sessions:
        agent = session.job.execution.agent
        key = keys.get((session.organization_id, agent))
        if session.agent_run_id and agent in agents:
            (keyed.agent(agent, key) if key else agents[agent]).cancel(session.agent_run_id)
        else:
            logger.warning("Attempt %s was stopped without knowing its remote run", session.pk)
        _close(session, agent)
    keyed.close()
    return len(sessions)


def _close(session: Session, agent: str) -> None:
    """Keep what the run is thought to have cost: its steps are not known any more."""
    cost = attempt_cost(agent, steps=None, was_started=bool(session.agent_run_id), at=session.started_at)
    with transaction.atomic():
        Execution.objects.select_for_update().get(pk=session.job.execution_id)
        mine = Session.objects.filter(pk=session.pk, needs_cancel=True, status=SessionStatus.STOPPED)
        if mine.filter(cost=None).update(needs_cancel=False, cost=cost):
            _count(session, cost)
        else:
            mine.update(needs_cancel=False)


def _count(session: Session, cost: Decimal | None) -> None:
    """Add the cost to the job and the execution, which is under lock."""
    job = session.job
    execution = Execution.objects.filter(pk=job.execution_id)
    if cost is None:
        execution.update(unpriced_attempts=F("unpriced_attempts") + 1)
        return
    is_first = job.retry_count == 0 and job.requeue_count == 0
    execution.update(cost=F("cost") + cost, retry_cost=F("retry_cost") + (0 if is_first else cost))
    add_cost_to_job(job.pk, cost)
