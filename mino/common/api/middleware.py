"""Gives errors below the API its own form also where no view of the API raised them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse

from mino.common.api.errors import DATABASE, FORBIDDEN, NOT_FOUND, TOO_LARGE, UNKNOWN, error_body

PREFIX: Final = "/api/"
OF_THE_BODY: Final = {"content-type", "content-length", "content-disposition", "content-encoding", "etag"}
ANSWERS: Final = {
    400: ("VALIDATION_ERROR", "The request can't be read."),
    401: ("UNAUTHORIZED", "Say who asks: send an API key as Authorization: Bearer mino_pk_…"),
    403: ("FORBIDDEN", FORBIDDEN),
    404: ("NOT_FOUND", NOT_FOUND),
    405: ("METHOD_NOT_ALLOWED", "The address knows no such method."),
    412: ("PRECONDITION_FAILED", "It is not any more as the request says. Ask again without that condition."),
    413: ("PAYLOAD_TOO_LARGE", TOO_LARGE),
    503: ("DATABASE_ERROR", DATABASE),
}
"""The code and the sentence by the status. Other refusals are told as 400, other failures as 500."""


class ApiErrorsMiddleware:
    """Unknown addresses, refused hosts, failures before or after a view: below `/api/` all of them answer in JSON.

    It stands around all middleware that may refuse. The page of an error, also Django's own with a trace, is thrown
    away; what its headers say to browsers and about the request stays.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path_info.startswith(PREFIX) or response.status_code < 400:
            return response
        if response.headers.get("Content-Type", "").startswith("application/json"):
            return response
        status = response.status_code
        if status not in ANSWERS:
            status = 400 if status < 500 else 500
        code, sentence = ANSWERS.get(status, ("UNKNOWN_ERROR", UNKNOWN))
        kept = {name: value for name, value in response.items() if name.lower() not in OF_THE_BODY}
        answer = JsonResponse(error_body(code, sentence), status=status, headers={**kept, "Cache-Control": "no-store"})
        answer._has_been_logged = True  # type: ignore[attr-defined]
        return answer
