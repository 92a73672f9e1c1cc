"""Attempts at jobs: those of a job, those of an execution, one of them, and its pictures."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from executions.agents.base import ErrorCode
from executions.api.finding import find_execution, find_job
from executions.api.session_shapes import ScreenshotGiven, SessionGiven
from executions.models import Job, Screenshot, Session, SessionStatus
from executions.pictures.serving import picture_answer
from mino.common.api.cursors import Key
from mino.common.api.filters import ListFilter, WordsFilter
from mino.common.api.listing import Listing
from mino.common.api.operation import operation

PICTURE = {
    ("200", content_type): OpenApiResponse(
        OpenApiTypes.BINARY, description="The picture.", examples=[OpenApiExample("Answer", "(a picture)")]
    )
    for content_type in ("image/png", "image/jpeg")
}


class SessionFilter(ListFilter):
    """What attempts can be narrowed to."""

    status = WordsFilter(choices=SessionStatus.choices)
    error_code = WordsFilter(choices=[(code.value, code.value) for code in ErrorCode])


OF_JOB = Listing(SessionGiven, {"number": Key("number")}, default="number", filters=SessionFilter, last_key="number")
OF_EXECUTION = Listing(
    SessionGiven, {"position": Key("job__position")}, default="position", filters=SessionFilter, last_key="number"
)
SCREENSHOTS = Listing(ScreenshotGiven, {"taken_at": Key("taken_at")}, default="taken_at")


class JobSessions(ApiView):
    """The attempts at a job."""

    heading = "Jobs"

    @operation("session_list", "List the attempts at a job", scope=Scope.READ_RESULTS, listing=OF_JOB)
    def get(self, request: ApiRequest, job_id: uuid.UUID) -> Response:
        """All attempts at a job, the first one first; `include=steps,raw_result` has what the agent did and said."""
        return self.page(Session.objects.filter(job=find_job(request, job_id)))


class ExecutionSessions(ApiView):
    """The attempts at all jobs of an execution."""

    heading = "Executions"

    @operation(
        "execution_session_list", "List the attempts of an execution", scope=Scope.READ_RESULTS, listing=OF_EXECUTION
    )
    def get(self, request: ApiRequest, execution_id: uuid.UUID) -> Response:
        """All attempts at all jobs, in the order of the jobs; `include=screenshots` has the addresses of the pictures.

        Of the attempts at a job the first comes first.
        """
        return self.page(Session.objects.filter(job__execution=find_execution(request, execution_id)))


class SessionDetail(ApiView):
    """One attempt."""

    heading = "Jobs"

    @operation("session_read", "Read an attempt", scope=Scope.READ_RESULTS, answers=SessionGiven)
    def get(self, request: ApiRequest, session_id: uuid.UUID) -> Response:
        """One attempt; `include=steps,raw_result,screenshots` has what the agent did, said and saw.

        The raw answer is kept for as many days as the operator has set, and null after that.
        """
        return self.answer(self.find(sessions_seen(request), pk=session_id), SessionGiven)


class ScreenshotList(ApiView):
    """The pictures of an attempt."""

    heading = "Jobs"

    @operation("screenshot_list", "List the pictures of an attempt", scope=Scope.READ_RESULTS, listing=SCREENSHOTS)
    def get(self, request: ApiRequest, session_id: uuid.UUID) -> Response:
        """What the agent saw, in the order of time. One without an `image` was left out; its caption says why."""
        return self.page(Screenshot.objects.filter(session=self.find(sessions_seen(request), pk=session_id)))


class ScreenshotImage(ApiView):
    """One picture."""

    heading = "Jobs"

    @operation("screenshot_read", "Fetch a picture", scope=Scope.READ_RESULTS, answers=PICTURE)
    def get(self, request: ApiRequest, screenshot_id: uuid.UUID) -> Any:
        """The picture itself, as the agent took it; 404 once it is no longer kept."""
        return picture_answer(self.find(screenshots_seen(request), pk=screenshot_id).image)


class ScreenshotThumbnail(ApiView):
    """One picture in small."""

    heading = "Jobs"

    @operation("thumbnail_read", "Fetch a picture in small", scope=Scope.READ_RESULTS, answers=PICTURE)
    def get(self, request: ApiRequest, screenshot_id: uuid.UUID) -> Any:
        """The small form of the picture, a JPEG; 404 once it is no longer kept."""
        return picture_answer(self.find(screenshots_seen(request), pk=screenshot_id).thumbnail)


def sessions_seen(request: ApiRequest) -> QuerySet[Session]:
    """The attempts at all jobs that may be seen."""
    return Session.objects.filter(job__in=_jobs(request))


def screenshots_seen(request: ApiRequest) -> QuerySet[Screenshot]:
    """The pictures of all jobs that may be seen."""
    return Screenshot.objects.filter(session__job__in=_jobs(request))


def _jobs(request: ApiRequest) -> QuerySet[Job]:
    seen: QuerySet[Job] = Job.objects.visible_to(request.user).filter(organization=request.organization)
    return seen
