"""Says all about an operation in one place: what the documentation shows, and what the base view demands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter
from rest_framework.response import Response

from mino.common.api.listing import Listing, choosing_parameters
from mino.common.api.serializers import Given, Taken

Handler = TypeVar("Handler", bound=Callable[..., Response])


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one address.

    `name` is the operationId, `summary` a few words; the handler's docstring is the description.
    `scope` is what an API key needs; None with `people_only` (keys never reach it), or for what every key may ask.
    `takes` is the body, `answers` what comes back (`many` of it without pages, or a page of `listing`), `status` with
    which status. `errors` are codes beside those that every operation may answer.
    `idempotent`: `Idempotency-Key` is heeded; for what does more when it is sent twice. `in_portions` says for which
    bodies it is not, because what they ask for is committed in portions; doing that again must be harmless.
    `conditional`: `If-Match` is heeded; elsewhere it is refused.
    `takes_time`: while a worker still makes what is asked for, the answer is 202 with `Retry-After`.
    `redirects` says what is behind the address of a 307, `followed` is the answer there, for clients that follow it.
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
    in_portions: Callable[[Mapping[str, Any]], bool] | None = None
    conditional: bool = False
    multipart: bool = False
    takes_time: bool = False
    redirects: str = ""
    followed: Any = None
    parameters: Sequence[OpenApiParameter] = ()

    @property
    def answers_object(self) -> bool:
        """Whether it answers one object, whose fields can be chosen."""
        return isinstance(self.answers, type) and issubclass(self.answers, Given) and not self.many

    @property
    def shape(self) -> type[Given] | None:
        """What each object that it answers looks like, where their fields can be chosen."""
        return self.listing.serializer if self.listing else self.answers if self.answers_object else None

    def heeds_key(self, values: Mapping[str, Any]) -> bool:
        """Whether `Idempotency-Key` is heeded with this body."""
        return self.idempotent and not (self.in_portions and self.in_portions(values))

    def query_parameters(self) -> Iterator[OpenApiParameter]:
        """All that may stand in the address behind the question mark."""
        if self.listing:
            yield from self.listing.parameters()
        elif self.answers_object:
            yield from choosing_parameters(self.answers, [])
        yield from self.parameters


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
    """The operation behind a method of a view (class or object); a view has attributes that are no methods of HTTP."""
    name = "get" if method.upper() == "HEAD" else method.lower()
    if name not in getattr(view, "http_method_names", ()):
        return None
    found: Operation | None = getattr(getattr(view, name, None), "operation", None)
    return found
