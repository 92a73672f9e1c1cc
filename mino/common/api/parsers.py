"""How bodies are read: JSON only where nothing else is said, and never more than a request may hold."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import IO, Any

from django.conf import settings
from django.http import HttpRequest
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.renderers import BaseRenderer

from mino.common.api.errors import TOO_LARGE, ApiError

DEEPEST = 100
"""Lists and objects within each other. What handles them further on fails at some depth that nobody can tell."""
LONGEST_NUMBER = 1_000
"""Digits; Python itself refuses to read many more."""
TOO_DEEP = f"The body is nested too deeply. Put at most {DEEPEST} lists and objects within each other."


class JsonParser(BaseParser):
    """JSON in UTF-8 of at most DATA_UPLOAD_MAX_MEMORY_SIZE bytes, which the framework's own parser does not heed."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The value. Raises ParseError, or ApiError for a body that is too large."""
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(most + 1)
        if len(body) > most:
            raise ApiError("PAYLOAD_TOO_LARGE", f"{TOO_LARGE} It may have {most:,} bytes.")
        try:
            value = _read(body.decode("utf-8-sig"))
        except RecursionError:
            raise ParseError(TOO_DEEP) from None
        except UnicodeDecodeError as error:
            raise ParseError(f"The body is not text in UTF-8: byte {error.start} fits in no character.") from None
        except ValueError as error:
            raise ParseError(f"The body is not JSON: {error}.") from None
        _refuse_too_deep(value)
        return value


class FormParser(MultiPartParser):
    """A form with files, in which every field stands once."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Fields and files. Raises ValidationError for a field that stands twice: one of its values would be lost."""
        form = super().parse(stream, media_type, parser_context)
        sent = Counter(name for part in (form.data, form.files) for name, values in part.lists() for _ in values)
        if twice := [name for name, count in sent.items() if count > 1]:
            message = "This field stands more than once. Give each field once."
            raise ValidationError({name[:100]: [message] for name in twice})
        return form


def refuse_without_length(request: HttpRequest) -> None:
    """Raise ApiError for a body that comes in chunks: Django takes a body without `Content-Length` for an empty one."""
    if "Transfer-Encoding" in request.headers and not request.headers.get("Content-Length"):
        message = "The body came in chunks, without its length. Send it in one piece, with Content-Length."
        raise ApiError("LENGTH_REQUIRED", message, path="Content-Length")


def _read(text: str) -> Any:
    return json.loads(text, parse_constant=_refuse, parse_float=_finite, parse_int=_whole, object_pairs_hook=_once_each)


def _refuse_too_deep(value: Any) -> None:
    """Raise ParseError for a value that is nested more than DEEPEST deep. Looks at it level by level."""
    level = _lists_and_objects([value])
    for _ in range(DEEPEST):
        if not level:
            return
        level = _lists_and_objects(inner for one in level for inner in (one.values() if isinstance(one, dict) else one))
    if level:
        raise ParseError(TOO_DEEP)


def _lists_and_objects(values: Iterable[Any]) -> list[Any]:
    return [one for one in values if isinstance(one, list | dict)]


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no number in JSON")


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object. Raises ParseError for a name that stands twice in it: one of its values would be passed over."""
    made: dict[str, Any] = {}
    for name, value in pairs:
        if name in made:
            raise ParseError(f"“{name:.50}” stands twice in one object. Give each name once.")
        made[name] = value
    return made


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text:.20} is too large a number")
    return number


def _whole(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise ValueError(f"{text:.20}… is too long a number")
    return int(text)


class AlwaysTheFirst(BaseContentNegotiation):
    """Answers in the one form that there is, whatever `Accept` says."""

    def select_parser(self, request: Any, parsers: Any) -> BaseParser | None:
        """The parser for the type of the body."""
        declared = (request.content_type or "").partition(";")[0].strip().lower()
        return next((one for one in parsers if one.media_type == declared), None)

    def select_renderer(
        self, request: Any, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The first renderer."""
        return renderers[0], renderers[0].media_type
