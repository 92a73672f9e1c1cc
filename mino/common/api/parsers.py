"""How bodies are read: JSON only where nothing else is said, and never more than a request may hold."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from mino.common.api.errors import TOO_LARGE, ApiError


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
            return json.loads(body.decode("utf-8-sig"), parse_constant=_refuse, parse_float=_finite)
        except RecursionError:
            raise ParseError("The body is nested too deeply.") from None
        except UnicodeDecodeError as error:
            raise ParseError(f"The body is not text in UTF-8: byte {error.start} fits in no character.") from None
        except ValueError as error:
            raise ParseError(f"The body is not JSON: {error}.") from None


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no number in JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text:.20} is too large a number")
    return number


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
