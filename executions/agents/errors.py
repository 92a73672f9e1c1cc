"""Why an attempt failed, in one table for all agents: from what was seen to a code, a sentence, and transient or not.

Classified by type, status and code; by the text of a message only when there is nothing better. What is not known is
taken for transient. Codes of the remote agents: the vendors' API references.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from executions.agents.base import AgentError, Cancelled, ErrorCode
from mino.common.outbound import (
    BadAnswer,
    ConnectError,
    DnsError,
    FetchCancelled,
    OutboundError,
    OutboundRefused,
    OutboundTimeout,
    TooLarge,
)

MAX_RETRY_AFTER = 3600.0
_MAX_QUOTE = 500


@dataclass(frozen=True, slots=True)
class Kind:
    """One line of the table. `pause`: every further job would fail too."""

    code: ErrorCode
    transient: bool
    sentence: str
    pause: bool = False

    def error(self, detail: str = "", *, retry_after: float | None = None, raw: Any = None) -> AgentError:
        """The error to raise; `detail` is what the other side said."""
        said = " ".join(detail.split())[:_MAX_QUOTE]
        message = f"{self.sentence} It said: {said}" if said else self.sentence
        after = None if retry_after is None else min(max(retry_after, 0.0), MAX_RETRY_AFTER)
        return AgentError(self.code, message, transient=self.transient, retry_after=after, pause=self.pause, raw=raw)


# What stands between us and the site ------------------------------------------------------------------------------
_OUTBOUND: dict[type[OutboundError], tuple[ErrorCode, bool]] = {
    OutboundRefused: (ErrorCode.OUTBOUND_REFUSED, False),
    DnsError: (ErrorCode.DNS_ERROR, True),
    ConnectError: (ErrorCode.NETWORK_ERROR, True),
    OutboundTimeout: (ErrorCode.TIMEOUT, True),
    TooLarge: (ErrorCode.SITE_ERROR, False),
    BadAnswer: (ErrorCode.SITE_ERROR, False),
}

# What the site answered -------------------------------------------------------------------------------------------
PAGE_NOT_FOUND = Kind(ErrorCode.PAGE_NOT_FOUND, False, "The site has no such page.")
ACCESS_BLOCKED = Kind(ErrorCode.ACCESS_BLOCKED, False, "The site does not let the agent in.")
SITE_BUSY = Kind(ErrorCode.RATE_LIMITED, True, "The site asks for fewer requests.")
SITE_SLOW = Kind(ErrorCode.TIMEOUT, True, "The site took too long to answer.")
SITE_DOWN = Kind(ErrorCode.SITE_ERROR, True, "The site has an error of its own.")
SITE_ODD = Kind(ErrorCode.SITE_ERROR, False, "The site refused the request.")
_SITE_STATUS = {
    401: ACCESS_BLOCKED,
    403: ACCESS_BLOCKED,
    404: PAGE_NOT_FOUND,
    407: ACCESS_BLOCKED,
    408: SITE_SLOW,
    410: PAGE_NOT_FOUND,
    425: SITE_BUSY,
    429: SITE_BUSY,
    451: ACCESS_BLOCKED,
}

# What the agent's own service answered ----------------------------------------------------------------------------
UNAUTHORIZED = Kind(
    ErrorCode.AGENT_UNAUTHORIZED,
    False,
    "The agent's service does not accept the key. Check it.",
    pause=True,
)
BALANCE = Kind(
    ErrorCode.AGENT_BALANCE,
    False,
    "The balance at the agent's service is used up. Add some.",
    pause=True,
)
FORBIDDEN = Kind(ErrorCode.AGENT_FORBIDDEN, False, "The account at the agent's service may not do this.", pause=True)
AGENT_INPUT = Kind(ErrorCode.AGENT_FAILURE, False, "The agent's service can't work with this task.")
AGENT_BUSY = Kind(ErrorCode.RATE_LIMITED, True, "The agent's service asks for fewer requests.")
AGENT_SLOW = Kind(ErrorCode.TIMEOUT, True, "The agent did not finish in time.")
AGENT_DOWN = Kind(ErrorCode.SYSTEM_FAILURE, True, "The agent's service has an error of its own.")
AGENT_UNREACHABLE = Kind(ErrorCode.NETWORK_ERROR, True, "The agent's service could not be reached.")
AGENT_GARBLED = Kind(ErrorCode.SYSTEM_FAILURE, True, "The agent's service sent something that can't be read.")
AGENT_UNKNOWN = Kind(ErrorCode.UNKNOWN_ERROR, True, "The agent failed and did not say why.")
GOAL_FAILED = Kind(ErrorCode.GOAL_FAILED, False, "The agent worked, but did not reach the goal.")
INVALID_RESULT = Kind(ErrorCode.INVALID_RESULT, False, "The agent's answer is not a table of the wanted fields.")
_API_STATUS = {401: UNAUTHORIZED, 402: BALANCE, 403: FORBIDDEN, 408: AGENT_SLOW, 425: AGENT_BUSY, 429: AGENT_BUSY}

# What a finished run says of itself -------------------------------------------------------------------------------
_CODES = {
    "INSUFFICIENT_CREDITS": BALANCE,
    "SERVICE_BUSY": AGENT_BUSY,
    "SITE_BLOCKED": ACCESS_BLOCKED,
    "MAX_STEPS_EXCEEDED": Kind(ErrorCode.GOAL_FAILED, False, "The agent used up its steps before it reached the goal."),
    "CONTENT_POLICY_VIOLATION": Kind(ErrorCode.AGENT_FAILURE, False, "The agent's service does not allow this task."),
    "CANCELLED": Kind(ErrorCode.AGENT_FAILURE, False, "The run was cancelled at the agent's service."),
}
_CATEGORIES = {
    "SYSTEM_FAILURE": AGENT_DOWN,
    "AGENT_FAILURE": Kind(ErrorCode.AGENT_FAILURE, False, "The agent could not do this task as it is given."),
    "BILLING_FAILURE": BALANCE,
}

_BLOCKED = re.compile(
    r"\b(captchas?|recaptcha|hcaptcha|access (?:was |is )?denied|(?:i|we|request|access|agent|was|been|is|got) blocked"
    r"|blocked by|verify (?:that )?you are (?:a )?human|bot (?:detection|protection)|cloudflare challenge)\b",
    re.IGNORECASE,
)
_TIMED_OUT = re.compile(r"\btime(?:d)?[ -]?out\b", re.IGNORECASE)


def reads_as_blocked(text: str) -> bool:
    """Whether a sentence speaks of a captcha, a block or denied access."""
    return bool(_BLOCKED.search(text))


def from_outbound(error: OutboundError) -> AgentError | Cancelled:
    """What to raise when the outbound door gave no answer."""
    if isinstance(error, FetchCancelled):
        return Cancelled()
    code, transient = _OUTBOUND.get(type(error), (ErrorCode.NETWORK_ERROR, True))
    return AgentError(code, error.reason, transient=transient)


def from_site_status(status: int, retry_after: str | None = None) -> AgentError | None:
    """What to raise for a site's HTTP status (and its Retry-After header); None when it answered with a page."""
    if status < 400:
        return None
    kind = _SITE_STATUS.get(status, SITE_DOWN if status >= 500 else SITE_ODD)
    return Kind(kind.code, kind.transient, f"{kind.sentence[:-1]} (HTTP {status}).").error(
        retry_after=parse_retry_after(retry_after)
    )


def from_api_status(
    status: int, *, code: str | None = None, message: str = "", retry_after: str | None = None, raw: Any = None
) -> AgentError:
    """What to raise when the agent's own service refused a request."""
    kind = _CODES.get(code or "") or _API_STATUS.get(status, AGENT_DOWN if status >= 500 else AGENT_INPUT)
    return kind.error(message, retry_after=parse_retry_after(retry_after), raw=raw)


def from_run_error(
    *, code: str | None, category: str | None, message: str, retry_after: float | None = None, raw: Any = None
) -> AgentError:
    """What to raise for the error that a finished run carries."""
    kind = _CODES.get(code or "") or _CATEGORIES.get(category or "") or _from_message(message)
    return kind.error(message, retry_after=retry_after, raw=raw)


def _from_message(message: str) -> Kind:
    if reads_as_blocked(message):
        return ACCESS_BLOCKED
    return AGENT_SLOW if _TIMED_OUT.search(message) else AGENT_UNKNOWN


def parse_retry_after(header: str | None, now: datetime | None = None) -> float | None:
    """Seconds from a Retry-After header: a number or a date (RFC 9110, section 10.2.3). None when it can't be read."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())
