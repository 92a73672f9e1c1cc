"""What waits for its next attempt, and what got no answer, over all executions of an organization."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import QueryDict
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from accounts.permissions import refusal_of
from executions.agents.base import ErrorCode
from executions.agents.registry import AGENTS
from executions.api.job_shapes import JobGiven, RetryGiven
from executions.models import Job
from executions.queries.dead_letters import dead_letters, may_run_something
from executions.queries.waiting import waiting_retries
from executions.services.dead_letters import dead_letters_requeue, dead_letters_skip
from mino.common.api.cursors import Key
from mino.common.api.errors import ApiError
from mino.common.api.fields import Choice, Identifier, Moment, Several
from mino.common.api.filters import IdFilter, ListFilter, MomentFilter, WordsFilter
from mino.common.api.listing import Listing
from mino.common.api.operation import operation
from mino.common.api.serializers import Given, Taken
from projects.api.finding import refuse_unnamed

CODES = [(code.value, code.value) for code in ErrorCode]
AGENT_NAMES = [(kind.name, kind.label) for kind in AGENTS.values()]
MOST_NAMED = 1000


class RetryFilter(ListFilter):
    """What the retry queue can be narrowed to."""

    project_id = IdFilter(field_name="execution__project")
    batch_id = IdFilter(field_name="execution__batch")
    execution_id = IdFilter(field_name="execution")
    error_code = WordsFilter(choices=CODES)
    agent = WordsFilter(field_name="execution__agent", choices=AGENT_NAMES)


class DeadLetterFilter(ListFilter):
    """What the dead letters can be narrowed to."""

    error_code = WordsFilter(choices=CODES)
    agent = WordsFilter(field_name="execution__agent", choices=AGENT_NAMES)
    project_id = IdFilter(field_name="project")
    batch_id = IdFilter(field_name="batch")
    execution_id = IdFilter(field_name="execution")
    finished_after = MomentFilter(field_name="finished_at", lookup_expr="gt")
    finished_before = MomentFilter(field_name="finished_at", lookup_expr="lt")


RETRIES = Listing(RetryGiven, {"scheduled_for": Key("scheduled_for")}, default="scheduled_for", filters=RetryFilter)
DEAD_LETTERS = Listing(JobGiven, {"finished_at": Key("finished_at")}, default="-finished_at", filters=DeadLetterFilter)


class LettersChosen(Taken):
    """Which dead letters are meant: those that fit everything that is named, as in their list. At least one thing has
    to be.
    """

    example: ClassVar[Any] = {"error_code": ["TIMEOUT", "NETWORK_ERROR"]}
    rules: ClassVar[Any] = {"minProperties": 1}

    job_ids = Several(child=Identifier(), min_length=1, max_length=MOST_NAMED, required=False)
    execution_id = Identifier(required=False)
    batch_id = Identifier(required=False)
    project_id = Identifier(required=False)
    agent = Several(child=Choice(choices=AGENT_NAMES), min_length=1, required=False)
    error_code = Several(child=Choice(choices=CODES), min_length=1, required=False)
    finished_after = Moment(required=False)
    finished_before = Moment(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a body that names nothing: it would mean everything."""
        if not attrs:
            message = f"Say which dead letters you mean, by at least one of: {', '.join(self.fields)}."
            raise ApiError("MISSING_FIELD", message, path="job_ids")
        return attrs


class LettersHandled(Given):
    """What became of dead letters."""

    example: ClassVar[Any] = {"affected_jobs": 12, "executions": 2, "final": 3, "forbidden": 0}

    affected_jobs = serializers.IntegerField(source="done", required=False, help_text="Those that were acted on.")
    executions = serializers.IntegerField(required=False, help_text="How many executions they belong to.")
    final = serializers.IntegerField(required=False, help_text="Left alone: their execution was stopped or has failed.")
    forbidden = serializers.IntegerField(required=False, help_text="Left alone: in projects where you may run nothing.")


class RetryList(ApiView):
    """The retry queue."""

    heading = "Retries and dead letters"

    @operation("retry_list", "List what waits for a retry", scope=Scope.READ_RESULTS, listing=RETRIES)
    def get(self, request: ApiRequest) -> Response:
        """The scheduled attempts of all executions under way that you may see, the earliest due first."""
        return self.page(waiting_retries(request.user, request.organization).retries)


class DeadLetterList(ApiView):
    """The dead letters."""

    heading = "Retries and dead letters"

    @operation("dead_letter_list", "List dead letters", scope=Scope.READ_RESULTS, listing=DEAD_LETTERS)
    def get(self, request: ApiRequest) -> Response:
        """The jobs of all executions that ended without an answer, the latest first."""
        return self.page(dead_letters(request.user, request.organization))


class DeadLetterRetry(ApiView):
    """Running dead letters again."""

    heading = "Retries and dead letters"

    @operation(
        "dead_letters_retry",
        "Run dead letters again",
        scope=Scope.RUN_EXECUTIONS,
        takes=LettersChosen,
        answers=LettersHandled,
        idempotent=True,
    )
    def post(self, request: ApiRequest, values: dict[str, Any]) -> Response:
        """Queue dead letters again, each within its execution: the newest 10,000 of those that are meant.

        What can't go on any more is left alone and counted. Asked for once more, it goes on with the rest.
        """
        return self.answer(dead_letters_requeue(_chosen(request, values), user=request.user), LettersHandled)


class DeadLetterSkip(ApiView):
    """Giving dead letters up."""

    heading = "Retries and dead letters"

    @operation(
        "dead_letters_skip",
        "Give dead letters up",
        scope=Scope.RUN_EXECUTIONS,
        takes=LettersChosen,
        answers=LettersHandled,
        idempotent=True,
    )
    def post(self, request: ApiRequest, values: dict[str, Any]) -> Response:
        """Count dead letters as skipped and not as errors: the newest 10,000 of those that are meant."""
        return self.answer(dead_letters_skip(_chosen(request, values), user=request.user), LettersHandled)


def _chosen(request: ApiRequest, values: dict[str, Any]) -> QuerySet[Job]:
    """The dead letters that a body means. Raises PermissionDenied for those who may run nothing at all."""
    if not may_run_something(request.user, request.organization):
        raise PermissionDenied(refusal_of(request.user, "projects.run_execution"))
    letters = dead_letters(request.user, request.organization)
    if ids := values.get("job_ids"):
        jobs = Job.objects.visible_to(request.user).filter(organization=request.organization)
        refuse_unnamed(jobs, ids, "job_ids")
        letters = letters.filter(pk__in=ids)
    return DeadLetterFilter.narrow(letters, _query(values))


def _query(values: Mapping[str, Any]) -> QueryDict:
    """The filters among the values, as the address of the list has them."""
    query = QueryDict(mutable=True)
    for name in values.keys() & set(DeadLetterFilter.names()):
        value = values[name]
        query[name] = ",".join(value) if isinstance(value, list) else str(value)
    return query
