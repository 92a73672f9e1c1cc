"""Starts two executions over the same rows, whose jobs are taken in turn (`executions.engine.pairing`)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from django.db import transaction

from accounts.permissions import Principal, require
from executions.models import Execution, PairedRun, SampleMethod
from executions.services.creation import LARGEST_SEED, execution_create
from mino.common.errors import Detail, InvalidInput, Limits, QuotaExceeded
from projects.models import Batch, InstructionVersion


@dataclass(frozen=True, slots=True)
class Runner:
    """What the two of a pair differ in: version, agent and its settings."""

    instruction_version: InstructionVersion
    agent: str
    agent_settings: Mapping[str, Any]


def pair_create(
    *, batch: Batch, user: Principal | None, first: Runner, second: Runner, seed: int | None = None, **shared: Any
) -> tuple[Execution, Execution]:
    """Start both in one transaction: over the same rows in the same order, with the same limits each.

    `shared` are the other arguments of `execution_create`; a budget is for each of the two. Raises what
    `execution_create` raises; what is wrong with one of the two is named `first.agent`, `second.instruction_version`.
    """
    if user is not None:
        require(user, "projects.run_execution", batch.project)
    if first == second:
        message = (
            "Both would be the same. Choose another version or another agent; to see how steady the answers are, run "
            "each row several times."
        )
        raise InvalidInput(message, details=[Detail("second", message)])
    if shared.get("sample_method") == SampleMethod.RANDOM and seed is None:
        seed = secrets.randbelow(LARGEST_SEED)
    with transaction.atomic():
        pair = PairedRun.objects.create(
            organization_id=batch.organization_id, project_id=batch.project_id, seed=secrets.randbelow(LARGEST_SEED)
        )
        shared |= {"batch": batch, "user": user, "seed": seed, "pair": pair}
        try:
            one = execution_create(**_values(first), pair_place=1, **shared)
        except InvalidInput as error:
            raise _placed(error, "first") from error
        try:
            other = execution_create(**_values(second), pair_place=2, **shared)
        except InvalidInput as error:
            raise _placed(error, "second") from error
        except QuotaExceeded as error:
            raise _one_is_left(error) from error
    return one, other


def partner_of(execution: Execution) -> Execution | None:
    """The other execution of its pair, with its version; None when it runs alone or the other one is gone."""
    if execution.pair_id is None:
        return None
    pair = Execution.objects.filter(pair=execution.pair_id).exclude(pk=execution.pk)
    found: Execution | None = pair.select_related("instruction_version").first()
    return found


def _values(runner: Runner) -> dict[str, Any]:
    return {
        "instruction_version": runner.instruction_version,
        "agent": runner.agent,
        "agent_settings": runner.agent_settings,
    }


def _one_is_left(error: QuotaExceeded) -> QuotaExceeded:
    """The refusal as it is before the first of the two was counted."""
    counted = error.limits
    if counted is None:
        return error
    begins = f" The count begins anew on {counted.reset:%-d %B %Y} (UTC)." if counted.reset else ""
    message = (
        f"A paired run counts as two executions, and of the {counted.maximum:,} that the plan allows this month one is "
        f"left.{begins} Run one alone, or have an owner ask for a larger plan."
    )
    return QuotaExceeded(message, limits=Limits(counted.current - 1, counted.maximum, counted.reset))


def _placed(error: InvalidInput, place: str) -> InvalidInput:
    """The same refusal, saying of which of the two it speaks where it is about what they differ in."""
    own = {field.name for field in fields(Runner)}
    details = [
        Detail(f"{place}.{one.path}" if one.path.partition(".")[0] in own else one.path, one.message)
        for one in error.details
    ]
    return InvalidInput(error.message, code=error.code, details=details)
