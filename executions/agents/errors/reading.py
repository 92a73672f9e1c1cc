"""From what was seen (a status, a code, an error of the outbound door) to the error to raise."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from executions.agents.base import AgentError, Cancelled
from executions.agents.errors.table import (
    ACCESS_BLOCKED,
    AGENT_DOWN,
    AGENT_INPUT,
    AGENT_SLOW,
    AGENT_UNKNOWN,
    API_STATUS,
    CATEGORIES,
    CODES,
    OUTBOUND,
    SITE_DOWN,
    SITE_ODD,
    SITE_STATUS,
    Kind,
)
from mino.common.outbound import ConnectError, FetchCancelled, OutboundError

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
    return OUTBOUND.get(type(error), OUTBOUND[ConnectError]).saying(error.reason)


def from_site_status(status: int, retry_after: str | None = None) -> AgentError | None:
    """What to raise for a site's HTTP status (and its Retry-After header); None when it answered with a page."""
    if status < 400:
        return None
    kind = SITE_STATUS.get(status, SITE_DOWN if status >= 500 else SITE_ODD)
    return kind.saying(f"{kind.sentence[:-1]} (HTTP {status}).", parse_retry_after(retry_after))


def from_api_status(
    status: int, *, code: str | None = None, message: str = "", retry_after: str | None = None, raw: Any = None
) -> AgentError:
    """What to raise when the agent's own service refused a request."""
    kind = CODES.get(code or "") or API_STATUS.get(status, AGENT_DOWN if status >= 500 else AGENT_INPUT)
    return kind.error(message, retry_after=parse_retry_after(retry_after), raw=raw)


def from_run_error(
    *, code: str | None, category: str | None, message: str, retry_after: float | None = None, raw: Any = None
) -> AgentError:
    """What to raise for the error that a finished run carries."""
    kind = CODES.get(code or "") or CATEGORIES.get(category or "") or _from_message(message)
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
