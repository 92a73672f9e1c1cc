"""Jobs: those of an execution, one of them, its attempts, and acts on it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from executions.agents.base import ErrorCode
from executions.api.finding import find_execution, find_job, refuse_column_not_compared
from executions.api.job_shapes import OUTCOMES, VERDICTS, ControlledJob, JobGiven
from executions.models import FieldResult, Job, JobStatus
from executions.queries.texts import job_text
from executions.services.requeueing import job_cancel, job_skip
from executions.services.retrying import job_retry
from mino.common.api.cursors import Key
from mino.common.api.filters import (
    HostFilter,
    IdFilter,
    ListFilter,
    NameFilter,
    NumberFilter,
    SearchFilter,
    WordsFilter,
    YesNoFilter,
)
from mino.common.api.listing import Listing
from mino.common.api.operation import operation
from projects.models import Row
from projects.row_text import on_site, row_tagged
from projects.site_form import SiteForm

NO_OUTCOME = "Say also which outcome the column is to have."


class JobFilterForm(SiteForm):
    """What holds between two filters."""

    def clean(self) -> dict[str, Any]:
        """Accept only a range that something can lie in, and a column with an outcome."""
        values = super().clean() or {}
        low, high = values.get("accuracy_min"), values.get("accuracy_max")
        if low is not None and high is not None and low > high:
            self.add_error("accuracy_max", f"Nothing lies between {low:g} and {high:g} %. Give the smaller one first.")
        if values.get("column") and not values.get("outcome") and "outcome" not in self.errors:
            self.add_error("column", NO_OUTCOME)
        return values


class JobFilter(ListFilter):
    """What the jobs of one execution can be narrowed to."""

    row_id = IdFilter(field_name="row")
    key = NameFilter(method="with_key", help_text="The whole key of the row.")
    status = WordsFilter(choices=JobStatus.choices)
    evaluation_result = WordsFilter(choices=[(one, one) for one in VERDICTS])
    error_code = WordsFilter(method="with_error", choices=[(code.value, code.value) for code in ErrorCode])
    outcome = WordsFilter(
        method="with_outcome",
        choices=[(one, one) for one in OUTCOMES],
        help_text="Those with a cell of such an outcome: in any column, or in `column`.",
    )
    column = NameFilter(method="of_column", help_text="The column that `outcome` is about.")
    has_ground_truth = YesNoFilter(field_name="has_ground_truth")
    accuracy_min = NumberFilter(method="from_accuracy", min_value=0, max_value=100, help_text="In percent.")
    accuracy_max = NumberFilter(method="to_accuracy", min_value=0, max_value=100, help_text="In percent.")
    search = SearchFilter(
        method="with_words", help_text="A text in the address, the key, the inputs, the truth or what was extracted."
    )
    site = HostFilter(method="on_host")
    tag = NameFilter(method="with_tag", help_text="The whole name of a tag of the row, in upper or lower case.")

    class Meta:
        form = JobFilterForm

    def with_error(self, jobs: QuerySet[Job], name: str, value: Sequence[str]) -> QuerySet[Job]:
        """Those that ended in such an error, as on the pages; the index of errors holds no others."""
        return jobs.filter(status=JobStatus.ERROR, error_code__in=value)

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

    def with_words(self, jobs: QuerySet[Job], name: str, value: str) -> QuerySet[Job]:
        """Those with the text."""
        return jobs.filter(job_text(value))

    def on_host(self, jobs: QuerySet[Job], name: str, value: str) -> QuerySet[Job]:
        """Those of the site."""
        return jobs.filter(on_site(value))

    def with_key(self, jobs: QuerySet[Job], name: str, value: str) -> QuerySet[Job]:
        """Those of the row with the key, found by the index of the batch's keys."""
        batch = Subquery(jobs.order_by().values("batch")[:1])
        return jobs.filter(row__in=Row.objects.filter(key=value, batch=batch).exclude(key=""))

    def with_tag(self, jobs: QuerySet[Job], name: str, value: str) -> QuerySet[Job]:
        """Those whose row has the tag."""
        return jobs.filter(row_tagged(value, "row_id"))

    def from_accuracy(self, jobs: QuerySet[Job], name: str, value: float) -> QuerySet[Job]:
        """Those that are at least so good."""
        return jobs.filter(accuracy__gte=float(value) / 100)

    def to_accuracy(self, jobs: QuerySet[Job], name: str, value: float) -> QuerySet[Job]:
        """Those that are at most so good."""
        return jobs.filter(accuracy__lte=float(value) / 100)


