"""Lists as files: all that their filters find, in one answer."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter

from accounts.api.base import ASK_AGAIN, ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from accounts.permissions import require
from analytics.api.comparison import OTHERS
from analytics.api.comparison_finding import BASELINE, baseline_for, executions_named, pairs_of
from analytics.api.exports import FILES, FORMATS
from analytics.api.flips import NOT_YET, FlipListFilter, asked_flips
from analytics.api.patterns import PatternFilter
from analytics.api.stability import RowHistoryFilter, of_kind
from analytics.api.suspects import SuspectFilter, in_state
from analytics.comparison.exporting import comparison_table
from analytics.comparison.presenting import Pair
from analytics.exporting import lists
from analytics.exporting.answers import TooLong, table_file
from analytics.exporting.background.ordering import EXPORT
from analytics.exporting.formats import ExportFormat
from analytics.exporting.subjects import exportable_projects, file_stem
from analytics.exporting.table import FlatTable
from analytics.models import FailurePattern, PatternOccurrence, RowHistory, Suspect
from executions.api.executions import ExecutionFilter
from executions.api.finding import find_execution
from executions.api.retries import DeadLetterFilter, RetryFilter
from executions.models import Execution, Job
from executions.queries.dead_letters import dead_letters
from executions.queries.waiting import waiting_retries
from mino.common.api.errors import ApiError, invalid
from mino.common.api.filters import ListFilter
from mino.common.api.operation import Handler, operation
from projects.api.batches import BatchFilter
from projects.api.finding import (
    find_batch,
    find_project,
    refuse_column_of_no_batch,
    refuse_unknown_column,
    truth_columns_of,
)
from projects.api.projects import ProjectFilter
from projects.api.truth import RevisionFilter
from projects.models import Batch, Project, TruthRevision

FORMAT = OpenApiParameter("format", {"type": "string", "enum": FORMATS, "default": ExportFormat.CSV.value})


def file_of(name: str, summary: str, filters: type[ListFilter] | None = None) -> Callable[[Handler], Handler]:
    """An operation that answers a list as a file, narrowed by the list's own filters."""
    parameters = [FORMAT, *(filters.parameters() if filters else ())]
    return operation(name, summary, scope=Scope.EXPORT_DATA, answers=FILES, parameters=parameters)


class ListExport(ApiView):
    """Base of the lists as files."""

    heading = "Exports"

    def file(self, request: ApiRequest, table: FlatTable, stem: str) -> Any:
        """The table in the format that is asked for. Raises ApiError for none, or a workbook with too many rows."""
        wanted = request.query.get("format", ExportFormat.CSV.value)
        if wanted not in FORMATS:
            raise invalid("format", f"There is no such format. Choose one of {', '.join(FORMATS)}.")
        try:
            return table_file(table, ExportFormat(wanted), stem)
        except TooLong as error:
            raise invalid("format", str(error)) from None

    def project(self, request: ApiRequest, project_id: uuid.UUID) -> Project:
        """The project. Raises Http404, or PermissionDenied for those who may not export from it."""
        project = find_project(request, project_id)
        require(request.user, EXPORT, project)
        return project

    def batch(self, request: ApiRequest, batch_id: uuid.UUID) -> Batch:
        """The batch, in the same way."""
        batch = find_batch(request, batch_id)
        require(request.user, EXPORT, batch.project)
        return batch

    def execution(self, request: ApiRequest, execution_id: uuid.UUID) -> Execution:
        """The execution, in the same way."""
        execution = find_execution(request, execution_id)
        require(request.user, EXPORT, execution.project)
        return execution


class ExecutionListExport(ListExport):
    """Executions as a file."""

    @file_of("execution_list_export", "Export the list of executions", ExecutionFilter)
    def get(self, request: ApiRequest) -> Any:
        """The executions of all projects that you may export from, narrowed like their list, the newest first."""
        seen = Execution.objects.visible_to(request.user).filter(organization=request.organization)
        found = ExecutionFilter.narrow(seen.filter(project__in=exportable_projects(request)), request.query)
        return self.file(request, lists.executions_table(found), f"{request.organization.slug}-executions")


class ProjectListExport(ListExport):
    """Projects as a file."""

    @file_of("project_list_export", "Export the list of projects", ProjectFilter)
    def get(self, request: ApiRequest) -> Any:
        """The projects that you may export from, narrowed like their list, with what their last execution reached."""
        found = ProjectFilter.narrow(exportable_projects(request), request.query)
        return self.file(request, lists.projects_table(found), f"{request.organization.slug}-projects")


