"""Jobs: those of an execution, one of them, its attempts, and acts on it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from executions.agents.base import ErrorCode
from executions.api.finding import find_execution, find_job
from executions.api.job_shapes import OUTCOMES, VERDICTS, JobGiven, SessionGiven
from executions.models import FieldResult, Job, JobStatus, Session
from executions.services.requeueing import job_cancel, job_skip, jobs_requeue
from mino.common.api.cursors import Key
from mino.common.api.filters import ListFilter, NumberFilter, SearchFilter, WordsFilter, YesNoFilter
from mino.common.api.listing import Listing
from mino.common.api.operation import operation
from mino.common.errors import InvalidState


class JobFilterForm(forms.Form):
    """What holds between two filters."""

    def clean(self) -> dict[str, Any]:
        """Accept only a range that something can lie in, and a column with an outcome."""
        values = super().clean() or {}
        low, high = values.get("accuracy_min"), values.get("accuracy_max")
        if low is not None and high is not None and low > high:
            self.add_error("accuracy_max", f"Nothing lies between {low:g} and {high:g} %. Give the smaller one first.")
        if values.get("column") and not values.get("outcome") and "outcome" not in self.errors:
            self.add_error("column", "Say also which outcome the column is to have.")
        return values


class JobFilter(ListFilter):
    """What the jobs of an execution can be narrowed to."""

    status = WordsFilter(choices=JobStatus.choices)
    evaluation_result = WordsFilter(choices=[(one, one) for one in VERDICTS])
    error_code = WordsFilter(choices=[(code.value, code.value) for code in ErrorCode])
    outcome = WordsFilter(
        method="with_outcome",
        choices=[(one, one) for one in OUTCOMES],
        help_text="Those with a cell of such an outcome: in any column, or in `column`.",
    )
    column = SearchFilter(method="of_column", help_text="The column that `outcome` is about.")
    has_ground_truth = YesNoFilter(field_name="has_ground_truth")
    accuracy_min = NumberFilter(method="from_accuracy", min_value=0, max_value=100, help_text="In percent.")
    accuracy_max = NumberFilter(method="to_accuracy", min_value=0, max_value=100, help_text="In percent.")
    search = SearchFilter(field_name="url", lookup_expr="icontains", help_text="A part of the address.")

    class Meta:
        form = JobFilterForm

    def with_outcome(self, jobs: QuerySet[Job], name: str, value: Sequence[str]) -> QuerySet[Job]:
        """Those with such a cell. The execution is named as well: its index holds the cells by outcome."""
        cells = FieldResult.objects.current().filter(
            execution=OuterRef("execution"), job=OuterRef("pk"), outcome__in=value
        )
        if column := self.form.cleaned_data.get("column"):
            cells = cells.filter(column=column)
        return jobs.filter(Exists(cells))

    def of_column(self, jobs: QuerySet[Job], name: str, value: str) -> QuerySet[Job]:
        """All of them: `with_outcome` heeds the column."""
        return jobs

    def from_accuracy(self, jobs: QuerySet[Job], name: str, value: float) -> QuerySet[Job]:
        """Those that are at least so good."""
        return jobs.filter(accuracy__gte=float(value) / 100)

    def to_accuracy(self, jobs: QuerySet[Job], name: str, value: float) -> QuerySet[Job]:
        """Those that are at most so good."""
        return jobs.filter(accuracy__lte=float(value) / 100)


JOBS = Listing(JobGiven, {"position": Key("position")}, default="position", filters=JobFilter, last_key="position")
SESSIONS = Listing(SessionGiven, {"number": Key("number")}, default="number", last_key="number")


class JobList(ApiView):
    """The jobs of an execution."""

    heading = "Jobs"

    @operation("job_list", "List jobs", scope=Scope.READ_RESULTS, listing=JOBS)
    def get(self, request: ApiRequest, execution_id: uuid.UUID) -> Response:
        """The jobs of an execution in its order; `include=result,field_results` has what was extracted and expected."""
        return self.page(Job.objects.filter(execution=find_execution(request, execution_id)))


class JobDetail(ApiView):
    """One job."""

    heading = "Jobs"

    @operation("job_read", "Read a job", scope=Scope.READ_RESULTS, answers=JobGiven)
    def get(self, request: ApiRequest, job_id: uuid.UUID) -> Response:
        """One job; `include=result,field_results` has what was extracted and expected."""
        return self.answer(find_job(request, job_id), JobGiven)


class SessionList(ApiView):
    """The attempts at a job."""

    heading = "Jobs"

    @operation("session_list", "List the attempts at a job", scope=Scope.READ_RESULTS, listing=SESSIONS)
    def get(self, request: ApiRequest, job_id: uuid.UUID) -> Response:
        """All attempts at a job, the first one first; `include=steps,raw_result` has what the agent did and said."""
        return self.page(Session.objects.filter(job=find_job(request, job_id)))


class JobRetry(ApiView):
    """Running a job again."""

    heading = "Jobs"

    @operation(
        "job_retry",
        "Run a job again",
        scope=Scope.RUN_EXECUTIONS,
        answers=JobGiven,
        errors=["INVALID_STATE"],
    )
    def post(self, request: ApiRequest, job_id: uuid.UUID) -> Response:
        """Queue a job that has failed or was skipped again, within its execution; in another state it stays as it is.

        It gets its full number of retries anew, and a completed execution runs again.
        """
        job = find_job(request, job_id)
        if job.execution.has_own_worker:
            raise InvalidState("The command that ran this execution has ended: run this row as a new execution.")
        jobs_requeue(job.execution_id, user=request.user, jobs=[job.pk])
        return self.answer(job, JobGiven)


class JobSkip(ApiView):
    """Leaving a job out."""

    heading = "Jobs"

    @operation("job_skip", "Skip a job", scope=Scope.RUN_EXECUTIONS, answers=JobGiven, errors=["INVALID_STATE"])
    def post(self, request: ApiRequest, job_id: uuid.UUID) -> Response:
        """Leave a job out that waits or has failed: it counts as skipped, not as an error."""
        job = find_job(request, job_id)
        job_skip(job.pk, user=request.user)
        return self.answer(job, JobGiven)


class JobCancel(ApiView):
    """Stopping a job."""

    heading = "Jobs"

    @operation("job_cancel", "Stop a job", scope=Scope.RUN_EXECUTIONS, answers=JobGiven, errors=["INVALID_STATE"])
    def post(self, request: ApiRequest, job_id: uuid.UUID) -> Response:
        """Stop a job that waits or runs, also remotely. One that is stopped stays as it is."""
        job = find_job(request, job_id)
        job_cancel(job.pk, user=request.user)
        return self.answer(job, JobGiven)