JOBS = Listing(
    JobGiven,
    {
        "position": Key("position"),
        "accuracy": Key("accuracy", nullable=True, then=("id",)),
        "finished_at": Key("finished_at", nullable=True, then=("id",)),
        "agent_seconds": Key("agent_seconds", nullable=True, then=("id",)),
        "status": Key("status"),
    },
    default="position",
    filters=JobFilter,
    last_key="position",
)


class JobList(ApiView):
    """The jobs of an execution."""

    heading = "Jobs"

    @operation("job_list", "List jobs", scope=Scope.READ_RESULTS, listing=JOBS)
    def get(self, request: ApiRequest, execution_id: uuid.UUID) -> Response:
        """The jobs of an execution in its order; `include=result,field_results` has what was extracted and expected.

        They can also be sorted by accuracy, by when they finished, by the agent's time and by status; jobs without such
        a value come last. Only `position` never changes: while an execution runs, a job whose other values change may
        be met twice or not at all.
        """
        execution = find_execution(request, execution_id)
        refuse_column_not_compared(request.query, execution)
        return self.page(Job.objects.filter(execution=execution))


class JobDetail(ApiView):
    """One job."""

    heading = "Jobs"

    @operation("job_read", "Read a job", scope=Scope.READ_RESULTS, answers=JobGiven)
    def get(self, request: ApiRequest, job_id: uuid.UUID) -> Response:
        """One job; `include=result,field_results` has what was extracted and expected."""
        return self.answer(find_job(request, job_id), JobGiven)


class JobRetry(ApiView):
    """Running a job again."""

    heading = "Jobs"

    @operation(
        "job_retry",
        "Run a job again",
        scope=Scope.RUN_EXECUTIONS,
        answers=ControlledJob,
        idempotent=True,
        errors=["INVALID_STATE"],
    )
    def post(self, request: ApiRequest, job_id: uuid.UUID) -> Response:
        """Queue a job that has failed or was skipped again, within its execution.

        It gets its full number of retries anew, and a completed execution runs again. A job that waits for its next
        attempt has it at once; one that waits for a slot or runs stays as it is. A completed or stopped job is refused:
        the action `rerun` on many jobs runs its row as a new execution.
        """
        job = find_job(request, job_id)
        done = job_retry(job.pk, user=request.user)
        return self.answer(job, ControlledJob, affected_jobs=done.affected_jobs)


class JobSkip(ApiView):
    """Leaving a job out."""

    heading = "Jobs"

    @operation("job_skip", "Skip a job", scope=Scope.RUN_EXECUTIONS, answers=ControlledJob, errors=["INVALID_STATE"])
    def post(self, request: ApiRequest, job_id: uuid.UUID) -> Response:
        """Leave a job out that waits or has failed: it counts as skipped, not as an error."""
        job = find_job(request, job_id)
        done = job_skip(job.pk, user=request.user)
        return self.answer(job, ControlledJob, affected_jobs=done.affected_jobs)


class JobCancel(ApiView):
    """Stopping a job."""

    heading = "Jobs"

    @operation("job_cancel", "Stop a job", scope=Scope.RUN_EXECUTIONS, answers=ControlledJob, errors=["INVALID_STATE"])
    def post(self, request: ApiRequest, job_id: uuid.UUID) -> Response:
        """Stop a job that waits or runs, also remotely. One that is stopped stays as it is."""
        job = find_job(request, job_id)
        done = job_cancel(job.pk, user=request.user)
        return self.answer(job, ControlledJob, affected_jobs=done.affected_jobs)
