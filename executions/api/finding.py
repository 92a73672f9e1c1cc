"""Finds what addresses name, within the organization that is meant."""

from __future__ import annotations

import uuid

from django.http import Http404, QueryDict

from accounts.api.base import ApiRequest
from executions.models import Execution, Job
from mino.common.values.columns import ColumnRole
from projects.api.finding import refuse_unknown_column


def find_execution(request: ApiRequest, execution_id: uuid.UUID) -> Execution:
    """The execution, with its project and batch. Raises Http404 where it can't be seen."""
    seen = Execution.objects.visible_to(request.user).filter(organization=request.organization)
    execution: Execution | None = seen.select_related("project", "batch").filter(pk=execution_id).first()
    if execution is None:
        raise Http404("There is no such execution, or you can't see it.")
    return execution


def find_job(request: ApiRequest, job_id: uuid.UUID) -> Job:
    """The job, with its execution. Raises Http404 where it can't be seen."""
    seen = Job.objects.visible_to(request.user).filter(organization=request.organization)
    job: Job | None = seen.select_related("execution").filter(pk=job_id).first()
    if job is None:
        raise Http404("There is no such job, or you can't see it.")
    return job


def refuse_column_not_compared(query: QueryDict, execution: Execution) -> None:
    """Raise ApiError for a `column` to narrow a list to that the execution did not compare."""
    compared = (str(one["name"]) for one in execution.columns if one["role"] == ColumnRole.GROUND_TRUTH)
    refuse_unknown_column(query, compared)
