"""Live events of an execution: the way to the process that sends them."""

from __future__ import annotations

import uuid
from urllib.parse import urlencode

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter
from rest_framework.response import Response

from accounts.api.base import ApiRequest, ApiView
from accounts.api_keys.scopes import Scope
from executions.api.finding import find_execution
from executions.events.tokens import token_give
from mino.common.api.operation import operation

LAST_EVENT_ID = OpenApiParameter(
    "last_event_id",
    int,
    description="The id of the last event that you have: you get what came after it. Browsers send the header "
    "`Last-Event-ID` instead. Events are kept for 24 hours; what is older is told as a `gap`.",
)
WAIT = OpenApiParameter("wait", int, description="Seconds to wait for something to happen: 0 to 50, usually 25.")


class ExecutionEvents(ApiView):
    """The stream of an execution's events."""

    heading = "Executions"

    @operation(
        "execution_events",
        "Follow an execution live",
        scope=Scope.READ_RESULTS,
        status=307,
        parameters=[LAST_EVENT_ID],
    )
    def get(self, request: ApiRequest, execution_id: uuid.UUID) -> Response:
        """Redirects to a stream of server-sent events: `progress`, `job.finished`, `state.changed`, at last `end`.

        The address holds for five minutes; a stream is closed after 15 minutes. Clients that follow redirects, as
        `EventSource` does, come back here by themselves, with the id of the last event that they have.
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
    query = {name: request.query_params[name] for name in kept if name in request.query_params}
    query["token"] = token_give(execution.pk, execution.organization_id)
    address = f"{settings.EVENTS_URL}/executions/{execution.pk}/{what}?{urlencode(query)}"
    return Response(status=307, headers={"Location": address})
