"""How log records look: with the ids of what runs, as lines of text or of JSON, and with tracebacks only of faults."""

from __future__ import annotations

import logging
import re
from types import TracebackType
from typing import Any

from django.core.exceptions import DisallowedHost, PermissionDenied
from django.http import Http404
from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

from mino.common.tracing import bound_ids

# All that could begin a new line, move the cursor or turn the direction of text, and what UTF-8 can't say.
_FORGING = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
# What in an address opens something: of an invitation, of a confirmation, of a new password.
_OPENING = re.compile(r"((?<!/people)/invitations/|/confirm-email/|/reset/key/[0-9A-Za-z]+-)[^/\s?]+")
_BEFORE_TRACEBACK = "    "
ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class WithoutRefusals(logging.Filter):
    """Logs a refused or missing page, or one of another host, as one line.

    Nothing is broken then, and tracebacks would only hide what is.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Take the traceback of a refusal away; let every record pass."""
        if record.exc_info and isinstance(record.exc_info[1], (PermissionDenied, Http404, DisallowedHost)):
            record.exc_info = None
            record.exc_text = None
        return True


class WithoutTokens(logging.Filter):
    """Hides what in an address opens something: Django names the whole address of a request that it refuses."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Hide them in the text and what is put into it; let every record pass."""
        record.msg = _hidden(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(map(_hidden, record.args))
        return True


class WithIds(logging.Filter):
    """Gives each record the ids that are bound where it is made, or that its request had."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add `ids`; let every record pass."""
        of_request: dict[str, str] = getattr(getattr(record, "request", None), "traced_ids", {})
        record.ids = {**of_request, **bound_ids()}
        return True


class TextFormatter(logging.Formatter):
    """One line for each record, however many the text in it has, so that nobody can forge one.

    Lines of a traceback are indented: no record begins with a space.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - so named by Python
        """The line, with its ids at the end."""
        ids = " ".join(f"{name}={value}" for name, value in getattr(record, "ids", {}).items())
        return _harmless(super().formatMessage(record) + (f" [{ids}]" if ids else ""))

    def formatException(self, ei: ExceptionInfo) -> str:  # noqa: N802 - so named by Python
        """The traceback, indented."""
        return _indented(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:  # noqa: N802 - so named by Python
        """The stack, indented."""
        return _indented(super().formatStack(stack_info))


class JsonLines(JsonFormatter):
    """One JSON object a line: time, level, logger, message, ids, traceback, and what the record brought along."""

    def __init__(self) -> None:
        super().__init__(
            ["levelname", "name", "message"],
            rename_fields={"levelname": "level", "name": "logger", "exc_info": "traceback"},
            # "data" is Celery's: the same traceback twice more, and the arguments.
            reserved_attrs=[*RESERVED_ATTRS, "request", "ids", "data"],
            timestamp="time",
        )

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        """Add each id as a field of its own."""
        super().add_fields(log_data, record, message_dict)
        log_data.update({f"{name}_id": value for name, value in getattr(record, "ids", {}).items()})


def _hidden(value: Any) -> Any:
    return _OPENING.sub(r"\1(hidden)", value) if isinstance(value, str) else value


def _harmless(text: str) -> str:
    return _FORGING.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def _indented(text: str) -> str:
    return "\n".join(_BEFORE_TRACEBACK + _harmless(line) for line in text.split("\n"))
