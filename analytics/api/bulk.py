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
from executions.api.execution_shapes import ExecutionGiven
from executions.api.job_shapes import JOB_ID
from executions.models import Execution, Job
from executions.services.cloning import rows_run
from executions.services.locking import ACT
from mino.common.api.errors import ApiError
from mino.common.api.fields import Choice, Identifier, Several, Text
from mino.common.api.operation import operation
from mino.common.api.serializers import Given, Taken
from mino.common.errors import Detail, InvalidInput
from projects.api.finding import find_batch
from projects.models import Batch
from projects.models.instruction_version import MAX_INSTRUCTIONS
from projects.services.rows import rows_set_instructions
from projects.services.rows_deletion import rows_delete

DELETE = "delete"
MOST_JOBS = 1_000
MOST_TOLD = 20


class BulkParams(Taken):
    """What an action needs to know."""

    example: ClassVar[Any] = {"new_instructions": "Return the price of the product, without tax."}

    new_instructions = Text(
        max_length=MAX_INSTRUCTIONS,
        allow_blank=True,
        required=False,
        help_text="For `update_instructions`: what the rows are run by from the next execution on; empty: by the "
        "version's instructions again.",
    )


class BulkAction(Taken):
    """What to do with which jobs."""

    example: ClassVar[Any] = {"action": "rerun", "job_ids": [JOB_ID]}
    rules: ClassVar[Any] = {
        "oneOf": [
            {
                "properties": {
                    "action": {"const": "update_instructions"},
                    "params": {"required": ["new_instructions"]},
                },
                "required": ["params"],
            },
            {
                "properties": {
                    "action": {"not": {"const": "update_instructions"}},
                    "params": {"not": {"required": ["new_instructions"]}},
                }
            },
        ]
    }

    action = Choice(choices=[(DELETE, "Delete"), ("rerun", "Rerun"), ("update_instructions", "Update instructions")])
    job_ids = Several(child=Identifier(), min_length=1, max_length=MOST_JOBS)
    params = BulkParams(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Accept instructions with the action that is about them, and only with it."""
        wants, has = attrs["action"] == "update_instructions", "new_instructions" in attrs.get("params", {})
        if wants and not has:
            raise ApiError(
                "MISSING_FIELD", "Say which instructions the rows are to have.", path="params.new_instructions"
            )
        if has and not wants:
            only = "Only update_instructions takes instructions."
            raise serializers.ValidationError({"params": {"new_instructions": [only]}})
        return attrs


class BulkDone(Given):
    """What was done, and how much it touched."""

    example: ClassVar[Any] = {
        "action": "rerun",
        "affected_jobs": 1,
        "affected_rows": 1,
        "execution": ExecutionGiven.example,
    }

    action = serializers.CharField(required=False)
    affected_jobs = serializers.IntegerField(
        required=False,
        help_text="Jobs that were deleted, in all executions; jobs of the new execution; jobs whose rows were given "
        "instructions.",
    )
    affected_rows = serializers.IntegerField(
        required=False, help_text="Their rows: jobs of several executions or repeats may be of one row."
    )
    execution = ExecutionGiven(allow_null=True, required=False, help_text="The new one, for `rerun`; null otherwise.")


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
        in_portions=lambda values: values["action"] == DELETE,
        errors=["INVALID_STATE", "AGENT_UNAUTHORIZED", "QUOTA_EXCEEDED"],
    )
    def post(self, request: ApiRequest, batch_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Delete, rerun or instruct the rows of up to 1,000 jobs of a batch.

        `delete` removes the rows with their truth and all their jobs, in every execution; it needs an admin. It goes in
        portions of 200, so what was deleted before a refusal stays deleted, and heeds no `Idempotency-Key`: sent again,
        it deletes what is left.
        `rerun` starts a new execution over the rows, like the one that the jobs belong to; what is there stays.
        `update_instructions` gives the rows instructions of their own for later executions. Both `delete` and
        `update_instructions` need an API key that also has the scope `write:batches`. A job that is not of the batch
        refuses everything but `delete`, which passes over it.
        """
        batch = find_batch(request, batch_id)
        require(request.user, ACT, batch.project)
        done = ACTIONS[values["action"]](request, batch, values)
        return self.answer({"execution": None, "action": values["action"], **done}, BulkDone)


def _jobs_there(batch: Batch, ids: Sequence[uuid.UUID]) -> list[Job]:
    """Those of the jobs that are of the batch."""
    return list(Job.objects.filter(batch=batch, pk__in=ids).only("row_id", "row_position", "execution_id"))


def _jobs(batch: Batch, ids: Sequence[uuid.UUID]) -> list[Job]:
    """The jobs. Raises InvalidInput at those that are not of the batch."""
    jobs = _jobs_there(batch, ids)
    found = {job.pk for job in jobs}
    message = "There is no such job in this batch."
    missing = [Detail(f"job_ids.{place}", message) for place, one in enumerate(ids) if one not in found]
    if missing:
        raise InvalidInput("Some of the jobs are not in this batch.", details=missing[:MOST_TOLD])
    return jobs


def _rows(jobs: Sequence[Job]) -> list[uuid.UUID]:
    return list(dict.fromkeys(job.row_id for job in jobs))


def _may_change_batches(request: ApiRequest) -> None:
    if isinstance(request.user, ApiKeyPrincipal) and not request.user.has_scope(Scope.WRITE_BATCHES):
        raise PermissionDenied(f"This API key has not the scope {Scope.WRITE_BATCHES}. Ask an owner for one that has.")


def _delete(request: ApiRequest, batch: Batch, values: Mapping[str, Any]) -> dict[str, Any]:
    _may_change_batches(request)
    rows = _rows(_jobs_there(batch, values["job_ids"]))
    of_these = Job.objects.filter(row__in=rows).count()
    return {"affected_rows": rows_delete(batch=batch, user=request.user, rows=rows), "affected_jobs": of_these}


def _rerun(request: ApiRequest, batch: Batch, values: Mapping[str, Any]) -> dict[str, Any]:
    jobs = _jobs(batch, values["job_ids"])
    executions = {job.execution_id for job in jobs}
    if len(executions) > 1:
        message = f"These jobs belong to {len(executions)} executions. Rerun those of one execution at a time."
        raise InvalidInput(message, details=[Detail("job_ids", message)])
    positions = {job.row_position for job in jobs}
    started = rows_run(executions.pop(), positions, user=request.user)
    execution = ExecutionGiven.load(Execution.objects.filter(pk=started.pk), ExecutionGiven.usual_fields()).get()
    return {"affected_rows": len(positions), "affected_jobs": started.total_jobs, "execution": execution}


def _instruct(request: ApiRequest, batch: Batch, values: Mapping[str, Any]) -> dict[str, Any]:
    _may_change_batches(request)
    jobs = _jobs(batch, values["job_ids"])
    text = values["params"]["new_instructions"]
    try:
        count = rows_set_instructions(batch=batch, user=request.user, rows=_rows(jobs), text=text)
    except InvalidInput as error:
        details = [Detail("params.new_instructions", one.message) for one in error.details]
        raise InvalidInput(error.message, code=error.code, details=details) from error
    return {"affected_rows": count, "affected_jobs": len(jobs)}


ACTIONS = {DELETE: _delete, "rerun": _rerun, "update_instructions": _instruct}
