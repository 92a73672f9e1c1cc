"""What the process that sends live events answers to requests that fail."""

from __future__ import annotations

import logging
import uuid
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from mino.common.api.codes import status_of
from mino.common.api.errors import DATABASE, ApiError, error_body
from mino.common.tracing import bound

logger = logging.getLogger(__name__)
NOT_KEPT: Final = {"Cache-Control": "no-store"}
RETRY_SECONDS: Final = 5
STREAM: Final = "text/event-stream"


class SentBack(Exception):
    """The address has run out: `address` is where the API gives a new one, if the client still may."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


async def sent_back_answer(_: Request, error: Exception) -> Response:
    """The redirect to the API. The client sends the header `Last-Event-ID` along by itself."""
    if not isinstance(error, SentBack):
        raise error
    return RedirectResponse(error.address, status_code=307, headers=NOT_KEPT)


async def error_answer(request: Request, error: Exception) -> Response:
    """The answer to an ApiError, or to an error of the database: that is logged, and passes in a few seconds.

    `EventSource` would take an error as final. It is known by what it accepts; while the database is away it gets a
    stream that ends at once, and comes back.
    """
    with bound(request=uuid.uuid4().hex):
        if isinstance(error, ApiError):
            return _shown(error)
        logger.error("%s: DATABASE_ERROR", request.url.path, exc_info=error)
        if STREAM in request.headers.get("Accept", ""):
            return Response(f"retry: {RETRY_SECONDS * 1000}\n\n", media_type=STREAM, headers=NOT_KEPT)
        return _shown(ApiError("DATABASE_ERROR", DATABASE, headers={"Retry-After": str(RETRY_SECONDS)}))


def _shown(error: ApiError) -> Response:
    body = error_body(error.code, error.message, error.details)
    return JSONResponse(body, status_code=status_of(error.code), headers={**NOT_KEPT, **error.headers})
