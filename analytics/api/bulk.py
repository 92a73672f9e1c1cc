"""Acts on many jobs of a batch at once."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.principal import ApiKeyPrincipal
from accounts.api_keys.scopes import Scope
from accounts.permissions import require
from executions.api.execution_shapes import EXECUTION_ID
from executions.api.job_shapes import JOB_ID
from executions.models import Job
from executions.services.cloning import rows_run
from executions.services.locking import ACT
from mino.common.api.errors import ApiError
from mino.common.api.fields import Choice, Identifier, Text
from mino.common.api.operation import operation
from mino.common.api.serializers import Given, Taken
from mino.common.errors import Detail, InvalidInput
from projects.api.finding import find_batch
from projects.models import Batch
from projects.models.instruction_version import MAX_INSTRUCTIONS
from projects.services.rows import rows_set_instructions
from projects.services.rows_deletion import rows_delete

MOST_JOBS = 1_000
MOST_TOLD = 20


class BulkAction(Taken):
    """What to do with which jobs."""

    example: ClassVar[Any] = {"action": "rerun", "job_ids": [JOB_ID]}

    action = Choice(choices=[("delete", "Delete"), ("rerun", "Rerun"), ("update_instructions", "Update instructions")])
    job_ids = serializers.ListField(child=Identifier(), min_length=1, max_length=MOST_JOBS)
    instructions = Text(
        max_length=MAX_INSTRUCTIONS,
        allow_blank=True,
        required=False,
        help_text="For `update_instructions`: what the rows are run by from the next execution on; empty: by the "
        "version's instructions again.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Accept instructions with the action that is about them, and only with it."""
        wants, has = attrs["action"] == "update_instructions", "instructions" in attrs
        if wants and not has:
            raise ApiError("MISSING_FIELD", "Say which instructions the rows are to have.", path="instructions")
        if has and not wants:
            raise serializers.ValidationError({"instructions": ["Only update_instructions takes instructions."]})
        return attrs


class BulkDone(Given):
    """What was done. Jobs of one row, in several executions or repeats, are one row."""

    example: ClassVar[Any] = {"action": "rerun", "affected_rows": 1, "execution_id": EXECUTION_ID}

    action = serializers.CharField(required=False)
    affected_rows = serializers.IntegerField(required=False)
    execution_id = serializers.UUIDField(
        allow_null=True, required=False, help_text="The new execution, for `rerun`; null otherwise."
    )


class JobsBulkAction(ApiView):
    """Acts on many jobs."""

    heading = "Jobs"

    @operation(
        "jobs_bulk_action",
        "Act on many jobs",
        scope=Scope.RUN_EXECUTIONS,
        takes=BulkAction,
        answers=BulkDone,
        idempotent=True,
        errors=["INVALID_STATE", "AGENT_UNAUTHORIZED", "QUOTA_EXCEEDED"],
    )
    def post(self, request: ApiRequest, batch_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Delete, rerun or instruct the rows of up to 1,000 jobs of a batch.

        `delete` removes the rows with their truth and all their jobs, in every execution; it needs an admin.
        `rerun` starts a new execution over the rows, like the one that the jobs belong to; what is there stays.
        `update_instructions` gives the rows instructions of their own for later executions. Both `delete` and
        `update_instructions` need an API key that also has the scope `write:batches`. A job that is not of the batch
        refuses everything.
        """
        batch = find_batch(request, batch_id)
        require(request.user, ACT, batch.project)
        jobs = _jobs(batch, values["job_ids"])
        done = ACTIONS[values["action"]](request, batch, jobs, values)
        return self.answer({"execution_id": None, "action": values["action"], **done}, BulkDone)


def _jobs(batch: Batch, ids: Sequence[uuid.UUID]) -> list[Job]:
    """The jobs. Raises InvalidInput at those that are not of the batch."""
    found = {
        job.pk: job
        for job in Job.objects.filter(batch=batch, pk__in=ids).only("row_id", "row_position", "execution_id")
    }
    message = "There is no such job in this batch."
    missing = [Detail(f"job_ids.{place}", message) for place, one in enumerate(ids) if one not in found]
    if missing:
        raise InvalidInput("Some of the jobs are not in this batch.", details=missing[:MOST_TOLD])
    return list(found.values())


def _rows(jobs: Sequence[Job]) -> list[uuid.UUID]:
    return list(dict.fromkeys(job.row_id for job in jobs))


def _may_change_batches(request: ApiRequest) -> None:
    if isinstance(request.user, ApiKeyPrincipal) and not request.user.has_scope(Scope.WRITE_BATCHES):
        raise PermissionDenied(f"This API key has not the scope {Scope.WRITE_BATCHES}. Ask an owner for one that has.")


def _delete(request: ApiRequest, batch: Batch, jobs: Sequence[Job], values: Mapping[str, Any]) -> dict[str, Any]:
    _may_change_batches(request)
    return {"affected_rows": rows_delete(batch=batch, user=request.user, rows=_rows(jobs))}


def _rerun(request: ApiRequest, batch: Batch, jobs: Sequence[Job], values: Mapping[str, Any]) -> dict[str, Any]:
    executions = {job.execution_id for job in jobs}
    if len(executions) > 1:
        message = f"These jobs belong to {len(executions)} executions. Rerun those of one execution at a time."
        raise InvalidInput(message, details=[Detail("job_ids", message)])
    positions = {job.row_position for job in jobs}
    execution = rows_run(executions.pop(), positions, user=request.user)
    return {"affected_rows": len(positions), "execution_id": execution.pk}


def _instruct(request: ApiRequest, batch: Batch, jobs: Sequence[Job], values: Mapping[str, Any]) -> dict[str, Any]:
    _may_change_batches(request)
    rows = _rows(jobs)
    count = rows_set_instructions(batch=batch, user=request.user, rows=rows, text=values["instructions"])
    return {"affected_rows": count}


ACTIONS = {"delete": _delete, "rerun": _rerun, "update_instructions": _instruct}
