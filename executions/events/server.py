"""The ASGI application that sends live events: `/executions/{id}/events` as a stream, `/executions/{id}/events/poll`.

Streams are server-sent events (WHATWG HTML, section 9.2). Both need the token that the API gives with its redirect.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import Error
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from executions.events import tokens
from executions.events.ending import told_to_end
from executions.events.errors import NOT_KEPT, RETRY_SECONDS, SentBack, error_answer, sent_back_answer
from executions.events.hub import End, Following, Gap, Hub, Message, NoSuchExecution, Progress, TooManyListeners
from executions.events.limits import (
    KEPT,
    LARGEST_NUMBER,
    LAST_EVENT_ID,
    LONGEST_WAIT,
    POLL,
    SENT_BACK,
    STREAM,
    USUAL_WAIT,
    WAIT,
)
from executions.events.places import Places
from executions.events.reading import Event
from mino.common.api.errors import ApiError
from mino.common.api.listing import read_number

logger = logging.getLogger(__name__)
STREAM_SECONDS = 900.0
"""After so long a stream is closed: who follows on asks the API again, which looks whether they still may."""
PING_SECONDS = 15
RETRY_MILLISECONDS = 2_000
TOGETHER_SECONDS = 0.02
MOST_POLLED = 1_000


def application() -> Starlette:
    """A server with a hub of its own."""

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[Mapping[str, Any]]:
        hub = Hub(Places(settings.EVENT_LISTENERS, settings.REDIS_URL))
        with told_to_end(hub.end):
            yield {"hub": hub}
        await hub.close()

    routes = [
        Route(f"/executions/{{execution_id}}/{STREAM}", stream),
        Route(f"/executions/{{execution_id}}/{POLL}", poll),
        Route("/health/live", lambda _: PlainTextResponse("ok\n")),
    ]
    others = Middleware(
        CORSMiddleware,
        allow_origins=[*settings.CORS_ALLOWED_ORIGINS, _origin(settings.PUBLIC_URL)],
        allow_headers=settings.CORS_ALLOW_HEADERS,
        expose_headers=["Retry-After"],
    )
    errors = {SentBack: sent_back_answer, ApiError: error_answer, Error: error_answer}
    return Starlette(routes=routes, lifespan=lifespan, middleware=[others], exception_handlers=errors)


def _origin(address: str) -> str:
    """The origin of MINO's own pages: `EventSource` names it where events have a host or port of their own."""
    return urlsplit(address)._replace(path="", query="").geturl()


async def stream(request: Request) -> Response:
    """Events as they come, until the execution ends. Whoever comes back after the end gets 204, and stays away."""
    following = await _follow(request, STREAM)
    if following.has_nothing_more:
        following.close()
        return Response(status_code=204, headers=NOT_KEPT)
    # Who goes before the first line, or asks for the headers alone, has never begun to read them: hence the background.
    return EventSourceResponse(
        _lines(following),
        ping=PING_SECONDS,
        headers={"X-Accel-Buffering": "no"},
        background=BackgroundTask(_closed, following),
    )


async def _closed(following: Following) -> None:
    following.close()


async def poll(request: Request) -> Response:
    """What happened behind the last event, waiting up to `wait` seconds for it. Without a last event: how it stands.

    It waits no longer when the client has gone, or the process is to end.
    """
    wait = 0.0 if _last_event(request) is None else _wait(request)
    following = await _follow(request, POLL)
    watching = asyncio.create_task(_end_when_gone(request, following))
    try:
        body = await _gathered(following, wait)
    finally:
        watching.cancel()
        following.close()
    return Response(_json(body), media_type="application/json", headers=NOT_KEPT)


async def _end_when_gone(request: Request, following: Following) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    following.end()


async def _lines(following: Following) -> AsyncIterator[ServerSentEvent]:
    """The stream of one listener. When the database does not answer it ends, so that the client comes back."""
    loop = asyncio.get_running_loop()
    until = loop.time() + STREAM_SECONDS
    retry: int | None = RETRY_MILLISECONDS
    try:
        while not following.has_ended and (left := until - loop.time()) > 0:
            message = await following.next(left)
            if message is not None:
                yield _line(message, following.position, retry)
                retry = None
    except Error as error:
        logger.error("Live events of execution %s: DATABASE_ERROR", following.execution_id, exc_info=error)
    finally:
        following.close()


