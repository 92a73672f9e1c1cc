"""The ASGI application that sends live events: `/executions/{id}/events` as a stream, `/executions/{id}/events/poll`.

Streams are server-sent events (WHATWG HTML, section 9.2). Both need the token that the API gives with its redirect.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from collections.abc import AsyncIterator, Mapping
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from executions.events.hub import Following, Gap, Hub, Message, NoSuchExecution, Progress, TooManyListeners
from executions.events.reading import Event
from executions.events.tokens import token_read
from mino.common.api.codes import status_of
from mino.common.api.errors import error_body
from mino.common.tracing import bound

STREAM_SECONDS = 900.0
"""After so long a stream is closed: who follows on asks the API again, which looks whether they still may."""
PING_SECONDS = 15
RETRY_MILLISECONDS = 2_000
LONGEST_WAIT = 50.0
"""Seconds that a long poll may wait: less than proxies are used to."""
USUAL_WAIT = 25.0
TOGETHER_SECONDS = 0.02
MOST_POLLED = 1_000
LAST_EVENT_ID = "last-event-id"
LONGEST_NUMBER = 18
NOT_KEPT = {"Cache-Control": "no-store"}


def application() -> Starlette:
    """A server with a hub of its own."""
    hub = Hub(most=settings.EVENT_LISTENERS)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[Mapping[str, Any]]:
        yield {"hub": hub}
        await hub.close()

    routes = [
        Route("/executions/{execution_id}/events", stream),
        Route("/executions/{execution_id}/events/poll", poll),
        Route("/health/live", lambda _: PlainTextResponse("ok\n")),
    ]
    others = Middleware(
        CORSMiddleware,
        allow_origins=settings.CORS_ALLOWED_ORIGINS,
        allow_headers=["Last-Event-ID"],
        expose_headers=["Retry-After"],
    )
    return Starlette(routes=routes, lifespan=lifespan, middleware=[others])


async def stream(request: Request) -> Response:
    """Events as they come, until the execution ends. Whoever comes back after the end gets 204, and stays away."""
    try:
        following = await _follow(request)
    except _Refused as refused:
        return refused.answer
    if following.has_nothing_more:
        following.close()
        return Response(status_code=204, headers=NOT_KEPT)
    return EventSourceResponse(_lines(following), ping=PING_SECONDS, headers={"X-Accel-Buffering": "no"})


async def poll(request: Request) -> Response:
    """What happened behind the last event, waiting up to `wait` seconds for it. Without a last event: how it stands."""
    try:
        wait = 0.0 if _last_event(request) is None else _wait(request)
        following = await _follow(request)
    except _Refused as refused:
        return refused.answer
    try:
        body = await _gathered(following, wait)
    finally:
        following.close()
    return Response(_json(body), media_type="application/json", headers=NOT_KEPT)


async def _lines(following: Following) -> AsyncIterator[ServerSentEvent]:
    """The stream of one listener."""
    loop = asyncio.get_running_loop()
    until = loop.time() + STREAM_SECONDS
    retry: int | None = RETRY_MILLISECONDS
    try:
        while not following.has_ended and (left := until - loop.time()) > 0:
            message = await following.next(left)
            if message is not None:
                yield _line(message, retry)
                retry = None
    finally:
        following.close()


def _line(message: Message, retry: int | None) -> ServerSentEvent:
    number, kind, data = _parts(message)
    return ServerSentEvent(_json(data), event=kind, id=None if number is None else str(number), retry=retry)


def _parts(message: Message) -> tuple[int | None, str, Mapping[str, Any]]:
    """The number (of what is kept only), type and data of a message."""
    if isinstance(message, Event):
        return message.sequence, message.type, {**message.data, "at": message.created_at}
    if isinstance(message, Gap):
        return message.last, "gap", {"first": message.first, "last": message.last}
    return None, "progress" if isinstance(message, Progress) else "end", message.data


async def _gathered(following: Following, wait: float) -> Mapping[str, Any]:
    """All that was missed and how it stands; if that is nothing new, what happens next within `wait` seconds."""
    until = asyncio.get_running_loop().time() + wait
    events: list[Mapping[str, Any]] = []
    progress: Mapping[str, Any] | None = None
    while not following.has_ended and len(events) < MOST_POLLED:
        is_waiting = progress is not None and not events
        seconds = until - asyncio.get_running_loop().time() if is_waiting else TOGETHER_SECONDS
        message = await following.next(max(seconds, 0) if progress is not None else None)
        if message is None:
            break
        number, kind, data = _parts(message)
        if number is not None:
            events.append({"id": number, "type": kind, "data": data})
        elif isinstance(message, Progress):
            progress = data
    return {
        "data": events,
        "progress": progress,
        "last_event_id": following.position,
        "finished": following.has_ended,
    }


class _Refused(Exception):
    """The request is answered with an error."""

    def __init__(self, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        with bound(request=uuid.uuid4().hex):
            body = error_body(code, message)
        self.answer = JSONResponse(body, status_code=status_of(code), headers={**NOT_KEPT, **(headers or {})})


async def _follow(request: Request) -> Following:
    """What the request's token allows, from its last event on. Raises _Refused."""
    allowed = token_read(request.query_params.get("token", ""))
    if allowed is None or request.path_params["execution_id"] != str(allowed.execution_id):
        raise _Refused("INVALID_TOKEN", "The address has run out. Ask the API for the events again.")
    hub: Hub = request.state.hub
    try:
        return await hub.follow(allowed.execution_id, allowed.organization_id, _last_event(request))
    except NoSuchExecution:
        raise _Refused("NOT_FOUND", "There is no such execution any more.") from None
    except TooManyListeners:
        message = f"Your organization has {settings.EVENT_LISTENERS} streams open, as many as it may. Close one first."
        raise _Refused("RATE_LIMIT_EXCEEDED", message, {"Retry-After": "5"}) from None


def _last_event(request: Request) -> int | None:
    """The number of the last event that the client has: from the header, as browsers send it, or the address."""
    text = request.headers.get(LAST_EVENT_ID) or request.query_params.get("last_event_id", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        raise _Refused("VALIDATION_ERROR", f"Last-Event-ID: {text[:40]!r} is no number of an event. Leave it out.")
    return int(text)


def _wait(request: Request) -> float:
    text = request.query_params.get("wait", "")
    if not text:
        return USUAL_WAIT
    if not (text.isascii() and text.isdigit() and int(text[:9]) <= LONGEST_WAIT):
        raise _Refused("VALIDATION_ERROR", f"wait: {text[:40]!r} is no wait. Give 0 to {LONGEST_WAIT:g} seconds.")
    return float(text)


def _json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, cls=DjangoJSONEncoder, separators=(",", ":"))
