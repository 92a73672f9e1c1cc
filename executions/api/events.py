"""Live events of an execution: the way to the process that sends them."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from executions.api.event_shapes import EventsPolled
from executions.api.finding import find_execution
from executions.events.limits import LARGEST_NUMBER, LONGEST_WAIT, USUAL_WAIT
from executions.events.tokens import token_give
from mino.common.api.listing import read_number
from mino.common.api.operation import operation

LAST_EVENT_ID = OpenApiParameter(
    "last_event_id",
    {"type": "integer", "minimum": 0, "maximum": LARGEST_NUMBER},
    description="The id of the last event that you have: you get what came after it. Browsers send the header "
    "`Last-Event-ID` instead. Events are kept for 24 hours; what is older is told as a `gap`.",
)
STREAM = OpenApiExample(
    "Answer", 'id: 7\nevent: state.changed\ndata: {"status":"paused","status_code":"","status_reason":""}\n\n'
)
POLLED = OpenApiExample(
    "Answer",
    {
        "data": [{"id": 7, "type": "state.changed", "data": {"status": "paused", "status_code": ""}}],
        "progress": {
            "status": "paused",
            "jobs": {"total": 200, "queued": 84, "running": 5, "completed": 111},
            "evaluation": {"passed": 99, "failed": 12, "not_gradable": 0},
            "fields": {"good": 210, "gradable": 223},
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
KEPT = {"last_event_id": LARGEST_NUMBER, "wait": LONGEST_WAIT}
"""What is handed on, and how large it may be."""


class ExecutionEvents(ApiView):
    """The stream of an execution's events."""

    heading = "Executions"

    @operation(
        "execution_events",
        "Follow an execution live",
        scope=Scope.READ_RESULTS,
        status=307,
        redirects="the stream; it holds for five minutes",
        followed={("200", "text/event-stream"): OpenApiResponse(str, description="The stream.", examples=[STREAM])},
        parameters=[LAST_EVENT_ID],
    )
    def get(self, request: ApiRequest, execution_id: uuid.UUID) -> Response:
        """Redirects to a stream of server-sent events: `progress`, `job.finished`, `state.changed`, at last `end`.

        Each carries an id, up to which the client then knows everything. The address holds for five minutes; a stream
        is closed after 15 minutes. Clients that follow redirects, as `EventSource` does, come back here by themselves,
        with the last id that they have.
        """
        return _redirect(request, execution_id, "events", ["last_event_id"])


class ExecutionEventsPoll(ApiView):
    """The same for those who can't hold a stream."""

    heading = "Executions"

    @operation(
        "execution_events_poll",
        "Wait for what happens in an execution",
        scope=Scope.READ_RESULTS,
        status=307,
        redirects="the answer; it holds for five minutes",
        followed={"200": OpenApiResponse(EventsPolled, description="What happened.", examples=[POLLED])},
        parameters=[LAST_EVENT_ID, WAIT],
    )
    def get(self, request: ApiRequest, execution_id: uuid.UUID) -> Response:
        """Redirects to an answer with what happened behind `last_event_id`; it waits until there is something.

        The answer holds `data` (events), `progress`, `last_event_id` for the next request, and `finished`. Without
        `last_event_id` it tells at once how the execution stands.
        """
        return _redirect(request, execution_id, "events/poll", ["last_event_id", "wait"])


def _redirect(request: ApiRequest, execution_id: uuid.UUID, what: str, kept: list[str]) -> Response:
    execution = find_execution(request, execution_id)
    query: dict[str, Any] = {
        name: read_number(name, str(request.query[name]), 0, KEPT[name]) for name in kept if name in request.query
    }
    query["token"] = token_give(execution.pk, execution.organization_id)
    address = f"{settings.EVENTS_URL}/executions/{execution.pk}/{what}?{urlencode(query)}"
    return Response(status=307, headers={"Location": address})