class BatchListExport(ListExport):
    """Batches as a file."""

    @file_of("batch_list_export", "Export the list of batches", BatchFilter)
    def get(self, request: ApiRequest) -> Any:
        """The batches of all projects that you may export from, narrowed like their list, with what their last
        execution reached."""
        seen = Batch.objects.visible_to(request.user).filter(project__in=exportable_projects(request))
        found = BatchFilter.narrow(seen, request.query)
        return self.file(request, lists.batches_table(found), f"{request.organization.slug}-batches")


class DeadLetterExport(ListExport):
    """Dead letters as a file."""

    @file_of("dead_letter_list_export", "Export the dead letters", DeadLetterFilter)
    def get(self, request: ApiRequest) -> Any:
        """The rows without an answer of all projects that you may export from, narrowed like their list."""
        letters: QuerySet[Job] = dead_letters(request.user, request.organization)
        found = DeadLetterFilter.narrow(letters.filter(project__in=exportable_projects(request)), request.query)
        return self.file(request, lists.letters_table(found), f"{request.organization.slug}-dead-letters")


class RetryExport(ListExport):
    """The retry queue as a file."""

    @file_of("retry_list_export", "Export what waits for a retry", RetryFilter)
    def get(self, request: ApiRequest) -> Any:
        """The attempts that wait in all projects that you may export from, narrowed like their list."""
        retries = waiting_retries(request.user, request.organization).retries
        found = RetryFilter.narrow(retries.filter(execution__project__in=exportable_projects(request)), request.query)
        return self.file(request, lists.retries_table(found), f"{request.organization.slug}-waiting")


class PatternExport(ListExport):
    """The patterns of a project as a file."""

    @file_of("pattern_list_export", "Export failure patterns", PatternFilter)
    def get(self, request: ApiRequest, project_id: uuid.UUID) -> Any:
        """The failure patterns of a project, narrowed like their list, those that cost most rows first."""
        project = self.project(request, project_id)
        refuse_column_of_no_batch(request.query, project)
        patterns = FailurePattern.objects.filter(project=project).select_related("last_execution", "cured_by")
        slim = patterns.defer("last_execution__instructions", "last_execution__columns", "cured_by__text")
        table = lists.patterns_table(PatternFilter.narrow(slim, request.query))
        return self.file(request, table, f"{file_stem(project)}-patterns")


class ExecutionPatternExport(ListExport):
    """The patterns of an execution as a file."""

    @file_of("execution_pattern_list_export", "Export the patterns of an execution")
    def get(self, request: ApiRequest, execution_id: uuid.UUID) -> Any:
        """The failure patterns that an execution shows, with share, interval and lift, those that cost most rows
        first."""
        execution = self.execution(request, execution_id)
        found = PatternOccurrence.objects.filter(execution=execution, is_found=True).select_related("pattern")
        stem = f"{file_stem(execution.project)}-execution-{execution.number}-patterns"
        return self.file(request, lists.occurrences_table(found.defer("positions", "examples")), stem)


class SuspectExport(ListExport):
    """Suspects as a file."""

    @file_of("suspect_list_export", "Export suspects", SuspectFilter)
    def get(self, request: ApiRequest, project_id: uuid.UUID) -> Any:
        """The suspects in the truth of a project, narrowed like their list, the strongest first."""
        project = self.project(request, project_id)
        refuse_column_of_no_batch(request.query, project)
        seen = Suspect.objects.visible_to(request.user).filter(project=project)
        found = SuspectFilter.narrow(in_state(seen, request.query), request.query)
        return self.file(request, lists.suspects_table(found), f"{file_stem(project)}-suspects")


class TruthRevisionExport(ListExport):
    """Changes of the truth as a file."""

    @file_of("truth_revision_list_export", "Export changes of the truth", RevisionFilter)
    def get(self, request: ApiRequest, batch_id: uuid.UUID) -> Any:
        """Every change of the truth of a batch: who made it, when, why, and what the cell held before and after."""
        batch = self.batch(request, batch_id)
        refuse_unknown_column(request.query, truth_columns_of(batch))
        found = RevisionFilter.narrow(TruthRevision.objects.filter(batch=batch), request.query)
        return self.file(request, lists.revisions_table(found), f"{file_stem(batch)}-truth-changes")


