"""What an agent let through: an exception that nobody expected, judged by its type, its status, and last its words.

The words of the exception never reach the message: they may hold keys, addresses and whole pages.
"""

from __future__ import annotations

import errno
import json
import re
import socket
import ssl
from concurrent.futures import BrokenExecutor

import httpx
from PIL import Image, UnidentifiedImageError

from executions.agents.base import AgentError, ErrorCode
from executions.agents.errors.reading import from_outbound, parse_retry_after
from executions.agents.errors.table import Kind
from mino.common.outbound import OutboundError

_MAX_READ = 2000

_SLOW = Kind(ErrorCode.TIMEOUT, True, "It took too long.", infrastructure=True)
_NO_NAME = Kind(ErrorCode.DNS_ERROR, True, "A name was not found in the network.", infrastructure=True)
_NO_NETWORK = Kind(ErrorCode.NETWORK_ERROR, True, "There was no connection, or it broke.", infrastructure=True)
_GARBLED = Kind(ErrorCode.SYSTEM_FAILURE, True, "What came back can't be read.", infrastructure=True)
_BAD_ADDRESS = Kind(ErrorCode.PERMANENT_ERROR, False, "The address can't be asked for.")
_ODD_SITE = Kind(ErrorCode.SITE_ERROR, False, "What came back is no proper answer.")
_TOO_DEEP = Kind(ErrorCode.INVALID_RESULT, False, "The answer is nested too deeply.")
_NO_PICTURE = Kind(ErrorCode.INVALID_RESULT, False, "A picture can't be read.")
_EXHAUSTED = Kind(ErrorCode.TRANSIENT_ERROR, True, "The worker lacked memory, files or processes.")
_BUSY = Kind(ErrorCode.RATE_LIMITED, True, "Fewer requests were asked for.")
_TRANSIENT = Kind(ErrorCode.TRANSIENT_ERROR, True, "It failed for the moment.")
_PERMANENT = Kind(ErrorCode.PERMANENT_ERROR, False, "It failed, and would fail again.")
_UNKNOWN = Kind(
    ErrorCode.UNKNOWN_ERROR,
    True,
    "The agent broke down. This is a fault of the agent, not of the site.",
    infrastructure=True,
)

# The first line that fits counts: special kinds stand before the general ones that they are branches of.
_TYPES: tuple[tuple[type[BaseException], Kind], ...] = (
    (TimeoutError, _SLOW),
    (socket.gaierror, _NO_NAME),
    (ssl.SSLError, _NO_NETWORK),
    (ConnectionError, _NO_NETWORK),
    (httpx.TimeoutException, _SLOW),
    (httpx.InvalidURL, _BAD_ADDRESS),
    (httpx.UnsupportedProtocol, _BAD_ADDRESS),
    (httpx.LocalProtocolError, _BAD_ADDRESS),
    (httpx.TooManyRedirects, _ODD_SITE),
    (httpx.DecodingError, _ODD_SITE),
    (httpx.RequestError, _NO_NETWORK),
    (MemoryError, _EXHAUSTED),
    (BrokenExecutor, _EXHAUSTED),
    (RecursionError, _TOO_DEEP),
    (UnidentifiedImageError, _NO_PICTURE),
    (Image.DecompressionBombError, _NO_PICTURE),
    (json.JSONDecodeError, _GARBLED),
    (UnicodeDecodeError, _GARBLED),
)
_ERRNO = {
    errno.ENETUNREACH: _NO_NETWORK,
    errno.EHOSTUNREACH: _NO_NETWORK,
    errno.ENETDOWN: _NO_NETWORK,
    errno.ENOSPC: _EXHAUSTED,
    errno.ENOMEM: _EXHAUSTED,
    errno.EMFILE: _EXHAUSTED,
    errno.ENFILE: _EXHAUSTED,
    errno.EAGAIN: _EXHAUSTED,
}
_STATUS = {408: _SLOW, 425: _BUSY, 429: _BUSY, 504: _SLOW}
_TRANSIENT_WORDS = ("timeout", "econnrefused", "enotfound", "network error", "socket hang up")
_PERMANENT_WORDS = ("invalid credentials", "malformed", "syntax error")
_TRANSIENT_NUMBERS = re.compile(r"(?<![\w.,])(?:429|502|503|504)(?!\w|[.,]\d)")
_PERMANENT_NUMBERS = re.compile(r"(?<![\w.,])(?:400|401|403|404)(?!\w|[.,]\d)")


def classify(error: BaseException) -> AgentError:
    """The error to keep for an exception that an agent let through; an `AgentError` is its own.

    By the exception's type, then by its status as of HTTP (`status_code`, `status`, `code`, also of its `response`),
    then by words of its text; what says nothing is UNKNOWN_ERROR, and transient.
    """
    if isinstance(error, AgentError):
        return error
    if isinstance(error, OutboundError) and isinstance(known := from_outbound(error), AgentError):
        return known
    status = _status(error)
    kind = _by_type(error) or (_by_status(status) if status else None) or _by_words(error)
    seen = type(error).__name__ + (f", HTTP {status}" if status else "")
    return kind.saying(f"{kind.sentence[:-1]} ({seen}).", _retry_after(error))


def _by_type(error: BaseException) -> Kind | None:
    if isinstance(error, OSError) and error.errno in _ERRNO and not isinstance(error, (ConnectionError, TimeoutError)):
        return _ERRNO[error.errno]
    return next((kind for kinds, kind in _TYPES if isinstance(error, kinds)), None)


def _by_status(status: int) -> Kind:
    return _STATUS.get(status) or (_TRANSIENT if status >= 500 else _PERMANENT)


def _by_words(error: BaseException) -> Kind:
    text = _text(error)
    if any(word in text for word in _TRANSIENT_WORDS) or _TRANSIENT_NUMBERS.search(text):
        return _TRANSIENT
    if any(word in text for word in _PERMANENT_WORDS) or _PERMANENT_NUMBERS.search(text):
        return _PERMANENT
    return _UNKNOWN


def _text(error: BaseException) -> str:
    try:
        return str(error)[:_MAX_READ].lower()
    except Exception:  # noqa: BLE001 an exception whose text can't be made says nothing
        return ""


def _status(error: BaseException) -> int:
    """The first attribute that can be an HTTP status of a failure; 0 when there is none."""
    response = _attribute(error, "response")
    for holder, name in ((error, "status_code"), (error, "status"), (error, "code"), (response, "status_code")):
        value = _attribute(holder, name)
        if isinstance(value, int) and not isinstance(value, bool) and 400 <= value <= 599:
            return int(value)
    return 0


def _retry_after(error: BaseException) -> float | None:
    headers = _attribute(_attribute(error, "response"), "headers")
    value = headers.get("retry-after") if isinstance(headers, (dict, httpx.Headers)) else None
    return parse_retry_after(value) if isinstance(value, str) else None


def _attribute(holder: object, name: str) -> object:
    try:
        return getattr(holder, name, None)
    except Exception:  # noqa: BLE001 a property that can't be read says nothing
        return None
