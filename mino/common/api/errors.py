"""Every error of the API in one form, whoever raises it.

`{"error": sentence, "code", "details": [{"path", "message"}], "limits"?, "documentation_url", "request_id"}`
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404, UnreadablePostError
from rest_framework import exceptions
from rest_framework.response import Response

from mino.common.api.codes import documentation_url, status_of
from mino.common.errors import Detail, InvalidInput, Limits, ServiceError
from mino.common.tracing import bound_ids

logger = logging.getLogger(__name__)
NOT_FOUND = "There is nothing at this address, or you can't see it."
GONE = "What this is about was deleted a moment ago."
FORBIDDEN = "You may not do this."
UNKNOWN = "Something failed that should not. Try again; if it stays, tell who runs this MINO the request id."
TOO_LARGE = "The body is too large. Send it in parts, or upload it as a file."
DATABASE = "The database can't be reached or is too busy. Try again in a few seconds."
BROKEN_OFF = "The body broke off before its end. Send it again."
STORAGE = "The storage of files can't be reached or is full. Try again in a few seconds."


class ApiError(ServiceError):
    """An error that only the API knows. `headers` go with the answer."""

    def __init__(self, code: str, message: str, *, path: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message, code=code, details=[Detail(path, message)] if path else ())
        self.headers = dict(headers or {})


def invalid(path: str, message: str) -> ApiError:
    """The error about one field, parameter or header."""
    error = ApiError("VALIDATION_ERROR", message, path=path)
    error.message = _sentence(error.details)
    return error


@contextmanager
def at_place(name: Callable[[str], str]) -> Iterator[None]:
    """Call the places of what a service refuses as the API calls them: `name` gives that name."""
    try:
        yield
    except ServiceError as error:
        error.details = tuple(Detail(name(one.path), one.message) for one in error.details)
        raise


@contextmanager
def about(path: str) -> Iterator[None]:
    """Name the place of what a service refuses without saying where."""
    try:
        yield
    except InvalidInput as error:
        error.details = error.details or (Detail(path, error.message),)
        raise


def error_body(code: str, message: str, details: Sequence[Detail] = (), limits: Limits | None = None) -> dict[str, Any]:
    """The body of an error."""
    body: dict[str, Any] = {
        "error": _whole(message),
        "code": code,
        "details": [{"path": _whole(one.path), "message": _whole(one.message)} for one in details],
    }
    if limits is not None:
        body["limits"] = {"current": limits.current, "maximum": limits.maximum, "reset": limits.reset}
    return {**body, "documentation_url": documentation_url(code), "request_id": bound_ids().get("request", "")}


def _whole(text: str) -> str:
    """The text, with halves of characters written out: errors quote what was sent, and no answer can hold those."""
    return text.encode("utf-8", "backslashreplace").decode()


def exception_handler(error: Exception, context: dict[str, Any]) -> Response:
    """What a view's exception answers. What nobody foresaw is logged, and told to Django as any such error is."""
    if isinstance(error, ServiceError):
        return _of_service(error)
    if isinstance(error, exceptions.ValidationError):
        return _answer(*_of_validation(error))
    if isinstance(error, exceptions.APIException):
        return _of_framework(error, context)
    for kind, code, message in _KNOWN:
        if isinstance(error, kind):
            return _logged(_answer(code, _own_words(error) or message), error, context)
    return _logged(_answer("UNKNOWN_ERROR", UNKNOWN), error, context)


def _own_words(error: Exception) -> str:
    """The sentence with which a view says what is not there or not allowed; of other errors nothing is told."""
    return str(error) if isinstance(error, Http404 | PermissionDenied) else ""


_KNOWN: Final[Sequence[tuple[type[Exception], str, str]]] = (
    (Http404, "NOT_FOUND", NOT_FOUND),
    (ObjectDoesNotExist, "NOT_FOUND", GONE),  # views find what they are asked for: it went before it was locked
    (PermissionDenied, "FORBIDDEN", FORBIDDEN),
    (RequestDataTooBig, "PAYLOAD_TOO_LARGE", TOO_LARGE),
    (SuspiciousOperation, "VALIDATION_ERROR", "The request can't be read."),
    (OperationalError, "DATABASE_ERROR", DATABASE),
    (InterfaceError, "DATABASE_ERROR", DATABASE),
    (UnreadablePostError, "VALIDATION_ERROR", BROKEN_OFF),
    (OSError, "STORAGE_ERROR", STORAGE),
)


