"""Why an attempt failed, in one table for all agents: from what was seen to a code, a sentence, and transient or not.

Classified by type, status and code; by the text of a message only when there is nothing better. What is not known is
taken for transient. `table` has the kinds, `reading` what the agents see themselves, `unforeseen` what they let
through.
"""

from executions.agents.errors.reading import (
    from_api_status,
    from_outbound,
    from_run_error,
    from_site_status,
    parse_retry_after,
    reads_as_blocked,
)
from executions.agents.errors.table import (
    ACCESS_BLOCKED,
    AGENT_BUSY,
    AGENT_CUT_OFF,
    AGENT_DOWN,
    AGENT_GARBLED,
    AGENT_INPUT,
    AGENT_SLOW,
    AGENT_UNKNOWN,
    AGENT_UNREACHABLE,
    GOAL_FAILED,
    INVALID_RESULT,
    MAX_RETRY_AFTER,
    UNAUTHORIZED,
    Kind,
)
from executions.agents.errors.unforeseen import classify

__all__ = [
    "ACCESS_BLOCKED",
    "AGENT_BUSY",
    "AGENT_CUT_OFF",
    "AGENT_DOWN",
    "AGENT_GARBLED",
    "AGENT_INPUT",
    "AGENT_SLOW",
    "AGENT_UNKNOWN",
    "AGENT_UNREACHABLE",
    "GOAL_FAILED",
    "INVALID_RESULT",
    "MAX_RETRY_AFTER",
    "UNAUTHORIZED",
    "Kind",
    "classify",
    "from_api_status",
    "from_outbound",
    "from_run_error",
    "from_site_status",
    "parse_retry_after",
    "reads_as_blocked",
]
