"""What the OpenAPI document says about the headers of answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from drf_spectacular.utils import OpenApiParameter

from mino.common.api.operation import Operation

NUMBER: Final = {"type": "integer", "minimum": 0}
TEXT: Final = {"type": "string"}
TRUE: Final = {"type": "string", "enum": ["true"]}
REPLAYED: Final = "There where the answer was kept: the `Idempotency-Key` came before, and nothing was done again."
WAIT: Final = "Seconds to wait before asking again."
RATE_LIMIT: Final = (
    ("RateLimit-Limit", "Requests an hour."),
    ("RateLimit-Remaining", "How many of them are left."),
    ("RateLimit-Reset", "In how many seconds there are more."),
)


def answer_headers(about: Operation) -> Iterator[OpenApiParameter]:
    """The headers of an operation's answers. Those about the rate limit are left out while nobody can say."""
    status = str(about.status)
    for name, text in RATE_LIMIT:
        yield _header(name, NUMBER, text, status)
    if about.answers_object and about.answers.edited:
        yield _header("ETag", TEXT, "What `If-Match` takes.", status, required=True)
    if status == "307" or (status == "201" and about.answers_object):
        yield _header("Location", TEXT, "The address of what was made, or of what answers.", status, required=True)
    if about.idempotent:
        yield _header("Idempotency-Replayed", TRUE, REPLAYED, status)
    if about.takes_time:
        yield _header("Retry-After", NUMBER, WAIT, "202", required=True)
    yield _header("WWW-Authenticate", TEXT, "How to say who asks.", "401", required=True)
    yield _header("Retry-After", NUMBER, WAIT, "429", required=True)


def _header(name: str, schema: Any, text: str, status: str, *, required: bool = False) -> OpenApiParameter:
    return OpenApiParameter(
        name, schema, OpenApiParameter.HEADER, description=text, response=[status], required=required
    )