def _answer(
    code: str,
    message: str,
    details: Sequence[Detail] = (),
    limits: Limits | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    return Response(error_body(code, message, details, limits), status=status_of(code), headers=dict(headers or {}))


def _logged(answer: Response, error: Exception, context: dict[str, Any]) -> Response:
    """Errors of ours are logged with their trace, which no answer shows."""
    request = context["request"]._request
    if isinstance(error, ObjectDoesNotExist):  # deleted meanwhile, unless a view looks for what never was there
        logger.warning("%s %s: something that this needs is gone", request.method, request.path, exc_info=error)
    if answer.status_code < 500:
        return answer
    logger.error("%s %s: %s", request.method, request.path, answer.data["code"], exc_info=error)
    if answer.status_code == 500:
        got_request_exception.send(sender=type(context["view"]), request=request)
    answer._has_been_logged = True  # type: ignore[attr-defined] # Django's mark: it logs no further line
    return answer


def _of_service(error: ServiceError) -> Response:
    return _answer(error.code, error.message, error.details, error.limits, getattr(error, "headers", None))


def _of_validation(error: exceptions.ValidationError) -> tuple[str, str, Sequence[Detail]]:
    found = list(_flat(error.detail))
    details = [Detail(path, str(message)) for path, message in found]
    if found and all(message.code == "required" for _, message in found):
        names = ", ".join(one.path for one in details)
        return (
            "MISSING_FIELD",
            f"{'This field is' if len(details) == 1 else 'These fields are'} missing: {names}.",
            details,
        )
    return "VALIDATION_ERROR", _sentence(details), details


def _sentence(details: Sequence[Detail]) -> str:
    if not details:
        return "What was sent can't be used."
    first, more = details[0], len(details) - 1
    sentence = f"{first.path}: {first.message}" if first.path else first.message
    return f"{sentence} {more} more thing{'s are' if more > 1 else ' is'} wrong, see details." if more else sentence


def _flat(detail: Any, path: str = "") -> Iterator[tuple[str, exceptions.ErrorDetail]]:
    """Each message with its dotted path, out of the nested lists and dicts of the framework."""
    if isinstance(detail, Mapping):
        for name, below in detail.items():
            inner = path if name == "non_field_errors" else f"{path}.{name}" if path else str(name)
            yield from _flat(below, inner)
    elif isinstance(detail, list | tuple):
        for place, below in enumerate(detail):
            nested = isinstance(below, Mapping | list)
            yield from _flat(below, (f"{path}.{place}" if path else str(place)) if nested else path)
    else:
        yield path, detail


def _of_framework(error: exceptions.APIException, context: dict[str, Any]) -> Response:
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    return _answer(_code_of(error), _words_of(error, context), headers=headers)


def _code_of(error: exceptions.APIException) -> str:
    other = "VALIDATION_ERROR" if error.status_code < 500 else "UNKNOWN_ERROR"
    return next((code for kind, code in _CODES.items() if isinstance(error, kind)), other)


_CODES: Final[Mapping[type[exceptions.APIException], str]] = {
    exceptions.ParseError: "INVALID_JSON",
    exceptions.NotAuthenticated: "UNAUTHORIZED",
    exceptions.AuthenticationFailed: "INVALID_TOKEN",
    exceptions.PermissionDenied: "FORBIDDEN",
    exceptions.NotFound: "NOT_FOUND",
    exceptions.MethodNotAllowed: "METHOD_NOT_ALLOWED",
    exceptions.UnsupportedMediaType: "UNSUPPORTED_MEDIA_TYPE",
}


def _words_of(error: exceptions.APIException, context: dict[str, Any]) -> str:
    request = context["request"]
    if isinstance(error, exceptions.MethodNotAllowed):
        return f"This address takes {', '.join(context['view'].allowed_methods)}, not {request.method}."
    if isinstance(error, exceptions.UnsupportedMediaType):
        wanted = " or ".join(parser.media_type for parser in request.parsers)
        came = f"came as {request.content_type}" if request.content_type else "came without its type"
        return f"The body {came}. Send it as {wanted}, and say so in Content-Type."
    if isinstance(error, exceptions.NotAuthenticated):
        return "Say who asks: send an API key as Authorization: Bearer mino_pk_…, or sign in with the browser."
    if isinstance(error, exceptions.NotFound):
        return NOT_FOUND
    if isinstance(error, exceptions.ParseError) and str(request.content_type).startswith("multipart/"):
        return "The parts of the form can't be told apart. Let your client write Content-Type, with its boundary."
    return str(error.detail)
