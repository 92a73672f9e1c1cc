"""Says what an execution would cost, without starting it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.permissions import Principal, require
from executions.costs.estimating import Estimate, estimate_cost
from executions.costs.freezing import check_budget
from executions.models import ExecutionType, SampleMethod
from executions.services.checking import check_choice
from executions.services.locking import ACT
from projects.models import Batch, InstructionVersion


@dataclass(frozen=True, slots=True)
class Forecast:
    """What would be run, and what it would cost: `rows` of the batch, each `repeats` times."""

    rows: int
    repeats: int
    estimate: Estimate
    is_above_budget: bool


def execution_forecast(
    *,
    batch: Batch,
    user: Principal | None,
    instruction_version: InstructionVersion,
    agent: str,
    agent_settings: Mapping[str, Any] | None = None,
    type: str = ExecutionType.TEST,
    sample_method: str = SampleMethod.ALL,
    sample_size: int | None = None,
    seed: int | None = None,
    selection: Sequence[int] | None = None,
    concurrency: int = 5,
    max_retries: int = 3,
    timeout: int | None = None,
    repeats: int = 1,
    budget: Decimal | None = None,
) -> Forecast:
    """Estimate what `execution_create` would run with these arguments, after the same checks.

    Whether the same runs already and whether the plan allows it is not looked at. Raises InvalidInput or
    PermissionDenied.
    """
    if user is not None:
        require(user, ACT, batch.project)
    checked = check_choice(
        batch=batch,
        instruction_version=instruction_version,
        agent=agent,
        agent_settings=agent_settings or {},
        type=type,
        sample_method=sample_method,
        sample_size=sample_size,
        seed=seed,
        selection=selection,
        concurrency=concurrency,
        max_retries=max_retries,
        timeout=timeout,
        repeats=repeats,
    )
    now = timezone.now()
    check_budget(budget, agent, now)
    estimate = estimate_cost(
        project_id=batch.project_id,
        agent=agent,
        agent_settings=checked.settings,
        rows=checked.rows * repeats,
        max_retries=max_retries,
        at=now,
    )
    return Forecast(checked.rows, repeats, estimate, estimate.is_above(budget))
