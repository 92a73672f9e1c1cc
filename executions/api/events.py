"""Live events of an execution: the way to the process that sends them."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api.meaning import ORGANIZATION
from accounts.api_keys.scopes import Scope
from accounts.models import Organization, User
from executions.api.event_shapes import EventsPolled
from executions.api.finding import find_execution
from executions.events.limits import KEPT, LARGEST_NUMBER, LONGEST_WAIT, POLL, SENT_BACK, STREAM, USUAL_WAIT
from executions.events.tokens import token_give
from executions.models import Execution
from mino.common.api.listing import read_number
from mino.common.api.operation import operation

LAST_EVENT_ID = OpenApiParameter(
    "last_event_id",
    {"type": "integer", "minimum": 0, "maximum": LARGEST_NUMBER},
    description="The id of the last event that you have: you get what came after it. Browsers send the header "
    "`Last-Event-ID` instead. Events are kept for 24 hours; what is older is told as a `gap`.",
)
STREAMED = OpenApiExample(
    "Answer", 'id: 7\nevent: state.changed\ndata: {"status":"paused","status_code":"","status_reason":""}\n\n'
)
POLLED = OpenApiExample(
    "Answer",
    {
        "data": [{"id": 7, "type": "state.changed", "data": {"status": "paused", "status_code": ""}}],
        "progress": {
            "status": "paused",
            "jobs": {"total": 200, "queued": 84, "running": 5, "completed": 111},
            "results": {"passed": 99, "failed": 12, "not_gradable": 0},
            "fields": {"good": 209, "gradable": 222},
            "cost": 13.32,
            "currency": "USD",
        },
        "last_event_id": 7,
        "finished": False,
    },
)
WAIT = OpenApiParameter(
    "wait",
    {"type": "integer", "minimum": 0, "maximum": LONGEST_WAIT, "default": USUAL_WAIT},
    description="Seconds to wait for something to happen.",
)
SENT_BACK_AT = OpenApiParameter(
    SENT_BACK,
    {"type": "integer", "minimum": 0, "maximum": LARGEST_NUMBER},
    description="MINO’s own: where an address has run out, it sends who asks there back here with the time. "
    "Leave it out.",
)


class _Followed(ApiView):
    """What leads to the process that sends events."""

    heading = "Executions"

    def organization_meant(self, request: Request) -> Organization:
        """Of a person who names none, that of the execution, since browsers’ `EventSource` sends no such header."""
        own: Organization | None = None
        if isinstance(request.user, User) and not request.headers.get(ORGANIZATION, "").strip():
            seen = Execution.objects.visible_to(request.user).filter(pk=self.kwargs["execution_id"])
            mine = Organization.objects.visible_to(request.user)
            own = mine.filter(pk__in=seen.values("organization")).first()
        return own or super().organization_meant(request)


class ExecutionEvents(_Followed):
    """The stream of an execution's events."""

    @operation(
        "execution_events",
        "Follow an execution live",
        scope=Scope.READ_RESULTS,
        status=307,
        redirects="the stream; it holds for five minutes",
        followed={("200", "text/event-stream"): OpenApiResponse(str, description="The stream.", examples=[STREAMED])},
        parameters=[LAST_EVENT_ID, SENT_BACK_AT],
    )
    def get(self, request: ApiRequest, execution_id: uuid.UUID) -> Response:
        """Redirects to a stream of server-sent events: `progress`, `job.finished`, `state.changed`, at last `end`.

        Each carries an id, up to which the client then knows everything. The address holds for five minutes; a stream
        is closed after 15 minutes. Asked later, the address answers 307 back to here, so that browsers' `EventSource`,
        which asks it again with the last id that it has, goes on by itself as long as it may. Who is signed in need
        not say which organization: the execution tells it.
        """
        return _redirect(request, execution_id, STREAM)


class ExecutionEventsPoll(_Followed):
    """The same for those who can't hold a stream."""

    @operation(
        "execution_events_poll",
        "Wait for what happens in an execution",
        scope=Scope.READ_RESULTS,
        status=307,
        redirects="the answer; it holds for five minutes",
        followed={"200": OpenApiResponse(EventsPolled, description="What happened.", examples=[POLLED])},
        parameters=[LAST_EVENT_ID, WAIT, SENT_BACK_AT],
    )
    def get(self, request: ApiRequest, execution_id: uuid.UUID) -> Response:
        """Redirects to an answer with what happened behind `last_event_id`; it waits until there is something.

        The answer holds `data` (events), `progress`, `last_event_id` for the next request, and `finished`. Without
        `last_event_id` it tells at once how the execution stands. After five minutes the address answers 307 back to
        here.
        """
        return _redirect(request, execution_id, POLL)


def _redirect(request: ApiRequest, execution_id: uuid.UUID, what: str) -> Response:
    execution = find_execution(request, execution_id)
    kept = {**KEPT[what], SENT_BACK: LARGEST_NUMBER}
    query: dict[str, Any] = {
        name: read_number(name, str(request.query[name]), 0, most)
        for name, most in kept.items()
        if name in request.query
    }
    query["token"] = token_give(execution.pk, execution.organization_id)
    address = f"{settings.EVENTS_URL}/executions/{execution.pk}/{what}?{urlencode(query)}"
    return Response(status=307, headers={"Location": address})
