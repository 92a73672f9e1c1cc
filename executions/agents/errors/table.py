"""Why an attempt failed: each kind of failure with its code, its sentence, and whether another attempt may succeed.

Codes of the remote agents: the vendors' API references.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from executions.agents.base import AgentError, ErrorCode
from mino.common.outbound import (
    BadAnswer,
    ConnectError,
    DnsError,
    OutboundError,
    OutboundRefused,
    OutboundTimeout,
    TooLarge,
)

MAX_RETRY_AFTER = 3600.0
_MAX_QUOTE = 500


@dataclass(frozen=True, slots=True)
class Kind:
    """One line of the table.

    `pause`: every further job would fail too. `infrastructure`: the fault lies with the agent's service or the network,
    not with the site. `throttled`: the agent's service asked for fewer requests at once.
    """

    code: ErrorCode
    transient: bool
    sentence: str
    pause: bool = False
    infrastructure: bool = False
    throttled: bool = False

    def error(self, detail: str = "", *, retry_after: float | None = None, raw: Any = None) -> AgentError:
        """The error to raise; `detail` is what the other side said."""
        said = " ".join(detail.split())[:_MAX_QUOTE]
        return self.saying(f"{self.sentence} It said: {said}" if said else self.sentence, retry_after, raw)

    def saying(self, message: str, retry_after: float | None = None, raw: Any = None) -> AgentError:
        """The error to raise, in other words than the table's."""
        return AgentError(
            self.code,
            message,
            transient=self.transient,
            retry_after=None if retry_after is None else min(max(retry_after, 0.0), MAX_RETRY_AFTER),
            pause=self.pause,
            infrastructure=self.infrastructure,
            throttled=self.throttled,
            raw=raw,
        )


# What stands between us and the site ------------------------------------------------------------------------------
OUTBOUND: dict[type[OutboundError], Kind] = {
    OutboundRefused: Kind(ErrorCode.OUTBOUND_REFUSED, False, "The address may not be visited."),
    DnsError: Kind(ErrorCode.DNS_ERROR, True, "The site's name was not found.", infrastructure=True),
    ConnectError: Kind(ErrorCode.NETWORK_ERROR, True, "The site could not be reached.", infrastructure=True),
    OutboundTimeout: Kind(ErrorCode.TIMEOUT, True, "The site took too long to answer.", infrastructure=True),
    TooLarge: Kind(ErrorCode.SITE_ERROR, False, "The site's answer is too large."),
    BadAnswer: Kind(ErrorCode.SITE_ERROR, False, "The site's answer can't be read."),
}

# What the site answered -------------------------------------------------------------------------------------------
PAGE_NOT_FOUND = Kind(ErrorCode.PAGE_NOT_FOUND, False, "The site has no such page.")
ACCESS_BLOCKED = Kind(ErrorCode.ACCESS_BLOCKED, False, "The site does not let the agent in.")
SITE_BUSY = Kind(ErrorCode.RATE_LIMITED, True, "The site asks for fewer requests.")
SITE_SLOW = Kind(ErrorCode.TIMEOUT, True, "The site took too long to answer.")
SITE_DOWN = Kind(ErrorCode.SITE_ERROR, True, "The site has an error of its own.")
SITE_ODD = Kind(ErrorCode.SITE_ERROR, False, "The site refused the request.")
SITE_STATUS = {
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
AGENT_BUSY = Kind(ErrorCode.RATE_LIMITED, True, "The agent's service asks for fewer requests.", throttled=True)
AGENT_SLOW = Kind(ErrorCode.TIMEOUT, True, "The agent did not finish in time.", infrastructure=True)
AGENT_DOWN = Kind(ErrorCode.SYSTEM_FAILURE, True, "The agent's service has an error of its own.", infrastructure=True)
AGENT_UNREACHABLE = Kind(
    ErrorCode.NETWORK_ERROR, True, "The agent's service could not be reached.", infrastructure=True
)
AGENT_CUT_OFF = Kind(ErrorCode.NETWORK_ERROR, True, "The connection to the agent's service broke.", infrastructure=True)
AGENT_GARBLED = Kind(
    ErrorCode.SYSTEM_FAILURE, True, "The agent's service sent something that can't be read.", infrastructure=True
)
AGENT_UNKNOWN = Kind(ErrorCode.UNKNOWN_ERROR, True, "The agent failed and did not say why.", infrastructure=True)
GOAL_FAILED = Kind(ErrorCode.GOAL_FAILED, False, "The agent worked, but did not reach the goal.")
INVALID_RESULT = Kind(ErrorCode.INVALID_RESULT, False, "The agent's answer is not a table of the wanted fields.")
API_STATUS = {401: UNAUTHORIZED, 402: BALANCE, 403: FORBIDDEN, 408: AGENT_SLOW, 425: AGENT_BUSY, 429: AGENT_BUSY}

# What a finished run says of itself -------------------------------------------------------------------------------
CODES = {
    "INSUFFICIENT_CREDITS": BALANCE,
    "SERVICE_BUSY": AGENT_BUSY,
    "SITE_BLOCKED": ACCESS_BLOCKED,
    "MAX_STEPS_EXCEEDED": Kind(ErrorCode.GOAL_FAILED, False, "The agent used up its steps before it reached the goal."),
    "CONTENT_POLICY_VIOLATION": Kind(ErrorCode.AGENT_FAILURE, False, "The agent's service does not allow this task."),
    "CANCELLED": Kind(ErrorCode.AGENT_FAILURE, False, "The run was cancelled at the agent's service."),
}
CATEGORIES = {
    "SYSTEM_FAILURE": AGENT_DOWN,
    "AGENT_FAILURE": Kind(ErrorCode.AGENT_FAILURE, False, "The agent could not do this task as it is given."),
    "BILLING_FAILURE": BALANCE,
}
