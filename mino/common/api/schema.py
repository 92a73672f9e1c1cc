"""The OpenAPI document, from what operations say about themselves."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import uritemplate
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS

from mino.common.api.codes import CODES
from mino.common.api.includes import scopes_among
from mino.common.api.listing import Pagination
from mino.common.api.operation import Operation, operation_of
from mino.common.api.schema_bodies import strict
from mino.common.api.schema_headers import answer_headers
from mino.common.api.serializers import Given, Taken

ALWAYS = ("UNAUTHORIZED", "INVALID_TOKEN", "FORBIDDEN", "RATE_LIMIT_EXCEEDED", "UNKNOWN_ERROR", "DATABASE_ERROR")
ORGANIZATION = (
    "Short name of the organization that is meant. Needed by signed-in people who belong to several; an API key "
    "belongs to one."
)
ERROR_CODES = sorted(CODES)
WITH_BODY = ("INVALID_JSON", "PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE")


class ErrorDetails(serializers.Serializer[Any]):
    """One thing that is wrong."""

    path = serializers.CharField(
        help_text="Where: a dotted path into the body, or the name of a parameter or header. `execution_id`, with "
        "`EXECUTION_ALREADY_RUNNING`: which execution is in the way."
    )
    message = serializers.CharField(help_text="What, and what to do; at `execution_id`, that id alone.")


class ErrorLimits(serializers.Serializer[Any]):
    """How much there may be."""

    current = serializers.IntegerField()
    maximum = serializers.IntegerField()
    reset = serializers.CharField(allow_null=True, help_text="When it begins anew; null: never.")


class Error(serializers.Serializer[Any]):
    """What every error looks like."""

    error = serializers.CharField(help_text="A sentence for people.")
    code = serializers.ChoiceField(choices=ERROR_CODES, help_text="For programs.")
    details = ErrorDetails(many=True)
    limits = ErrorLimits(required=False)
    documentation_url = serializers.CharField()
    request_id = serializers.CharField(help_text="Names the request in the logs.")


class OperationSchema(AutoSchema):
    """Reads `operation`. What a view doesn't say there is not in the document."""

    @property
    def operation(self) -> Operation:
        """What the method says about itself. Raises TypeError if it says nothing."""
        found = operation_of(self.view, self.method)
        if found is None:
            raise TypeError(f"{type(self.view).__name__}.{self.method.lower()} is no operation: decorate it.")
        return found

    def get_operation_id(self) -> str:
        """Its name."""
        return self.operation.name

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        """What is taken or given, without saying so."""
        return _public_name(type(serializer))

    def get_summary(self) -> str:
        """Its summary."""
        return self.operation.summary

    def get_description(self) -> str:  # type: ignore[override] # as its own base does
        """The method's docstring, and what an API key needs."""
        return f"{super().get_description()}\n\n{self._needs()}"

    def _needs(self) -> str:
        if self.operation.people_only:
            return "For signed-in people only: no API key reaches it."
        if self.operation.scope is None:
            return "Every API key may ask this."
        needed = f"An API key needs the scope `{self.operation.scope}`"
        return f"{needed}{''.join(self._needs_besides())}."

    def _needs_besides(self) -> Iterator[str]:
        """The scopes for what is there on request, each with the names of it."""
        shape = self.operation.shape
        by_scope: dict[str, list[str]] = {}
        for name, scope in scopes_among(shape, shape.names()).items() if shape else ():
            if scope != self.operation.scope:
                by_scope.setdefault(scope, []).append(f"`{name}`")
        for scope, names in by_scope.items():
            yield f", and `{scope}` for {', '.join(names)}"

    def get_extensions(self) -> dict[str, Any]:
        """The scope for programs that read the document."""
        return {"x-required-scope": self.operation.scope} if self.operation.scope else {}

    def get_auth(self) -> list[dict[str, list[str]]]:
        """An API key or a signed-in browser; only the latter where keys don't reach."""
        found: list[dict[str, list[str]]] = super().get_auth()
        return [one for one in found if "session" in one] if self.operation.people_only else found

    def get_tags(self) -> list[str]:
        """The heading under which it stands."""
        return [getattr(self.view, "heading", "")]

    def get_override_parameters(self) -> list[Any]:
        """Everything but the body."""
        about = self.operation
        found = [_path_parameter(name) for name in uritemplate.variables(self.path)]
        found += about.query_parameters()
        if not getattr(self.view, "outside", False):
            found.append(_header("X-Mino-Organization", ORGANIZATION))
        if about.idempotent:
            text = "A word of yours: the same request is answered once, and again for 24 hours."
            found.append(_header("Idempotency-Key", text, {"maxLength": 255, "pattern": "^[ -~]+$"}))
        if about.conditional:
            text = "The ETag that was read: if somebody changed the object since, nothing is done (412). `*`: any."
            found.append(_header("If-Match", text, {"pattern": "^[!-~][ -~]*$"}))
        return [*found, *answer_headers(about)]

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> dict[str, Any]:
        """What a body may be, strictly."""
        schema: dict[str, Any] = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        found = serializer() if isinstance(serializer, type) else serializer
        return strict(found, schema) if isinstance(found, Taken) else schema

    def _get_request_body(self, direction: str = "request") -> Any:
        """The body; required also where only rules about it as a whole say so."""
        body: Any = super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        if body and self.operation.takes and self.operation.takes.rules:
            body["required"] = True
        return body

    def get_request_serializer(self) -> Any:
        """The body."""
        if self.operation.takes and self.operation.multipart:
            return {"multipart/form-data": self.operation.takes}
        return self.operation.takes

    def get_response_serializers(self) -> Any:
        """The answer, and every error by status."""
        answers: dict[Any, Any] = self._done()
        by_status: dict[int, list[str]] = {}
        for code in self._errors():
            by_status.setdefault(CODES[code].status, []).append(code)
        for status, codes in sorted(by_status.items()):
            answers[str(status)] = OpenApiResponse(
                Error,
                description=" ".join(f"`{code}`: {CODES[code].cause}" for code in codes),
                examples=[_error_example(code) for code in codes],
            )
        return answers

    def _done(self) -> dict[Any, Any]:
        about = self.operation
        if about.redirects:
            redirect = OpenApiResponse(None, description=f"`Location` is the address of {about.redirects}.")
            return {str(about.status): redirect, **about.followed}
        if isinstance(about.answers, dict):
            return dict(about.answers)
        done = {str(about.status): self._answer()}
        if about.takes_time:
            text = "It is being made. Ask again after as many seconds as `Retry-After` says."
            done["202"] = OpenApiResponse(about.answers, description=text)
        return done

    def _answer(self) -> Any:
        about = self.operation
        if about.listing:
            return OpenApiResponse(
                page_of(about.listing.serializer, about.listing.pagination), description="A page of the list."
            )
        if about.answers is None:
            return OpenApiResponse(None, description="It is done; there is nothing to answer.")
        if about.many:
            return OpenApiResponse(page_of(about.answers, None), description="All of them.")
        return OpenApiResponse(about.answers, description=(about.answers.__doc__ or "").partition("\n")[0])

    def _errors(self) -> list[str]:
        about = self.operation
        codes = [*ALWAYS, "NOT_FOUND", "VALIDATION_ERROR", "MISSING_FIELD", *about.errors]
        if any(name.endswith("_id") for name in uritemplate.variables(self.path)):
            codes.append("INVALID_UUID")
        if self.method not in SAFE_METHODS:
            codes.append("LENGTH_REQUIRED")
        if about.takes:
            codes += WITH_BODY
        if about.idempotent:
            codes.append("IDEMPOTENCY_CONFLICT")
        if about.conditional:
            codes.append("PRECONDITION_FAILED")
        return list(dict.fromkeys(codes))

    def get_examples(self) -> list[OpenApiExample]:
        """A body that is taken, and the answer to it."""
        about, found = self.operation, []
        media_type = self.map_parsers()[0]
        if about.takes and about.takes.example is not None:
            found.append(OpenApiExample("Request", about.takes.example, request_only=True, media_type=media_type))
        serializer = about.listing.serializer if about.listing else about.answers
        example = getattr(serializer, "example", None)
        if example is not None:
            if about.listing:
                example = {"data": [example], "pagination": about.listing.pagination.example}
            elif about.many:
                example = {"data": [example]}
            status = [str(about.status), *(["202"] if about.takes_time else [])]
            found.append(OpenApiExample("Answer", example, response_only=True, status_codes=status))
        return found

    def map_parsers(self) -> list[str]:
        """The types of body that the operation takes."""
        return ["multipart/form-data"] if self.operation.multipart else ["application/json"]


