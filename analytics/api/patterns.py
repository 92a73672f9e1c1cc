"""Failure patterns: what goes wrong again and again in a project, and what is done about it."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from accounts.permissions import require
from analytics.api.pattern_shapes import (
    OccurrenceGiven,
    PatternDetailGiven,
    PatternGiven,
    PatternRun,
    PatternSearchGiven,
)
from analytics.models import FailurePattern, PatternAnalysis, PatternKind, PatternOccurrence, PatternState
from analytics.patterns import services
from analytics.patterns.listing import seen_with
from executions.api.execution_shapes import ExecutionGiven
from executions.api.finding import find_execution
from mino.common.api.cursors import Key
from mino.common.api.filters import IntegerFilter, ListFilter, NameFilter, WordsFilter, YesNoFilter
from mino.common.api.listing import Listing
from mino.common.api.operation import operation
from mino.common.errors import Detail, InvalidInput
from projects.api.finding import find_project, refuse_column_of_no_batch
from projects.api.shapes import Version


class PatternFilter(ListFilter):
    """What the patterns can be narrowed to."""

    state = WordsFilter(choices=PatternState.choices)
    kind = WordsFilter(choices=PatternKind.choices)
    column = NameFilter(field_name="column", help_text="The whole name of a column.")
    instruction_version = IntegerFilter(
        method="with_version", help_text="Those that executions of this version showed."
    )

    def with_version(self, patterns: QuerySet[FailurePattern], name: str, value: int) -> QuerySet[FailurePattern]:
        """Those that an execution of the version showed."""
        return seen_with(patterns, value)


class OccurrenceFilter(ListFilter):
    """What the occurrences can be narrowed to."""

    is_found = YesNoFilter(field_name="is_found")


PATTERNS = Listing(PatternGiven, {"weight": Key("weight")}, default="-weight", filters=PatternFilter)
OCCURRENCES = Listing(OccurrenceGiven, {"at": Key("at")}, default="-at", filters=OccurrenceFilter)
OF_EXECUTION = Listing(OccurrenceGiven, {"weight": Key("weight")}, default="-weight")


class PatternView(ApiView):
    """Base of the endpoints about one pattern."""

    heading = "Failure patterns"

    def find_pattern(self, request: ApiRequest, pattern_id: uuid.UUID) -> FailurePattern:
        """The pattern. Raises Http404 where it can't be seen."""
        seen = FailurePattern.objects.visible_to(request.user).filter(organization=request.organization)
        found: FailurePattern = self.find(seen.select_related("project"), pk=pattern_id)
        return found

    def shown(self, pattern: FailurePattern) -> Response:
        """The pattern as it is now."""
        return self.answer(pattern, PatternDetailGiven, latest=services.latest_seen(pattern))


class PatternList(ApiView):
    """The patterns of a project."""

    heading = "Failure patterns"

    @operation("pattern_list", "List failure patterns", scope=Scope.READ_RESULTS, listing=PATTERNS)
    def get(self, request: ApiRequest, project_id: uuid.UUID) -> Response:
        """The failure patterns of a project in all states, those that cost most rows first."""
        project = find_project(request, project_id)
        refuse_column_of_no_batch(request.query, project)
        return self.page(FailurePattern.objects.filter(project=project))


class PatternDetail(PatternView):
    """One pattern."""

    @operation("pattern_read", "Read a failure pattern", scope=Scope.READ_RESULTS, answers=PatternDetailGiven)
    def get(self, request: ApiRequest, pattern_id: uuid.UUID) -> Response:
        """One failure pattern with its figures and what may be done about it; `include=examples` has some rows."""
        return self.shown(self.find_pattern(request, pattern_id))


class PatternOccurrences(PatternView):
    """A pattern over time."""

    @operation(
        "pattern_occurrence_list",
        "List the occurrences of a pattern",
        scope=Scope.READ_RESULTS,
        listing=OCCURRENCES,
    )
    def get(self, request: ApiRequest, pattern_id: uuid.UUID) -> Response:
        """The executions in which a pattern was looked for, the newest first, with how often each showed it.

        Those that did not show it have `is_found` false: there the pattern was gone, or too rare to be told from
        chance.
        """
        found = PatternOccurrence.objects.filter(pattern=self.find_pattern(request, pattern_id))
        return self.page(found)


class PatternDismissal(PatternView):
    """Putting a pattern aside."""

    @operation("pattern_dismiss", "Dismiss a pattern", scope=Scope.WRITE_PROJECTS, answers=PatternDetailGiven)
    def post(self, request: ApiRequest, pattern_id: uuid.UUID) -> Response:
        """Put a pattern aside: it is not open any more, however often it is seen. Again changes nothing."""
        found = self.find_pattern(request, pattern_id)
        services.pattern_dismiss(found, user=request.user)
        return self.shown(found)


