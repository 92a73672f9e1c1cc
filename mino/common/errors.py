"""The errors that services raise: each has a code for programs and a sentence for people.

ServiceError
+-- InvalidInput    400  what was asked makes no sense; `details` say where
+-- InvalidState    409  it makes sense, but not now
+-- AlreadyExists   409  there is one like it
+-- Forbidden       403  not for this person
+-- QuotaExceeded   403  the organization's plan does not allow more; `limits` say how much it allows
+-- TooManyRequests 429  more than allowed in the time; `limits` say when there is room again
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Detail:
    """One thing that is wrong: where (a dotted path such as `columns.0.type`) and what."""

    path: str
    message: str


@dataclass(frozen=True, slots=True)
class Limits:
    """How much there is, how much there may be, and when it begins anew (None: never by itself)."""

    current: int
    maximum: int
    reset: datetime | None = None


class ServiceError(Exception):
    """A service refused. `code` is one of the documented codes, `message` a sentence with the remedy."""

    code = "UNKNOWN_ERROR"

    def __init__(
        self, message: str, *, code: str = "", details: Sequence[Detail] = (), limits: Limits | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.details = tuple(details)
        self.limits = limits


class InvalidInput(ServiceError):
    """What was given can't be used."""

    code = "VALIDATION_ERROR"


class InvalidState(ServiceError):
    """The object is not in a state that allows it."""

    code = "INVALID_STATE"


class AlreadyExists(ServiceError):
    """An object of that kind and name is there already."""

    code = "ALREADY_EXISTS"


class Forbidden(ServiceError):
    """The person may see the object, but not do this with it."""

    code = "FORBIDDEN"


class QuotaExceeded(ServiceError):
    """The plan of the organization allows no more of it."""

    code = "QUOTA_EXCEEDED"


class TooManyRequests(ServiceError):
    """More than is allowed in the time. `headers` tell programs when to come back."""

    code = "RATE_LIMIT_EXCEEDED"

    def __init__(self, message: str, *, limits: Limits, headers: Mapping[str, str]) -> None:
        super().__init__(message, limits=limits)
        self.headers = dict(headers)
