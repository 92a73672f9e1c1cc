"""What attempts cost, and what the next one may."""

from __future__ import annotations

from decimal import Decimal

from django.utils import timezone

from executions.agents.registry import AGENTS
from executions.costs.prices import attempt_cost, expected_attempt_cost
from executions.engine.attempt import Ending, Finished
from executions.models import Execution
from mino.common.ui.formats import money


def price(finished: Finished) -> Decimal | None:
    """What an attempt cost by the price list of its day, in the installation's currency; None when nobody knows."""
    attempt = finished.attempt
    return attempt_cost(
        attempt.plan.agent, steps=finished.charged_steps, was_started=_was_started(finished), at=attempt.started_at
    )


def _was_started(finished: Finished) -> bool:
    """Whether the agent's maker charges for it: a run with an id, or a call without one that was not refused."""
    if finished.run_id or finished.may_be_charged_twice or finished.ending is Ending.COMPLETED:
        return True
    kind = AGENTS.get(finished.attempt.plan.agent)
    has_run_ids = kind is not None and kind.adopts_runs
    was_refused = finished.pause or finished.throttled
    return not has_run_ids and not was_refused and finished.ending in (Ending.ERROR, Ending.HANDED_BACK)


def next_cost(execution: Execution) -> Decimal | None:
    """The most that one more attempt is thought to cost: its bound if it has one, else the dearest so far."""
    if execution.budget is None:
        return None
    if execution.attempt_cost_bound is not None:
        return execution.attempt_cost_bound
    expected = expected_attempt_cost(execution.agent, timezone.now())
    return None if expected is None else max(expected, execution.largest_cost)


def budget_sentence(execution: Execution, spent: Decimal) -> str:
    """Why there is no further attempt: what is spent of the budget, and what one more may cost."""
    amounts = [money(amount, execution.currency) for amount in (spent, execution.budget, next_cost(execution))]
    return "{} of the budget of {} are spent, and the next attempt may cost {}.".format(*amounts)