class PatternReopening(PatternView):
    """Taking a pattern up again."""

    @operation("pattern_reopen", "Reopen a pattern", scope=Scope.WRITE_PROJECTS, answers=PatternDetailGiven)
    def post(self, request: ApiRequest, pattern_id: uuid.UUID) -> Response:
        """Take a pattern up again that was dismissed, or that was taken for cured. Again changes nothing."""
        found = self.find_pattern(request, pattern_id)
        services.pattern_reopen(found, user=request.user)
        return self.shown(found)


class PatternInstruction(PatternView):
    """Adding the sentence against a pattern to the instructions."""

    @operation(
        "pattern_instruct",
        "Add the remedy to the instructions",
        scope=Scope.WRITE_PROJECTS,
        answers=Version,
        status=201,
        idempotent=True,
        errors=["INVALID_STATE"],
    )
    def post(self, request: ApiRequest, pattern_id: uuid.UUID) -> Response:
        """Add the sentence of the remedy (`remedy.instruction`) to the newest instructions, as their next version.

        It is not used in production before you choose it. Refused where the remedy has no sentence, or where the
        newest version holds it already.
        """
        found = self.find_pattern(request, pattern_id)
        version = services.pattern_instruct(found, user=request.user)
        address = reverse("api_version", args=[found.project_id, version.number])
        production = found.project.production_version_id
        return self.answer(version, Version, created_at=address, production_version_id=production)


class PatternRunning(PatternView):
    """Running the rows of a pattern again."""

    @operation(
        "pattern_run",
        "Run the rows of a pattern again",
        scope=Scope.RUN_EXECUTIONS,
        takes=PatternRun,
        answers=ExecutionGiven,
        status=201,
        idempotent=True,
        errors=["INVALID_STATE", "AGENT_UNAUTHORIZED", "QUOTA_EXCEEDED"],
    )
    def post(self, request: ApiRequest, pattern_id: uuid.UUID, values: dict[str, Any]) -> Response:
        """Start a new execution over exactly the rows that showed a pattern last, with the same agent and settings.

        `instruction_version` runs them by other instructions, as a test: so it is seen whether these help. It costs
        what the agent costs.
        """
        found = self.find_pattern(request, pattern_id)
        require(request.user, "projects.run_execution", found.project)
        version = None
        if number := values.get("instruction_version"):
            version = found.project.versions.filter(number=number).first()
            if version is None:
                message = "The project has no such version."
                raise InvalidInput(message, details=[Detail("instruction_version", message)])
        execution = services.pattern_run(found, user=request.user, version=version)
        return self.answer(execution, ExecutionGiven, created_at=reverse("api_execution", args=[execution.pk]))


class ExecutionPatterns(ApiView):
    """The patterns of an execution."""

    heading = "Failure patterns"

    @operation(
        "execution_pattern_list",
        "List the patterns of an execution",
        scope=Scope.READ_RESULTS,
        listing=OF_EXECUTION,
    )
    def get(self, request: ApiRequest, execution_id: uuid.UUID) -> Response:
        """The patterns that an execution shows, those that cost most rows first.

        They are looked for by a worker once it has ended; `pattern-search` says whether that is done.
        """
        execution = find_execution(request, execution_id)
        return self.page(PatternOccurrence.objects.filter(execution=execution, is_found=True))


class PatternSearch(ApiView):
    """Looking for the patterns of an execution."""

    heading = "Failure patterns"

    @operation(
        "pattern_search_read",
        "Read whether patterns were looked for",
        scope=Scope.READ_RESULTS,
        answers=PatternSearchGiven,
        takes_time=True,
    )
    def get(self, request: ApiRequest, execution_id: uuid.UUID) -> Response:
        """Whether the patterns of an execution were looked for: 202 with `Retry-After` while a worker still has to.

        A search that broke off again and again is `failed` (200): nothing goes on before it is started again.
        """
        return self._shown(find_execution(request, execution_id).pk)

    @operation(
        "pattern_search_start",
        "Look for patterns now",
        scope=Scope.RUN_EXECUTIONS,
        answers=PatternSearchGiven,
        takes_time=True,
        errors=["INVALID_STATE"],
    )
    def post(self, request: ApiRequest, execution_id: uuid.UUID) -> Response:
        """Have the patterns of an execution that has ended looked for again; read the same address until it is done.

        That happens by itself when an execution ends, and when its results are scored anew. A search that failed is
        started again like any other.
        """
        execution = find_execution(request, execution_id)
        services.patterns_ask(execution, user=request.user)
        return self._shown(execution.pk)

    def _shown(self, execution_id: uuid.UUID) -> Response:
        analysis = PatternAnalysis.objects.filter(pk=execution_id).first() or PatternAnalysis()
        status = services.search_status(analysis)
        told = {
            "id": execution_id,
            "status": status,
            "analysed_at": analysis.analysed_at,
            "rows": analysis.jobs,
            "cells": analysis.cells,
            "tests": analysis.tests,
        }
        return self.in_time(self.answer(told, PatternSearchGiven), is_done=status != "waiting")