@cache
def page_of(serializer: type[Given], pagination: type[Pagination] | None) -> type[serializers.Serializer[Any]]:
    """The serializer of a page of the list, or of all of it without `pagination`."""
    fields: dict[str, Any] = {"data": serializer(many=True), "__doc__": "A page of a list."}
    if pagination is not None:
        fields["pagination"] = pagination()
    name = _public_name(serializer) + ("List" if pagination is None else "Page")
    return type(name, (serializers.Serializer,), fields)


def _public_name(serializer: type[Any]) -> str:
    return serializer.__name__.removesuffix("Given").removesuffix("Taken")


def _header(name: str, text: str, more: dict[str, Any] | None = None) -> OpenApiParameter:
    return OpenApiParameter(name, {"type": "string", **(more or {})}, OpenApiParameter.HEADER, description=text)


def _path_parameter(name: str) -> OpenApiParameter:
    schema: dict[str, Any] = {"type": "string"}
    if name.endswith("_id"):
        schema = {"type": "string", "format": "uuid"}
    elif name == "number":
        schema = {"type": "integer", "minimum": 1}
    return OpenApiParameter(name, schema, OpenApiParameter.PATH, required=True)


def _error_example(code: str) -> OpenApiExample:
    value: dict[str, Any] = {
        "error": CODES[code].cause,
        "code": code,
        "details": [],
        "documentation_url": f"https://mino.example.com/help/errors/#api-{code.lower()}",
        "request_id": "5f3c1c0a9b4e4d0f8a5e6b7c8d9e0f1a",
    }
    if code in ("QUOTA_EXCEEDED", "RATE_LIMIT_EXCEEDED"):
        value["limits"] = {"current": 100, "maximum": 100, "reset": "2026-02-01T00:00:00Z"}
    if code == "EXECUTION_ALREADY_RUNNING":
        value["details"] = [{"path": "execution_id", "message": "019c1a70-2b3c-7d4e-8f5a-6b7c8d9e0f1a"}]
    return OpenApiExample(code, value, response_only=True)
