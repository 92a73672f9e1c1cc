"""Reads what an execution froze, once per execution and process."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from executions.engine.attempt import Plan
from executions.evaluation.evaluate import ColumnSpec
from executions.models import Execution
from mino.common.values.columns import ColumnRole, ColumnType
from mino.common.values.options import MatchingOptions


class UnreadablePlan(Exception):
    """What an execution froze can't be read any more, as after a step back to an older MINO."""


@lru_cache(maxsize=64)
def plan_of(execution_id: uuid.UUID, generation: int) -> Plan:
    """What an execution froze, with the matching options of its scoring generation, which is `generation` now.

    It is kept: nothing of it changes without another generation. Raises UnreadablePlan.
    """
    execution = Execution.objects.get(pk=execution_id)
    try:
        return _plan(execution)
    except (LookupError, TypeError, ValueError) as error:
        reason = f"What this execution froze can't be read by this version of MINO: {type(error).__name__}: {error}"
        raise UnreadablePlan(reason) from error


def _plan(execution: Execution) -> Plan:
    return Plan(
        execution_id=execution.pk,
        organization_id=execution.organization_id,
        agent=execution.agent,
        settings=execution.agent_settings,
        timeout=float(execution.timeout),
        instructions=execution.instructions,
        columns=column_specs(execution),
        url_column=_name_of(execution, ColumnRole.SITE_URL),
        key_column=_name_of(execution, ColumnRole.KEY),
        generation=execution.scoring_generation,
    )


def column_specs(execution: Execution) -> list[ColumnSpec]:
    """The columns that are asked for and compared, in their order, as today's verdicts compare them."""
    return specs_of(execution.scored_columns)


def specs_of(columns: Iterable[Mapping[str, Any]]) -> list[ColumnSpec]:
    """The columns of truth among those that an execution froze, in their order."""
    return [
        ColumnSpec(
            name=column["name"],
            type=ColumnType(column["type"]),
            options=MatchingOptions.from_mapping(ColumnType(column["type"]), column["options"]),
        )
        for column in columns
        if column["role"] == ColumnRole.GROUND_TRUTH
    ]


def _name_of(execution: Execution, role: ColumnRole) -> str:
    return next((str(column["name"]) for column in execution.columns if column["role"] == role), "")
