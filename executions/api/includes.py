"""What executions add to projects, instruction versions, batches and rows, for `include=`."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping
from typing import Any

from accounts.api_keys.scopes import Scope
from executions.api.execution_shapes import ExecutionGiven
from executions.api.job_shapes import ResultGiven
from executions.queries.newest import REACHED, newest_executions, newest_results
from mino.common.api.includes import Addition, include_register
from projects.api import shapes
from projects.api.batches import BatchGiven
from projects.api.rows import RowGiven

Values = Mapping[uuid.UUID, Any]


def includes_register() -> None:
    """Offer the newest execution with its figures, and the newest result of each row."""
    newest = "The newest execution with its figures; null: there is none."
    for serializer, field in ((shapes.Project, "project"), (BatchGiven, "batch")):
        include_register(
            serializer,
            "latest_execution",
            ExecutionGiven(required=False, allow_null=True, help_text=newest),
            Addition(_executions_of(field), Scope.READ_RESULTS),
        )
    include_register(
        shapes.Version,
        "latest_execution",
        ExecutionGiven(
            required=False,
            allow_null=True,
            help_text="The newest completed execution that had something to grade: how right they are.",
        ),
        Addition(_executions_of("instruction_version", **REACHED), Scope.READ_RESULTS),
    )
    include_register(
        RowGiven,
        "latest_result",
        ResultGiven(required=False, allow_null=True, help_text="The newest completed job; null: there is none."),
        Addition(_results, Scope.READ_RESULTS),
    )


def _executions_of(field: str, **conditions: object) -> Callable[[Collection[uuid.UUID]], Values]:
    def read(ids: Collection[uuid.UUID]) -> Values:
        executions = ExecutionGiven.load(newest_executions(field, ids, **conditions), ExecutionGiven.usual_fields())
        return {getattr(one, f"{field}_id"): one for one in executions}

    return read


def _results(ids: Collection[uuid.UUID]) -> Values:
    jobs = ResultGiven.load(newest_results(ids), ResultGiven.usual_fields())
    return {one.row_id: one for one in jobs}
