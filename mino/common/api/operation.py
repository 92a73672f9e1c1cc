"""Says all about an operation in one place: what the documentation shows, and what the base view demands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter
from rest_framework.response import Response

from mino.common.api.listing import Listing
from mino.common.api.serializers import Given, Taken

Handler = TypeVar("Handler", bound=Callable[..., Response])


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one address.

    `name` is the operationId, `summary` a few words; the handler's docstring is the description.
    `scope` is what an API key needs; None with `people_only` (keys never reach it), or for what every key may ask.
    `takes` is the body, `answers` what comes back (`many` of it without pages, or a page of `listing`), `status` with
    which status. `errors` are codes beside those that every operation may answer.
    `idempotent`: `Idempotency-Key` is heeded; for what creates or starts. `conditional`: `If-Match` is heeded.
    `parameters` are query parameters beside those of the listing. `multipart`: the body is a form with a file.
    """

    name: str
    summary: str
    scope: str | None = None
    people_only: bool = False
    takes: type[Taken] | None = None
    answers: type[Given] | Any = None
    many: bool = False
    listing: Listing | None = None
    status: int = 200
    errors: Sequence[str] = ()
    idempotent: bool = False
    conditional: bool = False
    multipart: bool = False
    parameters: Sequence[OpenApiParameter] = ()


def operation(name: str, summary: str, **about: Any) -> Callable[[Handler], Handler]:
    """Make a view's method an operation; `about` are the fields of Operation."""
    described = Operation(name=name, summary=summary, **about)

    def decorate(handler: Handler) -> Handler:
        @wraps(handler)
        def answer(view: Any, request: Any, **parameters: Any) -> Response:
            response: Response = view.perform(described, handler, request, parameters)
            return response

        answer.operation = described  # type: ignore[attr-defined]
        return answer  # type: ignore[return-value]

    return decorate


def operation_of(view: object, method: str) -> Operation | None:
    """The operation behind a method of a view (class or object)."""
    name = "get" if method.upper() == "HEAD" else method.lower()
    found: Operation | None = getattr(getattr(view, name, None), "operation", None)
    return found