def _line(message: Message, position: int, retry: int | None) -> ServerSentEvent:
    """A message with the position behind it: whoever comes back with that has lost nothing, whatever came last."""
    kind, data = _parts(message)
    return ServerSentEvent(_json(data), event=kind, id=str(position), retry=retry)


def _parts(message: Message) -> tuple[str, Mapping[str, Any]]:
    """The type and data of a message."""
    if isinstance(message, Event):
        return message.type, {**message.data, "at": message.created_at}
    if isinstance(message, Gap):
        return "gap", {"first": message.first, "last": message.last}
    return "progress" if isinstance(message, Progress) else "end", message.data


async def _gathered(following: Following, wait: float) -> Mapping[str, Any]:
    """All that was missed and how it stands; if that is nothing new, what happens next within `wait` seconds."""
    until = asyncio.get_running_loop().time() + wait
    events: list[Mapping[str, Any]] = []
    progress: Mapping[str, Any] | None = None
    is_finished = False
    while not following.has_ended and len(events) < MOST_POLLED:
        is_waiting = progress is not None and not events
        seconds = until - asyncio.get_running_loop().time() if is_waiting else TOGETHER_SECONDS
        message = await following.next(max(seconds, 0) if progress is not None else None)
        if message is None:
            break
        is_finished = isinstance(message, End)
        kind, data = _parts(message)
        if isinstance(message, Event | Gap):
            events.append({"id": following.position, "type": kind, "data": data})
        elif isinstance(message, Progress):
            progress = data
    return {
        "data": events,
        "progress": progress,
        "last_event_id": following.position,
        "finished": is_finished,
    }


async def _follow(request: Request, what: str) -> Following:
    """What the request's token allows, from its last event on. Raises ApiError, or SentBack when it has run out."""
    allowed = tokens.token_read(request.query_params.get("token", ""))
    if allowed is None or request.path_params["execution_id"] != str(allowed.execution_id):
        raise ApiError("INVALID_TOKEN", "This is no address that the API gave. Ask it for the events again.")
    if allowed.has_run_out:
        raise SentBack(_way_back(request, what))
    hub: Hub = request.state.hub
    try:
        return await hub.follow(allowed.execution_id, allowed.organization_id, _last_event(request))
    except NoSuchExecution:
        raise ApiError("NOT_FOUND", "There is no such execution any more.") from None
    except TooManyListeners:
        message = f"Your organization has {settings.EVENT_LISTENERS} streams open, as many as it may. Close one first."
        raise ApiError("RATE_LIMIT_EXCEEDED", message, headers={"Retry-After": str(RETRY_SECONDS)}) from None


def _way_back(request: Request, what: str) -> str:
    """Where the API gives an address for the same. Raises ApiError when it has just given one that has run out."""
    asked, now = request.query_params, int(time.time())
    text = asked.get(SENT_BACK, "")
    if text and now - read_number(SENT_BACK, text, 0, LARGEST_NUMBER) < tokens.SECONDS_VALID:
        logger.error("Addresses of live events run out at once: the clocks of this and the web machines differ.")
        raise ApiError("INVALID_TOKEN", "The address had run out when the API gave it. Tell those who run MINO.")
    query = {name: asked[name] for name in KEPT[what] if name in asked} | {SENT_BACK: str(now)}
    return f"{settings.PUBLIC_URL}/api/v1/executions/{request.path_params['execution_id']}/{what}?{urlencode(query)}"


def _last_event(request: Request) -> int | None:
    """The number of the last event that the client has: from the header, as browsers send it, or the address."""
    text = request.headers.get("Last-Event-ID") or request.query_params.get(LAST_EVENT_ID, "")
    return read_number(LAST_EVENT_ID, text, 0, LARGEST_NUMBER) if text else None


def _wait(request: Request) -> float:
    text = request.query_params.get(WAIT, "")
    return float(read_number(WAIT, text, 0, LONGEST_WAIT) if text else USUAL_WAIT)


def _json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, cls=DjangoJSONEncoder, separators=(",", ":"))
