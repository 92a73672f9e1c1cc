"""The OpenAPI document, from what operations say about themselves."""

from __future__ import annotations

from functools import cache
from typing import Any

import uritemplate
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from mino.common.api.codes import CODES
from mino.common.api.listing import Pagination, choosing_parameters
from mino.common.api.operation import Operation, operation_of
from mino.common.api.serializers import Given

ALWAYS = ("UNAUTHORIZED", "INVALID_TOKEN", "FORBIDDEN", "RATE_LIMIT_EXCEEDED", "UNKNOWN_ERROR", "DATABASE_ERROR")
WITH_BODY = ("INVALID_JSON", "MISSING_FIELD", "PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE")


class ErrorDetails(serializers.Serializer[Any]):
    """One thing that is wrong."""

    path = serializers.CharField(help_text="Where: a dotted path into the body, or the name of a parameter or header.")
    message = serializers.CharField(help_text="What, and what to do.")


class ErrorLimits(serializers.Serializer[Any]):
    """How much there may be."""

    current = serializers.IntegerField()
    maximum = serializers.IntegerField()
    reset = serializers.CharField(allow_null=True, help_text="When it begins anew; null: never.")


class Error(serializers.Serializer[Any]):
    """What every error looks like."""

    error = serializers.CharField(help_text="A sentence for people.")
    code = serializers.ChoiceField(choices=sorted(CODES), help_text="For programs.")
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
        return f"An API key needs the scope `{self.operation.scope}`."

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
        if about.listing:
            found += about.listing.parameters()
        elif isinstance(about.answers, type) and issubclass(about.answers, Given) and not about.many:
            found += choosing_parameters(about.answers, [])
        found += about.parameters
        found.append(
            OpenApiParameter(
                "X-Mino-Organization",
                str,
                OpenApiParameter.HEADER,
                description="Short name of the organization that is meant. Needed by signed-in people who belong to "
                "several; an API key belongs to one.",
            )
        )
        if about.idempotent:
            text = "A word of yours, at most 255 characters: the same request is answered once, and again for 24 hours."
            found.append(_header("Idempotency-Key", text))
        if about.conditional:
            text = "The ETag that was read: if somebody changed the object since, nothing is done (412)."
            found.append(_header("If-Match", text))
        return found

    def get_request_serializer(self) -> Any:
        """The body."""
        if self.operation.takes and self.operation.multipart:
            return {"multipart/form-data": self.operation.takes}
        return self.operation.takes

    def get_response_serializers(self) -> Any:
        """The answer, and every error by status."""
        about = self.operation
        answers: dict[Any, Any] = {str(about.status): self._answer()}
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

    def _answer(self) -> Any:
        about = self.operation
        if about.listing:
            return OpenApiResponse(page_of(about.listing.serializer), description="A page of the list.")
        if isinstance(about.answers, OpenApiResponse):
            return about.answers
        if about.answers is None:
            return OpenApiResponse(None, description="It is done; there is nothing to answer.")
        if about.many:
            return OpenApiResponse(page_of(about.answers, paged=False), description="All of them.")
        return OpenApiResponse(about.answers, description=(about.answers.__doc__ or "").partition("\n")[0])

    def _errors(self) -> list[str]:
        about = self.operation
        codes = [*ALWAYS, "NOT_FOUND", "VALIDATION_ERROR", *about.errors]
        if any(name.endswith("_id") for name in uritemplate.variables(self.path)):
            codes.append("INVALID_UUID")
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
                example = {"data": [example], "pagination": {"next_cursor": None, "has_more": False}}
            elif about.many:
                example = {"data": [example]}
            status = [str(about.status)]
            found.append(OpenApiExample("Answer", example, response_only=True, status_codes=status))
        return found

    def map_parsers(self) -> list[str]:
        """The types of body that the operation takes."""
        return ["multipart/form-data"] if self.operation.multipart else ["application/json"]


SHARED = ("cursor", "limit", "X-Mino-Organization", "Idempotency-Key", "If-Match")


def share_parts(result: dict[str, Any], **given: Any) -> dict[str, Any]:
    """Write errors and parameters that many operations have down once, and refer to them."""
    errors: dict[str, Any] = {}
    parameters: dict[str, Any] = {}
    for about in (one for path in result["paths"].values() for one in path.values()):
        for status, answer in about["responses"].items():
            if int(status) >= 400:
                name = "Error" + "".join(one.title().replace("_", "") for one in _codes_in(answer))
                errors[name] = answer
                about["responses"][status] = {"$ref": f"#/components/responses/{name}"}
        for place, parameter in enumerate(about.get("parameters", [])):
            if parameter["name"] in SHARED:
                parameters[parameter["name"]] = parameter
                about["parameters"][place] = {"$ref": f"#/components/parameters/{parameter['name']}"}
    result["components"]["responses"] = dict(sorted(errors.items()))
    result["components"]["parameters"] = dict(sorted(parameters.items()))
    return result


def _codes_in(answer: dict[str, Any]) -> list[str]:
    examples = answer["content"]["application/json"]["examples"]
    return [one["value"]["code"] for one in examples.values()]


@cache
def page_of(serializer: type[Given], *, paged: bool = True) -> type[serializers.Serializer[Any]]:
    """The serializer of a page of the list."""
    fields: dict[str, Any] = {"data": serializer(many=True), "__doc__": "A page of a list."}
    if paged:
        fields["pagination"] = Pagination()
    name = serializer.__name__ + ("Page" if paged else "List")
    return type(name, (serializers.Serializer,), fields)


def _header(name: str, text: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, description=text)


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
    return OpenApiExample(code, value, response_only=True)