class BatchRowHistoryExport(ListExport):
    """The rows of a batch over all of their results as a file."""

    @file_of("batch_row_history_list_export", "Export a batch's rows by all results", RowHistoryFilter)
    def get(self, request: ApiRequest, batch_id: uuid.UUID) -> Any:
        """The rows of a batch of one `kind`, over all executions, those whose verdicts flip most first."""
        batch = self.batch(request, batch_id)
        found = of_kind(RowHistory.objects.filter(batch=batch), request.query)
        table = lists.histories_table(RowHistoryFilter.narrow(found, request.query))
        return self.file(request, table, f"{file_stem(batch)}-rows")


class ProjectRowHistoryExport(ListExport):
    """The rows of a project over all of their results as a file."""

    @file_of("project_row_history_list_export", "Export a project's rows by all results", RowHistoryFilter)
    def get(self, request: ApiRequest, project_id: uuid.UUID) -> Any:
        """The rows of all batches of a project of one `kind`, those whose verdicts flip most first."""
        project = self.project(request, project_id)
        batches = Batch.objects.visible_to(request.user).filter(project=project)
        found = of_kind(RowHistory.objects.filter(project=project, batch__in=batches), request.query)
        table = lists.histories_table(RowHistoryFilter.narrow(found, request.query))
        return self.file(request, table, f"{file_stem(project)}-rows")


COMPARED: dict[str, Any] = {"scope": Scope.EXPORT_DATA, "answers": FILES, "errors": ["INVALID_STATE"]}


class ComparisonView(ListExport):
    """Base of comparisons as files."""

    def compared(self, request: ApiRequest, executions: Sequence[Execution], path: str) -> list[Pair]:
        """Each against the first of them. Raises PermissionDenied, or ApiError while a worker computes one of them."""
        for project in {one.project_id: one.project for one in executions}.values():
            require(request.user, EXPORT, project)
        pairs = pairs_of(request, executions, path)
        if any(pair.judged is None for pair in pairs):
            raise ApiError("INVALID_STATE", NOT_YET, headers={"Retry-After": str(ASK_AGAIN)})
        return pairs


class FlipExport(ComparisonView):
    """Flips as a file."""

    @operation("flip_list_export", "Export what flipped", parameters=[FORMAT, *FlipListFilter.parameters()], **COMPARED)
    def get(self, request: ApiRequest, execution_id: uuid.UUID) -> Any:
        """The cells, or with `of=rows` the rows, that became right or wrong, narrowed like their list.

        Refused with `INVALID_STATE` and `Retry-After` while a worker computes the comparison.
        """
        execution = self.execution(request, execution_id)
        pairs = self.compared(request, [baseline_for(request, execution), execution], "baseline_id")
        ask = asked_flips(pairs[0], request.query)
        stem = f"comparison-{pairs[0].baseline.number}-{execution.number}-flips"
        return self.file(request, comparison_table(pairs, pairs[0], ask), stem)


class ComparisonExport(ComparisonView):
    """The figures of a comparison as a file."""

    @operation("comparison_export", "Export a comparison", parameters=[FORMAT, BASELINE], **COMPARED)
    def get(self, request: ApiRequest, execution_id: uuid.UUID) -> Any:
        """The figures of a comparison with a baseline: rows passed, all cells, each column, and the rows left out.

        Refused with `INVALID_STATE` and `Retry-After` while a worker computes it.
        """
        execution = self.execution(request, execution_id)
        pairs = self.compared(request, [baseline_for(request, execution), execution], "baseline_id")
        stem = f"comparison-{pairs[0].baseline.number}-{execution.number}-figures"
        return self.file(request, comparison_table(pairs, pairs[0]), stem)


class ComparisonsExport(ComparisonView):
    """The figures of several comparisons as a file."""

    @operation("comparisons_export", "Export several comparisons", parameters=[FORMAT, OTHERS], **COMPARED)
    def get(self, request: ApiRequest, execution_id: uuid.UUID) -> Any:
        """The figures of up to four executions against this one, p values corrected for all of them together.

        Refused with `INVALID_STATE` and `Retry-After` while a worker computes one of them.
        """
        baseline = self.execution(request, execution_id)
        pairs = self.compared(request, [baseline, *executions_named(request, baseline)], "execution_ids")
        return self.file(request, comparison_table(pairs, pairs[0]), f"comparison-{baseline.number}-figures")
